"""Growing area codes in force at a closing, by commune.

Communes are published one by one and nothing adds them up, so a hidden one can not be computed from a total.
What a commune shows is made anew only when nobody or at least ``least`` households came or went since it was
last shown: else the difference between two months would be the land of a few.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlmodel import Session, col

from trace.records.plot import GrowingArea, Plot, PlotArea, SiteStatus
from trace.services.figures.asking import Ask


@dataclass
class Commune:
    """Codes in force, their area, the households with land under them; ``month`` since when this is so."""

    month: str
    codes: int = 0
    area_m2: int = 0
    households: set[int] = field(default_factory=set)


def areas_of(session: Session, ask: Ask, month: str) -> dict[str, Commune]:
    """Every commune with a code in force, by its code."""
    found: dict[str, Commune] = {}
    place: dict[int, str] = {}
    active = select(GrowingArea).where(col(GrowingArea.status) == SiteStatus.ACTIVE)
    for area in session.execute(active).scalars():
        one = found.setdefault(area.commune_code, Commune(month))
        one.codes, one.area_m2 = one.codes + 1, one.area_m2 + area.area_m2
        place[area.id] = area.commune_code
    own = select(col(Plot.growing_area_id), col(Plot.household_id)).where(
        col(Plot.growing_area_id).is_not(None)
    )
    also = (
        select(col(PlotArea.growing_area_id), col(Plot.household_id))
        .join(Plot, col(Plot.id) == col(PlotArea.plot_id))
        .where(
            col(PlotArea.since) <= ask.until,
            col(PlotArea.until).is_(None) | (col(PlotArea.until) >= ask.until),
        )
    )
    for question in (own, also):
        for area_id, household in session.execute(question):
            if area_id in place:
                found[place[area_id]].households.add(household)
    return found


def settled(
    now: Mapping[str, Commune], before: Mapping[str, Commune], least: int
) -> dict[str, Commune | None]:
    """What each commune shows: today's figures, those it showed before, or nothing (few households)."""
    shown: dict[str, Commune | None] = {}
    for code in sorted({*now, *before}):
        today, old = now.get(code, Commune("")), before.get(code)
        moved = len(today.households ^ old.households) if old else 0
        if old is not None and 0 < moved < least:
            shown[code] = old
        elif len(today.households) >= least:
            shown[code] = today
        elif code in now:
            shown[code] = None
    return shown
