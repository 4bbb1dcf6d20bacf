"""Parameters whose names hold a field or a unit, and others that only reading an event answers.

``EQ_ILMD_{name}``, ``GT_INNER_{name}``, ``EXISTS_SENSORREPORT_{name}``, ``LT_value_{uom}``, ``GE_time``. Each
becomes a condition that an index or a short text can answer, and a sieve that reads what it leaves.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from sqlalchemy import ColumnElement, or_, select
from sqlmodel import col

from trace.records.event import Event, EventTerm
from trace.services.epcis.exceptions import wrong_parameter
from trace.standards.epcis import inside, units
from trace.standards.epcis.facets import SENSOR_ROLES, Words
from trace.standards.epcis.inside import Name, Value

Sieve = Callable[[Mapping[str, Any], Words], bool]
"""Whether an event fits, where only reading the event itself shows it."""


@dataclass(frozen=True)
class Sifted:
    """A condition that every event that fits keeps, and the sieve that tells which of those do."""

    narrow: ColumnElement[bool]
    fits: Sieve | None


_AREAS: Final = "|".join(area for area in inside.AREAS if area)
_FIELD: Final = re.compile(rf"(EQ|GT|GE|LT|LE|EXISTS)_(INNER_)?(?:({_AREAS})_)?(\S+:\S+)")
_MEASURE: Final = re.compile(
    r"(EQ|GT|GE|LT|LE)_(value|minValue|maxValue|meanValue|sDev|percValue|quantity)_([A-Z0-9]{2,4})", re.ASCII
)
NAMED: Final = frozenset(
    ("EXISTS_sensorElementList", "GE_time", "LT_time", *(f"{one}_percRank" for one in inside.OPERATORS))
)
"""Of these parameters, those with a fixed name."""


def sifted(name: str, values: list[str], words: Words) -> Sifted | None:
    """What a parameter asks; None where it is none of these. ``words`` explains the prefixes of names.

    Raises:
        EpcisException: QueryParameterException for a value that is none.
    """
    if name in NAMED:
        return _named(name, values)
    if measure := _MEASURE.fullmatch(name):
        return _measure(name, values, *measure.groups())
    if field := _FIELD.fullmatch(name):
        operator, is_inner, area, said = field.groups()
        meant = Name(said, words.full(said))
        if operator == "EXISTS":
            return _exists(name, values, area or "", meant, is_inner=bool(is_inner))
        return _field(name, values, operator, area or "", meant, is_inner=bool(is_inner))
    return None


def is_asked(name: str, values: list[str]) -> bool:
    """The value of an ``EXISTS_`` parameter: none, a number, ``true``; ``false`` asks for nothing.

    Raises:
        EpcisException: QueryParameterException.
    """
    if len(values) != 1 or not (values[0] in ("", "true", "false") or values[0].isdecimal()):
        raise wrong_parameter(name, "true | false", "|".join(values))
    return values[0] != "false"


def _exists(name: str, values: list[str], area: str, meant: Name, *, is_inner: bool) -> Sifted:
    if not is_asked(name, values):
        return Sifted(col(Event.id).is_not(None), None)

    def fits(event: Mapping[str, Any], words: Words) -> bool:
        return any(map(inside.is_there, inside.fields(event, area, meant, words, inner=is_inner)))

    return Sifted(_has(area), fits)


def _field(name: str, values: list[str], operator: str, area: str, meant: Name, *, is_inner: bool) -> Sifted:
    wanted = [inside.asked_value(one) for one in (values if operator == "EQ" else _single(name, values))]
    if operator != "EQ" and not _is_ordered(wanted[0]):
        raise wrong_parameter(name, "1.5 | 2026-06-05T14:30:00.000+07:00 | 2026-06-05", values[0])

    def fits(event: Mapping[str, Any], words: Words) -> bool:
        found = inside.fields(event, area, meant, words, inner=is_inner)
        return any(
            value.fits(operator, one, words)
            for field in found
            for value in inside.values(field)
            for one in wanted
        )

    return Sifted(_has(area), fits)


def _is_ordered(value: Value) -> bool:
    return any(one is not None for one in (value.number, value.moment, value.day))


def _measure(name: str, values: list[str], operator: str, field: str, uom: str) -> Sifted:
    wanted = _numbers(name, values, operator)

    def fits(event: Mapping[str, Any], _words: Words) -> bool:
        found = inside.counted(event) if field == "quantity" else inside.measured(event, field)
        return _any_number(operator, wanted, _in_unit(found, uom, is_difference=field == "sDev"))

    return Sifted(_has_quantity() if field == "quantity" else _has_sensors(), fits)


def _named(name: str, values: list[str]) -> Sifted:
    if name == "EXISTS_sensorElementList":
        return Sifted(_has_sensors() if is_asked(name, values) else col(Event.id).is_not(None), None)
    operator, _, field = name.partition("_")
    if field == "percRank":
        wanted = _numbers(name, values, operator)
        return Sifted(_has_sensors(), lambda event, _words: _any_number(operator, wanted, _ranks(event)))
    moment = inside.asked_value(_single(name, values)[0]).moment
    if moment is None:
        raise wrong_parameter(name, "2026-06-05T14:30:00.000+07:00", values[0])
    until = operator == "LT"
    return Sifted(
        _has_sensors(),
        lambda event, _words: any((one < moment) == until for one in inside.sensor_times(event)),
    )


def _ranks(event: Mapping[str, Any]) -> Iterator[Fraction]:
    return (number for number, _ in inside.measured(event, "percRank"))


def _in_unit(found: Iterator[tuple[Fraction, str]], uom: str, *, is_difference: bool) -> Iterator[Fraction]:
    for number, unit in found:
        amount = units.converted(number, unit, uom, is_difference=is_difference)
        if amount is not None:
            yield amount


def _any_number(operator: str, wanted: list[Fraction], found: Iterator[Fraction]) -> bool:
    if operator == "EQ":
        return any(number in wanted for number in found)
    holds = inside.ORDERS[operator]
    return any(holds(number, wanted[0]) for number in found)


def _numbers(name: str, values: list[str], operator: str) -> list[Fraction]:
    numbers = [inside.number_of(one) for one in (values if operator == "EQ" else _single(name, values))]
    known = [one for one in numbers if one is not None]
    if len(known) < len(numbers):
        raise wrong_parameter(name, "1.5", "|".join(values))
    return known


def _single(name: str, values: list[str]) -> list[str]:
    if len(values) != 1:
        raise wrong_parameter(name, "1", "|".join(values))
    return values


def _has(area: str) -> ColumnElement[bool]:
    """What every event has that has something in this area."""
    if area == "ILMD":
        others = col(Event.event_type).not_in(_NO_ILMD)
        return or_(col(Event.action) == "ADD", others)
    if area == "ERROR_DECLARATION":
        return col(Event.declares).is_(True)
    if area.startswith("SENSOR"):
        return _has_sensors()
    columns = {"readPoint": col(Event.read_point), "bizLocation": col(Event.biz_location)}
    return columns.get(area, col(Event.id)).is_not(None)


_NO_ILMD: Final = ("ObjectEvent", "AggregationEvent", "AssociationEvent", "TransactionEvent")
"""Types that have none, or with ADD only."""


def _has_sensors() -> ColumnElement[bool]:
    return col(Event.id).in_(
        select(col(EventTerm.event_row)).where(col(EventTerm.role) == SENSOR_ROLES["type"])
    )


def _has_quantity() -> ColumnElement[bool]:
    return col(Event.id).in_(select(col(EventTerm.event_row)).where(col(EventTerm.quantity).is_not(None)))
