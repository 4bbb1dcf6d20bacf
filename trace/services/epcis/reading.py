"""A document made ready to be kept: each event checked, whole by itself, hashed and taken apart.

Nothing here asks the database: it is done before a transaction begins.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from trace.errors import FieldProblem, Invalid
from trace.services.epcis.exceptions import EpcisException
from trace.services.event_index import columns_of
from trace.standards import stamp_code
from trace.standards.canonical_json import dumps_parsed
from trace.standards.epcis import validate
from trace.standards.epcis.documents import MOST_DEPTH, Context, depth_of, read_document, standing_alone
from trace.standards.epcis.facets import Term, Words, terms_of
from trace.standards.event_hash import EventHasher
from trace.standards.fault import Fault

MOST_EVENTS: Final = 1_000
MOST_BYTES: Final = 4 * 1024 * 1024
MOST_TERMS: Final = 50_000
"""Identifiers in one document: the rows that finding them again costs."""
SKEW: Final = timedelta(minutes=5)
"""How far a sender's clock may be ahead of ours."""

_LIKE_A_CODE: Final = re.compile(
    r"(?<![0-9A-Za-z])[0-9A-Za-z]{4}(?:[0-9A-Za-z]{15}|(?:[- ][0-9A-Za-z]{4}){3}[- ][0-9A-Za-z]{3})"
    r"(?![0-9A-Za-z])"
)


@dataclass
class Ready:
    """One event of a document. With ``faults`` it is not kept; ``suspects`` may be stamps' codes."""

    number: int
    event: Mapping[str, Any] = field(default_factory=dict)
    event_id: str = ""
    named: bool = False
    hash: str = ""
    body: str = ""
    columns: dict[str, Any] = field(default_factory=dict)
    terms: list[Term] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    suspects: list[str] = field(default_factory=list)


def make_ready(value: object, now: datetime) -> list[Ready]:
    """The events of a document or a bare event, each with its faults.

    Raises:
        Invalid: the document around the events is wrong.
        EpcisException: CaptureLimitExceededException.
    """
    if depth_of(value) > MOST_DEPTH:
        raise Invalid([FieldProblem("", "standard.json_depth", None, {"expected": MOST_DEPTH, "got": "…"})])
    document = read_document(value)
    if document.faults:
        raise Invalid([as_problem(fault) for fault in document.faults])
    _refuse_many("epcis.limit_events", MOST_EVENTS, len(document.events))
    kept = _Kept(document.context)
    found = [_ready(n, event, kept, now) for n, event in enumerate(document.events)]
    _refuse_many("epcis.limit_terms", MOST_TERMS, sum(len(one.terms) for one in found))
    return found


def refuse_faults(events: list[Ready]) -> None:
    """All events have to be right.

    Raises:
        Invalid: with every fault of every event.
    """
    problems = [problem for one in events for problem in problems_of(one)]
    if problems:
        raise Invalid(problems[:100])


def problems_of(one: Ready) -> Iterator[FieldProblem]:
    """An event's faults; what may be a stamp's code is not repeated."""
    for fault in one.faults:
        problem = as_problem(fault, one.number)
        if one.suspects and "got" in problem.params:
            problem = FieldProblem(problem.field, problem.key, None, {**problem.params, "got": "…"})
        yield problem


def as_problem(fault: Fault, number: int | None = None) -> FieldProblem:
    """A fault with its place in the document."""
    inside = str(fault.params.get("field", ""))
    place = inside if number is None else f"eventList.{number}.{inside}".rstrip(".")
    params = {name: value for name, value in fault.params.items() if name != "field"}
    return FieldProblem(place, fault.key, params.get("got"), {"got": "–", "expected": "–", **params})


class _Kept:
    """What the events of one document share: prefixes, contexts as they are written, words."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.hasher = EventHasher(context.namespaces)
        self._alone: dict[tuple[str, ...], tuple[list[object], str, Words]] = {}

    def alone(self, event: Mapping[str, Any], text: str) -> tuple[list[object], str, Words]:
        """The context an event needs by itself, its canonical JSON, and the words it explains."""
        if "@context" in event:
            return _spelled(standing_alone(event, self.context, text))
        used = self.context.used_in(text)
        if used not in self._alone:
            self._alone[used] = _spelled(standing_alone(event, self.context, text))
        return self._alone[used]


def _spelled(context: list[object]) -> tuple[list[object], str, Words]:
    return context, dumps_parsed(context).decode(), Words({"@context": context})


def _ready(number: int, event: object, kept: _Kept, now: datetime) -> Ready:
    one = Ready(number)
    try:
        one.faults = validate(event, now + SKEW)
        if not one.faults and isinstance(event, Mapping):
            _take_apart(one, event, kept)
    except Fault as fault:
        one.faults.append(fault)
    if one.faults:
        one.suspects = suspects_in(json.dumps(event, ensure_ascii=False))
    return one


def _take_apart(one: Ready, event: Mapping[str, Any], kept: _Kept) -> None:
    """``recordTime`` is ours to give; an event without an id is called by its hash."""
    told = {name: value for name, value in event.items() if name not in _OURS}
    one.hash = kept.hasher.event_hash(event)
    one.named = "eventID" in told
    one.event_id = told.setdefault("eventID", one.hash)
    text = dumps_parsed(told).decode()
    one.suspects = suspects_in(text)
    told["@context"], spelled, words = kept.alone(event, text)
    # No name sorts before the context's: all others begin with a letter.
    one.body = f'{{"@context":{spelled},{text[1:]}'
    one.event = told
    one.columns = columns_of(told, words)
    one.terms = terms_of(told, words)


_OURS: Final = frozenset(("recordTime", "@context"))


def suspects_in(text: str) -> list[str]:
    """What is spelled like a stamp's code, with the right check symbol."""
    rest = text
    for word in _AS_LONG:
        rest = rest.replace(word, "")
    shape = rest.encode("utf-8", "replace").translate(_SHAPES)
    if _CODE not in shape.replace(_LONGER, b"") and _GROUPED not in shape:
        return []
    return [found for found in _LIKE_A_CODE.findall(text) if stamp_code.is_valid(found)]


_SHAPES: Final = bytes(
    ord("x") if chr(n).isascii() and chr(n).isalnum() else ord("-") if chr(n) in "- " else n
    for n in range(256)
)
"""Letters and digits alike, separators alike: only a text with the shape of a code is looked at closely."""
_CODE, _LONGER, _GROUPED = b"x" * 19, b"x" * 20, b"xxxx-xxxx-xxxx-xxxx-xxx"
_AS_LONG: Final = ("eventTimeZoneOffset", "TransformationEvent")
"""Words of the standard as long as a code; longer ones, and hashes, are passed over by their length."""


def _refuse_many(key: str, most: int, got: int) -> None:
    if got > most:
        raise EpcisException("CaptureLimitExceededException", key, expected=most, got=got)
