"""What an event can be found by: single values, and terms with their role.

Every identifier stands in the one spelling of ``epc_uri.canonical``, every word of the vocabulary
bare, whatever prefix or address it was written with. So a search by a URN finds the Digital Link.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from trace.standards.epc_uri import canonical
from trace.standards.event_hash import BUILT_IN, instant, namespaces_of

EPC_ROLES: Final = {
    "epcList": "epc",
    "childEPCs": "child",
    "inputEPCList": "input",
    "outputEPCList": "output",
}
CLASS_ROLES: Final = {
    "quantityList": "class",
    "childQuantityList": "child_class",
    "inputQuantityList": "input_class",
    "outputQuantityList": "output_class",
}
GOODS: Final = ("parent", *EPC_ROLES.values(), *CLASS_ROLES.values())
"""Roles whose terms are goods, single or by class."""
LISTS: Final = {
    "bizTransactionList": ("tx", "bizTransaction"),
    "sourceList": ("source", "source"),
    "destinationList": ("dest", "destination"),
}
SENSOR_ROLES: Final = {
    "type": "s.type",
    "deviceID": "s.device",
    "dataProcessingMethod": "s.method",
    "microorganism": "s.micro",
    "chemicalSubstance": "s.substance",
    "bizRules": "s.rules",
    "stringValue": "s.text",
    "hexBinaryValue": "s.hex",
    "uriValue": "s.uri",
    "booleanValue": "s.bool",
    "startTime": "s.start",
    "endTime": "s.end",
}
SENSOR_URIS: Final = (
    "type",
    "deviceID",
    "dataProcessingMethod",
    "microorganism",
    "chemicalSubstance",
    "bizRules",
    "uriValue",
)
"""Of these, what is spelled as an identifier or a word."""
LONGEST: Final = 512
"""Letters of a term; longer texts of sensors are cut and found by their head."""


class Term(NamedTuple):
    """One thing an event names, and as what. ``quantity`` stands beside a class only."""

    role: str
    value: str
    quantity: float | None = None


_GS1_WORDS: Final = (BUILT_IN["cbv"], BUILT_IN["cbv"].replace("https:", "http:"))


class Words:
    """Spells the words of an event, and of all others with its context, the prefixes at hand."""

    def __init__(self, event: Mapping[str, object]) -> None:
        self.namespaces = {**BUILT_IN, **namespaces_of(event.get("@context"))}

    def full(self, text: str) -> str:
        """A compact URI in full."""
        prefix, colon, local = text.partition(":")
        return self.namespaces[prefix] + local if colon and prefix in self.namespaces else text

    def id(self, text: str) -> str:
        """An identifier in its one spelling."""
        return canonical(self.full(text))

    def word(self, text: object) -> str | None:
        """A word of the vocabulary, bare where it is GS1's."""
        return bare(self.full(text)) if isinstance(text, str) else None


def bare(text: str) -> str:
    """A GS1 word without its address.

    >>> bare("https://ref.gs1.org/cbv/BizStep-packing"), bare("urn:x:own")
    ('packing', 'urn:x:own')
    """
    if text.startswith(_GS1_WORDS):
        return text[text.index("/cbv/") :].partition("-")[2]
    return text.removeprefix(BUILT_IN["gs1"])


def single_values(event: Mapping[str, object], words: Words) -> dict[str, str | None]:
    """The fields an event has at most once, by the names of our columns."""
    places = {name: _inner(event.get(field), "id") for name, field in _PLACES.items()}
    transformation = event.get("transformationID")
    return {
        "action": str(event["action"]) if "action" in event else None,
        "biz_step": words.word(event.get("bizStep")),
        "disposition": words.word(event.get("disposition")),
        **{name: words.id(place) if place else None for name, place in places.items()},
        "transformation_id": words.id(transformation) if isinstance(transformation, str) else None,
    }


_PLACES: Final = {"read_point": "readPoint", "biz_location": "bizLocation"}


def declared_at(event: Mapping[str, object]) -> str | None:
    """When an event was declared wrong, in UTC, or None; raises ``standard.time``."""
    said = _inner(event.get("errorDeclaration"), "declarationTime")
    return instant(said) if said else None


def terms_of(event: Mapping[str, object], words: Words | None = None) -> list[Term]:
    """Every term of a valid event, each role and value once; ``words`` where they are at hand."""
    found = {(term.role, term.value): term for term in _terms(event, words or Words(event))}
    return list(found.values())


def _terms(event: Mapping[str, object], words: Words) -> Iterator[Term]:
    if isinstance(event.get("parentID"), str):
        yield Term("parent", words.id(str(event["parentID"])))
    for field, role in EPC_ROLES.items():
        for epc in _list(event.get(field)):
            yield Term(role, words.id(str(epc)))
    for field, role in CLASS_ROLES.items():
        for element in _list(event.get(field)):
            yield _class(role, element, words)
    for field, (role, name) in LISTS.items():
        for item in _list(event.get(field)):
            kind = words.word(_inner(item, "type")) or ""
            yield Term(f"{role}:{kind}"[:80], words.id(str(_inner(item, name))))
    yield from _states(event, words)
    for element in _list(event.get("sensorElementList")):
        yield from _sensor(element, words)


def _class(role: str, element: object, words: Words) -> Term:
    assert isinstance(element, Mapping)
    amount = element.get("quantity")
    return Term(role, words.id(str(element["epcClass"])), None if amount is None else float(amount))


def _states(event: Mapping[str, object], words: Words) -> Iterator[Term]:
    lasting = event.get("persistentDisposition")
    for name in ("set", "unset"):
        for word in _list(lasting.get(name)) if isinstance(lasting, Mapping) else ():
            yield Term(name, words.word(word) or "")
    declaration = event.get("errorDeclaration")
    if isinstance(declaration, Mapping):
        if declaration.get("reason"):
            yield Term("reason", words.word(declaration["reason"]) or "")
        for one in _list(declaration.get("correctiveEventIDs")):
            yield Term("corrective", str(one))


def _sensor(element: object, words: Words) -> Iterator[Term]:
    assert isinstance(element, Mapping)
    for part in (element.get("sensorMetadata"), *_list(element.get("sensorReport"))):
        for name, value in part.items() if isinstance(part, Mapping) else ():
            if name in SENSOR_ROLES:
                yield Term(SENSOR_ROLES[name], sensor_value(name, value, words)[:LONGEST])


def sensor_value(name: str, value: object, words: Words) -> str:
    """A value of a sensor's report as it is compared; raises ``standard.time``."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if name in ("startTime", "endTime"):
        return instant(str(value))
    if name in ("stringValue", "hexBinaryValue"):
        return str(value)
    return bare(words.id(str(value)))


def _inner(value: object, name: str) -> str | None:
    inner = value.get(name) if isinstance(value, Mapping) else None
    return inner if isinstance(inner, str) else None


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
