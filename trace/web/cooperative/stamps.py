"""``/htx/tem``: taking stamps, a block's ledger, activating and withdrawing ranges."""

from flask import Response, flash, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from trace.crashpoint import crashpoint
from trace.db import reading
from trace.errors import Invalid, NongsanError, NotFound, Refused
from trace.services import (
    stamp_accounts,
    stamp_activating,
    stamp_history,
    stamp_ledgers,
    stamp_pages,
    stamp_printing,
    stamp_ranges,
    stamp_scans,
    stamp_voiding,
    stamping,
)
from trace.services.admission import Act
from trace.services.intake import read
from trace.services.label_design_given import STANDARD
from trace.services.stamp_marks import Places
from trace.services.stamp_reasons import CHOICES
from trace.services.stamping import BlockOrder
from trace.texts.catalogs import t
from trace.web.asked import MOST_ROW, row_number
from trace.web.door import Door
from trace.web.form_state import FormState, blank, kept, typed
from trace.web.headers import reads_codes
from trace.web.once import leads_to, once
from trace.web.visitor import actor, face_language, now, settings

door = Door("stamps", __name__, url_prefix="/htx/tem")
Answer = str | AnyResponse | tuple[str, int]
PAGE = 50


@door.page("", Act.VOID_STAMPS)
def index() -> str:
    """Blocks, newest first, and how many stamps are in stock."""
    before = request.args.get("before", MOST_ROW, type=row_number)
    with reading() as session:
        lines = stamp_ledgers.list_blocks(session, actor(), PAGE, before)
        stock = stamp_pages.stock_total(session, actor())
    more = lines[-1].block.id if len(lines) == PAGE else None
    return _render("index", lines=lines, stock=stock, more=more)


@door.page("/so", Act.VOID_STAMPS)
def books() -> str:
    """The ledger of every roll, and of all together."""
    before = request.args.get("before", MOST_ROW, type=row_number)
    with reading() as session:
        lines = stamp_ledgers.list_blocks(session, actor(), PAGE, before)
        total = stamp_accounts.totals(session, actor())
    more = lines[-1].block.id if len(lines) == PAGE else None
    return _render("books", lines=lines, total=total, more=more, is_first=before == MOST_ROW)


@door.page("/moi", Act.ISSUE_STAMPS)
def new() -> str:
    """The form: for a lot, or a roll."""
    return _new(blank(lot=request.args.get("lot"), kind=request.args.get("kind", "lot")))


def _new(form: FormState) -> str:
    with reading() as session:
        offered = stamp_pages.choices(session, actor())
    chosen = next((lot for lot in offered.lots if lot.public_id == form.get("lot")), None)
    if chosen is not None and "count" not in form.values:
        form.values["count"] = str(min(chosen.due, stamping.MAX_COUNT)) if chosen.due else ""
    return _render("new", form=form, offered=offered, most=stamping.MAX_COUNT)


@door.page("/moi", Act.ISSUE_STAMPS, methods=["POST"])
def take() -> Answer:
    """Issue a block."""
    values = typed(("count", "lot", "product", "design", "kind", "request_id"))
    kind = values.pop("kind", "")
    try:
        model = stamp_pages.OrderIn if kind == "roll" else stamp_pages.LotOrderIn
        given = read(model, values)
        order = BlockOrder(
            given.count,
            given.request_id,
            given.product or None,
            given.lot or None,
            given.design or STANDARD,
        )
        places = Places(settings().key_folder, settings().marks)
        with once() as session:
            block = stamping.issue_block(session, actor(), order, places, now())
            answer = leads_to("stamps.show", block=block.public_id)
        crashpoint("after commit")
    except (Invalid, Refused) as error:
        return _new(kept(error, {**values, "kind": kind})), error.status
    except NotFound as error:
        return _new(kept(error, {**values, "kind": kind, "lot": ""})), error.status
    serials = {"first": _serial(block.first), "last": _serial(block.last)}
    flash(t(face_language(), "stamps.taken", n=block.count, **serials), "ok")
    return answer


@door.page("/<block>", Act.VOID_STAMPS)
def show(block: str) -> str:
    """One block: its ledger, its intervals, and what can be done with it."""
    return _show(block, blank())


def _show(block: str, form: FormState) -> str:
    with reading() as session:
        page = stamp_ledgers.look_at(session, actor(), block)
        offered = stamp_pages.choices_for(session, actor())
        changes = stamp_history.history(session, actor(), block)
        suspects = stamp_scans.suspected(session, page.block)
    free = next((one.serials for one in page.segments if one.standing == "stock"), None)
    return _render(
        "show",
        page=page,
        form=form,
        offered=offered,
        free=free,
        reasons=CHOICES,
        changes=changes,
        suspects=suspects,
    )


