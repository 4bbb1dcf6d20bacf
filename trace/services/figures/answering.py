"""Answering a question about a figure: by part and whole, inside the actor's reach."""

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from sqlmodel import Session

from trace.errors import FieldProblem, Invalid
from trace.services.admission import Actor
from trace.services.figures.asking import IN_TIME, Ask, Dimension
from trace.services.figures.counting import Bag, together
from trace.services.figures.measure import Measure
from trace.services.figures.naming import names_of

Pair = tuple[Bag | None, Bag | None]
"""What is gathered for the two counts of a figure."""


@dataclass(frozen=True)
class Part:
    """One row of an answer: its key and name, the two counts, and the figure they make.

    An empty ``value`` is not nought: nothing is recorded, or there is nothing to divide by.
    """

    key: str
    name: str
    top: int | None
    bottom: int | None
    value: Fraction | None


@dataclass(frozen=True)
class Answer:
    """The rows, and the whole: asked anew where a row may stand in two parts, for it counts once in all."""

    measure: Measure
    ask: Ask
    parts: tuple[Part, ...]
    whole: Part


def answer(session: Session, actor: Actor, measure: Measure, ask: Ask) -> Answer:
    """The figure this actor may see, a part for each value of ``ask.by``: days in order, else by size.

    What has no value of ``ask.by`` stands under the empty key.

    Raises:
        NotAllowed: the role sees no figures.
        Invalid: the figure can not be cut by a dimension that was named.
    """
    check(measure, ask)
    if ask.by is None:
        whole = part_of(measure, "", "", whole_of(session, actor, measure, ask))
        return Answer(measure, ask, (), whole)
    found = pairs(session, actor, measure, ask, ask.by)
    if all(one.is_parted(ask) for one in measure.counts):
        both = together(top for top, _ in found.values()), together(bottom for _, bottom in found.values())
    else:
        both = whole_of(session, actor, measure, ask)
    whole = part_of(measure, "", "", both)
    names = names_of(session, ask.by, found)
    parts = [part_of(measure, key, names.get(key, key), pair) for key, pair in found.items()]
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


def pairs(
    session: Session, actor: Actor, measure: Measure, ask: Ask, by: Dimension | None
) -> dict[str, Pair]:
    """What is gathered for the figure, by key; a sum of nought over nought is no part."""
    tops = measure.top.gathered(session, actor, ask, by)
    if measure.top.shares_bag(measure.bottom):
        bottoms = tops
    else:
        bottoms = measure.bottom.gathered(session, actor, ask, by) if measure.bottom else {}
    both = {key: (tops.get(key), bottoms.get(key)) for key in {**tops, **bottoms}}
    return {key: pair for key, pair in both.items() if any(bag not in (0, None) for bag in pair)}


def whole_of(session: Session, actor: Actor, measure: Measure, ask: Ask) -> Pair:
    """What is gathered for the figure without any cut."""
    plain = replace(ask, by=None)
    return pairs(session, actor, measure, plain, None).get("", (None, None))


def part_of(measure: Measure, key: str, name: str, pair: Pair) -> Part:
    """The figure a pair makes."""
    top = measure.top.read(pair[0])
    bottom = measure.bottom.read(pair[1]) if measure.bottom else None
    return Part(key, name, top, bottom, measure.value(top, bottom))


def _in_time(part: Part) -> Any:
    return part.key


def _by_size(part: Part) -> Any:
    return (-(part.bottom or 0) or -(part.top or 0), -(part.top or 0), part.name)
