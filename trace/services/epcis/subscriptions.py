"""Standing queries: kept for an organisation's program, shown, and ended.

A subscription holds for as long as the token it was made by. Only an organisation's own events are told:
the office, which reads all, subscribes to none.
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, func, select
from sqlmodel import Session, col

from trace.errors import FieldProblem, Invalid, NotFound
from trace.keyring import current_keyring
from trace.records.account import ApiToken
from trace.records.capture import EventQuery
from trace.records.event_subscription import EventSent, EventSubscription, SubscriptionState
from trace.services.admission import Act, Actor, own_org, scope_of
from trace.services.epcis.destinations import read_destination
from trace.services.epcis.exceptions import EpcisException
from trace.services.epcis.named_queries import query_named, question_of
from trace.services.epcis.paging import Place
from trace.services.lot_states import lock_org
from trace.standards.epcis.query_schedule import read_schedule
from trace.standards.event_hash import instant
from trace.standards.fault import Fault

MOST: Final = 20
"""Subscriptions of one organisation."""
LONGEST_TOKEN: Final = 400
_KNOWN: Final = frozenset(
    ("dest", "signatureToken", "schedule", "stream", "reportIfEmpty", "initialRecordTime")
)


def subscribe(
    session: Session,
    actor: Actor,
    token: ApiToken,
    name: str,
    given: object,
    hosts: Sequence[str],
    now: datetime,
    *,
    as_links: bool = False,
) -> EventSubscription:
    """Have a named query's new events sent.

    Raises:
        EpcisException: NoSuchNameException; SubscriptionControlsException: the destination, the schedule, a
            query that bounds its answer, or too many subscriptions.
        NotAllowed: the role subscribes to nothing, as the office.
        Invalid: fields that are missing, unknown or of another kind.
    """
    scope_of(actor, Act.SUBSCRIBE_EVENTS)
    query = query_named(session, actor, name)
    said = _checked(given)
    read_destination(said["dest"], hosts)
    asked = question_of(query)
    if asked.limit is not None or asked.most is not None:
        got = "maxEventCount" if asked.limit is None else "eventCountLimit"
        raise _controls("epcis.subscribe_bounded", got=got)
    _refuse_many(session, own_org(actor))
    row = _row(actor, token, query, said, now)
    row.as_links = as_links
    session.add(row)
    session.flush()
    return row


def subscription(session: Session, actor: Actor, name: str, public_id: str) -> EventSubscription:
    """One subscription to the actor's named query.

    Raises:
        EpcisException: NoSuchNameException.
        NotFound: none of this id.
    """
    query = query_named(session, actor, name)
    question = select(EventSubscription).where(
        col(EventSubscription.query_id) == query.id, col(EventSubscription.public_id) == public_id
    )
    found: EventSubscription | None = session.execute(question).scalar_one_or_none()
    if found is None:
        raise NotFound("epcis.absent")
    return found


def subscriptions(
    session: Session, actor: Actor, name: str, size: int, after: Place | None
) -> tuple[Sequence[EventSubscription], Place | None]:
    """A page of the subscriptions to a named query, those that ended left out."""
    query = query_named(session, actor, name)
    question = select(EventSubscription).where(
        col(EventSubscription.query_id) == query.id,
        col(EventSubscription.state) != SubscriptionState.ENDED,
        col(EventSubscription.id) > (after.row if after else 0),
    )
    found = session.execute(question.order_by(col(EventSubscription.id)).limit(size + 1)).scalars().all()
    rows = found[:size]
    return rows, Place("", rows[-1].id) if len(found) > size else None


def unsubscribe(session: Session, actor: Actor, name: str, public_id: str) -> None:
    """End a subscription and forget it; raises as ``subscription``."""
    row = subscription(session, actor, name, public_id)
    session.execute(delete(EventSent).where(col(EventSent.subscription_id) == row.id))
    session.delete(row)
    session.flush()


def sealed_place(public_id: str) -> str:
    """Where a signature token belongs: copied to another subscription's row it does not open."""
    return f"event_subscription/{public_id}"


def _refuse_many(session: Session, org_id: int) -> None:
    """The organisation's row is locked, so that two who subscribe at once do not both take the last place."""
    lock_org(session, org_id)
    live = (
        col(EventSubscription.org_id) == org_id,
        col(EventSubscription.state) != SubscriptionState.ENDED,
    )
    count = session.execute(select(func.count()).select_from(EventSubscription).where(*live)).scalar_one()
    if count >= MOST:
        raise _controls("epcis.limit_subscriptions", expected=MOST)


def _row(
    actor: Actor, token: ApiToken, query: EventQuery, said: Mapping[str, Any], now: datetime
) -> EventSubscription:
    public_id = str(uuid.uuid4())
    secret = said["signatureToken"]
    schedule = said["schedule"]
    due = read_schedule(schedule).next_after(now) if schedule is not None else now
    return EventSubscription(
        public_id=public_id,
        org_id=own_org(actor),
        query_id=query.id,
        token_id=token.id,
        dest=said["dest"],
        token_sealed=current_keyring().seal(secret.encode(), sealed_place(public_id)) if secret else None,
        schedule=json.dumps(schedule) if schedule is not None else "",
        report_if_empty=said["reportIfEmpty"],
        initial_record_time=said["initialRecordTime"] or now,
        next_due_at=due,
        created_at=now,
    )


def _checked(given: object) -> dict[str, Any]:
    """The fields of a subscription, each of its kind; those that were not sent are None."""
    if not isinstance(given, Mapping):
        raise Invalid([_wrong("", "object", given)])
    problems = [_wrong(name, ", ".join(sorted(_KNOWN)), name) for name in sorted(set(given) - _KNOWN)]
    said = {name: given.get(name) for name in _KNOWN}
    secret = said["signatureToken"]
    if secret is not None and not (isinstance(secret, str) and 0 < len(secret) <= LONGEST_TOKEN):
        problems.append(FieldProblem("signatureToken", "epcis.type", None, _SECRET))
    if not isinstance(said["reportIfEmpty"], (bool, type(None))):
        problems.append(_wrong("reportIfEmpty", "true | false", said["reportIfEmpty"]))
    said["reportIfEmpty"] = said["reportIfEmpty"] is True
    said["initialRecordTime"] = _moment(said["initialRecordTime"], problems)
    if problems:
        raise Invalid(problems)
    _check_when(said)
    return said


_SECRET: Final = {"expected": f"text, 1..{LONGEST_TOKEN}", "got": "…"}


def _check_when(said: Mapping[str, Any]) -> None:
    """Either as events come, or by a schedule."""
    streams = said["stream"] is True
    if streams == (said["schedule"] is not None) or said["stream"] not in (True, None):
        raise _controls("epcis.subscribe_when")
    if streams and said["reportIfEmpty"]:
        raise _controls("epcis.subscribe_empty")
    try:
        if not streams:
            read_schedule(said["schedule"])
    except Fault as fault:
        raise _controls(fault.key, **fault.params) from None


def _moment(said: object, problems: list[FieldProblem]) -> datetime | None:
    if said is None:
        return None
    try:
        return datetime.fromisoformat(instant(said if isinstance(said, str) else ""))
    except Fault:
        problems.append(_wrong("initialRecordTime", "2026-06-05T14:30:00.000+07:00", said))
        return None


def _wrong(field: str, expected: str, got: object) -> FieldProblem:
    return FieldProblem(field, "epcis.type", None, {"expected": expected, "got": str(got)[:80]})


def _controls(key: str, **params: object) -> EpcisException:
    return EpcisException("SubscriptionControlsException", key, **params)
