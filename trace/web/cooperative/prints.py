"""``/htx/in``: prints that were ordered, how far each is, its file, its way to a printer, the look at the
paper, spoiled stamps."""

from collections.abc import Iterator
from pathlib import Path

from flask import Response, flash, redirect, render_template, request, send_file, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response as AnyResponse

from labels.formats import format_named
from trace.db import reading
from trace.errors import FieldProblem, Invalid, NongsanError, NotFound, Refused
from trace.records.stamp import UNCLEAR, RunState, Sending, StampBlock
from trace.services import print_files, print_runs, stamp_sending, stamp_voiding
from trace.services.admission import Act, fetch
from trace.services.label_stocks import title_of
from trace.services.print_desk import pages_of
from trace.services.print_runs import RunLine
from trace.services.stamp_opening import open_pair
from trace.services.stamp_printing import confirm_run
from trace.services.stamp_ranges import Range, read_serial
from trace.services.stamp_reasons import CHOICES
from trace.standards.fault import Fault
from trace.texts.catalogs import t
from trace.web.asked import MOST_ROW, row_number
from trace.web.cooperative.printing import quota, words
from trace.web.cooperative.sendings import ends, told
from trace.web.door import Door
from trace.web.form_state import FormState, blank, kept
from trace.web.once import leads_to, once, said_key
from trace.web.refusals import as_problem
from trace.web.registry_forms import say
from trace.web.visitor import actor, face_language, now, settings

door = Door("prints", __name__, url_prefix="/htx/in")
Answer = str | AnyResponse | tuple[str, int]
PAGE = 30
RANGES = 3
"""Spoiled ranges one form takes."""
QUICK_S = 6
"""For so long after it was ordered the page looks again every second: small prints are ready by then."""


@door.page("", Act.ISSUE_STAMPS)
def index() -> str:
    """Prints, newest first."""
    before = request.args.get("before", MOST_ROW, type=row_number)
    with reading() as session:
        lines = print_runs.list_runs(session, actor(), PAGE, before)
    more = lines[-1].run.id if len(lines) == PAGE else None
    waits = any(line.run.is_open for line in lines)
    return render_template("cooperative/printing/index.html", **words(), lines=lines, more=more, waits=waits)


@door.page("/lan/<run>", Act.SEE_CODES)
def show(run: str) -> str:
    """One print: how far it is, and what can be done with it."""
    return _show(run, blank())


def _show(run: str, form: FormState) -> str:
    with reading() as session:
        line = print_runs.find_run(session, actor(), run)
        stock = title_of(session, line.run.stock)
        printer = stamp_sending.printer_of(session, line.run)
    since_s = (now() - line.run.asked_at).total_seconds()
    return render_template(
        "cooperative/printing/show.html",
        **words(),
        run=line.run,
        block=line.block,
        stock=stock,
        pages=pages_of(line.run),
        printer=printer.name if printer else line.run.sent_to,
        sending=told(line.run, printer.name if printer else line.run.sent_to, line.block),
        again_s=(1 if since_s < QUICK_S else 3) if line.run.is_open else 0,
        is_kept=_place(line).exists(),
        form=form,
        rows=range(1, RANGES + 1),
        reasons=CHOICES,
    )


def _place(line: RunLine) -> Path:
    return print_files.place_of(settings().prints, line.run)


@door.page("/lan/<run>/tep", Act.SEE_CODES)
def file(run: str) -> Response:
    """The file, as long as it is kept; a program that was started anew gives it all the same."""
    with reading() as session:
        line = print_runs.find_run(session, actor(), run)
    place = _place(line)
    if line.run.state != RunState.READY or not place.exists():
        raise NotFound("desk.gone")
    made = format_named(line.run.format)
    name = f"tem-{line.block}-{line.run.first}-{line.run.last}.{made.suffix}"
    answer = send_file(place, mimetype=made.media_type, as_attachment=True, download_name=name, etag=False)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


@door.page("/lan/<run>/dung", Act.ISSUE_STAMPS, methods=["POST"])
def cancel(run: str) -> Answer:
    """Stop a print that is not ready yet."""
    try:
        with once() as session:
            print_runs.cancel_print(session, actor(), run, now())
            answer = leads_to("prints.show", run=run)
    except Refused as refusal:
        return _refused(run, refusal, {})
    flash(t(face_language(), "desk.cancelled"), "ok")
    return answer


@door.page("/lan/<run>/tao-lai", Act.ISSUE_STAMPS, methods=["POST"])
def make_again(run: str) -> Answer:
    """Draw a file again that is no longer kept: the same bytes."""
    try:
        with reading() as session:
            line = print_runs.find_run(session, actor(), run, Act.ISSUE_STAMPS)
        if not _place(line).exists():
            with once() as session:
                print_runs.make_again(session, actor(), run, quota(), now())
                return leads_to("prints.show", run=run)
    except Refused as refusal:
        return _refused(run, refusal, {})
    return redirect(url_for("prints.show", run=run), 303)


