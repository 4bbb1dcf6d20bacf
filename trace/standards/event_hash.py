"""The event hash of CBV 2.0 section 8.9: one id for one event, however its JSON is written.

Fields are put in a fixed order, values in one spelling, lists sorted; the SHA-256 of that string
is the id. ``eventID``, ``recordTime`` and ``errorDeclaration`` do not count, so a declared error
keeps the id of the event it declares wrong. Where the standard's prose and the published vectors
differ (a type stands before what it types; destinations before sources), the vectors hold.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Final

from trace.standards.canonical_json import MAX_DEPTH
from trace.standards.epc_uri import canonical
from trace.standards.fault import Fault

Namespaces = Mapping[str, str]

BUILT_IN: Final[Namespaces] = {
    "epcis": "https://ref.gs1.org/epcis/",
    "cbv": "https://ref.gs1.org/cbv/",
    "cbvmda": "urn:epcglobal:cbv:mda:",
    "gs1": "https://gs1.org/voc/",
}
"""Prefixes that the EPCIS context declares."""

_QUANTITY: Final = ("epcClass", "quantity", "uom")
_SHARED: Final = ("deviceID", "deviceMetadata", "rawData", "dataProcessingMethod")
_ORDER: Final[Mapping[str, tuple[str, ...]]] = {
    "event": (
        "eventTime", "eventTimeZoneOffset", "certificationInfo", "parentID", "epcList", "inputEPCList",
        "childEPCs", "quantityList", "childQuantityList", "inputQuantityList", "outputEPCList",
        "outputQuantityList", "action", "transformationID", "bizStep", "disposition",
        "persistentDisposition", "readPoint", "bizLocation", "sensorElementList",
    ),
    "quantityElement": _QUANTITY,
    "persistentDisposition": ("set", "unset"),
    "readPoint": ("id",),
    "bizLocation": ("id",),
    "bizTransaction": ("type", "bizTransaction"),
    "source": ("type", "source"),
    "destination": ("type", "destination"),
    "sensorElement": ("sensorMetadata", "sensorReport"),
    "sensorMetadata": ("time", "startTime", "endTime", *_SHARED, "bizRules"),
    "sensorReport": (
        "type", "exception", *_SHARED, "time", "microorganism", "chemicalSubstance", "value",
        "component", "stringValue", "booleanValue", "hexBinaryValue", "uriValue", "minValue",
        "maxValue", "meanValue", "sDev", "percRank", "percValue", "uom", "coordinateReferenceSystem",
    ),
}  # fmt: skip
_ITEMS: Final = {
    **dict.fromkeys(("epcList", "inputEPCList", "outputEPCList", "childEPCs"), "epc"),
    **dict.fromkeys(
        ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList"), "quantityElement"
    ),
    "sensorElementList": "sensorElement",
    "bizTransactionList": "bizTransaction",
    "sourceList": "source",
    "destinationList": "destination",
}
_NAMELESS: Final = ("bizTransaction", "source", "destination")
_BARE_WORDS: Final = {
    ("event", "bizStep"): "https://ref.gs1.org/cbv/BizStep-",
    ("event", "disposition"): "https://ref.gs1.org/cbv/Disp-",
    ("persistentDisposition", "set"): "https://ref.gs1.org/cbv/Disp-",
    ("persistentDisposition", "unset"): "https://ref.gs1.org/cbv/Disp-",
    ("bizTransaction", "type"): "https://ref.gs1.org/cbv/BTT-",
    ("source", "type"): "https://ref.gs1.org/cbv/SDT-",
    ("destination", "type"): "https://ref.gs1.org/cbv/SDT-",
    ("sensorReport", "type"): "https://gs1.org/voc/",
    ("sensorReport", "exception"): "https://gs1.org/voc/",
    ("sensorReport", "component"): "https://ref.gs1.org/cbv/Comp-",
}
_OLD_WORDS: Final = {
    f"urn:epcglobal:cbv:{old}:": f"https://ref.gs1.org/cbv/{new}-"
    for old, new in (("bizstep", "BizStep"), ("disp", "Disp"), ("btt", "BTT"), ("sdt", "SDT"), ("er", "ER"))
}
_PLACED: Final = {parent: frozenset(names) for parent, names in _ORDER.items()}
_NOT_COUNTED: Final = frozenset(("@context", "type", "eventID", "recordTime", "errorDeclaration"))
_TIME: Final = re.compile(r"(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_NUMBER: Final = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,2})?")
_BEGINS_A_NUMBER: Final = frozenset("0123456789+-.")
_COMMENTS: Final = ("rdfs:comment", "comment")
_TIMES: Final = frozenset(
    [("event", "eventTime")]
    + [
        (part, name)
        for part in ("sensorMetadata", "sensorReport")
        for name in ("time", "startTime", "endTime")
    ]
)
_BARE: Final = (str, int, float)
"""What is surely no object: asked first, because asking an abstract class costs more."""


def event_hash(event: Mapping[str, object], namespaces: Namespaces | None = None) -> str:
    """``ni:///sha-256;<hex>?ver=CBV2.0`` of an event; raises as ``pre_hash``."""
    return EventHasher(namespaces).event_hash(event)


