"""Labels of boxes and pallets on sheets and rolls: PDF, PNG, ZPL, TSPL. Each label is another.

No clock and no chance in the files: the same labels give the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from labels.errors import BadJob, NeedsRoll
from labels.job import HEADS_DPI, Calibration
from labels.layout import StampLayout
from labels.lettering import Dark
from labels.pdf.file import PageTree, PdfFile
from labels.pdf.font import RESOURCES, PdfFont
from labels.pdf.stamp import form_of
from labels.pdf.writer import media_box, page_opening
from labels.png import SHEET_DPI, png
from labels.raster import StampDots, dots_of, overlay
from labels.stock import Stock
from labels.tspl import bitmap_page, stock_head
from labels.unit_label import UnitLabel, unit_layout
from labels.zipped import zip_chunks
from labels.zpl import z64

COMPRESSION = 6
MOST_LABELS = 1000
TRUE = Calibration()


def unit_pdf(labels: Sequence[UnitLabel], stock: Stock, start_cell: int = 1) -> bytes:
    """All labels as one PDF; raises :class:`labels.errors.LabelError` as ``unit_layout``."""
    layouts = _laid_out(labels, stock, start_cell)
    file = PdfFile()
    fonts = {name: PdfFont(file, name, letters) for name, letters in _letters(layouts).items()}
    tree = PageTree(file)
    for page in _pages(layouts, stock, start_cell):
        parts = [page_opening(stock, TRUE)]
        for cell, layout in page:
            x, y = stock.corner_mm(cell)
            up = stock.page_height_mm - y - stock.label_height_mm
            parts += [b"q 1 0 0 1 %.3f %.3f cm\n" % (x, up), form_of(layout, fonts), b"Q\n"]
        tree.add(b"".join(parts), compress=COMPRESSION)
    names = b"".join(font.resources for font in fonts.values())
    tree.finish(b"/Resources<</Font<<%b>>>>" % names + media_box(stock))
    file.finish()
    return file.drain()


def unit_pngs(labels: Sequence[UnitLabel], stock: Stock, start_cell: int = 1) -> bytes:
    """A PNG a page, in one ZIP: sheets at 300 dpi, rolls at 203."""
    dpi = SHEET_DPI if stock.form == "sheet" else HEADS_DPI[203]
    pages = _dots(labels, stock, start_cell, dpi)
    return b"".join(zip_chunks((f"{number:04}.png", png(page, dpi)) for number, page in enumerate(pages, 1)))


def unit_zpl(labels: Sequence[UnitLabel], stock: Stock, start_cell: int = 1) -> bytes:
    """A roll's rows as bitmaps in ZPL II, 203 dpi."""
    dpi = _roll_dpi("zpl", stock)
    size = dots_of(stock.page_width_mm, dpi), dots_of(stock.page_height_mm, dpi)
    head = b"^XA^PW%d^LL%d^LH0,0^LS0^LT0^FO0,0^GFA," % size
    return b"".join(head + z64(page) + b"^FS^PQ1^XZ\n" for page in _dots(labels, stock, start_cell, dpi))


def unit_tspl(labels: Sequence[UnitLabel], stock: Stock, start_cell: int = 1) -> bytes:
    """A roll's rows as bitmaps in TSPL, 203 dpi."""
    dpi = _roll_dpi("tspl", stock)
    pages = (bitmap_page(page) for page in _dots(labels, stock, start_cell, dpi))
    return stock_head(stock) + b"".join(pages)


Written = Callable[[Sequence[UnitLabel], Stock, int], bytes]
UNIT_FORMATS: dict[str, tuple[Written, str, str]] = {
    "pdf": (unit_pdf, "pdf", "application/pdf"),
    "png": (unit_pngs, "zip", "application/zip"),
    "zpl": (unit_zpl, "zpl", "application/octet-stream"),
    "tspl": (unit_tspl, "tspl", "application/octet-stream"),
}
"""What writes labels, the file's suffix and its media type, by name."""


def _roll_dpi(name: str, stock: Stock) -> float:
    if stock.form != "roll":
        raise NeedsRoll(name, stock.name)
    return HEADS_DPI[203]


def _laid_out(labels: Sequence[UnitLabel], stock: Stock, start_cell: int) -> list[StampLayout]:
    stock.checked_cell(start_cell)
    if not 1 <= len(labels) <= MOST_LABELS:
        raise BadJob("labels", len(labels), MOST_LABELS)
    return [unit_layout(label, stock) for label in labels]


def _pages(
    layouts: Sequence[StampLayout], stock: Stock, start_cell: int
) -> Iterator[list[tuple[int, StampLayout]]]:
    """The labels of each page with their cells, from 1."""
    page: list[tuple[int, StampLayout]] = []
    for place, layout in enumerate(layouts, start_cell - 1):
        cell = place % stock.cells + 1
        if cell == 1 and page:
            yield page
            page = []
        page.append((cell, layout))
    yield page


def _letters(layouts: Sequence[StampLayout]) -> dict[str, str]:
    letters: dict[str, set[str]] = {}
    for text in (text for layout in layouts for text in layout.texts):
        letters.setdefault(text.face, set()).update(text.text)
    return {name: "".join(sorted(letters[name])) for name in RESOURCES if name in letters}


def _dots(labels: Sequence[UnitLabel], stock: Stock, start_cell: int, dpi: float) -> Iterator[Dark]:
    shape = dots_of(stock.page_height_mm, dpi), dots_of(stock.page_width_mm, dpi)
    for placed in _pages(_laid_out(labels, stock, start_cell), stock, start_cell):
        page = np.zeros(shape, bool)
        for cell, layout in placed:
            x, y = stock.corner_mm(cell)
            overlay(page, StampDots(layout, dpi).shared, dots_of(x, dpi), dots_of(y, dpi))
        yield page
