"""``/htx/lo/<lot>/sua``, ``/ghi-nham``: figures of a lot put right, or the lot declared a mistake."""

from typing import Any

from flask import flash, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading
from trace.errors import Invalid, Refused
from trace.records.lot import LotState
from trace.services import lot_choices, lot_pages
from trace.services.admission import Act
from trace.services.correcting.given import CorrectIn, WithdrawIn
from trace.services.correcting.lots import correct_lot
from trace.services.correcting.withdrawing import withdraw_lot
from trace.services.intake import read
from trace.standards.local_time import local_day
from trace.texts.catalogs import t
from trace.web.cooperative.lots import day_typed
from trace.web.door import Door
from trace.web.form_state import FormState, blank, kept, typed
from trace.web.once import leads_to, once
from trace.web.visitor import actor, face_language, now

door = Door("lot_corrections", __name__, url_prefix="/htx/lo")

FIELDS = ("weight_g", "units", "made_on", "plot_id", "packing_house_id", "reason", "version")
INPUT = "g."
"""Before an input's public id: the field of what was taken from it."""
Answer = str | AnyResponse | tuple[str, int]


@door.page("/<public_id>/sua", Act.CORRECT_LOT)
def form(public_id: str) -> str:
    """The lot's figures as they stand, to be put right."""
    return _page(public_id, blank())


def _page(public_id: str, state: FormState) -> str:
    with reading() as session:
        found = lot_pages.lot_detail(session, actor(), public_id)
        offered = lot_choices.choices(session, actor())
    return render_template("cooperative/lots/correct.html", d=found, form=state, offered=offered)


@door.page("/<public_id>/sua", Act.CORRECT_LOT, methods=["POST"])
def correct(public_id: str) -> Answer:
    """Put the figures right."""
    values = typed((*FIELDS, *(name for name in request.form if name.startswith(INPUT))))
    try:
        given = read(CorrectIn, _said(values))
        with once() as session:
            lot = correct_lot(session, actor(), public_id, given, now())
            answer = leads_to("lots.show", public_id=public_id)
    except (Invalid, Refused) as error:
        return _page(public_id, kept(error, values)), error.status
    said, tone = ("correct.done.held", "warn") if lot.state == LotState.HOLD else ("correct.done", "ok")
    flash(t(face_language(), said, lot=lot.code), tone)
    return answer


def _said(values: dict[str, str]) -> dict[str, Any]:
    """Empty fields say nothing."""
    said: dict[str, Any] = {name: values[name] for name in FIELDS if values.get(name, "").strip()}
    if "made_on" in said:
        said["made_on"] = day_typed(said["made_on"], local_day(now()))
    drawn = {name.removeprefix(INPUT): text for name, text in values.items() if name.startswith(INPUT)}
    said["parents"] = [{"lot": lot, "weight_g": text} for lot, text in drawn.items() if text.strip()]
    return said


@door.page("/<public_id>/ghi-nham", Act.CORRECT_LOT)
def mistaken(public_id: str) -> str:
    """What it means to declare that the lot never was, and why it is to be."""
    return _mistake_page(public_id, blank())


def _mistake_page(public_id: str, state: FormState) -> str:
    with reading() as session:
        found = lot_pages.lot_detail(session, actor(), public_id)
    return render_template("cooperative/lots/withdraw.html", d=found, form=state)


@door.page("/<public_id>/ghi-nham", Act.CORRECT_LOT, methods=["POST"])
def withdraw(public_id: str) -> Answer:
    """Declare that the lot never was."""
    values = typed(("reason",))
    try:
        given = read(WithdrawIn, values)
        with once() as session:
            lot = withdraw_lot(session, actor(), public_id, given, now())
            answer = leads_to("lots.show", public_id=public_id)
    except (Invalid, Refused) as error:
        return _mistake_page(public_id, kept(error, values)), error.status
    flash(t(face_language(), "withdraw.done", lot=lot.code), "ok")
    return answer