def identify(event: Mapping[str, object], namespaces: Namespaces | None = None) -> dict[str, object]:
    """The event with its hash as ``eventID``."""
    return {**event, "eventID": event_hash(event, namespaces)}


def namespaces_of(context: object) -> dict[str, str]:
    """The prefixes a JSON-LD context declares; ``BUILT_IN`` is not part of it.

    >>> namespaces_of(["https://ref.gs1.org/epcis-context.jsonld", {"tx": "https://tx.example.vn/voc/"}])
    {'tx': 'https://tx.example.vn/voc/'}
    """
    parts = context if isinstance(context, list) else [context]
    return {
        prefix: uri
        for part in parts
        if isinstance(part, Mapping)
        for prefix, uri in part.items()
        if isinstance(uri, str)
    }


def pre_hash(event: Mapping[str, object], namespaces: Namespaces | None = None) -> str:
    """The string that is hashed.

    ``namespaces`` are the document's prefixes; those of the event's own ``@context`` are added.
    Raises ``standard.time`` for a time without an offset, ``standard.json_depth``.

    >>> pre_hash({"type": "ObjectEvent", "eventTime": "2026-06-05T05:30:00+07:00", "bizStep": "packing"})
    'eventType=ObjectEventeventTime=2026-06-04T22:30:00.000ZbizStep=https://ref.gs1.org/cbv/BizStep-packing'
    """
    return EventHasher(namespaces).pre_hash(event)


class EventHasher:
    """Hashes the events of one document: what they all say is written once.

    It keeps every text it wrote, so it is to be let go with its document.
    """

    def __init__(self, namespaces: Namespaces | None = None) -> None:
        self._writer = _Writer({**BUILT_IN, **(namespaces or {})})

    def event_hash(self, event: Mapping[str, object]) -> str:
        """As the function."""
        digest = hashlib.sha256(self.pre_hash(event).encode()).hexdigest()
        return f"ni:///sha-256;{digest}?ver=CBV2.0"

    def pre_hash(self, event: Mapping[str, object]) -> str:
        """As the function."""
        own, writer = namespaces_of(event.get("@context")), self._writer
        if own:
            writer = _Writer({**writer.namespaces, **own})
        counted = {name: value for name, value in event.items() if name not in _NOT_COUNTED}
        return f"eventType={writer.expand(str(event.get('type', '')))}{writer.members('event', counted, 0)}"


