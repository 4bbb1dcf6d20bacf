"""The parameters of the EPCIS query language, each as a condition on events and their terms.

What is not offered is refused by its name: a question is never answered as if it had asked for less.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, or_, select
from sqlmodel import col

from trace.records.event import Event, EventTerm
from trace.services.epcis import flexible, patterns
from trace.services.epcis.exceptions import EpcisException, wrong_parameter
from trace.services.epcis.flexible import Sieve
from trace.services.epcis.shaping import DEFAULT_PAGE, SHAPING, Given, bounds_of, choice, order_of, single
from trace.standards.epcis.facets import GOODS, SENSOR_ROLES, SENSOR_URIS, Words, bare
from trace.standards.epcis.names import ACTIONS, NAMESPACES
from trace.standards.event_hash import instant
from trace.standards.fault import Fault

Condition = ColumnElement[bool]
Make = Callable[[str, list[str]], Condition]

MOST_VALUES: Final = 200
_BUILT_IN: Final = Words({})


@dataclass(frozen=True)
class Question:
    """What is asked: conditions, order, how many in all and on a page.

    What the conditions leave is read and put through the ``sieves``. ``limit`` ends the
    answer after so many; where more than ``most`` match there is none.
    """

    conditions: tuple[Condition, ...]
    order: str = "event_time"
    descending: bool = True
    limit: int | None = None
    most: int | None = None
    per_page: int = DEFAULT_PAGE
    sieves: tuple[Sieve, ...] = ()


def read_question(
    given: Given, fixed: Given | None = None, namespaces: Mapping[str, str] | None = None
) -> Question:
    """A question from its parameters; ``fixed`` are those the address says already, ``namespaces`` what the
    prefixes in names of fields stand for.

    Raises:
        EpcisException: QueryValidationException for a parameter that is not offered here,
            QueryParameterException for a value that is none.
    """
    conditions = [_condition(name, values, is_fixed=True) for name, values in (fixed or {}).items()]
    sieves: list[Sieve] = []
    words = Words({"@context": {**NAMESPACES, **(namespaces or {})}})
    for name, values in given.items():
        if fixed and name in fixed:
            raise _not_offered(name)
        if name in SHAPING:
            continue
        inside = flexible.sifted(name, _said(name, values), words)
        conditions.append(inside.narrow if inside else _condition(name, values))
        sieves += [inside.fits] if inside and inside.fits else []
    order, descending = order_of(given)
    limit, most, size = bounds_of(given)
    return Question(tuple(conditions), order, descending, limit, most, size, tuple(sieves))


def _said(name: str, values: list[str]) -> list[str]:
    is_void = name.startswith("EXISTS_")  # such a parameter needs no value
    if not values or len(values) > MOST_VALUES or not (is_void or all(values)):
        raise wrong_parameter(name, f"1..{MOST_VALUES}", "|".join(values))
    return values


def _condition(name: str, values: list[str], *, is_fixed: bool = False) -> Condition:
    make = _CONDITIONS.get(name) or (_FIXED.get(name) if is_fixed else None) or _flexible(name)
    if make is None:
        raise _not_offered(name)
    return make(name, _said(name, values))


def _not_offered(name: str) -> EpcisException:
    return EpcisException("QueryValidationException", "epcis.not_offered", parameter=name[:80])


def _flexible(name: str) -> Make | None:
    """Parameters whose name ends in a type: ``EQ_bizTransaction_po``, ``EQ_source_owning_party``."""
    for head, role in (("EQ_bizTransaction_", "tx"), ("EQ_source_", "source"), ("EQ_destination_", "dest")):
        if name.startswith(head) and len(name) > len(head):
            kind = bare(_BUILT_IN.full(name.removeprefix(head)))
            return lambda _name, values: terms((f"{role}:{kind}"[:80],), [_BUILT_IN.id(v) for v in values])
    return None


def terms(roles: tuple[str, ...], values: list[str]) -> Condition:
    """Events that name one of the values in one of the roles."""
    return _with_term(col(EventTerm.role).in_(roles), col(EventTerm.value).in_(values))


def _with_term(*rules: Condition) -> Condition:
    return col(Event.id).in_(select(col(EventTerm.event_row)).where(*rules))


def _match(*roles: str) -> Make:
    def make(name: str, values: list[str]) -> Condition:
        found = patterns.matching(col(EventTerm.value), name, values)
        return _with_term(col(EventTerm.role).in_(roles), or_(*found))

    return make


def _among(column: Any, spell: Callable[[str], str], words: frozenset[str] | None = None) -> Make:
    def make(name: str, values: list[str]) -> Condition:
        wrong = [value for value in values if words is not None and value not in words]
        if wrong:
            raise wrong_parameter(name, ", ".join(sorted(words or ())), wrong[0])
        return col(column).in_([spell(value) for value in values])

    return make


def _word(value: str) -> str:
    return bare(_BUILT_IN.full(value))


def _descendants(column: Any) -> Make:
    """The place itself, what continues its identifier after a slash, and, of an organisation's own
    identifier ``/id/org/<id>``, its plots and sites."""

    def make(_name: str, values: list[str]) -> Condition:
        rules: list[Condition] = []
        for place in map(_BUILT_IN.id, values):
            rules += [col(column) == place, col(column).startswith(f"{place}/", autoescape=True)]
            head, is_org, org = place.partition("/id/org/")
            if is_org:
                inside = (f"{head}/id/{kind}/{org}-" for kind in ("plot", "site"))
                rules += [col(column).startswith(one, autoescape=True) for one in inside]
        return or_(*rules)

    return make


def _time(column: Any, *, at_least: bool) -> Make:
    def make(name: str, values: list[str]) -> Condition:
        moment = datetime.fromisoformat(_instant(name, values))
        return col(column) >= moment if at_least else col(column) < moment

    return make


def _sensor_time(role: str, *, at_least: bool) -> Make:
    def make(name: str, values: list[str]) -> Condition:
        moment = _instant(name, values)
        value = col(EventTerm.value)
        return _with_term(col(EventTerm.role) == role, value >= moment if at_least else value < moment)

    return make


def _instant(name: str, values: list[str]) -> str:
    try:
        return instant(single(name, values))
    except Fault:
        raise wrong_parameter(name, "2026-06-05T14:30:00.000+07:00", values[0]) from None


def _quantity(compare: str) -> Make:
    def make(name: str, values: list[str]) -> Condition:
        try:
            amounts = [float(one) for one in values]
        except ValueError:
            raise wrong_parameter(name, "1.5", values[0]) from None
        column = col(EventTerm.quantity)
        if compare == "EQ":
            return _with_term(column.in_(amounts))
        amount = float(single(name, values))
        rules = {"GT": column > amount, "GE": column >= amount, "LT": column < amount, "LE": column <= amount}
        return _with_term(rules[compare])

    return make


def _exists_error(name: str, values: list[str]) -> Condition:
    said = flexible.is_asked(name, values)
    return col(Event.declares).is_(True) if said else col(Event.declares).in_((True, False))


def _sensor(role: str, spell: Callable[[str], str]) -> Make:
    return lambda _name, values: terms((role,), [spell(value) for value in values])


def _sensor_bool(name: str, values: list[str]) -> Condition:
    return terms((SENSOR_ROLES["booleanValue"],), [choice(name, values, ("true", "false"))])


_CLASSES: Final = ("class", "child_class", "input_class", "output_class")
_EPCS: Final = ("epc", "child", "parent", "input", "output")
_CONDITIONS: Final[dict[str, Make]] = {
    "eventType": _among(Event.event_type, str),
    "GE_eventTime": _time(Event.event_time, at_least=True),
    "LT_eventTime": _time(Event.event_time, at_least=False),
    "GE_recordTime": _time(Event.recorded_at, at_least=True),
    "LT_recordTime": _time(Event.recorded_at, at_least=False),
    "EQ_action": _among(Event.action, str, ACTIONS),
    "EQ_bizStep": _among(Event.biz_step, _word),
    "EQ_disposition": _among(Event.disposition, _word),
    "EQ_persistentDisposition_set": lambda _n, values: terms(("set",), list(map(_word, values))),
    "EQ_persistentDisposition_unset": lambda _n, values: terms(("unset",), list(map(_word, values))),
    "EQ_readPoint": _among(Event.read_point, _BUILT_IN.id),
    "WD_readPoint": _descendants(Event.read_point),
    "EQ_bizLocation": _among(Event.biz_location, _BUILT_IN.id),
    "WD_bizLocation": _descendants(Event.biz_location),
    "EQ_transformationID": _among(Event.transformation_id, _BUILT_IN.id),
    "MATCH_epc": _match("epc", "child"),
    "MATCH_parentID": _match("parent"),
    "MATCH_inputEPC": _match("input"),
    "MATCH_outputEPC": _match("output"),
    "MATCH_anyEPC": _match(*_EPCS),
    "MATCH_epcClass": _match("class", "child_class"),
    "MATCH_inputEPCClass": _match("input_class"),
    "MATCH_outputEPCClass": _match("output_class"),
    "MATCH_anyEPCClass": _match(*_CLASSES),
    **{f"{compare}_quantity": _quantity(compare) for compare in ("EQ", "GT", "GE", "LT", "LE")},
    "EQ_eventID": _among(Event.event_id, str),
    "EXISTS_errorDeclaration": _exists_error,
    "GE_errorDeclarationTime": _time(Event.declared_at, at_least=True),
    "LT_errorDeclarationTime": _time(Event.declared_at, at_least=False),
    "GE_errorDeclaration_Time": _time(Event.declared_at, at_least=True),
    "LT_errorDeclaration_Time": _time(Event.declared_at, at_least=False),
    "EQ_errorReason": lambda _n, values: terms(("reason",), list(map(_word, values))),
    "EQ_correctiveEventID": lambda _n, values: terms(("corrective",), values),
    "GE_startTime": _sensor_time("s.start", at_least=True),
    "LT_startTime": _sensor_time("s.start", at_least=False),
    "GE_endTime": _sensor_time("s.end", at_least=True),
    "LT_endTime": _sensor_time("s.end", at_least=False),
    "EQ_booleanValue": _sensor_bool,
    **{f"EQ_{name}": _sensor(SENSOR_ROLES[name], str) for name in ("stringValue", "hexBinaryValue")},
    **{
        f"EQ_{name}": _sensor(SENSOR_ROLES[name], lambda value: bare(_BUILT_IN.id(value)))
        for name in SENSOR_URIS
    },
}
_FIXED: Final[dict[str, Make]] = {"goods": lambda _n, values: terms(GOODS, list(map(_BUILT_IN.id, values)))}
"""What ``/epcs/{epc}/events`` fixes; nobody can ask for it by name."""
