"""Training: sessions, and which households came to which."""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from trace.records.columns import Placed, maybe_ref, pk, placed, ref


class TrainingSession(Placed, table=True):
    """A course on one day in one commune.

    ``from_book`` marks what was known as a day beside a household only: no title, organiser or topic of it
    was written down. One that a cooperative proposed (``org_id``) counts once it is confirmed; it is ended
    where it was declined or taken back.
    """

    __tablename__ = "training_session"
    __table_args__ = (*placed(), Index(None, "held_on"), Index(None, "search_key"))

    id: int = pk()
    held_on: date
    title: str = Field(default="", max_length=160)
    topic: str = Field(default="", max_length=160)
    organiser: str = Field(default="", max_length=160)
    place: str = Field(default="", max_length=160)
    search_key: str = Field(default="")
    from_book: bool = False
    recorded_at: datetime
    recorded_by: int | None = maybe_ref("account.id", index=False)
    org_id: int | None = maybe_ref("organisation.id")
    confirmed_at: datetime | None = None
    confirmed_by: int | None = maybe_ref("account.id", index=False)
    ended_at: datetime | None = None
    ended_by: int | None = maybe_ref("account.id", index=False)
    end_reason: str = Field(default="", max_length=240)


class TrainingAttendance(SQLModel, table=True):
    """A household's people came to a session."""

    __tablename__ = "training_attendance"
    __table_args__ = (UniqueConstraint("session_id", "household_id"),)

    id: int = pk()
    session_id: int = ref("training_session.id", index=False)
    household_id: int = ref("household.id")
    org_id: int = ref("organisation.id")
    recorded_at: datetime
    recorded_by: int | None = maybe_ref("account.id", index=False)
    import_id: int | None = maybe_ref("import_run.id")
