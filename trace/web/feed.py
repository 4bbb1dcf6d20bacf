"""``/api/v1/indicators`` and ``/api/v1/metrics``: figures for an operations centre, by a program's token.

Whoever asks within the same five minutes is told the same, from memory; whoever has it already is told so.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Response, current_app, json, request

from trace.db import reading
from trace.errors import FieldProblem, Invalid
from trace.services.admission import Act
from trace.services.feed import SLOT_S, document, metrics, slot_of
from trace.services.figures.asking import Ask, Dimension
from trace.standards.local_time import local_day
from trace.web.asked import day_asked
from trace.web.door import Door
from trace.web.memory import Memory
from trace.web.visitor import actor, now

door = Door("feed", __name__, for_programs=True, url_prefix="/api/v1")

PERIOD_DAYS = 90
LONGEST_DAYS = 800
PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"
KEPT = 64


@dataclass(frozen=True)
class Told:
    """What was told: the document, and the mark of its figures."""

    body: dict[str, Any]
    mark: str


@door.page("/indicators", Act.VIEW_FIGURES)
def indicators() -> Response:
    """Every indicator of the period as one JSON document."""
    told = _told()
    if request.if_none_match.contains_weak(told.mark):
        return _cached(Response(status=304), told.mark)
    text = json.dumps(told.body, ensure_ascii=False, separators=(",", ":"), sort_keys=False)
    return _cached(Response(text, content_type="application/json"), told.mark)


@door.page("/metrics", Act.VIEW_FIGURES)
def prometheus() -> Response:
    """The same for Prometheus."""
    told = _told()
    if request.if_none_match.contains_weak(told.mark):
        return _cached(Response(status=304), told.mark)
    return _cached(Response(metrics(told.body), content_type=PROMETHEUS), told.mark)


def _told() -> Told:
    """The document this actor may see."""
    memory: Memory[Told] = current_app.extensions["feed"]
    as_of, who = slot_of(now()), actor()
    ask = asked(as_of)

    def find() -> Told:
        with reading() as session:
            body = document(session, who, ask, as_of)
        return Told(body, _mark(body))

    return memory.told((replace(who, account_id=None), ask.since, ask.until, ask.by, as_of), find)


def asked(at: datetime) -> Ask:
    """The question in the address: the last 90 days unless it says otherwise.

    Raises:
        Invalid: no day, days in the wrong order or too many, no such cut.
    """
    today, problems = local_day(at), list[FieldProblem]()
    until = day_asked("until", today, problems)
    since = day_asked("since", until - timedelta(days=PERIOD_DAYS - 1), problems)
    by = request.args.get("by")
    if by is not None and by not in set(Dimension):
        problems.append(FieldProblem("by", "error.value", by[:40], {"expected": ", ".join(Dimension)}))
    if not problems and not 0 <= (until - since).days < LONGEST_DAYS:
        expected = f"since <= until, {LONGEST_DAYS}"
        problems.append(FieldProblem("since", "error.value", since.isoformat(), {"expected": expected}))
    if problems:
        raise Invalid(problems)
    return Ask(since, until, Dimension(by) if by else None, at=at if until == today else None, known={})


def _mark(body: dict[str, Any]) -> str:
    """Over what is told but when: the same figures five minutes later have the same mark."""
    said = json.dumps({name: value for name, value in body.items() if name != "as_of"}, sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def _cached(answer: Response, mark: str) -> Response:
    """For whoever asked alone: a token's reach is its own."""
    answer.set_etag(mark, weak=True)
    answer.cache_control.private, answer.cache_control.max_age = True, SLOT_S
    answer.headers["Vary"] = "Authorization"
    return answer


def prepare(app: Flask) -> None:
    """Hang the memory into the app."""
    app.extensions["feed"] = Memory(KEPT)
