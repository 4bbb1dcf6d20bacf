"""Prints as people ask for them: ordered with its job in one transaction, made or sent again, cancelled.

A worker draws them (``print_making``) and, where that was ordered, sends them (``stamp_sending``).
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlmodel import Session, col

from trace.errors import Conflict, FieldProblem, Invalid, Refused
from trace.records.stamp import (
    ON_PAPER,
    OPEN_RUNS,
    OPEN_SENDINGS,
    PrintRun,
    RunState,
    Sending,
    StampBlock,
)
from trace.services import schedules, stamp_sending
from trace.services.admission import Act, Actor, fetch, lock, own_org, visible
from trace.services.logging_acts import append_leaf
from trace.services.print_jobs import PrintPlan
from trace.services.print_queue import KIND, SEND, drop_job
from trace.services.print_quota import Quota, refuse_over
from trace.services.print_recipes import recipe_of
from trace.services.public_id import new_public_id
from trace.services.stamp_printing import LIST, refuse_unprintable

LONGEST_REQUEST_ID = 64


@dataclass(frozen=True)
class RunLine:
    """A print in a list, with its block's public id."""

    run: PrintRun
    block: str


def order_print(
    session: Session,
    actor: Actor,
    plan: PrintPlan,
    request_id: str,
    quota: Quota,
    now: datetime,
    *,
    send: bool = False,
) -> PrintRun:
    """Order a print: its row and its job, or nothing; a resent request gives the same row again. With
    ``send`` its file goes to its printer when it is drawn.

    Raises:
        NotFound: the block is not theirs.
        Invalid: no request id, or printed again without a reason.
        Conflict: the request id came with another order.
        Refused: ``print.closed``, ``print.again.active``, ``print.quota.open``, ``gate.quota``,
            ``send.no_address``, ``send.kind``.
    """
    order, serials = plan.order, plan.serials
    if not 1 <= len(request_id) <= LONGEST_REQUEST_ID:
        raise Invalid([FieldProblem("request_id", "error.empty", len(request_id))])
    block = fetch(session, actor, Act.ISSUE_STAMPS, StampBlock, public_id=order.block)
    lock(session, block)
    earlier = _earlier(session, block, request_id)
    if earlier is not None:
        if not _same(earlier, plan) or (earlier.sending != Sending.NONE) != send:
            raise Conflict("error.conflict", request_id=request_id)
        return earlier
    if send:
        stamp_sending.refuse_unfit(plan.gear.printer, order.format)
    refuse_unprintable(session, actor, block, serials, order.reason)
    refuse_over(session, own_org(actor), serials.count, quota, now)
    run = PrintRun(
        public_id=new_public_id(),
        block_id=block.id,
        org_id=block.org_id,
        request_id=request_id,
        state=RunState.WAITING,
        first=serials.first,
        last=serials.last,
        format=order.format,
        stock=order.stock,
        start_cell=order.start_cell,
        design=plan.gear.design_name,
        printer=order.printer,
        recipe=recipe_of(plan.job),
        sending=Sending.ASKED if send else Sending.NONE,
        reason=order.reason,
        asked_at=now,
        asked_by=actor.account_id,
    )
    session.add(run)
    session.flush()
    schedules.add_job(session, KIND, run.public_id, now)
    return run


def _same(run: PrintRun, plan: PrintPlan) -> bool:
    order, serials = plan.order, plan.serials
    on_paper = (run.first, run.last, run.stock, run.start_cell, run.design)
    wanted = (serials.first, serials.last, order.stock, order.start_cell, plan.gear.design_name)
    return on_paper == wanted and (run.format, run.printer) == (order.format, order.printer)


def _earlier(session: Session, block: StampBlock, request_id: str) -> PrintRun | None:
    question = select(PrintRun).where(
        col(PrintRun.block_id) == block.id, col(PrintRun.request_id) == request_id
    )
    found: PrintRun | None = session.execute(question).scalar_one_or_none()
    return found


def make_again(session: Session, actor: Actor, public_id: str, quota: Quota, now: datetime) -> PrintRun:
    """Have the file of a ready print drawn again from its recipe, because it is no longer kept.

    Raises:
        NotFound: the print is not theirs.
        Refused: ``print.no_recipe`` (of the first version, or a list of codes), ``print.quota.open``.
    """
    run = fetch(session, actor, Act.ISSUE_STAMPS, PrintRun, public_id=public_id)
    lock(session, run)
    if run.state != RunState.READY:
        return run
    if not run.recipe:
        raise Refused("print.no_recipe")
    refuse_over(session, own_org(actor), 0, quota, now)
    run.state, run.done = RunState.WAITING, 0
    session.flush()
    schedules.add_job(session, KIND, run.public_id, now)
    return run


