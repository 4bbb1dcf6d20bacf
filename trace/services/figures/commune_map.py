"""A figure on the map of Hải Phòng's communes of today, or of the old districts they came from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache

from sqlmodel import Session

from trace.services.admission import Actor
from trace.services.figures.answering import Answer, Part, answer
from trace.services.figures.asking import Ask, Dimension
from trace.services.figures.classes import MOST, bounds, class_of
from trace.services.figures.counting import Timing
from trace.services.figures.measure import Measure
from trace.services.figures.naming import names_of
from trace.standards.admin_units import OLD_SCHEME, conversions, units
from trace.standards.province_map import map_of_hai_phong

UNITS = (Dimension.COMMUNE, Dimension.OLD_DISTRICT)
"""What the map may be cut by."""


@dataclass(frozen=True)
class Place:
    """A commune of the drawing: the unit whose value it shows, and the class of that, none without a value.

    ``unit`` is empty where its old communes lay in several districts.
    """

    code: str
    name: str
    unit: str
    unit_name: str
    value: Fraction | None
    tone: int | None


@dataclass(frozen=True)
class FigureMap:
    """The communes of the drawing, and the answers it shows: now, and a year ago unless it stands today.

    ``bounds`` begin the classes after the lowest; ``tones`` are the shades of the classes, so that few
    classes use the ends of the scale.
    """

    measure: Measure
    places: tuple[Place, ...]
    bounds: tuple[Fraction, ...]
    now: Answer
    last_year: Answer | None

    @property
    def without(self) -> int:
        """Communes without a value."""
        return sum(place.value is None for place in self.places)

    @property
    def highest(self) -> Sequence[Part]:
        """Parts by value, the highest first."""
        known = [part for part in self.now.parts if part.value is not None and part.key]
        return sorted(known, key=lambda part: -(part.value or 0))

    def tone(self, value: Fraction | None) -> int | None:
        """The shade of a value, 1 the lightest to 5."""
        return None if value is None else shade(class_of(value, list(self.bounds)), len(self.bounds))


def shade(place: int, count: int) -> int:
    """The shade of a class where there are ``count`` bounds: spread over all five.

    >>> [shade(n, 1) for n in range(2)], [shade(n, 4) for n in range(5)], shade(0, 0)
    ([2, 5], [1, 2, 3, 4, 5], 4)
    """
    if not count:
        return MOST - 1
    first = 1 if count > 1 else 2
    return first + round(place * (MOST - first) / count)


def figure_map(
    session: Session, actor: Actor, measure: Measure, ask: Ask, last_year: Ask, by: Dimension
) -> FigureMap:
    """The figure of the question by commune or old district, inside the actor's reach.

    Raises:
        NotAllowed: the role sees no figures.
        Invalid: the figure knows no places, or not a filter of the question.
    """
    now = answer(session, actor, measure, replace(ask, by=by))
    old = None
    if measure.timing is not Timing.TODAY:
        old = answer(session, actor, measure, replace(last_year, by=by))
    communes = map_of_hai_phong().communes
    values = {part.key: part.value for part in now.parts if part.key}
    found = bounds(value for value in values.values() if value is not None)
    names = names_of(session, Dimension.COMMUNE, communes)
    under = old_districts() if by is Dimension.OLD_DISTRICT else {code: code for code in communes}
    unit_names = names_of(session, by, set(under.values()))
    made = FigureMap(measure, (), tuple(found), now, old)
    places = [
        _place(made, code, names.get(code, code), under.get(code, ""), unit_names, values)
        for code in communes
    ]
    return replace(made, places=tuple(sorted(places, key=lambda place: place.name)))


def _place(
    made: FigureMap,
    code: str,
    name: str,
    unit: str,
    unit_names: Mapping[str, str],
    values: Mapping[str, Fraction | None],
) -> Place:
    value = values.get(unit)
    return Place(code, name, unit, unit_names.get(unit, ""), value, made.tone(value))


@cache
def old_districts() -> dict[str, str]:
    """The old district of each commune of today whose old communes all lay in one."""
    parents = {one.code: one.parent_code for one in units() if one.scheme == OLD_SCHEME}
    came: dict[str, set[str]] = {}
    for one in conversions():
        if parent := parents.get(one.old_code):  # the table names a few codes that no list of units has
            came.setdefault(one.new_code, set()).add(parent)
    return {code: next(iter(found)) for code, found in came.items() if len(found) == 1}
