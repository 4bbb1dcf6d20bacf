"""``/htx/ho``, ``/htx/vuon``: households, what they agreed to, their plots."""

from collections.abc import Sequence
from typing import Any

from flask import flash, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading, transaction
from trace.errors import NongsanError, NotFound
from trace.records.household import Household, HowSaid, Purpose
from trace.records.plot import Plot
from trace.services import helping, households, plots, sites
from trace.services.admission import Act, fetch, may
from trace.services.intake import read
from trace.services.places import PlaceOption
from trace.standards.local_time import local_day
from trace.texts.formats import area
from trace.web.door import Door
from trace.web.form_state import FormState, blank, typed
from trace.web.once import leads_to, once
from trace.web.registry_forms import (
    Box,
    Item,
    Page,
    bare,
    crop_options,
    refused,
    say,
    start_places,
    with_place,
    words,
)
from trace.web.visitor import actor, face_language, now, settings

door = Door("farms", __name__, url_prefix="/htx")

PAGE = 50
FORM = "cooperative/registry/form.html"
LIST = "cooperative/registry/list.html"
PLACE = ("place", "place_text")
HOUSEHOLD = ("code", "name", "phone", "id_number", *PLACE)
PLOT = ("code", "name", "crop", "variety", "area_m2", "growing_area_id", "latitude", "longitude", *PLACE)
Places = Sequence[PlaceOption]
Answer = str | AnyResponse | tuple[str, int]


# --- households -----------------------------------------------------------------------------------


@door.page("/ho", Act.VIEW_FARM)
def index() -> str:
    """Households, found without marks."""
    query, start = request.args.get("q", ""), _start()
    with reading() as session:
        found, total = households.households(session, actor(), query, PAGE, start)
    items = [Item(one.name, (one.code,), url_for("farms.household", household_id=one.id)) for one in found]
    links = [
        (url_for("sites.index"), say("registry.areas")),
        (url_for("imports.index"), say("registry.import")),
        (url_for("training.index"), say("menu.htx.training")),
        (url_for("plans.index"), say("menu.htx.plans")),
    ]
    more = url_for("farms.index", q=query, tu=start + PAGE) if total > start + PAGE else None
    title = say("registry.households.title", n=total)
    empty = say("registry.none_found", query=query) if query else say("registry.households.none")
    own_way = "helping.new" if actor().acts_for else "farms.new_household"
    add = (url_for(own_way), say("registry.household.new"))
    return render_template(
        LIST, title=title, items=items, empty=empty, query=query, more=more, links=links, add=add
    )


def _start() -> int:
    said = request.args.get("tu", "0")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 8 else 0


def _household_form(state: FormState, places: Places, action: str, title: str, back: str) -> str:
    boxes = (
        Box("code", "registry.household.code", hint="registry.household.code.hint", most=24),
        Box("name", "registry.household.name", most=120),
        Box("phone", "registry.phone", "tel", required=False, hint="registry.sealed.hint", most=24),
        Box(
            "id_number", "registry.id_number", "number", required=False, hint="registry.sealed.hint", most=14
        ),
        Box("place", "registry.commune", "place"),
    )
    page = Page(title, action, back, boxes, state, places=places)
    return render_template(FORM, page=page)


@door.page("/ho/moi", Act.MANAGE_REGISTRY)
def new_household() -> str:
    """An empty form; the commune is the cooperative's."""
    with reading() as session:
        places = start_places(session, households.home_commune(session, actor()))
    return _new_household(blank(), places)


def _new_household(state: FormState, places: Places) -> str:
    action, back = url_for("farms.add_household"), url_for("farms.index")
    return _household_form(state, places, action, say("registry.household.new"), back)


@door.page("/ho/moi", Act.MANAGE_REGISTRY, methods=["POST"])
def add_household() -> Answer:
    """Register a household."""
    values = typed((*HOUSEHOLD, "request_id"))
    try:
        with once() as session:
            given = read(households.HouseholdIn, bare(with_place(session, values)))
            row = households.add_household(session, actor(), given, now())
            answer = leads_to("farms.household", household_id=row.id)
    except NongsanError as error:
        return refused(error, values, _new_household)
    flash(say("registry.saved", name=row.name), "ok")
    return answer


