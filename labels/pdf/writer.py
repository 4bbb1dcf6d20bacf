"""A print job as the bytes of a PDF, run by run: memory stays flat however many stamps there are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from labels.fonts import BOLD
from labels.job import Calibration, PrintJob
from labels.layout import StampLayout
from labels.pdf.file import PageTree, PdfFile
from labels.pdf.font import PdfFont
from labels.pdf.stamp import FONT_NAMES, Fonts, Records, form_of
from labels.qr import CROCKFORD
from labels.stock import Stock

POINTS = 72 / 25.4  # a millimetre


def write_pdf(out: BinaryIO, job: PrintJob) -> int:
    """Write the whole job to ``out`` and give the number of pages.

    :raises LabelError: the job cannot be printed; nothing was written unless a later chunk is at fault.
    """
    pages = 0
    for part, count in _parts(job):
        out.write(part)
        pages = count
    return pages


def pdf_chunks(job: PrintJob) -> Iterator[bytes]:
    """The same bytes in pieces of about a megabyte, for printers and downloads."""
    return (part for part, _ in _parts(job))


def _parts(job: PrintJob) -> Iterator[tuple[bytes, int]]:
    """Pieces of the file, and how many pages they complete."""
    encoder, layout = job.prepared()
    file = PdfFile()
    fonts = _fonts(file, layout)
    names = b"".join(b"/%b %d 0 R" % (FONT_NAMES[face], font.number) for face, font in fonts.items())
    form = _form(file, layout, form_of(layout, fonts), names)
    records = Records(layout, fonts, job.code_length, job.stock.page_height_mm)
    tree = PageTree(file)
    opening = page_opening(job.stock, job.calibration)
    level = 1 if job.compress else 0
    for run in job.runs():
        rows = records.filled(run, encoder.encode(run.codes, best_of_8=job.design.best_of_8))
        start = 0
        while start < len(rows):
            end = start + job.stock.cells - (run.cell if start == 0 else 0)
            page = rows[start:end].data.cast("B")
            tree.add(file.add_stream(b"", opening, page, compress=level))
            start = end
        yield file.drain(), tree.count
    resources = b"/Resources<</Font<<%b>>/XObject<</S %d 0 R>>>>" % (names, form)
    tree.finish(resources + media_box(job.stock))
    file.finish()
    yield file.drain(), tree.count


def _fonts(file: PdfFile, layout: StampLayout) -> Fonts:
    """A subset of each face in use; bold also sets codes and numbers."""
    letters = {BOLD: CROCKFORD.decode() + "-"}
    for text in (*layout.texts, layout.serial):
        letters[text.face] = letters.get(text.face, "") + text.text.replace("\0", "0")
    return {face: PdfFont(file, face, letters[face]) for face in FONT_NAMES if face in letters}


def _form(file: PdfFile, layout: StampLayout, drawing: bytes, names: bytes) -> int:
    width, height = layout.stock.label_width_mm, layout.stock.label_height_mm
    entries = b"/Type/XObject/Subtype/Form/BBox[0 0 %.3f %.3f]/Resources<</Font<<%b>>>>"
    return file.add_stream(entries % (width, height, names), drawing, compress=9)


def page_opening(stock: Stock, calibration: Calibration) -> bytes:
    """Millimetres from here on, moved and scaled about the page's top left corner."""
    across, up = POINTS * calibration.scale_x, POINTS * calibration.scale_y
    x = POINTS * calibration.offset_x_mm
    y = stock.page_height_mm * (POINTS - up) - POINTS * calibration.offset_y_mm
    return b"%.6f 0 0 %.6f %.4f %.4f cm\n" % (across, up, x, y)


def media_box(stock: Stock) -> bytes:
    """The page's size, as an entry of its dictionary."""
    return b"/MediaBox[0 0 %.3f %.3f]" % (stock.page_width_mm * POINTS, stock.page_height_mm * POINTS)
