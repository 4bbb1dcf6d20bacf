"""What the page of a lot adds to its story: growing areas, the diary's sum, who agreed to be named.

Asked for that page only: a stamp's verdict has to be quick. A household is named while its consent to that
stands, and each page asks anew: a withdrawn consent takes the name off at once.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from trace.records.diary_entry import DiaryEntry, DiaryKind
from trace.records.household import Consent, Household, Purpose
from trace.records.lot import LotKind
from trace.records.plot import GrowingArea, SiteStatus
from trace.services.site_standing import status_on
from trace.services.story import with_ancestors

SEASON = timedelta(days=180)
"""How far back from a harvest the diary is summed up: a season of litchi from flower to fruit."""
MOST_NAMES = 12


@dataclass(frozen=True)
class Area:
    """A growing area's code, and whether nothing stood against it on the days of the harvests."""

    code: str
    stood: bool


@dataclass(frozen=True)
class Work:
    """How many entries there are of one kind of work on all plots, and the last day of it."""

    kind: str
    times: int
    last_day: date


@dataclass(frozen=True)
class Growing:
    """Where and how the fruit of a lot grew."""

    areas: tuple[Area, ...]
    work: tuple[Work, ...]
    names: tuple[str, ...]
    unnamed: int
    """Households that are not named: they did not agree, or there are too many."""


def growing_of(session: Session, lot_id: int) -> Growing:
    """How the fruit in one lot grew, from the lots that were picked for it."""
    harvests = [lot for lot in with_ancestors(session, lot_id) if lot.kind == LotKind.HARVEST]
    households = {lot.household_id for lot in harvests if lot.household_id is not None}
    names = _names(session, households)
    return Growing(_areas(session, harvests), _work(session, harvests), names, len(households) - len(names))


def _areas(session: Session, harvests: Sequence[Any]) -> tuple[Area, ...]:
    """Each code once; one that did not stand for any of the harvests is told so."""
    days: dict[int, list[date]] = {}
    for lot in harvests:
        area = lot.growing_area_id or lot.plot_area_id
        if area is not None:
            days.setdefault(area, []).append(lot.harvested_on)
    question = select(GrowingArea).where(col(GrowingArea.id).in_(days)).order_by(col(GrowingArea.code))
    found = session.execute(question).scalars().all() if days else ()
    return tuple(
        Area(area.code, all(_stood(session, area, day) for day in set(days[area.id]))) for area in found
    )


def _stood(session: Session, area: GrowingArea, day: date) -> bool:
    return status_on(session, area, day) in (None, SiteStatus.ACTIVE)


def _work(session: Session, harvests: Sequence[Any]) -> tuple[Work, ...]:
    """Entries that no later one corrects, of the season before each plot's last harvest."""
    last: dict[int, date] = {}
    for lot in harvests:
        if lot.plot_id is not None:
            last[lot.plot_id] = max(lot.harvested_on, last.get(lot.plot_id, lot.harvested_on))
    days: dict[str, list[date]] = {}
    for entry in _entries(session, last) if last else ():
        if timedelta(0) <= last[entry.plot_id] - entry.done_on <= SEASON:
            days.setdefault(entry.kind, []).append(entry.done_on)
    return tuple(Work(kind, len(days[kind]), max(days[kind])) for kind in DiaryKind if kind in days)


def _entries(session: Session, plots: Mapping[int, date]) -> Sequence[Any]:
    better: Any = aliased(DiaryEntry)
    question = select(col(DiaryEntry.plot_id), col(DiaryEntry.kind), col(DiaryEntry.done_on)).where(
        col(DiaryEntry.plot_id).in_(plots),
        col(DiaryEntry.done_on).between(min(plots.values()) - SEASON, max(plots.values())),
        ~exists().where(better.corrects_id == col(DiaryEntry.id)),
    )
    return session.execute(question).all()


def _names(session: Session, households: Collection[int]) -> tuple[str, ...]:
    agreed = exists().where(
        col(Consent.household_id) == col(Household.id),
        col(Consent.purpose) == Purpose.PUBLIC_NAME,
        col(Consent.withdrawn_at).is_(None),
    )
    question = select(col(Household.name)).where(col(Household.id).in_(households), agreed)
    return tuple(session.execute(question.order_by(col(Household.name)).limit(MOST_NAMES)).scalars())
