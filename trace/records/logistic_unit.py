"""Boxes and pallets of a cooperative, and the grams of lots in each."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from trace.records.columns import big, check, maybe_ref, one_of, pk, ref


class UnitKind(StrEnum):
    """What goods move in."""

    BOX = "box"
    PALLET = "pallet"


class LogisticUnit(SQLModel, table=True):
    """One box or pallet, known by its ``number`` in its organisation, and by an SSCC where GS1 lent one.

    It stands in one consignment at a time, because it can name no more than one. An opened unit keeps
    its contents for the record; they are free again. A box may stand on a pallet (``pallet_id``) and goes
    where it goes; a pallet stands on nothing, so there is one step and no circle. ``public_id`` is its
    unguessable name in public addresses.
    """

    __tablename__ = "logistic_unit"
    __table_args__ = (
        UniqueConstraint("org_id", "number"),
        UniqueConstraint("org_id", "request_id", "place_in_request"),
        one_of("kind", UnitKind),
        check("opened", "opened_at IS NULL OR consignment_id IS NULL"),
        check("on_pallet", "pallet_id IS NULL OR (kind = 'box' AND opened_at IS NULL)"),
    )

    id: int = pk()
    public_id: str = Field(max_length=16, unique=True)
    org_id: int = ref("organisation.id", index=False)
    number: str = Field(max_length=24)
    sscc: str | None = Field(default=None, max_length=18, unique=True)
    kind: str = Field(max_length=8)
    packed_on: date
    packing_house_id: int | None = maybe_ref("packing_house.id", index=False)
    consignment_id: int | None = maybe_ref("consignment.id")
    pallet_id: int | None = maybe_ref("logistic_unit.id")
    opened_at: datetime | None = None
    request_id: str = Field(max_length=64)
    place_in_request: int
    created_at: datetime
    created_by: int | None = maybe_ref("account.id", index=False)


class SsccCounter(SQLModel, table=True):
    """The next serial reference under a company prefix; kept for good, so that no number is given twice.

    By the digits and not by the row of the prefix: a licence that ends and is accepted anew goes on counting.
    """

    __tablename__ = "sscc_counter"
    __table_args__ = (check("next", "next_serial >= 0"),)

    digits: str = Field(primary_key=True, max_length=13)
    next_serial: int = big(0)


class UnitContent(SQLModel, table=True):
    """So many grams of a lot lie in the unit."""

    __tablename__ = "unit_content"
    __table_args__ = (UniqueConstraint("unit_id", "lot_id"), check("weight", "weight_g > 0"))

    id: int = pk()
    unit_id: int = ref("logistic_unit.id", index=False)
    lot_id: int = ref("lot.id")
    weight_g: int = big()
