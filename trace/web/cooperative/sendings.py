"""What the page of a print says of its way to the printer."""

from dataclasses import dataclass

from labels.printers.tcp import WRITE_S
from trace.records.stamp import PrintRun, RunState, Sending
from trace.services.stamp_ranges import Range, serial_text
from trace.texts.catalogs import Term, title_and_text
from trace.web.visitor import face_language

LOOKS = {
    Sending.SENT: ("ok", "check"),
    Sending.SEEN: ("ok", "check"),
    Sending.PARTLY: ("warn", "caution"),
    Sending.UNKNOWN: ("warn", "caution"),
    Sending.UNSENT: ("bad", "caution"),
}


@dataclass(frozen=True)
class Told:
    """A notice: its colour and sign, a title and sentences."""

    look: str
    sign: str
    title: str
    text: str


def ends(one: Range) -> dict[str, object]:
    """A range as texts name it: how many stamps, the first and the last."""
    return {"n": one.count, "first": serial_text(one.first), "last": serial_text(one.last)}


def told(run: PrintRun, printer: str, block: str) -> Told | None:
    """How the sending of a print ended; None where nothing was sent, or it is still going on."""
    look = LOOKS.get(Sending(run.sending)) if run.state == RunState.READY else None
    if look is None:
        return None
    return Told(*look, *title_and_text(face_language(), _key(run), **_figures(run, printer), block=block))


def _key(run: PrintRun) -> str:
    if run.sending == Sending.SEEN:
        return "send.seen" if run.out_first is not None else "send.seen.none"
    return run.send_problem or f"send.{run.sending}"


def _figures(run: PrintRun, printer: str) -> dict[str, object]:
    if run.sending == Sending.SEEN and run.out_first is not None and run.out_last is not None:
        return ends(Range(run.out_first, run.out_last))
    last = serial_text(run.first + run.sent - 1)
    return {
        "name": printer,
        "host": run.sent_to,
        "value": run.sent_to,
        "format": run.format.upper(),
        "n": run.sent if run.sending != Sending.SENT else run.total,
        "max": run.total,
        "bytes": run.sent_bytes,
        "seconds": round(WRITE_S),
        "out": Term("send.out", {"last": last}) if run.sent else Term("send.out.none"),
    }
