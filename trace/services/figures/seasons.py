"""The days a season is looked at: the calendar year, as the yield gate counts it, or the lychee's weeks.

Early lychee of Thanh Hà was picked from 20 May to 10 June and the main crop up to 30 June in 2025; other
years may be some days off, and any days can be asked for.
"""

from datetime import date
from enum import StrEnum


class Season(StrEnum):
    """What one may choose."""

    YEAR = "year"
    EARLY = "early"
    MAIN = "main"


_DAYS = {
    Season.YEAR: ((1, 1), (12, 31)),
    Season.EARLY: ((5, 20), (6, 10)),
    Season.MAIN: ((6, 11), (6, 30)),
}
_CURVE = ((5, 10), (7, 10))

Days = tuple[date, date]


def days_of(season: Season, year: int) -> Days:
    """First and last day.

    >>> days_of(Season.EARLY, 2026)
    (datetime.date(2026, 5, 20), datetime.date(2026, 6, 10))
    """
    first, last = _DAYS[season]
    return date(year, *first), date(year, *last)


def curve_days(year: int) -> Days:
    """The weeks the lychee's curve is drawn for: the season with some days before and after it."""
    first, last = _CURVE
    return date(year, *first), date(year, *last)


def begun(season: Season, today: date) -> int:
    """The year of the latest such season that has begun.

    >>> begun(Season.EARLY, date(2026, 5, 19)), begun(Season.EARLY, date(2026, 5, 20))
    (2025, 2026)
    """
    return today.year if days_of(season, today.year)[0] <= today else today.year - 1
