"""Whether an event keeps EPCIS 2.0, and the rules the official schema lets pass.

The schema accepts an ADD aggregation without its parent, negative quantities, one-sided
transformations with an id, and made-up words under GS1's own addresses: here all are faults. A
fault's ``field`` says where (``quantityList.0.uom``). Keys: ``epcis.required``, ``epcis.unexpected``,
``epcis.type``, ``epcis.word``, ``epcis.uri``, ``epcis.time``, ``epcis.time_future``, ``epcis.offset``,
``epcis.uom``, ``epcis.quantity``, ``epcis.duplicate``, ``epcis.what``, ``epcis.parent``, ``epcis.children``,
``epcis.one_sided``, ``epcis.ilmd``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from trace.standards.epcis.fields import CHECKS, extension_name, is_vocabulary_uri
from trace.standards.epcis.names import words
from trace.standards.event_hash import instant
from trace.standards.fault import Fault
from trace.standards.local_time import require_aware

_COMMON: Final = words(
    "@context type eventTime recordTime eventTimeZoneOffset eventID certificationInfo errorDeclaration"
    " bizStep disposition readPoint bizLocation bizTransactionList sourceList destinationList"
    " sensorElementList"
)
_OWN: Final[Mapping[str, frozenset[str]]] = {
    "ObjectEvent": words("action epcList quantityList persistentDisposition ilmd"),
    "AggregationEvent": words("action parentID childEPCs childQuantityList"),
    "AssociationEvent": words("action parentID childEPCs childQuantityList"),
    "TransactionEvent": words("action parentID epcList quantityList"),
    "TransformationEvent": words(
        "transformationID inputEPCList inputQuantityList outputEPCList outputQuantityList"
        " persistentDisposition ilmd"
    ),
}

_TIMED: Final = ("eventTime", "eventTimeZoneOffset")
_ACTED: Final = (*_TIMED, "action")
_ALLOWED: Final = {kind: _COMMON | names for kind, names in _OWN.items()}
_ANY: Final = _COMMON.union(*_OWN.values())
"""An extended event may have any field of the five."""


def validate(event: object, now: datetime | None = None) -> list[Fault]:
    """Every fault of one event, in the order found; an empty list means it may be kept.

    With ``now``, an event time later than that is a fault. Never raises for any JSON value.

    >>> [str(fault) for fault in validate({"type": "ObjectEvent"})][:2]
    ["epcis.required(field='eventTime', expected='eventTime')", \
"epcis.required(field='eventTimeZoneOffset', expected='eventTimeZoneOffset')"]
    """
    if not isinstance(event, Mapping):
        return [Fault("epcis.type", field="", expected="object", got=type(event).__name__)]
    kind = event.get("type")
    if not isinstance(kind, str) or (kind not in _OWN and not is_vocabulary_uri(kind)):
        expected = ", ".join(_OWN)
        return [Fault("epcis.type", field="type", expected=expected, got=str(kind)[:80])]
    return [*_fields(event, kind), *_whole(event, kind), *_future(event, now)]


def _fields(event: Mapping[object, object], kind: str) -> Iterator[Fault]:
    required = _ACTED if kind in _OWN and kind != "TransformationEvent" else _TIMED
    missing = [name for name in required if name not in event]
    yield from (Fault("epcis.required", field=name, expected=name) for name in missing)
    allowed = _ALLOWED.get(kind, _ANY)
    for name, value in event.items():
        if not isinstance(name, str):
            yield Fault("epcis.unexpected", field=str(name), expected="prefix:name", got=str(name)[:80])
        elif name in allowed:
            if name in CHECKS:
                yield from CHECKS[name](name, value)
        else:
            yield from extension_name(name, name)


def _whole(event: Mapping[object, object], kind: str) -> Iterator[Fault]:
    """What no field shows alone."""
    if kind == "ObjectEvent":
        yield from _object(event)
    elif kind in ("AggregationEvent", "AssociationEvent"):
        yield from _aggregation(event, kind)
    elif kind == "TransactionEvent":
        if not event.get("bizTransactionList"):
            yield Fault("epcis.required", field="bizTransactionList", expected=">= 1")
    elif kind == "TransformationEvent":
        yield from _transformation(event)


def _object(event: Mapping[object, object]) -> Iterator[Fault]:
    observed = event.get("sensorElementList") and event.get("readPoint")
    if "epcList" not in event and not event.get("quantityList") and not observed:
        yield Fault("epcis.what", field="epcList", expected="epcList, quantityList")
    if "ilmd" in event and event.get("action") != "ADD":
        yield Fault("epcis.ilmd", field="ilmd", expected="ADD", got=str(event.get("action"))[:20])


def _aggregation(event: Mapping[object, object], kind: str) -> Iterator[Fault]:
    action = event.get("action")
    if "parentID" not in event and (kind == "AssociationEvent" or action != "OBSERVE"):
        yield Fault("epcis.parent", field="parentID", expected="parentID", got=str(action)[:20])
    if action != "DELETE" and not event.get("childEPCs") and not event.get("childQuantityList"):
        yield Fault("epcis.children", field="childEPCs", expected="childEPCs, childQuantityList")


def _transformation(event: Mapping[object, object]) -> Iterator[Fault]:
    for side in ("input", "output"):
        if not event.get(f"{side}EPCList") and not event.get(f"{side}QuantityList"):
            expected = f"{side}EPCList, {side}QuantityList"
            yield Fault("epcis.one_sided", field=f"{side}QuantityList", expected=expected)


def _future(event: Mapping[object, object], now: datetime | None) -> Iterator[Fault]:
    at = event.get("eventTime")
    if now is None or not isinstance(at, str):
        return
    try:
        moment = datetime.fromisoformat(instant(at))
    except Fault:
        return  # its spelling is a fault of the field already
    if moment > require_aware(now):
        yield Fault("epcis.time_future", field="eventTime", expected=now.isoformat(), got=at[:40])
