"""``/htx/may-in``: a cooperative's printers, and the sheet that shows what each does wrong."""

from typing import Any

from flask import flash, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading
from trace.errors import NongsanError, NotFound
from trace.records.label_printer import WHOLE_PPM, LabelPrinter, PrinterKind
from trace.services import label_printers
from trace.services.admission import Act, fetch
from trace.services.intake import read
from trace.services.label_printers import DPIS, PrinterIn
from trace.services.stamp_sending import is_sendable
from trace.web.door import Door
from trace.web.form_state import FormState, blank, typed
from trace.web.once import leads_to, once
from trace.web.registry_forms import Box, Item, Page, bare, refused, say, words
from trace.web.visitor import actor, face_language, now, settings

door = Door("label_printers", __name__, url_prefix="/htx/may-in")
Answer = str | AnyResponse | tuple[Any, int]
FIELDS = ("name", "kind", "dpi", "address", "request_id")


@door.page("", Act.MANAGE_PRINTING)
def index() -> str:
    """Printers in use and how each was set right."""
    with reading() as session:
        rows = label_printers.own_printers(session, actor())
    items = [
        Item(
            row.name,
            (say(f"label_printer.kind.{row.kind}"), in_words(row)),
            url_for("label_printers.show", printer=row.public_id),
        )
        for row in rows
    ]
    return render_template("cooperative/gear/printers.html", items=items)


def in_words(row: LabelPrinter) -> str:
    """What was measured: ``Lệch ngang +0,5 mm, dọc −0,3 mm (căn ngày 02/06/2026)``."""
    if row.calibrated_on is None:
        return say("label_printer.not_set")
    return say("label_printer.set", date=row.calibrated_on, **shift(row.offset_x_um, row.offset_y_um))


def shift(x_um: int, y_um: int) -> dict[str, str]:
    """Two shifts with their signs."""
    return {"x": signed_mm(x_um), "y": signed_mm(y_um)}


def signed_mm(length_um: int) -> str:
    """Tenths of a millimetre with a sign: ``+0,5``; ``−0,3``."""
    tenths = round(length_um / 100)
    text = f"{abs(tenths) // 10}.{abs(tenths) % 10}"
    sign = "" if tenths == 0 else "+" if tenths > 0 else "−"
    return sign + (text.replace(".", ",") if face_language() == "vi" else text)


@door.page("/moi", Act.MANAGE_PRINTING)
def new() -> str:
    """An empty form."""
    return _new(blank(kind=PrinterKind.OFFICE, dpi=203))


def _new(state: FormState, _places: Any = ()) -> str:
    action, back = url_for("label_printers.add"), url_for("label_printers.index")
    return _form(state, say("label_printer.new"), action, back)


@door.page("/moi", Act.MANAGE_PRINTING, methods=["POST"])
def add() -> Answer:
    """Take a printer into use."""
    values = typed(FIELDS)
    try:
        given = read(PrinterIn, bare(values))
        with once() as session:
            row = label_printers.add_printer(session, actor(), given, now())
            answer = leads_to("label_printers.show", printer=row.public_id)
    except NongsanError as error:
        return refused(error, values, _new)
    flash(say("label_printer.saved", name=row.name), "ok")
    return answer


@door.page("/<printer>", Act.MANAGE_PRINTING)
def show(printer: str) -> str:
    """One printer."""
    with reading() as session:
        row = _row(session, printer)
    figures = {**shift(row.offset_x_um, row.offset_y_um), "pct": percents(row.scale_x_ppm, row.scale_y_ppm)}
    return render_template(
        "cooperative/gear/printer.html",
        row=row,
        figures=figures,
        set_line=in_words(row),
        sends=is_sendable(row, row.kind),
        may_send=bool(settings().printer_hosts),
    )


def percents(x_ppm: int, y_ppm: int) -> str:
    """Both scales as per cent: ``100,2 × 99,9``."""
    found = (f"{scale / WHOLE_PPM * 100:.2f}".rstrip("0").rstrip(".") for scale in (x_ppm, y_ppm))
    text = " × ".join(found)
    return text.replace(".", ",") if face_language() == "vi" else text


def _row(session: Any, printer: str) -> LabelPrinter:
    return fetch(session, actor(), Act.MANAGE_PRINTING, LabelPrinter, public_id=printer)


@door.page("/<printer>/sua", Act.MANAGE_PRINTING)
def edit(printer: str) -> str:
    """The form with what is stored."""
    with reading() as session:
        row = _row(session, printer)
    return _edit(printer, blank(name=row.name, kind=row.kind, dpi=row.dpi, address=row.address))


def _edit(printer: str, state: FormState) -> str:
    action = url_for("label_printers.save", printer=printer)
    return _form(state, say("label_printer.edit"), action, url_for("label_printers.show", printer=printer))


@door.page("/<printer>/sua", Act.MANAGE_PRINTING, methods=["POST"])
def save(printer: str) -> Answer:
    """Change a printer."""
    values = typed(FIELDS)
    try:
        with reading() as session:
            _row(session, printer)
        given = read(PrinterIn, bare(values))
        with once() as session:
            row = label_printers.change_printer(session, actor(), printer, given)
            answer = leads_to("label_printers.show", printer=printer)
    except NotFound:
        raise
    except NongsanError as error:
        return refused(error, values, lambda state, _places: _edit(printer, state))
    flash(say("label_printer.saved", name=row.name), "ok")
    return answer


@door.page("/<printer>/bo", Act.MANAGE_PRINTING, methods=["POST"])
def retire(printer: str) -> Answer:
    """Out of the lists."""
    with once() as session:
        row = label_printers.retire_printer(session, actor(), printer, now())
        answer = leads_to("label_printers.index")
    flash(say("label_gear.gone", name=row.name), "ok")
    return answer


def _form(state: FormState, title: str, action: str, back: str) -> str:
    boxes = (
        Box("name", "label_printer.name", hint="label_printer.name.hint", most=60),
        Box(
            "kind",
            "label_printer.kind",
            "choices",
            hint="label_printer.kind.hint",
            options=words(PrinterKind, "label_printer.kind"),
        ),
        Box(
            "dpi",
            "label_printer.dpi",
            "select",
            hint="label_printer.dpi.hint",
            options=[(str(dpi), f"{dpi} dpi") for dpi in DPIS],
        ),
        Box("address", "label_printer.where", required=False, hint="label_printer.where.hint", most=160),
    )
    return render_template("cooperative/registry/form.html", page=Page(title, action, back, boxes, state))
