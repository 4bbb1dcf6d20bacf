"""``/htx/vung-trong``: growing areas and packing houses, their standing over time."""

from collections.abc import Sequence
from typing import Any

from flask import flash, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading
from trace.errors import NongsanError
from trace.records.plot import GrowingArea, PackingHouse, SiteStatus
from trace.services import area_plots, households, site_standing, sites
from trace.services.admission import Act, fetch, may
from trace.services.intake import read
from trace.services.places import PlaceOption
from trace.services.sites import Doubt
from trace.texts.formats import area
from trace.web.door import Door
from trace.web.form_state import FormState, blank, kept, typed
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
    with_days,
    with_place,
    words,
)
from trace.web.visitor import actor, face_language, now

door = Door("sites", __name__, url_prefix="/htx/vung-trong")

FORM = "cooperative/registry/form.html"
LIST = "cooperative/registry/list.html"
AREA = ("code", "market", "name", "crop", "area_m2", "place", "place_text", "request_id")
HOUSE = ("code", "market", "name", "gln", "place", "place_text", "request_id")
Places = Sequence[PlaceOption]
Answer = str | AnyResponse | tuple[str, int]
TAGS = {
    SiteStatus.ACTIVE: ("ok", "check"),
    SiteStatus.SUSPENDED: ("warn", "caution"),
    SiteStatus.REVOKED: ("bad", "withdrawn"),
}

SITES: dict[str, type[GrowingArea] | type[PackingHouse]] = {"vung": GrowingArea, "dong-goi": PackingHouse}


@door.page("", Act.VIEW_FARM)
def index() -> str:
    """Growing areas and packing houses with their standing."""
    with reading() as session:
        areas = [_item(one, sites.doubts(session, one)) for one in sites.growing_areas(session, actor())]
        houses = [_item(one, sites.doubts(session, one)) for one in sites.packing_houses(session, actor())]
    items = [*areas, *houses]
    add = (url_for("sites.new_area"), say("registry.area.new"))
    links = [
        (url_for("sites.new_house"), say("registry.house.new")),
        (url_for("imports.index", loai="houses"), say("registry.import")),
    ]
    title = say("registry.sites.title", n=len(areas), m=len(houses))
    empty = say("registry.sites.none")
    return render_template(
        LIST, title=title, items=items, empty=empty, query=None, more=None, links=links, add=add
    )


def _item(one: GrowingArea | PackingHouse, doubts: Sequence[Doubt]) -> Item:
    is_area = isinstance(one, GrowingArea)
    size = area(face_language(), one.area_m2) if isinstance(one, GrowingArea) else say("registry.house")
    href = url_for("sites.site", kind="vung" if is_area else "dong-goi", site_id=one.id)
    tag = (*TAGS[SiteStatus(one.status)], say(f"registry.status.{one.status}"))
    lines = (one.name, size, *(say(doubt.key, **doubt.params) for doubt in doubts))
    return Item(f"{one.code} ({one.market})", lines, href, tag)


def _area_form(state: FormState, places: Places) -> str:
    boxes = (
        Box("code", "registry.site.code", hint="registry.site.code.hint", most=32),
        Box("market", "registry.market", "select", options=words(sites.MARKETS, "market")),
        Box("name", "registry.area.name", required=False, most=120),
        Box("crop", "registry.crop", "select", options=crop_options()),
        Box("area_m2", "registry.area", hint="registry.area.hint", unit="m²", most=24),
        Box("place", "registry.commune", "place"),
    )
    page = Page(say("registry.area.new"), url_for("sites.add_area"), url_for("sites.index"), boxes, state)
    page.places = places
    return render_template(FORM, page=page)


def _house_form(state: FormState, places: Places) -> str:
    boxes = (
        Box("code", "registry.site.code", hint="registry.site.code.hint", most=32),
        Box("market", "registry.market", "select", options=words(sites.MARKETS, "market")),
        Box("name", "registry.house.name", most=120),
        Box("gln", "registry.gln", "number", required=False, most=20),
        Box("place", "registry.commune", "place"),
    )
    page = Page(say("registry.house.new"), url_for("sites.add_house"), url_for("sites.index"), boxes, state)
    page.places = places
    return render_template(FORM, page=page)


