"""The print desk: the real sheet before it is printed, the file, and the look at its first and last stamp."""

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Response, flash, redirect, render_template, request, send_file, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from labels.formats import format_named
from labels.printers import FilePrinter
from labels.stock import STOCKS
from labels.svg import stamp_svg
from trace.db import reading, transaction
from trace.errors import FieldProblem, Invalid, NotFound, Refused
from trace.records.stamp import PrintRun
from trace.services.admission import Act
from trace.services.print_jobs import PrintOrder, PrintPlan, plan_print
from trace.services.stamp_ledgers import BlockPage, look_at
from trace.services.stamp_opening import open_pair
from trace.services.stamp_printing import confirm_printed, record_print
from trace.texts.catalogs import t
from trace.web.door import Door
from trace.web.refusals import problem_text, said
from trace.web.visitor import actor, face_language, now, settings

door = Door("printing", __name__, url_prefix="/htx/in")
REASONS = ("jam", "faint", "shifted", "lost", "other")


@door.page("/<block>", Act.ISSUE_STAMPS)
def desk(block: str) -> str:
    """The desk for one block; stock, range and start cell stand in the address."""
    return _page(block, {})


@door.page("/<block>", Act.ISSUE_STAMPS, methods=["POST"])
def make(block: str) -> AnyResponse | tuple[str, int]:
    """Make the file, then note it: a file that is not whole is noted nowhere."""
    try:
        order = _order(block, request.form.to_dict())
        with reading() as session:
            plan = plan_print(session, actor(), order, settings().public_url, now())
        sha256 = _write(plan)
        with transaction() as session:
            record_print(
                session,
                actor(),
                block,
                plan.serials.first,
                plan.serials.last,
                order.format,
                order.stock,
                order.start_cell,
                sha256,
                order.reason,
                now(),
                plan.gear.design_name,
                order.printer,
            )
    except Invalid as wrong:
        lang = face_language()
        return _page(block, {p.field: problem_text(p, lang) for p in wrong.problems}), 422
    except Refused as refusal:
        return _page(block, {}, refusal), 409
    flash(t(face_language(), "desk.made", n=plan.serials.count, m=plan.pages), "ok")
    return redirect(url_for("printing.desk", block=block, _anchor="tep"), 303)


@door.page("/<block>/<int:run>", Act.SEE_CODES)
def file(block: str, run: int) -> Response:
    """A file that was made, as long as it is kept."""
    with reading() as session:
        found = _run(look_at(session, actor(), block), run)
    made = format_named(found.format)
    path = folder() / _file_name(found.sha256, made.suffix)
    if not path.exists():
        raise NotFound("desk.gone")
    name = f"tem-{block}-{found.first}-{found.last}.{made.suffix}"
    return send_file(path, mimetype=made.media_type, as_attachment=True, download_name=name)


@door.page("/<block>/<int:run>", Act.ISSUE_STAMPS, methods=["POST"])
def confirm(block: str, run: int) -> AnyResponse | tuple[str, int]:
    """The first and the last stamp on paper, typed or scanned, are those of the file."""
    form = request.form
    try:
        with transaction() as session:
            found = _run(look_at(session, actor(), block), run)
            own, range_ = open_pair(
                session, actor(), form.get("first_code", ""), form.get("last_code", ""), Act.ISSUE_STAMPS
            )
            if (own.public_id, range_.first, range_.last) != (block, found.first, found.last):
                raise Refused("print.mismatch", code=form.get("first_code", ""), block=block)
            confirm_printed(session, actor(), block, found.sha256, now())
    except Invalid as wrong:
        lang = face_language()
        return _page(block, {p.field: problem_text(p, lang) for p in wrong.problems}), 422
    except Refused as refusal:
        return _page(block, {}, refusal), 409
    text = t(face_language(), "print.confirmed", n=range_.count, first=range_.first, last=range_.last)
    flash(text, "ok")
    return redirect(url_for("printing.desk", block=block), 303)


def folder() -> Path:
    """Where made files lie: in the instance folder, for nobody else to read."""
    place = settings().instance / "prints"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


def _file_name(sha256: str, suffix: str) -> str:
    return f"{sha256}.{suffix}"


def _write(plan: PrintPlan) -> str:
    """Write under a random name, then under the file's own sum: equal files are one file."""
    made = format_named(plan.order.format)
    title = f"new-{secrets.token_hex(8)}"
    sha256 = FilePrinter(folder()).print_pages(made.chunks(plan.job), title)
    (folder() / title).replace(folder() / _file_name(sha256, made.suffix))
    return sha256


def _run(page: BlockPage, number: int) -> PrintRun:
    for run in page.runs:
        if run.id == number:
            return run
    raise NotFound()


def _order(block: str, given: dict[str, str]) -> PrintOrder:
    problems: list[FieldProblem] = []

    def whole(name: str) -> int | None:
        typed = given.get(name, "").replace(".", "").strip()
        if not typed:
            return None
        if not typed.isdecimal() or len(typed) > 12:
            problems.append(FieldProblem(name, "error.value", given[name], {"expected": "0–9"}))
            return None
        return int(typed)

    first, last, start = whole("first"), whole("last"), whole("start_cell")
    if problems:
        raise Invalid(problems)
    return PrintOrder(
        block,
        first,
        last,
        given.get("stock") or "tomy-145",
        start or 1,
        given.get("format") or "pdf",
        reason=given.get("reason", "").replace("\0", "").strip()[:160],
    )


def _page(block: str, errors: dict[str, str], refusal: Refused | None = None) -> str:
    given = request.form.to_dict() if request.method == "POST" else request.args.to_dict()
    with reading() as session:
        page = look_at(session, actor(), block)
        preview, cannot = _preview(session, block, given)
    stopped = refusal or cannot
    notice = said(stopped, face_language()) if stopped else None
    return render_template(
        "cooperative/printing/desk.html",
        page=page,
        plan=preview,
        stamp=Markup(stamp_svg(preview.job)) if preview else None,  # noqa: S704 - drawn here, texts escaped
        stocks=[(name, t(face_language(), f"stock.{name}")) for name in STOCKS],
        given=given,
        errors=errors,
        notice=notice,
        reasons=[(key, t(face_language(), f"print.again.reason.{key}")) for key in REASONS],
    )


def _preview(session: Any, block: str, given: dict[str, str]) -> tuple[PrintPlan | None, Refused | None]:
    """The plan to show; where the typed order does not fit, that of the whole block on the same stock."""
    makers: tuple[Callable[[], PrintOrder], ...] = (lambda: _order(block, given), lambda: PrintOrder(block))
    for order in makers:
        try:
            return plan_print(session, actor(), order(), settings().public_url, now(), preview=True), None
        except Invalid:
            continue
        except Refused as refusal:
            return None, refusal
    return None, None
