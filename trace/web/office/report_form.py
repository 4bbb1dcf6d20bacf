"""The forms of reports: what was typed as a report or a view, and what they offer to choose from."""

from collections.abc import Mapping
from typing import Any

from flask import request

from trace.errors import FieldProblem, Invalid
from trace.records.report import Report, Rhythm, Span
from trace.services.figures.asking import Dimension
from trace.services.figures.catalogue import MEASURES
from trace.services.intake import read
from trace.services.office_reports.plans import ReportIn
from trace.services.office_reports.views import FORM_1034, View
from trace.web.form_state import FormState, typed
from trace.web.office.figure_asking import FILTERS, NONE
from trace.web.registry_forms import say

FIELDS = ("title", "span", "rhythm", "day", "hour", "language", "as_xlsx", "as_pdf", "signed_only")
TICKS = ("as_xlsx", "as_pdf", "signed_only")
ALL = "*"
"""In forms: the overview of all indicators."""


def said() -> dict[str, str]:
    """The fields as they were sent, readers with blanks between."""
    return {**typed((*FIELDS, "measure", "by")), "readers": " ".join(request.form.getlist("readers"))}


def report_in(values: Mapping[str, str]) -> ReportIn:
    """The report that was filled in.

    Raises:
        Invalid: a field does not fit.
    """
    given: dict[str, Any] = {name: values[name] for name in FIELDS if name in values and name not in TICKS}
    given |= {name: values.get(name) == "1" for name in TICKS}
    return read(ReportIn, {**given, "readers": tuple(values.get("readers", "").split())})


def view_in() -> View:
    """The view that was chosen, in a form or an address.

    Raises:
        Invalid: no such cut.
    """
    by, measure = request.values.get("by", ""), request.values.get("measure", "")
    if by and by not in set(Dimension):
        raise Invalid([FieldProblem("by", "field.choice", by[:40], {"choices": ", ".join(Dimension)})])
    narrowed = {name: request.values.get(key, "") for name, key in FILTERS.items()}
    only = {name: "" if value == NONE else value for name, value in narrowed.items() if value}
    return View("" if measure == ALL else measure or "?", Dimension(by) if by else None, only)


def kept_view(view: View) -> dict[str, str]:
    """A view as hidden fields, or as an address carries it."""
    only = {FILTERS[name]: value or NONE for name, value in view.only.items()}
    return {"measure": view.measure or ALL, "by": view.by or "", **only}


def filled(report: Report, readers: list[str]) -> FormState:
    """The form of a report there is."""
    values = {name: str(getattr(report, name)) for name in FIELDS if name not in TICKS}
    values |= {name: "1" for name in TICKS if getattr(report, name)}
    return FormState({**values, "readers": " ".join(readers)})


def options() -> dict[str, list[tuple[str, str]]]:
    """What the selects offer."""
    figures = [(one.name, f"{one.number}. {say(f'measure.{one.name}')}") for one in MEASURES]
    cuts = [(one.value, say(f"figures.by.{one.value}")) for one in Dimension]
    return {
        "measure": [(ALL, say("report.all")), (FORM_1034, say("form1034.title")), *figures],
        "by": [("", say("report.field.by.none")), *cuts],
        "span": [(one.value, say(f"report.span.{one.value}")) for one in Span],
        "rhythm": [(one.value, say(f"report.rhythm.{one.value}")) for one in Rhythm],
        "day": [(str(n), str(n)) for n in range(1, 29)],
        "hour": [(str(n), say("report.hour", n=n)) for n in range(24)],
        "language": [("vi", "Tiếng Việt"), ("en", "English")],
    }
