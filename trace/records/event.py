"""The record of how it came: EPCIS events and log leaves, both append-only."""

from datetime import datetime

from sqlalchemy import Index, Text, text
from sqlmodel import Field, SQLModel

from trace.records.columns import blob, maybe_ref, pk, ref

CAPTURED = text("act = 'capture'")
"""A program's event is there once; of our own acts each is told once by the act itself."""


class Event(SQLModel, table=True):
    """One EPCIS 2.0 event as canonical JSON, whole by itself, with its CBV event hash.

    ``event_id`` is the hash, or what the capturing program called the event; an event that declares an
    error shares it with the event it declares wrong. The columns after ``body`` are what it is found by.
    """

    __tablename__ = "event"
    __table_args__ = (
        Index(None, "subject_kind", "subject_id"),
        Index(None, "event_time"),
        Index(None, "org_id", "event_time"),
        Index(None, "org_id", "recorded_at"),
        Index(
            "uq_event_captured",
            "org_id",
            "event_id",
            "declares",
            unique=True,
            sqlite_where=CAPTURED,
            postgresql_where=CAPTURED,
        ),
    )

    id: int = pk()
    event_id: str = Field(max_length=400, index=True)
    event_type: str = Field(max_length=400)
    act: str = Field(max_length=32)
    org_id: int | None = maybe_ref("organisation.id", index=False)
    subject_kind: str = Field(max_length=16)
    subject_id: int
    event_time: datetime
    recorded_at: datetime
    recorded_by: int | None = maybe_ref("account.id", index=False)
    body: str = Field(sa_type=Text)
    hash: str = Field(default="", max_length=120, index=True)
    declares: bool = False
    declared_at: datetime | None = None
    action: str | None = Field(default=None, max_length=8)
    biz_step: str | None = Field(default=None, max_length=400)
    disposition: str | None = Field(default=None, max_length=400)
    read_point: str | None = Field(default=None, max_length=512)
    biz_location: str | None = Field(default=None, max_length=512)
    transformation_id: str | None = Field(default=None, max_length=512)
    capture_id: int | None = maybe_ref("capture.id", index=False)


class EventTerm(SQLModel, table=True):
    """One thing an event names, and as what: goods, parties, papers, what its sensors measured.

    The roles stand in ``trace.standards.epcis.facets``; ``value`` is in the one spelling that is searched.
    """

    __tablename__ = "event_term"
    __table_args__ = (Index(None, "org_id", "role", "value"),)

    id: int = pk()
    event_row: int = ref("event.id")
    org_id: int | None = maybe_ref("organisation.id", index=False)
    role: str = Field(max_length=80)
    value: str = Field(max_length=512)
    quantity: float | None = None


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
