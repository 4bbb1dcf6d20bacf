"""What a report no longer tells: marked, kept, and not counted.

An order that is told is told whole, so a line of it that is told no longer has nothing left. Where a report
is a full list of some days, an order of those days that is not in it has vanished. Both come back when a
later report tells them again.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from marketplaces.values import Order, OrderLine
from trace.records.file_exchange import FileReport, ReportState
from trace.records.market_order import MarketOrder, MarketOrderLine
from trace.records.shop import Listing
from trace.services.file_exchange import cleaning
from trace.standards.local_time import local_day

VANISHED = "@vanished"
"""Stands where the shop's own word would; no word of a report holds its first sign (``status_word``)."""
_BATCH = 400


def with_gone_lines(session: Session, shop_id: int, orders: Sequence[Order]) -> list[Order]:
    """The orders, each with the stored lines it is told without, of which nothing is left."""
    found = []
    for start in range(0, len(orders), _BATCH):
        some = orders[start : start + _BATCH]
        stored = _lines(session, shop_id, [order.ext_order_id for order in some])
        found += [_with_gone(order, stored.get(order.ext_order_id, ())) for order in some]
    return found


def _with_gone(order: Order, stored: Iterable[OrderLine]) -> Order:
    told = {line.ext_line_id for line in order.lines}
    gone = [line for line in stored if line.ext_line_id not in told]
    lines = sorted((*order.lines, *gone), key=lambda line: line.ext_line_id)
    return replace(order, lines=tuple(lines))


def _lines(session: Session, shop_id: int, codes: Collection[str]) -> dict[str, list[OrderLine]]:
    """Stored lines by order, as lines of which nothing is left."""
    question = (
        select(col(MarketOrder.ext_order_id), MarketOrderLine, Listing)
        .join(MarketOrderLine, col(MarketOrderLine.order_id) == col(MarketOrder.id))
        .join(Listing, col(Listing.id) == col(MarketOrderLine.listing_id))
        .where(col(MarketOrder.shop_id) == shop_id, col(MarketOrder.ext_order_id).in_(codes))
    )
    found: dict[str, list[OrderLine]] = {}
    for code, line, listing in session.execute(question):
        found.setdefault(code, []).append(_emptied(line, listing))
    return found


def _emptied(line: MarketOrderLine, listing: Listing) -> OrderLine:
    return OrderLine(
        ext_line_id=line.ext_line_id,
        ext_listing_id=listing.ext_listing_id,
        ext_model_id="",
        sku=listing.ext_sku,
        name=listing.ext_name,
        quantity=line.quantity,
        cancelled_quantity=line.quantity,
        returned_quantity=0,
        unit_price_vnd=line.unit_price_vnd,
    )


def gone_orders(
    session: Session, report: FileReport, told: Collection[str], *, by_report: bool
) -> Iterator[Order]:
    """Orders of the report's days that it does not tell, as orders of which nothing is left.

    Days of which a newer report gives a full list are left to that one, and so are orders made after this
    report. ``by_report``: orders take their time from the report, for no column tells when they changed.
    """
    if report.since is None or report.until is None:
        return
    newer = _newer_days(session, report)
    rule = (
        col(MarketOrder.shop_id) == report.shop_id,
        col(MarketOrder.day).between(report.since, report.until),
        col(MarketOrder.ordered_at) <= report.as_of,
        col(MarketOrder.status_raw) != VANISHED,
    )
    known = set(told)
    rows = session.execute(select(MarketOrder).where(*rule).order_by(col(MarketOrder.id))).scalars().all()
    for row in rows:
        if row.ext_order_id not in known and not any(since <= row.day <= until for since, until in newer):
            yield _gone(session, row, report.as_of if by_report else row.ext_modified_at)


def _newer_days(session: Session, report: FileReport) -> list[tuple[date, date]]:
    return [(one.since, one.until) for one in _newer_lists(session, report) if one.since and one.until]


def _newer_lists(session: Session, report: FileReport) -> Sequence[FileReport]:
    """Full lists made after this report and taken before it, the older first."""
    rule = (
        col(FileReport.shop_id) == report.shop_id,
        col(FileReport.state) == ReportState.TAKEN,
        col(FileReport.as_of) > report.as_of,
        col(FileReport.since).is_not(None),
    )
    order = (col(FileReport.as_of), col(FileReport.id))
    return session.execute(select(FileReport).where(*rule).order_by(*order)).scalars().all()


def standing(session: Session, shop_id: int, codes: Collection[str]) -> set[str]:
    """Those of these orders that are known and have not vanished."""
    rule = (col(MarketOrder.shop_id) == shop_id, col(MarketOrder.status_raw) != VANISHED)
    return set(codes) & set(session.execute(select(col(MarketOrder.ext_order_id)).where(*rule)).scalars())


def gone_since(
    session: Session, report: FileReport, brought: Collection[str], *, by_report: bool
) -> Iterator[Order]:
    """Orders that only this report brings, and that a newer full list of their day did not tell any more.

    Files may be read in any order: the figures are the same.
    """
    left = set(brought)
    for newer in _newer_lists(session, report) if left else ():
        codes = {row.code for row in cleaning.unpack(newer.content)}
        rule = (
            col(MarketOrder.shop_id) == report.shop_id,
            col(MarketOrder.day).between(newer.since, newer.until),
            col(MarketOrder.ordered_at) <= newer.as_of,
        )
        rows = session.execute(select(MarketOrder).where(*rule).order_by(col(MarketOrder.id))).scalars().all()
        for row in rows if "" not in codes else ():
            if row.ext_order_id in left - codes:
                left.discard(row.ext_order_id)
                yield _gone(session, row, newer.as_of if by_report else row.ext_modified_at)


def _gone(session: Session, row: MarketOrder, at: datetime) -> Order:
    lines = _lines(session, row.shop_id, [row.ext_order_id]).get(row.ext_order_id, [])
    return Order(
        ext_order_id=row.ext_order_id,
        status_raw=VANISHED,
        status="cancelled",
        created_at=row.ordered_at,
        modified_at=max(at, row.ext_modified_at),
        currency=row.currency,
        lines=tuple(sorted(lines, key=lambda line: line.ext_line_id)),
    )


def covers(report: FileReport, day: date) -> bool:
    """Whether the report is a full list of this day, which was over when it was made."""
    if report.since is None or report.until is None:
        return False
    return report.since <= day <= report.until and day < local_day(report.as_of + timedelta(seconds=1))
