"""Pages of events: those an actor may see, in the order asked for, held still while others arrive."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlmodel import Session, col

from trace.errors import NotFound
from trace.records.event import Event
from trace.services.admission import Act, Actor, visible
from trace.services.epcis.exceptions import EpcisException
from trace.services.epcis.paging import Place
from trace.services.epcis.parameters import Question


@dataclass(frozen=True)
class EventPage:
    """Events, and where the next page begins, if there is one."""

    events: Sequence[Event]
    after: Place | None


def events(session: Session, actor: Actor, asked: Question, after: Place | None = None) -> EventPage:
    """One page of what was asked.

    Raises:
        EpcisException: QueryTooLargeException: more match than ``maxEventCount``.
    """
    rules = [visible(actor, Act.READ_EVENTS, Event), *asked.conditions]
    if after is None:
        _refuse_too_many(session, rules, asked.most)
        after_rules, top, left = [], newest(session), asked.limit
    else:
        after_rules, top, left = [_beyond(asked, after)], after.top, after.left
    size = asked.per_page if left is None else min(asked.per_page, left)
    question = select(Event).where(*rules, *after_rules, col(Event.id) <= top)
    found = session.execute(question.order_by(*_order(asked)).limit(size + 1)).scalars().all()
    rows, more = found[:size], len(found) > size
    left = None if left is None else left - len(rows)
    goes_on = more and rows and left != 0
    return EventPage(rows, _place(asked, rows[-1], top, left) if goes_on else None)


def named(session: Session, actor: Actor, event_id: str) -> Sequence[Event]:
    """The event of this id, and those that declare it wrong.

    Raises:
        NotFound: no such event, or not this actor's to see.
    """
    question = select(Event).where(visible(actor, Act.READ_EVENTS, Event), col(Event.event_id) == event_id)
    found = session.execute(question.order_by(col(Event.id))).scalars().all()
    if not found:
        raise NotFound("epcis.absent")
    return found


def _refuse_too_many(session: Session, rules: Sequence[ColumnElement[bool]], most: int | None) -> None:
    if most is None:
        return
    some = select(col(Event.id)).where(*rules).limit(most + 1).subquery()
    if session.execute(select(func.count()).select_from(some)).scalar_one() > most:
        raise EpcisException("QueryTooLargeException", "epcis.too_many", expected=most)


def newest(session: Session) -> int:
    """The row of the newest event there is; 0 where there is none."""
    found: int | None = session.execute(select(func.max(col(Event.id)))).scalar_one()
    return found or 0


def _order(asked: Question) -> list[ColumnElement[object]]:
    columns = [getattr(Event, asked.order), col(Event.id)]
    return [column.desc() if asked.descending else column.asc() for column in columns]


def _beyond(asked: Question, after: Place) -> ColumnElement[bool]:
    column, key = getattr(Event, asked.order), datetime.fromisoformat(after.key)
    row = col(Event.id)
    if asked.descending:
        return or_(column < key, and_(column == key, row < after.row))
    return or_(column > key, and_(column == key, row > after.row))


def _place(asked: Question, last: Event, top: int, left: int | None) -> Place:
    return Place(getattr(last, asked.order).isoformat(), last.id, top, left)
