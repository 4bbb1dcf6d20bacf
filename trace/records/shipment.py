"""Parcels given to a carrier: what they hold and where they are, never who gets them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from trace.records.columns import big, check, maybe_ref, one_of, pk, ref


class ShipmentState(StrEnum):
    """Ours until the carrier has it (booking, uncertain, refused), then what its codes mean to us."""

    BOOKING = "booking"
    UNCERTAIN = "uncertain"
    REFUSED = "refused"
    BOOKED = "booked"
    PICKED_UP = "picked_up"
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    WAITING = "waiting"
    DELIVERED = "delivered"
    RETURNING = "returning"
    RETURNED = "returned"
    CANCELLED = "cancelled"
    UNMAPPED = "unmapped"


OVER = frozenset({ShipmentState.DELIVERED, ShipmentState.RETURNED, ShipmentState.CANCELLED})
"""After which nothing more is expected."""
OURS = frozenset({ShipmentState.BOOKING, ShipmentState.UNCERTAIN, ShipmentState.REFUSED})
"""While no carrier's number is known."""


class Shipment(SQLModel, table=True):
    """One parcel under our own ``number``, which is written down before the carrier is called.

    ``ext_number`` is the carrier's, empty until it is known; ``twin_number`` a second one under our
    number, which somebody has to cancel. ``attempt`` counts the calls that were to book it;
    ``was_uncertain`` that one of them may have succeeded unheard. ``heard_at`` is the last word of
    the carrier, ``state_at`` when it says that the state began.
    """

    __tablename__ = "shipment"
    __table_args__ = (
        one_of("state", ShipmentState),
        check("weight", "weight_g > 0 AND pieces > 0"),
        check("money", "goods_vnd >= 0 AND cod_vnd >= 0 AND (fee_vnd IS NULL OR fee_vnd >= 0)"),
        Index(None, "account_id", "state"),
        Index(None, "org_id", "id"),
    )

    id: int = pk()
    public_id: str = Field(max_length=16, unique=True)
    org_id: int = ref("organisation.id", index=False)
    account_id: int = ref("carrier_account.id", index=False)
    number: str = Field(max_length=24, unique=True)
    ext_number: str = Field(default="", max_length=64, index=True)
    twin_number: str = Field(default="", max_length=64)
    order_id: int | None = maybe_ref("market_order.id")
    content: str = Field(max_length=120)
    service: str = Field(max_length=16)
    weight_g: int = big()
    pieces: int
    goods_vnd: int = big()
    cod_vnd: int = big()
    fee_vnd: int | None = big(default=None, nullable=True)
    state: str = Field(default=ShipmentState.BOOKING, max_length=16)
    status_raw: str = Field(default="", max_length=8)
    state_at: datetime
    heard_at: datetime | None = None
    asked_at: datetime
    cancel_asked_at: datetime | None = None
    attempt: int = 1
    was_uncertain: bool = False
    problem: str = Field(default="", max_length=400)
    created_at: datetime
    created_by: int | None = maybe_ref("account.id", index=False)

    @property
    def is_over(self) -> bool:
        """Whether nothing more is expected of the carrier."""
        return self.state in OVER


class ShipmentLot(SQLModel, table=True):
    """A lot the parcel holds goods of."""

    __tablename__ = "shipment_lot"

    shipment_id: int = ref("shipment.id", index=False, primary_key=True)
    lot_id: int = ref("lot.id", primary_key=True)


class ShipmentStep(SQLModel, table=True):
    """History: the parcel had this state since ``at``; ``code`` is the carrier's, or a word of ours."""

    __tablename__ = "shipment_step"
    __table_args__ = (UniqueConstraint("shipment_id", "code", "at"), one_of("state", ShipmentState))

    id: int = pk()
    shipment_id: int = ref("shipment.id", index=False)
    code: str = Field(max_length=8)
    state: str = Field(max_length=16)
    at: datetime
    learned_at: datetime
