"""Events come in: a document at ``/capture``, a single event at ``/events``."""

import json
from typing import Any
from urllib.parse import quote

from flask import Response, request, url_for
from sqlmodel import Session

from trace.db import reading
from trace.errors import FieldProblem, Invalid, NotAllowed
from trace.records.capture import Capture
from trace.services.admission import Act
from trace.services.epcis import captures, capturing
from trace.services.epcis.answers import time_text
from trace.services.epcis.exceptions import EpcisException, wrong_parameter
from trace.services.epcis.reading import Ready, make_ready, refuse_faults
from trace.texts.catalogs import t
from trace.web.epcis import dialect, pages, problems
from trace.web.epcis.sending import Done, do_once, read_json
from trace.web.visitor import actor, face_language, now

door = dialect.door("epcis_capture", __name__)

BEHAVIOURS = ("rollback", "proceed")


@door.page("/capture", Act.CAPTURE_EVENTS, methods=["POST"])
def take_document() -> Response:
    """Keep a document's events: all or none, or with ``proceed`` those that are right."""
    behaviour = request.headers.get("GS1-Capture-Error-Behaviour", "rollback")
    if behaviour not in BEHAVIOURS:
        raise wrong_parameter("GS1-Capture-Error-Behaviour", " | ".join(BEHAVIOURS), behaviour)
    events = make_ready(read_json(), now())
    if behaviour == "rollback":
        refuse_faults(events)

    def keep(session: Session) -> Done:
        made = capturing.capture(session, actor(), events, behaviour, now())
        return 202, url_for("epcis_capture.show_capture", public_id=made.public_id)

    return do_once(keep)


@door.page("/events", Act.CAPTURE_EVENTS, methods=["POST"])
def take_event() -> Response:
    """Keep one event, unless it is there already."""
    events = make_ready(read_json(), now())
    if len(events) != 1:
        raise Invalid([FieldProblem("type", "epcis.one_event", len(events), {"got": len(events)})])
    refuse_faults(events)
    return do_once(lambda session: (201, _add(session, events[0])))


def _add(session: Session, event: Ready) -> str:
    found = capturing.sort_out(session, actor(), [event])
    for wrong in found.wrong:
        _refuse(wrong)
    if found.known:
        raise EpcisException("ResourceAlreadyExistsException", "epcis.known", got=event.event_id)
    capturing.add(session, actor(), found.new, now(), None)
    return f"/epcis/events/{quote(event.event_id, safe='')}"


def _refuse(wrong: capturing.Wrong) -> None:
    (one, *_) = wrong.problems
    if wrong.exception == "SecurityException":
        raise NotAllowed(one.key, **one.params)
    if wrong.exception == "ValidationException":
        raise Invalid(wrong.problems)
    raise EpcisException(wrong.exception, one.key, **one.params)


@door.page("/capture", Act.CAPTURE_EVENTS)
def list_captures() -> Response:
    """What became of the organisation's documents, the newest first."""
    size, after = pages.asked_for("captures")
    with reading() as session:
        rows, following = captures.captures(session, actor(), size, after)
        listed = [_job(row) for row in rows]
    return pages.with_next(dialect.answer(listed), "captures", following)


@door.page("/capture/<public_id>", Act.CAPTURE_EVENTS)
def show_capture(public_id: str) -> Response:
    """What became of one document."""
    with reading() as session:
        return dialect.answer(_job(captures.capture_named(session, actor(), public_id)))


def _job(row: Capture) -> dict[str, Any]:
    return {
        "captureID": row.public_id,
        "createdAt": time_text(row.created_at),
        "finishedAt": time_text(row.finished_at or row.created_at),
        "running": row.finished_at is None,
        "success": row.is_success,
        "captureErrorBehaviour": row.behaviour,
        "errors": [_error(one) for one in json.loads(row.errors)],
    }


def _error(one: dict[str, Any]) -> dict[str, Any]:
    found = [FieldProblem(p["field"], p["key"], p["params"].get("got"), p["params"]) for p in one["problems"]]
    said = [problems.as_field(problem) for problem in found]
    title = t(face_language(), "epcis.event_refused", n=one["number"] + 1)
    body = {"type": f"epcisException:{one['exception']}", "title": title, "errors": said}
    return {**body, "detail": " ".join(field["reason"] for field in said), "eventID": one["event"] or None}
