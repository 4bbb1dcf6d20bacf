"""A stamp laid out: the QR on whole printer dots at the left, the words beside it, the code below.

All lengths are millimetres from the label's top left corner, y downwards.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from labels.design import GROUP, StampDesign, StampTexts, serial_pattern
from labels.errors import DoesNotFit, QrTooSmall
from labels.fitting import Column, PlacedText, Wanted, face_of, fitted, width_mm
from labels.fonts import BOLD, CAP_HEIGHT, face
from labels.qr import CROCKFORD
from labels.rows import CODE, DEMO, STAMP_ROWS
from labels.stock import Stock

DOT_MM = 0.125  # one dot of a 203 dpi printer (8 a millimetre)
QUIET = 4  # modules of white around a symbol, ISO/IEC 18004
LEAST_DOTS, USUAL_DOTS, MOST_DOTS = 3, 4, 6
MARGIN_MM = 0.7  # no text nearer to the label's edge: printers drift
ROOMY_MM = 28.0  # labels this high carry a rule and a foot row
REFERENCE_MM = (38.1, 21.2)  # the label the sizes in ``design`` are given for
STAR_PITCH = 1.0  # em from star to star


@dataclass(frozen=True)
class Star:
    """A filled five-pointed star by its middle and outer radius."""

    x_mm: float
    y_mm: float
    radius_mm: float

    def points(self) -> list[tuple[float, float]]:
        """Its ten corners, from the top, clockwise."""
        reach = [self.radius_mm, self.radius_mm * 0.45] * 5
        turns = [math.pi * corner / 5 for corner in range(10)]
        return [
            (self.x_mm + r * math.sin(a), self.y_mm - r * math.cos(a))
            for r, a in zip(reach, turns, strict=True)
        ]


@dataclass(frozen=True)
class Bar:
    """A filled rectangle by its top left corner."""

    x_mm: float
    y_mm: float
    width_mm: float
    height_mm: float


@dataclass(frozen=True)
class StampLayout:
    """Everything of one stamp in its place. ``serial`` holds NUL for each digit; ``code`` is empty text.

    ``qr_*`` is the corner of the first module; the quiet zone lies outside it. A code wider than
    ``code_room_mm`` is set narrower, never cut.
    """

    stock: Stock
    size: int
    module_mm: float
    qr_x_mm: float
    qr_y_mm: float
    texts: tuple[PlacedText, ...]
    stars: tuple[Star, ...]
    bars: tuple[Bar, ...]
    serial: PlacedText
    code: PlacedText
    code_room_mm: float


@dataclass(frozen=True)
class _Frame:
    """The parts of a label that do not depend on how large the QR is."""

    stock: Stock
    scale: float
    head_mm: float  # the demo band
    foot_mm: float  # the code, and on roomy labels a rule and a row above it
    code_size_mm: float

    @property
    def middle_mm(self) -> float:
        return self.stock.label_height_mm - self.head_mm - self.foot_mm


def lay_out(
    texts: StampTexts, design: StampDesign, stock: Stock, size: int, code_length: int = 19
) -> StampLayout:
    """The stamp for a symbol of ``size`` modules: largest dots first, smaller ones if the words need it.

    :raises MissingGlyph: a text holds a letter the font lacks.
    :raises QrTooSmall: fewer than three dots a module would be left.
    :raises DoesNotFit: a row that may not be dropped has no room.
    """
    texts = _checked(texts)
    frame = _frame(texts, stock)
    refusal: DoesNotFit | None = None
    for dots in _dots(frame, size):
        try:
            return _with_dots(texts, design, frame, size, dots, code_length)
        except DoesNotFit as problem:
            refusal = problem
    if refusal is None:
        raise AssertionError("no dots were tried")
    raise refusal


def _checked(texts: StampTexts) -> StampTexts:
    """Composed letters (NFC), all known to the font; typing spaces away."""
    fields: dict[str, Any] = vars(texts) | {
        name: face(BOLD).checked(value.strip())
        for name, value in vars(texts).items()
        if isinstance(value, str)
    }
    return StampTexts(**fields)


def _frame(texts: StampTexts, stock: Stock) -> _Frame:
    width, height = stock.label_width_mm, stock.label_height_mm
    scale = min(width / REFERENCE_MM[0], height / REFERENCE_MM[1], 2.0)
    code_size = max(CODE.least_mm, CODE.size_mm * scale)
    foot = MARGIN_MM + CAP_HEIGHT * code_size + 0.1
    if height >= ROOMY_MM:
        foot += _foot_row_mm(scale) * 1.5 + 0.7
    # the band ends on a dot, or moving the QR onto the dot grid would push it under the band
    head = -_on_dots(-sum(face(BOLD).reach(texts.demo)) * DEMO.size_mm * max(scale, 1.0))
    return _Frame(stock, scale, head, foot, code_size)


def _foot_row_mm(scale: float) -> float:
    return 1.6 * scale


def _dots(frame: _Frame, size: int) -> list[int]:
    """Dots a module that fit the label, most first: half its width, less when the modules are large."""
    width, height = frame.stock.label_width_mm, frame.middle_mm
    boxes = {dots: (size + 2 * QUIET) * dots * DOT_MM for dots in range(1, MOST_DOTS + 1)}
    fitting = [
        dots
        for dots, box in boxes.items()
        if box <= height + 1e-9 and box <= width * (0.5 if dots <= USUAL_DOTS else 0.42)
    ]
    usable = [dots for dots in reversed(fitting) if dots >= LEAST_DOTS]
    if not usable:
        raise QrTooSmall(boxes[max(fitting, default=1)], boxes[LEAST_DOTS])
    return usable


def _with_dots(
    texts: StampTexts, design: StampDesign, frame: _Frame, size: int, dots: int, code_length: int
) -> StampLayout:
    module = dots * DOT_MM
    box = (size + 2 * QUIET) * module
    box_y = frame.head_mm + (frame.middle_mm - box) / 2
    qr_x, qr_y = _on_dots(0.5 + QUIET * module), _on_dots(box_y + QUIET * module)
    roomy = frame.stock.label_height_mm >= ROOMY_MM
    x = qr_x + (size + QUIET) * module + 0.4
    top = frame.head_mm + MARGIN_MM
    bottom = frame.stock.label_height_mm - frame.foot_mm - 0.3
    column = Column(x, top, frame.stock.label_width_mm - MARGIN_MM - x, bottom - top)
    rows = _rows(texts, design, foot_apart=roomy)
    placed = fitted(rows, column, frame.scale, frame.stock.name)
    foot, bars = _foot(texts, design, frame, qr_x) if roomy else ([], [])
    band, band_bars = _band(texts, frame)
    serial = next(text for text in placed + foot if text.name == "serial")
    code, room = _code(frame, qr_x, code_length)
    words = tuple(text for text in placed + foot + band if text.name != "serial")
    return StampLayout(
        frame.stock,
        size,
        module,
        qr_x,
        qr_y,
        words,
        _stars(texts, placed, x),
        tuple(bars + band_bars),
        serial,
        code,
        room,
    )


def _on_dots(length_mm: float) -> float:
    return math.floor(length_mm / DOT_MM + 1e-6) * DOT_MM


def _rows(texts: StampTexts, design: StampDesign, *, foot_apart: bool) -> list[Wanted]:
    """The rows beside the QR; on roomy labels type line and serial stand in the foot."""
    rows = []
    for row in STAMP_ROWS:
        text = str(getattr(texts, row.name))
        if row.name == "serial":
            text = serial_pattern(texts, design.serial_digits, design.digit_group)
        if text and not (foot_apart and row.name in ("type_line", "serial")):
            lead = texts.ocop_stars * STAR_PITCH + 0.3 if row.name == "ocop" and texts.ocop_stars else 0.0
            rows.append(Wanted(row, text, lead))
    return rows


def _stars(texts: StampTexts, placed: list[PlacedText], x: float) -> tuple[Star, ...]:
    line = next((text for text in placed if text.name == "ocop"), None)
    if line is None:
        return ()
    radius, y = 0.46 * line.size_mm, line.baseline_mm - 0.36 * line.size_mm
    pitch = STAR_PITCH * line.size_mm
    return tuple(Star(x + radius + number * pitch, y, radius) for number in range(texts.ocop_stars))


def _code(frame: _Frame, x: float, length: int) -> tuple[PlacedText, float]:
    """The typed code under the QR, sized for codes of usual width."""
    room = frame.stock.label_width_mm - MARGIN_MM - x
    bold = face(BOLD)
    usual = bold.width(CROCKFORD.decode()) / len(CROCKFORD) * length
    usual += bold.advance("-") * ((length - 1) // GROUP)
    size = min(frame.code_size_mm, room / usual)
    if size < CODE.least_mm:
        raise DoesNotFit(CODE.name, usual * CODE.least_mm - room, frame.stock.name)
    baseline = frame.stock.label_height_mm - MARGIN_MM
    return PlacedText(CODE.name, "", x, baseline, size, BOLD), room


def _foot(
    texts: StampTexts, design: StampDesign, frame: _Frame, x: float
) -> tuple[list[PlacedText], list[Bar]]:
    """Roomy labels: a rule, the type line at the left if it has room, the serial at the right."""
    height, right = frame.stock.label_height_mm, frame.stock.label_width_mm - MARGIN_MM
    rule_y = _on_dots(height - frame.foot_mm)
    size = max(1.6, _foot_row_mm(frame.scale))
    baseline = height - MARGIN_MM - CAP_HEIGHT * frame.code_size_mm - 0.6 * size
    serial = serial_pattern(texts, design.serial_digits, design.digit_group)
    serial_x = right - width_mm("serial", serial, size)
    foot = [PlacedText("serial", serial, serial_x, baseline, size, face_of("serial", size))]
    if serial_x < x:
        raise DoesNotFit(serial.replace("\0", "0"), x - serial_x, frame.stock.name)
    if texts.type_line and x + width_mm("type_line", texts.type_line, size) < serial_x - 1:
        foot.append(PlacedText("type_line", texts.type_line, x, baseline, size, face_of("type_line", size)))
    return foot, [Bar(x, rule_y, right - x, 2 * DOT_MM)]


def _band(texts: StampTexts, frame: _Frame) -> tuple[list[PlacedText], list[Bar]]:
    """The demo mark, white on a black band across the whole label."""
    if not texts.demo:
        return [], []
    width = frame.stock.label_width_mm
    room = width - 2 * MARGIN_MM
    full = width_mm("demo", texts.demo, 1.0)
    above, below = face(BOLD).reach(texts.demo)
    size = min(frame.head_mm / (above + below), room / full)
    if size < DEMO.least_mm:
        raise DoesNotFit(texts.demo, full * DEMO.least_mm - room, frame.stock.name)
    x, baseline = (width - full * size) / 2, (frame.head_mm + (above - below) * size) / 2
    mark = PlacedText("demo", texts.demo, x, baseline, size, BOLD, white=True)
    return [mark], [Bar(0, 0, width, frame.head_mm)]
