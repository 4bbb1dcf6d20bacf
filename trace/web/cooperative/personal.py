"""``/htx/ho/.../du-lieu``: what is held of a household's people, for handing out and for erasing."""

import json
from typing import Any

from flask import Response, flash, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading, transaction
from trace.records.household import Household
from trace.services.admission import Act, fetch
from trace.services.erasing import erase_household
from trace.services.personal_export import personal_export
from trace.web.door import Door
from trace.web.once import leads_to, once
from trace.web.registry_forms import say
from trace.web.visitor import actor, now

door = Door("personal", __name__, url_prefix="/htx/ho")


@door.page("/<int:household_id>/du-lieu", Act.VIEW_PERSONAL)
def show(household_id: int) -> str:
    """The ways to hand the data out and to erase it."""
    with reading() as session:
        row = fetch(session, actor(), Act.VIEW_PERSONAL, Household, id=household_id)
    return render_template("cooperative/registry/personal.html", row=row)


@door.page("/<int:household_id>/du-lieu", Act.VIEW_PERSONAL, methods=["POST"])
def export(household_id: int) -> Response:
    """All that is held of it, as a file."""
    with transaction() as session:
        return as_file(personal_export(session, actor(), household_id, now()))


def as_file(values: dict[str, Any]) -> Response:
    """A download that no browser or proxy keeps."""
    text = json.dumps(values, ensure_ascii=False, indent=1)
    answer = Response(text, content_type="application/json")
    answer.headers["Content-Disposition"] = "attachment; filename=household.json"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@door.page("/<int:household_id>/xoa", Act.ERASE_PERSON, methods=["POST"])
def erase(household_id: int) -> AnyResponse:
    """Erase what names its people."""
    with once() as session:
        row = erase_household(session, actor(), household_id, request.form.get("reason", ""), now())
        answer = leads_to("personal.show", household_id=row.id)
    flash(say("personal.erased", code=row.code), "ok")
    return answer
