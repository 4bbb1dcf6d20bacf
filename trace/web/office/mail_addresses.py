"""``/so/bao-cao/dia-chi``: whom the office may write to, what they get, and forgetting them."""

from flask import flash, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading
from trace.errors import NongsanError
from trace.services import organisations
from trace.services.admission import Act
from trace.services.intake import read
from trace.services.mailing import addresses
from trace.web.door import Door
from trace.web.form_state import FormState, blank, kept, typed
from trace.web.once import leads_to, once
from trace.web.registry_forms import say
from trace.web.visitor import actor, face_language, now, settings

door = Door("mail_addresses", __name__, url_prefix="/so/bao-cao/dia-chi")

FIELDS = ("name", "address", "language", "org")
MOST_OWNERS = 2_000
TOPICS = ("checkpoints", "reminders", "alarms", "notices")


@door.page("", Act.MANAGE_REPORTS)
def index() -> str:
    """All addresses, and a form."""
    return _page(blank(language=face_language()))


def _page(state: FormState) -> str:
    with reading() as session:
        rows = addresses.addresses(session, actor())
        owners = {one.id: one for one in organisations.organisations(session, actor(), limit=MOST_OWNERS)}
    shown = [(row, addresses.address_of(row)) for row in rows]
    is_on = settings().mail is not None
    return render_template(
        "office/reports/addresses.html", rows=shown, form=state, is_on=is_on, owners=owners
    )


@door.page("", Act.MANAGE_REPORTS, methods=["POST"])
def add() -> AnyResponse | tuple[str, int]:
    """Note one, and ask its owner by mail."""
    values = typed(FIELDS)
    try:
        given = read(addresses.AddressIn, values)
        with once() as session:
            row = addresses.add_address(session, actor(), given, now())
            answer = leads_to("mail_addresses.index")
    except NongsanError as error:
        return _page(kept(error, values)), error.status
    flash(say("report.address.added", name=row.name), "ok")
    return answer


@door.page("/<address_id>/hoi-lai", Act.MANAGE_REPORTS, methods=["POST"])
def ask_again(address_id: str) -> AnyResponse:
    """Send the mail that asks once more."""
    with once() as session:
        addresses.ask_again(session, actor(), address_id, now())
        answer = leads_to("mail_addresses.index")
    flash(say("report.address.asked"), "ok")
    return answer


@door.page("/<address_id>/nhan", Act.MANAGE_REPORTS, methods=["POST"])
def topics(address_id: str) -> AnyResponse:
    """What it gets besides reports."""
    wanted = {name: request.form.get(name) == "1" for name in TOPICS}
    with once() as session:
        addresses.set_topics(session, actor(), address_id, **wanted)
        answer = leads_to("mail_addresses.index")
    flash(say("report.saved"), "ok")
    return answer


@door.page("/<address_id>/xoa", Act.MANAGE_REPORTS, methods=["POST"])
def erase(address_id: str) -> AnyResponse:
    """Forget it."""
    with once() as session:
        addresses.erase(session, actor(), address_id, now())
        answer = leads_to("mail_addresses.index")
    flash(say("report.address.erased"), "ok")
    return answer
