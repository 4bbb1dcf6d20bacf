"""The rows behind a figure, a page at a time: what the count is made of, to the last one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from trace.services.admission import Actor
from trace.services.figures.asking import Ask
from trace.services.figures.counting import Rows
from trace.services.figures.fact import Cell, Fact

PAGE = 100
AT_ONCE = 1_000
BEGINNING = -1
"""Before the first row: the number of a stamp begins at nought."""


@dataclass(frozen=True)
class Behind:
    """Rows in the order they were written, the last value of each what it counts for.

    ``next`` is where the following page begins, empty at the end.
    """

    cells: tuple[Cell, ...]
    rows: tuple[tuple[Any, ...], ...]
    next: int | None


def rows_behind(
    session: Session, actor: Actor, rows: Rows, ask: Ask, *, after: int = BEGINNING, limit: int = PAGE
) -> Behind:
    """The rows of one of ``Count.behind``, each with what its cells show and what it counts for.

    Raises:
        NotAllowed: the role sees no figures.
    """
    fact = rows.fact.knowing(ask.dimensions)
    question = rows.narrowed(_columns(rows, fact), fact, actor, ask).where(fact.id > after)
    found = session.execute(question.order_by(fact.id).limit(limit + 1), ask.days).all()
    onward = found[limit - 1][0] if len(found) > limit else None
    return Behind(fact.cells, tuple(_told(session, rows, ask, found[:limit])), onward)


def every_row(session: Session, actor: Actor, rows: Rows, ask: Ask) -> Iterator[tuple[Any, ...]]:
    """All rows, from one statement a portion at a time: asked for by the page, each page sorts them all.

    Raises:
        NotAllowed: the role sees no figures.
    """
    fact = rows.fact.knowing(ask.dimensions)
    question = rows.narrowed(_columns(rows, fact), fact, actor, ask).order_by(fact.id)
    options = {"yield_per": AT_ONCE}
    for some in session.execute(question, ask.days, execution_options=options).partitions():
        yield from _told(session, rows, ask, some)


def _told(session: Session, rows: Rows, ask: Ask, found: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    """What the cells show, and last what the row counts for."""
    amounts = rows.judged(session, (row[0] for row in found), ask) if rows.judge else None
    return ((*row[1:-1], row[-1] if amounts is None else amounts.get(row[0], 0)) for row in found)


def _columns(rows: Rows, fact: Fact) -> Any:
    """A row that comes more than once is shown once."""
    cells = [cell.value for cell in fact.cells]
    if not fact.is_split:
        return select(fact.id, *cells, rows.each)
    return select(fact.id, *(func.min(cell) for cell in cells), func.min(rows.each)).group_by(fact.id)
