"""Answering a question about a figure: by part and whole, inside the actor's reach."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlmodel import Session

from trace.errors import FieldProblem, Invalid
from trace.services.admission import Actor
from trace.services.figures.asking import Ask, Dimension
from trace.services.figures.measure import Measure
from trace.services.figures.naming import names_of

IN_TIME = frozenset({Dimension.DAY, Dimension.MONTH, Dimension.YEAR})


@dataclass(frozen=True)
class Part:
    """One row of an answer: its key and name, the two counts, and the figure they make."""

    key: str
    name: str
    top: int
    bottom: int | None
    value: Fraction | None


@dataclass(frozen=True)
class Answer:
    """The rows, and the whole asked anew: what counts once in each of two rows counts once in all."""

    measure: Measure
    ask: Ask
    parts: tuple[Part, ...]
    whole: Part


def answer(session: Session, actor: Actor, measure: Measure, ask: Ask) -> Answer:
    """The figure this actor may see, a part for each value of ``ask.by``: days in order, else by size.

    Raises:
        NotAllowed: the role sees no figures.
        Invalid: the figure can not be cut by a dimension that was named.
    """
    check(measure, ask)
    whole = _part(measure, "", "", *_both(session, actor, measure, ask, None).get("", (0, 0)))
    if ask.by is None:
        return Answer(measure, ask, (), whole)
    found = _both(session, actor, measure, ask, ask.by)
    names = names_of(session, ask.by, found)
    parts = [_part(measure, key, names.get(key, key), *both) for key, both in found.items()]
    parts.sort(key=_in_time if ask.by in IN_TIME else _by_size)
    return Answer(measure, ask, tuple(parts), whole)


def check(measure: Measure, ask: Ask) -> None:
    """Refuse a cut the figure's rows do not know.

    Raises:
        Invalid: with the dimensions there are.
    """
    wrong = ask.dimensions - measure.dimensions
    if wrong:
        known = ", ".join(sorted(measure.dimensions))
        raise Invalid([FieldProblem("nhom", "figure.cut", one, {"expected": known}) for one in sorted(wrong)])


def _both(
    session: Session, actor: Actor, measure: Measure, ask: Ask, by: Dimension | None
) -> dict[str, tuple[int, int]]:
    tops = measure.top.found(session, actor, ask, by)
    bottoms = measure.bottom.found(session, actor, ask, by) if measure.bottom else {}
    return {key: (tops.get(key, 0), bottoms.get(key, 0)) for key in {**tops, **bottoms}}


def _part(measure: Measure, key: str, name: str, top: int, bottom: int) -> Part:
    return Part(key, name, top, bottom if measure.bottom else None, measure.value(top, bottom))


def _in_time(part: Part) -> Any:
    return part.key


def _by_size(part: Part) -> Any:
    return (-(part.top if part.bottom is None else part.bottom), -part.top, part.name)
