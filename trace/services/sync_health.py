"""How the shops are doing: last success, lag, next run, what a person should look at."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlmodel import Session

from marketplaces.by_file import is_by_file
from trace.records.job import JobState, Schedule
from trace.records.shop import Shop, ShopState
from trace.services.admission import Act, Actor, may, visible
from trace.services.shop_circuit import FAULTS_ALLOWED
from trace.services.shop_facts import HOURS, ShopFacts
from trace.standards.local_time import local_day

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
    SETUP = "setup"
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
    files: int
    cautions: tuple[tuple[str, int], ...]
    unpriced: int
    orders_today: int
    orders_7_days: int
    hours: tuple[str, ...]
    agreement_ends_on: date | None = None
    """The day the seller's agreement ends, where that is soon and nothing but the seller can renew it."""
    days_left: int = 0

    @property
    def error_kind(self) -> str:
        """What kind of fault the last one was, in the adapters' words."""
        return self.error.partition(":")[0]

    @property
    def to_look_at(self) -> int:
        """Everything that waits for a person."""
        places = self.open_errors, self.unmapped_lines, self.missing_listings, self.unpriced, self.files
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
    facts = ShopFacts.read(session, [shop.id for shop in shops], now)
    told = (_health(shop, facts, now) for shop in shops)
    return SyncHealth(tuple(sorted(told, key=lambda one: (-_BADNESS[one.pulse], one.shop_id))), now)


_BADNESS = {
    Pulse.RELOGIN: 6,
    Pulse.BAD: 5,
    Pulse.SETUP: 4,
    Pulse.SLOW: 3,
    Pulse.NEW: 2,
    Pulse.GOOD: 1,
    Pulse.STOPPED: 0,
}


_AT_REST = {
    ShopState.NEEDS_LOGIN: Pulse.RELOGIN,
    ShopState.PENDING: Pulse.SETUP,
    ShopState.DISABLED: Pulse.STOPPED,
}


def _health(shop: Shop, facts: ShopFacts, now: datetime) -> ShopHealth:
    turn = facts.schedules.get(shop.id)
    ends = facts.agreements.get(shop.id)
    lag = now - shop.orders_cursor if shop.orders_cursor else None
    open_errors, dead = facts.bad.get(shop.id, (0, 0))
    return ShopHealth(
        shop_id=shop.id,
        marketplace=shop.marketplace,
        name=shop.name,
        org_id=shop.org_id,
        pulse=pulse_of(shop, turn, now),
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
        files=facts.files.get(shop.id, 0),
        cautions=tuple(facts.cautions.get(shop.id, ())),
        unpriced=facts.unpriced.get(shop.id, 0),
        orders_today=facts.orders[shop.id].get(0, 0),
        orders_7_days=sum(facts.orders[shop.id].values()),
        hours=_hours(facts.runs.get(shop.id, ()), now),
        agreement_ends_on=local_day(ends) if ends else None,
        days_left=(ends - now).days if ends else 0,
    )


def pulse_of(shop: Shop, turn: Schedule | None, now: datetime) -> Pulse:
    """What a shop's connection is like; ``turn`` is how often it is asked for orders."""
    if shop.state != ShopState.CONNECTED:
        return _AT_REST[ShopState(shop.state)]
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
