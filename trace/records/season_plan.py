"""Season plans: what a commune means to harvest of a crop, and at what price."""

from datetime import date, datetime

from sqlalchemy import Index
from sqlmodel import Field

from trace.records.columns import Placed, big, check, maybe_ref, pk, placed


class SeasonPlan(Placed, table=True):
    """A plan of one crop, or one variety of it, in one commune, or in the former commune it names.

    Rows are never edited: a correction is a row that ``replaces_id`` another, which is ended then. A row
    counts from its confirming on, until it is ended. Both days belong to the season. With ``org_id`` it is
    the part of one cooperative, which proposed it: what its own plots in the commune are to give.
    """

    __tablename__ = "season_plan"
    __table_args__ = (
        *placed(),
        check("days", "last_day >= first_day"),
        check("weight", "weight_g > 0"),
        check("area", "area_m2 > 0"),
        check("price", "price_vnd_kg IS NULL OR price_vnd_kg > 0"),
        Index(None, "commune_code", "crop"),
        Index(None, "last_day"),
    )

    id: int = pk()
    org_id: int | None = maybe_ref("organisation.id")
    crop: str = Field(max_length=32)
    variety: str = Field(default="", max_length=48)
    first_day: date
    last_day: date
    weight_g: int = big()
    area_m2: int = big()
    price_vnd_kg: int | None = big(default=None, nullable=True)
    note: str = Field(default="", max_length=240)
    replaces_id: int | None = maybe_ref("season_plan.id")
    reason: str = Field(default="", max_length=240)
    """Why it took the place of the row it replaces."""
    recorded_at: datetime
    recorded_by: int | None = maybe_ref("account.id", index=False)
    confirmed_at: datetime | None = None
    confirmed_by: int | None = maybe_ref("account.id", index=False)
    ended_at: datetime | None = None
    ended_by: int | None = maybe_ref("account.id", index=False)
    end_reason: str = Field(default="", max_length=240)
    """Why it is no longer meant: withdrawn, declined or corrected."""
    import_id: int | None = maybe_ref("import_run.id")
