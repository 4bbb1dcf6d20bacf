"""The test page of a printer, and what its measures say: two rulers, a frame in every label.

What a printer does to a page is a shift and a scale in each direction. Two lengths and two gaps,
measured on the printed page with a ruler, are enough to undo them.
"""

from __future__ import annotations

from dataclasses import dataclass

from labels.errors import BadJob
from labels.fonts import BOLD, face
from labels.job import Calibration
from labels.pdf.file import PageTree, PdfFile
from labels.pdf.font import PdfFont
from labels.pdf.writer import media_box, page_opening
from labels.stock import Stock

LONGEST_MM = (100.0, 150.0)  # rulers across and down
RULER_STEP_MM = 5.0
MARGIN_MM = 5.0  # office printers leave this much of a page blank
FRAME_INSET_MM = 2.0  # the frame stands inside the label, or a shifted one would fall beside it
LINE_MM, THIN_MM = 0.3, 0.15
LABEL_MM = 2.2
CLEAR_MM = 1.0  # between the one ruler and the other's end
MOST_SHIFT_MM, MOST_SCALE = 20.0, 0.1  # beyond that the page was scaled to fit, or misread


@dataclass(frozen=True)
class Ruler:
    """A line from (``x_mm``, ``y_mm``), ``length_mm`` long, across or down the page."""

    x_mm: float
    y_mm: float
    length_mm: float
    is_down: bool


