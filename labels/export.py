"""A box label for export: the stamp's QR at the left, the fixed GS1 symbol at the right, the facts between.

The product's names come first, each in its own writing; then the facts, their names in one column
and what they say in the next; the code and the number along the foot.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby

from labels.box_stamp import GI_LEAD_EM, gi_mark
from labels.design import StampDesign, StampTexts
from labels.errors import DoesNotFit
from labels.fitting import STEPS, Column, PlacedText, drop_mm, face_of, leading_mm, wrapped
from labels.fonts import BOLD, face
from labels.frame import MARGIN_MM, QUIET, Frame, band, box_mm, check_logo, code_line, foot_row
from labels.placed import (
    DOT_MM,
    PlacedArt,
    PlacedSymbol,
    StampLayout,
    art_size_mm,
    on_dots,
    placed_art,
)
from labels.qr.single import symbol_of
from labels.rows import GI, Row, row_of

REFERENCE_MM = 50.0  # the height the sizes of the rows are given for
LINK_DOTS = (5, 4)  # a GS1 symbol's module is 0.396 mm or more (GS1 General Specifications 5.12.3.1)
LINK_SHARE, LOGO_SHARE = 0.2, 0.2  # of the label's width
MOST_ENLARGED = 1.25  # a logo's own dot, in dots of 203 dpi: beyond that its stairs show
GUTTER_MM = 1.2  # between a symbol's quiet zone and the words
CAPTION_GAP_MM, ASIDE_MM = 1.6, 3.0  # after a fact's name; between two facts of one line
LARGER = (1.5, 1.4, 1.3, 1.2, 1.1)  # steps tried first: few rows on a large label are set large
MOST_GAP_MM = 1.2  # between two rows
DROPPED_FIRST = ("hotline", "place")
ASIDE = ("origin",)  # facts of one kind in several languages share a line


def export_layout(
    texts: StampTexts, design: StampDesign, frame: Frame, size: int, dots: int, code_length: int
) -> StampLayout:
    """The label with so many dots a module.

    :raises DoesNotFit: a row, the logo or the fixed symbol has no room.
    """
    stock, module = frame.stock, dots * DOT_MM
    top = frame.head_mm + MARGIN_MM
    box = box_mm(size, dots)
    qr_x, qr_y = on_dots(0.5 + QUIET * module), _first_module(frame, module)
    bottom = stock.label_height_mm - frame.foot_mm - 0.5
    left = qr_x - QUIET * module + box + GUTTER_MM
    symbol, under, right = _link(texts, frame, qr_y, left)
    art = _logo(design, frame, qr_y - QUIET * module + box, bottom, box)
    column = Column(left, top, right - left, bottom - top)
    words = _words(texts, design, column, frame)
    foot, bars = foot_row(texts, design, frame, qr_x, left="scan")
    band_words, band_bars = band(texts, frame)
    code, room = code_line(frame, qr_x, code_length)
    mark, mark_bars = gi_mark(words)
    every = (*words, *under, *foot, *band_words, *mark)
    return StampLayout(
        stock,
        size,
        module,
        qr_x,
        qr_y,
        tuple(text for text in every if text.name != "serial"),
        (),
        tuple(bars + band_bars + mark_bars),
        next(text for text in foot if text.name == "serial"),
        code,
        room,
        art=art,
        symbols=symbol,
    )


def _first_module(frame: Frame, module: float) -> float:
    """The upper edge of a symbol whose quiet zone begins under the band."""
    return -on_dots(-frame.head_mm - 0.5 - QUIET * module)


def _link(
    texts: StampTexts, frame: Frame, qr_y: float, left: float
) -> tuple[tuple[PlacedSymbol, ...], list[PlacedText], float]:
    """The fixed symbol in the upper right corner, what stands below it, and where the words must end."""
    edge = frame.stock.label_width_mm - MARGIN_MM
    if not texts.link:
        return (), [], edge
    modules = symbol_of(texts.link)
    boxes = [(box_mm(len(modules), dots), dots) for dots in LINK_DOTS]
    most = frame.stock.label_width_mm * LINK_SHARE
    box, dots = next((one for one in boxes if one[0] <= most), boxes[-1])
    quiet = QUIET * dots * DOT_MM
    x, y = on_dots(edge - box + quiet), max(qr_y, _first_module(frame, dots * DOT_MM))
    bottom = y - quiet + box
    floor = frame.stock.label_height_mm - frame.foot_mm
    if x - quiet < left or bottom > floor:
        raise frame.refusal("link", max(left - x + quiet, bottom - floor))
    symbol = PlacedSymbol(x, y, dots * DOT_MM, modules)
    return (symbol,), _below(texts, frame, box, edge, bottom), edge - box - GUTTER_MM


def _below(texts: StampTexts, frame: Frame, box: float, edge: float, top: float) -> list[PlacedText]:
    """The name of the fixed symbol, in the middle below it."""
    if not texts.link_name:
        return []
    row = Row("link_name", 2.0, 1.6, lines=2)
    for size in (row.size_mm, row.least_mm):
        lines = wrapped(row, texts.link_name, size, box)
        over = max(face(BOLD).width(line) * size for line in lines) - box
        if over <= 0:
            break
    else:
        raise frame.refusal("link", over)
    placed: list[PlacedText] = []
    for line in lines:
        width = face(BOLD).width(line) * size
        text = PlacedText(row.name, line, edge - box / 2 - width / 2, 0, size, BOLD)
        placed.append(replace(text, baseline_mm=top + drop_mm(text)))
        top += leading_mm(text)
    return placed


def _logo(
    design: StampDesign, frame: Frame, top: float, bottom: float, width: float
) -> tuple[PlacedArt, ...]:
    """The logo below the stamp's QR, in the middle of the room there."""
    if design.logo is None:
        return ()
    room = min(
        0.8 * width, frame.stock.label_width_mm * LOGO_SHARE, MOST_ENLARGED * design.logo.width * DOT_MM
    )
    size = art_size_mm(design.logo, room, bottom - top - 1.0)
    check_logo(size, frame)
    x = on_dots(0.5 + (width - size[0]) / 2)
    return (placed_art(design.logo, x, on_dots((top + bottom - size[1]) / 2), *size),)


