"""``/so/thu-hoi``: recalls: list, one, opening by the office, closing by two people, drill."""

import time

from flask import flash, render_template
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading
from trace.errors import Invalid, NongsanError, Refused
from trace.services import lot_pages, recall_lots, recalling
from trace.services.admission import Act
from trace.services.allocation_pages import sold_from
from trace.services.intake import read
from trace.texts.catalogs import t
from trace.web.door import Door
from trace.web.form_state import FormState, blank, kept, typed
from trace.web.once import leads_to, once
from trace.web.visitor import actor, face_language, now, settings

door = Door("office_recalls", __name__, url_prefix="/so/thu-hoi")

Answer = str | AnyResponse | tuple[str, int]


@door.page("", Act.CLOSE_RECALL)
def index() -> str:
    """All recalls, open ones first."""
    with reading() as session:
        found = recalling.recalls(session, actor())
    return render_template("office/recalls/index.html", found=found)


@door.page("/lo/<public_id>", Act.CLOSE_RECALL)
def form(public_id: str) -> str:
    """What a recall of a lot would touch; asking is the drill, and it says how long it took."""
    return _form(public_id, blank(phone=settings().contact_phone))


def _form(public_id: str, state: FormState) -> str:
    began = time.perf_counter()
    with reading() as session:
        reach = recalling.reach_of(session, actor(), public_id)
        sold = sold_from(session, [lot.id for lot in reach.lots])
        seconds = time.perf_counter() - began
        found = lot_pages.lot_detail(session, actor(), public_id)
    return render_template(
        "office/recalls/new.html", d=found, reach=reach, sold=sold, form=state, seconds=round(seconds, 2)
    )


@door.page("/lo/<public_id>", Act.CLOSE_RECALL, methods=["POST"])
def open_recall(public_id: str) -> Answer:
    """Open a recall."""
    values = typed(("reason", "reason_en", "phone", "lots"))
    try:
        given = read(recalling.RecallIn, {**values, "lots": values.get("lots") or "0"})
        with once() as session:
            opened = recalling.open_recall(session, actor(), public_id, given, now())
            answer = leads_to("office_recalls.show", number=opened.number)
    except (Invalid, Refused) as error:
        return _form(public_id, kept(error, values)), error.status
    flash(t(face_language(), "recall.opened.now", number=opened.number, time=opened.opened_at), "warn")
    return answer


@door.page("/<number>", Act.CLOSE_RECALL)
def show(number: str) -> str:
    """One recall and its lots."""
    return _page(number, blank())


def _page(number: str, state: FormState) -> str:
    with reading() as session:
        recall, lots = recalling.recall_numbered(session, actor(), number)
        first = recalling.first_confirmation(session, recall)
        sold = sold_from(session, [lot.id for lot in lots])
        owned = recall_lots.owned(session, lots)
    root = next(lot for lot in lots if lot.id == recall.root_lot_id)
    may_close = actor().account_id not in (recall.opened_by, recall.close_proposed_by)
    found = {
        "recall": recall,
        "lots": owned,
        "root": root,
        "sold": sold,
        "first": first,
        "may_close": may_close,
    }
    return render_template("office/recalls/show.html", **found, form=state)


@door.page("/<number>/xac-nhan", Act.CLOSE_RECALL, methods=["POST"])
def propose(number: str) -> Answer:
    """The first confirmation."""
    try:
        with once() as session:
            recalling.propose_close(session, actor(), number, now())
            return leads_to("office_recalls.show", number=number)
    except Refused as error:
        return _refused(number, error)


@door.page("/<number>/dong", Act.CLOSE_RECALL, methods=["POST"])
def close(number: str) -> Answer:
    """The second confirmation closes."""
    try:
        with once() as session:
            recalling.close(session, actor(), number, now())
            answer = leads_to("office_recalls.show", number=number)
    except Refused as error:
        return _refused(number, error)
    flash(t(face_language(), "recall.closed", number=number), "ok")
    return answer


def _refused(number: str, error: NongsanError) -> tuple[str, int]:
    return _page(number, kept(error, {})), error.status
