"""The label of a box or pallet: its QR, its number, what is in it, and the SSCC as bars where there is room.

Of a given text; what a label says is not known here. The bars keep the sizes of logistic labels (GS1 General
Specifications 5.12.3.5): modules of 0.495 mm or more, 31.75 mm high; a label without that room says the SSCC
in figures and in its QR alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from labels.box_stamp import no_serial
from labels.code128 import QUIET as BAR_QUIET
from labels.code128 import gs1_128
from labels.errors import OnlyFruit, QrTooSmall
from labels.fitting import Column, PlacedText, Wanted, fitted
from labels.fonts import BOLD, face
from labels.frame import LEAST_DOTS, QUIET, box_mm
from labels.placed import DOT_MM, Bar, PlacedSymbol, StampLayout, on_dots
from labels.qr.single import symbol_of
from labels.rows import Row
from labels.stock import Stock, sheet

# Plain paper to be cut into eight; the margin inside a label is more than printers leave blank.
CUT_A4 = sheet("a4-8", (2, 4), (105, 74.25), 105, measured=True)
MOST_DOTS, QR_SHARE = 8, 0.36  # of the label's width
BAR_DOTS = 4  # a module of the bars: 0.5 mm
BARS_MM, FIGURES_MM = 31.75, 3.0
GAP_MM = 1.5
REFERENCE_MM = 50.0  # the height the sizes of the rows are given for
ROWS = {
    row.name: row
    for row in (
        Row("serial", 6.0, 3.0),
        Row("product", 3.4, 2.0, lines=2),
        Row("lot", 2.6, 1.6, lines=2),
        Row("weight", 2.8, 1.7),
        Row("packed", 2.4, 1.6),
        Row("packing_house", 2.4, 1.6, lines=2),
        Row("growing_area", 2.4, 1.6, lines=2),
        Row("cooperative", 2.4, 1.6, lines=2),
        Row("exporter", 2.4, 1.6, lines=2),
        Row("market", 2.4, 1.6),
        Row("sscc", 2.4, 1.6),
    )
}


@dataclass(frozen=True)
class UnitLabel:
    """What one label says: ``lines`` by names of ``ROWS``, in their order; ``sscc`` has 18 digits or none."""

    link: str
    lines: tuple[tuple[str, str], ...]
    sscc: str = ""


def unit_layout(label: UnitLabel, stock: Stock) -> StampLayout:
    """Everything in its place.

    :raises OnlyFruit: the label is round.
    :raises QrTooSmall: not even three dots a module fit.
    :raises DoesNotFit: a line has no room.
    :raises MissingGlyph: a text holds a letter its face lacks.
    """
    if stock.is_oval:
        raise OnlyFruit("unit", stock.size)
    margin = 5.0 if stock.label_width_mm >= 90 else 1.5
    width, height = stock.label_width_mm - 2 * margin, stock.label_height_mm - 2 * margin
    bars, figures = (
        _bars(label, margin, width, margin + height) if _has_room(label, width, height) else ([], [])
    )
    if bars:
        height -= BARS_MM + FIGURES_MM + GAP_MM
    symbol, box = _symbol(label.link, margin, stock.label_width_mm * QR_SHARE, height)
    left = margin + box + GAP_MM
    column = Column(left, margin, margin + width - left, height)
    scale = min(1.6, max(0.7, (height + (BARS_MM if bars else 0)) / REFERENCE_MM))
    words = fitted(_rows(label, said_below=bool(bars)), column, scale, stock)
    nothing = no_serial(PlacedText("code", "", margin, margin, 2.0, BOLD))
    return StampLayout(
        stock,
        0,
        DOT_MM,
        0.0,
        0.0,
        (*words, *figures),
        (),
        tuple(bars),
        nothing,
        nothing,
        1.0,
        symbols=(symbol,),
    )


def _rows(label: UnitLabel, *, said_below: bool) -> list[Wanted]:
    lines = list(label.lines)
    if label.sscc and not said_below:
        lines.insert(1, ("sscc", f"(00) {label.sscc}"))
    bold = face(BOLD)
    return [Wanted(ROWS[name], bold.checked(text.strip())) for name, text in lines if text.strip()]


def _symbol(link: str, margin: float, width: float, height: float) -> tuple[PlacedSymbol, float]:
    modules = symbol_of(link)
    size = len(modules)
    room = min(width, height)
    dots = next((n for n in range(MOST_DOTS, LEAST_DOTS - 1, -1) if box_mm(size, n) <= room), None)
    if dots is None:
        raise QrTooSmall(room, box_mm(size, LEAST_DOTS))
    module = dots * DOT_MM
    at = on_dots(margin + QUIET * module)
    return PlacedSymbol(at, at, module, modules), box_mm(size, dots)


def _bar_width_mm(label: UnitLabel) -> float:
    return (sum(gs1_128(f"00{label.sscc}")) + 2 * BAR_QUIET) * BAR_DOTS * DOT_MM


def _has_room(label: UnitLabel, width: float, height: float) -> bool:
    """Whether the bars fit and leave half as much again for the words."""
    least = BARS_MM + FIGURES_MM + GAP_MM + 20.0
    return bool(label.sscc) and height >= least and width >= _bar_width_mm(label)


def _bars(label: UnitLabel, margin: float, width: float, bottom: float) -> tuple[list[Bar], list[PlacedText]]:
    """The bars along the foot, in the middle, their figures below them."""
    module = BAR_DOTS * DOT_MM
    x = on_dots(margin + (width - _bar_width_mm(label)) / 2 + BAR_QUIET * module)
    left, top = x, on_dots(bottom - FIGURES_MM - BARS_MM)
    bars = []
    for at, modules in enumerate(gs1_128(f"00{label.sscc}")):
        if at % 2 == 0:
            bars.append(Bar(left, top, modules * module, BARS_MM))
        left += modules * module
    words = f"(00) {label.sscc}"
    middle = (x + left) / 2 - face(BOLD).width(words) * FIGURES_MM / 2
    return bars, [PlacedText("sscc", words, middle, bottom - 0.2, FIGURES_MM * 0.95, BOLD)]
