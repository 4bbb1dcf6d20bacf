"""A drawn print on its way to its printer: recorded before the first byte, and never sent twice by itself.

A raw port gives no receipt. Whatever ends between that record and the last byte leaves a print of which only
the paper tells how much came out: a person looks at it and says so (``say_what_came_out``), and what is
missing is printed again with a reason, as any reprint.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlmodel import Session, col

from trace.errors import NotFound, Refused
from trace.records.label_printer import LabelPrinter, PrinterKind
from trace.records.stamp import (
    ON_THE_WIRE,
    UNCLEAR,
    BlockState,
    PrintRun,
    RunState,
    Sending,
    StampBlock,
)
from trace.services.admission import Actor, lock
from trace.services.logging_acts import append_leaf
from trace.services.print_queue import SEND, drop_job
from trace.services.stamp_ranges import Range

CANCELLED = "send.cancelled"
NO_ADDRESS = "send.no_address"


class PrinterBusy(Refused):
    """Another print is on its way to this printer."""


@dataclass(frozen=True)
class Ended:
    """How a sending ended: ``stamps`` that may have come out at most, and why no more (a catalog key)."""

    state: Sending
    stamps: int = 0
    bytes: int = 0
    problem: str = ""


def is_sendable(printer: LabelPrinter | None, format_name: str) -> bool:
    """Whether a file of this format can be sent to the printer."""
    return (
        printer is not None
        and printer.retired_at is None
        and printer.kind != PrinterKind.OFFICE
        and bool(printer.address)
        and printer.kind == format_name
    )


def refuse_unfit(printer: LabelPrinter | None, format_name: str) -> None:
    """Only a printer in use, with an address, that reads this language is sent to.

    Raises:
        Refused: ``send.no_address`` or ``send.kind``.
    """
    if is_sendable(printer, format_name):
        return
    if printer is None or printer.retired_at is not None or not printer.address:
        raise Refused(NO_ADDRESS, name=printer.name if printer else "–")
    raise Refused("send.kind", name=printer.name, kind=printer.kind.upper(), format=format_name.upper())


def refuse_closed(session: Session, run: PrintRun) -> None:
    """What stands in a closed book is not put on paper.

    Raises:
        Refused: ``print.closed``.
    """
    block = session.get_one(StampBlock, run.block_id)
    if block.state == BlockState.CLOSED:
        raise Refused("print.closed", block=block.public_id)


def printer_of(session: Session, run: PrintRun) -> LabelPrinter | None:
    """The printer a print was ordered for, as it is now; only its own cooperative's."""
    mine = (col(LabelPrinter.public_id) == run.printer, col(LabelPrinter.org_id) == run.org_id)
    found: LabelPrinter | None = session.execute(select(LabelPrinter).where(*mine)).scalar_one_or_none()
    return found


def take(session: Session, public_id: str, now: datetime) -> PrintRun | None:
    """Record that a print goes out now; ``sent_to`` says where. None when there is nothing to send: nobody
    wants it, its printer is not fit any more (unsent), or somebody began it before and is gone (unknown).

    Raises:
        PrinterBusy: another print is on its way to the same printer.
    """
    mine = select(PrintRun).where(col(PrintRun.public_id) == public_id).with_for_update()
    run: PrintRun | None = session.execute(mine).scalar_one_or_none()
    if run is None or run.state != RunState.READY:
        return None
    if run.sending in ON_THE_WIRE:
        end(session, public_id, Ended(Sending.UNKNOWN, run.sent, run.sent_bytes), now)
    if run.sending != Sending.ASKED:
        return None
    printer = printer_of(session, run)
    run.sending, run.sent, run.sent_bytes, run.send_problem = Sending.SENDING, 0, 0, ""
    run.sent_to = printer.address if printer else ""
    session.flush()
    try:
        refuse_unfit(printer, run.format)
        refuse_closed(session, run)
    except Refused as no:
        end(session, public_id, Ended(Sending.UNSENT, problem=no.key), now)
        return None
    assert printer is not None
    lock(session, printer)
    if _is_busy(session, run):
        raise PrinterBusy("send.busy", name=printer.name)
    return run


def _is_busy(session: Session, run: PrintRun) -> bool:
    others = select(col(PrintRun.id)).where(
        col(PrintRun.printer) == run.printer,
        col(PrintRun.id) != run.id,
        col(PrintRun.state) == RunState.READY,
        col(PrintRun.sending).in_(ON_THE_WIRE),
    )
    return session.execute(others.limit(1)).scalar() is not None


def note_progress(session: Session, public_id: str, stamps: int, sent_bytes: int) -> None:
    """So much is handed over."""
    going = (col(PrintRun.public_id) == public_id, col(PrintRun.sending).in_(ON_THE_WIRE))
    session.execute(update(PrintRun).where(*going).values(sent=stamps, sent_bytes=sent_bytes))


def is_wanted(session: Session, public_id: str) -> bool:
    """Whether it is still to be sent."""
    question = select(col(PrintRun.sending)).where(col(PrintRun.public_id) == public_id)
    return session.execute(question).scalar() == Sending.SENDING


def end(session: Session, public_id: str, ended: Ended, now: datetime) -> None:
    """Keep how a sending ended; whatever may be on paper is logged."""
    going = (col(PrintRun.public_id) == public_id, col(PrintRun.sending).in_(ON_THE_WIRE))
    values = {"sending": ended.state, "sent": ended.stamps, "sent_bytes": ended.bytes}
    values |= {"send_problem": ended.problem, "sent_at": now}
    ending = update(PrintRun).where(*going).values(**values).returning(PrintRun)
    run = session.execute(ending.execution_options(populate_existing=True)).scalar_one_or_none()
    if run is not None and ended.state != Sending.UNSENT:
        _log(session, run, {"act": "send", "result": run.sending, "count": run.sent}, now)


def stop(session: Session, actor: Actor, run: PrintRun, now: datetime) -> None:
    """Send no more of it. One that waits is unsent at once; one on the wire ends behind a whole label."""
    if run.sending == Sending.ASKED:
        run.sending, run.send_problem, run.sent_at = Sending.UNSENT, CANCELLED, now
        drop_job(session, run, now, SEND)
    else:
        run.sending = Sending.STOPPING
    session.flush()
    _log(session, run, {"act": "stop", "by": actor.account_id}, now)


def say_what_came_out(
    session: Session, actor: Actor, run: PrintRun, out: Range | None, now: datetime
) -> None:
    """Somebody looked at the paper of a sending that did not end well: these stamps came out, or none.

    Raises:
        NotFound: another's stamps.
        Refused: ``send.clear``: what came out is known.
    """
    lock(session, run)
    if run.sending not in UNCLEAR:
        raise Refused("send.clear")
    whole = Range(run.first, run.last)
    if out is not None and not whole.holds(out):
        raise NotFound()
    run.sending = Sending.SENT if out == whole else Sending.SEEN
    run.out_first, run.out_last = (out.first, out.last) if out else (None, None)
    run.confirmed_at, run.confirmed_by = now, actor.account_id
    session.flush()
    came = {"first": out.first, "count": out.count} if out else {"count": 0}
    _log(session, run, {"act": "came_out", **came, "by": actor.account_id}, now)


def _log(session: Session, run: PrintRun, said: dict[str, object], now: datetime) -> None:
    told = {"run": run.public_id, "printer": run.printer, "sha256": run.sha256, **said}
    append_leaf(session, "stamp_print", told, now)
