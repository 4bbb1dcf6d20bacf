"""Reading EPCIS documents: an EPCISDocument, an EPCISQueryDocument or one bare event.

A prefix means what its document's ``@context`` says, so an event that leaves its document takes
along what it needs of it: ``standing_alone`` makes a whole event by itself of each. No context is
ever fetched; the standard's own is known, others are kept as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from trace.standards.epcis.fields import extension_name, time, uri
from trace.standards.epcis.names import CONTEXT, words
from trace.standards.fault import Fault

DEFAULT_CONTEXT: Final = CONTEXT[0]
MOST_DEPTH: Final = 24
"""Lists and objects inside one another; the deepest official example has nine."""

_OFFICIAL: Final = re.compile(
    r"https?://(ref\.gs1\.org/standards/epcis/|gs1\.github\.io/EPCIS/)([0-9.]+/)?epcis-context\.jsonld"
)
_DOCUMENT: Final = words(
    "@context id type schemaVersion creationDate instanceIdentifier sender receiver epcisHeader epcisBody"
)
_QUERY_DOCUMENT: Final = words("@context id type schemaVersion creationDate epcisBody")
_INSIDE: Final = words("queryResults queryName subscriptionID resultsBody eventList vocabularyList")
_REQUIRED: Final = {
    "EPCISDocument": ("@context", "schemaVersion", "creationDate", "epcisBody"),
    "EPCISQueryDocument": ("@context", "epcisBody"),
}


@dataclass(frozen=True)
class Context:
    """A document's ``@context`` but for the standard's own: foreign ones, and what prefixes mean."""

    foreign: tuple[str, ...] = ()
    terms: Mapping[str, object] = field(default_factory=dict)

    @property
    def namespaces(self) -> dict[str, str]:
        """The prefixes that stand for an address."""
        return {name: term for name, term in self.terms.items() if isinstance(term, str)}

    def used_in(self, text: str) -> tuple[str, ...]:
        """The terms that an event's JSON uses."""
        return tuple(name for name in self.terms if name.startswith("@") or f'"{name}:' in text)


@dataclass(frozen=True)
class Reading:
    """Events as they stand in the document, its context, and what is wrong with the document itself."""

    context: Context
    events: tuple[object, ...]
    faults: tuple[Fault, ...]


def read_document(value: object) -> Reading:
    """Take a document or a bare event apart. Never raises for any JSON value.

    >>> read_document({"type": "EPCISDocument"}).faults[0].params["field"]
    '@context'
    """
    faults: list[Fault] = []
    if not isinstance(value, Mapping):
        got = type(value).__name__
        return Reading(Context(), (), (Fault("epcis.type", field="", expected="object", got=got),))
    kind = value.get("type")
    if kind not in _REQUIRED:
        faults += _context("@context", value.get("@context", []))
        return Reading(_read_context(value.get("@context")), (value,), tuple(faults))
    faults += _head(value, str(kind))
    events = _events(value.get("epcisBody"), str(kind), faults)
    return Reading(_read_context(value.get("@context")), tuple(events), tuple(faults))


def standing_alone(event: Mapping[str, object], context: Context, text: str) -> list[object]:
    """The ``@context`` an event needs by itself: the standard's, foreign ones, and the prefixes it uses.

    ``context`` is its document's, ``text`` the event's JSON. What the event declares itself wins.

    >>> standing_alone({}, Context(("https://x.vn/c",), {"a": "urn:a:", "b": "urn:b:"}), '{"a:n":1}')[1:]
    ['https://x.vn/c', {'a': 'urn:a:'}]
    """
    own = _read_context(event.get("@context")) if "@context" in event else _NONE
    whole = Context(terms={**context.terms, **own.terms})
    used = {name: whole.terms[name] for name in whole.used_in(text)}
    return [DEFAULT_CONTEXT, *dict.fromkeys((*context.foreign, *own.foreign)), *([used] if used else [])]


_NONE: Final = Context()


