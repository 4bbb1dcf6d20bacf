"""``/so/ke-hoach``: season plans of communes, listed, entered, confirmed, corrected with their history."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from flask import Response, abort, flash, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading
from trace.errors import NongsanError
from trace.records.season_plan import SeasonPlan
from trace.services import plan_pages, season_plans
from trace.services.admission import Act
from trace.services.crops import CROPS
from trace.services.gates import crop_word
from trace.services.intake import read
from trace.services.places import PlaceOption, option_of
from trace.services.plan_pages import PlannedPlace
from trace.standards.local_time import local_day
from trace.web.door import Door
from trace.web.form_state import FormState, blank, typed
from trace.web.office.plan_tables import crop_said, plan_table
from trace.web.once import leads_to, once
from trace.web.registry_forms import (
    Box,
    Page,
    bare,
    crop_options,
    refused,
    say,
    start_places,
    with_days,
    with_place,
)
from trace.web.tables import as_csv, as_json, as_xlsx
from trace.web.visitor import actor, face_language, now

door = Door("office_plans", __name__, url_prefix="/so")

FIELDS = (
    *("place", "place_text", "crop", "variety", "first_day", "last_day"),
    *("weight_g", "area_m2", "price_vnd_kg", "note", "reason", "request_id"),
)
Answer = AnyResponse | tuple[Any, int]
FORMS = {"csv": as_csv, "xlsx": as_xlsx}


@door.page("/ke-hoach", Act.PROPOSE_PLAN)
def index() -> str:
    """Plans of a year, proposed ones first."""
    year, crop, place = _asked()
    with reading() as session:
        found = plan_pages.plans(session, actor(), year, crop, place)
        years = {*plan_pages.years_of(session, actor()), local_day(now()).year}
    waiting = [one for one in found if one.plan.confirmed_at is None]
    standing = [one for one in found if one.plan.confirmed_at is not None]
    return render_template(
        "office/plans/index.html",
        waiting=waiting,
        standing=standing,
        table=plan_table(standing, face_language()),
        crop_said=partial(crop_said, face_language()),
        years=sorted(years, reverse=True),
        asked={"nam": year, "cay": crop, "xa": place},
        crops=[(key, crop_word(key)) for key in CROPS],
    )


@door.page("/ke-hoach.<form>", Act.PROPOSE_PLAN)
def index_file(form: str) -> Response:
    """The plans that count, as a file."""
    year, crop, place = _asked()
    with reading() as session:
        found = plan_pages.plans(session, actor(), year, crop, place)
    table = plan_table([one for one in found if one.plan.confirmed_at is not None], face_language())
    if form == "json":
        return as_json(table)
    return FORMS[form](table, f"ke-hoach-{year}") if form in FORMS else abort(404)


def _asked() -> tuple[int, str, str]:
    year = request.args.get("nam", local_day(now()).year, type=int)
    crop = request.args.get("cay", "")
    return min(max(year, date.min.year), date.max.year), crop, request.args.get("xa", "")[:80]


def _boxes(*more: Box) -> tuple[Box, ...]:
    return (
        Box("place", "plan.place", "place"),
        Box("crop", "plan.crop", "select", options=crop_options()),
        Box("variety", "plan.variety", required=False, hint="plan.variety.hint", most=48),
        Box("first_day", "plan.first_day", "date"),
        Box("last_day", "plan.last_day", "date"),
        Box("weight_g", "plan.weight", "length", unit=say("plan.tonnes"), most=16),
        Box("area_m2", "plan.area", "length", unit="ha", most=16),
        Box("price_vnd_kg", "plan.price", "length", required=False, unit=say("plan.a_kg"), most=16),
        Box("note", "plan.note", required=False, hint="plan.note.hint", most=240),
        *more,
    )


@door.page("/ke-hoach/moi", Act.PROPOSE_PLAN)
def new() -> str:
    """An empty form."""
    with reading() as session:
        places = start_places(session, actor().commune_code)
    return _form(blank(crop="lychee"), places)


def _form(state: FormState, places: Sequence[PlaceOption]) -> str:
    page = Page(say("plan.new"), url_for("office_plans.add"), url_for("office_plans.index"), _boxes(), state)
    page.places = places
    return render_template("cooperative/registry/form.html", base="office/base.html", page=page)


@door.page("/ke-hoach/moi", Act.PROPOSE_PLAN, methods=["POST"])
def add() -> Answer:
    """Enter a plan, or propose it."""
    values = typed(FIELDS)
    try:
        with once() as session:
            row = season_plans.record_plan(session, actor(), _given(session, values), now())
            waits = row.confirmed_at is None
            answer = leads_to("office_plans.show", plan_id=row.id)
    except NongsanError as error:
        return refused(error, values, _form)
    flash(say("plan.saved.waits" if waits else "plan.saved"), "ok")
    return answer


def _given(session: Session, values: dict[str, str]) -> season_plans.PlanIn:
    said = {name: value for name, value in bare(values).items() if name != "reason"}
    return read(season_plans.PlanIn, with_place(session, with_days(said, "first_day", "last_day")))


@door.page("/ke-hoach/<int:plan_id>", Act.PROPOSE_PLAN)
def show(plan_id: int) -> str:
    """One plan with all it came after; the office corrects and ends it here."""
    return _show(plan_id, None, ())


def _show(plan_id: int, state: FormState | None, places: Sequence[PlaceOption]) -> str:
    with reading() as session:
        found = plan_pages.places_of(session, season_plans.versions(session, actor(), plan_id))
        later = season_plans.successor(session, found[0].plan)
        start = places or _places(session, found[0].plan)
    shown = state or blank(**_values(found[0].plan))
    page = Page(
        _title(found[0]),
        url_for("office_plans.correct", plan_id=plan_id),
        url_for("office_plans.index"),
        _boxes(Box("reason", "plan.reason", hint="plan.reason.hint", most=240)),
        shown,
        "button.correct",
    )
    page.places = start
    return render_template(
        "office/plans/show.html",
        versions=found,
        later=later,
        page=page,
        is_open=state is not None,
        row=plan_table(found[:1], face_language()),
    )


@door.page("/ke-hoach/<int:plan_id>", Act.PLAN_SEASONS, methods=["POST"])
def correct(plan_id: int) -> Answer:
    """Put another row in its place."""
    values = typed(FIELDS)
    try:
        with once() as session:
            reason, given = values.get("reason", ""), _given(session, values)
            row = season_plans.correct_plan(session, actor(), plan_id, given, reason, now())
            answer = leads_to("office_plans.show", plan_id=row.id)
    except NongsanError as error:
        return refused(error, values, lambda state, places: _show(plan_id, state, places))
    flash(say("plan.corrected"), "ok")
    return answer


@door.page("/ke-hoach/<int:plan_id>/xac-nhan", Act.PLAN_SEASONS, methods=["POST"])
def confirm(plan_id: int) -> AnyResponse:
    """Let a proposed plan count."""
    with once() as session:
        season_plans.confirm_plan(session, actor(), plan_id, now())
        answer = leads_to("office_plans.show", plan_id=plan_id)
    flash(say("plan.saved"), "ok")
    return answer


@door.page("/ke-hoach/<int:plan_id>/bo", Act.PLAN_SEASONS, methods=["POST"])
def withdraw(plan_id: int) -> AnyResponse:
    """End a plan, or decline a proposed one."""
    with once() as session:
        season_plans.withdraw_plan(session, actor(), plan_id, request.form.get("reason", ""), now())
        answer = leads_to("office_plans.show", plan_id=plan_id)
    flash(say("plan.withdrawn"), "ok")
    return answer


def _title(one: PlannedPlace) -> str:
    said = crop_said(face_language(), one.plan)
    crop = said[:1].upper() + said[1:]
    return say("plan.title", crop=crop, place=one.commune, year=str(one.plan.last_day.year))


def _places(session: Session, plan: SeasonPlan) -> Sequence[PlaceOption]:
    found = option_of(session, plan.commune_code)
    if found is None or plan.old_commune_code is None:
        return (found,) if found else ()
    return (replace(found, value=f"{found.value}+{plan.old_commune_code}"),)


def _values(plan: SeasonPlan) -> dict[str, object]:
    """A plan as it would be typed."""
    days = {name: getattr(plan, name).strftime("%d/%m/%Y") for name in ("first_day", "last_day")}
    words = {name: getattr(plan, name) for name in ("crop", "variety", "note", "price_vnd_kg")}
    return {**words, **days, "weight_g": _scaled(plan.weight_g, 6), "area_m2": _scaled(plan.area_m2, 4)}


def _scaled(value: int, places: int) -> str:
    """1234500 g as "1,2345" tonnes."""
    return f"{Decimal(value).scaleb(-places).normalize():f}".replace(".", ",")
