"""``/htx/tap-huan``: which of a cooperative's households were trained, and the sessions it proposes."""

from collections.abc import Sequence
from typing import Any

from flask import flash, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading
from trace.errors import Invalid, NongsanError
from trace.services import households, training_pages, training_proposals
from trace.services.admission import Act
from trace.services.intake import read
from trace.services.places import PlaceOption
from trace.services.training import SessionIn
from trace.services.training_proposals import Stage
from trace.web.door import Door
from trace.web.form_state import FormState, blank, kept, typed
from trace.web.once import leads_to, once
from trace.web.registry_forms import Item, Page, bare, refused, say, start_places, with_days, with_place
from trace.web.training_forms import FIELDS, boxes
from trace.web.visitor import actor, now

door = Door("training", __name__, url_prefix="/htx/tap-huan")

SIGNS = {
    Stage.WAITING: ("warn", "clock"),
    Stage.CONFIRMED: ("ok", "check"),
    Stage.DECLINED: ("bad", "caution"),
    Stage.TAKEN_BACK: ("", "back"),
}
Answer = AnyResponse | tuple[Any, int]


@door.page("", Act.PROPOSE_TRAINING)
def index() -> str:
    """Households, those that never came first."""
    with reading() as session:
        rows = training_pages.last_days(session, actor())
    came = sum(1 for _, n, _ in rows if n)
    items = [
        Item(
            home.name,
            (home.code,),
            tag=("ok", "check", say("training.own.days", n=n, date=day))
            if n
            else ("warn", "clock", say("training.own.never")),
        )
        for home, n, day in rows
    ]
    return render_template(
        "cooperative/registry/list.html",
        title=say("training.own.title", n=came, m=len(rows)),
        items=items,
        empty=say("training.attendance.none"),
        query=None,
        more=None,
        links=((url_for("training.proposed"), say("training.proposed.link")),),
        add=(url_for("training.new"), say("training.propose")),
    )


@door.page("/buoi", Act.PROPOSE_TRAINING)
def proposed() -> str:
    """What the cooperative proposed, and where each stands."""
    with reading() as session:
        found = training_proposals.proposals(session, actor())
    items = []
    for row, came in found:
        stage = training_proposals.stage_of(row)
        lines = (say("training.day_said", date=row.held_on, n=came), row.end_reason)
        leads = url_for("training.show", session_id=row.id)
        tag = (*SIGNS[stage], say(f"training.stage.{stage}"))
        items.append(Item(row.title or say("training.from_book"), lines, leads, tag))
    return render_template(
        "cooperative/registry/list.html",
        title=say("training.proposed.title"),
        items=items,
        empty=say("training.proposed.none"),
        query=None,
        more=None,
        links=((url_for("training.index"), say("training.households.link")),),
        add=(url_for("training.new"), say("training.propose")),
    )


@door.page("/moi", Act.PROPOSE_TRAINING)
def new() -> str:
    """An empty form; the commune is the cooperative's."""
    with reading() as session:
        places = start_places(session, households.home_commune(session, actor()))
    return _form(blank(), places)


def _form(state: FormState, places: Sequence[PlaceOption]) -> str:
    page = Page(
        say("training.propose"),
        url_for("training.add"),
        url_for("training.proposed"),
        boxes(),
        state,
        "training.propose.next",
        (say("training.propose.note"),),
        places,
    )
    return render_template("cooperative/registry/form.html", page=page)


@door.page("/moi", Act.PROPOSE_TRAINING, methods=["POST"])
def add() -> Answer:
    """Propose a session; its households are named on its page."""
    values = typed(FIELDS)
    try:
        with once() as session:
            given = read(SessionIn, with_place(session, with_days(bare(values), "held_on")))
            row = training_proposals.propose(session, actor(), given, now())
            answer = leads_to("training.show", session_id=row.id)
    except NongsanError as error:
        return refused(error, values, _form)
    flash(say("training.proposed.saved"), "ok")
    return answer


@door.page("/buoi/<int:session_id>", Act.PROPOSE_TRAINING)
def show(session_id: int) -> str:
    """One of the cooperative's own: who came, and what became of it."""
    return _show(session_id, blank())


def _show(session_id: int, state: FormState) -> str:
    with reading() as session:
        row = training_proposals.proposal(session, actor(), session_id)
        came = training_pages.attended(session, actor(), session_id)
    stage = training_proposals.stage_of(row)
    return render_template("cooperative/registry/course.html", row=row, came=came, stage=stage, form=state)


@door.page("/buoi/<int:session_id>/ho", Act.PROPOSE_TRAINING, methods=["POST"])
def attend(session_id: int) -> Answer | str:
    """Say by their codes which households came."""
    codes = request.form.get("codes", "")
    try:
        with once() as session:
            n = training_proposals.add_own(session, actor(), session_id, codes, now())
            answer = leads_to("training.show", session_id=session_id)
    except Invalid as error:
        return _show(session_id, kept(error, typed(("codes",)))), error.status
    flash(say("training.added", n=n), "ok")
    return answer


@door.page("/buoi/<int:session_id>/ho/<int:household_id>/bo", Act.PROPOSE_TRAINING, methods=["POST"])
def take_out(session_id: int, household_id: int) -> AnyResponse:
    """The household did not come after all."""
    with once() as session:
        training_proposals.take_out_own(session, actor(), session_id, household_id, now())
        answer = leads_to("training.show", session_id=session_id)
    flash(say("training.taken_out"), "ok")
    return answer


@door.page("/buoi/<int:session_id>/rut", Act.PROPOSE_TRAINING, methods=["POST"])
def withdraw(session_id: int) -> AnyResponse:
    """Take it back."""
    with once() as session:
        training_proposals.withdraw(session, actor(), session_id, now())
        answer = leads_to("training.show", session_id=session_id)
    flash(say("training.taken_back"), "ok")
    return answer
