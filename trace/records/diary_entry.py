"""The cultivation diary: what was done on a plot, with which input, when."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from trace.records.columns import check, maybe_ref, one_of, pk, ref


class DiaryKind(StrEnum):
    """What was done."""

    SPRAY = "spray"
    FERTILISE = "fertilise"
    WATER = "water"
    PRUNE = "prune"
    BAG = "bag"
    INSPECT = "inspect"
    OTHER = "other"


class DiaryEntry(SQLModel, table=True):
    """One entry; never changed, only corrected by a later one that names it."""

    __tablename__ = "diary_entry"
    __table_args__ = (
        UniqueConstraint("org_id", "request_id"),
        one_of("kind", DiaryKind),
        check("waiting", "waiting_days IS NULL OR waiting_days >= 0"),
        Index(None, "plot_id", "done_on"),
    )

    id: int = pk()
    org_id: int = ref("organisation.id")
    household_id: int = ref("household.id")
    plot_id: int = ref("plot.id", index=False)
    kind: str = Field(max_length=12)
    done_on: date
    material: str = Field(default="", max_length=120)
    material_key: str = ""
    dose: str = Field(default="", max_length=80)
    area_m2: int | None = None
    waiting_days: int | None = None
    operator: str = Field(default="", max_length=80)
    note: str = Field(default="", max_length=1000)
    corrects_id: int | None = maybe_ref("diary_entry.id")
    reason: str = Field(default="", max_length=400)
    acted_for: bool = False
    request_id: str = Field(max_length=64)
    recorded_at: datetime
    recorded_by: int | None = maybe_ref("account.id", index=False)
