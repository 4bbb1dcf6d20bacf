"""How the shops are doing: last success, lag, next run, what a person should look at."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import case, func, select
from sqlmodel import Session, col

from marketplaces.by_file import is_by_file
from trace.records.job import BadRecord, Job, JobState, Schedule
from trace.records.market_order import Caution, MarketOrder, MarketOrderLine, OrderStatus, ShopDay
from trace.records.shop import Listing, Shop, ShopState
from trace.services.admission import Act, Actor, may, visible
from trace.services.exchanging import HOME
from trace.services.shops import FAULTS_ALLOWED, SYNC
from trace.standards.local_time import local_day

HOURS = 24
SLOW_TURNS = 3
"""A shop is slow when it missed so many turns, and fails when it missed twelve or faults three times."""
LOST_TURNS = 12
LEAST_SLOW = timedelta(minutes=15)
FILE_TURN = timedelta(days=3)
"""How often somebody is expected to bring a report of a shop kept by files."""


class Pulse(StrEnum):
    """What a shop's connection is like now."""

    GOOD = "good"
    NEW = "new"
    SLOW = "slow"
    BAD = "bad"
    RELOGIN = "relogin"
    STOPPED = "stopped"


@dataclass(frozen=True)
class ShopHealth:
    """One shop. ``hours`` are the last 24, oldest first: good, bad, or none where nothing ran.

    ``cautions`` counts orders that are frozen or shown without lines, ``unpriced`` those without a rate.
    """

    shop_id: int
    marketplace: str
    name: str
    org_id: int
    pulse: Pulse
    last_success_at: datetime | None
    lag_minutes: int | None
    next_run_at: datetime | None
    paused_until: datetime | None
    error: str
    open_errors: int
    dead: int
    unmapped_lines: int
    unknown_statuses: tuple[tuple[str, int], ...]
    missing_listings: int
    cautions: tuple[tuple[str, int], ...]
    unpriced: int
    orders_today: int
    orders_7_days: int
    hours: tuple[str, ...]

    @property
    def error_kind(self) -> str:
        """What kind of fault the last one was, in the adapters' words."""
        return self.error.partition(":")[0]

    @property
    def to_look_at(self) -> int:
        """Everything that waits for a person."""
        places = self.open_errors, self.unmapped_lines, self.missing_listings, self.unpriced
        return sum(places) + len(self.unknown_statuses)


@dataclass(frozen=True)
class SyncHealth:
    """All shops one may see, the worst first."""

    shops: tuple[ShopHealth, ...]
    at: datetime

    def count(self, *pulses: str) -> int:
        """How many shops have one of these pulses."""
        return sum(shop.pulse in pulses for shop in self.shops)

    @property
    def good(self) -> int:
        """Shops that work."""
        return self.count(Pulse.GOOD, Pulse.NEW)

    @property
    def slow(self) -> int:
        """Shops that lag."""
        return self.count(Pulse.SLOW)

    @property
    def bad(self) -> int:
        """Shops a person must look after."""
        return self.count(Pulse.BAD, Pulse.RELOGIN)


def sync_health(session: Session, actor: Actor, now: datetime) -> SyncHealth:
    """The health of every shop in the actor's scope; a role that sees no shops gets none."""
    if not may(actor, Act.VIEW_SHOP):
        return SyncHealth((), now)
    shops = session.execute(select(Shop).where(visible(actor, Act.VIEW_SHOP, Shop))).scalars().all()
    facts = _Facts.read(session, [shop.id for shop in shops], now)
    told = (_health(shop, facts, now) for shop in shops)
    return SyncHealth(tuple(sorted(told, key=lambda one: (-_BADNESS[one.pulse], one.shop_id))), now)


_BADNESS = {
    Pulse.RELOGIN: 5,
    Pulse.BAD: 4,
    Pulse.SLOW: 3,
    Pulse.NEW: 2,
    Pulse.GOOD: 1,
    Pulse.STOPPED: 0,
}


