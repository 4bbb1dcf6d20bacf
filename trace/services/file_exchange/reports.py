"""An order report's way: looked at, shown to a person, taken in.

A file is known by its SHA-256: sent twice it is one. The file itself is never kept; its clean rows are.
Orders go the way of every marketplace's (``selling.record_orders``), so a re-import replaces and never adds.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import select, update
from sqlmodel import Session, col

from marketplaces.values import Order
from trace.crashpoint import crashpoint
from trace.errors import NotFound, Refused
from trace.records.file_exchange import Direction, FileLayout, FileReport, HeldOrder, ReportState
from trace.records.shop import Shop
from trace.services import selling
from trace.services.file_exchange import cleaning, day_totals, layouts, status_words, vanishing
from trace.services.file_exchange.cleaning import Cleaned
from trace.services.file_exchange.headings import ReportField
from trace.services.file_exchange.telling import Held, Told, tell
from trace.services.logging_acts import append_leaf
from trace.standards.local_time import day_bounds, local_day

SECOND = timedelta(seconds=1)
UNFIT = "file.order.unfit"


@dataclass(frozen=True)
class Arrived:
    """A file as it came: how, when it was made as far as a person or the folder knows, and for which days."""

    sha256: str
    file_name: str
    source: str
    as_of: datetime | None = None
    since: date | None = None
    until: date | None = None
    written_at: datetime | None = None


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def ready_layout(session: Session, shop_id: int) -> FileLayout:
    """How the shop's reports are laid out.

    Raises:
        Refused: ``file.no_layout``: nobody has said which column is what.
    """
    layout = layouts.layout_of(session, shop_id, Direction.REPORT)
    if layout is None or not layout.is_ready:
        raise Refused("file.no_layout")
    return layout


def known(session: Session, shop_id: int, sha256: str) -> FileReport | None:
    """The same file, when it came before."""
    rule = (col(FileReport.shop_id) == shop_id, col(FileReport.sha256) == sha256)
    found: FileReport | None = session.execute(select(FileReport).where(*rule)).scalar_one_or_none()
    return found


def keep(
    session: Session,
    layout: FileLayout,
    arrived: Arrived,
    cleaned: Cleaned,
    account_id: int | None,
    now: datetime,
) -> FileReport:
    """Keep a file's clean rows for a person to look at; a file that came before is that report still."""
    selling.lock_shop(session, layout.shop_id)  # as ``take`` does, which may follow in this transaction
    report = known(session, layout.shop_id, arrived.sha256)
    if report is not None and report.state == ReportState.TAKEN:
        return report
    if report is None:
        report = new_report(layout.shop_id, arrived, account_id, now)
        session.add(report)
    is_full = layouts.choices_of(layout).is_full
    report.state, report.reason, report.layout_version = ReportState.CHECKED, "", layout.version
    report.as_of = _as_of(arrived, cleaned, now)
    report.since, report.until = _period(arrived, cleaned) if is_full else (None, None)
    report.rows, report.content, report.received_at = len(cleaned.rows), cleaning.pack(cleaned.rows), now
    session.flush()
    return report


def new_report(shop_id: int, arrived: Arrived, account_id: int | None, now: datetime) -> FileReport:
    """A report of which nothing is read yet."""
    return FileReport(
        shop_id=shop_id,
        sha256=arrived.sha256,
        file_name=cleaning.safe_name(arrived.file_name),
        source=arrived.source,
        state=ReportState.REFUSED,
        layout_version=0,
        as_of=now,
        received_at=now,
        received_by=account_id,
    )


SAFE_FIGURES = ("file", "lost", "got", "words", "n", "max")
"""What of a refusal is kept: never a piece of the file's content."""


def note_refusal(
    session: Session, layout: FileLayout, arrived: Arrived, refusal: Refused, now: datetime
) -> FileReport:
    """Remember that a file could not be read, and why; it is tried again when the columns are named anew."""
    report = known(session, layout.shop_id, arrived.sha256)
    if report is None:
        report = new_report(layout.shop_id, arrived, None, now)
        session.add(report)
    figures = {name: str(refusal.params[name])[:60] for name in SAFE_FIGURES if name in refusal.params}
    report.reason = json.dumps({"key": refusal.key, "figures": {"value": "…", **figures}}, ensure_ascii=False)
    report.layout_version = layout.version
    session.flush()
    return report


def refusal_of(report: FileReport) -> tuple[str, dict[str, str]]:
    """Why it could not be read: the text's key and its figures."""
    kept = json.loads(report.reason)
    return kept["key"], kept["figures"]


def _as_of(arrived: Arrived, cleaned: Cleaned, now: datetime) -> datetime:
    """What a person says, else what stands over the headings, else the newest change, else the arrival."""
    if arrived.as_of is not None:
        return min(arrived.as_of, now)
    if cleaned.made_at is not None:
        whole_day = cleaned.made_at == day_bounds(local_day(cleaned.made_at))[0]
        return min(day_bounds(local_day(cleaned.made_at))[1] - SECOND if whole_day else cleaned.made_at, now)
    changes = [row.changed for row in cleaned.rows if row.changed]
    return min(datetime.fromisoformat(max(changes)) if changes else arrived.written_at or now, now)


