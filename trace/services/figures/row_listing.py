"""The rows behind a figure, a page at a time: what the count is made of, to the last one."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from trace.services.admission import Actor
from trace.services.figures.asking import Ask
from trace.services.figures.counting import Count, days_of
from trace.services.figures.fact import Cell

PAGE = 200


@dataclass(frozen=True)
class Behind:
    """Rows in the order they were written; ``next`` is where the following page begins, empty at the end."""

    cells: tuple[Cell, ...]
    rows: tuple[tuple[Any, ...], ...]
    next: int | None


def rows_behind(
    session: Session, actor: Actor, count: Count, ask: Ask, *, after: int = 0, limit: int = PAGE
) -> Behind:
    """The rows of one of ``count.behind`` of a measure's counts, each with what its cells show.

    Raises:
        NotAllowed: the role sees no figures.
    """
    fact = count.fact
    question = select(fact.id, *(cell.value for cell in fact.cells)).where(fact.id > after)
    page = count.narrowed(question, actor, ask).order_by(fact.id).limit(limit + 1)
    found = session.execute(page, days_of(ask)).all()
    onward = found[limit - 1][0] if len(found) > limit else None
    return Behind(fact.cells, tuple(tuple(row[1:]) for row in found[:limit]), onward)
