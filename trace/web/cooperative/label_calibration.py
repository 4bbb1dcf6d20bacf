"""``/htx/may-in/<máy>/can``: print the test page, measure it, and the printer is set right."""

from typing import Any

from flask import Response, flash, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from labels.calibration import test_page
from labels.job import Calibration
from labels.stock import STOCKS
from trace.db import reading
from trace.errors import Invalid, NongsanError, NotFound, Refused
from trace.records.label_printer import WHOLE_PPM, LabelPrinter
from trace.services import label_calibrating, label_printers, label_stocks
from trace.services.admission import Act, fetch
from trace.services.intake import read
from trace.services.label_calibrating import MeasuredIn
from trace.web.cooperative.label_printers import percents, shift
from trace.web.cooperative.label_stock import stock_options
from trace.web.door import Door
from trace.web.form_state import FormState, blank, typed
from trace.web.once import leads_to, once
from trace.web.refusals import problem_text, said
from trace.web.registry_forms import Box, bare, refused, say
from trace.web.visitor import actor, face_language, now

door = Door("label_calibration", __name__, url_prefix="/htx/may-in")
Answer = str | AnyResponse | tuple[Any, int]
MEASURES = ("across_um", "down_um", "left_um", "top_um")
FIELDS = ("stock", "before", *MEASURES, "request_id")


def _row(session: Any, printer: str) -> LabelPrinter:
    return fetch(session, actor(), Act.MANAGE_PRINTING, LabelPrinter, public_id=printer)


def _asked_stock() -> str:
    usual = next(iter(STOCKS))
    return str(request.values.get("stock") or usual)


@door.page("/<printer>/to-thu.pdf", Act.MANAGE_PRINTING)
def sheet(printer: str) -> Response:
    """The test page for a stock, drawn with what is known of the printer so far."""
    with reading() as session:
        row = _row(session, printer)
        stock = label_stocks.stock_named(session, actor(), _asked_stock())
    data = test_page(stock, label_printers.calibration_of(row), say("label_printer.up"))
    answer = Response(data, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="to-thu-{stock.name}.pdf"'
    return answer


@door.page("/<printer>/can", Act.MANAGE_PRINTING)
def measure(printer: str) -> str:
    """Three steps on one page: print, measure, type."""
    return _measure(printer, blank())


def _measure(printer: str, state: FormState) -> str:
    name = _asked_stock()
    with reading() as session:
        row = _row(session, printer)
        stock = label_stocks.stock_named(session, actor(), name)
        options = stock_options(session)
    true = label_calibrating.page_of(stock)
    rounded = {"across": true.across_mm, "down": true.down_mm, "left": true.left_mm, "top": true.top_mm}
    boxes = [
        (Box(f"{side}_um", "", "length", unit="mm", most=12), say(f"label_printer.{side}", n=round(mm, 1)))
        for side, mm in rounded.items()
    ]
    return render_template(
        "cooperative/gear/calibration.html",
        row=row,
        stock=stock,
        options=options,
        boxes=boxes,
        state=state,
        before=label_calibrating.state_of(row),
    )


@door.page("/<printer>/can/tinh", Act.MANAGE_PRINTING)
def reckon(printer: str) -> str:
    """What the typed measures come to, told while they are typed."""
    values = {name: request.args[name] for name in FIELDS if name in request.args}
    with reading() as session:
        row = _row(session, printer)
        stock = label_stocks.stock_named(session, actor(), _asked_stock())
    if not all(values.get(name, "").strip() for name in MEASURES):
        return ""
    try:
        found = label_calibrating.computed(row, stock, read(MeasuredIn, bare(values)))
    except Invalid as wrong:
        return render_template(
            "cooperative/gear/reckoned.html", wrong=problem_text(wrong.problems[0], face_language())
        )
    except Refused as refusal:
        return render_template("cooperative/gear/reckoned.html", wrong=said(refusal, face_language())[0])
    return render_template("cooperative/gear/reckoned.html", figures=figures_of(found))


def figures_of(found: Calibration) -> dict[str, str]:
    """Shift and scale as people read them."""
    moved = shift(round(found.offset_x_mm * 1000), round(found.offset_y_mm * 1000))
    scales = round(found.scale_x * WHOLE_PPM), round(found.scale_y * WHOLE_PPM)
    return {**moved, "pct": percents(*scales)}


@door.page("/<printer>/can", Act.MANAGE_PRINTING, methods=["POST"])
def keep(printer: str) -> Answer:
    """Keep what was measured."""
    values = typed(FIELDS)
    try:
        with reading() as session:
            _row(session, printer)
        given = read(MeasuredIn, bare(values))
        with once() as session:
            row = label_calibrating.set_right(session, actor(), printer, given, now())
            answer = leads_to("label_printers.show", printer=printer)
    except NotFound:
        raise
    except NongsanError as error:
        return refused(error, values, lambda state, _places: _measure(printer, state))
    told = figures_of(label_printers.calibration_of(row))
    flash(say("print.cal.done", printer=row.name, **told), "ok")
    return answer


@door.page("/<printer>/bo-can", Act.MANAGE_PRINTING, methods=["POST"])
def forget(printer: str) -> Answer:
    """Back to no offset and no scale."""
    with once() as session:
        row = label_calibrating.forget_settings(session, actor(), printer)
        answer = leads_to("label_printers.show", printer=printer)
    flash(say("label_printer.forgotten", name=row.name), "ok")
    return answer