def depth_of(value: object) -> int:
    """How deep lists and objects lie in one another; a bare value has depth 0.

    Walked level by level: a value made to be deep shall not use up the calls of who measures it.

    >>> depth_of({"a": [1, {}]})
    3
    """
    depth, level = 0, [value]
    while level := [one for one in level if isinstance(one, (dict, list))]:
        depth += 1
        level = [below for one in level for below in (one.values() if isinstance(one, dict) else one)]
    return depth


def _read_context(context: object) -> Context:
    parts = _parts(context)
    foreign = (part for part in parts if isinstance(part, str) and not _OFFICIAL.fullmatch(part))
    said = (part.items() for part in parts if isinstance(part, Mapping))
    return Context(tuple(foreign), {str(name): term for items in said for name, term in items})


def _parts(context: object) -> tuple[object, ...]:
    return tuple(context) if isinstance(context, list) else () if context is None else (context,)


def _context(field: str, context: object) -> Iterator[Fault]:
    for place, part in enumerate(_parts(context)):
        where = f"{field}.{place}"
        if isinstance(part, str):
            yield from uri(where, part)
        elif not isinstance(part, Mapping):
            yield Fault("epcis.type", field=where, expected="object, URI", got=type(part).__name__)


def _head(document: Mapping[object, object], kind: str) -> Iterator[Fault]:
    """What stands around the body."""
    known = _DOCUMENT if kind == "EPCISDocument" else _QUERY_DOCUMENT
    for name in _REQUIRED[kind]:
        if name not in document:
            yield Fault("epcis.required", field=name, expected=name)
    yield from _names("", document, known)
    yield from _context("@context", document.get("@context"))
    if "creationDate" in document:
        yield from time("creationDate", document["creationDate"])
    if "id" in document:
        yield from uri("id", document["id"])
    version = document.get("schemaVersion", "2.0")
    if not isinstance(version, str) or not re.fullmatch(r"2\.0(\.[0-9]+)?", version):
        yield Fault("epcis.version", field="schemaVersion", expected="2.0", got=str(version)[:20])
    for name in ("sender", "receiver", "instanceIdentifier"):
        if not isinstance(document.get(name, ""), str):
            got = type(document[name]).__name__
            yield Fault("epcis.type", field=name, expected="text", got=got)
    yield from _master_data("epcisHeader", document.get("epcisHeader", {}))


def _names(field: str, value: Mapping[object, object], known: frozenset[str]) -> Iterator[Fault]:
    for name in value:
        if name not in known:
            yield from extension_name(f"{field}.{name}".strip("."), name)


def _master_data(field: str, header: object) -> Iterator[Fault]:
    """Master data is looked at and not kept: this registry has its own."""
    if not isinstance(header, Mapping):
        yield Fault("epcis.type", field=field, expected="object", got=type(header).__name__)
        return
    yield from _names(field, header, words("epcisMasterData"))
    data = header.get("epcisMasterData", {})
    lists = data.get("vocabularyList", []) if isinstance(data, Mapping) else None
    if not isinstance(lists, list) or not all(isinstance(one, Mapping) and "type" in one for one in lists):
        where = f"{field}.epcisMasterData.vocabularyList"
        yield Fault("epcis.type", field=where, expected="[{type, …}]", got=type(lists).__name__)


def _events(body: object, kind: str, faults: list[Fault]) -> Sequence[object]:
    path = ["epcisBody"] if kind == "EPCISDocument" else ["epcisBody", "queryResults", "resultsBody"]
    for depth, name in enumerate([*path[1:], "eventList"]):
        field = ".".join(path[: depth + 1])
        if not isinstance(body, Mapping):
            faults.append(Fault("epcis.type", field=field, expected="object", got=type(body).__name__))
            return ()
        if name == "resultsBody" and not isinstance(body.get("queryName"), str):
            faults.append(Fault("epcis.required", field=f"{field}.queryName", expected="queryName"))
        if name not in body:
            faults.append(Fault("epcis.required", field=f"{field}.{name}", expected=name))
            return ()
        faults += _names(field, body, _INSIDE)
        body = body[name]
    if not isinstance(body, list):
        where = ".".join([*path, "eventList"])
        faults.append(Fault("epcis.type", field=where, expected="[…]", got=type(body).__name__))
        return ()
    return body
