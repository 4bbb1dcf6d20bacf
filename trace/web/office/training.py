"""``/so/tap-huan``: training sessions, and the households that came: picked, pasted or from a file."""

from collections.abc import Sequence
from typing import Any

from flask import flash, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading
from trace.errors import Invalid, NongsanError
from trace.records.training import TrainingSession
from trace.services import training, training_pages, training_proposals
from trace.services.admission import Act
from trace.services.intake import read
from trace.services.places import PlaceOption
from trace.web import import_pages
from trace.web.desk import Desk
from trace.web.door import Door
from trace.web.form_state import FormState, blank, kept, typed
from trace.web.once import leads_to, once
from trace.web.registry_forms import Page, bare, refused, say, start_places, with_days, with_place
from trace.web.training_forms import FIELDS, boxes
from trace.web.visitor import actor, now

door = Door("office_training", __name__, url_prefix="/so/tap-huan")
files = Door("office_training_imports", __name__, url_prefix="/so/tap-huan/nhap")
import_pages.hang(Desk(files, "office", {"training": "office_training.index"}), Act.KEEP_TRAINING)

Answer = AnyResponse | tuple[Any, int]


@door.page("", Act.KEEP_TRAINING)
def index() -> str:
    """Sessions, the newest first."""
    query = request.args.get("q", "")
    with reading() as session:
        found = training_pages.sessions(session, actor(), query)
        waiting = training_proposals.waiting(session, actor())
        coops = {row.org_id: training_proposals.owner(session, row) for row, _ in waiting}
    return render_template(
        "office/training/index.html", found=found, waiting=waiting, coops=coops, query=query
    )


@door.page("/moi", Act.KEEP_TRAINING)
def new() -> str:
    """An empty form."""
    return _form(blank(), ())


def _form(state: FormState, places: Sequence[PlaceOption]) -> str:
    page = Page(
        say("training.new"), url_for("office_training.add"), url_for("office_training.index"), boxes(), state
    )
    page.places = places
    return render_template("cooperative/registry/form.html", base="office/base.html", page=page)


@door.page("/moi", Act.KEEP_TRAINING, methods=["POST"])
def add() -> Answer:
    """Write a session down."""
    values = typed(FIELDS)
    try:
        with once() as session:
            row = training.record_session(session, actor(), _given(session, values), now())
            answer = leads_to("office_training.show", session_id=row.id)
    except NongsanError as error:
        return refused(error, values, _form)
    flash(say("training.saved"), "ok")
    return answer


def _given(session: Session, values: dict[str, str]) -> training.SessionIn:
    return read(training.SessionIn, with_place(session, with_days(bare(values), "held_on")))


@door.page("/<int:session_id>", Act.KEEP_TRAINING)
def show(session_id: int) -> str:
    """One session: who came, whom to add."""
    return _show(session_id, blank())


def _show(session_id: int, state: FormState) -> str:
    query = request.args.get("q", "")
    with reading() as session:
        row = training.session_of(session, session_id)
        came = training_pages.attended(session, actor(), session_id)
        more = training_pages.candidates(session, actor(), session_id, query)
        coop = training_proposals.owner(session, row)
    return render_template(
        "office/training/show.html",
        row=row,
        coop=coop,
        stage=training_proposals.stage_of(row),
        came=came,
        more=more,
        query=query,
        form=state,
    )


@door.page("/<int:session_id>/sua", Act.KEEP_TRAINING)
def edit(session_id: int) -> str:
    """The form with what is kept."""
    with reading() as session:
        row = training.session_of(session, session_id)
        places = start_places(session, row.commune_code)
    return _edit(session_id, blank(**_values(row)), places)


def _values(row: TrainingSession) -> dict[str, object]:
    words = {name: getattr(row, name) for name in ("title", "organiser", "topic")}
    return {**words, "place_name": row.place, "held_on": f"{row.held_on:%d/%m/%Y}"}


def _edit(session_id: int, state: FormState, places: Sequence[PlaceOption]) -> str:
    action = url_for("office_training.save", session_id=session_id)
    back = url_for("office_training.show", session_id=session_id)
    page = Page(say("training.edit"), action, back, boxes(), state)
    page.places = places
    return render_template("cooperative/registry/form.html", base="office/base.html", page=page)


@door.page("/<int:session_id>/sua", Act.KEEP_TRAINING, methods=["POST"])
def save(session_id: int) -> Answer:
    """Put the session right."""
    values = typed(FIELDS)
    try:
        with once() as session:
            training.edit_session(session, actor(), session_id, _given(session, values), now())
            answer = leads_to("office_training.show", session_id=session_id)
    except NongsanError as error:
        return refused(error, values, lambda state, places: _edit(session_id, state, places))
    flash(say("training.saved"), "ok")
    return answer


@door.page("/<int:session_id>/ho", Act.KEEP_TRAINING, methods=["POST"])
def attend(session_id: int) -> Answer | str:
    """Add one household that was found, or many by their codes."""
    household_id = request.form.get("household_id", type=int)
    try:
        with once() as session:
            if household_id is not None:
                n = training.add_one(session, actor(), session_id, household_id, now())
            else:
                codes = request.form.get("codes", "")
                n = training.add_by_code(session, actor(), session_id, codes, now())
            answer = leads_to("office_training.show", session_id=session_id)
    except Invalid as error:
        return _show(session_id, kept(error, typed(("codes",)))), error.status
    flash(say("training.added", n=n), "ok")
    return answer


@door.page("/<int:session_id>/ho/<int:household_id>/bo", Act.KEEP_TRAINING, methods=["POST"])
def take_out(session_id: int, household_id: int) -> AnyResponse:
    """The household did not come after all."""
    with once() as session:
        training.take_out(session, actor(), session_id, household_id, now())
        answer = leads_to("office_training.show", session_id=session_id)
    flash(say("training.taken_out"), "ok")
    return answer


@door.page("/<int:session_id>/xac-nhan", Act.KEEP_TRAINING, methods=["POST"])
def confirm(session_id: int) -> AnyResponse:
    """It took place: it counts from now on."""
    with once() as session:
        training_proposals.confirm(session, actor(), session_id, now())
        answer = leads_to("office_training.show", session_id=session_id)
    flash(say("training.confirmed"), "ok")
    return answer


@door.page("/<int:session_id>/tra-lai", Act.KEEP_TRAINING, methods=["POST"])
def decline(session_id: int) -> Answer | str:
    """Send it back with a reason."""
    try:
        with once() as session:
            reason = request.form.get("reason", "")
            training_proposals.decline(session, actor(), session_id, reason, now())
            answer = leads_to("office_training.show", session_id=session_id)
    except Invalid as error:
        return _show(session_id, kept(error, typed(("reason",)))), error.status
    flash(say("training.declined"), "ok")
    return answer