def _health(shop: Shop, facts: "_Facts", now: datetime) -> ShopHealth:
    turn = facts.schedules.get(shop.id)
    lag = now - shop.orders_cursor if shop.orders_cursor else None
    open_errors, dead = facts.bad.get(shop.id, (0, 0))
    return ShopHealth(
        shop_id=shop.id,
        marketplace=shop.marketplace,
        name=shop.name,
        org_id=shop.org_id,
        pulse=_pulse(shop, turn, now),
        last_success_at=shop.last_success_at,
        lag_minutes=max(0, int(lag.total_seconds() // 60)) if lag is not None else None,
        next_run_at=turn.next_due_at if turn and turn.is_enabled else None,
        paused_until=shop.paused_until if shop.paused_until and shop.paused_until > now else None,
        error=shop.last_error,
        open_errors=open_errors,
        dead=dead,
        unmapped_lines=facts.unmapped.get(shop.id, 0),
        unknown_statuses=tuple(facts.statuses.get(shop.id, ())),
        missing_listings=facts.missing.get(shop.id, 0),
        cautions=tuple(facts.cautions.get(shop.id, ())),
        unpriced=facts.unpriced.get(shop.id, 0),
        orders_today=facts.orders[shop.id].get(0, 0),
        orders_7_days=sum(facts.orders[shop.id].values()),
        hours=_hours(facts.runs.get(shop.id, ()), now),
    )


def _pulse(shop: Shop, turn: Schedule | None, now: datetime) -> Pulse:
    if shop.state == ShopState.NEEDS_LOGIN:
        return Pulse.RELOGIN
    if shop.state == ShopState.DISABLED:
        return Pulse.STOPPED
    if shop.failures >= FAULTS_ALLOWED:
        return Pulse.BAD
    if shop.last_success_at is None:
        return Pulse.SLOW if shop.failures else Pulse.NEW
    every = FILE_TURN if is_by_file(shop.marketplace) else timedelta(seconds=turn.every_s if turn else 300)
    silent = now - shop.last_success_at
    if silent > max(every * LOST_TURNS, 4 * LEAST_SLOW):
        return Pulse.BAD
    late = silent > max(every * SLOW_TURNS, LEAST_SLOW)
    return Pulse.SLOW if late or shop.failures or shop.paused_until else Pulse.GOOD


def _hours(runs: Iterable[tuple[datetime, str]], now: datetime) -> tuple[str, ...]:
    bars = ["none"] * HOURS
    for finished, state in runs:
        place = HOURS - 1 - int((now - finished).total_seconds() // 3600)
        if 0 <= place < HOURS and bars[place] != "good":
            bars[place] = "good" if state == JobState.DONE else "bad"
    return tuple(bars)


@dataclass(frozen=True)
class _Facts:
    """What the shops' rows do not say themselves, asked once for all of them."""

    schedules: Mapping[int, Schedule]
    bad: Mapping[int, tuple[int, int]]
    unmapped: Mapping[int, int]
    statuses: Mapping[int, Sequence[tuple[str, int]]]
    missing: Mapping[int, int]
    cautions: Mapping[int, Sequence[tuple[str, int]]]
    unpriced: Mapping[int, int]
    orders: Mapping[int, Mapping[int, int]]
    runs: Mapping[int, Sequence[tuple[datetime, str]]]

    @classmethod
    def read(cls, session: Session, shops: Sequence[int], now: datetime) -> "_Facts":
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
        .where(col(MarketOrder.shop_id).in_(shops), col(MarketOrder.status) == OrderStatus.UNMAPPED)
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
        .where(col(MarketOrder.shop_id).in_(shops), col(MarketOrder.caution) != Caution.NONE)
        .group_by(col(MarketOrder.shop_id), col(MarketOrder.caution))
        .order_by(col(MarketOrder.caution))
    )


def _unpriced(shops: Sequence[int]) -> Any:
    rule = (col(MarketOrder.is_priced).is_(False), col(MarketOrder.currency).not_in((HOME, "")))
    return (
        select(col(MarketOrder.shop_id), func.count())
        .where(col(MarketOrder.shop_id).in_(shops), *rule)
        .group_by(col(MarketOrder.shop_id))
    )


def _orders(session: Session, shops: Sequence[int], now: datetime) -> Mapping[int, Mapping[int, int]]:
    """Orders of the last seven days by how many days ago."""
    today = local_day(now)
    rule = (col(ShopDay.shop_id).in_(shops), col(ShopDay.day).between(today - timedelta(days=6), today))
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for row in session.execute(select(ShopDay).where(*rule)).scalars():
        found[row.shop_id][(today - row.day).days] = row.orders
    return found


def _runs(shops: Sequence[int], now: datetime) -> Any:
    ended = (JobState.DONE, JobState.FAILED, JobState.DEAD)
    return select(col(Job.shop_id), col(Job.finished_at), col(Job.state)).where(
        col(Job.shop_id).in_(shops),
        col(Job.kind) == SYNC,
        col(Job.state).in_(ended),
        col(Job.finished_at) > now - timedelta(hours=HOURS),
    )