@door.page("/<block>/kich-hoat", Act.ACTIVATE, methods=["POST"])
def activate(block: str) -> Answer:
    """Activate a range that was typed as serials."""
    values = typed(("first", "last", "lot", "request_id"))
    try:
        given = read(stamp_pages.ActivateIn, values)
        with once() as session:
            stamp_activating.activate(
                session, actor(), block, given.first, given.last, given.lot, given.request_id, now()
            )
            answer = leads_to("stamps.show", block=block)
    except (Invalid, Refused) as error:
        return _refused(block, error, values, "activate")
    _say_done(block, given.lot, given.last - given.first + 1)
    return answer


def _refused(block: str, error: NongsanError, values: dict[str, str], form: str) -> tuple[str, int]:
    state = kept(error, {**values, "form": form})
    if error.key == "gate.over":
        left = int(str(error.params["left"]))
        fitting = stamp_ranges.read_serial(values["first"]) + left - 1
        state.values |= {"left": str(left), "last_fitting": str(fitting)}
    return _show(block, state), error.status


def _say_done(block: str, lot: str, count: int) -> None:
    with reading() as session:
        page = stamp_ledgers.look_at(session, actor(), block)
    code = next((one.lot for one in page.segments if one.lot_public_id == lot), lot)
    figures = {"n": count, "lot": code, "left": page.ledger.stock, "roll": block}
    flash(t(face_language(), "act.done", **figures), "ok")


@door.page("/<block>/huy", Act.VOID_STAMPS, methods=["POST"])
def void(block: str) -> Answer:
    """Withdraw a range."""
    values = typed(("first", "last", "reason", "request_id"))
    try:
        given = read(stamp_pages.VoidIn, values)
        serials = (given.first, given.last)
        with once() as session:
            stamp_voiding.void_range(session, actor(), block, *serials, given.reason, given.request_id, now())
            answer = leads_to("stamps.show", block=block)
    except (Invalid, Refused) as error:
        return _refused(block, error, values, "void")
    said = {"n": given.last - given.first + 1, "first": _serial(given.first), "last": _serial(given.last)}
    flash(t(face_language(), "stamps.voided", **said), "ok")
    return answer


@door.page("/<block>/khep-so", Act.ISSUE_STAMPS, methods=["POST"])
def close(block: str) -> Answer:
    """Close a block's ledger."""
    try:
        with once() as session:
            stamp_printing.close_block(session, actor(), block, now())
            answer = leads_to("stamps.show", block=block)
    except Refused as error:
        return _refused(block, error, {}, "close")
    flash(t(face_language(), "stamps.closed", block=block), "ok")
    return answer


@door.page("/kich-hoat", Act.ACTIVATE)
def by_codes() -> Response:
    """Activate from the codes on the first and the last stamp."""
    return _by_codes(blank(lot=request.args.get("lot")), None)


@door.page("/kich-hoat", Act.ACTIVATE, methods=["POST"])
def activate_codes() -> Answer:
    """First a look at the figures, then the act; the codes travel in the form only."""
    values = typed(("first_code", "last_code", "lot", "request_id"))
    try:
        given = read(stamp_pages.CodesIn, values)
        if request.form.get("step") != "do":
            with reading() as session:
                look = stamp_pages.look(session, actor(), given)
            return _by_codes(FormState(values), look)
        with once() as session:
            made = stamp_activating.activate_by_codes(
                session, actor(), given.first_code, given.last_code, given.lot, given.request_id, now()
            )
            block = stamp_ledgers.name_of(session, made.block_id)
            answer = leads_to("stamps.show", block=block)
    except (Invalid, Refused, NotFound) as error:
        answer = _by_codes(kept(error, values), None)
        answer.status_code = error.status
        return answer
    _say_done(block, given.lot, made.last - made.first + 1)
    return answer


def _by_codes(form: FormState, look: stamp_pages.Look | None) -> Response:
    with reading() as session:
        offered = stamp_pages.choices(session, actor())
    return reads_codes(_render("by_codes", form=form, offered=offered, look=look))


def _serial(serial: int) -> str:
    return stamp_ranges.serial_text(serial)


def _render(name: str, **values: object) -> str:
    return render_template(f"cooperative/stamps/{name}.html", serial=_serial, **values)
