"""A closed month held against today's rows: what each figure would be now, and which rows make it so."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from heapq import merge
from itertools import groupby
from operator import itemgetter

from sqlmodel import Session

from trace.records.month_closing import FrozenFigure, MonthClosing
from trace.services.admission import Actor
from trace.services.figures.answering import answer
from trace.services.figures.asking import Ask
from trace.services.figures.catalogue import BY_NAME
from trace.services.figures.counting import Timing
from trace.services.figures.measure import Measure
from trace.services.month_closing.freezing import ask_of
from trace.services.month_closing.kept import Kept, rows_of, wholes_of
from trace.services.month_closing.packing import Share
from trace.services.month_closing.shares import Place, Sum, has_past, places, share_of, shares

ROWS_SHOWN = 200
"""Rows a revision names one by one; all of them are counted and covered by its mark."""


@dataclass(frozen=True)
class Change:
    """A row that counts otherwise now; absent where it did not or does not count at all."""

    side: str
    source: int
    id: int
    was: int | None
    now: int | None


@dataclass
class Standing:
    """What a figure of a closed month would be today. ``mark`` covers every changed row.

    Where the formula has another version by now, rows are not compared: it counts other things.
    """

    measure: Measure
    top: int | None
    bottom: int | None
    changed: int = 0
    first: list[Change] = field(default_factory=list)
    mark: str = ""

    @property
    def value(self) -> Fraction | None:
        """The figure."""
        return self.measure.value(self.top, self.bottom)


def standings(
    session: Session,
    actor: Actor,
    closing: MonthClosing,
    unread: Callable[[FrozenFigure], bool] | None = None,
) -> Iterator[tuple[FrozenFigure, Standing]]:
    """Every frozen figure that can be asked again, and how it stands now; none of those left ``unread``.

    What stood on the day of closing alone (``Timing.TODAY``) has no past: such figures are not in it, and
    such counts of others stay as they were frozen.
    """
    ask = ask_of(closing.month, closing.closed_at)
    for name, frozen in wholes_of(session, closing).items():
        if name not in BY_NAME or BY_NAME[name].timing is Timing.TODAY:
            continue
        if unread is None or not unread(frozen):
            yield frozen, standing(session, actor, closing, frozen, ask)


def value_today(
    session: Session, actor: Actor, closing: MonthClosing, frozen: FrozenFigure, now: datetime
) -> Fraction | None:
    """What a figure of a closed month would be today, asked quickly; one of today as it stands today."""
    measure = BY_NAME[frozen.measure]
    if measure.timing is Timing.TODAY:
        return answer(session, actor, measure, ask_of(closing.month, now)).whole.value
    ask = ask_of(closing.month, closing.closed_at)
    whole = answer(session, actor, measure, ask).whole
    numbers = {"top": whole.top, "bottom": whole.bottom}
    for (side, _source), count, rows in places(measure, ask):
        if not has_past(count, rows):
            numbers[side] = getattr(frozen, side)
    return measure.value(numbers["top"], numbers["bottom"])


def standing(
    session: Session, actor: Actor, closing: MonthClosing, frozen: FrozenFigure, ask: Ask
) -> Standing:
    """How one figure stands now."""
    measure = BY_NAME[frozen.measure]
    kept = rows_of(session, closing, measure.name)
    numbers: dict[str, int | None] = {"top": frozen.top, "bottom": frozen.bottom}
    told: dict[str, int | None] = {}
    found, digest = Standing(measure, None, None), hashlib.sha256()
    for place, count, rows in places(measure, ask):
        if not has_past(count, rows):
            continue
        total = Sum(share_of(rows))
        today = total.passing(shares(session, actor, rows, ask))
        before = kept.get(place, Kept()).shares()
        for change in changes(place, before, today):
            digest.update(repr(change).encode())
            found.changed += 1
            if len(found.first) < ROWS_SHOWN:
                found.first.append(change)
        told[place[0]] = _added(told.get(place[0]), total.number, is_first=place[0] not in told)
    found.top, found.bottom = (_now(side, numbers | told, measure) for side in ("top", "bottom"))
    if measure.version != frozen.version:
        return Standing(measure, found.top, found.bottom)
    found.mark = digest.hexdigest() if found.changed else ""
    return found


def _added(before: int | None, number: int | None, *, is_first: bool) -> int | None:
    return number if is_first else (before or 0) + (number or 0)


def _now(side: str, numbers: Mapping[str, int | None], measure: Measure) -> int | None:
    return None if side == "bottom" and measure.bottom is None else numbers[side]


def changes(place: Place, before: Iterable[Share], today: Iterable[Share]) -> Iterator[Change]:
    """Rows that do not count as they did; both are given by rising number, and read once."""
    both = merge(_marked(0, before), _marked(1, today), key=itemgetter(1))
    for number, found in groupby(both, key=itemgetter(1)):
        sides: tuple[list[Share], list[Share]] = ([], [])
        for which, _number, one in found:
            sides[which].append(one)
        if sorted(sides[0]) != sorted(sides[1]):
            yield Change(*place, number, _amount(sides[0]), _amount(sides[1]))


def _marked(which: int, found: Iterable[Share]) -> Iterator[tuple[int, int, Share]]:
    return ((which, one.id, one) for one in found)


def _amount(found: list[Share]) -> int | None:
    """What a row counts for; of levels their mean by weight, rounded."""
    if not found:
        return None
    weight = sum(one.weight for one in found)
    if len(found) == 1 or not weight:
        return found[0].amount
    return round(Fraction(sum(one.amount * one.weight for one in found), weight))
