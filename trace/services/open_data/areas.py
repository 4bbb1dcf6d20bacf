"""Growing area codes in force at a closing, by commune.

Communes are published one by one and nothing adds them up, so a hidden one can not be computed from a total.
What a commune shows is made anew only when nothing, or the land of at least ``least`` households, is other
than it was when last shown: else the difference between two months would be the land of a few, or one code.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlmodel import Session, col

from trace.records.plot import GrowingArea, Plot, PlotArea, SiteStatus
from trace.services.figures.asking import Ask
from trace.services.month_closing.packing import Share

NOBODY = 0
"""Stands where a code has no household's land under it."""


@dataclass
class Commune:
    """Codes in force and their area, and whose land under which code makes them (household, code, the code's
    area); ``month`` since when this is so.
    """

    month: str
    codes: int = 0
    area_m2: int = 0
    land: set[Share] = field(default_factory=set)

    @property
    def households(self) -> set[int]:
        """Whose land it is."""
        return _households(self.land)


def _households(land: Iterable[Share]) -> set[int]:
    return {one.id for one in land} - {NOBODY}


def areas_of(session: Session, ask: Ask, month: str) -> dict[str, Commune]:
    """Every commune with a code in force, by its code."""
    active = select(GrowingArea).where(col(GrowingArea.status) == SiteStatus.ACTIVE)
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
    homes: dict[int, set[int]] = {}
    for question in (own, also):
        for area_id, home in session.execute(question):
            homes.setdefault(area_id, set()).add(home)
    found: dict[str, Commune] = {}
    for area in session.execute(active).scalars():
        one = found.setdefault(area.commune_code, Commune(month))
        one.codes, one.area_m2 = one.codes + 1, one.area_m2 + area.area_m2
        one.land |= {Share(home, area.id, area.area_m2) for home in homes.get(area.id, {NOBODY})}
    return found


def settled(
    now: Mapping[str, Commune], before: Mapping[str, Commune], least: int
) -> dict[str, Commune | None]:
    """What each commune shows: today's figures, those it showed before, or nothing (few households)."""
    shown: dict[str, Commune | None] = {}
    for code in sorted({*now, *before}):
        today, old = now.get(code, Commune("")), before.get(code)
        changed = today.land ^ old.land if old else set()
        if changed and len(_households(changed)) < least:
            shown[code] = old
        elif len(today.households) >= least:
            shown[code] = today
        elif code in now:
            shown[code] = None
    return shown
