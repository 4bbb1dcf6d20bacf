"""``epcis``: every event of the chain that the actor may read, as one EPCISDocument 2.0."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, BinaryIO

from trace.services.exporting.chains import Chain, events
from trace.standards import epcis


class EpcisDocument:
    """Own acts and captured events, by time within a lot; an event that several lots share stands once."""

    name = "epcis"
    version = "2.0"
    media_type = "application/ld+json"
    suffix = "jsonld"

    def __init__(self, now: datetime) -> None:
        self.now = now

    def write(self, chains: Iterable[Chain], out: BinaryIO) -> None:
        """All lots' events in one document; remembered are row numbers only."""
        head = _text(epcis.document([], self.now))
        out.write(head.removesuffix(b"]}}"))
        told: set[int] = set()
        for chain in chains:
            for number, body in events(chain):
                if number not in told:
                    out.write((b",\n" if told else b"\n") + _text(_inside(body)))
                    told.add(number)
        out.write(b"\n]}}\n")


def _inside(body: dict[str, Any]) -> dict[str, Any]:
    """An event with the document's own context does not repeat it; with another it keeps it."""
    if body.get("@context") == list(epcis.CONTEXT):
        return {name: value for name, value in body.items() if name != "@context"}
    return body


def _text(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
