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
    its contents for the record; they are free again.
    """

    __tablename__ = "logistic_unit"
    __table_args__ = (
        UniqueConstraint("org_id", "number"),
        UniqueConstraint("org_id", "request_id", "place_in_request"),
        one_of("kind", UnitKind),
        check("opened", "opened_at IS NULL OR consignment_id IS NULL"),
    )

    id: int = pk()
    org_id: int = ref("organisation.id", index=False)
    number: str = Field(max_length=24)
    sscc: str | None = Field(default=None, max_length=18, unique=True)
    kind: str = Field(max_length=8)
    packed_on: date
    packing_house_id: int | None = maybe_ref("packing_house.id", index=False)
    consignment_id: int | None = maybe_ref("consignment.id")
    opened_at: datetime | None = None
    request_id: str = Field(max_length=64)
    place_in_request: int
    created_at: datetime
    created_by: int | None = maybe_ref("account.id", index=False)


class UnitContent(SQLModel, table=True):
    """So many grams of a lot lie in the unit."""

    __tablename__ = "unit_content"
    __table_args__ = (UniqueConstraint("unit_id", "lot_id"), check("weight", "weight_g > 0"))

    id: int = pk()
    unit_id: int = ref("logistic_unit.id", index=False)
    lot_id: int = ref("lot.id")
    weight_g: int = big()
