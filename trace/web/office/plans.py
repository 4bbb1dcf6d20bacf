"""``/so/ke-hoach``: season plans of communes, listed, entered, confirmed, corrected with their history."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from flask import Response, abort, flash, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading
from trace.errors import NongsanError
from trace.services import plan_pages, plan_reaching, season_plans
from trace.services.admission import Act
from trace.services.crops import CROPS
from trace.services.gates import crop_word
from trace.services.places import PlaceOption
from trace.standards.local_time import local_day
from trace.web import plan_forms
from trace.web.door import Door
from trace.web.form_state import FormState, blank, typed
from trace.web.once import leads_to, once
from trace.web.plan_tables import crop_said, plan_table, reached_table
from trace.web.registry_forms import Box, Page, refused, say, start_places
from trace.web.tables import as_csv, as_json, as_xlsx
from trace.web.visitor import actor, face_language, now

door = Door("office_plans", __name__, url_prefix="/so")

Answer = AnyResponse | tuple[Any, int]
FORMS = {"csv": as_csv, "xlsx": as_xlsx}
YEARS = (2000, 2999)
"""The years that figures are asked of."""


@door.page("/ke-hoach", Act.KEEP_PLANS)
def index() -> str:
    """Plans of a year, after all that wait for a decision."""
    year, crop, place = _asked()
    with reading() as session:
        found = plan_pages.plans(session, actor(), year, crop, place)
        waiting = plan_pages.waiting(session, actor())
        communes, whole = plan_reaching.reached(session, actor(), year)
        years = {*plan_pages.years_of(session, actor()), local_day(now()).year}
    standing = [one for one in found if one.plan.confirmed_at is not None]
    return render_template(
        "office/plans/index.html",
        waiting=waiting,
        standing=standing,
        table=plan_table(standing, face_language()),
        reached=reached_table(communes, whole, face_language()) if communes else None,
        crop_said=partial(crop_said, face_language()),
        years=sorted(years, reverse=True),
        asked={"nam": year, "cay": crop, "xa": place},
        crops=[(key, crop_word(key)) for key in CROPS],
    )


@door.page("/ke-hoach.<form>", Act.KEEP_PLANS)
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
    return min(max(year, YEARS[0]), YEARS[1]), crop, request.args.get("xa", "")[:80]


@door.page("/ke-hoach/moi", Act.KEEP_PLANS)
def new() -> str:
    """An empty form."""
    with reading() as session:
        places = start_places(session, actor().commune_code)
    return _form(blank(crop="lychee"), places)


def _form(state: FormState, places: Sequence[PlaceOption]) -> str:
    action, back = url_for("office_plans.add"), url_for("office_plans.index")
    page = Page(say("plan.new"), action, back, plan_forms.boxes(), state, places=places)
    return render_template("cooperative/registry/form.html", base="office/base.html", page=page)


@door.page("/ke-hoach/moi", Act.KEEP_PLANS, methods=["POST"])
def add() -> Answer:
    """Enter a plan, or propose it."""
    values = typed(plan_forms.FIELDS)
    try:
        with once() as session:
            row = season_plans.record_plan(session, actor(), plan_forms.given(session, values), now())
            waits = row.confirmed_at is None
            answer = leads_to("office_plans.show", plan_id=row.id)
    except NongsanError as error:
        return refused(error, values, _form)
    flash(say("plan.saved.waits" if waits else "plan.saved"), "ok")
    return answer


@door.page("/ke-hoach/<int:plan_id>", Act.KEEP_PLANS)
def show(plan_id: int) -> str:
    """One plan with all it came after; the office corrects and ends it here."""
    return _show(plan_id, None, ())


def _show(plan_id: int, state: FormState | None, places: Sequence[PlaceOption]) -> str:
    with reading() as session:
        found = plan_pages.places_of(session, season_plans.versions(session, actor(), plan_id))
        later = season_plans.successor(session, found[0].plan)
        clashes = plan_pages.clashing_places(session, found[0].plan)
        start = places or plan_forms.places(session, found[0].plan)
    shown = state or blank(**plan_forms.as_typed(found[0].plan))
    page = Page(
        plan_forms.title(found[0]),
        url_for("office_plans.correct", plan_id=plan_id),
        url_for("office_plans.index"),
        plan_forms.boxes(Box("reason", "plan.reason", hint="plan.reason.hint", most=240)),
        shown,
        "button.correct",
    )
    page.places = start
    return render_template(
        "office/plans/show.html",
        versions=found,
        later=later,
        clashes=clashes,
        decides=season_plans.may_decide(actor(), found[0].plan),
        page=page,
        is_open=state is not None,
        row=plan_table(found[:1], face_language()),
    )


@door.page("/ke-hoach/<int:plan_id>", Act.PLAN_SEASONS, methods=["POST"])
def correct(plan_id: int) -> Answer:
    """Put another row in its place."""
    values = typed(plan_forms.FIELDS)
    try:
        with once() as session:
            reason, given = values.get("reason", ""), plan_forms.given(session, values)
            row = season_plans.correct_plan(session, actor(), plan_id, given, reason, now())
            answer = leads_to("office_plans.show", plan_id=row.id)
    except NongsanError as error:
        return refused(error, values, lambda state, places: _show(plan_id, state, places))
    flash(say("plan.corrected"), "ok")
    return answer


@door.page("/ke-hoach/<int:plan_id>/xac-nhan", Act.KEEP_PLANS, methods=["POST"])
def confirm(plan_id: int) -> AnyResponse:
    """Let a proposed plan count."""
    with once() as session:
        season_plans.confirm_plan(session, actor(), plan_id, now())
        answer = leads_to("office_plans.show", plan_id=plan_id)
    flash(say("plan.saved"), "ok")
    return answer


@door.page("/ke-hoach/<int:plan_id>/bo", Act.KEEP_PLANS, methods=["POST"])
def withdraw(plan_id: int) -> AnyResponse:
    """End a plan, or decline a proposed one."""
    with once() as session:
        season_plans.withdraw_plan(session, actor(), plan_id, request.form.get("reason", ""), now())
        answer = leads_to("office_plans.show", plan_id=plan_id)
    flash(say("plan.withdrawn"), "ok")
    return answer
