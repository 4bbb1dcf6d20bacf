"""Recalls: opened on a lot, over everything that descends from it; closed by two people; and their drills."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from trace.records.columns import big, check, maybe_ref, pk, ref


class Recall(SQLModel, table=True):
    """What the public reads about a recall, and who opened and closed it."""

    __tablename__ = "recall"

    id: int = pk()
    number: str = Field(max_length=24, unique=True)
    org_id: int = ref("organisation.id")
    root_lot_id: int = ref("lot.id")
    reason: str = Field(max_length=400)
    reason_en: str = Field(default="", max_length=400)
    phone: str = Field(max_length=20)
    opened_at: datetime
    opened_by: int | None = maybe_ref("account.id", index=False)
    close_proposed_at: datetime | None = None
    close_proposed_by: int | None = maybe_ref("account.id", index=False)
    closed_at: datetime | None = None
    closed_by: int | None = maybe_ref("account.id", index=False)


class RecallLot(SQLModel, table=True):
    """A lot a recall reaches."""

    __tablename__ = "recall_lot"
    __table_args__ = (UniqueConstraint("recall_id", "lot_id"),)

    id: int = pk()
    recall_id: int = ref("recall.id", index=False)
    lot_id: int = ref("lot.id")


class RecallDrill(SQLModel, table=True):
    """A timed rehearsal: what a recall of the lot would have reached, and how long finding it took.

    ``searched_ms`` is the machine's share; from ``started_at`` to ``finished_at`` people worked.
    """

    __tablename__ = "recall_drill"
    __table_args__ = (check("time", "finished_at IS NULL OR finished_at >= started_at"),)

    id: int = pk()
    public_id: str = Field(max_length=16, unique=True)
    org_id: int = ref("organisation.id")
    lot_id: int = ref("lot.id", index=False)
    started_at: datetime
    started_by: int | None = maybe_ref("account.id", index=False)
    finished_at: datetime | None = None
    finished_by: int | None = maybe_ref("account.id", index=False)
    searched_ms: int
    lots: int
    weight_g: int = big()
    stamps: int = big()
    listings: int
    contacts: int
