"""What programs send to the EPCIS capture interface, and the queries they keep."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from trace.records.columns import maybe_ref, one_of, pk, ref


class Capture(SQLModel, table=True):
    """One document that was sent: what became of it, and the problems of its events as JSON."""

    __tablename__ = "capture"
    __table_args__ = (one_of("behaviour", ("rollback", "proceed")), Index(None, "org_id", "id"))

    id: int = pk()
    public_id: str = Field(max_length=24, unique=True)
    org_id: int = ref("organisation.id", index=False)
    behaviour: str = Field(max_length=8)
    created_at: datetime
    created_by: int | None = maybe_ref("account.id", index=False)
    finished_at: datetime | None = None
    is_success: bool
    events: int
    added: int
    errors: str = Field(default="[]", sa_type=Text)


class EventQuery(SQLModel, table=True):
    """A named query: its parameters as JSON, its own organisation's, or the office's where that is empty."""

    __tablename__ = "event_query"
    __table_args__ = (UniqueConstraint("tenant", "name"),)

    id: int = pk()
    tenant: int
    name: str = Field(max_length=120)
    query: str = Field(sa_type=Text)
    created_at: datetime
    created_by: int | None = maybe_ref("account.id", index=False)


class EndedPageToken(SQLModel, table=True):
    """A page's token that its reader gave back before it aged; kept until it would have."""

    __tablename__ = "ended_page_token"

    token_hash: bytes = Field(sa_type=LargeBinary, primary_key=True)
    until: datetime = Field(index=True)
