"""What consumers' scans leave: a stamp's first check, nameless devices, alarms.

No address and no account of a reader is kept. A device is a keyed hash that also covers the stamp,
so nothing links two stamps scanned by one person.
"""

from datetime import date, datetime

from sqlalchemy import BigInteger, Index, Text, text
from sqlmodel import Field, SQLModel

from trace.records.columns import big, blob, maybe_ref, pk

CLEARED = text("cleared_at IS NOT NULL")


class StampSeen(SQLModel, table=True):
    """A stamp's own row, made by its first scan: one conditional insert, one FIRST."""

    __tablename__ = "stamp_seen"
    __table_args__ = (
        Index("ix_stamp_seen_cleared", "kid", "serial", sqlite_where=CLEARED, postgresql_where=CLEARED),
    )

    kid: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    serial: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    first_at: datetime
    first_device: bytes = blob()
    province: str = Field(default="", max_length=8)
    devices: int = 1
    scans: int = 1
    cleared_at: datetime | None = None
    cleared_by: int | None = maybe_ref("account.id", index=False)
    clear_note: str = Field(default="", max_length=400)


class Scan(SQLModel, table=True):
    """One scan of a stamp that exists; device and network marks are emptied after 35 days."""

    __tablename__ = "scan"
    __table_args__ = (Index(None, "kid", "serial", "scanned_at"), Index(None, "scanned_at"))

    id: int = pk()
    kid: int
    serial: int = big()
    lot_id: int | None = maybe_ref("lot.id")
    org_id: int | None = maybe_ref("organisation.id", index=False)
    scanned_at: datetime
    state: str = Field(max_length=16)
    province: str = Field(default="", max_length=8)
    device: bytes | None = blob(default=None, nullable=True)
    network: bytes | None = blob(default=None, nullable=True)
    latitude: float | None = None
    longitude: float | None = None


class GhostDay(SQLModel, table=True):
    """Looks at codes nobody issued, by the day in Vietnam and what they were told: no code, no device.

    ``state`` is FORGED (the code's tag is not ours) or UNALLOCATED (it is, and its number was never given).
    """

    __tablename__ = "ghost_day"
    __table_args__ = (Index(None, "day", "state", unique=True),)

    id: int = pk()
    day: date
    state: str = Field(max_length=16)
    looks: int = big()


class Alarm(SQLModel, table=True):
    """Something a person must look at: leaked key, clone suspect, scan before activation, sync gap."""

    __tablename__ = "alarm"
    __table_args__ = (Index(None, "kind", "raised_at"), Index(None, "subject", unique=True))

    id: int = pk()
    kind: str = Field(max_length=24)
    subject: str = Field(max_length=80)
    org_id: int | None = maybe_ref("organisation.id")
    lot_id: int | None = maybe_ref("lot.id")
    detail: str = Field(default="{}", sa_type=Text)
    times: int = 1
    raised_at: datetime
    last_at: datetime
    cleared_at: datetime | None = None
    cleared_by: int | None = maybe_ref("account.id", index=False)
    note: str = Field(default="", max_length=400)
