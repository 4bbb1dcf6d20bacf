"""Shops kept by files: how their files are laid out, what was read of them, what waits for a person.

No table has a column for anything of a buyer; of a report only cleaned rows are kept.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from trace.records.columns import big, blob, check, maybe_ref, one_of, pk, ref
from trace.records.market_order import OrderStatus

TOTALS = "tong-ngay"
"""The number of the listing that carries a shop's totals of days."""


class Direction(StrEnum):
    """Into which file a layout leads: the shop's order report, or its template for goods."""

    REPORT = "report"
    TEMPLATE = "template"


class ReportState(StrEnum):
    """Checked and waiting for a person, taken into the figures, or not readable as it is."""

    CHECKED = "checked"
    TAKEN = "taken"
    REFUSED = "refused"


class FileLayout(SQLModel, table=True):
    """Which column of a shop's file is what. ``content`` is the blank template, empty for reports."""

    __tablename__ = "file_layout"
    __table_args__ = (UniqueConstraint("shop_id", "direction"), one_of("direction", Direction))

    id: int = pk()
    shop_id: int = ref("shop.id", index=False)
    direction: str = Field(max_length=8)
    fingerprint: str = Field(max_length=64)
    file_name: str = Field(max_length=160)
    head: str = Field(sa_type=Text)
    columns: str = Field(default="[]", sa_type=Text)
    choices: str = Field(default="{}", sa_type=Text)
    content: bytes = blob(default=b"")
    is_ready: bool = False
    version: int = 1
    changed_at: datetime
    changed_by: int | None = maybe_ref("account.id", index=False)


class FileStatusWord(SQLModel, table=True):
    """What one of a shop's own words for an order's state means."""

    __tablename__ = "file_status_word"
    __table_args__ = (UniqueConstraint("shop_id", "word_key"), one_of("status", OrderStatus))

    id: int = pk()
    shop_id: int = ref("shop.id", index=False)
    word_key: str = Field(max_length=48)
    word: str = Field(max_length=48)
    status: str = Field(max_length=12)
    changed_at: datetime
    changed_by: int | None = maybe_ref("account.id", index=False)


class FileReport(SQLModel, table=True):
    """One order report, known by the SHA-256 of its file; ``content`` are its cleaned rows, packed.

    ``since`` and ``until`` bound the days it lists in full; empty for a list of changes.
    """

    __tablename__ = "file_report"
    __table_args__ = (UniqueConstraint("shop_id", "sha256"), one_of("state", ReportState))

    id: int = pk()
    shop_id: int = ref("shop.id", index=False)
    sha256: str = Field(max_length=64)
    file_name: str = Field(max_length=160)
    source: str = Field(max_length=8)
    state: str = Field(max_length=8)
    reason: str = Field(default="", max_length=600)
    layout_version: int
    as_of: datetime
    since: date | None = None
    until: date | None = None
    rows: int = 0
    held: int = 0
    vanished: int = 0
    content: bytes = blob(default=b"")
    received_at: datetime
    received_by: int | None = maybe_ref("account.id", index=False)
    taken_at: datetime | None = None
    taken_by: int | None = maybe_ref("account.id", index=False)


class HeldOrder(SQLModel, table=True):
    """An order of a report that cannot be counted as told, and why; ``word`` where its state is unknown."""

    __tablename__ = "held_order"
    __table_args__ = (UniqueConstraint("shop_id", "ext_order_id"),)

    id: int = pk()
    shop_id: int = ref("shop.id", index=False)
    report_id: int = ref("file_report.id")
    ext_order_id: str = Field(max_length=64)
    row: int
    reason: str = Field(max_length=48)
    column: str = Field(default="", max_length=120)
    shape: str = Field(default="", max_length=48)
    word: str = Field(default="", max_length=48)
    first_at: datetime
    resolved_at: datetime | None = None


class ReportServer(SQLModel, table=True):
    """How the server answered that a shop's reports are fetched from; its address is in the settings alone.

    ``looked_at`` is the last look at its whole folder, with what that found; ``fault`` says why a later one
    failed, as JSON of a text's key and its figures, empty when none did.
    """

    __tablename__ = "report_server"

    shop_id: int = ref("shop.id", index=False, primary_key=True)
    looked_at: datetime | None = None
    fetched_at: datetime | None = None
    fetched: int = 0
    waiting: int = 0
    unfit: int = 0
    too_large: int = 0
    fault: str = Field(default="", max_length=1000)
    fault_at: datetime | None = None


class RemoteFile(SQLModel, table=True):
    """A file in the server's folder as it was at the last look: known by name, size and time (its clock).

    ``seen_at`` is when it was first seen exactly so; ``fetched_at`` is empty until it was fetched so.
    """

    __tablename__ = "remote_file"
    __table_args__ = (UniqueConstraint("shop_id", "name"),)

    id: int = pk()
    shop_id: int = ref("shop.id", index=False)
    name: str = Field(max_length=200)
    size: int = big()
    modified: int = big()
    seen_at: datetime
    fetched_at: datetime | None = None


OPEN = text("ended_at IS NULL")


class DayTotal(SQLModel, table=True):
    """What a person read off the shop's own page for one day, where no report can be had.

    It stands in the figures under a listing of its own until orders of that day are known.
    """

    __tablename__ = "day_total"
    __table_args__ = (
        Index("uq_day_total_open", "shop_id", "day", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        check(
            "counts", "orders >= transactions AND transactions >= 0 AND quantity >= 0 AND revenue_vnd >= 0"
        ),
    )

    id: int = pk()
    shop_id: int = ref("shop.id", index=False)
    listing_id: int = ref("listing.id")
    day: date = Field(index=True)
    orders: int
    transactions: int
    quantity: int = big()
    revenue_vnd: int = big()
    picture: bytes = blob()
    entered_at: datetime
    entered_by: int | None = maybe_ref("account.id", index=False)
    ended_at: datetime | None = None
    ended_by_report: int | None = maybe_ref("file_report.id", index=False)
