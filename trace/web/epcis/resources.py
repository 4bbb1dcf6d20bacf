"""Which event types, goods, steps, places and dispositions there are, and the events of each."""

from flask import Response

from trace.db import reading
from trace.services.admission import Act
from trace.services.epcis import vocabularies
from trace.web.epcis import dialect, events, pages
from trace.web.visitor import actor

door = dialect.door("epcis_resources", __name__)

_KINDS = "any(eventTypes, epcs, bizSteps, bizLocations, readPoints, dispositions)"


@door.page(f"/<{_KINDS}:kind>", Act.READ_EVENTS)
def list_members(kind: str) -> Response:
    """What occurs in the events that may be seen; the standard's own event types always."""
    size, after = pages.asked_for(kind)
    with reading() as session:
        found, following = vocabularies.members(session, actor(), kind, size, after)
    return pages.with_next(dialect.answer(events.collection(found)), kind, following)


@door.page(f"/<{_KINDS}:kind>/<path:member>", Act.READ_EVENTS)
def show_member(kind: str, member: str) -> Response:
    """What there is below a member."""
    pages.refuse_parameters()
    with reading() as session:
        vocabularies.require(session, actor(), kind, member)
    return dialect.answer(events.collection(["events"]))


@door.page(f"/<{_KINDS}:kind>/<path:member>/events", Act.READ_EVENTS)
def member_events(kind: str, member: str) -> Response:
    """The events of a member."""
    with reading() as session:
        vocabularies.require(session, actor(), kind, member)
        return events.fixed_page(session, {vocabularies.PARAMETER[kind]: [member]})
