"""``/htx/lo``: lots of a cooperative: list, new, one lot and what can be done with it."""

from datetime import date, timedelta
from typing import Any

from flask import Response, flash, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading
from trace.errors import Invalid, NongsanError, Refused
from trace.records.lot import Lot, LotState
from trace.services import (
    destroying,
    field_photos,
    harvesting,
    helping,
    holding,
    lot_choices,
    lot_pages,
    pack_inputs,
    packing,
    recalling,
    releasing,
)
from trace.services.admission import Act, may
from trace.services.allocation_pages import sold_from
from trace.services.intake import read
from trace.standards import quantity
from trace.standards.fault import Fault
from trace.standards.local_time import local_day
from trace.texts.catalogs import t
from trace.texts.formats import kilograms
from trace.web.cooperative.photos import developed
from trace.web.cooperative.readback import spoken_weight
from trace.web.door import Door
from trace.web.export_pages import LISTED
from trace.web.form_state import FormState, blank, kept, typed
from trace.web.once import leads_to, once
from trace.web.visitor import actor, face_language, now, settings

door = Door("lots", __name__, url_prefix="/htx/lo")

NEW = ("plot_id", "product", "weight_g", "yield_reason", "request_id")
CHOSEN = (*NEW, "when", "other_day", "boxes")
Answer = str | AnyResponse | tuple[str, int]


@door.page("", Act.VIEW_FARM)
def index() -> str:
    """The list, with search and states."""
    asked = {name: request.args[name] for name in ("q", "state", "before") if request.args.get(name)}
    try:
        wanted = read(lot_pages.LotFilter, asked)
    except Invalid:
        wanted = lot_pages.LotFilter()
    with reading() as session:
        page = lot_pages.lots(session, actor(), wanted)
    return render_template("cooperative/lots/index.html", page=page, wanted=wanted, states=list(LotState))


@door.page("/moi", Act.WRITE_FARM)
def new() -> str:
    """An empty form, filled from the last lot."""
    return _form(blank())


def _form(state: FormState) -> str:
    with reading() as session:
        offered = lot_choices.choices(session, actor())
    if "plot_id" not in state.values:
        state.values |= {"when": "today", "product": offered.last_product}
        state.values |= {"plot_id": str(offered.last.plot_id)} if offered.last else {}
        if offered.last is None and len(offered.products) == 1:
            state.values["product"] = offered.products[0].public_id  # nothing else can be meant
    return render_template("cooperative/lots/new.html", form=state, offered=offered, weight=_read(state))


def _read(state: FormState) -> str:
    """What the typed weight was read as."""
    try:
        return spoken_weight(face_language(), quantity.weight_g(state.get("weight_g")))
    except Fault:
        return ""


@door.page("/doc-can", Act.WRITE_FARM)
def read_weight() -> Response:
    """A typed weight read back, for the line beside the field."""
    text = _read(FormState({"weight_g": request.args.get("kg", "")}))
    return Response(text, content_type="text/plain; charset=utf-8")


@door.page("/moi", Act.WRITE_FARM, methods=["POST"])
def create() -> Answer:
    """Save a harvest, and pack it at once where boxes are given."""
    values = typed(CHOSEN)
    try:
        given = read(harvesting.LotIn, _lot_values(values))
        boxes = _boxes(values)
        shots = developed()
        with once() as session:
            lot, pack = packing.harvest_and_pack(session, actor(), given, boxes, now())
            field_photos.add_photos(session, actor(), lot, shots, now())
            answer = leads_to("lots.show", public_id=(pack or lot).public_id)
    except (Invalid, Refused) as error:
        state = kept(error, values)
        state.values["twin"] = str(error.params.get("public_id", ""))
        return _form(state), error.status
    _say_saved(lot)
    if pack is not None:
        _say_packed(pack)
    return answer


def _lot_values(values: dict[str, str]) -> dict[str, Any]:
    today = local_day(now())
    days: dict[str, object] = {"today": today, "yesterday": today - timedelta(days=1)}
    picked = values.get("when", "today")
    chosen = days[picked] if picked in days else day_typed(values.get("other_day", ""), today)
    sent: dict[str, Any] = {name: values[name] for name in NEW if name in values}
    return {**sent, "harvested_on": chosen, "ask_twin": request.form.get("twin") != "new"}


def day_typed(text: str, today: date) -> object:
    """A typed day, or the text where it is none."""
    try:
        return quantity.day(text, today)
    except Fault:
        return text


def _boxes(values: dict[str, str]) -> int | None:
    text = values.get("boxes", "").strip()
    return read(lot_pages.Boxes, {"boxes": text}).boxes if text else None


def _say_saved(lot: Lot) -> None:
    lang = face_language()
    figures = {"lot": lot.code, "kg": kilograms(lot.weight_g), "date": lot.harvested_on}
    figures["words"] = spoken_weight(lang, lot.weight_g)
    flash(t(lang, "lot.saved.words", **figures), "ok")


def _say_packed(lot: Lot) -> None:
    figures = {"lot": lot.code, "kg": kilograms(lot.weight_g), "n": lot.crates or 0}
    flash(t(face_language(), "pack.saved", **figures), "ok")