@door.page("/lan/<run>/gui-lai", Act.ISSUE_STAMPS, methods=["POST"])
def send_again(run: str) -> Answer:
    """Send a print of which not a byte went out; anything more is a reprint."""
    try:
        with reading() as session:
            line = print_runs.find_run(session, actor(), run, Act.ISSUE_STAMPS)
        is_kept = _place(line).exists()
        with once() as session:
            print_runs.send_again(session, actor(), run, quota(), now(), is_kept=is_kept)
            return leads_to("prints.show", run=run)
    except Refused as refusal:
        return _refused(run, refusal, {})


@door.page("/lan/<run>/xac-nhan", Act.ISSUE_STAMPS, methods=["POST"])
def confirm(run: str) -> Answer:
    """The first and the last stamp on paper, typed or scanned, are those of the file; of a sending that did
    not end well they say what came out, or nothing did (``none``)."""
    codes = {name: request.form.get(name, "")[:80] for name in ("first_code", "last_code")}
    out: Range | None = None
    try:
        with once() as session:
            line = print_runs.find_run(session, actor(), run, Act.ISSUE_STAMPS)
            is_unclear = line.run.sending in (*UNCLEAR, Sending.SEEN)
            if not (is_unclear and request.form.get("none")):
                out = _on_paper(session, line, codes, is_part=is_unclear)
            if line.run.state != RunState.READY or line.run.is_open:
                raise Refused("print.not_ready", run=run)
            if is_unclear:
                stamp_sending.say_what_came_out(session, actor(), line.run, out, now())
            else:
                block = fetch(session, actor(), Act.ISSUE_STAMPS, StampBlock, public_id=line.block)
                confirm_run(session, actor(), block, line.run, now())
            answer = leads_to("prints.show", run=run)
    except (Invalid, Refused) as error:
        return _refused(run, error, {**codes, "form": "confirm"})
    flash(t(face_language(), "print.confirmed", **ends(out)) if out else say("send.none.noted"), "ok")
    return answer


def _on_paper(session: Session, line: RunLine, codes: dict[str, str], *, is_part: bool) -> Range:
    """The range between the two stamps: the print's whole one, or for a ``part`` one inside it.

    Raises:
        Invalid: a code is mistyped.
        Refused: ``print.mismatch``, or what ``open_pair`` refuses.
    """
    own, found = open_pair(session, actor(), codes["first_code"], codes["last_code"], Act.ISSUE_STAMPS)
    whole = Range(line.run.first, line.run.last)
    if own.public_id != line.block or not (whole.holds(found) if is_part else found == whole):
        raise Refused("print.mismatch", code=codes["first_code"], block=line.block)
    return found


@door.page("/lan/<run>/hong", Act.ISSUE_STAMPS, methods=["POST"])
def spoiled(run: str) -> Answer:
    """Withdraw what came out spoiled: several ranges, all of them or none."""
    names = (
        "reason",
        *(f"{end}_{n}" for n in range(1, RANGES + 1) for end in ("first", "last")),
    )
    given = {name: request.form.get(name, "").replace("\0", "")[:80] for name in names}
    try:
        ranges = list(_ranges(given))
        with once() as session:
            line = print_runs.find_run(session, actor(), run, Act.ISSUE_STAMPS)
            fetch(session, actor(), Act.VOID_STAMPS, StampBlock, public_id=line.block)
            for number, one in enumerate(ranges):
                request_id = f"{(said_key() or run)[:60]}.{number}"
                stamp_voiding.void_range(
                    session, actor(), line.block, one.first, one.last, given["reason"], request_id, now()
                )
            answer = leads_to("prints.show", run=run)
    except (Invalid, Refused) as error:
        return _refused(run, error, {**given, "form": "spoiled"})
    for one in ranges:
        flash(t(face_language(), "stamps.voided", **ends(one)), "ok")
    return answer


def _ranges(given: dict[str, str]) -> Iterator[Range]:
    """The rows that were filled in; a lone first or last serial is one stamp.

    Raises:
        Invalid: a serial is no number, a range runs backwards, or there is none.
    """
    problems, found = [], []
    for n in range(1, RANGES + 1):
        ends = [given[f"{end}_{n}"].strip() for end in ("first", "last")]
        if not any(ends):
            continue
        try:
            first, last = (read_serial(end or ends[0] or ends[1]) for end in ends)
        except Fault as fault:
            problems.append(as_problem(fault, f"first_{n}", " – ".join(ends)))
            continue
        if last < first:
            problems.append(FieldProblem(f"first_{n}", "desk.spoiled.order", given[f"first_{n}"]))
        found.append(Range(first, last))
    if not found and not problems:
        problems.append(FieldProblem("first_1", "error.empty", ""))
    if problems:
        raise Invalid(problems)
    yield from found


def _refused(run: str, error: NongsanError, values: dict[str, str]) -> tuple[str, int]:
    return _show(run, kept(error, values)), error.status
