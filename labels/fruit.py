"""A sticker for a fruit: the QR in the middle, the typed code below it, a line or two of words.

On an oval label every line must end inside the ellipse, so it stands as high as the curve allows.
A label much wider than high has its words beside the QR, as a stamp on a box has.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from labels.box_stamp import no_serial, stamp_layout
from labels.design import CODE_CUT, StampDesign, StampTexts, serial_pattern
from labels.errors import DoesNotFit
from labels.fitting import STEPS, PlacedText, face_of, reach_em, width_mm, wrapped
from labels.fonts import BOLD, CAP_HEIGHT, face
from labels.frame import MARGIN_MM, QUIET, Frame, band, box_mm, usual_code_em
from labels.placed import DOT_MM, Bar, StampLayout, on_dots
from labels.rows import CODE, DEMO, Row, row_of
from labels.stock import Stock

WIDE = 1.2  # times as wide as high: words go beside the QR
AIR_MM, MOST_AIR_MM = 0.5, 0.6  # between code and words at least; more where height is left over
BAND_AIR_MM = 0.2  # of black below the demonstration's words
CODE_AIR_MM, LINE_AIR_MM = 0.35, 0.15  # between two lines of the code, of a name
LOWERED = (0.5, 0.4, 0.3, 0.2, 0.1, 0.0)  # of the height left over, what goes above the QR
LOOSE = 1.04  # codes differ in width; the usual one is given a little more


def fruit_layout(
    texts: StampTexts, design: StampDesign, frame: Frame, size: int, dots: int, code_length: int
) -> StampLayout:
    """The sticker with so many dots a module.

    :raises DoesNotFit: a row has no room.
    """
    design = replace(design, logo=None, has_gi=False)
    texts, frame = _specimen(texts, frame)
    if is_wide(frame.stock):
        return stamp_layout(texts, design, frame, size, dots, code_length)
    shape = _Shape(frame.stock, frame.head_mm)
    refusal: DoesNotFit | None = None
    for step in STEPS:
        try:
            return _stack(texts, design, frame, shape, step, (size, dots, code_length))
        except DoesNotFit as problem:
            refusal = problem
    raise refusal or AssertionError("no step was tried")


def _specimen(texts: StampTexts, frame: Frame) -> tuple[StampTexts, Frame]:
    """The demonstration's words, cut to the first of them where the label is narrow, and the band's height.

    On an oval the band begins where the curve leaves the words room; above it all is black.
    """
    room = frame.stock.label_width_mm - 2 * MARGIN_MM
    if frame.stock.is_oval or width_mm(DEMO.name, texts.demo, DEMO.least_mm) > room:
        texts = replace(texts, demo=texts.demo.partition(" – ")[0])
    if not texts.demo or not frame.stock.is_oval:
        return texts, frame
    width = width_mm(DEMO.name, texts.demo, DEMO.least_mm)
    high, shape = sum(face(BOLD).reach(texts.demo)) * DEMO.least_mm, _Shape(frame.stock, 0.0)
    tops = [dot * DOT_MM for dot in range(round(frame.stock.label_height_mm / 2 / DOT_MM))]
    top = next((at for at in tops if shape.room_mm(at, at + high) >= width), None)
    if top is None:
        raise frame.refusal(DEMO.name, width - shape.room_mm(tops[-1], tops[-1] + high))
    return texts, replace(frame, head_mm=-on_dots(-top - high - BAND_AIR_MM))


def _band(texts: StampTexts, frame: Frame) -> tuple[list[PlacedText], list[Bar]]:
    """The band of a demonstration; on an oval its words stand at its foot, where it is widest."""
    if not frame.stock.is_oval or not texts.demo:
        return band(texts, frame)
    width = width_mm(DEMO.name, texts.demo, DEMO.least_mm)
    x, below = (frame.stock.label_width_mm - width) / 2, face(BOLD).reach(texts.demo)[1]
    baseline = frame.head_mm - BAND_AIR_MM - below * DEMO.least_mm
    mark = PlacedText(DEMO.name, texts.demo, x, baseline, DEMO.least_mm, BOLD, white=True)
    return [mark], [Bar(0, 0, frame.stock.label_width_mm, frame.head_mm)]


def is_wide(stock: Stock) -> bool:
    """Whether the words stand beside the QR."""
    return not stock.is_oval and stock.label_width_mm >= WIDE * stock.label_height_mm


@dataclass(frozen=True)
class _Shape:
    """Where ink may be: the rectangle, or the ellipse in it, less a margin."""

    stock: Stock
    head_mm: float

    @property
    def bottom_mm(self) -> float:
        return self.stock.label_height_mm - MARGIN_MM

    def top_mm(self, box: float) -> float:
        """The least top of a symbol with its quiet zone, on a dot: white may reach the label's edge."""
        stock = self.stock
        if not stock.is_oval:
            return -on_dots(-max(self.head_mm, 0.3))
        a, b = stock.label_width_mm / 2, stock.label_height_mm / 2
        left = on_dots(a - box / 2)  # on a dot, so not quite in the middle
        reach = min(1.0, max(a - left, left + box - a) / a)
        return -on_dots(-max(self.head_mm, b - b * math.sqrt(1 - reach**2)))

    def room_mm(self, top: float, bottom: float) -> float:
        """How wide the label is for ink between these two heights; the same on both sides."""
        a, b = self.stock.label_width_mm / 2 - MARGIN_MM, self.stock.label_height_mm / 2 - MARGIN_MM
        if not self.stock.is_oval:
            return 2 * a
        away = max(abs(top - b - MARGIN_MM), abs(bottom - b - MARGIN_MM))
        return 2 * a * math.sqrt(1 - (away / b) ** 2) if away < b else 0.0