@door.page("/<public_id>", Act.VIEW_FARM)
def show(public_id: str) -> str:
    """One lot: its life and what can be done with it."""
    return _page(public_id, blank())


def _page(public_id: str, form: FormState) -> str:
    with reading() as session:
        found = lot_pages.lot_detail(session, actor(), public_id)
        offered = lot_choices.choices(session, actor()) if may(actor(), Act.WRITE_FARM) else None
        photos = field_photos.photos_of(session, found.lot)
        above = field_photos.photos_above(session, actor(), found.lot) if found.parents else []
        names = helping.writers(session, (found.lot.created_by,) if found.lot.acted_for else ())
    return render_template(
        "cooperative/lots/show.html",
        d=found,
        names=names,
        photos=photos,
        photos_above=above,
        most_photos=field_photos.MOST,
        form=form,
        offered=offered,
        exporters=LISTED,
        why=holding.why,
        today=local_day(now()),
    )


def _refused(public_id: str, error: NongsanError, values: dict[str, str]) -> tuple[str, int]:
    return _page(public_id, kept(error, values)), error.status


@door.page("/<public_id>/dong-goi", Act.WRITE_FARM, methods=["POST"])
def pack(public_id: str) -> Answer:
    """Pack a lot into boxes."""
    values = typed(("product", "units", "packed_on", "packing_house_id", "loss_reason", "request_id"))
    try:
        sent: dict[str, Any] = {name: value for name, value in values.items() if value}
        day = day_typed(values.get("packed_on", ""), local_day(now()))
        given = read(pack_inputs.PackIn, {**sent, "packed_on": day, "parents": [{"lot": public_id}]})
        with once() as session:
            lot = packing.pack_lot(session, actor(), given, now())
            answer = leads_to("lots.show", public_id=lot.public_id)
    except (Invalid, Refused) as error:
        return _refused(public_id, error, values)
    _say_packed(lot)
    return answer


@door.page("/<public_id>/luu-thong", Act.RELEASE_LOT, methods=["POST"])
def release(public_id: str) -> Answer:
    """Let a lot out."""
    try:
        with once() as session:
            lot = releasing.release_lot(session, actor(), public_id, now())
            found = lot_pages.lot_detail(session, actor(), public_id)
            answer = leads_to("lots.show", public_id=public_id)
    except Refused as error:
        return _refused(public_id, error, {})
    if lot.state == LotState.RELEASED:
        figures = {"lot": lot.code, "time": lot.released_at, "kg": kilograms(lot.weight_g)}
        flash(t(face_language(), "release.done", **figures, n=found.most_stamps or 0), "ok")
    return answer


@door.page("/<public_id>/mo", Act.WRITE_FARM, methods=["POST"])
def open_draft(public_id: str) -> Answer:
    """Open a draft."""
    try:
        with once() as session:
            harvesting.open_draft(session, actor(), public_id, now())
            return leads_to("lots.show", public_id=public_id)
    except Refused as error:
        return _refused(public_id, error, {})


@door.page("/<public_id>/tam-giu", Act.HOLD_LOT, methods=["POST"])
def hold(public_id: str) -> Answer:
    """Stop a lot."""
    values = typed(("reason",))
    try:
        given = read(holding.HoldIn, values)
        with once() as session:
            holding.hold_lot(session, actor(), public_id, given, now())
            return leads_to("lots.show", public_id=public_id)
    except (Invalid, Refused) as error:
        return _refused(public_id, error, values)


@door.page("/<public_id>/tieu-huy", Act.RELEASE_LOT, methods=["POST"])
def destroy(public_id: str) -> Answer:
    """Take a lot out of the world."""
    values = typed(("reason",))
    try:
        given = read(holding.HoldIn, values)
        with once() as session:
            destroying.destroy_lot(session, actor(), public_id, given.reason, now())
            return leads_to("lots.show", public_id=public_id)
    except (Invalid, Refused) as error:
        return _refused(public_id, error, values)


@door.page("/<public_id>/thu-hoi", Act.OPEN_RECALL)
def recall_form(public_id: str) -> str:
    """What a recall would touch, and the form that opens it."""
    return _recall_page(public_id, blank(phone=settings().contact_phone))


def _recall_page(public_id: str, form: FormState) -> str:
    with reading() as session:
        reach = recalling.reach_of(session, actor(), public_id)
        found = lot_pages.lot_detail(session, actor(), public_id)
        sold = sold_from(session, [lot.id for lot in reach.lots])
    return render_template("cooperative/lots/recall.html", d=found, reach=reach, sold=sold, form=form)


@door.page("/<public_id>/thu-hoi", Act.OPEN_RECALL, methods=["POST"])
def recall(public_id: str) -> Answer:
    """Open a recall."""
    values = typed(("reason", "reason_en", "phone", "lots"))
    try:
        given = read(recalling.RecallIn, {**values, "lots": values.get("lots") or "0"})
        with once() as session:
            opened = recalling.open_recall(session, actor(), public_id, given, now())
            answer = leads_to("lots.show", public_id=public_id)
    except (Invalid, Refused) as error:
        return _recall_page(public_id, kept(error, values)), error.status
    flash(t(face_language(), "recall.opened.now", number=opened.number, time=opened.opened_at), "warn")
    return answer
