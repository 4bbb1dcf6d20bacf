"""Which print is drawn or sent next: cooperatives take turns, whoever ordered most waits for the others."""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, case, func, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from trace.records.job import OPEN_JOB, Job, JobState
from trace.records.stamp import ON_THE_WIRE, OPEN_RUNS, OPEN_SENDINGS, PrintRun, RunState, Sending

KIND = "print_stamps"
SEND = "send_stamps"
"""A print that is drawn goes to its printer: a job of its own, because it waits for paper."""


def next_job(session: Session, now: datetime, kind: str = KIND, *rules: ColumnElement[bool]) -> int | None:
    """The waiting print job of the cooperative with the fewest running ones, then of the one that was
    served longest ago, then the oldest; None when none waits.
    """
    other, others = aliased(Job), aliased(PrintRun)
    theirs = (
        select(func.count(col(other.id)))
        .join(others, col(others.public_id) == col(other.subject))
        .where(col(other.kind) == kind, col(others.org_id) == col(PrintRun.org_id))
        .correlate(PrintRun)
    )
    running = theirs.where(col(other.state) == JobState.RUNNING).scalar_subquery()
    served = theirs.with_only_columns(func.max(other.started_at)).scalar_subquery()
    question = (
        select(col(Job.id))
        .join(PrintRun, col(PrintRun.public_id) == col(Job.subject))
        .where(col(Job.kind) == kind, col(Job.state) == JobState.PENDING, col(Job.due_at) <= now, *rules)
        .order_by(running, served.nulls_first(), col(Job.due_at), col(Job.id))
        .limit(1)
    )
    found: int | None = session.execute(question).scalar()
    return found


def next_sending(session: Session, now: datetime) -> int | None:
    """The next print to be sent; one whose printer is being sent to waits, however many workers there are."""
    other = aliased(PrintRun)
    busy = select(col(other.id)).where(
        col(other.printer) == col(PrintRun.printer),
        col(other.id) != col(PrintRun.id),
        col(other.state) == RunState.READY,
        col(other.sending).in_(ON_THE_WIRE),
    )
    return next_job(session, now, SEND, ~busy.exists())


def waiting_jobs(session: Session) -> list[int]:
    """Print jobs nobody works on, oldest first."""
    question = select(col(Job.id)).where(col(Job.kind) == KIND, col(Job.state) == JobState.PENDING)
    return list(session.execute(question.order_by(col(Job.id))).scalars())


def drop_job(session: Session, run: PrintRun, now: datetime, kind: str = KIND) -> None:
    """Nobody need draw this any more; a worker that does already notices by the print's state."""
    waiting = (col(Job.kind) == kind, col(Job.subject) == run.public_id, col(Job.state) == JobState.PENDING)
    over = update(Job).where(*waiting).values(state=JobState.DONE, finished_at=now, stats='{"cancelled": 1}')
    session.execute(over)


def fail_orphans(session: Session, now: datetime) -> int:
    """Prints whose job is dead will never be made: failed; how many there were. Those that will never be
    sent are unsent, or unknown where sending had begun.
    """
    lost = col(PrintRun.state).in_(OPEN_RUNS)
    orphans = update(PrintRun).where(lost, ~_open_job(KIND).exists())
    failed = orphans.values(state=RunState.FAILED, problem="print.failed.tries", finished_at=now)
    unsent = (col(PrintRun.state) == RunState.READY) & col(PrintRun.sending).in_(OPEN_SENDINGS)
    is_asked = col(PrintRun.sending) == Sending.ASKED
    end = case((is_asked, Sending.UNSENT.value), else_=Sending.UNKNOWN.value)
    why = case((is_asked, "send.tries"), else_="")
    left = update(PrintRun).where(unsent, ~_open_job(SEND).exists())
    left = left.values(sending=end, send_problem=why, sent_at=now)
    ended = (session.execute(one.returning(col(PrintRun.id))).all() for one in (failed, left))
    return sum(map(len, ended))


def _open_job(kind: str) -> Select[int]:
    return select(col(Job.id)).where(
        col(Job.kind) == kind, col(Job.subject) == col(PrintRun.public_id), OPEN_JOB
    )
