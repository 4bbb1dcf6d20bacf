"""The rows behind a figure, a page at a time: what the count is made of, to the last one."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from trace.services.admission import Actor
from trace.services.figures.asking import Ask
from trace.services.figures.counting import Rows
from trace.services.figures.fact import Cell, Fact

PAGE = 100
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
    shown = found[:limit]
    amounts = rows.judged(session, (row[0] for row in shown), ask) if rows.judge else None
    told = ((*row[1:-1], row[-1] if amounts is None else amounts.get(row[0], 0)) for row in shown)
    return Behind(fact.cells, tuple(told), onward)


def every_row(session: Session, actor: Actor, rows: Rows, ask: Ask) -> Iterator[tuple[Any, ...]]:
    """All rows, page after page."""
    after: int | None = BEGINNING
    while after is not None:
        page = rows_behind(session, actor, rows, ask, after=after, limit=10 * PAGE)
        yield from page.rows
        after = page.next


def _columns(rows: Rows, fact: Fact) -> Any:
    """A row that comes more than once is shown once."""
    cells = [cell.value for cell in fact.cells]
    if not fact.is_split:
        return select(fact.id, *cells, rows.each)
    return select(fact.id, *(func.min(cell) for cell in cells), func.min(rows.each)).group_by(fact.id)
