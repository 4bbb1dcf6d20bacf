"""Every change of a roll, with who and when: what a ledger's figures came from."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from trace.records.account import Account
from trace.records.lot import Lot
from trace.records.stamp import PrintRun, RunState, Sending, StampActivation, StampBlock, StampVoid
from trace.services.admission import Act, Actor, fetch
from trace.services.stamp_ranges import Range
from trace.services.stamp_reasons import reason_words
from trace.texts.catalogs import Term


@dataclass(frozen=True)
class Change:
    """One entry of a roll's book: when, who (nobody where the machine did it), what."""

    at: datetime
    who: str
    kind: str
    what: Term


def history(session: Session, actor: Actor, block_public_id: str) -> list[Change]:
    """Everything that happened to a roll, oldest first.

    Raises:
        NotFound: the block is not theirs.
    """
    block = fetch(session, actor, Act.VOID_STAMPS, StampBlock, public_id=block_public_id)
    found = sorted(_entries(session, block), key=lambda entry: entry[0])
    people = {who for _, who, _, _ in found if who is not None}
    names = select(col(Account.id), col(Account.name)).where(col(Account.id).in_(people))
    called = {row[0]: row[1] for row in session.execute(names)}
    return [Change(at, called.get(who, "") if who else "", kind, what) for at, who, kind, what in found]


Entry = tuple[datetime, int | None, str, Term]


def _entries(session: Session, block: StampBlock) -> Iterator[Entry]:
    yield block.created_at, block.created_by, "issue", Term("book.issue", _figures(block.first, block.last))
    if block.closed_at is not None:
        yield block.closed_at, block.closed_by, "close", Term("book.close")
    for run in session.execute(select(PrintRun).where(col(PrintRun.block_id) == block.id)).scalars():
        yield from _of_print(run)
    used = (
        select(StampActivation, col(Lot.code))
        .join(Lot, col(Lot.id) == col(StampActivation.lot_id))
        .where(col(StampActivation.block_id) == block.id)
    )
    for row, lot in session.execute(used):
        what = Term("book.activate", {**_figures(row.first, row.last), "lot": lot})
        yield row.activated_at, row.activated_by, "activate", what
    for gone in session.execute(select(StampVoid).where(col(StampVoid.block_id) == block.id)).scalars():
        what = Term("book.void", {**_figures(gone.first, gone.last), "reason": reason_words(gone.reason)})
        yield gone.voided_at, gone.voided_by, "void", what


def _of_print(run: PrintRun) -> Iterator[Entry]:
    figures = _figures(run.first, run.last) | {"format": run.format.upper()}
    key = "book.print.again" if run.reason else "book.print"
    yield run.asked_at, run.asked_by, "print", Term(key, figures | {"reason": run.reason})
    if run.state == RunState.CANCELLED and run.finished_at is not None:
        yield run.finished_at, run.cancelled_by, "cancel", Term("book.cancel", figures)
    if run.state == RunState.FAILED and run.finished_at is not None:
        yield run.finished_at, None, "fail", Term("book.fail", figures)
    if run.sent_at is not None:
        yield run.sent_at, None, "print", Term(f"book.send.{run.sending}", figures)
    if run.confirmed_at is not None:
        yield run.confirmed_at, run.confirmed_by, "confirm", _looked_at(run, figures)


def _looked_at(run: PrintRun, figures: dict[str, object]) -> Term:
    """What somebody found on the paper of a print: all of it, a part, or nothing."""
    if run.sending != Sending.SEEN:
        return Term("book.confirm", figures)
    if run.out_first is None or run.out_last is None:
        return Term("book.seen.none", figures)
    return Term("book.confirm", _figures(run.out_first, run.out_last))


def _figures(first: int, last: int) -> dict[str, object]:
    return {"n": last - first + 1, "range": str(Range(first, last))}
