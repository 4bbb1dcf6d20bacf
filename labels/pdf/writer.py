"""A print job as the bytes of a PDF, run by run: memory stays flat however many stamps there are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from labels.fonts import BOLD
from labels.job import RUN_STAMPS, Calibration, PrintJob
from labels.layout import StampLayout
from labels.pdf.file import PageTree, PdfFile
from labels.pdf.font import RESOURCES, PdfFont
from labels.pdf.records import Records
from labels.pdf.serial import DIGIT
from labels.pdf.stamp import Fonts, form_of
from labels.qr import CROCKFORD
from labels.stock import Stock

DIGITS = "0123456789"
COMPRESSION = 3  # of zlib: nearly as fast as 1, and a twentieth smaller
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
    names = b"".join(font.resources for font in fonts.values())
    form = _form(file, layout, form_of(layout, fonts), names)
    paper = layout, fonts, job.code_length, job.stock.page_height_mm
    records = Records(*paper, RUN_STAMPS, turned=job.compress)
    tree = PageTree(file)
    opening = page_opening(job.stock, job.calibration) + records.opening
    level = COMPRESSION if job.compress else 0
    for run in job.runs():
        best = job.design.best_of_8
        rows = records.filled(run, encoder.encode(run.codes, best_of_8=best, turned=job.compress))
        start = 0
        while start < len(rows):
            end = start + job.stock.cells - (run.cell if start == 0 else 0)
            tree.add(opening, rows[start:end].data.cast("B"), compress=level)
            start = end
        yield file.drain(), tree.count
    resources = b"/Resources<</Font<<%b>>/XObject<</S %d 0 R>>>>" % (names, form)
    tree.finish(resources + media_box(job.stock))
    file.finish()
    yield file.drain(), tree.count


def _fonts(file: PdfFile, layout: StampLayout) -> Fonts:
    """A subset of each face in use; bold also sets the codes."""
    letters = {BOLD: CROCKFORD.decode() + "-"}
    for text in (*layout.texts, layout.serial):
        digits = DIGITS if text is layout.serial else ""
        letters[text.face] = letters.get(text.face, "") + text.text.replace(DIGIT, "0") + digits
    plain = {BOLD, layout.serial.face}
    faces = [face for face in RESOURCES if face in letters]
    return {face: PdfFont(file, face, letters[face], plain=face in plain) for face in faces}


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
