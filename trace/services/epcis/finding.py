"""Pages of events: those an actor may see, in the order asked for, held still while others arrive."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlmodel import Session, col

from trace.errors import NotFound
from trace.records.event import Event
from trace.services.admission import Act, Actor, visible
from trace.services.epcis import sifting
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
        EpcisException: QueryTooLargeException: more match than ``maxEventCount``, or more would have to
            be read than are.
    """
    rules = [visible(actor, Act.READ_EVENTS, Event), *asked.conditions]
    if after is None:
        _refuse_wide(session, rules, asked)
        _refuse_too_many(session, rules, asked)
        after_rules, top, left = [], newest(session), asked.limit
    else:
        after_rules, top, left = [_beyond(asked, after)], after.top, after.left
    size = asked.per_page if left is None else min(asked.per_page, left)
    found = _matching(session, [*rules, *after_rules, col(Event.id) <= top], asked, size + 1)
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


def _matching(
    session: Session, rules: Sequence[ColumnElement[bool]], asked: Question, size: int
) -> Sequence[Event]:
    """The first ``size`` events that match; what sieves have to look at is read in portions."""
    portion = sifting.PORTION if asked.sieves else size
    question = select(Event).where(*rules).order_by(*_order(asked)).limit(portion)
    found: list[Event] = []
    rows = session.execute(question).scalars().all()
    while rows:
        found += [row for row in rows if sifting.fits(asked, row.body)]
        if len(found) >= size or len(rows) < portion:
            break
        beyond = _beyond(asked, _place(asked, rows[-1], 0, None))
        rows = session.execute(question.where(beyond)).scalars().all()
    return found[:size]


def _refuse_wide(session: Session, rules: Sequence[ColumnElement[bool]], asked: Question) -> None:
    """What no index answers is read, and so much is not."""
    if asked.sieves and _count(session, rules, sifting.MOST_READ + 1) > sifting.MOST_READ:
        raise EpcisException("QueryTooLargeException", "epcis.too_wide", expected=sifting.MOST_READ)


def _refuse_too_many(session: Session, rules: Sequence[ColumnElement[bool]], asked: Question) -> None:
    most = asked.most
    if most is None:
        return
    matching = (
        len(_matching(session, rules, asked, most + 1)) if asked.sieves else _count(session, rules, most + 1)
    )
    if matching > most:
        raise EpcisException("QueryTooLargeException", "epcis.too_many", expected=most)


def _count(session: Session, rules: Sequence[ColumnElement[bool]], most: int) -> int:
    some = select(col(Event.id)).where(*rules).limit(most).subquery()
    count: int = session.execute(select(func.count()).select_from(some)).scalar_one()
    return count


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