@door.page("/moi", Act.MANAGE_REGISTRY)
def new_area() -> str:
    """An empty form for a growing area."""
    with reading() as session:
        places = start_places(session, households.home_commune(session, actor()))
    return _area_form(blank(), places)


@door.page("/moi", Act.MANAGE_REGISTRY, methods=["POST"])
def add_area() -> Answer:
    """Register a growing area."""
    values = typed(AREA)
    try:
        with once() as session:
            given = read(sites.GrowingAreaIn, bare(with_place(session, values)))
            row = sites.add_growing_area(session, actor(), given, now())
            answer = leads_to("sites.site", kind="vung", site_id=row.id)
    except NongsanError as error:
        return refused(error, values, _area_form)
    flash(say("registry.saved", name=row.code), "ok")
    return answer


@door.page("/dong-goi-moi", Act.MANAGE_REGISTRY)
def new_house() -> str:
    """An empty form for a packing house."""
    with reading() as session:
        places = start_places(session, households.home_commune(session, actor()))
    return _house_form(blank(), places)


@door.page("/dong-goi-moi", Act.MANAGE_REGISTRY, methods=["POST"])
def add_house() -> Answer:
    """Register a packing house."""
    values = typed(HOUSE)
    try:
        with once() as session:
            given = read(sites.PackingHouseIn, bare(with_place(session, values)))
            row = sites.add_packing_house(session, actor(), given, now())
            answer = leads_to("sites.site", kind="dong-goi", site_id=row.id)
    except NongsanError as error:
        return refused(error, values, _house_form)
    flash(say("registry.saved", name=row.code), "ok")
    return answer


@door.page("/<any(vung, 'dong-goi'):kind>/<int:site_id>", Act.VIEW_FARM)
def site(kind: str, site_id: int) -> str:
    """A site, its doubts, its standing over time, and the form to change it."""
    return _site(kind, site_id, blank())


def _site(kind: str, site_id: int, state: FormState) -> str:
    with reading() as session:
        row: Any = fetch(session, actor(), Act.VIEW_FARM, SITES[kind], id=site_id)
        past = site_standing.history(session, row)
        doubts = [say(one.key, **one.params) for one in sites.doubts(session, row)]
        plots = area_plots.plots_of(session, row) if kind == "vung" else []
        may_put = kind == "vung" and may(actor(), Act.MANAGE_REGISTRY)
        free = area_plots.plots_to_put(session, actor(), row) if may_put else []
    statuses = words(SiteStatus, "registry.status")
    boxes = (
        Box("status", "registry.status", "select", options=statuses),
        Box("since", "registry.since", "date"),
        Box("reason", "registry.reason", most=400),
    )
    action = url_for("sites.status", kind=kind, site_id=site_id)
    title = f"{row.code} ({row.market})"
    page = Page(title, action, url_for("sites.index"), boxes, state, "registry.status.save", doubts)
    to_put = [(one.id, f"{one.code} {one.name}") for one in free]
    return render_template(
        "cooperative/registry/site.html",
        page=page,
        row=row,
        past=past,
        tags=TAGS,
        kind=kind,
        plots=plots,
        to_put=to_put,
    )


def site_again(site_id: int, error: NongsanError, values: dict[str, str]) -> tuple[str, int]:
    """A growing area's page once more, with what was typed about its plots and why it was refused."""
    if error.status == 404:
        raise error
    return _site("vung", site_id, kept(error, values)), error.status


@door.page("/<any(vung, 'dong-goi'):kind>/<int:site_id>", Act.MANAGE_REGISTRY, methods=["POST"])
def status(kind: str, site_id: int) -> Answer:
    """Change a site's standing."""
    values = typed(("status", "since", "reason", "request_id"))
    table: Any = SITES[kind]
    try:
        given = read(sites.StatusIn, with_days(bare(values), "since"))
        with once() as session:
            sites.change_status(session, actor(), table, site_id, given, now())
            return leads_to("sites.site", kind=kind, site_id=site_id)
    except NongsanError as error:
        if error.status == 404:
            raise
        return refused(error, values, lambda state, _places: _site(kind, site_id, state))
