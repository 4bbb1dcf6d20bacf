"""Sending one drawn print to its printer: whole, once, and nothing of it again.

That it goes out is recorded before a connection is made. A worker that dies afterwards leaves it to the next
one, which sends nothing and calls it unknown; one that loses its lease stops at its next look.
"""

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path

from labels.errors import LabelError, PrinterSilent, PrinterStopped, SpoolerRefused
from labels.printers import CupsPrinter, MemoryPrinter, TcpPrinter, addresses_of, printer_at, whole_rows
from trace.crashpoint import crashpoint
from trace.db import reading
from trace.errors import Refused
from trace.jobs.desk import Run, Stopping
from trace.logbook import log
from trace.records.stamp import PrintRun, Sending
from trace.services import print_files, stamp_sending
from trace.services.print_jobs import most_out
from trace.services.print_recipes import stock_of
from trace.services.printer_hosts import checked_printer
from trace.services.stamp_sending import Ended, PrinterBusy

LOOK_EVERY_S = 0.5
NOTE_EVERY_S = 2.0
BEFORE_A_BYTE = {
    "print.printer": "send.silent",
    "send.slow": "send.silent",
    "send.broken": "send.silent",
    "send.stopped": "send.cancelled",
    "send.restart": "send.interrupted",
}
"""What an end is called when nothing had gone out."""


class _Halt(Exception):
    """Send no more: a person stopped it, or the program ends (the text is the catalog key)."""


def send_stamps(run: Run) -> None:
    """Send the print the job names, unless nobody wants it or somebody began it before."""
    run.pause_point()
    try:
        with run.writing() as session:
            printed = stamp_sending.take(session, run.job.subject, run.desk.now())
    except PrinterBusy:
        raise Stopping from None  # back into the queue: it is chosen when the printer is free
    if printed is None:
        return
    crashpoint("send recorded")
    ended = _sent(run, printed)
    crashpoint("send over")
    with run.writing() as session:
        stamp_sending.end(session, printed.public_id, ended, run.desk.now())
    run.add(stamps=ended.stamps, bytes=ended.bytes)


def _sent(run: Run, printed: PrintRun) -> Ended:
    place = print_files.place_of(run.desk.settings.prints, printed)
    try:
        _refuse_changed(place, printed)
        address = checked_printer(run.desk.settings.printer_hosts, printed.sent_to, addresses_of)
    except Refused as no:
        log.warning("print not sent", run=printed.public_id, to=printed.sent_to, why=str(no))
        return _unsent(no.key)
    return _Delivery(run, printed, place, printer_at(address)).ended()


def _unsent(problem: str) -> Ended:
    return Ended(Sending.UNSENT, problem=BEFORE_A_BYTE.get(problem, problem))


def _refuse_changed(place: Path, printed: PrintRun) -> None:
    """What goes out is the file that was made. One that is not any more is cleared away, to be made again.

    Raises:
        Refused: ``send.file``.
    """
    try:
        with place.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() == printed.sha256:
                return
        place.unlink()
    except FileNotFoundError:
        pass
    raise Refused("send.file")


class _Delivery:
    """One print on its way to one printer."""

    def __init__(
        self, run: Run, printed: PrintRun, place: Path, printer: TcpPrinter | CupsPrinter | MemoryPrinter
    ) -> None:
        self._run, self._printed, self._place, self._printer = run, printed, place, printer
        self._looked = self._noted = time.monotonic()
        if isinstance(printer, TcpPrinter):
            printer.waiting = self._look

    def ended(self) -> Ended:
        """Send, and say how it ended; ``LeaseLost`` goes through, and nothing more out."""
        try:
            with self._place.open("rb") as file:
                sha256 = self._printer.print_pages(self._pieces(whole_rows(file)), self._place.name)
        except _Halt as halt:
            return self._half(str(halt))
        except LabelError as problem:
            log.warning("print not sent whole", run=self._printed.public_id, why=str(problem))
            return self._failed(problem)
        if sha256 != self._printed.sha256:  # somebody changed the file under our hands
            return Ended(Sending.UNKNOWN, self._stamps, self._printer.sent_bytes, "send.changed")
        return Ended(Sending.SENT, self._printed.total, self._printer.sent_bytes)

    def _failed(self, problem: LabelError) -> Ended:
        if isinstance(problem, PrinterStopped):
            is_slow = isinstance(problem.__cause__, TimeoutError)
            return self._half("send.slow" if is_slow else "send.broken")
        if isinstance(problem, SpoolerRefused) and problem.had_all:
            return Ended(Sending.UNKNOWN, 0, self._printer.sent_bytes, "send.cups.stuck")
        return _unsent("send.silent" if isinstance(problem, PrinterSilent) else "send.cups")

    def _half(self, problem: str) -> Ended:
        """A spooler that has not all of it prints nothing; a port prints whole rows of what it has."""
        if isinstance(self._printer, TcpPrinter) and self._printer.sent_bytes:
            return Ended(Sending.PARTLY, self._stamps, self._printer.sent_bytes, problem)
        return _unsent(problem)

    @property
    def _stamps(self) -> int:
        """How many may be on paper at most."""
        stock = stock_of(self._printed.recipe)
        rows = self._printer.sent_rows if isinstance(self._printer, TcpPrinter) else 0
        cells = stock.cells if stock else 1
        return most_out(rows, self._printed.start_cell, cells, self._printed.total)

    def _pieces(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            self._look()
            yield piece
            crashpoint("send piece")

    def _look(self) -> None:
        """Now and then: note how far it is, and halt where it is to go no further.

        Raises:
            _Halt: a person stopped it, or the program ends.
            LeaseLost: it is not ours any more.
        """
        if self._run.desk.stopping.is_set():
            raise _Halt("send.restart")
        now = time.monotonic()
        if now - self._looked < LOOK_EVERY_S:
            return
        self._looked = now
        if now - self._noted >= NOTE_EVERY_S:
            self._noted = now
            with self._run.writing() as session:
                sent_bytes = self._printer.sent_bytes
                stamp_sending.note_progress(session, self._printed.public_id, self._stamps, sent_bytes)
        with reading() as session:
            if not stamp_sending.is_wanted(session, self._printed.public_id):
                raise _Halt("send.stopped")