def rulers(stock: Stock) -> tuple[Ruler, Ruler]:
    """The ruler across and the ruler down: 100 and 150 mm, or the longest in steps of 5 that fit."""
    across, down = (
        min(most, (page - 2 * MARGIN_MM) // RULER_STEP_MM * RULER_STEP_MM)
        for page, most in zip((stock.page_width_mm, stock.page_height_mm), LONGEST_MM, strict=True)
    )
    across, down = max(across, RULER_STEP_MM), max(down, RULER_STEP_MM)
    left, top = (stock.page_width_mm - across) / 2, (stock.page_height_mm - down) / 2
    # inside the labels and away from the frames: a line beside a line is misread
    label_x = stock.corner_mm(1)[0]
    label_y = stock.corner_mm((stock.rows - 1) // 2 * stock.columns + 1)[1]
    x, y = label_x + 0.25 * stock.label_width_mm, label_y + 0.8 * stock.label_height_mm
    if abs(y - top - down) < CLEAR_MM:
        y -= 2 * CLEAR_MM
    return Ruler(left, y, across, is_down=False), Ruler(x, top, down, is_down=True)


def frame_mm(stock: Stock, cell: int) -> tuple[float, float, float, float]:
    """Left, top, width and height of a label's frame."""
    left, top = stock.corner_mm(cell)
    width, height = stock.label_width_mm - 2 * FRAME_INSET_MM, stock.label_height_mm - 2 * FRAME_INSET_MM
    return left + FRAME_INSET_MM, top + FRAME_INSET_MM, width, height


def test_page(stock: Stock, calibration: Calibration, words: str) -> bytes:
    """A PDF of one page, drawn through ``calibration``; ``words`` stand by the arrow to the upper edge.

    :raises MissingGlyph: the font lacks a letter of ``words``.
    """
    words = face(BOLD).checked(words.strip())
    file = PdfFile()
    font = PdfFont(file, BOLD, words + "0123456789. m")
    height = stock.page_height_mm
    parts = [page_opening(stock, calibration), b"0 G 0 g %.3f w\n" % THIN_MM]
    for cell in range(1, stock.cells + 1):
        x, y, wide, high = frame_mm(stock, cell)
        parts.append(b"%.3f %.3f %.3f %.3f re S\n" % (x, height - y - high, wide, high))
    parts.append(_upward(stock, words, font))
    parts += [_ruled(ruler, stock, font) for ruler in rulers(stock)]
    tree = PageTree(file)
    tree.add(b"".join(parts))
    tree.finish(b"/Resources<</Font<</F %d 0 R>>>>" % font.number + media_box(stock))
    file.finish()
    return file.drain()


def _ruled(ruler: Ruler, stock: Stock, font: PdfFont) -> bytes:
    """The line, a mark at each end and every ten millimetres, and its true length."""
    turn = b"0 -1 1 0" if ruler.is_down else b"1 0 0 1"
    origin = ruler.x_mm, stock.page_height_mm - ruler.y_mm
    end = ruler.length_mm
    parts = [b"q %b %.3f %.3f cm %.3f w 0 0 m %.3f 0 l S\n" % (turn, *origin, LINE_MM, end)]
    for at in (LINE_MM / 2, end - LINE_MM / 2):  # measured from outer edge to outer edge
        parts.append(b"%.3f -1.5 m %.3f 1.5 l S\n" % (at, at))
    for tens in range(10, int(end), 10):
        parts.append(b"%d 0 m %d 0.8 l S\n" % (tens, tens))
    label = f"{end:g} mm"
    at = 1.0 if ruler.is_down else end - 1 - LABEL_MM * face(BOLD).width(label)
    parts.append(b"BT /F %.2f Tf 1 0 0 1 %.3f 1 Tm <%b> Tj ET Q\n" % (LABEL_MM, at, font.hexed(label)))
    return b"".join(parts)


def _upward(stock: Stock, words: str, font: PdfFont) -> bytes:
    """An arrow to the upper edge, the words below it, both on white; right of the ruler down."""
    left, right = rulers(stock)[1].x_mm + 2 * LABEL_MM, stock.page_width_mm - MARGIN_MM
    top = stock.page_height_mm - 2 * FRAME_INSET_MM
    size = min(4.0, stock.page_height_mm / 10)
    width = face(BOLD).width(words) or 1.0
    type_size = min(size, (right - left) / width)
    middle = (left + right) / 2
    x, y = middle - width * type_size / 2, top - size - 1.2 * type_size
    blank = b"1 g %.3f %.3f %.3f %.3f re f 0 g\n" % (
        x - 1,
        y - 0.4 * type_size,
        width * type_size + 2,
        size + 1.8 * type_size,
    )
    arrow = b"%.3f %.3f m %.3f %.3f l %.3f %.3f l h f\n" % (
        *(middle, top),
        *(middle - size / 2, top - size),
        *(middle + size / 2, top - size),
    )
    at = b"BT /F %.2f Tf 1 0 0 1 %.3f %.3f Tm" % (type_size, x, y)
    return blank + arrow + at + b" <%b> Tj ET\n" % font.hexed(words)


def corrected(
    calibration: Calibration,
    expected_mm: tuple[float, float],
    measured_x_mm: float,
    measured_y_mm: float,
    edge_x_mm: float,
    edge_y_mm: float,
    at_mm: tuple[float, float] = (0.0, 0.0),
) -> Calibration:
    """The calibration that makes this printer print true.

    ``calibration`` is the one the test page was printed with, ``expected_mm`` the true lengths of its
    rulers (across, down), ``measured_*`` their lengths on paper. ``edge_*`` is how far right of
    (below) its place the frame at ``at_mm`` came out, negative for left of (above) it: the gap
    between the label's edge and its frame, less ``FRAME_INSET_MM``.

    :raises BadJob: a measure is so far off that the page was scaled to fit, or the ruler misread.
    """
    measures = (measured_x_mm, measured_y_mm), (edge_x_mm, edge_y_mm)
    scales, offsets = [], []
    for axis, name in enumerate("xy"):
        expected, measured, edge = expected_mm[axis], measures[0][axis], measures[1][axis]
        if not abs(measured - expected) <= MOST_SCALE * expected:
            raise BadJob(f"measured_{name}_mm", measured, f"{expected:g} ± {MOST_SCALE * expected:g}")
        if not abs(edge) <= MOST_SHIFT_MM:
            raise BadJob(f"edge_{name}_mm", edge, f"± {MOST_SHIFT_MM:g}")
        stretch = measured / expected
        was = getattr(calibration, f"scale_{name}"), getattr(calibration, f"offset_{name}_mm")
        # at the page's own corner the shift differs by what the stretch adds on the way to the frame
        at_corner = edge - (stretch - 1) * at_mm[axis]
        scales.append(was[0] / stretch)
        offsets.append(was[1] - at_corner * was[0] / stretch)
    return Calibration(offsets[0], offsets[1], scales[0], scales[1])
