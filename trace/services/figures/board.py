"""What the office steers by on one page: a season's figures beside those of a year before, lychee by day."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlmodel import Session

from trace.services.admission import Actor
from trace.services.figures.answering import Answer, Part, answer
from trace.services.figures.asking import Ask, Dimension
from trace.services.figures.catalogue import BY_NAME
from trace.services.figures.counting import Timing
from trace.services.figures.freshness import Freshness, freshness
from trace.services.figures.measure import Measure
from trace.services.figures.seasons import curve_days
from trace.services.planned import planned_by_day

TIME = Dimension.DAY
"""A part for each day of the period; for each month where there are more than ``MOST_DAYS``."""
MOST_DAYS = 62
SHOWN: Mapping[str, Dimension | None] = {
    "harvested": TIME,
    "plan_reached": None,
    "active_sellers": None,
    "transactions": TIME,
    "orders": None,
    "unpriced": None,
    "revenue": TIME,
    "price": Dimension.MARKETPLACE,
    "price_spread": Dimension.MARKETPLACE,
    "traceable_share": TIME,
    "stamps_used": None,
    "stamps_void": None,
    "early_scans": None,
    "suspected_copies": None,
    "export_complete": Dimension.MARKET,
    "sync_failed": None,
    "duplicate_orders": None,
    "areas_over": None,
    "certificates_expiring": None,
}
"""The figures of the page, in its order, and what each is cut by."""
CURVE = "harvested"
CROP = "lychee"
CROPS = ("lychee_early", "lychee_main")


@dataclass(frozen=True)
class Seen:
    """A figure now and of the same days a year ago.

    Without ``now`` it does not know a filter of the question; of what stands today there is no year ago.
    """

    measure: Measure
    now: Answer | None
    last_year: Answer | None

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts of now."""
        return self.now.parts if self.now else ()

    def part_of_last_year(self, key: str) -> Part | None:
        """The same part a year ago."""
        found = self.last_year.parts if self.last_year else ()
        return next((part for part in found if part.key == key), None)


@dataclass(frozen=True)
class Curve:
    """Harvest of lychee by day, by ``CROPS``: this season's and the last one's, each over its own days.

    ``plan`` is what communes planned for each day of this season, in grams, of both crops.
    """

    now: Mapping[str, Answer]
    last_year: Mapping[str, Answer]
    plan: Mapping[date, int]

    @property
    def ask(self) -> Ask:
        """The days of this season, of both crops."""
        one = self.now[CROPS[0]].ask
        return replace(one, only={name: value for name, value in one.only.items() if name != Dimension.CROP})


@dataclass(frozen=True)
class Board:
    """The page: figures by name, the curve where the filters know harvests, how fresh both kinds are."""

    ask: Ask
    last_year: Ask
    figures: Mapping[str, Seen]
    curve: Curve | None
    fresh: Mapping[str, Freshness]

    @property
    def has_last_year(self) -> bool:
        """Whether anything is known of the year before."""
        return any(seen.last_year and seen.last_year.whole.value for seen in self.figures.values())


def board(session: Session, actor: Actor, ask: Ask, last_year: Ask) -> Board:
    """All figures of the page within the actor's reach.

    Raises:
        NotAllowed: the role sees no figures.
    """
    ask, last_year = replace(ask, by=None), replace(last_year, by=None)
    figures = {name: _seen(session, actor, name, ask, last_year) for name in SHOWN}
    fresh = {
        name: freshness(session, actor, BY_NAME[name], ask)
        for name in ("transactions", "harvested")
        if figures[name].now
    }
    return Board(ask, last_year, figures, curve(session, actor, ask), fresh)


def _seen(session: Session, actor: Actor, name: str, ask: Ask, last_year: Ask) -> Seen:
    measure, by = BY_NAME[name], SHOWN[name]
    if ask.dimensions - measure.dimensions:
        return Seen(measure, None, None)
    cut = _time(ask) if by is TIME else by
    now = answer(session, actor, measure, replace(ask, by=cut))
    if measure.timing is Timing.TODAY:
        return Seen(measure, now, None)
    before = None if by is TIME else cut
    return Seen(measure, now, answer(session, actor, measure, replace(last_year, by=before)))


def _time(ask: Ask) -> Dimension:
    return Dimension.DAY if (ask.until - ask.since).days < MOST_DAYS else Dimension.MONTH


def curve(session: Session, actor: Actor, ask: Ask) -> Curve | None:
    """Lychee by day in the season of the question's last year and in the one before."""
    measure = BY_NAME[CURVE]
    kept: dict[Dimension, str] = {name: value for name, value in ask.only.items() if name != Dimension.CROP}
    if set(kept) - measure.dimensions:
        return None

    def by_day(year: int) -> dict[str, Answer]:
        days = curve_days(year)
        asks = {crop: Ask(*days, Dimension.DAY, {**kept, Dimension.CROP: crop}) for crop in CROPS}
        return {crop: answer(session, actor, measure, one) for crop, one in asks.items()}

    year = ask.until.year
    plan = planned_by_day(session, actor, Ask(*curve_days(year), only=kept), CROP)
    return Curve(by_day(year), by_day(year - 1), plan)
