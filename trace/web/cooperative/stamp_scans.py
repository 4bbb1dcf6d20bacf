"""``/htx/tem/<block>/quet/<serial>``: the scans of a stamp that looks copied, and saying that it is none."""

from typing import Any

from flask import flash, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading
from trace.errors import Invalid
from trace.services import stamp_scans
from trace.services.admission import Act
from trace.services.clone_rules import clear_clone
from trace.services.intake import LONGEST_REASON
from trace.web.door import Door
from trace.web.form_state import FormState, blank, kept, typed
from trace.web.once import leads_to, once
from trace.web.registry_forms import say
from trace.web.visitor import actor, now, opens

door = Door("stamp_scans", __name__, url_prefix="/htx/tem/<block>/quet")

Answer = AnyResponse | str | tuple[Any, int]


@door.page("/<int:serial>", Act.VOID_STAMPS)
def show(block: str, serial: int) -> str:
    """The stamp's scans."""
    return _show(block, serial, blank())


def _show(block: str, serial: int, form: FormState) -> str:
    with reading() as session:
        found = stamp_scans.scans_of(session, actor(), block, serial)
    back = url_for("work.index") if opens("/so/viec") else url_for("stamps.show", block=block)
    return render_template(
        "cooperative/stamps/scans.html", one=found, form=form, back=back, most=LONGEST_REASON
    )


@door.page("/<int:serial>", Act.VOID_STAMPS, methods=["POST"])
def clear(block: str, serial: int) -> Answer:
    """It is no copy: what was scanned so far counts against it no more."""
    try:
        with once() as session:
            found = stamp_scans.scans_of(session, actor(), block, serial)
            clear_clone(session, actor(), found.block.kid, serial, request.form.get("note", ""), now())
            answer = leads_to("stamp_scans.show", block=block, serial=serial)
    except Invalid as error:
        return _show(block, serial, kept(error, typed(("note",)))), error.status
    flash(say("scans.cleared"), "ok")
    return answer
