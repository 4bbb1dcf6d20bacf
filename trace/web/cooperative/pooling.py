"""``/htx/lo/gop``: goods of several lots become one: pooled, packed or processed."""

from typing import Any

from flask import flash, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading
from trace.errors import FieldProblem, Invalid, NotFound, Refused
from trace.records.lot import Lot, LotKind
from trace.services import lot_choices, packing
from trace.services.admission import Act
from trace.services.gates import crop_word
from trace.services.intake import read
from trace.services.lineage import given_g
from trace.services.pack_inputs import PackIn
from trace.services.pool_choices import pool_choices
from trace.standards.local_time import local_day
from trace.texts.catalogs import t
from trace.texts.formats import kilograms
from trace.web.cooperative.lots import day_typed
from trace.web.door import Door
from trace.web.form_state import FormState, blank, kept, typed
from trace.web.once import leads_to, once
from trace.web.visitor import actor, face_language, now

door = Door("pooling", __name__, url_prefix="/htx/lo/gop")

KINDS = (LotKind.POOL, LotKind.PACK, LotKind.PROCESSED)
FIELDS = ("kind", "product", "units", "weight_g", "packed_on", "packing_house_id", "loss_reason")
SENT = (*FIELDS, "request_id")
INPUT = "g."
"""Before a lot's public id: the field of what is taken from it."""
Answer = str | AnyResponse | tuple[str, int]


@door.page("", Act.WRITE_FARM)
def form() -> str:
    """Lots of one crop to take from, and what becomes of them; ``?lo=`` ticks lots beforehand."""
    return _page(blank(), request.args.getlist("lo"))


def _page(state: FormState, chosen: list[str]) -> str:
    crop, query = request.args.get("crop", ""), request.args.get("q", "")[:80]
    with reading() as session:
        try:
            offer = pool_choices(session, actor(), crop=crop, q=query, chosen=chosen)
        except NotFound:
            offer = pool_choices(session, actor(), crop=crop, q=query)
        offered = lot_choices.choices(session, actor())
    return render_template(
        "cooperative/lots/pool.html",
        form=state,
        offer=offer,
        products=[product for product in offered.products if product.crop in ("", offer.crop)],
        houses=offered.houses,
        kinds=KINDS,
        crop_word=crop_word,
        today=local_day(now()),
        query=query,
    )


@door.page("", Act.WRITE_FARM, methods=["POST"])
def pool() -> Answer:
    """Make one lot of the ticked ones."""
    names = request.form.getlist("lot")
    values = typed((*SENT, *(INPUT + name for name in names)))
    try:
        given = read(PackIn, _said(values, names))
        with once() as session:
            lot = packing.pack_lot(session, actor(), given, now())
            in_g = given_g(session, lot.id)
            answer = leads_to("lots.show", public_id=lot.public_id)
    except (Invalid, Refused) as error:
        return _page(kept(error, values), names), error.status
    _say_pooled(lot, len(names), in_g)
    return answer


def _said(values: dict[str, str], names: list[str]) -> dict[str, Any]:
    """Empty fields say nothing; a ticked lot without a weight gives all it still has.

    Raises:
        Invalid: no lot is ticked.
    """
    said: dict[str, Any] = {name: values[name] for name in SENT if values.get(name, "").strip()}
    said["packed_on"] = day_typed(values.get("packed_on", ""), local_day(now()))
    if not names:
        raise Invalid([FieldProblem("parents", "pool.none_ticked", "")])
    drawn = [(name, values.get(INPUT + name, "").strip()) for name in names]
    said["parents"] = [{"lot": name, "weight_g": text or None} for name, text in drawn]
    return said


def _say_pooled(lot: Lot, count: int, in_g: int) -> None:
    lang, lost = face_language(), in_g - lot.weight_g
    figures = {"kg": kilograms(in_g), "kg2": kilograms(lot.weight_g), "kg_loss": kilograms(lost)}
    flash(t(lang, "pool.line", n=count, pct=round(100 * lost / in_g, 1), **figures), "ok")
