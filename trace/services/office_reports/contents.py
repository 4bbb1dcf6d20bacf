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
from trace.services.figures.freshness import Freshness, freshness
from trace.services.figures.naming import names_of
from trace.services.figures.tables import Line
from trace.services.indicators import form_1034, table_1034
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
    """A report's figures with their tables, ``papers`` as they stand on paper; ``is_empty`` where none of the
    figures has anything to tell.
    """

    title: str
    language: str
    days: Days
    before: Days
    made_at: datetime
    figures: Sequence[Figure]
    tables: Sequence[Table]
    papers: Sequence[Table]
    is_empty: bool

    @property
    def period(self) -> str:
        """Its days, in words."""
        return _said(self.language, self.days)

    @property
    def compared(self) -> str:
        """The days it is compared with, in words."""
        return _said(self.language, self.before)


def _said(lang: str, days: Days) -> str:
    since, until = days
    return formats.day(lang, since) if since == until else formats.days_between(lang, since, until)


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
    sheets, papers = [one.table for one in made], [one.paper for one in made]
    return Content(report.title, lang, days, then, now, figures, sheets, papers, is_empty)


@dataclass(frozen=True)
class _Made:
    """One view: its headlines, its table for a workbook, and for paper where that reads otherwise."""

    figures: Sequence[Figure]
    table: Table
    paper: Table
    is_empty: bool


def _made(session: Session, view: View, days: Days, then: Days, lang: str, now: datetime) -> _Made:
    measure = views.measure_of(view)
    asks = (view.ask(*days), view.ask(*then))
    if view.measure == views.FORM_1034:
        return _form_1034(session, asks[0], lang, now)
    if measure is None:
        return _overview(session, asks, lang, now)
    both = [answer(session, OFFICE, measure, ask) for ask in asks]
    if measure.timing is Timing.TODAY:  # of which no past is kept
        both[1] = Answer(measure, asks[1], (), part_of(measure, "", "", (None, None)))
    name = f"{t(lang, f'measure.{measure.name}')}{narrowed(session, view, lang)}"
    figure = _figure(both[0], freshness(session, OFFICE, measure, asks[0]), lang, now, name)
    table = replace(_table(both, lang), title=name, notes=(figure.formula, figure.fresh))
    return _Made([figure], table, table, _is_nothing(both[0]))


def _figure(found: Answer, fresh: Freshness | None, lang: str, now: datetime, name: str = "") -> Figure:
    measure = found.measure
    formula = f"{t(lang, f'measure.{measure.name}.formula')} {t(lang, 'figures.version', n=measure.version)}"
    said = words.said(lang, measure, found.whole.value)
    told = words.fresh(lang, fresh, now) if fresh else words.UNKNOWN
    return Figure(name or t(lang, f"measure.{measure.name}"), said, formula, told)


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
    told = [(one, one.answers[0]) for one in lines]
    figures = [_figure(found, one.fresh, lang, now) for one, found in told if found is not None]
    is_empty = all(found is None or _is_nothing(found) for _, found in told)
    table = tables.overview(lines, lang, now)
    return _Made(figures, table, _overview_on_paper(table, lines, lang), is_empty)


def _overview_on_paper(table: Table, lines: Sequence[Line], lang: str) -> Table:
    """Each figure with its unit, as people read it; a workbook counts with bare numbers instead."""
    kept = [place for place, one in enumerate(table.columns) if one.name not in ("unit", "fresh")]
    said = {"value": 0, "before": 1, "last_year": 2}
    columns = [replace(table.columns[place], kind="text") for place in kept]
    rows = [
        [
            words.said(lang, line.measure, line.value(said[column.name]))
            if column.name in said
            else shown(lang, row[place])
            for place, column in zip(kept, columns, strict=True)
        ]
        for line, row in zip(lines, table.rows, strict=True)
    ]
    return Table(table.title, columns, rows)


def _form_1034(session: Session, ask: Ask, lang: str, now: datetime) -> _Made:
    form = form_1034(session, OFFICE, ask)
    figures = [
        _figure(found, freshness(session, OFFICE, found.measure, ask), lang, now)
        for found in form.counts.values()
    ]
    table = table_1034(form, lang)
    return _Made(figures, table, table, all(_is_nothing(found) for found in form.counts.values()))


def _is_nothing(found: Answer) -> bool:
    """Nothing recorded, or nought of nothing."""
    return all(_is_nought(part) for part in (found.whole, *found.parts))


def _is_nought(part: Part) -> bool:
    return not part.top and not part.bottom
