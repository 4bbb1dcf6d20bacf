"""Telling subscribers of new events: each at least once, none skipped, sent again under the same id.

Rows do not become visible in the order of their numbers: whoever wrote an earlier one may still be at it. So
a subscription's mark moves only over events recorded longer ago than any transaction lasts (``SETTLE``), and
of those beyond it is written down which were told, and, where one look does not reach the end, which were
looked at and do not fit: the next look begins behind them. What a report holds is fixed before it is sent.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, delete, exists, func, insert, or_, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from trace.records.account import Account, ApiToken
from trace.records.capture import EventQuery
from trace.records.event import Event
from trace.records.event_subscription import EventSent, EventSubscription, SubscriptionState
from trace.records.job import Job, JobState
from trace.services import api_tokens, schedules
from trace.services.admission import POLICY, Act, Actor, actor_of
from trace.services.epcis import finding, sifting
from trace.services.epcis.named_queries import question_of
from trace.standards.epcis.query_schedule import read_schedule

KIND: Final = "deliver_events"
SETTLE: Final = timedelta(hours=1)
"""After so long no transaction is still under way: one without a statement is ended after a minute."""
IDLE: Final = timedelta(minutes=1)
"""How often a stream is looked at although no newer event was seen: one may have become visible late."""
GIVE_UP: Final = timedelta(hours=24)
FIRST_PAUSE_S: Final = 10.0
MOST_PAUSE_S: Final = 3_600.0
MOST_BYTES: Final = 1024 * 1024
PASSED: Final = 0
"""Stands for a report's number where an event was looked at and is in none."""
_ROLES: Final = [role.value for role in POLICY[Act.SUBSCRIBE_EVENTS]]


@dataclass(frozen=True)
class Look:
    """What there is to tell: event rows, the mark once they are told, whether others follow; ``passed`` are
    rows beyond that mark that are not told."""

    mark: int
    next_mark: int
    newest: int
    rows: Sequence[int]
    passed: Sequence[int]
    more: bool


def end_dead(session: Session, now: datetime) -> int:
    """End the subscriptions whose token, account or organisation is gone; how many."""
    live = api_tokens.live(now, *_holder())
    dead = (
        col(EventSubscription.state) != SubscriptionState.ENDED,
        col(EventSubscription.token_id).not_in(live),
    )
    ending = update(EventSubscription).where(*dead)
    ending = ending.values(state=SubscriptionState.ENDED, ended_at=now).returning(col(EventSubscription.id))
    return len(session.execute(ending).all())


def plan(session: Session, now: datetime) -> int:
    """Queue a job for each subscription that is due; how many."""
    active = col(EventSubscription.state) == SubscriptionState.ACTIVE
    newer = select(func.max(col(Event.id))).scalar_subquery() > col(EventSubscription.looked_row)
    waits = (col(EventSubscription.schedule) == "", col(EventSubscription.failures) == 0, newer)
    due = or_(col(EventSubscription.next_due_at) <= now, and_(*waits))
    found = session.execute(select(col(EventSubscription.public_id)).where(active, due)).scalars().all()
    return sum(schedules.add_job(session, KIND, one, now) is not None for one in found)


def next_job(session: Session, now: datetime) -> int | None:
    """The delivery due longest whose organisation has none under way: one that hangs delays its own only."""
    busy, theirs = aliased(Job), aliased(EventSubscription)
    running = (
        select(col(theirs.org_id))
        .join(busy, col(busy.subject) == col(theirs.public_id))
        .where(col(busy.kind) == KIND, col(busy.state) == JobState.RUNNING)
    )
    question = (
        select(col(Job.id))
        .outerjoin(EventSubscription, col(EventSubscription.public_id) == col(Job.subject))
        .where(col(Job.kind) == KIND, col(Job.state) == JobState.PENDING, col(Job.due_at) <= now)
        .where(or_(col(EventSubscription.id).is_(None), col(EventSubscription.org_id).not_in(running)))
    )
    found: int | None = session.execute(question.order_by(col(Job.due_at), col(Job.id)).limit(1)).scalar()
    return found


def active(
    session: Session, public_id: str, now: datetime, *, to_write: bool = False
) -> EventSubscription | None:
    """The subscription, where it is to be told of something and its token holds at this moment."""
    question = select(EventSubscription).where(
        col(EventSubscription.public_id) == public_id,
        col(EventSubscription.state) == SubscriptionState.ACTIVE,
        col(EventSubscription.token_id).in_(api_tokens.live(now, *_holder())),
    )
    question = question.with_for_update() if to_write else question
    found: EventSubscription | None = session.execute(question).scalar_one_or_none()
    return found