@door.page("/ho/<int:household_id>", Act.VIEW_FARM)
def household(household_id: int) -> str:
    """A household, its plots and what it agreed to."""
    return household_page(household_id, blank(said_on=f"{local_day(now()):%d/%m/%Y}"))


def household_page(household_id: int, form: FormState) -> str:
    """The same, with what was typed about help."""
    with reading() as session:
        row = fetch(session, actor(), Act.VIEW_FARM, Household, id=household_id)
        land = plots.plots_of(session, actor(), row.id)
        given = households.consents(session, actor(), row.id)
        names = helping.writers(session, (row.helped_by, *(one.recorded_by for one in given)))
    standing = {one.purpose: one for one in given if one.withdrawn_at is None}
    return render_template(
        "cooperative/registry/household.html",
        row=row,
        plots=[_plot_item(one) for one in land],
        purposes=[purpose.value for purpose in Purpose if purpose is not Purpose.HELP],
        form=form,
        names=names,
        hows=words(HowSaid, "helped.how"),
        may_write=not actor().acts_for or Purpose.HELP in standing,
        standing=standing,
        past=[one for one in given if one.withdrawn_at is not None],
    )


@door.page("/ho/<int:household_id>/lien-lac", Act.VIEW_PERSONAL, methods=["POST"])
def contact(household_id: int) -> str:
    """Phone and ID number in clear, for those who work with the household."""
    with transaction() as session:
        row = fetch(session, actor(), Act.VIEW_PERSONAL, Household, id=household_id)
        personal = households.personal_data(session, actor(), row.id, now())
    return render_template("cooperative/registry/contact.html", row=row, personal=personal)


@door.page("/ho/<int:household_id>/sua", Act.REGISTER_FARM)
def edit_household(household_id: int) -> str:
    """The form with what is stored; sealed fields stay empty."""
    with reading() as session:
        row = fetch(session, actor(), Act.REGISTER_FARM, Household, id=household_id)
        places = start_places(session, row.commune_code)
    return str(_edit_household(row.id)(blank(code=row.code, name=row.name), places))


def _edit_household(household_id: int) -> Any:
    def form(state: FormState, places: Places) -> str:
        action = url_for("farms.save_household", household_id=household_id)
        back = url_for("farms.household", household_id=household_id)
        return _household_form(state, places, action, say("registry.household.edit"), back)

    return form


@door.page("/ho/<int:household_id>/sua", Act.REGISTER_FARM, methods=["POST"])
def save_household(household_id: int) -> Answer:
    """Change a household."""
    values = typed((*HOUSEHOLD, "request_id"))
    try:
        with once() as session:
            fetch(session, actor(), Act.REGISTER_FARM, Household, id=household_id)
            given = read(households.HouseholdIn, bare(with_place(session, values)))
            row = households.edit_household(session, actor(), household_id, given, now())
            answer = leads_to("farms.household", household_id=row.id)
    except NongsanError as error:
        if error.status == 404:
            raise
        return refused(error, values, _edit_household(household_id))
    flash(say("registry.saved", name=row.name), "ok")
    return answer


@door.page("/ho/<int:household_id>/dong-y", Act.MANAGE_REGISTRY, methods=["POST"])
def consent(household_id: int) -> AnyResponse:
    """Give or withdraw a consent."""
    given = read(households.ConsentIn, {"purpose": request.form.get("purpose", "")})
    if given.purpose is Purpose.HELP:  # says how and when, on a form of its own
        raise NotFound()
    with once() as session:
        if request.form.get("what") == "withdraw":
            households.withdraw_consent(session, actor(), household_id, given.purpose, now())
        else:
            households.give_consent(session, actor(), household_id, given, now())
        answer = leads_to("farms.household", household_id=household_id)
    flash(say("registry.consent.saved", purpose=say(f"consent.purpose.{given.purpose}")), "ok")
    return answer


# --- plots ----------------------------------------------------------------------------------------