def _period(arrived: Arrived, cleaned: Cleaned) -> tuple[date | None, date | None]:
    if arrived.since and arrived.until:
        return arrived.since, arrived.until
    if cleaned.since and cleaned.until:
        return cleaned.since, cleaned.until
    days = [local_day(datetime.fromisoformat(row.created)) for row in cleaned.rows if row.created]
    return (min(days), max(days)) if days else (None, None)


def told_by(session: Session, report: FileReport) -> Told:
    """The orders of a kept report, by the shop's words as they are now."""
    rows = cleaning.unpack(report.content)
    return tell(rows, status_words.meanings(session, report.shop_id), report.as_of)


def gone_by(session: Session, report: FileReport, told: Told) -> list[Order]:
    """Orders a full list no longer tells; none while a row's order could not be read at all."""
    if not told.is_whole:
        return []
    by_report = _is_by_report(session, report.shop_id)
    codes = {order.ext_order_id for order in told.orders} | {one.code for one in told.held}
    return list(vanishing.gone_orders(session, report, codes, by_report=by_report))


def _is_by_report(session: Session, shop_id: int) -> bool:
    """Whether orders take their time from the report, for no column tells when they changed."""
    layout = layouts.layout_of(session, shop_id, Direction.REPORT)
    return layout is None or ReportField.CHANGED not in layout.columns


def take(session: Session, report: FileReport, account_id: int | None, now: datetime) -> FileReport:
    """Take a checked report into the figures, whole; one that was taken already is left as it is.

    Raises:
        NotFound: it could not be read, so there is nothing to take.
    """
    shop = session.get_one(Shop, report.shop_id)
    selling.lock_shop(session, shop.id)
    session.refresh(report)
    if report.state == ReportState.TAKEN:
        return report
    if report.state != ReportState.CHECKED:
        raise NotFound()
    told = told_by(session, report)
    gone = gone_by(session, report, told)
    brought = {order.ext_order_id for order in told.orders}
    brought -= vanishing.standing(session, shop.id, brought)
    record(session, report, told.orders, told.held, now)
    crashpoint("report half taken")
    late = vanishing.gone_since(session, report, brought, by_report=_is_by_report(session, shop.id))
    selling.record_orders(session, shop.id, [*gone, *late], now)
    report.state, report.taken_at, report.taken_by = ReportState.TAKEN, now, account_id
    report.held, report.vanished = len(told.held), len(gone)
    _note_news(shop, report, now)
    body = {
        "report": report.id,
        "shop": shop.id,
        "file": report.sha256,
        "rows": report.rows,
        "by": account_id,
    }
    append_leaf(session, "report_taken", body, now)
    session.flush()
    crashpoint("report taken")
    return report


def _note_news(shop: Shop, report: FileReport, now: datetime) -> None:
    shop.orders_cursor = max(shop.orders_cursor or report.as_of, report.as_of)
    shop.last_success_at = now


def record(
    session: Session, report: FileReport, orders: Sequence[Order], held: Iterable[Held], now: datetime
) -> None:
    """Write orders down, and which of them are held back; totals typed in for their days end before."""
    day_totals.end(session, report, {local_day(order.created_at) for order in orders}, now)
    whole = vanishing.with_gone_lines(session, report.shop_id, orders)
    tally = selling.record_orders(session, report.shop_id, whole, now)
    untold = [Held(bad.ext_order_id, 0, UNFIT) for bad in tally.bad]
    both = {one.code or f"dong/{report.id}/{one.row}": one for one in (*held, *untold)}
    told = [order.ext_order_id for order in orders if order.ext_order_id not in both]
    _resolve(session, report.shop_id, told, now)
    for code, one in both.items():
        _hold(session, report, code, one, now)
    session.flush()


def _resolve(session: Session, shop_id: int, codes: Sequence[str], now: datetime) -> None:
    for start in range(0, len(codes), 400):
        rule = (
            col(HeldOrder.shop_id) == shop_id,
            col(HeldOrder.ext_order_id).in_(codes[start : start + 400]),
            col(HeldOrder.resolved_at).is_(None),
        )
        session.execute(update(HeldOrder).where(*rule).values(resolved_at=now))


def _hold(session: Session, report: FileReport, code: str, one: Held, now: datetime) -> None:
    rule = (col(HeldOrder.shop_id) == report.shop_id, col(HeldOrder.ext_order_id) == code[:64])
    row: HeldOrder | None = session.execute(select(HeldOrder).where(*rule)).scalar_one_or_none()
    if row is None:
        row = HeldOrder(
            shop_id=report.shop_id,
            report_id=report.id,
            ext_order_id=code[:64],
            row=one.row,
            reason=one.reason,
            first_at=now,
        )
        session.add(row)
    row.report_id, row.row, row.reason, row.resolved_at = report.id, one.row, one.reason, None
    row.column, row.shape, row.word = one.column[:120], one.shape[:48], one.word
