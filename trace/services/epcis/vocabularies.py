"""Which types, goods, steps, places and dispositions occur in the events an actor may see."""

from typing import Any, Final

from sqlalchemy import select
from sqlmodel import Session, col

from trace.errors import NotFound
from trace.records.event import Event, EventTerm
from trace.services.admission import Act, Actor, visible
from trace.services.epcis.paging import Place
from trace.standards.epcis.facets import GOODS, Words, bare
from trace.standards.epcis.names import BIZ_STEPS, DISPOSITIONS

EVENT_TYPES: Final = frozenset(
    ("AggregationEvent", "AssociationEvent", "ObjectEvent", "TransactionEvent", "TransformationEvent")
)
_COLUMNS: Final[dict[str, Any]] = {
    "eventTypes": Event.event_type,
    "bizSteps": Event.biz_step,
    "bizLocations": Event.biz_location,
    "readPoints": Event.read_point,
    "dispositions": Event.disposition,
}
_STANDARD: Final = {"eventTypes": EVENT_TYPES, "bizSteps": BIZ_STEPS, "dispositions": DISPOSITIONS}
PARAMETER: Final = {
    "eventTypes": "eventType",
    "epcs": "goods",
    "bizSteps": "EQ_bizStep",
    "bizLocations": "EQ_bizLocation",
    "readPoints": "EQ_readPoint",
    "dispositions": "EQ_disposition",
}
"""What the events below a member are asked by."""


def members(
    session: Session, actor: Actor, kind: str, size: int, after: Place | None
) -> tuple[list[str], Place | None]:
    """A page of what occurs, in the database's order, and where the next begins."""
    table, column, rules = _source(actor, kind)
    question = select(column).where(visible(actor, Act.READ_EVENTS, table), column.is_not(None), *rules)
    if after is not None:
        question = question.where(column > after.key)
    found = session.execute(question.distinct().order_by(column).limit(size + 1)).scalars().all()
    rows = [str(value) for value in found[:size]]
    return rows, Place(rows[-1]) if len(found) > size else None


def spelled(kind: str, said: str) -> str:
    """A member as it is kept."""
    words = Words({})
    return words.id(said) if kind in ("epcs", "bizLocations", "readPoints") else bare(words.full(said))


def require(session: Session, actor: Actor, kind: str, said: str) -> None:
    """The member is a word of the standard or occurs in an event the actor may see.

    Raises:
        NotFound: neither.
    """
    value = spelled(kind, said)
    if value in _STANDARD.get(kind, ()):
        return
    table, column, rules = _source(actor, kind)
    question = select(column).where(visible(actor, Act.READ_EVENTS, table), column == value, *rules)
    if session.execute(question.limit(1)).first() is None:
        raise NotFound("epcis.absent")


def _source(actor: Actor, kind: str) -> tuple[Any, Any, list[Any]]:
    if kind == "epcs":
        return EventTerm, col(EventTerm.value), [col(EventTerm.role).in_(GOODS)]
    return Event, col(_COLUMNS[kind]), []
