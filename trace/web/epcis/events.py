"""Events go out: all that match, or the one of an id."""

from typing import Any

from flask import Response
from sqlmodel import Session

from trace.db import reading
from trace.services.admission import Act
from trace.services.epcis import answers, finding, paging
from trace.services.epcis.parameters import Question, read_question
from trace.services.epcis.shaping import Given
from trace.web.epcis import dialect, pages
from trace.web.epcis.sending import Done, do_once
from trace.web.visitor import actor, now

door = dialect.door("epcis_events", __name__)

SIMPLE_QUERY = "SimpleEventQuery"
TOP = [
    "queries",
    "capture",
    "events",
    "eventTypes",
    "epcs",
    "readPoints",
    "bizLocations",
    "dispositions",
    "bizSteps",
]


@door.page("/", Act.READ_EVENTS, strict_slashes=False)
def top() -> Response:
    """What there is."""
    return dialect.answer(collection(TOP))


@door.page("/events", Act.READ_EVENTS)
def list_events() -> Response:
    """A page of the events that match."""
    asked = read_question(pages.given(), namespaces=dialect.extensions())
    with reading() as session:
        return page_of(session, asked, SIMPLE_QUERY)


@door.page("/events/<path:event_id>", Act.READ_EVENTS)
def show_event(event_id: str) -> Response:
    """The event of this id, with what declares it wrong."""
    pages.refuse_parameters()
    with reading() as session:
        rows = finding.named(session, actor(), event_id)
        bodies = [answers.event_body(row, as_links=dialect.as_links()) for row in rows]
    return dialect.answer(answers.query_document(bodies, SIMPLE_QUERY, now()))


@door.page("/nextPageToken/<token>", Act.READ_EVENTS, methods=["DELETE"])
def drop_token(token: str) -> Response:
    """Give a page's token back before it ages; whatever else is named here leads to the same answer."""

    def end(session: Session) -> Done:
        paging.end(session, token, pages.reader())
        return 204, ""

    return do_once(end)


def page_of(session: Session, asked: Question, name: str) -> Response:
    """A page of what was asked, as a query document with the link to the next."""
    found = finding.events(session, actor(), asked, pages.start(name))
    bodies = [answers.event_body(row, as_links=dialect.as_links()) for row in found.events]
    answer = dialect.answer(answers.query_document(bodies, name, now()))
    return pages.with_next(answer, name, found.after)


def fixed_page(session: Session, fixed: Given) -> Response:
    """A page of what an address fixes, with the parameters beside it."""
    return page_of(session, read_question(pages.given(), fixed, dialect.extensions()), SIMPLE_QUERY)


def collection(members: list[str]) -> dict[str, Any]:
    """A list of names."""
    return {"@context": answers.COLLECTION_CONTEXT, "type": "Collection", "member": members}
