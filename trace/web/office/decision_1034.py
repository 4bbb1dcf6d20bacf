"""``/so/qd-1034``: the form of Decision 1034 filled in, to be printed or taken away as a file."""

from flask import Response, abort, render_template

from trace.db import reading
from trace.services.admission import Act
from trace.services.figures.seasons import Season, days_of
from trace.services.indicators import NAMES, Form1034, form_1034, table_1034
from trace.standards.local_time import local_day
from trace.web.door import Door
from trace.web.office.figure_asking import Periods, periods_asked
from trace.web.tables import as_csv, as_json, as_xlsx
from trace.web.visitor import actor, face_language, now

door = Door("decision_1034", __name__, url_prefix="/so")

FORMS = {"csv": as_csv, "xlsx": as_xlsx}


@door.page("/qd-1034", Act.VIEW_FIGURES)
def show() -> str:
    """The form."""
    _, form = _form()
    return render_template("office/board/decision_1034.html", form=form, names=NAMES, today=local_day(now()))


@door.page("/qd-1034.<form>", Act.VIEW_FIGURES)
def file(form: str) -> Response:
    """The same as a file."""
    if form not in {*FORMS, "json"}:
        abort(404)
    asked, found = _form()
    made = table_1034(found, face_language())
    if form == "json":
        return as_json(made)
    return FORMS[form](made, f"qd-1034-{asked.ask.since.isoformat()}-{asked.ask.until.isoformat()}")


def _form() -> tuple[Periods, Form1034]:
    """The calendar year up to today, where the address says no days."""
    today = local_day(now())
    asked = periods_asked((days_of(Season.YEAR, today.year)[0], today))
    with reading() as session:
        return asked, form_1034(session, actor(), asked.ask)