@dataclass(frozen=True)
class _Wanted:
    """A row with its words; a fact's ``caption`` stands before them in a column of its own."""

    row: Row
    text: str
    caption: str = ""


def _words(texts: StampTexts, design: StampDesign, column: Column, frame: Frame) -> list[PlacedText]:
    """The rows placed; rows that may be dropped go one by one until the rest fits."""
    rows = _wanted(texts, design)
    scale = frame.stock.label_height_mm / REFERENCE_MM
    droppable = [name for name in DROPPED_FIRST if any(wanted.row.name == name for wanted in rows)]
    while True:
        for step in (*LARGER, *STEPS):
            lines = _lines(rows, column, scale * step)
            if _too_wide(lines, column) is None and _height(lines) <= column.height_mm:
                return _placed(lines, column, scale)
        if not droppable:
            raise _refusal(lines, column, frame)
        dropped = droppable.pop(0)
        rows = [wanted for wanted in rows if wanted.row.name != dropped]


def _wanted(texts: StampTexts, design: StampDesign) -> list[_Wanted]:
    names = [name for name in design.rows if name not in ("scan", "serial")]
    if design.has_gi:
        names.append(GI.name)
    rows = []
    for name in names:
        row = GI if name == GI.name else row_of(design.kind, name)
        caption, tab, text = texts.line(name).partition("\t")
        if text or caption:
            rows.append(_Wanted(row, text, caption) if tab else _Wanted(row, caption))
    return rows


Line = list[PlacedText]


