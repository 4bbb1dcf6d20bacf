"""What is due when: schedules become jobs, each due run once whoever's clock ticks.

Every step is one conditional statement, so that two clocks turning over the same rows do no harm.
A schedule that was missed many times runs once.
"""

import json
import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Insert, ScalarSelect, case, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from trace.records.job import OPEN_JOB, Job, JobState, Schedule
from trace.standards.local_time import VN

QUIET_HOUR = 2
"""Two at night in Vietnam: nightly comparisons disturb nobody."""


def tonight(now: datetime) -> datetime:
    """The next quiet hour."""
    night = now.astimezone(VN).replace(hour=QUIET_HOUR, minute=0, second=0, microsecond=0)
    return night + timedelta(days=1 if night <= now else 0)


def ensure(
    session: Session,
    kind: str,
    subject: str,
    every_s: int,
    first_at: datetime,
    *,
    shop_id: int | None = None,
    jitter_s: int = 0,
) -> None:
    """Have a schedule for this kind and subject; one that is there keeps its next due time."""
    values = {
        "kind": kind,
        "subject": subject,
        "shop_id": shop_id,
        "every_s": every_s,
        "jitter_s": jitter_s,
        "next_due_at": first_at,
        "is_enabled": True,
    }
    session.execute(_insert(session, Schedule, values))
    rule = (col(Schedule.kind) == kind, col(Schedule.subject) == subject)
    session.execute(update(Schedule).where(*rule).values(every_s=every_s, jitter_s=jitter_s))


def enable_shop(session: Session, shop_id: int, *, enabled: bool) -> None:
    """Switch all schedules of a shop on or off."""
    session.execute(update(Schedule).where(col(Schedule.shop_id) == shop_id).values(is_enabled=enabled))


def make_due_jobs(session: Session, now: datetime) -> int:
    """Turn every due schedule into a job and move it on; how many jobs were made.

    In the order of their numbers, as everybody who changes several of them does.
    """
    due = select(Schedule).where(col(Schedule.is_enabled), col(Schedule.next_due_at) <= now)
    rows = session.execute(due.order_by(col(Schedule.id))).scalars().all()
    return sum(_turn_over(session, schedule, now) for schedule in rows)


def _turn_over(session: Session, schedule: Schedule, now: datetime) -> bool:
    following = next_due(schedule.every_s, schedule.jitter_s, now)
    swap = update(Schedule).where(
        col(Schedule.id) == schedule.id, col(Schedule.next_due_at) == schedule.next_due_at
    )
    swapped = session.execute(swap.values(next_due_at=following).returning(col(Schedule.id)))
    if swapped.scalar() is None:
        return False  # another clock was faster
    made = add_job(session, schedule.kind, schedule.subject, now, shop_id=schedule.shop_id)
    return made is not None


def next_due(every_s: int, jitter_s: int, now: datetime) -> datetime:
    """The next due time counted from now: what was missed meanwhile is one run, not many."""
    # Jitter spreads load; nothing secret hangs on it.
    return now + timedelta(seconds=every_s + random.uniform(0, jitter_s))  # noqa: S311


def add_job(
    session: Session,
    kind: str,
    subject: str,
    due_at: datetime,
    *,
    shop_id: int | None = None,
    payload: Mapping[str, Any] | None = None,
) -> int | None:
    """Queue a job, unless one of this kind and subject is open; its number, or None when one was.

    Without a payload, a shop's job goes on with what the last one of its kind left: nothing when that
    one came to its end or is dead, its progress when the marketplace failed it on the way.
    """
    left: object = json.dumps(dict(payload or {}))
    if payload is None and shop_id is not None:
        left = func.coalesce(_left_by_last(kind, subject, shop_id), left)
    values = {
        "kind": kind,
        "subject": subject,
        "shop_id": shop_id,
        "payload": left,
        "due_at": due_at,
        "created_at": due_at,
        "state": JobState.PENDING.value,
        "attempt": 0,
        "fence": 0,
        "done_steps": 0,
        "total_steps": 0,
        "stats": "{}",
        "error": "",
    }
    found: int | None = session.execute(_insert(session, Job, values).returning(col(Job.id))).scalar()
    return found


def _left_by_last(kind: str, subject: str, shop_id: int) -> ScalarSelect[str]:
    same = (col(Job.kind) == kind, col(Job.subject) == subject, col(Job.shop_id) == shop_id)
    left = case((col(Job.state) == JobState.DEAD, "{}"), else_=col(Job.payload))
    return select(left).where(*same).order_by(col(Job.id).desc()).limit(1).scalar_subquery()


def run_now(session: Session, kind: str, subject: str, now: datetime, *, shop_id: int | None = None) -> int:
    """Have a job of this kind that is due now, and say its number; a running one counts."""
    added = add_job(session, kind, subject, now, shop_id=shop_id)
    if added is not None:
        return added
    rule = (col(Job.kind) == kind, col(Job.subject) == subject, OPEN_JOB)
    waiting = col(Job.state) == JobState.PENDING
    session.execute(update(Job).where(*rule, waiting, col(Job.due_at) > now).values(due_at=now))
    found: int = session.execute(select(col(Job.id)).where(*rule)).scalar_one()
    return found


def mend_clock(session: Session, now: datetime) -> int:
    """Bring back schedules that a clock gone wrong has put too far ahead; how many there were."""
    mended = 0
    for schedule in session.execute(select(Schedule).where(col(Schedule.next_due_at) > now)).scalars():
        if schedule.next_due_at > now + timedelta(seconds=schedule.every_s + schedule.jitter_s + 3600):
            schedule.next_due_at = now
            mended += 1
    return mended


def postpone(session: Session, shop_id: int, kind: str, until: datetime) -> None:
    """Do not run this kind for the shop before ``until``."""
    rule = (col(Schedule.shop_id) == shop_id, col(Schedule.kind) == kind, col(Schedule.next_due_at) < until)
    session.execute(update(Schedule).where(*rule).values(next_due_at=until))


def _insert(session: Session, table: type[Job] | type[Schedule], values: Mapping[str, Any]) -> Insert:
    """An insert that gives way to a row which is there already; both databases say it alike."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement: Insert = dialect.insert(table).values(**values).on_conflict_do_nothing()
    return statement
