"""Who works on a job: claimed by one statement, held by a lease, every write under its fence.

A worker that slept through its lease finds a higher fence on the row and is refused (``LeaseLost``).
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, exists, or_, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from trace.errors import Refused
from trace.records.job import Job, JobState
from trace.records.shop import Shop

LEASE = timedelta(seconds=60)
TRIES = 5
"""How often a job is begun before it is dead: five, so that one crash a night does not lose it."""


class LeaseLost(Refused):
    """The job was given to another worker meanwhile; nothing of this write was kept."""


@dataclass(frozen=True)
class Held:
    """A job as its holder knows it."""

    id: int
    kind: str
    subject: str
    shop_id: int | None
    payload: Mapping[str, Any]
    attempt: int
    fence: int
    lease: timedelta = LEASE
    marketplace: str = ""


def claim(
    session: Session,
    owner: str,
    now: datetime,
    *,
    job_id: int | None = None,
    lease: timedelta = LEASE,
    but: Collection[str] = (),
    full: Collection[str] = (),
) -> Held | None:
    """Take the job that is due longest (or the one named), or None when there is none to take.

    Jobs of a kind in ``but``, or of a marketplace in ``full``, are left to others unless they are named.

    A shop whose job is running is passed over. Two workers that try for one shop at once are told
    apart by the index ``uq_job_shop_running``: the later one gets an ``IntegrityError``.
    """
    busy = aliased(Job)
    same_shop = exists().where(col(busy.shop_id) == col(Job.shop_id), col(busy.state) == JobState.RUNNING)
    due: list[ColumnElement[bool]] = [col(Job.state) == JobState.PENDING, ~same_shop]
    if job_id is None:
        due += [col(Job.due_at) <= now, col(Job.kind).not_in(but)]
        if full:
            theirs = select(col(Shop.id)).where(col(Shop.marketplace).in_(full))
            due.append(or_(col(Job.shop_id).is_(None), col(Job.shop_id).not_in(theirs)))
    else:
        due.append(col(Job.id) == job_id)
    chosen = select(col(Job.id)).where(*due).order_by(col(Job.due_at), col(Job.id)).limit(1)
    chosen = chosen.with_for_update(skip_locked=True)  # SQLite leaves this out: its transaction holds all
    taking = update(Job).where(col(Job.id) == chosen.scalar_subquery(), col(Job.state) == JobState.PENDING)
    taking = taking.values(
        state=JobState.RUNNING,
        fence=col(Job.fence) + 1,
        attempt=col(Job.attempt) + 1,
        lease_owner=owner,
        lease_until=now + lease,
        started_at=now,
        error="",
    )
    row = session.execute(taking.returning(Job).execution_options(populate_existing=True)).scalar()
    return held(row, lease, _marketplace(session, row)) if row else None


def _marketplace(session: Session, job: Job) -> str:
    return session.get_one(Shop, job.shop_id).marketplace if job.shop_id is not None else ""


def held(job: Job, lease: timedelta = LEASE, marketplace: str = "") -> Held:
    """The values of a claimed row."""
    payload = json.loads(job.payload)
    return Held(
        job.id, job.kind, job.subject, job.shop_id, payload, job.attempt, job.fence, lease, marketplace
    )


def hold(session: Session, job: Held, now: datetime, **values: Any) -> None:
    """Extend the lease and write ``values`` on the row; first statement of every write of a job.

    Raises:
        LeaseLost: the fence is not ours any more.
    """
    ours = (col(Job.id) == job.id, col(Job.fence) == job.fence, col(Job.state) == JobState.RUNNING)
    mine = update(Job).where(*ours).values(lease_until=now + job.lease, **values).returning(col(Job.id))
    if session.execute(mine).scalar() is None:
        raise LeaseLost("job.lease_lost", job=job.id, kind=job.kind, fence=job.fence)


def note(session: Session, job: Held, now: datetime, payload: Mapping[str, Any]) -> None:
    """Keep how far the job got, for whoever goes on with it."""
    hold(session, job, now, payload=json.dumps(dict(payload)))


def finish(session: Session, job: Held, now: datetime, stats: Mapping[str, Any], error: str = "") -> None:
    """The job is over: done, or failed when there is an error."""
    state = JobState.FAILED if error else JobState.DONE
    hold(
        session,
        job,
        now,
        state=state,
        finished_at=now,
        stats=json.dumps(dict(stats), ensure_ascii=False),
        error=error[:1000],
    )


def give_back(session: Session, job: Held, now: datetime) -> None:
    """Stop in the middle on purpose: the job waits for the next worker, and the try does not count."""
    hold(
        session, job, now, state=JobState.PENDING, lease_owner=None, attempt=col(Job.attempt) - 1, due_at=now
    )


def try_later(session: Session, job: Held, now: datetime, error: str, wait_s: float) -> None:
    """It failed by surprise: once more after ``wait_s`` seconds, or dead when the tries are used up."""
    over = job.attempt >= TRIES
    hold(
        session,
        job,
        now,
        state=JobState.DEAD if over else JobState.PENDING,
        due_at=now + timedelta(seconds=wait_s),
        finished_at=now if over else None,
        lease_owner=None,
        error=error[:1000],
    )


def reap(session: Session, now: datetime) -> int:
    """Free the jobs whose worker is gone: pending again, or dead when the tries are used up.

    A row some worker is writing at this moment is passed over: one that froze in the middle of a
    transaction must not keep the others' jobs waiting. The database ends that transaction after a while.
    """
    over = col(Job.attempt) >= TRIES
    is_expired = or_(col(Job.lease_until).is_(None), col(Job.lease_until) < now)
    expired = select(col(Job.id)).where(col(Job.state) == JobState.RUNNING, is_expired)
    expired = expired.with_for_update(skip_locked=True)
    freed = update(Job).where(col(Job.id).in_(expired), col(Job.state) == JobState.RUNNING, is_expired)
    freed = freed.values(
        state=case((over, JobState.DEAD.value), else_=JobState.PENDING.value),
        finished_at=case((over, now), else_=None),
        lease_owner=None,
        error="the worker was gone before the job was over",
    )
    return len(session.execute(freed.returning(col(Job.id))).all())
