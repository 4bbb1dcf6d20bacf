"""``/htx/ngay-dau``: what a new cooperative does first, and the short forms for it."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading
from trace.errors import NongsanError
from trace.services import first_day, organisations, product_images
from trace.services.admission import Act
from trace.services.intake import read
from trace.services.plots import read_area
from trace.web.door import Door
from trace.web.form_state import FormState, blank, kept, typed
from trace.web.once import leads_to, once, stop_repeated
from trace.web.registry_forms import Box, Page, bare, crop_options, say
from trace.web.visitor import actor, now, settings

door = Door("first_day", __name__, url_prefix="/htx/ngay-dau")

FORM = "cooperative/first_day/form.html"
HIDDEN = "ngay_dau"
"""The cookie of a device that wants the list on its own page only."""
YEAR_S = 31_536_000
CONTACT = ("phone", "request_id")
FARM = ("name", "phone", "crop", "area_m2", "agrees", "request_id")
GOOD = ("name", "unit_g", "crop", "standards", "request_id")
Answer = str | AnyResponse | tuple[str, int]


def shown_today() -> first_day.FirstDay | None:
    """The list as the first page shows it: not once it is over, nor where it was put away."""
    if request.cookies.get(HIDDEN) == "an":
        return None
    with reading() as session:
        found = first_day.first_day(session, actor())
    return None if found.is_over else found


@door.page("", Act.MANAGE_REGISTRY)
def show() -> str | AnyResponse:
    """The steps, those done ticked; ``xem=an`` puts the list away on this device, ``xem=hien`` back."""
    asked = request.args.get("xem")
    if asked in {"an", "hien"}:
        return _remembered(redirect(url_for("today.index")), is_hidden=asked == "an")
    with reading() as session:
        found = first_day.first_day(session, actor())
    is_hidden = request.cookies.get(HIDDEN) == "an"
    return render_template("cooperative/first_day/show.html", first=found, is_hidden=is_hidden)


def _remembered(answer: AnyResponse, *, is_hidden: bool) -> AnyResponse:
    if is_hidden:
        answer.set_cookie(HIDDEN, "an", YEAR_S, path="/htx", secure=settings().is_https, samesite="Lax")
    else:
        answer.delete_cookie(HIDDEN, path="/htx")
    return answer


def _form(title: str, endpoint: str, boxes: tuple[Box, ...], state: FormState, **more: Any) -> str:
    page = Page(say(title), url_for(endpoint), url_for("first_day.show"), boxes, state)
    return render_template(FORM, page=page, **more)


def _refused(error: NongsanError, values: dict[str, str], form: Any) -> tuple[str, int]:
    return form(kept(error, values)), error.status


# --- the telephone --------------------------------------------------------------------------------


@door.page("/don-vi", Act.MANAGE_REGISTRY)
def contact() -> str:
    """The number that buyers may call."""
    with reading() as session:
        row = organisations.own(session, actor())
    return _contact(blank(phone=row.phone))


def _contact(state: FormState) -> str:
    with reading() as session:
        row = organisations.own(session, actor())
    boxes = (Box("phone", "registry.org.phone", "tel", hint="registry.org.phone.hint", most=20),)
    return _form("first.contact", "first_day.save_contact", boxes, state, org=row)


@door.page("/don-vi", Act.MANAGE_REGISTRY, methods=["POST"])
def save_contact() -> Answer:
    """Keep the number."""
    values = typed(CONTACT)
    try:
        with once() as session:
            given = read(organisations.ContactIn, bare(values))
            row = organisations.set_contact(session, actor(), given, now())
            answer = leads_to("first_day.show")
    except NongsanError as error:
        return _refused(error, values, _contact)
    flash(say("registry.saved", name=row.phone or ""), "ok")
    return answer


# --- a household with its plot --------------------------------------------------------------------


@door.page("/ho", Act.MANAGE_REGISTRY)
def farm() -> str:
    """A household and its first plot on one short form."""
    with reading() as session:
        crop = first_day.usual_crop(session, actor())
    return _farm(blank(crop=crop))


def _farm(state: FormState) -> str:
    boxes = (
        Box("name", "registry.household.name", most=120),
        Box("phone", "registry.phone", "tel", required=False, hint="first.farm.phone", most=24),
        Box("crop", "registry.crop", "select", options=crop_options()),
        Box("area_m2", "registry.area", hint="registry.area.hint", unit="m²", most=24),
    )
    return _form("first.farm", "first_day.add_farm", boxes, state, asks_consent=True)


@door.page("/ho", Act.MANAGE_REGISTRY, methods=["POST"])
def add_farm() -> Answer:
    """Register both."""
    values = typed(FARM)
    try:
        with once() as session:
            sent = {**bare(values), "agrees": values.get("agrees") == "1"}
            given = read(first_day.FarmIn, read_area(sent, settings().sao_m2))
            row = first_day.add_farm(session, actor(), given, now())
            answer = leads_to("first_day.show")
    except NongsanError as error:
        return _refused(error, values, _farm)
    flash(say("registry.saved", name=row.code), "ok")
    return answer


# --- a product with its picture -------------------------------------------------------------------


@door.page("/san-pham", Act.MANAGE_REGISTRY)
def good() -> str:
    """A product with what a lot must say of it."""
    with reading() as session:
        crop = first_day.usual_crop(session, actor())
    return _good(blank(crop=crop))


def _good(state: FormState) -> str:
    boxes = (
        Box("name", "registry.product.name", hint="first.good.name"),
        Box("unit_g", "registry.product.unit", hint="registry.product.unit.hint", most=24),
        Box("crop", "registry.crop", "select", options=crop_options()),
        Box("standards", "registry.product.standards", hint="first.good.standards", most=240),
    )
    return _form("first.product", "first_day.add_good", boxes, state, asks_picture=True)


@door.page("/san-pham", Act.MANAGE_REGISTRY, methods=["POST"])
def add_good() -> Answer:
    """Register the product with its picture, which is re-encoded before the transaction opens."""
    stop_repeated()
    values, sent = typed(GOOD), request.files.get("image")
    try:
        given = read(first_day.GoodIn, bare(values))
        picture = product_images.reencode(sent.read() if sent else b"")
        with once() as session:
            row = first_day.add_good(session, actor(), given, now())
            product_images.add_image(session, actor(), row.public_id, picture, now())
            answer = leads_to("first_day.show")
    except NongsanError as error:
        return _refused(error, values, _good)
    flash(say("registry.saved", name=row.name), "ok")
    return answer