def send_again(
    session: Session, actor: Actor, public_id: str, quota: Quota, now: datetime, *, is_kept: bool
) -> PrintRun:
    """Send a print of which not a byte went out; a file that is no longer kept is drawn again first.

    Raises:
        NotFound: the print is not theirs.
        Refused: ``send.late`` (something may have come out: that is a reprint), ``print.closed``,
            ``print.no_recipe``, ``print.quota.open``.
    """
    run = fetch(session, actor, Act.ISSUE_STAMPS, PrintRun, public_id=public_id)
    lock(session, run)
    if run.is_open:
        return run
    if run.state != RunState.READY or run.sending != Sending.UNSENT or run.confirmed_at is not None:
        raise Refused("send.late")
    stamp_sending.refuse_closed(session, run)
    if not is_kept:
        make_again(session, actor, public_id, quota, now)
    else:
        refuse_over(session, own_org(actor), 0, quota, now)
        schedules.add_job(session, SEND, run.public_id, now)
    run.sending, run.send_problem, run.sent_at = Sending.ASKED, "", None
    session.flush()
    return run


def cancel_print(session: Session, actor: Actor, public_id: str, now: datetime) -> PrintRun:
    """Stop a print that is not ready yet: nothing of it was handed out, its serials stay as they are. One
    that is being sent stops there; see ``stamp_sending.stop``.

    Raises:
        NotFound: the print is not theirs.
        Refused: ``print.cancel.late``: it is ready or has failed.
    """
    run = fetch(session, actor, Act.ISSUE_STAMPS, PrintRun, public_id=public_id)
    lock(session, run)
    if run.state == RunState.CANCELLED:
        return run
    if run.state == RunState.READY and run.sending in OPEN_SENDINGS:
        stamp_sending.stop(session, actor, run, now)
        return run
    if run.state not in OPEN_RUNS:
        raise Refused("print.cancel.late", run=run.public_id)
    if run.sha256:  # only its file was to be made again
        run.state, run.done = RunState.READY, run.total
        if run.sending == Sending.ASKED:
            run.sending, run.send_problem = Sending.UNSENT, stamp_sending.CANCELLED
    else:
        run.state, run.finished_at, run.cancelled_by = RunState.CANCELLED, now, actor.account_id
    session.flush()
    drop_job(session, run, now)
    said = {"act": "cancel", "run": run.public_id, "first": run.first, "count": run.total}
    append_leaf(session, "stamp_print", {**said, "by": actor.account_id}, now)
    return run


def find_run(session: Session, actor: Actor, public_id: str, act: Act = Act.SEE_CODES) -> RunLine:
    """One print of the actor's own.

    Raises:
        NotFound: the print is not theirs.
    """
    run = fetch(session, actor, act, PrintRun, public_id=public_id)
    return RunLine(run, session.get_one(StampBlock, run.block_id).public_id)


def list_runs(
    session: Session, actor: Actor, limit: int, before: int | None = None, block: str | None = None
) -> list[RunLine]:
    """Prints in the actor's reach, newest first; ``before`` is the row where the last page ended."""
    rules: list[ColumnElement[bool]] = [visible(actor, Act.SEE_CODES, PrintRun), col(PrintRun.format) != LIST]
    if before is not None:
        rules.append(col(PrintRun.id) < before)
    if block is not None:
        rules.append(col(StampBlock.public_id) == block)
    question = (
        select(PrintRun, col(StampBlock.public_id))
        .join(StampBlock, col(StampBlock.id) == col(PrintRun.block_id))
        .where(*rules)
        .order_by(col(PrintRun.id).desc())
        .limit(limit)
    )
    return [RunLine(run, public_id) for run, public_id in session.execute(question)]


def last_used_cell(session: Session, actor: Actor, stock: str, cells: int, printer: str = "") -> int:
    """The cell where the last print on this stock in this printer ended; 0 when that sheet was used up."""
    question = (
        select(PrintRun)
        .where(
            visible(actor, Act.SEE_CODES, PrintRun),
            col(PrintRun.stock) == stock,
            col(PrintRun.printer) == printer,
            col(PrintRun.state).in_(ON_PAPER),
        )
        .order_by(col(PrintRun.id).desc())
        .limit(1)
    )
    run: PrintRun | None = session.execute(question).scalar_one_or_none()
    return (run.start_cell - 1 + run.total) % cells if run else 0


def kept_runs(session: Session, since: datetime) -> set[str]:
    """Public ids of prints whose files stay: being made or sent, or ready since ``since``."""
    used = (col(PrintRun.finished_at) >= since) | col(PrintRun.sending).in_(OPEN_SENDINGS)
    ready = (col(PrintRun.state) == RunState.READY) & used
    question = select(col(PrintRun.public_id)).where(ready | col(PrintRun.state).in_(OPEN_RUNS))
    return set(session.execute(question).scalars())
