"""``/so/ca-nhan``: personal data of households for the office, each look and erasing for a kept reason."""

from flask import Response, flash, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading, transaction
from trace.records.household import Household
from trace.services import households
from trace.services.admission import Act, fetch
from trace.services.erasing import erase_household
from trace.services.personal_export import personal_export
from trace.web.cooperative.personal import as_file
from trace.web.door import Door
from trace.web.once import leads_to, once
from trace.web.registry_forms import Item, say
from trace.web.visitor import actor, now

door = Door("office_personal", __name__, url_prefix="/so/ca-nhan")
PAGE = 50


@door.page("", Act.READ_PERSONAL_FOR_REASON)
def index() -> str:
    """Households by name or code, looked for without marks."""
    query = request.args.get("q", "")
    with reading() as session:
        found, total = households.households(session, actor(), query, PAGE)
    items = [
        Item(one.name, (one.code,), url_for("office_personal.show", household_id=one.id)) for one in found
    ]
    empty = say("registry.none_found", query=query)
    return render_template("office/registry/people.html", items=items, total=total, query=query, empty=empty)


@door.page("/<int:household_id>", Act.READ_PERSONAL_FOR_REASON)
def show(household_id: int) -> str:
    """The ways to read the data and to erase it, both by reason."""
    with reading() as session:
        row = fetch(session, actor(), Act.READ_PERSONAL_FOR_REASON, Household, id=household_id)
    return render_template("office/registry/personal.html", row=row)


@door.page("/<int:household_id>", Act.READ_PERSONAL_FOR_REASON, methods=["POST"])
def export(household_id: int) -> Response:
    """All that is held of it, as a file."""
    with transaction() as session:
        reason = request.form.get("reason", "")
        return as_file(personal_export(session, actor(), household_id, now(), reason))


@door.page("/<int:household_id>/xoa", Act.ERASE_PERSON, methods=["POST"])
def erase(household_id: int) -> AnyResponse:
    """Erase what names its people."""
    with once() as session:
        row = erase_household(session, actor(), household_id, request.form.get("reason", ""), now())
        answer = leads_to("office_personal.show", household_id=row.id)
    flash(say("personal.erased", code=row.code), "ok")
    return answer
