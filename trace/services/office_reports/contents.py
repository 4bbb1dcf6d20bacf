"""What a report says: its figures of some days, asked anew, as tables; whether there is anything."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from trace.records.account import Role
from trace.records.report import Report, Span
from trace.services.admission import Actor
from trace.services.figures import overview, tables, words
from trace.services.figures.answering import Answer, Part, answer, part_of
from trace.services.figures.asking import Ask
from trace.services.figures.counting import Timing
from trace.services.figures.freshness import freshness
from trace.services.figures.measure import Measure
from trace.services.figures.naming import names_of
from trace.services.office_reports import rhythm, views
from trace.services.office_reports.rhythm import Days
from trace.services.office_reports.views import View
from trace.services.tables import Column, Table
from trace.standards.local_time import year_before
from trace.texts import formats
from trace.texts.catalogs import shown, t

OFFICE = Actor(None, Role.OFFICE)
"""A report is the office's own: it does not end with the account of whoever set it up."""


@dataclass(frozen=True)
class Figure:
    """One view's headline: what it is called, what it says, by which formula, as of when."""

    name: str
    said: str
    formula: str
    fresh: str


@dataclass(frozen=True)
class Content:
    """A report's figures with their tables; ``is_empty`` where none of them has anything to tell."""

    title: str
    language: str
    days: Days
    before: Days
    made_at: datetime
    figures: Sequence[Figure]
    tables: Sequence[Table]
    is_empty: bool

    @property
    def period(self) -> str:
        """Its days, in words."""
        return formats.days_between(self.language, *self.days)

    @property
    def compared(self) -> str:
        """The days it is compared with, in words."""
        return formats.days_between(self.language, *self.before)


def content_of(session: Session, report: Report, due_at: datetime, now: datetime) -> Content:
    """The report of the days that ``due_at`` means.

    Raises:
        KeyError, ValueError: a view names a figure or a cut that this version has no more.
        Invalid: a figure can not be cut so any more.
    """
    span, lang = Span(report.span), report.language
    days = rhythm.days_of(span, due_at)
    then = rhythm.before(span, days)
    made = [_made(session, view, days, then, lang, now) for view in views.read_views(report.views)]
    is_empty = all(one.is_empty for one in made)
    figures = [figure for one in made for figure in one.figures]
    found = [one.table for one in made]
    return Content(report.title, lang, days, then, now, figures, found, is_empty)


@dataclass(frozen=True)
class _Made:
    figures: Sequence[Figure]
    table: Table
    is_empty: bool


def _made(session: Session, view: View, days: Days, then: Days, lang: str, now: datetime) -> _Made:
    measure = views.measure_of(view)
    asks = (view.ask(*days), view.ask(*then))
    if measure is None:
        return _overview(session, asks, lang, now)
    both = [answer(session, OFFICE, measure, ask) for ask in asks]
    if measure.timing is Timing.TODAY:  # of which no past is kept
        both[1] = Answer(measure, asks[1], (), part_of(measure, "", "", (None, None)))
    fresh = words.fresh(lang, freshness(session, OFFICE, measure, asks[0]), now)
    name = f"{t(lang, f'measure.{measure.name}')}{narrowed(session, view, lang)}"
    formula = f"{t(lang, f'measure.{measure.name}.formula')} {t(lang, 'figures.version', n=measure.version)}"
    figure = Figure(name, words.said(lang, measure, both[0].whole.value), formula, fresh)
    table = replace(_table(both, lang), title=name, notes=(formula, fresh))
    return _Made([figure], table, _is_nothing(both[0]))


def _table(both: Sequence[Answer], lang: str) -> Table:
    """Without a cut the whole stands alone, under no heading of a season."""
    found = tables.by_part(both, lang)
    if both[0].ask.by is not None:
        return found
    first = Column("whole", t(lang, "figures.total"))
    return replace(found, columns=[first, *found.columns[1:]])


def narrowed(session: Session, view: View, lang: str) -> str:
    """What a view is narrowed to, in words, after its name."""
    parts = []
    for dimension, key in view.only.items():
        name = names_of(session, dimension, [key]).get(key, key)
        parts.append(shown(lang, words.part_name(lang, dimension, key, name)))
    return f" ({formats.listed(lang, parts)})" if parts else ""


def _overview(session: Session, asks: tuple[Ask, Ask], lang: str, now: datetime) -> _Made:
    ask, before = asks
    last_year = replace(ask, since=year_before(ask.since), until=year_before(ask.until))
    lines = overview.lines(session, OFFICE, (ask, before, last_year))
    name = t(lang, "figures.title")
    is_empty = all(one.answers[0] is None or _is_nothing(one.answers[0]) for one in lines)
    versions = t(lang, "report.versions", list=[_version(one.measure) for one in lines])
    fresh = t(lang, "report.fresh_below")
    table = replace(tables.overview(lines, lang, now), title=name, notes=(versions,))
    return _Made([Figure(name, t(lang, "report.indicators", n=len(lines)), versions, fresh)], table, is_empty)


def _version(measure: Measure) -> str:
    return f"{measure.name} {measure.version}"


def _is_nothing(found: Answer) -> bool:
    """Nothing recorded, or nought of nothing."""
    return all(_is_nought(part) for part in (found.whole, *found.parts))


def _is_nought(part: Part) -> bool:
    return not part.top and not part.bottom
