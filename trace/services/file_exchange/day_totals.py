"""A day's totals as a person read them off the shop's page: the last resort, and shown as such.

They stand under a listing of their own, ``tong-ngay``, and are in the figures as long as no order of that
shop and day is known. A report that tells of the day ends them; over a day that is known they are refused.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import func, select, update
from sqlmodel import Session, col

from trace.errors import FieldProblem, Invalid, NotFound, Refused
from trace.records.file_exchange import DayTotal, FileReport, ReportState
from trace.records.market_order import MarketOrder
from trace.records.shop import Listing, Shop
from trace.services import order_figures, selling
from trace.services.file_exchange import vanishing
from trace.services.listings import find_or_add, shelf_of
from trace.services.logging_acts import append_leaf
from trace.services.product_images import Picture
from trace.standards.local_time import local_day

NUMBER = "tong-ngay"
MOST = 10**12


@dataclass(frozen=True)
class _Name:
    ext_listing_id: str = NUMBER
    ext_model_id: str = ""
    sku: str = ""
    name: str = "Tổng ngày nhập tay"


class TotalsIn(BaseModel):
    """What the form sends."""

    model_config = ConfigDict(extra="ignore")

    day: date
    orders: int = Field(ge=0, le=1_000_000)
    transactions: int = Field(ge=0, le=1_000_000)
    quantity: int = Field(ge=0, le=100_000_000)
    revenue_vnd: int = Field(ge=0, le=MOST)

    @model_validator(mode="after")
    def _no_more_done_than_made(self) -> "TotalsIn":
        if self.transactions > self.orders:
            raise ValueError("transactions > orders")
        return self


def enter(
    session: Session, shop: Shop, given: TotalsIn, picture: Picture, account_id: int | None, now: datetime
) -> DayTotal:
    """Write a day's totals down; an earlier entry for the day gives way.

    Raises:
        Invalid: the day has not come yet.
        Refused: ``file.total.known``: orders of this day are known, or a full report covers it.
    """
    selling.lock_shop(session, shop.id)
    if given.day > local_day(now):
        raise Invalid([FieldProblem("day", "file.total.future", given.day.isoformat())])
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
    open_days = {
        row.day
        for row in listed(session, report.shop_id)
        if row.ended_at is None and (row.day in days or vanishing.covers(report, row.day))
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


def listed(session: Session, shop_id: int, limit: int = 400) -> Sequence[DayTotal]:
    """The shop's entries, the latest day first."""
    question = select(DayTotal).where(col(DayTotal.shop_id) == shop_id)
    order = (col(DayTotal.day).desc(), col(DayTotal.id).desc())
    return session.execute(question.order_by(*order).limit(limit)).scalars().all()


def fetch(session: Session, shop_id: int, total_id: int) -> DayTotal:
    """One entry of the shop.

    Raises:
        NotFound: absent, or another shop's.
    """
    row = session.get(DayTotal, total_id)
    if row is None or row.shop_id != shop_id:
        raise NotFound()
    return row


def is_totals(listing: Listing) -> bool:
    """Whether a listing only carries such entries."""
    return listing.ext_listing_id == NUMBER
