"""What the rows of shops do not say themselves about their health, asked once for all of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, func, select
from sqlmodel import Session, col

from trace.records.file_exchange import FileReport, HeldOrder, ReportState
from trace.records.job import BadRecord, Job, JobState, Schedule
from trace.records.market_order import CAUTIOUS, UNMAPPED, UNRATED, MarketOrder, MarketOrderLine
from trace.records.shop import Listing, Shop, ShopState, ShopToken
from trace.records.sums import ShopDay
from trace.services.exchanging import HOME
from trace.services.shop_circuit import SYNC
from trace.standards.local_time import local_day

# Rules of orders that wait are those of their indices, letter by letter: else each order is looked at.

HOURS = 24
"""How far back runs are looked at."""
SOON = timedelta(days=14)
"""A seller's agreement that ends within these days is to be renewed: by people, on the marketplace's page."""


@dataclass(frozen=True)
class ShopFacts:
    """By shop: everything that its row does not say itself."""

    schedules: Mapping[int, Schedule]
    bad: Mapping[int, tuple[int, int]]
    unmapped: Mapping[int, int]
    statuses: Mapping[int, Sequence[tuple[str, int]]]
    missing: Mapping[int, int]
    cautions: Mapping[int, Sequence[tuple[str, int]]]
    unpriced: Mapping[int, int]
    orders: Mapping[int, Mapping[int, int]]
    runs: Mapping[int, Sequence[tuple[datetime, str]]]
    agreements: Mapping[int, datetime]
    files: Mapping[int, int]

    @classmethod
    def read(cls, session: Session, shops: Sequence[int], now: datetime) -> "ShopFacts":
        """Ask once for all of these shops."""
        own = col(Schedule.shop_id).in_(shops)
        turns = session.execute(select(Schedule).where(own, col(Schedule.kind) == SYNC)).scalars()
        return cls(
            schedules={turn.shop_id: turn for turn in turns if turn.shop_id is not None},
            bad={shop: (int(n), int(dead)) for shop, n, dead in session.execute(_bad(shops))},
            unmapped={shop: int(n) for shop, n in session.execute(_unmapped(shops))},
            statuses=_grouped(session.execute(_unknown(shops)).all()),
            missing={shop: int(n) for shop, n in session.execute(_missing(shops))},
            cautions=_grouped(session.execute(_cautions(shops)).all()),
            unpriced={shop: int(n) for shop, n in session.execute(_unpriced(shops))},
            orders=_orders(session, shops, now),
            runs=_grouped(session.execute(_runs(shops, now)).all()),
            agreements=dict(session.execute(ending_agreements(shops, now)).all()),
            files=_files(session, shops),
        )


def _grouped(rows: Iterable[Any]) -> Mapping[int, Sequence[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for shop, *rest in rows:
        found[shop].append(tuple(rest))
    return found


def _bad(shops: Sequence[int]) -> Any:
    dead = func.sum(case((col(BadRecord.is_dead), 1), else_=0))
    return (
        select(col(BadRecord.shop_id), func.count(), dead)
        .where(col(BadRecord.shop_id).in_(shops), col(BadRecord.resolved_at).is_(None))
        .group_by(col(BadRecord.shop_id))
    )


def _unmapped(shops: Sequence[int]) -> Any:
    return (
        select(col(Listing.shop_id), func.count(col(MarketOrderLine.id)))
        .join(MarketOrderLine, col(MarketOrderLine.listing_id) == col(Listing.id))
        .where(col(Listing.shop_id).in_(shops), col(Listing.product_id).is_(None))
        .group_by(col(Listing.shop_id))
    )


def _unknown(shops: Sequence[int]) -> Any:
    return (
        select(col(MarketOrder.shop_id), col(MarketOrder.status_raw), func.count())
        .where(col(MarketOrder.shop_id).in_(shops), UNMAPPED)
        .group_by(col(MarketOrder.shop_id), col(MarketOrder.status_raw))
        .order_by(col(MarketOrder.status_raw))
    )


def _missing(shops: Sequence[int]) -> Any:
    gone = (col(Listing.is_missing), col(Listing.product_id).is_not(None))
    return (
        select(col(Listing.shop_id), func.count())
        .where(col(Listing.shop_id).in_(shops), *gone)
        .group_by(col(Listing.shop_id))
    )


def _cautions(shops: Sequence[int]) -> Any:
    return (
        select(col(MarketOrder.shop_id), col(MarketOrder.caution), func.count())
        .where(col(MarketOrder.shop_id).in_(shops), CAUTIOUS)
        .group_by(col(MarketOrder.shop_id), col(MarketOrder.caution))
        .order_by(col(MarketOrder.caution))
    )


def _unpriced(shops: Sequence[int]) -> Any:
    rule = (UNRATED, col(MarketOrder.currency).not_in((HOME, "")))
    return (
        select(col(MarketOrder.shop_id), func.count())
        .where(col(MarketOrder.shop_id).in_(shops), *rule)
        .group_by(col(MarketOrder.shop_id))
    )


def _files(session: Session, shops: Sequence[int]) -> Mapping[int, int]:
    """Reports that wait for a person, and orders of which a value could not be read."""
    held = (col(HeldOrder.resolved_at).is_(None), col(HeldOrder.word) == "")
    found: dict[int, int] = defaultdict(int)
    for shop, rule in (
        (col(FileReport.shop_id), (col(FileReport.state) != ReportState.TAKEN,)),
        (col(HeldOrder.shop_id), held),
    ):
        question = select(shop, func.count()).where(shop.in_(shops), *rule).group_by(shop)
        for number, count in session.execute(question):
            found[number] += int(count)
    return found


def _orders(session: Session, shops: Sequence[int], now: datetime) -> Mapping[int, Mapping[int, int]]:
    """Orders of the last seven days by how many days ago."""
    today = local_day(now)
    rule = (col(ShopDay.shop_id).in_(shops), col(ShopDay.day).between(today - timedelta(days=6), today))
    found: dict[int, dict[int, int]] = defaultdict(dict)
    columns = (col(ShopDay.shop_id), col(ShopDay.day), col(ShopDay.orders))
    for shop, day, orders in session.execute(select(*columns).where(*rule)):
        found[shop][(today - day).days] = orders
    return found


def ending_agreements(shops: Sequence[int], now: datetime) -> Any:
    """Shops that work, whose seller must agree again soon, and when: one row each.

    A marketplace that gives another refresh token with every renewal moves the day on by itself.
    """
    working = (ShopState.CONNECTED, ShopState.PENDING)
    return (
        select(col(ShopToken.shop_id), col(ShopToken.refresh_expires_at))
        .join(Shop, col(Shop.id) == col(ShopToken.shop_id))
        .where(
            col(Shop.id).in_(shops),
            col(Shop.state).in_(working),
            col(ShopToken.refresh_expires_at).between(now, now + SOON),
        )
    )


def _runs(shops: Sequence[int], now: datetime) -> Any:
    ended = (JobState.DONE, JobState.FAILED, JobState.DEAD)
    return select(col(Job.shop_id), col(Job.finished_at), col(Job.state)).where(
        col(Job.shop_id).in_(shops),
        col(Job.kind) == SYNC,
        col(Job.state).in_(ended),
        col(Job.finished_at) > now - timedelta(hours=HOURS),
    )
