"""``/htx/hang-den``: consignments others have sent, and saying what arrived."""

from flask import flash, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading
from trace.errors import NongsanError
from trace.records.consignment import DifferenceKind
from trace.services import arrival_lots, arrival_pages, receiving
from trace.services.admission import Act
from trace.web.consignment_forms import lines_of, receipt_of
from trace.web.cooperative.consignments import page_start
from trace.web.door import Door
from trace.web.form_state import FormState, blank, kept
from trace.web.once import leads_to, once
from trace.web.registry_forms import say, words
from trace.web.visitor import actor, now

door = Door("arrivals", __name__, url_prefix="/htx/hang-den")

Answer = str | AnyResponse | tuple[str, int]


@door.page("", Act.RECEIVE_GOODS)
def index() -> str:
    """What is on its way here, and what came."""
    with reading() as session:
        page = arrival_pages.arrival_list(session, actor(), page_start())
    return render_template("cooperative/consignments/arrivals.html", page=page)


@door.page("/<public_id>", Act.RECEIVE_GOODS)
def show(public_id: str) -> str:
    """One consignment as its receiver sees it."""
    return _shown(public_id, blank())


def _shown(public_id: str, form: FormState) -> str:
    with reading() as session:
        page = arrival_pages.arrival_page(session, actor(), public_id, now())
        taken = arrival_pages.taken_in(session, actor(), page)
    kinds = words(DifferenceKind, "receipt.kind")
    return render_template(
        "cooperative/consignments/arrival.html",
        page=page,
        taken=taken,
        form=form,
        differences=kinds,
        lines=range(lines_of(form.values)),
    )


@door.page("/<public_id>", Act.RECEIVE_GOODS, methods=["POST"])
def receive(public_id: str) -> Answer:
    """Say what arrived."""
    values = dict(request.form)
    if values.get("more"):
        return _shown(public_id, FormState(values))
    try:
        given = receipt_of(values)
        with once() as session:
            one = receiving.receive(session, actor(), public_id, given, now())
            answer = leads_to("arrivals.show", public_id=public_id)
    except NongsanError as error:
        if error.status == 404:
            raise
        return _shown(public_id, kept(error, values)), error.status
    flash(say("consignment.received", number=one.number), "ok")
    return answer


@door.page("/<public_id>/nhap-kho", Act.TAKE_IN, methods=["POST"])
def take_in(public_id: str) -> Answer:
    """What arrived becomes lots here."""
    try:
        with once() as session:
            made = arrival_lots.take_in(session, actor(), public_id, now())
            number = arrival_pages.arrival_number(session, actor(), public_id)
            answer = leads_to("arrivals.show", public_id=public_id)
    except NongsanError as error:
        if error.status == 404:
            raise
        return _shown(public_id, kept(error, {})), error.status
    flash(say("arrival.taken_in", n=len(made), number=number), "ok")
    return answer
