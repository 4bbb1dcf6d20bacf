"""Label stock as people type it: lengths in millimetres, the usual where nothing is said."""

from typing import Annotated, Any

from pydantic import BeforeValidator

from trace.records.label_stock import StockForm, StockShape
from trace.services.intake import Given, line
from trace.standards import quantity
from trace.standards.fault import Fault

A4_UM = (210_000, 297_000)
LEAST_UM, MOST_UM = 10_000, 1_000_000
"""A centimetre, the least a stamp can be; a metre, longer than any label paper."""


def _length(value: object) -> object:
    """Micrometres from typed millimetres; nothing from an empty field. Raises ``field.range``."""
    if not isinstance(value, str):
        return value
    if not value.strip():
        return None
    return within(quantity.length_um(value), 0, MOST_UM)


def _size(value: object) -> object:
    found = _length(value)
    return within(found, LEAST_UM, MOST_UM) if isinstance(found, int) else ""


def within(length_um: int, least_um: int, most_um: int) -> int:
    """The length, when it lies between the two; raises ``field.range`` with both in millimetres."""
    if not least_um <= length_um <= most_um:
        raise Fault("field.range", min=least_um / 1000, max=most_um / 1000, unit="mm", got=length_um / 1000)
    return length_um


def _up_to(most: int) -> BeforeValidator:
    def read(value: object) -> object:
        if not isinstance(value, str):
            return value
        if not value.strip():
            return None
        count = quantity.count(value)
        if not 1 <= count <= most:
            raise Fault("field.range", min=1, max=most, unit="", got=count)
        return count

    return BeforeValidator(read)


Length = Annotated[int | None, BeforeValidator(_length)]
"""Micrometres, typed in millimetres; nothing where the usual is meant."""
Size = Annotated[int, BeforeValidator(_size)]
"""Micrometres of a label's side."""


class StockIn(Given):
    """Stock as given. What is left out is as usual: labels that touch, margins that centre them, an A4 page.

    A roll has one row, and its page is that row: ``rows``, ``pitch_y_um``, ``top_um`` and
    ``page_height_um`` are not asked.
    """

    name: Annotated[str, line(60, 2)]
    form: StockForm
    shape: StockShape = StockShape.RECTANGLE
    columns: Annotated[int, _up_to(50)]
    rows: Annotated[int | None, _up_to(100)] = None
    label_width_um: Size
    label_height_um: Size
    pitch_x_um: Length = None
    pitch_y_um: Length = None
    left_um: Length = None
    top_um: Length = None
    page_width_um: Length = None
    page_height_um: Length = None

    def figures(self) -> dict[str, Any]:
        """Every column of a row but its name, the usual filled in."""
        is_roll = self.form is StockForm.ROLL
        width, height = self.label_width_um, self.label_height_um
        rows = 1 if is_roll else self.rows or 1
        pitch_x = self.pitch_x_um or width
        pitch_y = height if is_roll else self.pitch_y_um or height
        wide, high = (self.columns - 1) * pitch_x + width, (rows - 1) * pitch_y + height
        left, page_width = _margin(self.left_um, self.page_width_um, wide, None if is_roll else A4_UM[0])
        top, page_height = (0, high) if is_roll else _margin(self.top_um, self.page_height_um, high, A4_UM[1])
        return {
            "form": self.form.value,
            "shape": self.shape.value,
            "columns": self.columns,
            "rows": rows,
            "label_width_um": width,
            "label_height_um": height,
            "pitch_x_um": pitch_x,
            "pitch_y_um": pitch_y,
            "left_um": left,
            "top_um": top,
            "page_width_um": page_width,
            "page_height_um": page_height,
        }


def _margin(margin: int | None, page: int | None, used: int, usual: int | None) -> tuple[int, int]:
    """Margin and page, each as typed or as usual: labels in the middle, a page as wide as they need."""
    whole = page or usual or (margin or 0) * 2 + used
    return (max(0, (whole - used) // 2) if margin is None else margin), whole
