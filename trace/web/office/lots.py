"""``/so/lo``: all lots, one lot, lifting and putting holds."""

from flask import flash, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading
from trace.errors import Invalid, NongsanError, Refused
from trace.records.lot import LotState
from trace.services import holding, lot_pages
from trace.services.admission import Act
from trace.services.exporting.port import EXPORTERS
from trace.services.intake import read
from trace.standards.local_time import local_day
from trace.texts.catalogs import Term, t
from trace.web.door import Door
from trace.web.form_state import FormState, blank, kept, typed
from trace.web.once import leads_to, once
from trace.web.visitor import actor, face_language, now

door = Door("office_lots", __name__, url_prefix="/so")

Answer = str | AnyResponse | tuple[str, int]


@door.page("/lo", Act.VIEW_FARM)
def index() -> str:
    """All lots, with search and states."""
    asked = {name: request.args[name] for name in ("q", "state", "before") if request.args.get(name)}
    try:
        wanted = read(lot_pages.LotFilter, asked)
    except Invalid:
        wanted = lot_pages.LotFilter()
    with reading() as session:
        page = lot_pages.lots(session, actor(), wanted)
    return render_template("office/lots/index.html", page=page, wanted=wanted, states=list(LotState))


@door.page("/lo/<public_id>", Act.VIEW_FARM)
def show(public_id: str) -> str:
    """One lot as the office sees it."""
    return _page(public_id, blank())


def _page(public_id: str, form: FormState) -> str:
    with reading() as session:
        found = lot_pages.lot_detail(session, actor(), public_id)
    return render_template("office/lots/show.html", d=found, form=form, why=holding.why, exporters=EXPORTERS)


def _refused(public_id: str, error: NongsanError, values: dict[str, str]) -> tuple[str, int]:
    return _page(public_id, kept(error, values)), error.status


@door.page("/lo/<public_id>/tam-giu", Act.LIFT_HOLD, methods=["POST"])
def hold(public_id: str) -> Answer:
    """Stop a lot."""
    values = typed(("reason",))
    try:
        given = read(holding.HoldIn, values)
        with once() as session:
            holding.hold_lot(session, actor(), public_id, given, now())
            return leads_to("office_lots.show", public_id=public_id)
    except (Invalid, Refused) as error:
        return _refused(public_id, error, values)


@door.page("/lo/<public_id>/bo-tam-giu/<int:hold_id>", Act.LIFT_HOLD, methods=["POST"])
def lift(public_id: str, hold_id: int) -> Answer:
    """Lift a hold with result and reason."""
    values = typed(("result", "lift_reason"))
    try:
        said = {"result": values.get("result", ""), "reason": values.get("lift_reason", "")}
        given = read(holding.LiftIn, said)
        with once() as session:
            lot = holding.lift_hold(session, actor(), hold_id, given, now())
            answer = leads_to("office_lots.show", public_id=lot.public_id)
    except (Invalid, Refused) as error:
        state = kept(error, values)
        if "reason" in state.errors:
            state.errors["lift_reason"] = state.errors.pop("reason")
        return _page(public_id, state), error.status
    figures = {"lot": lot.code, "reason": given.reason, "number": given.result, "date": local_day(now())}
    flash(t(face_language(), "hold.lifted", **figures, state=Term(f"lot.state.{lot.state}")), "ok")
    return answer
