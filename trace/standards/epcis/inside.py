"""What stands inside an event that no index knows: fields of others, instance data, what sensors measured.

Names are compared in full, whatever prefix they were written with. A value is compared as what it is: a
number with a number, a time with a time as moments, a day with a day, and anything with a text that reads
the same; an identifier in any of its spellings.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from trace.standards.epcis.facets import CLASS_ROLES, Words, bare
from trace.standards.event_hash import instant
from trace.standards.fault import Fault

AREAS: Final = (
    "", "ILMD", "ERROR_DECLARATION", "readPoint", "bizLocation", "SENSORELEMENT", "SENSORMETADATA",
    "SENSORREPORT",
)  # fmt: skip
"""Where fields are looked for, as the query language writes it; empty is the event itself."""
_MEMBER: Final = {
    "ILMD": "ilmd",
    "ERROR_DECLARATION": "errorDeclaration",
    "readPoint": "readPoint",
    "bizLocation": "bizLocation",
}
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?", re.ASCII)
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
ORDERS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "GT": operator.gt,
    "GE": operator.ge,
    "LT": operator.lt,
    "LE": operator.le,
}
OPERATORS: Final = ("EQ", *ORDERS)


@dataclass(frozen=True)
class Name:
    """A field's name as it was asked for, and in full where its prefix is known."""

    said: str
    full: str

    def is_of(self, key: str, words: Words) -> bool:
        """Whether a field of an event is meant; a prefix nobody explained is compared as it is written."""
        return words.full(key) == self.full or (self.said == self.full and key == self.said)


@dataclass(frozen=True)
class Value:
    """One value in every reading it has."""

    text: str
    number: Fraction | None = None
    moment: str | None = None
    day: str | None = None

    def fits(self, how: str, wanted: Value, words: Words) -> bool:
        """Whether this value stands to the wanted one as the operator ``how`` says."""
        pairs = [(self.number, wanted.number), (self.moment, wanted.moment), (self.day, wanted.day)]
        if how == "EQ":
            same = any(mine is not None and mine == theirs for mine, theirs in pairs)
            return (
                same or self.text == wanted.text or bare(words.id(self.text)) == bare(words.id(wanted.text))
            )
        holds = ORDERS[how]
        return any(mine is not None and theirs is not None and holds(mine, theirs) for mine, theirs in pairs)


def number_of(said: object) -> Fraction | None:
    """A finite number exactly as it is written.

    >>> number_of("4.5"), number_of(1e300) is None, number_of("1e999"), number_of("x")
    (Fraction(9, 2), False, None, None)
    """
    text = str(said) if isinstance(said, (int, float, str)) and not isinstance(said, bool) else ""
    if not _NUMBER.fullmatch(text) or not math.isfinite(float(text)):
        return None
    return Fraction(text)


def asked_value(text: str) -> Value:
    """What a question compares with: it does not say what kind it is, so each kind it may be."""
    return Value(text, number_of(text), _moment(text), text if _DAY.fullmatch(text) else None)


def fields(
    event: Mapping[str, object], area: str, name: Name, words: Words, *, inner: bool
) -> Iterator[object]:
    """The values of every field of this name in an area; ``inner``: at any depth below its own fields."""
    for part in _parts(event, area):
        own = ((key, value) for key, value in part.items() if ":" in key)
        for key, value in own:
            if inner:
                yield from _below(value, name, words)
            elif name.is_of(key, words):
                yield value


def values(field: object) -> Iterator[Value]:
    """The single values of a field: those of a list each, of JSON-LD's objects what they hold."""
    if isinstance(field, list):
        for one in field:
            yield from values(one)
    elif isinstance(field, Mapping):
        held = field.get("@value", field.get("@id", field.get("id")))
        is_typed = "@value" in field and str(field.get("@type", "")).rpartition(":")[2] in _NUMERIC
        if isinstance(held, (str, int, float)):
            yield Value(str(held), number_of(held)) if is_typed else _value(held)
    elif isinstance(field, (str, int, float)):
        yield _value(field)


_NUMERIC: Final = frozenset(("integer", "int", "long", "decimal", "float", "double"))


def is_there(field: object) -> bool:
    """Whether a field says anything at all, of whatever kind."""
    return field not in (None, "", [], {})


def measured(event: Mapping[str, object], field: str) -> Iterator[tuple[Fraction, str]]:
    """Numbers of a field of sensor reports, each with its unit; empty where it has none."""
    for report in _parts(event, "SENSORREPORT"):
        number = number_of(report.get(field))
        if number is not None:
            yield number, str(report.get("uom", ""))


def counted(event: Mapping[str, object]) -> Iterator[tuple[Fraction, str]]:
    """The quantities of goods, each with its unit; empty where pieces are counted."""
    for name in CLASS_ROLES:
        for element in _maps(event.get(name)):
            number = number_of(element.get("quantity"))
            if number is not None:
                yield number, str(element.get("uom", ""))


def sensor_times(event: Mapping[str, object]) -> Iterator[str]:
    """When sensors measured, in UTC: ``time`` of a report, or of its element's metadata."""
    for area in ("SENSORMETADATA", "SENSORREPORT"):
        for part in _parts(event, area):
            moment = _moment(str(part.get("time", "")))
            if moment is not None:
                yield moment


def _value(said: str | float) -> Value:
    if isinstance(said, bool):
        return Value("true" if said else "false")
    if isinstance(said, str):
        return Value(said, None, _moment(said), said if _DAY.fullmatch(said) else None)
    return Value(str(said), number_of(said))


def _moment(text: str) -> str | None:
    try:
        return instant(text)
    except Fault:
        return None


def _parts(event: Mapping[str, object], area: str) -> Iterator[Mapping[str, object]]:
    if not area:
        yield event
    elif area in _MEMBER:
        yield from _maps([event.get(_MEMBER[area])])
    else:
        for element in _maps(event.get("sensorElementList")):
            inside = {"SENSORELEMENT": [element], "SENSORMETADATA": [element.get("sensorMetadata")]}
            yield from _maps(inside.get(area, element.get("sensorReport")))


def _maps(items: object) -> Iterator[Mapping[str, object]]:
    for one in items if isinstance(items, list) else ():
        if isinstance(one, Mapping):
            yield one


def _below(value: object, name: Name, words: Words) -> Iterator[object]:
    if isinstance(value, list):
        for one in value:
            yield from _below(one, name, words)
    elif isinstance(value, Mapping):
        for key, inside in value.items():
            if name.is_of(str(key), words):
                yield inside
            yield from _below(inside, name, words)
