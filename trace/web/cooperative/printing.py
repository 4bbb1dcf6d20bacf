"""The print desk of a block: what is chosen, the sheet as it will come out, and the order to print it."""

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from labels.png import png_pages
from labels.printers import addresses_of
from trace.crashpoint import crashpoint
from trace.db import reading
from trace.errors import FieldProblem, Invalid, NotFound, Refused
from trace.services.admission import Act
from trace.services.print_desk import FIRST_STOCK, DeskPage, desk_page
from trace.services.print_jobs import PrintOrder, PrintPlan, plan_print
from trace.services.print_quota import Quota
from trace.services.print_runs import order_print
from trace.services.printer_hosts import checked_printer
from trace.services.stamp_ranges import read_serial, serial_text
from trace.services.stamp_sending import refuse_unfit
from trace.standards.fault import Fault
from trace.texts.catalogs import t
from trace.web.cooperative.label_printers import in_words
from trace.web.door import Door
from trace.web.once import leads_to, once, said_key, stop_repeated
from trace.web.refusals import as_problem, problem_text, said
from trace.web.visitor import actor, face_language, now, settings

door = Door("printing", __name__, url_prefix="/htx/in")
REASONS = ("jam", "faint", "shifted", "lost", "other")
CHOICES = ("stock", "first", "last", "start_cell", "format", "design", "printer", "reason")
"""What a desk's address may hold."""
PREVIEW_DPI = 203.2


@door.page("/<block>", Act.ISSUE_STAMPS)
def desk(block: str) -> str:
    """The desk for one block; what is chosen stands in the address."""
    return _page(block, {})


@door.page("/<block>", Act.ISSUE_STAMPS, methods=["POST"])
def order(block: str) -> AnyResponse | tuple[str, int]:
    """Look at other choices, or order the print; the same form sent twice orders once."""
    given = request.form.to_dict()
    if given.get("step") == "look":
        return redirect(url_for("printing.desk", block=block, **_chosen(given)), 303)
    stop_repeated()
    send = given.get("step") == "send"
    try:
        wanted = read_order(block, given)
        with reading() as session:
            plan = plan_print(session, actor(), wanted, settings().public_url, now(), preview=True)
        if send:
            refuse_unfit(plan.gear.printer, wanted.format)
            checked_printer(settings().printer_hosts, _address_of(plan), addresses_of)
        with once() as session:
            run = order_print(session, actor(), plan, said_key() or "", quota(), now(), send=send)
            answer = leads_to("prints.show", run=run.public_id)
        crashpoint("print ordered")
    except Invalid as wrong:
        lang = face_language()
        return _page(block, {p.field: problem_text(p, lang) for p in wrong.problems}), 422
    except Refused as refusal:
        return _page(block, {}, refusal), 409
    said_it = "send.ordered" if send else "desk.ordered"
    name = plan.gear.printer.name if plan.gear.printer else ""
    flash(t(face_language(), said_it, n=run.total, m=plan.pages, name=name), "ok")
    return answer


def _address_of(plan: PrintPlan) -> str:
    return plan.gear.printer.address if plan.gear.printer else ""


def words() -> dict[str, object]:
    """What the print pages call to write serials and reasons."""
    return {"serial": serial_text, "run_reason": _reason}


def _reason(reason: str) -> str:
    return t(face_language(), f"print.again.reason.{reason}") if reason in REASONS else reason


def quota() -> Quota:
    """How much one cooperative may print."""
    return Quota(settings().prints_open, settings().prints_a_day)


def _chosen(given: dict[str, str]) -> dict[str, Any]:
    return {name: given[name] for name in CHOICES if given.get(name)}


@door.page("/<block>/to.png", Act.SEE_CODES)
def sheet(block: str) -> Response:
    """One page as dots, with its real stamps; ``to`` is its number."""
    number = request.args.get("to", 1, type=int)
    try:
        wanted = read_order(block, request.args.to_dict())
        with reading() as session:
            plan = plan_print(session, actor(), wanted, settings().public_url, now(), preview=True)
    except (Invalid, Refused):
        raise NotFound() from None
    if not 1 <= number <= plan.pages:
        raise NotFound()
    return Response(next(png_pages(plan.page_job(number), PREVIEW_DPI)), content_type="image/png")


def read_order(block: str, given: dict[str, str]) -> PrintOrder:
    """The choices as they were typed.

    Raises:
        Invalid: a serial or the start cell is no number.
    """
    problems: list[FieldProblem] = []

    def whole(name: str) -> int | None:
        typed = given.get(name, "").strip()
        if not typed:
            return None
        try:
            return read_serial(typed)
        except Fault as fault:
            problems.append(as_problem(fault, name, typed[:40]))
            return None

    first, last, start = whole("first"), whole("last"), whole("start_cell")
    if problems:
        raise Invalid(problems)
    return PrintOrder(
        block,
        first,
        last,
        given.get("stock") or FIRST_STOCK["sheet"],
        1 if start is None else start,
        given.get("format") or "pdf",
        reason=given.get("reason", "").replace("\0", "").strip()[:160],
        design=given.get("design", "").replace("\0", "")[:32],
        printer=given.get("printer", "").replace("\0", "")[:32],
    )


def _page(block: str, errors: dict[str, str], refusal: Refused | None = None) -> str:
    given = request.form.to_dict() if request.method == "POST" else request.args.to_dict()
    page = _looked_at(block, given)
    if isinstance(page.refusal, Invalid) and not errors:
        errors = {p.field: problem_text(p, face_language()) for p in page.refusal.problems}
    stopped = refusal or (page.refusal if isinstance(page.refusal, Refused) else None)
    number = min(max(request.args.get("to", 1, type=int), 1), page.plan.pages if page.plan else 1)
    return render_template(
        "cooperative/printing/desk.html",
        **words(),
        page=page,
        block=page.block.block,
        plan=page.plan,
        number=number,
        on_page=page.plan.page(number) if page.plan else None,
        chosen=_chosen(
            {
                **given,
                "start_cell": str(page.order.start_cell),
                "stock": page.stock.name,
                "design": page.order.design,
            }
        ),
        given=given,
        errors=errors,
        notice=said(stopped, face_language()) if stopped else None,
        first_stock=FIRST_STOCK,
        printer_hint=in_words(page.printer) if page.printer else "",
        may_send=bool(settings().printer_hosts),
        reasons=[(key, t(face_language(), f"print.again.reason.{key}")) for key in REASONS],
    )


def _looked_at(block: str, given: dict[str, str]) -> DeskPage:
    """The desk for what is typed; where that is no order at all, for the whole block on the same stock."""
    try:
        wanted = read_order(block, given)
    except Invalid:
        given = {"stock": given.get("stock", "")}
        wanted = read_order(block, given)
    cell = wanted.start_cell if given.get("start_cell", "").strip() else None
    with reading() as session:
        return desk_page(session, actor(), wanted, cell, settings().public_url, now())
