"""Đồng from other currencies: the rate of a day, and what an order or a price is worth by it.

The rate of a day is the latest one on or before it that still holds; how long one holds is fixed when it is
entered (``exchange_rates``). One that was followed by another of its own day holds no longer at all.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from marketplaces.money import DECIMALS, from_minor
from trace.records.exchange_rate import ExchangeRate
from trace.records.market_order import MarketOrder, MarketOrderLine
from trace.records.shop import Listing
from trace.standards.exchange import from_dong, to_dong

HOME = "VND"


@dataclass
class Rates:
    """Looked up once for each currency and day."""

    session: Session
    _known: dict[tuple[str, date], ExchangeRate | None] = field(default_factory=dict)

    def on(self, currency: str, day: date) -> ExchangeRate | None:
        """The rate of that day; None where none holds."""
        if (currency, day) not in self._known:
            later = aliased(ExchangeRate)
            corrected = exists().where(
                col(later.currency) == currency,
                col(later.day) == col(ExchangeRate.day),
                col(later.id) > col(ExchangeRate.id),
            )
            question = (
                select(ExchangeRate)
                .where(col(ExchangeRate.currency) == currency, ~corrected)
                .where(col(ExchangeRate.day) <= day, col(ExchangeRate.last_day) >= day)
                .order_by(col(ExchangeRate.day).desc())
                .limit(1)
            )
            self._known[currency, day] = self.session.execute(question).scalar_one_or_none()
        return self._known[currency, day]


def dong_of(minor: int, rate: ExchangeRate | None) -> int:
    """Whole đồng of a sum; 0 while no rate is known."""
    return to_dong(minor, DECIMALS[rate.currency], rate.dong_e4) if rate else 0


def rate_of(session: Session, listing: Listing, currency: str, today: date) -> ExchangeRate | None:
    """The rate a listing's price was sent with, else today's; None in đồng, or where none holds."""
    if currency == HOME:
        return None
    if listing.price_rate_id is not None:
        return session.get_one(ExchangeRate, listing.price_rate_id)
    return Rates(session).on(currency, today)


def price_abroad(session: Session, price_vnd: int, currency: str, day: date) -> int | None:
    """A price in another currency's smallest unit by the rate of the day; None in đồng, or without one."""
    rate = None if currency == HOME else Rates(session).on(currency, day)
    return from_dong(price_vnd, DECIMALS[currency], rate.dong_e4) if rate else None


@dataclass(frozen=True)
class Tag:
    """The currency of a listing's price, the price last sent or shown in it, and the rate that makes it."""

    currency: str
    amount: Decimal | None
    rate: ExchangeRate | None


def tag_of(session: Session, listing: Listing, currency: str, today: date) -> Tag:
    """What the page of a listing says about its price in another currency."""
    amount = from_minor(listing.price_minor, currency) if listing.price_minor is not None else None
    return Tag(currency, amount, rate_of(session, listing, currency, today))


@dataclass(frozen=True)
class Worth:
    """What an order in another currency is worth: in its own, and in đồng by a rate once there is one."""

    amount: Decimal
    currency: str
    dong: int
    rate: ExchangeRate | None


def worth_of(session: Session, order: MarketOrder) -> Worth | None:
    """None for orders in đồng, and where no line is known."""
    lines = lines_of(session, order)
    if order.currency in {HOME, ""} or not lines:
        return None
    amount = from_minor(sum(line.revenue_minor or 0 for line in lines), order.currency)
    rate = session.get_one(ExchangeRate, order.rate_id) if order.rate_id else None
    return Worth(amount, order.currency, sum(line.revenue_vnd for line in lines), rate)


def lines_of(session: Session, order: MarketOrder) -> list[MarketOrderLine]:
    """What is known of its lines."""
    own = select(MarketOrderLine).where(col(MarketOrderLine.order_id) == order.id)
    return list(session.execute(own).scalars())
