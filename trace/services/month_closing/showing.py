"""What pages and files show of closed months."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from trace.errors import NotFound
from trace.records.account import Account
from trace.records.month_closing import FigureRevision, FrozenFigure, MonthClosing
from trace.services.admission import Act, Actor, scope_of
from trace.services.figures.asking import Dimension
from trace.services.figures.catalogue import BY_NAME
from trace.services.figures.counting import Timing
from trace.services.figures.fact import Cell, Fact
from trace.services.figures.measure import Measure
from trace.services.lineage import portions
from trace.services.month_closing import kept
from trace.services.month_closing.comparing import Change, value_today
from trace.services.month_closing.freezing import ask_of
from trace.services.month_closing.kept import read_value
from trace.services.month_closing.shares import places


@dataclass(frozen=True)
class Month:
    """A closed month in the list: by whom, how many figures were revised, when somebody last looked."""

    closing: MonthClosing
    by: str
    revised: int
    looked_at: datetime | None


@dataclass(frozen=True)
class Line:
    """A figure of a closed month: as frozen, as it would be today, and what was noted between."""

    measure: Measure
    frozen: FrozenFigure
    today: Fraction | None
    revisions: Sequence[FigureRevision]

    @property
    def value(self) -> Fraction | None:
        """As it was frozen."""
        return read_value(self.frozen.value)

    @property
    def is_of_today(self) -> bool:
        """Whether it stood on the day of closing and has no past."""
        return self.frozen.timing == Timing.TODAY.value

    @property
    def has_new_formula(self) -> bool:
        """Whether the figure is computed otherwise by now."""
        return self.measure.version != self.frozen.version


@dataclass(frozen=True)
class Told:
    """A changed row of one ``kind``: what it shows now (nothing where it is gone), what it counts for."""

    change: Change
    kind: str
    cells: tuple[tuple[Cell, Any], ...]


def months(session: Session, actor: Actor) -> list[Month]:
    """Every closed month.

    Raises:
        NotAllowed: not the office's.
    """
    scope_of(actor, Act.CLOSE_MONTH)
    names = {row.id: row.name for row in session.execute(select(Account)).scalars()}
    found = []
    for one in kept.all_closings(session):
        look = kept.look_of(session, one)
        revised = len(kept.revisions_of(session, one))
        found.append(Month(one, names.get(one.closed_by or 0, ""), revised, look.looked_at if look else None))
    return found


def closing(session: Session, actor: Actor, month: str) -> MonthClosing:
    """The closed month.

    Raises:
        NotAllowed: not the office's.
        NotFound: it is not closed.
    """
    scope_of(actor, Act.CLOSE_MONTH)
    found = kept.closing_of(session, month)
    if found is None:
        raise NotFound()
    return found


def lines(session: Session, actor: Actor, month: MonthClosing, now: datetime) -> list[Line]:
    """Every frozen figure that is still measured, in the catalogue's order."""
    wholes, revisions = kept.wholes_of(session, month), kept.revisions_of(session, month)
    return [
        Line(
            BY_NAME[name],
            wholes[name],
            value_today(session, actor, month, wholes[name], now),
            revisions.get(name, ()),
        )
        for name in BY_NAME
        if name in wholes
    ]


def line(session: Session, actor: Actor, month: MonthClosing, measure: str, now: datetime) -> Line:
    """One of them.

    Raises:
        NotFound: the month was closed without it.
    """
    frozen = kept.wholes_of(session, month).get(measure)
    if frozen is None or measure not in BY_NAME:
        raise NotFound()
    today = value_today(session, actor, month, frozen, now)
    return Line(BY_NAME[measure], frozen, today, kept.revisions_of(session, month).get(measure, ()))


def parts(session: Session, month: MonthClosing, measure: str, by: Dimension) -> list[FrozenFigure]:
    """The frozen parts of a figure by a cut that was kept."""
    return [row for row in kept.figures_of(session, month, by.value) if row.measure == measure]


def changed_rows(
    session: Session, measure: Measure, month: MonthClosing, revision: FigureRevision
) -> list[Told]:
    """The rows a revision names, each with what it shows today; none where the formula is another."""
    if revision.version != measure.version:
        return []
    named = [Change(*one) for one in json.loads(revision.rows)]
    ask = ask_of(month.month, month.closed_at)
    facts = {place: rows.fact.lasting or rows.fact for place, _count, rows in places(measure, ask)}
    shown = {
        place: _cells(session, fact, {one.id for one in named if (one.side, one.source) == place}, ask.days)
        for place, fact in facts.items()
    }
    told = []
    for one in named:
        place = (one.side, one.source)
        told.append(Told(one, facts[place].name, shown[place].get(one.id, ())))
    return told


def _cells(
    session: Session, fact: Fact, ids: set[int], days: dict[str, Any]
) -> dict[int, tuple[tuple[Cell, Any], ...]]:
    found = {}
    for some in portions(ids):
        question = select(fact.id, *(cell.value for cell in fact.cells)).select_from(fact.source)
        for number, *values in session.execute(question.where(fact.id.in_(some)), days):
            found[int(number)] = tuple(zip(fact.cells, values, strict=True))
    return found
