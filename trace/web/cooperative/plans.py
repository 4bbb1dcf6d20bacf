"""``/htx/ke-hoach``: season plans a cooperative proposed, where each stands, and the form of a new one."""

from collections.abc import Sequence
from typing import Any

from flask import flash, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading
from trace.errors import Invalid, NongsanError
from trace.services import households, plan_pages, season_plans
from trace.services.admission import Act
from trace.services.places import PlaceOption
from trace.services.plan_pages import PlannedPlace, PlanState
from trace.texts.formats import weight
from trace.web import plan_forms
from trace.web.door import Door
from trace.web.form_state import FormState, blank, kept, typed
from trace.web.once import leads_to, once
from trace.web.plan_tables import plan_table
from trace.web.registry_forms import Item, Page, refused, say, start_places
from trace.web.visitor import actor, face_language, now

door = Door("plans", __name__, url_prefix="/htx/ke-hoach")

SIGNS = {
    PlanState.WAITING: ("warn", "clock"),
    PlanState.IN_FORCE: ("ok", "check"),
    PlanState.DECLINED: ("bad", "caution"),
    PlanState.TAKEN_BACK: ("", "back"),
    PlanState.ENDED: ("", "caution"),
}
Answer = AnyResponse | tuple[Any, int]


@door.page("", Act.MANAGE_REGISTRY)
def index() -> str:
    """What was proposed, the newest first."""
    with reading() as session:
        found = plan_pages.history(session, actor())
    return render_template(
        "cooperative/registry/list.html",
        title=say("plan.own.title", n=len(found)),
        items=[_item(one) for one in found],
        empty=say("plan.own.none"),
        query=None,
        more=None,
        links=(),
        add=(url_for("plans.new"), say("plan.propose")),
    )


def _item(one: PlannedPlace) -> Item:
    plan, lang = one.plan, face_language()
    days = say("plan.days_said", date=plan.first_day, date2=plan.last_day)
    lines = (f"{days} · {weight(lang, plan.weight_g)}", plan.end_reason)
    leads = url_for("plans.show", plan_id=plan.id)
    return Item(plan_forms.title(one), lines, leads, (*SIGNS[one.state], say(f"plan.state.{one.state}")))


@door.page("/moi", Act.MANAGE_REGISTRY)
def new() -> str:
    """An empty form; the commune is the cooperative's."""
    with reading() as session:
        places = start_places(session, households.home_commune(session, actor()))
    return _form(blank(crop="lychee"), places)


def _form(state: FormState, places: Sequence[PlaceOption]) -> str:
    page = Page(
        say("plan.propose"),
        url_for("plans.add"),
        url_for("plans.index"),
        plan_forms.boxes(),
        state,
        "plan.own.send",
        (say("plan.own.note"),),
        places,
    )
    return render_template("cooperative/registry/form.html", page=page)


@door.page("/moi", Act.MANAGE_REGISTRY, methods=["POST"])
def add() -> Answer:
    """Propose a plan."""
    values = typed(plan_forms.FIELDS)
    try:
        with once() as session:
            row = season_plans.record_plan(session, actor(), plan_forms.given(session, values), now())
            answer = leads_to("plans.show", plan_id=row.id)
    except NongsanError as error:
        return refused(error, values, _form)
    flash(say("plan.saved.waits"), "ok")
    return answer


@door.page("/<int:plan_id>", Act.MANAGE_REGISTRY)
def show(plan_id: int) -> str:
    """One of the cooperative's plans, where it stands and what was answered."""
    return _show(plan_id, blank())


def _show(plan_id: int, state: FormState) -> str:
    with reading() as session:
        found = plan_pages.places_of(session, season_plans.versions(session, actor(), plan_id))
        later = season_plans.successor(session, found[0].plan)
        clashes = plan_pages.clashing_places(session, found[0].plan)
    return render_template(
        "cooperative/registry/plan.html",
        title=plan_forms.title(found[0]),
        one=found[0],
        later=later,
        clashes=clashes,
        row=plan_table(found[:1], face_language()),
        form=state,
    )


@door.page("/<int:plan_id>/rut", Act.MANAGE_REGISTRY, methods=["POST"])
def take_back(plan_id: int) -> Answer | str:
    """Take a proposal back that nobody decided on yet."""
    try:
        with once() as session:
            season_plans.withdraw_plan(session, actor(), plan_id, request.form.get("reason", ""), now())
            answer = leads_to("plans.show", plan_id=plan_id)
    except Invalid as error:
        return _show(plan_id, kept(error, typed(("reason",)))), error.status
    flash(say("plan.own.taken_back"), "ok")
    return answer
