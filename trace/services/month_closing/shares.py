"""What each row behind a figure counts for, in the order of the rows' numbers."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Select, func, literal, select
from sqlmodel import Session

from trace.services.admission import Actor
from trace.services.figures.asking import Ask
from trace.services.figures.counting import Count, Quantile, Rows, Timing, quantile
from trace.services.figures.measure import Measure
from trace.services.month_closing.packing import PORTION, Share, portions

SIDES = ("top", "bottom")
Place = tuple[str, int]
"""Which rows of a figure: the side of the fraction, and the kind of rows in it."""


def places(measure: Measure, ask: Ask) -> list[tuple[Place, Count, Rows]]:
    """Every kind of rows a figure is made of."""
    return [
        ((side, source), count, rows)
        for side, count in zip(SIDES, measure.counts, strict=False)
        for source, rows in enumerate(count.behind(ask))
    ]


def has_past(count: Count, rows: Rows) -> bool:
    """Whether what the rows were at an earlier time can still be asked."""
    return count.timing is not Timing.TODAY and not rows.fact.passing


def share_of(rows: Rows) -> float | None:
    """The share whose level is read; none where amounts are added up."""
    return rows.share if isinstance(rows, Quantile) else None


def shares(session: Session, actor: Actor, rows: Rows, ask: Ask) -> Iterator[Share]:
    """What each row counts for, rising; a row that counts for nothing is left out.

    Rows that are written anew are taken together under what they are known by (``Fact.lasting``).

    Raises:
        NotAllowed: the role sees no figures.
    """
    options = {"yield_per": PORTION}
    found = session.execute(_question(actor, rows, ask), ask.days, execution_options=options)
    if isinstance(rows, Quantile):
        return (Share(*map(int, row)) for row in found if row[1] is not None and row[2])
    if rows.judge is None:
        return (Share(*map(int, row)) for row in found if row[1])
    return _judged(session, rows, ask, (int(row[0]) for row in found))


def _judged(session: Session, rows: Rows, ask: Ask, numbers: Iterable[int]) -> Iterator[Share]:
    for some in portions(Share(number, 1) for number in numbers):
        amounts = rows.judged(session, [one.id for one in some], ask)
        yield from (Share(one.id, amounts[one.id]) for one in some if amounts[one.id])


def _question(actor: Actor, rows: Rows, ask: Ask) -> Select[Any]:
    fact = rows.fact.knowing(ask.dimensions)
    number = fact.lasting.id if fact.lasting else fact.id
    one = literal(1)
    if isinstance(rows, Quantile):
        weight = one if rows.weight is None else rows.weight
        question = select(number, rows.each, weight).order_by(number)
    elif rows.judge is not None or fact.is_split:
        question = select(number, one, one).distinct().order_by(number)
    else:
        question = select(number, func.sum(rows.each), one).group_by(number).order_by(number)
    return rows.narrowed(question, fact, actor, ask)


class Sum:
    """The number shares make, gathered while they pass by."""

    def __init__(self, share: float | None) -> None:
        self._share = share
        self._sum = 0
        self._levels: Counter[int] = Counter()

    def passing(self, found: Iterable[Share]) -> Iterator[Share]:
        """The same shares, counted."""
        for one in found:
            if self._share is None:
                self._sum += one.amount
            else:
                self._levels[one.amount] += one.weight
            yield one

    @property
    def number(self) -> int | None:
        """The sum; or the level, which is none where nothing weighs anything."""
        if self._share is None:
            return self._sum
        return quantile(self._levels.items(), self._share) if self._levels else None
