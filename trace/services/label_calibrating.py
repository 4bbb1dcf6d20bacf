"""Setting a printer right: what was measured on its test page becomes its offset and scale."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import BeforeValidator
from sqlmodel import Session

from labels.calibration import corrected, frame_mm, rulers
from labels.errors import BadJob
from labels.job import Calibration
from labels.stock import Stock
from trace.errors import FieldProblem, Invalid, Refused
from trace.records.label_printer import WHOLE_PPM, LabelPrinter
from trace.services.admission import Actor
from trace.services.intake import Given, line
from trace.services.label_printers import calibration_of, open_row
from trace.services.label_stocks import stock_named
from trace.standards import quantity
from trace.standards.local_time import local_day


def _length(value: object) -> object:
    return quantity.length_um(value) if isinstance(value, str) and value.strip() else value


Measure = Annotated[int, BeforeValidator(_length)]
"""Micrometres, typed in millimetres."""


class MeasuredIn(Given):
    """Four measures of a test page: both rulers, and the first frame from the left and the upper edge.

    ``before`` names the offset and scale the page was printed with (``state_of``).
    """

    stock: Annotated[str, line(32, 1)]
    before: Annotated[str, line(80, 1)]
    across_um: Measure
    down_um: Measure
    left_um: Measure
    top_um: Measure


@dataclass(frozen=True)
class TruePage:
    """What a test page should measure, in millimetres."""

    across_mm: float
    down_mm: float
    left_mm: float
    top_mm: float


def page_of(stock: Stock) -> TruePage:
    """The measures of a test page that was printed true."""
    across, down = rulers(stock)
    left, top, _width, _height = frame_mm(stock, 1)
    return TruePage(across.length_mm, down.length_mm, left, top)


def state_of(row: LabelPrinter) -> str:
    """A printer's offset and scale as one word: a form that was sent twice corrects nothing twice."""
    return f"{row.offset_x_um}:{row.offset_y_um}:{row.scale_x_ppm}:{row.scale_y_ppm}"


def computed(row: LabelPrinter, stock: Stock, given: MeasuredIn) -> Calibration:
    """The offset and scale that make this printer print true.

    Raises:
        Invalid: a measure so far off that the page was scaled to fit, or misread.
        Refused: ``label_printer.set_since``: it was set anew since the test page was printed.
    """
    if given.before != state_of(row):
        raise Refused("label_printer.set_since", name=row.name)
    true = page_of(stock)
    try:
        return corrected(
            calibration_of(row),
            (true.across_mm, true.down_mm),
            given.across_um / 1000,
            given.down_um / 1000,
            given.left_um / 1000 - true.left_mm,
            given.top_um / 1000 - true.top_mm,
            (true.left_mm, true.top_mm),
        )
    except BadJob as problem:
        raise Invalid([_far(str(problem.params["field"]), true, given)]) from problem


_FIELDS = {
    "measured_x_mm": ("across_um", "across_mm"),
    "measured_y_mm": ("down_um", "down_mm"),
    "edge_x_mm": ("left_um", "left_mm"),
    "edge_y_mm": ("top_um", "top_mm"),
}


def _far(field: str, true: TruePage, given: MeasuredIn) -> FieldProblem:
    """Which measure is too far off, and what it should be about."""
    name, expected = _FIELDS[field]
    figures = {"a": getattr(given, name) / 1000, "b": round(getattr(true, expected), 1)}
    return FieldProblem(name, "label_printer.far", figures["a"], figures)


def set_right(
    session: Session, actor: Actor, public_id: str, given: MeasuredIn, now: datetime
) -> LabelPrinter:
    """Keep what was measured on a test page.

    Raises:
        NotFound: printer or stock is not theirs.
        Invalid, Refused: as ``computed``.
    """
    row = open_row(session, actor, public_id)
    found = computed(row, stock_named(session, actor, given.stock), given)
    row.offset_x_um, row.offset_y_um = round(found.offset_x_mm * 1000), round(found.offset_y_mm * 1000)
    row.scale_x_ppm, row.scale_y_ppm = round(found.scale_x * WHOLE_PPM), round(found.scale_y * WHOLE_PPM)
    row.calibrated_on = local_day(now)
    _refuse_drift(row)
    session.flush()
    return row


MOST_OFFSET_UM, MOST_SCALE_PPM = 20_000, 100_000
"""Two centimetres and a tenth: more is another paper size, not a fault of the printer."""


def _refuse_drift(row: LabelPrinter) -> None:
    """Several corrections one after the other must not wander off either.

    Raises:
        Refused: ``label_printer.drift``.
    """
    shifts = max(abs(row.offset_x_um), abs(row.offset_y_um))
    scales = max(abs(row.scale_x_ppm - WHOLE_PPM), abs(row.scale_y_ppm - WHOLE_PPM))
    if shifts > MOST_OFFSET_UM or scales > MOST_SCALE_PPM:
        raise Refused("label_printer.drift", name=row.name)


def forget_settings(session: Session, actor: Actor, public_id: str) -> LabelPrinter:
    """Back to no offset and no scale.

    Raises:
        NotFound: not theirs.
    """
    row = open_row(session, actor, public_id)
    row.offset_x_um = row.offset_y_um = 0
    row.scale_x_ppm = row.scale_y_ppm = WHOLE_PPM
    row.calibrated_on = None
    session.flush()
    return row