def _plot_item(plot: Plot) -> Item:
    lines = (f"{plot.code} · {area(face_language(), plot.area_m2)}",)
    return Item(plot.name, lines, url_for("farms.edit_plot", plot_id=plot.id))


def _plot_form(session: Session, household_id: int, plot_id: int | None) -> Any:
    known = sites.growing_areas(session, actor()) if may(actor(), Act.MANAGE_REGISTRY) else ()
    areas = [("", say("registry.no_area")), *((str(one.id), f"{one.code} ({one.market})") for one in known)]

    area_box = [Box("growing_area_id", "registry.growing_area", "select", required=False, options=areas)]
    if actor().acts_for:  # the cooperative's own to say
        area_box = []

    def form(state: FormState, places: Places) -> str:
        boxes = (
            Box("code", "registry.plot.code", most=32),
            Box("name", "registry.plot.name", required=False, most=120),
            Box("crop", "registry.crop", "select", options=crop_options()),
            Box("variety", "registry.variety", required=False, most=48),
            Box("area_m2", "registry.area", hint="registry.area.hint", unit="m²", most=24),
            *area_box,
            Box("latitude", "registry.latitude", required=False, hint="registry.position.hint", most=12),
            Box("longitude", "registry.longitude", required=False, most=12),
            Box("place", "registry.commune", "place"),
        )
        where: dict[str, Any] = {"household_id": household_id} if plot_id is None else {"plot_id": plot_id}
        action = url_for("farms.add_plot" if plot_id is None else "farms.save_plot", **where)
        title = say("registry.plot.new" if plot_id is None else "registry.plot.edit")
        back = url_for("farms.household", household_id=household_id)
        return render_template(FORM, page=Page(title, action, back, boxes, state, places=places))

    return form


@door.page("/ho/<int:household_id>/vuon/moi", Act.REGISTER_FARM)
def new_plot(household_id: int) -> str:
    """An empty form for a plot of a household."""
    with reading() as session:
        home = fetch(session, actor(), Act.REGISTER_FARM, Household, id=household_id)
        form, places = _plot_form(session, home.id, None), start_places(session, home.commune_code)
    return str(form(blank(), places))


@door.page("/ho/<int:household_id>/vuon/moi", Act.REGISTER_FARM, methods=["POST"])
def add_plot(household_id: int) -> Answer:
    """Register a plot."""
    values = typed((*PLOT, "request_id"))
    with reading() as session:
        home = fetch(session, actor(), Act.REGISTER_FARM, Household, id=household_id)
        form = _plot_form(session, home.id, None)
    try:
        with once() as session:
            sent = {**bare(with_place(session, values)), "household_id": household_id}
            given = plots.plot_input(sent, settings().sao_m2)
            row = plots.add_plot(session, actor(), given, now())
            answer = leads_to("farms.household", household_id=household_id)
    except NongsanError as error:
        return refused(error, values, form)
    flash(say("registry.saved", name=row.name), "ok")
    return answer


@door.page("/vuon/<int:plot_id>", Act.REGISTER_FARM)
def edit_plot(plot_id: int) -> str:
    """The form with what is stored."""
    with reading() as session:
        row = fetch(session, actor(), Act.REGISTER_FARM, Plot, id=plot_id)
        form, places = _plot_form(session, row.household_id, row.id), start_places(session, row.commune_code)
    return str(form(blank(**{name: getattr(row, name, None) for name in PLOT}), places))


@door.page("/vuon/<int:plot_id>", Act.REGISTER_FARM, methods=["POST"])
def save_plot(plot_id: int) -> Answer:
    """Change a plot."""
    values = typed((*PLOT, "request_id"))
    with reading() as session:
        row = fetch(session, actor(), Act.REGISTER_FARM, Plot, id=plot_id)
        form = _plot_form(session, row.household_id, row.id)
    try:
        with once() as session:
            sent = {**bare(with_place(session, values)), "household_id": row.household_id}
            plots.edit_plot(session, actor(), plot_id, plots.plot_input(sent, settings().sao_m2), now())
            answer = leads_to("farms.household", household_id=row.household_id)
    except NongsanError as error:
        return refused(error, values, form)
    flash(say("registry.saved", name=row.name), "ok")
    return answer
