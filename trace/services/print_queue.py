"""Which print is drawn next: cooperatives take turns, whoever ordered most waits for the others."""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from trace.records.job import OPEN_JOB, Job, JobState
from trace.records.stamp import OPEN_RUNS, PrintRun, RunState

KIND = "print_stamps"


def next_job(session: Session, now: datetime) -> int | None:
    """The waiting print job of the cooperative with the fewest running prints, then of the one that was
    served longest ago, then the oldest; None when none waits.
    """
    other, others = aliased(Job), aliased(PrintRun)
    theirs = (
        select(func.count(col(other.id)))
        .join(others, col(others.public_id) == col(other.subject))
        .where(col(other.kind) == KIND, col(others.org_id) == col(PrintRun.org_id))
        .correlate(PrintRun)
    )
    running = theirs.where(col(other.state) == JobState.RUNNING).scalar_subquery()
    served = theirs.with_only_columns(func.max(other.started_at)).scalar_subquery()
    question = (
        select(col(Job.id))
        .join(PrintRun, col(PrintRun.public_id) == col(Job.subject))
        .where(col(Job.kind) == KIND, col(Job.state) == JobState.PENDING, col(Job.due_at) <= now)
        .order_by(running, served.nulls_first(), col(Job.due_at), col(Job.id))
        .limit(1)
    )
    found: int | None = session.execute(question).scalar()
    return found


def waiting_jobs(session: Session) -> list[int]:
    """Print jobs nobody works on, oldest first."""
    question = select(col(Job.id)).where(col(Job.kind) == KIND, col(Job.state) == JobState.PENDING)
    return list(session.execute(question.order_by(col(Job.id))).scalars())


def drop_job(session: Session, run: PrintRun, now: datetime) -> None:
    """Nobody need draw this any more; a worker that does already notices by the print's state."""
    waiting = (col(Job.kind) == KIND, col(Job.subject) == run.public_id, col(Job.state) == JobState.PENDING)
    over = update(Job).where(*waiting).values(state=JobState.DONE, finished_at=now, stats='{"cancelled": 1}')
    session.execute(over)


def fail_orphans(session: Session, now: datetime) -> int:
    """Prints whose job is dead will never be made: failed; how many there were."""
    open_job = select(col(Job.id)).where(
        col(Job.kind) == KIND, col(Job.subject) == col(PrintRun.public_id), OPEN_JOB
    )
    orphans = update(PrintRun).where(col(PrintRun.state).in_(OPEN_RUNS), ~open_job.exists())
    failed = orphans.values(state=RunState.FAILED, problem="print.failed.tries", finished_at=now)
    return len(session.execute(failed.returning(col(PrintRun.id))).all())
