"""How far a print is, as the worker that draws it notes it: begun, so many drawn, ready or failed."""

from datetime import datetime

from sqlalchemy import select, update
from sqlmodel import Session, col

from trace.crashpoint import crashpoint
from trace.records.stamp import OPEN_RUNS, BlockState, PrintRun, RunState, Sending, StampBlock
from trace.services import schedules
from trace.services.admission import lock
from trace.services.logging_acts import append_leaf
from trace.services.print_queue import SEND
from trace.services.stamp_printing import note_printed

CLOSED = "print.closed"


def begin(session: Session, public_id: str) -> PrintRun | None:
    """A worker starts to draw; None when the print was cancelled or is ready already."""
    return _turned(session, public_id, OPEN_RUNS, state=RunState.RUNNING, done=0)


def note_progress(session: Session, public_id: str, done: int) -> bool:
    """So many stamps are drawn; False when it is to be drawn no more."""
    return _turned(session, public_id, (RunState.RUNNING,), done=done) is not None


def is_wanted(session: Session, public_id: str) -> bool:
    """Whether it is still to be drawn."""
    question = select(col(PrintRun.state)).where(col(PrintRun.public_id) == public_id)
    return session.execute(question).scalar() == RunState.RUNNING


def note_ready(session: Session, public_id: str, sha256: str, size: int, now: datetime) -> bool:
    """The file is whole and in its place; the block is printed. False when nobody wants it any more."""
    run = _turned(session, public_id, (RunState.RUNNING,), state=RunState.READY)
    if run is None:
        return False
    block = session.get_one(StampBlock, run.block_id)
    lock(session, block)
    before = run.sha256
    if block.state == BlockState.CLOSED and not before:
        run.state, run.problem, run.finished_at = RunState.FAILED, CLOSED, now
        session.flush()
        return False
    run.sha256, run.size, run.done, run.finished_at = sha256, size, run.total, now
    if before:
        said = {"act": "remake", "run": run.public_id, "sha256": sha256, "was": before}
        append_leaf(session, "stamp_print", said, now)
    else:
        note_printed(session, block, run, now)
    if run.sending == Sending.ASKED:
        schedules.add_job(session, SEND, run.public_id, now)
    crashpoint("print before commit")
    return True


def note_failed(session: Session, public_id: str, problem: str, now: datetime) -> None:
    """It can not be made, and trying again at once does not help."""
    _turned(session, public_id, OPEN_RUNS, state=RunState.FAILED, problem=problem, finished_at=now)


def _turned(
    session: Session, public_id: str, states: tuple[RunState, ...], **values: object
) -> PrintRun | None:
    turning = update(PrintRun).where(col(PrintRun.public_id) == public_id, col(PrintRun.state).in_(states))
    changed = turning.values(**values).returning(PrintRun)
    found: PrintRun | None = session.execute(
        changed.execution_options(populate_existing=True)
    ).scalar_one_or_none()
    return found
