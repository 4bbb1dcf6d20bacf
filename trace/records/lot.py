"""Lots, the links between them, and holds."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from trace.records.columns import Placed, big, check, maybe_ref, one_of, pk, placed, ref


class LotKind(StrEnum):
    """Where in the chain a lot stands. A received lot is what arrived of another organisation's lot."""

    HARVEST = "harvest"
    POOL = "pool"
    PACK = "pack"
    PROCESSED = "processed"
    RECEIVED = "received"


class LotState(StrEnum):
    """draft -> open -> released -> consumed or destroyed; hold from open or released; recalled is final."""

    DRAFT = "draft"
    OPEN = "open"
    HOLD = "hold"
    RELEASED = "released"
    RECALLED = "recalled"
    CONSUMED = "consumed"
    DESTROYED = "destroyed"


class Lot(Placed, table=True):
    """A batch of produce. ``public_id`` is its unguessable name in public addresses."""

    __tablename__ = "lot"
    __table_args__ = (
        UniqueConstraint("org_id", "code"),
        UniqueConstraint("org_id", "request_id"),
        one_of("kind", LotKind),
        one_of("state", LotState),
        check("weight", "weight_g > 0"),
        *placed(),
        Index(None, "org_id", "state"),
        Index(None, "plot_id", "harvested_on"),
        Index(None, "growing_area_id", "harvested_on"),
        Index(None, "household_id", "harvested_on"),
        Index(None, "harvested_on"),
        Index(None, "created_at"),
        Index(None, "search_key"),
    )

    id: int = pk()
    public_id: str = Field(max_length=16, unique=True)
    org_id: int = ref("organisation.id", index=False)
    code: str = Field(max_length=32)
    search_key: str
    kind: str = Field(max_length=12)
    state: str = Field(default=LotState.DRAFT, max_length=12)
    state_before_hold: str | None = Field(default=None, max_length=12)
    product_id: int | None = maybe_ref("product.id")
    crop: str = Field(max_length=32)
    variety: str = Field(default="", max_length=48)
    weight_g: int = big()
    crates: int | None = None
    household_id: int | None = maybe_ref("household.id", index=False)
    plot_id: int | None = maybe_ref("plot.id", index=False)
    growing_area_id: int | None = maybe_ref("growing_area.id", index=False)
    packing_house_id: int | None = maybe_ref("packing_house.id")
    harvested_on: date
    packed_on: date | None = None
    best_before: date | None = None
    yield_reason: str = Field(default="", max_length=400)
    acted_for: bool = False
    version: int = 1
    request_id: str = Field(max_length=64)
    created_at: datetime
    created_by: int | None = maybe_ref("account.id", index=False)
    released_at: datetime | None = None


class LotLink(SQLModel, table=True):
    """So many grams of the parent went into the child."""

    __tablename__ = "lot_link"
    __table_args__ = (
        UniqueConstraint("parent_id", "child_id"),
        check("weight", "weight_g > 0"),
        check("not_itself", "parent_id <> child_id"),
    )

    id: int = pk()
    parent_id: int = ref("lot.id", index=False)
    child_id: int = ref("lot.id")
    weight_g: int = big()


class Hold(SQLModel, table=True):
    """A stop put on a lot by a rule or a person; only the office lifts it, with result and reason.

    ``reason`` is a sentence in Vietnamese; where a rule spoke, ``figures`` holds its figures as JSON, so
    that it can be said in any language. ``cause_id`` is the hold of an input that this one follows.
    """

    __tablename__ = "hold"

    id: int = pk()
    lot_id: int = ref("lot.id")
    rule: str = Field(default="", max_length=32)
    reason: str = Field(max_length=600)
    figures: str = ""
    cause_id: int | None = maybe_ref("hold.id")
    opened_at: datetime
    opened_by: int | None = maybe_ref("account.id", index=False)
    lifted_at: datetime | None = None
    lifted_by: int | None = maybe_ref("account.id", index=False)
    result: str = Field(default="", max_length=240)
    lift_reason: str = Field(default="", max_length=600)
