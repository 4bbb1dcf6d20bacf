"""The record of how it came: EPCIS events and log leaves, both append-only."""

from datetime import datetime

from sqlalchemy import Index, Text
from sqlmodel import Field, SQLModel

from trace.records.columns import blob, maybe_ref, pk


class Event(SQLModel, table=True):
    """One EPCIS 2.0 event as canonical JSON, with its CBV event hash."""

    __tablename__ = "event"
    __table_args__ = (Index(None, "subject_kind", "subject_id"), Index(None, "event_time"))

    id: int = pk()
    event_id: str = Field(max_length=120, index=True)
    event_type: str = Field(max_length=24)
    act: str = Field(max_length=32)
    org_id: int | None = maybe_ref("organisation.id")
    subject_kind: str = Field(max_length=16)
    subject_id: int
    event_time: datetime
    recorded_at: datetime
    recorded_by: int | None = maybe_ref("account.id", index=False)
    body: str = Field(sa_type=Text)


class LogLeaf(SQLModel, table=True):
    """A leaf of the tamper-evidence log: SHA-256 over 0x00 and the canonical JSON of ``body``.

    ``position`` is empty until the sequencing job gives the leaf its place: acts never wait for each other.
    """

    __tablename__ = "log_leaf"

    id: int = pk()
    position: int | None = Field(default=None, unique=True, nullable=True)
    kind: str = Field(max_length=32)
    leaf_hash: bytes = blob()
    body: str = Field(sa_type=Text)
    recorded_at: datetime
