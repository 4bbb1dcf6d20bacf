"""``/htx/ghi-thay``: the digital team registers a household; any household's consent to be helped."""

from collections.abc import Sequence

from flask import flash, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading
from trace.errors import NongsanError, NotFound
from trace.records.household import HowSaid, Purpose
from trace.services import helping, households
from trace.services.admission import Act
from trace.services.intake import read
from trace.services.places import PlaceOption
from trace.standards.local_time import local_day
from trace.web.cooperative.farms import household_page
from trace.web.door import Door
from trace.web.form_state import FormState, blank, kept, typed
from trace.web.once import leads_to, once
from trace.web.registry_forms import (
    Box,
    Page,
    bare,
    refused,
    say,
    start_places,
    with_days,
    with_place,
    words,
)
from trace.web.visitor import actor, now

door = Door("helping", __name__, url_prefix="/htx")

HOUSEHOLD = (
    *("org", "code", "name", "phone", "how", "said_on", "place", "place_text"),
    "request_id",
)
Answer = str | AnyResponse | tuple[str, int]


@door.page("/ghi-thay/moi", Act.HELP_HOUSEHOLD)
def new() -> str:
    """An empty form; the commune is the team's."""
    with reading() as session:
        places = start_places(session, actor().commune_code)
    return _new(blank(said_on=f"{local_day(now()):%d/%m/%Y}", how=HowSaid.SPOKEN.value), places)


def _new(state: FormState, places: Sequence[PlaceOption]) -> str:
    with reading() as session:
        near = helping.organisations_near(session, actor())
    boxes = (
        Box("org", "helped.org.label", "select", options=[(one.public_id, one.name) for one in near]),
        Box("code", "registry.household.code", hint="helped.code.hint", most=24),
        Box("name", "registry.household.name", most=120),
        Box("phone", "registry.phone", "tel", required=False, hint="registry.sealed.hint", most=24),
        Box("how", "helped.how", "choices", options=words(HowSaid, "helped.how")),
        Box("said_on", "helped.said_on", "date"),
        Box("place", "registry.commune", "place"),
    )
    action, back = url_for("helping.add"), url_for("farms.index")
    notes = (say("helped.note"),)
    page = Page(say("registry.household.new"), action, back, boxes, state, notes=notes, places=places)
    return render_template("cooperative/registry/form.html", page=page)


@door.page("/ghi-thay/moi", Act.HELP_HOUSEHOLD, methods=["POST"])
def add() -> Answer:
    """Register a household for its cooperative."""
    values = typed(HOUSEHOLD)
    try:
        with once() as session:
            sent = with_days(bare(with_place(session, values)), "said_on")
            row = helping.add_household(session, actor(), read(helping.HelpedHouseholdIn, sent), now())
            answer = leads_to("farms.household", household_id=row.id)
    except NongsanError as error:
        return refused(error, values, _new)
    flash(say("registry.saved", name=row.name), "ok")
    return answer


@door.page("/ho/<int:household_id>/ghi-thay", Act.AGREE_TO_HELP, methods=["POST"])
def agree(household_id: int) -> Answer:
    """Note that the household agrees to be helped, or does no longer."""
    values = typed(("how", "said_on", "request_id"))
    try:
        with once() as session:
            if request.form.get("what") == "withdraw":
                households.withdraw_consent(session, actor(), household_id, Purpose.HELP, now())
            else:
                sent = {**with_days(bare(values), "said_on"), "purpose": Purpose.HELP}
                given = read(households.ConsentIn, sent)
                households.give_consent(session, actor(), household_id, given, now())
            answer = leads_to("farms.household", household_id=household_id)
    except NotFound:
        raise
    except NongsanError as error:
        return household_page(household_id, kept(error, values)), error.status
    flash(say("registry.consent.saved", purpose=say("consent.purpose.help")), "ok")
    return answer
