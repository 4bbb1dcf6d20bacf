"""Stamps: keys, blocks of serials, and the intervals activated or void inside them.

A stamp is (key id, serial). It has no row of its own until somebody scans it.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from trace.records.columns import big, blob, check, maybe_ref, one_of, pk, ref

SERIALS = 2**35
"""How many serials a key has: seven base-32 numerals."""


class KeyState(StrEnum):
    """Exactly one key is active."""

    ACTIVE = "active"
    VERIFY_ONLY = "verify_only"
    COMPROMISED = "compromised"


class StampKeyRow(SQLModel, table=True):
    """A key of the registry. The material is wrapped by the master key, which is never in the database."""

    __tablename__ = "stamp_key"
    __table_args__ = (
        one_of("state", KeyState),
        check("kid", "kid BETWEEN 0 AND 30"),
        check("serials", f"next_serial BETWEEN 0 AND {SERIALS}"),
        Index(
            "uq_stamp_key_active",
            "state",
            unique=True,
            sqlite_where=text("state = 'active'"),
            postgresql_where=text("state = 'active'"),
        ),
    )

    kid: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    state: str = Field(max_length=12)
    next_serial: int = big(default=0)
    wrapped: bytes = blob()
    valid_from: datetime
    valid_to: datetime | None = None
    compromised_at: datetime | None = None


class BlockState(StrEnum):
    """issued -> printed -> closed; an interrupted allocation is kept as a void block."""

    ISSUED = "issued"
    PRINTED = "printed"
    CLOSED = "closed"
    INTERRUPTED = "interrupted"


class StampBlock(SQLModel, table=True):
    """``count`` serials of one key from ``first`` on, owned by one organisation."""

    __tablename__ = "stamp_block"
    __table_args__ = (
        UniqueConstraint("kid", "first"),
        UniqueConstraint("org_id", "request_id"),
        one_of("state", BlockState),
        check("count", "count > 0"),
    )

    id: int = pk()
    public_id: str = Field(max_length=16, unique=True)
    kid: int = Field(foreign_key="stamp_key.kid")
    first: int = big()
    count: int = big()
    org_id: int | None = maybe_ref("organisation.id")
    product_id: int | None = maybe_ref("product.id")
    lot_id: int | None = maybe_ref("lot.id")
    design: str = Field(default="standard", max_length=32)
    state: str = Field(max_length=12)
    request_id: str = Field(max_length=64)
    created_at: datetime
    created_by: int | None = maybe_ref("account.id", index=False)
    closed_at: datetime | None = None
    closed_by: int | None = maybe_ref("account.id", index=False)

    @property
    def last(self) -> int:
        """The last serial of the block."""
        return self.first + self.count - 1


class StampActivation(SQLModel, table=True):
    """Serials ``first`` to ``last`` of a block belong to one lot."""

    __tablename__ = "stamp_activation"
    __table_args__ = (
        UniqueConstraint("block_id", "request_id"),
        UniqueConstraint("block_id", "first"),
        check("order", "last >= first"),
        Index(None, "kid", "first"),
    )

    id: int = pk()
    block_id: int = ref("stamp_block.id", index=False)
    kid: int
    first: int = big()
    last: int = big()
    lot_id: int = ref("lot.id")
    activated_at: datetime
    activated_by: int | None = maybe_ref("account.id", index=False)
    request_id: str = Field(max_length=64)


class StampVoid(SQLModel, table=True):
    """Serials ``first`` to ``last`` are withdrawn for good."""

    __tablename__ = "stamp_void"
    __table_args__ = (
        UniqueConstraint("block_id", "request_id"),
        check("order", "last >= first"),
        Index(None, "block_id", "first"),
    )

    id: int = pk()
    block_id: int = ref("stamp_block.id", index=False)
    kid: int
    first: int = big()
    last: int = big()
    reason: str = Field(max_length=160)
    voided_at: datetime
    voided_by: int | None = maybe_ref("account.id", index=False)
    request_id: str = Field(max_length=64)


class RunState(StrEnum):
    """waiting -> running -> ready | failed | cancelled; a ready one whose file is gone waits again."""

    WAITING = "waiting"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN_RUNS = (RunState.WAITING, RunState.RUNNING)
"""States in which a print is still to be made."""
ON_PAPER = (RunState.WAITING, RunState.RUNNING, RunState.READY)
"""States of a print whose serials are, or may soon be, on paper."""


class Sending(StrEnum):
    """Whether a print's file goes to its printer by itself, and how far that came.

    asked -> sending (-> stopping) -> sent, partly or unknown; unsent when not a byte went out. Of partly
    and unknown a person says what came out: sent when it was all, else seen.
    """

    NONE = ""
    ASKED = "asked"
    SENDING = "sending"
    STOPPING = "stopping"
    SENT = "sent"
    PARTLY = "partly"
    UNKNOWN = "unknown"
    SEEN = "seen"
    UNSENT = "unsent"


ON_THE_WIRE = (Sending.SENDING, Sending.STOPPING)
"""Bytes may be on their way this moment."""
OPEN_SENDINGS = (Sending.ASKED, *ON_THE_WIRE)
"""Sendings a worker has still to do with, once the file is ready."""
UNCLEAR = (Sending.PARTLY, Sending.UNKNOWN)
"""Sendings of which only the paper tells what came out."""


class PrintRun(SQLModel, table=True):
    """One file, and its sending to a printer where it was ordered so; printing again is a new row and never
    a new serial.

    ``recipe`` holds what is drawn as it was when it was ordered (words, stock, design, calibration), as
    JSON, so that the file can be made again with the same bytes whatever the registry says by then.
    ``problem`` is the catalog key of why it failed.

    ``sent_to`` is the printer's address when it was sent, ``sent`` how many stamps may have come out at
    most (for ``unknown``: how many were handed over when that was last noted), ``send_problem`` the catalog
    key of why no more went out. ``out_first`` to ``out_last`` is what a person found on paper.
    """

    __tablename__ = "print_run"
    __table_args__ = (
        UniqueConstraint("block_id", "request_id"),
        one_of("state", RunState),
        one_of("sending", Sending),
        check("order", "last >= first"),
        Index(None, "org_id", "state"),
        Index(None, "state"),
    )

    id: int = pk()
    public_id: str = Field(max_length=16, unique=True)
    block_id: int = ref("stamp_block.id")
    org_id: int | None = maybe_ref("organisation.id", index=False)
    request_id: str = Field(max_length=64)
    state: str = Field(max_length=12)
    first: int = big()
    last: int = big()
    format: str = Field(max_length=8)
    stock: str = Field(max_length=32)
    start_cell: int
    design: str = Field(default="standard", max_length=32)
    printer: str = Field(default="", max_length=32)
    recipe: str = Field(default="", sa_type=Text)
    reason: str = Field(default="", max_length=160)
    done: int = big(default=0)
    sha256: str = Field(default="", max_length=64)
    size: int = big(default=0)
    problem: str = Field(default="", max_length=40)
    sending: str = Field(default=Sending.NONE, max_length=8)
    sent_to: str = Field(default="", max_length=160)
    sent: int = big(default=0)
    sent_bytes: int = big(default=0)
    sent_at: datetime | None = None
    send_problem: str = Field(default="", max_length=40)
    out_first: int | None = big(default=None, nullable=True)
    out_last: int | None = big(default=None, nullable=True)
    asked_at: datetime
    asked_by: int | None = maybe_ref("account.id", index=False)
    finished_at: datetime | None = None
    cancelled_by: int | None = maybe_ref("account.id", index=False)
    confirmed_at: datetime | None = None
    confirmed_by: int | None = maybe_ref("account.id", index=False)

    @property
    def total(self) -> int:
        """How many stamps."""
        return self.last - self.first + 1

    @property
    def is_open(self) -> bool:
        """Whether a worker has still to do with it."""
        in_sending = self.state == RunState.READY and self.sending in OPEN_SENDINGS
        return self.state in OPEN_RUNS or in_sending
