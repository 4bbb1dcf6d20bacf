"""What a label printer can draw by itself: the symbol, and digits and codes in its built-in letters.

Words never depend on a printer's letters (they have no Vietnamese): they are part of the bitmap
that all stamps share. Built-in letters are of one width, so a line's length is known beforehand.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from labels.design import typed
from labels.errors import BadJob, DoesNotFit
from labels.fitting import PlacedText, width_mm
from labels.fonts import CAP_HEIGHT
from labels.job import PrintJob
from labels.layout import MARGIN_MM, StampLayout
from labels.lettering import Dark
from labels.raster import StampDots, corners_of, dots_of

MOST_DOTS = 10  # a module is at most so many dots wide in ^BQ and QRCODE
FOREIGN = frozenset('^~"\\')  # these would end the data or begin a command


@dataclass(frozen=True)
class BuiltIn:
    """Letters of the printer: from one to the next ``step`` dots, ``rise`` dots from top to baseline."""

    name: str
    height: int
    width: int
    step: int
    rise: int
    times: int = 1

    def enlarged(self, times: int) -> BuiltIn:
        """The same letters, each dot as ``times`` x ``times``."""
        height, width, step, rise = (times * size for size in (self.height, self.width, self.step, self.rise))
        return replace(self, height=height, width=width, step=step, rise=rise, times=times)


@dataclass(frozen=True)
class Line:
    """A line in built-in letters by its top left dot; ``pattern`` has NUL for what changes."""

    letters: BuiltIn
    x: int
    y: int
    pattern: str


@dataclass(frozen=True)
class PrinterPart:
    """One cell of a page, all in dots from the page's corner.

    ``shared`` is the bitmap that all stamps have, cut to what lies on the page; it begins at
    ``x``, ``y``. The code stands on the lines of ``code`` one after the other; ``serial`` is None
    where the design shows no number.
    """

    x: int
    y: int
    shared: Dark
    qr_x: int
    qr_y: int
    code: tuple[Line, ...]
    serial: Line | None


def printer_parts(job: PrintJob, built_in: tuple[BuiltIn, ...]) -> tuple[StampDots, list[PrinterPart]]:
    """The dots of the job's stamps, and its cells.

    :raises LabelError: as :meth:`PrintJob.prepared`.
    :raises BadJob: the address or the serial holds a character that is a command, a module has too
        many dots, or the calibration pushes a part off the page.
    :raises DoesNotFit: no built-in letters are small enough.
    """
    layout = job.prepared()[1]
    draw = StampDots(layout, job.dpi)
    words, digits, room_mm = _cut(layout)
    _refuse_commands("prefix", job.prefix)
    if draw.module > MOST_DOTS:
        raise BadJob("dots", draw.module, MOST_DOTS)
    code = tuple(_code_line(draw, *line, built_in) for line in layout.code_lines(job.code_length))
    serial = None
    if digits is not None:
        _refuse_commands("digit_group", digits.text.replace("\0", "0"))
        serial = _line(draw, digits, room_mm, built_in)
    shared = draw.with_words(*words)
    return draw, [_placed(job, draw, shared, corner, code, serial) for corner in corners_of(job, job.dpi)]


def _refuse_commands(field: str, text: str) -> None:
    if any(not "!" <= letter <= "~" or letter in FOREIGN for letter in text):
        raise BadJob(field, text, "ASCII")


def _cut(layout: StampLayout) -> tuple[list[PlacedText], PlacedText | None, float]:
    """The serial row as words around the digits, the digits (None without), and their room."""
    serial = layout.serial
    if "\0" not in serial.text:
        return [serial], None, 0.0
    first, last = serial.text.index("\0"), serial.text.rindex("\0") + 1
    parts, x = [], serial.x_mm
    for text in (serial.text[:first], serial.text[first:last], serial.text[last:]):
        parts.append(replace(serial, text=text, x_mm=x))
        x += width_mm(serial.name, text, serial.size_mm)
    before, digits, after = parts
    right_mm = layout.stock.label_width_mm - MARGIN_MM
    if after.text:
        right_mm = after.x_mm
    elif serial.room_mm is not None:
        right_mm = serial.x_mm + serial.room_mm
    return [before, after], digits, right_mm - digits.x_mm


def _code_line(
    draw: StampDots, place: PlacedText, part: slice, room_mm: float, built_in: tuple[BuiltIn, ...]
) -> Line:
    """One line of the typed code; one that has a room of its own (on a sticker) stands in its middle."""
    hyphen = "-" if draw.layout.code_rest is not None and part.start == 0 else ""
    text = typed("\0" * (part.stop - part.start)) + hyphen
    line = _line(draw, replace(place, text=text), room_mm, built_in)
    if place.room_mm is None:
        return line
    spare = int(room_mm * draw.dpi / 25.4) - line.letters.step * len(text)
    return replace(line, x=line.x + spare // 2)


def _line(draw: StampDots, place: PlacedText, room_mm: float, built_in: tuple[BuiltIn, ...]) -> Line:
    """The highest letters no higher than the design's that fit its room, their whole cell on the label.

    Where a cell is a part of a dot higher it begins where the design's letters do, not above them:
    a quiet zone may end there.
    """
    scale = draw.dpi / 25.4
    room, rise = int(room_mm * scale), math.ceil(place.size_mm * CAP_HEIGHT * scale)
    baseline = round(place.baseline_mm * scale)
    first = math.ceil((place.baseline_mm - place.size_mm * CAP_HEIGHT) * scale - 1e-6)
    sizes = [letters.enlarged(times) for letters in built_in for times in range(1, 11)]
    fitting = [
        (size, top)
        for size in sizes
        if size.step * len(place.text) <= room and size.rise <= rise
        if (top := max(first, baseline - size.rise)) + size.height <= draw.height
    ]
    if not fitting:
        over = min(s.step for s in sizes) * len(place.text) / scale - room_mm
        raise DoesNotFit(place.name, over, draw.layout.stock.name, draw.layout.stock.size)
    letters, top = max(fitting, key=lambda one: (one[0].rise, -one[0].step, -one[0].times))
    return Line(letters, round(place.x_mm * scale), top, place.text)


def _placed(
    job: PrintJob,
    draw: StampDots,
    shared: Dark,
    corner: tuple[int, int],
    code: tuple[Line, ...],
    serial: Line | None,
) -> PrinterPart:
    x, y = corner
    width = dots_of(job.stock.page_width_mm, job.dpi)
    height = dots_of(job.stock.page_height_mm, job.dpi)
    side = draw.layout.size * draw.module
    boxes = [(draw.qr_x, draw.qr_y, side, side)]
    lines = (*code, *([serial] if serial else []))
    boxes += [(at.x, at.y, at.letters.step * len(at.pattern), at.letters.height) for at in lines]
    for left, top, wide, high in boxes:
        if not 0 <= x + left <= width - wide:
            raise BadJob("offset_x_mm", job.calibration.offset_x_mm, draw.layout.qr_x_mm)
        if not 1 <= y + top <= height - high:  # 1: see the quirk of ^BQ in ``zpl``
            raise BadJob("offset_y_mm", job.calibration.offset_y_mm, draw.layout.qr_y_mm)
    left, top = max(x, 0), max(y, 0)
    on_page = shared[top - y : height - y, left - x : width - x]
    moved = [replace(at, x=at.x + x, y=at.y + y) for at in lines]
    last = moved.pop() if serial else None
    return PrinterPart(left, top, on_page, draw.qr_x + x, draw.qr_y + y, tuple(moved), last)
