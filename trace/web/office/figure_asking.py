"""The question in a figure page's address: days, what to cut by, what only counts."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlencode

from flask import request

from trace.errors import FieldProblem, Invalid
from trace.services.figures.asking import Ask, Dimension
from trace.standards.local_time import local_day, year_before
from trace.web.asked import day_asked
from trace.web.visitor import now

SEASON_DAYS = 90
FILTERS = {
    Dimension.PROVINCE: "tinh",
    Dimension.COMMUNE: "xa",
    Dimension.OLD_DISTRICT: "huyen-cu",
    Dimension.OLD_COMMUNE: "xa-cu",
    Dimension.COOPERATIVE: "htx",
    Dimension.PRODUCT: "sp",
    Dimension.OCOP_GROUP: "nhom-ocop",
    Dimension.STARS: "sao",
    Dimension.CROP: "cay",
    Dimension.VARIETY: "giong",
    Dimension.MARKETPLACE: "san",
    Dimension.MARKET: "thi-truong",
    Dimension.GROWING_AREA: "ma-vung",
    Dimension.PACKING_HOUSE: "xuong",
    Dimension.SCANNED_IN: "noi-quet",
}
"""What a filter is called in the address."""
NONE = "-"
"""In the address: only what has no value."""


@dataclass(frozen=True)
class Periods:
    """The question, the same of the days just before it, and of the same days a year ago."""

    ask: Ask
    before: Ask
    last_year: Ask

    @property
    def all(self) -> tuple[Ask, Ask, Ask]:
        """In this order."""
        return self.ask, self.before, self.last_year


def periods_asked(days: tuple[date, date] | None = None) -> Periods:
    """What the address asks; a value that does not fit is said, never guessed. ``days`` where it says none.

    Raises:
        Invalid: no day, days in the wrong order, no such dimension.
    """
    ask = _asked(days)
    length = (ask.until - ask.since).days + 1
    before = replace(
        ask, since=ask.since - timedelta(days=length), until=ask.since - timedelta(days=1), at=None
    )
    last_year = replace(ask, since=year_before(ask.since), until=year_before(ask.until), at=None)
    return Periods(ask, before, last_year)


def address(ask: Ask, **more: object) -> str:
    """The question as an address carries it; ``more`` comes after."""
    said: dict[str, object] = {"tu": ask.since.isoformat(), "den": ask.until.isoformat()}
    said |= {"nhom": ask.by.value} if ask.by else {}
    said |= {FILTERS[name]: value or NONE for name, value in ask.only.items()}
    return urlencode(said | more)


def _asked(days: tuple[date, date] | None) -> Ask:
    problems: list[FieldProblem] = []
    today = local_day(now())
    until = day_asked("den", days[1] if days else today, problems)
    since = day_asked("tu", days[0] if days else until - timedelta(days=SEASON_DAYS - 1), problems)
    by = request.args.get("nhom") or None
    if by is not None and by not in set(Dimension):
        problems.append(FieldProblem("nhom", "error.value", by, {"expected": ", ".join(Dimension)}))
    if not problems and since > until:
        problems.append(FieldProblem("tu", "sales.order", since.isoformat(), {"until": until}))
    if problems:
        raise Invalid(problems)
    said = {name: request.args.get(key) for name, key in FILTERS.items()}
    only = {name: "" if value == NONE else value for name, value in said.items() if value}
    at = now() if until == today else None
    return Ask(since, until, Dimension(by) if by else None, only, at, known={})