class _Writer:
    """Writes fields into the pre-hash string, with their prefixes at hand."""

    def __init__(self, namespaces: Namespaces) -> None:
        self.namespaces = namespaces
        self._written: dict[tuple[str, str, str], str] = {}

    def members(self, parent: str, fields: Mapping[str, object], depth: int) -> str:
        """Ordered fields of an object, then all others sorted as they are written."""
        if depth > MAX_DEPTH:
            raise Fault("standard.json_depth", expected=MAX_DEPTH, got=depth)
        order = _ORDER.get(parent, ())
        ordered = [self.field(parent, name, fields[name], depth) for name in order if name in fields]
        if len(ordered) == len(fields):
            return "".join(ordered)
        placed = _PLACED.get(parent, ())
        others = sorted(
            self.field(parent, name, value, depth)
            for name, value in fields.items()
            if name not in placed and name not in _COMMENTS
        )
        return "".join(ordered + others)

    def field(self, parent: str, name: str, value: object, depth: int) -> str:
        """One field with all below it; a list of the standard names itself once, others each item."""
        if not isinstance(value, list):
            return self.one(parent, name, value, depth)
        if parent == "event" and name in _ITEMS:
            items = sorted(self.one(name, _ITEMS[name], item, depth) for item in value)
            return name + "".join(items) if items else ""
        return "".join(sorted(self.one(parent, name, item, depth) for item in value))

    def one(self, parent: str, name: str, value: object, depth: int) -> str:
        """``name=value``, or the name and the members below it."""
        if isinstance(value, str):
            place = (parent, name, value)
            if place not in self._written:
                self._written[place] = self.leaf(parent, name, value)
            return self._written[place]
        if not isinstance(value, _BARE) and isinstance(value, Mapping):
            return ("" if name in _NAMELESS else self.label(name)) + self.members(name, value, depth + 1)
        if isinstance(value, list):
            return self.label(name) + self.field(parent, name, value, depth + 1)
        return self.leaf(parent, name, value)

    def leaf(self, parent: str, name: str, value: object) -> str:
        """``name=value``."""
        text = self.value(parent, name, value)
        label = self.label(name)
        return f"{label}={text}" if text else (label if ":" in name else "")

    def value(self, parent: str, name: str, value: object) -> str:
        """A value in its one spelling."""
        if isinstance(value, bool) or value is None:
            return {True: "true", False: "false", None: ""}[value]
        text = str(value).strip()
        place = (parent, name)
        if place in _TIMES:
            return instant(text)
        if ":" in text:
            return canonical(self.expand(text))
        prefix = _BARE_WORDS.get(place)
        return prefix + text if prefix else number(text)

    def label(self, name: str) -> str:
        """A prefixed key as ``{namespace}local``."""
        if ":" not in name:
            return name
        prefix, _, local = name.partition(":")
        return f"{{{self.namespaces[prefix]}}}{local}" if prefix in self.namespaces else name

    def expand(self, text: str) -> str:
        """A compact URI in full; old vocabulary URNs as today's web words."""
        if ":" not in text:
            return text
        if text.startswith("urn:epcglobal:cbv:"):
            for old, new in _OLD_WORDS.items():
                if text.startswith(old):
                    return new + text.removeprefix(old)
        prefix, _, local = text.partition(":")
        return self.namespaces[prefix] + local if prefix in self.namespaces else text


@lru_cache(maxsize=4096)
def instant(text: str) -> str:
    """A time in UTC to the millisecond; the fourth decimal rounds, five and more upwards.

    >>> instant("2023-02-02T12:04:03.9995+01:00")
    '2023-02-02T11:04:04.000Z'
    """
    parts = _TIME.fullmatch(text)
    try:
        if parts is None:
            raise ValueError(text)
        whole = datetime.fromisoformat(parts[1].upper() + parts[3].upper())
        exact = whole.astimezone(UTC) + timedelta(milliseconds=_milliseconds(parts[2] or ""))
    except (ValueError, OverflowError) as error:
        raise Fault("standard.time", expected="2026-06-05T14:30:00.000+07:00", got=text[:40]) from error
    return exact.isoformat(timespec="milliseconds")[: -len("+00:00")] + "Z"


def _milliseconds(fraction: str) -> int:
    """Of a dot and digits."""
    if len(fraction) <= len(".000"):
        return int(fraction[1:].ljust(3, "0"))
    return int(Decimal("0" + fraction[:5]).quantize(Decimal("0.001"), ROUND_HALF_UP) * 1000)


def number(text: str) -> str:
    """A number without needless zeros or signs, exactly; other text unchanged.

    >>> [number(text) for text in ("1.0", "+26.20", "007", "1e3", "K-7")]
    ['1', '26.2', '7', '1000', 'K-7']
    """
    if text.isdigit() and text[0] != "0":
        return text
    if text[:1] not in _BEGINS_A_NUMBER or not _NUMBER.fullmatch(text):
        return text
    plain = format(Decimal(text), "f")
    bare = plain.rstrip("0").rstrip(".") if "." in plain else plain
    sign, digits = ("-", bare[1:]) if bare.startswith("-") else ("", bare.lstrip("+"))
    digits = digits.lstrip("0") or "0"
    digits = "0" + digits if digits.startswith(".") else digits
    return digits if digits == "0" else sign + digits
