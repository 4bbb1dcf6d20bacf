"""Consignments (chuyến hàng): goods from one business to another, their papers, and what arrived.

A parcel given to a carrier for a buyer is another thing: ``shipment``.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from trace.records.columns import big, check, maybe_ref, one_of, pk, ref


class ConsignmentState(StrEnum):
    """draft -> dispatched -> received; cancelled from draft or dispatched."""

    DRAFT = "draft"
    DISPATCHED = "dispatched"
    RECEIVED = "received"
    CANCELLED = "cancelled"


class Consignment(SQLModel, table=True):
    """One dispatch of boxes and pallets, to an organisation of this registry or to a named business.

    ``asked`` counts the rules the goods were asked by when they left, all of them kept;
    ``codes`` are the growing areas and packing houses they were found under, as printed on papers.
    """

    __tablename__ = "consignment"
    __table_args__ = (
        one_of("state", ConsignmentState),
        check("receiver", "receiver_org_id IS NULL OR receiver_org_id <> org_id"),
        UniqueConstraint("org_id", "number"),
        Index(None, "org_id", "state"),
        Index(None, "market", "dispatched_on"),
    )

    id: int = pk()
    public_id: str = Field(max_length=16, unique=True)
    org_id: int = ref("organisation.id", index=False)
    number: str = Field(max_length=24)
    market: str = Field(max_length=8)
    receiver_org_id: int | None = maybe_ref("organisation.id")
    receiver_name: str = Field(max_length=160)
    exporter: str = Field(default="", max_length=160)
    state: str = Field(default=ConsignmentState.DRAFT, max_length=12)
    asked: int = 0
    codes: str = ""
    weight_g: int = big(0)
    dispatch_event: str = Field(default="", max_length=120)
    dispatched_on: date | None = None
    dispatched_at: datetime | None = None
    dispatched_by: int | None = maybe_ref("account.id", index=False)
    received_at: datetime | None = None
    received_by: int | None = maybe_ref("account.id", index=False)
    receipt_number: str = Field(default="", max_length=64)
    cancelled_at: datetime | None = None
    cancel_reason: str = Field(default="", max_length=400)
    created_at: datetime
    created_by: int | None = maybe_ref("account.id", index=False)


class TreatmentKind(StrEnum):
    """What was done against living pests; the unit of a dose goes with it."""

    METHYL_BROMIDE = "methyl_bromide"
    IRRADIATION = "irradiation"
    VAPOUR_HEAT = "vapour_heat"
    HOT_WATER = "hot_water"
    COLD = "cold"
    OTHER = "other"


class Treatment(SQLModel, table=True):
    """A treatment of a whole consignment, as its paper says.

    ``dose`` is g/m³ of methyl bromide, Gy of irradiation, °C of heat and cold.
    """

    __tablename__ = "treatment"
    __table_args__ = (one_of("kind", TreatmentKind), check("minutes", "minutes IS NULL OR minutes > 0"))

    id: int = pk()
    consignment_id: int = ref("consignment.id")
    kind: str = Field(max_length=16)
    facility: str = Field(max_length=160)
    treated_on: date
    dose: float | None = None
    minutes: int | None = None
    document: str = Field(max_length=64)
    recorded_at: datetime
    recorded_by: int | None = maybe_ref("account.id", index=False)
    removed_at: datetime | None = None


class PaperKind(StrEnum):
    """A paper that goes with the goods, or a mark that somebody has seen on them."""

    PHYTOSANITARY = "phytosanitary"
    TREATMENT = "treatment"
    ORIGIN = "origin"
    RESIDUE_TEST = "residue_test"
    GAP = "gap"
    INVOICE = "invoice"
    ISPM15 = "ispm15"
    BOX_MARKS = "box_marks"
    OTHER = "other"


class ConsignmentPaper(SQLModel, table=True):
    """A paper by its number and day; of a mark, who or what says that it is there."""

    __tablename__ = "consignment_paper"
    __table_args__ = (
        one_of("kind", PaperKind),
        check("validity", "valid_to IS NULL OR valid_to >= issued_on"),
    )

    id: int = pk()
    consignment_id: int = ref("consignment.id")
    kind: str = Field(max_length=16)
    number: str = Field(max_length=64)
    issuer: str = Field(default="", max_length=160)
    issued_on: date
    valid_to: date | None = None
    recorded_at: datetime
    recorded_by: int | None = maybe_ref("account.id", index=False)
    removed_at: datetime | None = None


class ReceivedLot(SQLModel, table=True):
    """A lot that a receiver made of what arrived in a consignment; its link names the sender's lot."""

    __tablename__ = "received_lot"

    id: int = pk()
    lot_id: int = ref("lot.id", index=False, unique=True)
    consignment_id: int = ref("consignment.id")


class DifferenceKind(StrEnum):
    """How what arrived differs from what was sent."""

    MISSING = "missing"
    SHORT = "short"
    DAMAGED = "damaged"
    WRONG = "wrong"


class ReceiptDifference(SQLModel, table=True):
    """One unit that did not arrive as it was sent; ``weight_g`` is what is missing or spoilt of it."""

    __tablename__ = "receipt_difference"
    __table_args__ = (
        UniqueConstraint("consignment_id", "unit_id"),
        one_of("kind", DifferenceKind),
        check("weight", "weight_g >= 0"),
    )

    id: int = pk()
    consignment_id: int = ref("consignment.id", index=False)
    unit_id: int = ref("logistic_unit.id", index=False)
    kind: str = Field(max_length=12)
    weight_g: int = big(0)
    note: str = Field(default="", max_length=240)
