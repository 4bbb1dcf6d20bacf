"""Label stock: sheets and rolls as a literal table of millimetres."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from labels.errors import BadJob

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
LEAST_LABEL_MM, MOST_PAGE_MM, MOST_CELLS = 10.0, 1200.0, 1000
TOUCHING_MM = 1e-6  # what adding up a row of pitches may be off


@dataclass(frozen=True)
class Stock:
    """Labels of one size on a sheet, or side by side on a roll.

    ``pitch_*`` is the distance from one label's edge to the same edge of the next, ``left`` and
    ``top`` the first label's corner. A roll's page is one row of labels. ``measured`` is False
    where sources contradict each other or nobody has measured: the print desk lets people edit
    such figures and offers the calibration page. ``is_oval`` labels are cut along the ellipse (or
    circle) in their rectangle.
    """

    name: str
    form: str  # "sheet" or "roll"
    columns: int
    rows: int
    label_width_mm: float
    label_height_mm: float
    pitch_x_mm: float
    pitch_y_mm: float
    left_mm: float
    top_mm: float
    page_width_mm: float
    page_height_mm: float
    measured: bool
    is_oval: bool = False

    @property
    def size(self) -> str:
        """One label's width and height in whole and tenth millimetres: ``38.1 x 21.2``."""
        return f"{self.label_width_mm:.4g} x {self.label_height_mm:.4g}"

    @property
    def cells(self) -> int:
        """Labels on a page."""
        return self.columns * self.rows

    def corner_mm(self, cell: int) -> tuple[float, float]:
        """Left and top edge of the ``cell``-th label (from 1, row by row) from the page's corner."""
        row, column = divmod(self.checked_cell(cell) - 1, self.columns)
        return self.left_mm + column * self.pitch_x_mm, self.top_mm + row * self.pitch_y_mm

    def checked_cell(self, cell: int) -> int:
        """The cell itself.

        :raises BadJob: the page has no such cell.
        """
        if not 1 <= cell <= self.cells:
            raise BadJob("start_cell", cell, self.cells)
        return cell


def sheet(
    name: str, grid: tuple[int, int], label: tuple[float, float], pitch_x_mm: float, *, measured: bool = False
) -> Stock:
    """An A4 sheet of ``grid`` (columns, rows) labels, centred, rows touching."""
    (columns, rows), (width, height) = grid, label
    left = (210 - width - (columns - 1) * pitch_x_mm) / 2
    top = (297 - rows * height) / 2
    return Stock(
        name, "sheet", columns, rows, width, height, pitch_x_mm, height, left, top, 210, 297, measured
    )


def roll(width: float, height: float, columns: int = 1, gap_mm: float = 2.0) -> Stock:
    """A roll of ``columns`` labels side by side; the printer's own sensor finds the gap below."""
    web = columns * width + (columns - 1) * gap_mm
    name = f"roll-{width:g}x{height:g}" + (f"-x{columns}" if columns > 1 else "")
    pitch = width + gap_mm
    return Stock(name, "roll", columns, 1, width, height, pitch, height, 0, 0, web, height, columns == 1)


# Tomy 145: every source agrees on the grid (the common 38.1 x 21.2 mm one); margins are centred.
STOCKS: dict[str, Stock] = {
    stock.name: stock
    for stock in (
        sheet("tomy-145", (5, 13), (38.1, 21.2), 40.6, measured=True),
        roll(50, 30),
        roll(35, 22, columns=2),
        roll(35, 22, columns=3),
        roll(40, 30),
        roll(60, 40),
        roll(70, 50),
        roll(100, 50),
        roll(25, 25),
        roll(30, 20),
        roll(100, 70),
    )
}


def checked_stock(stock: Stock) -> Stock:
    """The stock itself, when every label lies whole on its page and on no other label.

    :raises BadJob: names the first figure that cannot be, its value, and the most (or the
        choices) that may stand there; a figure below its least names ``>=`` that.
    """
    if not NAME.fullmatch(stock.name):
        raise BadJob("name", stock.name[:40], NAME.pattern)
    if stock.form not in {"sheet", "roll"}:
        raise BadJob("form", stock.form[:40], "sheet, roll")
    most_rows = 1 if stock.form == "roll" else MOST_CELLS
    for field, most in (("columns", MOST_CELLS), ("rows", most_rows)):
        _within(field, getattr(stock, field), 1, most)
    if stock.cells > MOST_CELLS:
        raise BadJob("cells", stock.cells, MOST_CELLS)
    for across in ("width", "height"):
        _within(f"page_{across}_mm", getattr(stock, f"page_{across}_mm"), LEAST_LABEL_MM, MOST_PAGE_MM)
    _check_line(stock, "columns", "width", "x", "left")
    _check_line(stock, "rows", "height", "y", "top")
    return stock


def _check_line(stock: Stock, count: str, across: str, axis: str, edge: str) -> None:
    """Labels side by side (or one below the other): each on the page, none on its neighbour."""
    cells, page = getattr(stock, count), getattr(stock, f"page_{across}_mm")
    size = _within(f"label_{across}_mm", getattr(stock, f"label_{across}_mm"), LEAST_LABEL_MM, page)
    start = _within(f"{edge}_mm", getattr(stock, f"{edge}_mm"), 0.0, page - size)
    if cells > 1:
        _within(
            f"pitch_{axis}_mm", getattr(stock, f"pitch_{axis}_mm"), size, (page - size - start) / (cells - 1)
        )


def _within(field: str, value: float, least: float, most: float) -> float:
    if not math.isfinite(value) or value < least - TOUCHING_MM:
        raise BadJob(field, value, f">= {least:.4g}")
    if value > most + TOUCHING_MM:
        raise BadJob(field, value, math.floor(most * 100 + 1e-6) / 100)
    return value
