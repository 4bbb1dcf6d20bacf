"""What the pages of order reports show."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from marketplaces.values import OrderStatus
from trace.records.file_exchange import (
    Direction,
    FileLayout,
    FileReport,
    FileStatusWord,
    HeldOrder,
    ReportState,
)
from trace.records.market_order import MarketOrder
from trace.records.shop import Shop
from trace.services import order_sums, selling
from trace.services.file_exchange import layouts, reports, status_words
from trace.services.file_exchange.telling import Held, word_key
from trace.services.file_exchange.vanishing import VANISHED

SHOWN = 100


@dataclass(frozen=True)
class ReportsPage:
    """A shop's reports, the newest first, and what waits for a person."""

    shop: Shop
    layout: FileLayout | None
    reports: Sequence[FileReport]
    held: Sequence[HeldOrder]
    held_count: int
    words: Sequence[FileStatusWord]
    unknown: Sequence[tuple[str, OrderStatus]]
    """Words nobody has explained, each with the state the form shows first."""
    vanished: Sequence[MarketOrder]

    @property
    def waiting(self) -> int:
        """Reports somebody has to look at."""
        return sum(one.state == ReportState.CHECKED for one in self.reports)


def reports_page(session: Session, shop: Shop) -> ReportsPage:
    """Everything of a shop's reports."""
    newest = select(FileReport).where(col(FileReport.shop_id) == shop.id).order_by(col(FileReport.id).desc())
    return ReportsPage(
        shop,
        layouts.layout_of(session, shop.id, Direction.REPORT),
        session.execute(newest.limit(30)).scalars().all(),
        held_of(session, shop.id),
        count_held(session, shop.id),
        status_words.listed(session, shop.id),
        [(word, _suggested(word)) for word in status_words.unknown(session, shop.id)],
        _vanished(session, shop.id),
    )


def _vanished(session: Session, shop_id: int) -> Sequence[MarketOrder]:
    rule = (col(MarketOrder.shop_id) == shop_id, col(MarketOrder.status_raw) == VANISHED)
    order = (col(MarketOrder.day).desc(), col(MarketOrder.id).desc())
    return session.execute(select(MarketOrder).where(*rule).order_by(*order).limit(SHOWN)).scalars().all()


def _suggested(word: str) -> OrderStatus:
    return status_words.SUGGESTED.get(word_key(word), "placed")


def held_of(session: Session, shop_id: int) -> Sequence[HeldOrder]:
    """Orders that are held back, the newest first."""
    rule = (col(HeldOrder.shop_id) == shop_id, col(HeldOrder.resolved_at).is_(None))
    order = (col(HeldOrder.report_id).desc(), col(HeldOrder.row))
    return session.execute(select(HeldOrder).where(*rule).order_by(*order).limit(SHOWN)).scalars().all()


def count_held(session: Session, shop_id: int) -> int:
    """How many orders are held back."""
    rule = (col(HeldOrder.shop_id) == shop_id, col(HeldOrder.resolved_at).is_(None))
    return int(session.execute(select(func.count()).select_from(HeldOrder).where(*rule)).scalar_one())


@dataclass(frozen=True)
class Preview:
    """What a report tells, and what taking it would do; money in đồng, of counted orders only."""

    shop: Shop
    report: FileReport
    states: Sequence[tuple[str, int]]
    orders: int
    quantity: int
    revenue_vnd: int
    new: int
    held: Sequence[Held]
    held_count: int
    vanished: int


def preview(session: Session, shop: Shop, report: FileReport, now: datetime) -> Preview:
    """The report as it would count by the shop's words as they are now."""
    told = reports.told_by(session, report)
    unfit = [Held(one.ext_order_id, 0, reports.UNFIT) for one in told.orders if selling.unfit(one, now)]
    codes = {one.code for one in unfit}
    held = [*(one for one in told.held if one.code not in codes), *unfit]
    fit = [one for one in told.orders if one.ext_order_id not in codes]
    counted = [one for one in fit if one.status in order_sums.COUNTED]
    is_taken = report.state == ReportState.TAKEN
    return Preview(
        shop=shop,
        report=report,
        states=sorted(Counter(str(one.status) for one in fit).items()),
        orders=len(counted),
        quantity=sum(line.net_quantity for one in counted for line in one.lines),
        revenue_vnd=sum(line.revenue_vnd for one in counted for line in one.lines),
        new=0 if is_taken else _new(session, shop.id, [one.ext_order_id for one in fit]),
        held=held[:SHOWN],
        held_count=len(held),
        vanished=report.vanished if is_taken else len(reports.gone_by(session, report, told)),
    )


def _new(session: Session, shop_id: int, codes: Sequence[str]) -> int:
    known = select(col(MarketOrder.ext_order_id)).where(col(MarketOrder.shop_id) == shop_id)
    return len(set(codes) - set(session.execute(known).scalars()))