def _stack(
    texts: StampTexts,
    design: StampDesign,
    frame: Frame,
    shape: _Shape,
    step: float,
    sizes: tuple[int, int, int],
) -> StampLayout:
    """QR, code and words one below the other; what height is left over goes around and between."""
    size, dots, code_length = sizes
    box = box_mm(size, dots)
    top = shape.top_mm(box)
    rows = [(frame.row(row), text) for row, text in _wanted(texts, design)]
    lines = _lines(rows, frame, shape, (top + box, AIR_MM), step, code_length)
    spare = shape.bottom_mm - _bottom(lines[-1])
    gap = 0.0 if shape.stock.is_oval else min(MOST_AIR_MM, spare / (len(lines) + 2))
    for share in LOWERED:
        lower = top + on_dots(max(0.0, spare - gap * len(rows)) * share)
        try:
            moved = _lines(rows, frame, shape, (lower + box, AIR_MM + gap), step, code_length)
        except DoesNotFit:  # the curve is narrower there
            continue
        if len(moved) == len(lines):
            top, lines = lower, moved
            break
    module = dots * DOT_MM
    codes = [line for line in lines if line.name == CODE.name]
    words = [line for line in lines if line.name != CODE.name]
    band_words, bars = _band(texts, frame)
    return StampLayout(
        frame.stock,
        size,
        module,
        on_dots((frame.stock.label_width_mm - box) / 2 + QUIET * module),
        on_dots(top + QUIET * module),
        tuple(line for line in (*words, *band_words) if line.name != "serial"),
        (),
        tuple(bars),
        next((line for line in words if line.name == "serial"), no_serial(codes[0])),
        codes[0],
        codes[0].room_mm or 0.0,
        code_rest=codes[1] if len(codes) > 1 else None,
    )


def _wanted(texts: StampTexts, design: StampDesign) -> Iterator[tuple[Row, str]]:
    for name in design.rows:
        text = texts.line(name)
        if name == "serial":
            text = serial_pattern(texts, design.serial_digits, design.digit_group)
        if text:
            yield row_of(design.kind, name), text


def _lines(
    rows: list[tuple[Row, str]],
    frame: Frame,
    shape: _Shape,
    start: tuple[float, float],
    step: float,
    code_length: int,
) -> list[PlacedText]:
    """Code and words from a height on, ``start`` being that height and the air between them."""
    y, air = start
    lines = _code_lines(frame, shape, y, step, code_length)
    y = _bottom(lines[-1])
    number = 0
    for row, text in rows:
        y += air
        size = max(row.least_mm, row.size_mm * frame.scale * step)
        high = sum(reach_em(PlacedText(row.name, text, 0, 0, size, face_of(row.name, size)))) * size
        for words in wrapped(row, text, size, shape.room_mm(y, y + high)):
            y += LINE_AIR_MM if lines[-1].name == row.name else 0.0
            number += 1
            line = _centred(
                frame, shape, y, PlacedText(row.name, words, 0, 0, size, face_of(row.name, size)), number
            )
            lines.append(line)
            y = _bottom(line)
    return lines


def _bottom(line: PlacedText) -> float:
    """Where a line's ink ends."""
    return line.baseline_mm + reach_em(line)[1] * line.size_mm


def _centred(frame: Frame, shape: _Shape, y: float, line: PlacedText, number: int) -> PlacedText:
    """The line with its ink from ``y`` on, in the middle."""
    stock = frame.stock
    above, below = reach_em(line)
    bottom = y + (above + below) * line.size_mm
    words = line.text.replace("\0", "0")
    if bottom > shape.bottom_mm:
        over = bottom - shape.bottom_mm
        raise DoesNotFit(words, over, stock.name, stock.size, line=number, is_high=True)
    width, room = width_mm(line.name, line.text, line.size_mm), shape.room_mm(y, bottom)
    if width > room:
        raise DoesNotFit(words, width - room, stock.name, stock.size, line=number)
    x = (stock.label_width_mm - width) / 2
    return replace(line, x_mm=x, baseline_mm=y + above * line.size_mm, room_mm=width + (room - width) / 2)


def _code_lines(frame: Frame, shape: _Shape, y: float, step: float, length: int) -> list[PlacedText]:
    """The typed code in one line where it has the room, else in two."""
    size = max(frame.row(CODE).least_mm, CODE.size_mm * frame.scale * step)
    whole = _code_line(frame, shape, y, size, length)
    if whole:
        return [whole]
    first = _code_line(frame, shape, y, size, CODE_CUT, "-")
    if first and length > CODE_CUT:
        rest = _code_line(frame, shape, _bottom(first) + CODE_AIR_MM, size, length - CODE_CUT)
        if rest:
            return [first, rest]
    room = shape.room_mm(y, y + CAP_HEIGHT * size)
    raise frame.refusal(CODE.name, usual_code_em(CODE_CUT) * LOOSE * size - room)


def _code_line(
    frame: Frame, shape: _Shape, y: float, size: float, length: int, after: str = ""
) -> PlacedText | None:
    """A line for so many symbols from ``y`` on, None without the room; its room is the usual width."""
    wide = (usual_code_em(length) + face(BOLD).width(after)) * LOOSE * size
    bottom = y + CAP_HEIGHT * size
    if wide > shape.room_mm(y, bottom) or bottom > shape.bottom_mm:
        return None
    x = (frame.stock.label_width_mm - wide) / 2
    return PlacedText(CODE.name, "", x, bottom, size, BOLD, room_mm=wide)
