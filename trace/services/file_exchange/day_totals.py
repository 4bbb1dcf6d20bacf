"""A day's totals as a person read them off the shop's page: the last resort, and shown as such.

They stand under a listing of their own, ``tong-ngay``, and are in the figures as long as no order of that
shop and day is known. A report that tells of the day ends them; over a day that is known they are refused.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from pydantic import BeforeValidator, Field
from sqlalchemy import func, select, update
from sqlmodel import Session, col

from trace.errors import FieldProblem, Invalid, Refused
from trace.records.account import Account
from trace.records.file_exchange import TOTALS, DayTotal, FileReport, ReportState
from trace.records.market_order import MarketOrder
from trace.records.shop import Shop
from trace.services import order_figures, selling
from trace.services.file_exchange import vanishing
from trace.services.file_exchange.cells import EARLIEST_YEAR
from trace.services.intake import Day, Given
from trace.services.listings import find_or_add, shelf_of
from trace.services.logging_acts import append_leaf
from trace.services.product_images import Picture
from trace.standards import quantity
from trace.standards.local_time import local_day

MOST = 10**12


@dataclass(frozen=True)
class _Name:
    ext_listing_id: str = TOTALS
    ext_model_id: str = ""
    sku: str = ""
    name: str = "Tổng ngày nhập tay"


def _whole(value: object) -> object:
    return quantity.count(value) if isinstance(value, str) and value.strip() else value


def _money(value: object) -> object:
    return quantity.money_vnd(value) if isinstance(value, str) and value.strip() else value


Whole = Annotated[int, BeforeValidator(_whole)]


class TotalsIn(Given):
    """What the form sends: the day as ISO, numbers as people type them."""

    day: Day
    orders: Annotated[Whole, Field(ge=0, le=100_000)]
    transactions: Annotated[Whole, Field(ge=0, le=100_000)]
    quantity: Annotated[Whole, Field(ge=0, le=10_000_000)]
    revenue_vnd: Annotated[int, BeforeValidator(_money), Field(ge=0, le=MOST)]


def enter(
    session: Session, shop: Shop, given: TotalsIn, picture: Picture, account_id: int | None, now: datetime
) -> DayTotal:
    """Write a day's totals down; an earlier entry for the day gives way.

    Raises:
        Invalid: the day has not come yet, or more orders are completed than were made.
        Refused: ``file.total.known``: orders of this day are known, or a full report covers it.
    """
    selling.lock_shop(session, shop.id)
    if given.day.year < EARLIEST_YEAR:
        raise Invalid([FieldProblem("day", "field.date", given.day)])
    if given.day > local_day(now):
        raise Invalid([FieldProblem("day", "file.total.future", given.day)])
    if given.transactions > given.orders:
        raise Invalid([FieldProblem("transactions", "file.total.more", given.transactions)])
    if is_known(session, shop.id, given.day):
        raise Refused("file.total.known", day=given.day, shop=shop.name)
    _end(session, shop.id, {given.day}, None, now)
    listing = find_or_add(session, shelf_of(session, shop.id), shop.id, _Name(), now)
    row = DayTotal(
        shop_id=shop.id,
        listing_id=listing.id,
        picture=picture.data,
        entered_at=now,
        entered_by=account_id,
        **given.model_dump(),
    )
    session.add(row)
    shop.last_success_at = now
    _recompute(session, shop.id, listing.id, {given.day})
    body = {"shop": shop.id, "day": given.day.isoformat(), "orders": given.orders, "by": account_id}
    append_leaf(session, "day_total", {**body, "revenue_vnd": given.revenue_vnd}, now)
    return row


def is_known(session: Session, shop_id: int, day: date) -> bool:
    """Whether reports say anything of this day: an order, or that there was none."""
    rule = (col(MarketOrder.shop_id) == shop_id, col(MarketOrder.day) == day)
    if session.execute(select(func.count()).select_from(MarketOrder).where(*rule)).scalar_one():
        return True
    taken = (col(FileReport.shop_id) == shop_id, col(FileReport.state) == ReportState.TAKEN)
    reports = session.execute(select(FileReport).where(*taken, col(FileReport.since).is_not(None))).scalars()
    return any(vanishing.covers(report, day) for report in reports)


def end(session: Session, report: FileReport, days: Collection[date], now: datetime) -> int:
    """Entries of days that a report tells of give way to it; how many."""
    still = (col(DayTotal.shop_id) == report.shop_id, col(DayTotal.ended_at).is_(None))
    open_days = {
        day
        for day in session.execute(select(col(DayTotal.day)).where(*still)).scalars()
        if day in days or vanishing.covers(report, day)
    }
    return _end(session, report.shop_id, open_days, report.id, now)


def _end(session: Session, shop_id: int, days: Collection[date], report_id: int | None, now: datetime) -> int:
    rule = (col(DayTotal.shop_id) == shop_id, col(DayTotal.day).in_(days), col(DayTotal.ended_at).is_(None))
    ended = update(DayTotal).where(*rule).values(ended_at=now, ended_by_report=report_id)
    listings = session.execute(ended.returning(col(DayTotal.listing_id))).scalars().all()
    if listings:
        _recompute(session, shop_id, listings[0], days)
    return len(listings)


def _recompute(session: Session, shop_id: int, listing_id: int, days: Collection[date]) -> None:
    order_figures.recompute(session, {(listing_id, day) for day in days}, {(shop_id, day) for day in days})


def listed_with_authors(session: Session, shop_id: int) -> Sequence[tuple[DayTotal, str | None]]:
    """The shop's entries with the name of whoever entered each, the latest day first."""
    question = select(DayTotal, col(Account.name)).outerjoin(
        Account, col(Account.id) == col(DayTotal.entered_by)
    )
    order = (col(DayTotal.day).desc(), col(DayTotal.id).desc())
    found = session.execute(question.where(col(DayTotal.shop_id) == shop_id).order_by(*order).limit(400))
    return [(row, name) for row, name in found]
