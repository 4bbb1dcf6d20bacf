"""Which season the office's page shows: one by name in the address (``vu``, ``nam``), or days."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from flask import request

from trace.errors import FieldProblem, Invalid
from trace.services.figures.seasons import Season, begun, days_of
from trace.standards.local_time import local_day
from trace.web.office.figure_asking import FILTERS, Periods, periods_asked
from trace.web.visitor import now

NAMES = {Season.YEAR: "ca-nam", Season.EARLY: "som", Season.MAIN: "chinh"}
"""What a season is called in the address."""
_BY_NAME = {said: season for season, said in NAMES.items()}
OLDEST = 2000
YEARS_SHOWN = 3
KEPT = (*FILTERS.values(), "man-hinh", "chi-tieu", "don-vi")
"""What stays in the address when another season is chosen."""


@dataclass(frozen=True)
class Chosen:
    """A season by name, or any days (``season`` empty)."""

    season: Season | None
    year: int
    periods: Periods


def season_asked() -> Chosen:
    """What the address asks: the calendar year up to today where it says nothing.

    Raises:
        Invalid: no such season or year, or one that has not begun.
    """
    today = local_day(now())
    if request.args.get("tu") or request.args.get("den"):
        periods = periods_asked()
        return Chosen(None, periods.ask.until.year, periods)
    said = request.args.get("vu") or NAMES[Season.YEAR]
    season = _BY_NAME.get(said)
    if season is None:
        raise Invalid([FieldProblem("vu", "error.value", said, {"expected": ", ".join(_BY_NAME)})])
    year = _year(begun(season, today))
    since, until = days_of(season, year)
    return Chosen(season, year, periods_asked((since, min(until, today))))


def _year(latest: int) -> int:
    said = request.args.get("nam") or str(latest)
    if not (said.isascii() and said.isdigit() and OLDEST <= int(said) <= latest):
        raise Invalid([FieldProblem("nam", "error.value", said[:20], {"expected": f"{OLDEST}–{latest}"})])
    return int(said)


def same_but(more: dict[str, str], *without: str) -> str:
    """The query of this page's address, changed."""
    kept = {name: said for name in ("vu", "nam", "tu", "den", *KEPT) if (said := request.args.get(name))}
    return urlencode({name: said for name, said in {**kept, **more}.items() if name not in without})


def seasons(today: date) -> Iterator[tuple[Season, int, str]]:
    """What is offered, the newest first: season, year, the address of it with the filters of this one."""
    kept = {name: said for name in KEPT if (said := request.args.get(name))}
    for back in range(YEARS_SHOWN):
        for season in Season:
            year = begun(season, today) - back
            if season is Season.YEAR or back < YEARS_SHOWN - 1:
                yield season, year, urlencode({"vu": NAMES[season], "nam": year, **kept})
