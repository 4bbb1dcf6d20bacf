"""Events as a program reads them: bare with their context, or in a query document."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from trace.records.event import Event
from trace.standards import epcis
from trace.standards.epc_uri import canonical
from trace.standards.epcis.documents import DEFAULT_CONTEXT
from trace.standards.epcis.facets import CLASS_ROLES, EPC_ROLES

COLLECTION_CONTEXT = DEFAULT_CONTEXT


def event_body(row: Event, *, as_links: bool = False) -> dict[str, Any]:
    """An event whole by itself, with the time it was recorded.

    ``as_links`` writes EPC URNs as Digital Links.
    """
    body: dict[str, Any] = json.loads(row.body)
    body.setdefault("@context", list(epcis.CONTEXT))
    body["recordTime"] = time_text(row.recorded_at)
    return _linked(body) if as_links else body


def time_text(moment: datetime) -> str:
    """A time in UTC to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def query_document(events: Iterable[dict[str, Any]], name: str, now: datetime) -> dict[str, Any]:
    """Events in an EPCISQueryDocument. Prefixes that agree stand at the top, an event that disagrees, or
    that has a foreign context, keeps its own."""
    shared: dict[str, Any] = {}
    listed = [_hoisted(event, shared) for event in events]
    return {
        "@context": [DEFAULT_CONTEXT, *([shared] if shared else [])],
        "type": "EPCISQueryDocument",
        "schemaVersion": "2.0",
        "creationDate": time_text(now),
        "epcisBody": {"queryResults": {"queryName": name, "resultsBody": {"eventList": listed}}},
    }


def _hoisted(event: dict[str, Any], shared: dict[str, Any]) -> dict[str, Any]:
    parts = event["@context"][1:]
    terms = {name: term for part in parts if isinstance(part, Mapping) for name, term in part.items()}
    foreign = any(isinstance(part, str) for part in parts)
    special = any(name.startswith("@") or not isinstance(term, str) for name, term in terms.items())
    if foreign or special or any(shared.get(name, term) != term for name, term in terms.items()):
        return event
    shared.update(terms)
    return {name: value for name, value in event.items() if name != "@context"}


def _linked(body: dict[str, Any]) -> dict[str, Any]:
    for name in EPC_ROLES:
        if name in body:
            body[name] = [canonical(epc) for epc in body[name]]
    for name in CLASS_ROLES:
        for element in body.get(name, ()):
            element["epcClass"] = canonical(element["epcClass"])
    for name in ("readPoint", "bizLocation"):
        if name in body:
            body[name]["id"] = canonical(body[name]["id"])
    if "parentID" in body:
        body["parentID"] = canonical(body["parentID"])
    return body