def look(session: Session, row: EventSubscription, now: datetime) -> Look:
    """What is new for a subscription: only what its organisation recorded and its account may read. While a
    report is under way nothing is looked for."""
    if row.batch_at is not None:
        return Look(row.mark, row.next_mark, row.looked_row, (), (), row.more)
    asked = question_of(session.get_one(EventQuery, row.query_id))
    told = exists().where(col(EventSent.subscription_id) == row.id, col(EventSent.event_row) == col(Event.id))
    rules = [
        col(Event.org_id) == row.org_id,
        col(Event.id) > row.mark,
        col(Event.recorded_at) >= row.initial_record_time,
        ~told,
    ]
    found = sifting.arrived(session, _actor(session, row), asked, rules, row.batch, MOST_BYTES)
    settled = _settled(session, row, now)
    mark = max(row.mark, min(found.last, settled) if found.more else settled)
    passed = [one for one in found.passed if one > mark] if found.more else ()
    return Look(row.mark, mark, finding.newest(session), found.rows, passed, found.more)


def begin(session: Session, row: EventSubscription, seen: Look, now: datetime) -> bool:
    """Fix a report before it is sent; False where there is none to send."""
    if row.batch_at is not None or row.mark != seen.mark:
        return row.batch_at is not None
    row.next_mark, row.more, row.looked_row = seen.next_mark, seen.more, seen.newest
    _write_down(session, row, seen.passed, PASSED)
    is_empty_report = row.report_if_empty and not row.told and not seen.more
    if not seen.rows and not is_empty_report:
        _move(session, row, now)
        return False
    row.batch_at, row.delivery = now, row.delivery + 1
    _write_down(session, row, seen.rows, row.delivery)
    session.flush()
    return True


def note_told(session: Session, row: EventSubscription, delivery: int, now: datetime) -> None:
    """The report was taken."""
    if row.batch_at is None or row.delivery != delivery:
        return
    row.failures, row.failing_since, row.last_error, row.last_status = 0, None, "", 0
    row.last_notified_at, row.told = now, True
    _move(session, row, row.batch_at)
    if not row.more:
        row.next_due_at = _next_due(row, now)
    row.batch_at = None


def note_failure(
    session: Session, row: EventSubscription, problem: str, status: int, chance: float, now: datetime
) -> bool:
    """The report was not taken; True where it is to be tried at once with fewer events.

    ``chance`` from 0 to 1 spreads the pauses, which double from ten seconds to an hour. After a day without
    one report taken the subscription rests.
    """
    if status == 413 and _halve(session, row):
        return True
    row.failures, row.failing_since = row.failures + 1, row.failing_since or now
    row.last_error, row.last_status = problem, status
    pause = min(MOST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** min(row.failures - 1, 20))
    row.next_due_at = now + timedelta(seconds=pause * (0.5 + chance / 2))
    if now - row.failing_since >= GIVE_UP:
        row.state = SubscriptionState.PAUSED
    return False


def told_events(session: Session, row: EventSubscription) -> Sequence[Event]:
    """The events of the report under way, in the order they were recorded."""
    mine = (col(EventSent.subscription_id) == row.id, col(EventSent.delivery) == row.delivery)
    question = select(Event).join(EventSent, col(EventSent.event_row) == col(Event.id)).where(*mine)
    return session.execute(question.order_by(col(Event.id))).scalars().all()


def _write_down(session: Session, row: EventSubscription, events: Sequence[int], delivery: int) -> None:
    rows = [{"subscription_id": row.id, "event_row": one, "delivery": delivery} for one in events]
    if rows:
        session.connection().execute(insert(EventSent), rows)


def _move(session: Session, row: EventSubscription, asked_at: datetime) -> None:
    row.mark = row.next_mark
    below = (col(EventSent.subscription_id) == row.id, col(EventSent.event_row) <= row.mark)
    session.execute(delete(EventSent).where(*below))
    if not row.more:
        row.run_at, row.told, row.next_due_at = asked_at, False, _next_due(row, asked_at)


def _next_due(row: EventSubscription, now: datetime) -> datetime:
    return read_schedule(json.loads(row.schedule)).next_after(now) if row.schedule else now + IDLE


def _halve(session: Session, row: EventSubscription) -> bool:
    """Give the report up and take half as many; False where there is nothing to halve."""
    mine = (col(EventSent.subscription_id) == row.id, col(EventSent.delivery) == row.delivery)
    count = session.execute(select(func.count()).select_from(EventSent).where(*mine)).scalar_one()
    if count < 2:
        return False
    session.execute(delete(EventSent).where(*mine))
    row.batch, row.batch_at = count // 2, None
    return True


def _settled(session: Session, row: EventSubscription, now: datetime) -> int:
    """Up to this row of the organisation's events nothing can turn up any more."""
    own, before = col(Event.org_id) == row.org_id, now - SETTLE
    old = select(func.max(col(Event.id))).where(own, col(Event.recorded_at) <= before)
    fresh = select(func.min(col(Event.id))).where(own, col(Event.recorded_at) > before)
    newest_old: int | None = session.execute(old).scalar_one()
    oldest_fresh: int | None = session.execute(fresh).scalar_one()
    return min(newest_old or 0, oldest_fresh - 1) if oldest_fresh else newest_old or 0


def _actor(session: Session, row: EventSubscription) -> Actor:
    return actor_of(session.get_one(Account, session.get_one(ApiToken, row.token_id).account_id))


def _holder() -> tuple[ColumnElement[bool], ...]:
    """The account may still read events, and only its own organisation's."""
    return (col(Account.role).in_(_ROLES), col(Account.org_id) == col(EventSubscription.org_id))
