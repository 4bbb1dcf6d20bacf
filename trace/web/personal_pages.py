"""What ``/htx`` and ``/so`` share of a household's personal data: its ways, its file, erasing."""

import json
from functools import partial, update_wrapper

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


def show(face: str, act: Act, household_id: int) -> str:
    """The ways to hand the data out and to erase it."""
    with reading() as session:
        row = fetch(session, actor(), act, Household, id=household_id)
    return render_template(f"{face}/registry/personal.html", row=row)


def export(household_id: int) -> Response:
    """All that is held of it, as a file that no browser or proxy keeps."""
    with transaction() as session:
        values = personal_export(session, actor(), household_id, now(), request.form.get("reason", ""))
    answer = Response(json.dumps(values, ensure_ascii=False, indent=1), content_type="application/json")
    answer.headers["Content-Disposition"] = "attachment; filename=household.json"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def erase(page: str, household_id: int) -> AnyResponse:
    """Erase what names its people, and go back to ``page``."""
    with once() as session:
        row = erase_household(session, actor(), household_id, request.form.get("reason", ""), now())
        answer = leads_to(page, household_id=row.id)
    flash(say("personal.erased", code=row.code), "ok")
    return answer


def hang(door: Door, face: str, act: Act, rule: str) -> None:
    """Hang the pages of one household into a face's door; ``act`` is to see its personal data."""
    seen = update_wrapper(partial(show, face, act), show)
    erased = update_wrapper(partial(erase, f"{door.name}.show"), erase)
    door.page(rule, act)(seen)
    door.page(rule, act, methods=["POST"])(export)
    door.page("/<int:household_id>/xoa", Act.ERASE_PERSON, methods=["POST"])(erased)
