"""Questions that are kept under a name: an organisation's own, or the office's."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, delete, select
from sqlmodel import Session, col

from trace.errors import FieldProblem, Invalid
from trace.records.capture import EventQuery
from trace.records.event_subscription import EventSent, EventSubscription
from trace.services.admission import Actor
from trace.services.epcis.exceptions import EpcisException, wrong_parameter
from trace.services.epcis.paging import Place
from trace.services.epcis.parameters import Question, read_question
from trace.services.epcis.shaping import Given
from trace.standards.event_hash import namespaces_of

MOST: Final = 200
"""Named queries of one organisation."""
OFFICE: Final = 0
CONTEXT: Final = "@context"
_NAME: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")


def keep(session: Session, actor: Actor, name: object, query: object, now: datetime) -> EventQuery:
    """Keep a question, once it has been found to be one.

    Raises:
        Invalid: no name, or no object of parameters.
        EpcisException: a parameter that is not offered; the name is taken; too many are kept.
    """
    if not isinstance(name, str) or not 1 <= len(name) <= 120 or not set(name) <= _NAME:
        raise Invalid([FieldProblem("name", "epcis.query_name", None, {"got": str(name)[:80]})])
    if not isinstance(query, Mapping):
        raise Invalid([FieldProblem("query", "epcis.type", None, {"expected": "object", "got": "–"})])
    _question(query)
    rows = session.execute(select(col(EventQuery.name)).where(_own(actor))).scalars().all()
    if name in rows:
        raise EpcisException("ResourceAlreadyExistsException", "epcis.query_taken", got=name)
    if len(rows) >= MOST:
        raise EpcisException("CaptureLimitExceededException", "epcis.limit_queries", expected=MOST)
    row = EventQuery(tenant=_tenant(actor), name=name, query=json.dumps(query), created_at=now)
    row.created_by = actor.account_id
    session.add(row)
    session.flush()
    return row


def query_named(session: Session, actor: Actor, name: str) -> EventQuery:
    """A kept question.

    Raises:
        EpcisException: NoSuchNameException: none of this name among the actor's own.
    """
    question = select(EventQuery).where(_own(actor), col(EventQuery.name) == name)
    found: EventQuery | None = session.execute(question).scalar_one_or_none()
    if found is None:
        raise EpcisException("NoSuchNameException", "epcis.absent")
    return found


def queries(
    session: Session, actor: Actor, size: int, after: Place | None
) -> tuple[Sequence[EventQuery], Place | None]:
    """A page of the actor's kept questions, by name."""
    question = select(EventQuery).where(_own(actor))
    if after is not None:
        question = question.where(col(EventQuery.id) > after.row)
    found = session.execute(question.order_by(col(EventQuery.id)).limit(size + 1)).scalars().all()
    rows = found[:size]
    return rows, Place("", rows[-1].id) if len(found) > size else None


def forget(session: Session, actor: Actor, name: str) -> None:
    """Remove a kept question, and end its subscriptions; raises as ``query_named``."""
    row = query_named(session, actor, name)
    of_query = select(col(EventSubscription.id)).where(col(EventSubscription.query_id) == row.id)
    session.execute(delete(EventSent).where(col(EventSent.subscription_id).in_(of_query)))
    session.execute(delete(EventSubscription).where(col(EventSubscription.query_id) == row.id))
    session.delete(row)
    session.flush()


def question_of(row: EventQuery, more: Given | None = None) -> Question:
    """What a kept question asks, with what is added to it."""
    return _question(json.loads(row.query), more)


def _question(query: Mapping[str, Any], more: Given | None = None) -> Question:
    """A question in JSON as one in an address: every value a list of texts; its context explains prefixes.

    Raises:
        EpcisException: QueryParameterException: a value is neither text, number, truth nor a list of them.
    """
    said = {name: value for name, value in query.items() if name != CONTEXT}
    listed = {name: value if isinstance(value, list) else [value] for name, value in said.items()}
    given = {name: [_text(name, one) for one in values] for name, values in listed.items()}
    return read_question({**given, **(more or {})}, namespaces=namespaces_of(query.get(CONTEXT)))


def _text(name: str, value: object) -> str:
    if value is None and name.startswith("EXISTS_"):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, (str, int, float)):
        raise wrong_parameter(name, "text | number | [text]", type(value).__name__)
    return str(value)


def _own(actor: Actor) -> ColumnElement[bool]:
    return col(EventQuery.tenant) == _tenant(actor)


def _tenant(actor: Actor) -> int:
    return actor.org_id or OFFICE
