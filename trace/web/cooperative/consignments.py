"""``/htx/chuyen-hang``: consignments to other businesses, from the draft to the receipt."""

from flask import flash, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading
from trace.errors import Invalid, NongsanError
from trace.records.consignment import DifferenceKind, PaperKind, TreatmentKind
from trace.services import consigning, consignment_pages, dispatching, receiving
from trace.services.admission import Act, may
from trace.services.consigning import ConsignmentIn
from trace.services.dispatching import CancelIn
from trace.services.intake import Given, MaybeRow, read
from trace.services.sites import MARKETS
from trace.standards.local_time import local_day
from trace.web.consignment_forms import lines_of, receipt_of
from trace.web.door import Door
from trace.web.form_state import FormState, blank, kept, typed
from trace.web.once import leads_to, once
from trace.web.registry_forms import bare, say, words
from trace.web.visitor import actor, now

door = Door("consignments", __name__, url_prefix="/htx/chuyen-hang")

ONE = "/<public_id>"
HEAD = ("market", "receiver", "receiver_name", "exporter", "request_id")
Answer = str | AnyResponse | tuple[str, int]


class PageIn(Given):
    """Where a page of consignments begins."""

    before: MaybeRow = None


def page_start() -> int | None:
    """What the address says of where the page begins; nonsense is the first page."""
    try:
        return read(PageIn, {"before": request.args.get("before", "")}).before
    except Invalid:
        return None


@door.page("", Act.VIEW_CONSIGNMENT)
def index() -> str:
    """Consignments, newest first, and boxes that stand in none."""
    with reading() as session:
        page = consignment_pages.sent_list(session, actor(), page_start())
        free = consignment_pages.free_units(session, actor()) if may(actor(), Act.CONSIGN) else []
    return render_template("cooperative/consignments/index.html", page=page, free=free)


@door.page("/moi", Act.CONSIGN)
def new() -> str:
    """An empty form."""
    return _form(blank())


def _form(form: FormState) -> str:
    with reading() as session:
        options = [(org.public_id, org.name) for org in consigning.receivers(session, actor())]
    markets = words(MARKETS, "market")
    return render_template("cooperative/consignments/new.html", form=form, markets=markets, receivers=options)


@door.page("/moi", Act.CONSIGN, methods=["POST"])
def add() -> Answer:
    """Begin a consignment."""
    values = typed(HEAD)
    try:
        with once() as session:
            one = consigning.draft(session, actor(), read(ConsignmentIn, bare(values)), now())
            return leads_to("consignments.show", public_id=one.public_id)
    except NongsanError as error:
        return _form(kept(error, values)), error.status


@door.page(ONE, Act.VIEW_CONSIGNMENT)
def show(public_id: str) -> str:
    """One consignment: its boxes, what its market asks, what comes next."""
    return shown(public_id, blank())


def shown(public_id: str, form: FormState) -> str:
    """The page of one consignment, with a form as it was sent."""
    may_change = may(actor(), Act.CONSIGN)
    with reading() as session:
        page = consignment_pages.sent_page(session, actor(), public_id, now())
        is_draft = may_change and page.one.state == "draft"
        offer = consignment_pages.offered(session, actor()) if is_draft else None
    return render_template(
        "cooperative/consignments/show.html",
        page=page,
        offer=offer,
        form=form,
        may_change=may_change,
        today=local_day(now()),
        treatments=words(TreatmentKind, "treatment"),
        papers=words(PaperKind, "paper"),
        differences=words(DifferenceKind, "receipt.kind"),
        lines=range(lines_of(form.values)),
    )


def again(public_id: str, error: NongsanError, values: dict[str, str]) -> tuple[str, int]:
    """The page once more, with what was typed and why it was refused."""
    if error.status == 404:
        raise error
    return shown(public_id, kept(error, values)), error.status


@door.page(f"{ONE}/gui", Act.CONSIGN, methods=["POST"])
def dispatch(public_id: str) -> Answer:
    """The goods leave."""
    try:
        with once() as session:
            one = dispatching.dispatch(session, actor(), public_id, now())
            answer = leads_to("consignments.show", public_id=public_id)
    except NongsanError as error:
        return again(public_id, error, {})
    flash(say("consignment.sent", number=one.number, buyer=one.receiver_name), "ok")
    return answer


@door.page(f"{ONE}/huy", Act.CONSIGN, methods=["POST"])
def cancel(public_id: str) -> Answer:
    """Give it up, or call it back."""
    values = typed(("reason", "request_id"))
    try:
        given = read(CancelIn, bare(values))
        with once() as session:
            one = dispatching.cancel(session, actor(), public_id, given, now())
            answer = leads_to("consignments.show", public_id=public_id)
    except NongsanError as error:
        return again(public_id, error, values)
    flash(say("consignment.cancelled", number=one.number), "ok")
    return answer


@door.page(f"{ONE}/da-nhan", Act.CONSIGN, methods=["POST"])
def received(public_id: str) -> Answer:
    """What a business without an account has signed for."""
    values = dict(request.form)
    if values.get("more"):
        return shown(public_id, FormState(values))
    try:
        given = receipt_of(values)
        with once() as session:
            one = receiving.receive_for(session, actor(), public_id, given, now())
            answer = leads_to("consignments.show", public_id=public_id)
    except NongsanError as error:
        return again(public_id, error, values)
    flash(say("consignment.received", number=one.number), "ok")
    return answer