def _lines(rows: list[_Wanted], column: Column, scale: float) -> list[Line]:
    """Every line at this scale as its parts from left to right; baselines still missing."""
    sized = [(wanted, max(wanted.row.least_mm, wanted.row.size_mm * scale)) for wanted in rows]
    captions = [_width(_part(wanted, wanted.caption, size)) for wanted, size in sized if wanted.caption]
    indent = max(captions, default=0.0) + CAPTION_GAP_MM
    lines: list[Line] = []
    for kind, group in groupby(sized, key=lambda one: one[0].row.name.partition(":")[0]):
        same = [line for wanted, size in group for line in _of_row(wanted, size, column, indent)]
        lines += _side_by_side(same, column) if kind in ASIDE else same
    return lines


def _of_row(wanted: _Wanted, size: float, column: Column, indent: float) -> list[Line]:
    """A fact with its name, or words on one or two lines."""
    if wanted.caption:
        name = replace(_part(wanted, wanted.caption, size), x_mm=column.x_mm)
        fact = replace(_part(wanted, wanted.text, size, is_fact=True), x_mm=column.x_mm + indent)
        return [[name, fact]]
    lead = GI_LEAD_EM * size if wanted.row.name == GI.name else 0.0
    texts = wrapped(wanted.row, wanted.text, size, column.width_mm - lead)
    return [[replace(_part(wanted, text, size), x_mm=column.x_mm + lead)] for text in texts]


def _part(wanted: _Wanted, text: str, size: float, *, is_fact: bool = False) -> PlacedText:
    """Words of a row; a fact in bold wherever that has its letters, as codes and dates do."""
    name = wanted.row.name
    if is_fact and face(BOLD).has(text):
        return PlacedText(name, text, 0, 0, size, BOLD)
    # the name of a fact is never heavy, whatever its row is
    type_face = face_of(name if not wanted.caption else f":{name.partition(':')[2]}", size)
    return PlacedText(name, text, 0, 0, size, type_face)


def _side_by_side(lines: list[Line], column: Column) -> list[Line]:
    """Short facts one after the other on a line, as many as fit."""
    packed: list[Line] = []
    for line in lines:
        after = _right(packed[-1]) + ASIDE_MM if packed else 0.0
        if packed and after + _width(line[0]) <= column.x_mm + column.width_mm:
            packed[-1] = [*packed[-1], replace(line[0], x_mm=after)]
        else:
            packed.append(line)
    return packed


def _width(part: PlacedText) -> float:
    return face(part.face).width(part.text) * part.size_mm


def _right(line: Line) -> float:
    return line[-1].x_mm + _width(line[-1])


def _leading(line: Line) -> float:
    return max(drop_mm(part) for part in line) + max(leading_mm(part) - drop_mm(part) for part in line)


def _height(lines: list[Line]) -> float:
    return sum(_leading(line) for line in lines)


def _too_wide(lines: list[Line], column: Column) -> tuple[int, float] | None:
    right = column.x_mm + column.width_mm
    return next(
        ((number, _right(line) - right) for number, line in enumerate(lines) if _right(line) > right), None
    )


def _refusal(lines: list[Line], column: Column, frame: Frame) -> DoesNotFit:
    wide = _too_wide(lines, column)
    number, over = wide or (len(lines) - 1, _height(lines) - column.height_mm)
    text = " ".join(part.text for part in lines[number])
    stock = frame.stock
    return DoesNotFit(text, over, stock.name, stock.size, line=number + 1, is_high=wide is None)


def _placed(lines: list[Line], column: Column, scale: float) -> list[PlacedText]:
    """Lines from the top; spare height goes between them, a little more before the first fact."""
    right = column.x_mm + column.width_mm
    gap = min(MOST_GAP_MM * scale, (column.height_mm - _height(lines)) / max(1, len(lines)))
    y, placed = column.top_mm, []
    for line in lines:
        baseline = y + max(drop_mm(part) for part in line)
        for number, part in enumerate(line):
            end = line[number + 1].x_mm - 0.3 if number + 1 < len(line) else right
            placed.append(replace(part, baseline_mm=baseline, room_mm=end - part.x_mm))
        y += _leading(line) + gap
    return placed
