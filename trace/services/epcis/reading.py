"""A document made ready to be kept: each event checked, whole by itself, hashed and taken apart.

Nothing here asks the database: it is done before a transaction begins.
"""

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
from trace.standards.epcis.documents import MOST_DEPTH, depth_of, read_document, standing_alone
from trace.standards.epcis.facets import Term, terms_of
from trace.standards.event_hash import event_hash
from trace.standards.fault import Fault

MOST_EVENTS: Final = 1_000
MOST_BYTES: Final = 4 * 1024 * 1024
MOST_TERMS: Final = 50_000
"""Identifiers in one document: the rows that finding them again costs."""
SKEW: Final = timedelta(minutes=5)
"""How far a sender's clock may be ahead of ours."""

_LIKE_A_CODE: Final = re.compile(
    r"(?<![0-9A-Za-z])(?:[0-9A-Za-z]{19}|(?:[0-9A-Za-z]{4}[- ]){4}[0-9A-Za-z]{3})(?![0-9A-Za-z])"
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
    found = [_ready(n, event, document.context, now) for n, event in enumerate(document.events)]
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


def _ready(number: int, event: object, context: tuple[object, ...], now: datetime) -> Ready:
    one = Ready(number)
    try:
        text = dumps_parsed(event).decode()
        one.suspects = suspects_in(text)
        one.faults = validate(event, now + SKEW)
        if not one.faults and isinstance(event, Mapping):
            _take_apart(one, event, standing_alone(event, context, text))
    except Fault as fault:
        one.faults.append(fault)
    return one


def _take_apart(one: Ready, event: Mapping[str, Any], context: list[object]) -> None:
    """``recordTime`` is ours to give; an event without an id is called by its hash."""
    told = {name: value for name, value in event.items() if name != "recordTime"}
    told["@context"] = context
    one.hash = event_hash(told)
    one.named = "eventID" in told
    one.event_id = told.setdefault("eventID", one.hash)
    one.event = told
    one.body = dumps_parsed(told).decode()
    one.columns = columns_of(told)
    one.terms = terms_of(told)


def suspects_in(text: str) -> list[str]:
    """What is spelled like a stamp's code, with the right check symbol."""
    return [found for found in _LIKE_A_CODE.findall(text) if stamp_code.is_valid(found)]


def _refuse_many(key: str, most: int, got: int) -> None:
    if got > most:
        raise EpcisException("CaptureLimitExceededException", key, expected=most, got=got)
