"""Rows of words into a column of millimetres: wrap, shrink, drop, or say by how much it fails."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

from labels.errors import DoesNotFit
from labels.fonts import BOLD, REGULAR, face
from labels.rows import DROPPED_FIRST, Row, language_face
from labels.stock import Stock

LEADING = 1.22
BOLD_BELOW_MM = 2.0  # thin strokes of small type break up at 203 dpi
HEAVY = ("product", "cooperative", "serial", "code", "demo")
STEPS = [1 - step / 20 for step in range(11)]  # of the wanted size, down to a half


@dataclass(frozen=True)
class PlacedText:
    """One line of text: left end and baseline from the label's top left corner; ``white`` on black.

    ``room_mm`` is how far it may run where something stands right of it: hinted letters are wider.
    """

    name: str
    text: str
    x_mm: float
    baseline_mm: float
    size_mm: float
    face: str
    white: bool = False
    room_mm: float | None = None


@dataclass(frozen=True)
class Column:
    """Where rows may stand."""

    x_mm: float
    top_mm: float
    width_mm: float
    height_mm: float


@dataclass(frozen=True)
class Wanted:
    """A row and its words; ``lead_em`` is room before them (for the stars)."""

    row: Row
    text: str
    lead_em: float = 0.0


@dataclass(frozen=True)
class Head:
    """Rows ``names`` begin ``lead_mm`` further right and take at least ``height_mm``: beside a logo."""

    names: tuple[str, ...] = ()
    lead_mm: float = 0.0
    height_mm: float = 0.0


def face_of(name: str, size_mm: float) -> str:
    """The face of a row's language; else bold for what must be seen first and for everything small."""
    heavy = name.partition(":")[0] in HEAVY or size_mm < BOLD_BELOW_MM
    return language_face(name) or (BOLD if heavy else REGULAR)


def width_mm(name: str, text: str, size_mm: float) -> float:
    """How wide a text runs; NUL stands for any digit and counts as the widest one."""
    type_face = face(face_of(name, size_mm))
    return type_face.width(text.replace("\0", type_face.widest_digit)) * size_mm


def fitted(
    rows: list[Wanted], column: Column, scale: float, stock: Stock, head: Head | None = None
) -> list[PlacedText]:
    """The rows placed; rows that may be dropped go one by one until the rest fits.

    :raises DoesNotFit: names the first line that is too wide, or the last when all are too high.
    """
    head = head or Head()
    droppable = [name for name in DROPPED_FIRST if any(wanted.row.name == name for wanted in rows)]
    while True:
        for step in STEPS:
            lines = _lines(rows, column, scale * step, head)
            if _too_wide(lines, column) is None and _height(lines, head) <= column.height_mm:
                return _placed(lines, column, scale, head)
        if not droppable:
            raise _refusal(lines, column, stock, head)
        dropped = droppable.pop(0)
        rows = [wanted for wanted in rows if wanted.row.name != dropped]


def _lines(rows: list[Wanted], column: Column, scale: float, head: Head) -> list[PlacedText]:
    """Every row at this scale, wrapped where allowed; positions still missing."""
    lines = []
    for wanted in rows:
        size = max(wanted.row.least_mm, wanted.row.size_mm * scale)
        name = wanted.row.name
        lead = wanted.lead_em * size + (head.lead_mm if name in head.names else 0.0)
        room, x = column.width_mm - lead, column.x_mm + lead
        for text in wrapped(wanted.row, wanted.text, size, room):
            lines.append(PlacedText(name, text, x, 0.0, size, face_of(name, size)))
    return lines


def wrapped(row: Row, text: str, size: float, room: float) -> list[str]:
    """One line if it fits or must be one, else two lines as equal as the words allow."""
    words = text.split(" ")
    if row.lines == 1 or len(words) == 1 or width_mm(row.name, text, size) <= room:
        return [text]
    halves = [(" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words))]
    return list(min(halves, key=lambda pair: max(width_mm(row.name, half, size) for half in pair)))


def reach_em(line: PlacedText) -> tuple[float, float]:
    """How far the line's ink goes above and below its baseline, whatever its digits."""
    return face(line.face).reach(line.text.replace("\0", "0"))


def leading_mm(line: PlacedText) -> float:
    """From one baseline to the next: more than usual where marks are stacked."""
    return max(LEADING, sum(reach_em(line)) + 0.02) * line.size_mm


def _height(lines: list[PlacedText], head: Head) -> float:
    return sum(leading_mm(line) for line in lines) + _head_spare(lines, head)


def _head_spare(lines: list[PlacedText], head: Head) -> float:
    """How much higher the logo is than the words beside it."""
    return max(0.0, head.height_mm - sum(leading_mm(line) for line in lines if line.name in head.names))


def _too_wide(lines: list[PlacedText], column: Column) -> tuple[int, float] | None:
    right = column.x_mm + column.width_mm
    for number, line in enumerate(lines):
        over = line.x_mm + width_mm(line.name, line.text, line.size_mm) - right
        if over > 0:
            return number, over
    return None


def _refusal(lines: list[PlacedText], column: Column, stock: Stock, head: Head) -> DoesNotFit:
    wide = _too_wide(lines, column)
    number, over = wide or (len(lines) - 1, _height(lines, head) - column.height_mm)
    text = lines[number].text.replace("\0", "0")
    return DoesNotFit(text, over, stock.name, stock.size, line=number + 1, is_high=wide is None)


def _placed(lines: list[PlacedText], column: Column, scale: float, head: Head) -> list[PlacedText]:
    """Lines from the top; spare height goes between rows, then above and below them alike."""
    rows = 1 + sum(above.name != below.name for above, below in pairwise(lines))
    spare = column.height_mm - _height(lines, head)
    gap = min(0.45 * scale, spare / rows)
    beside = _head_spare(lines, head) / 2
    y = column.top_mm + (spare - gap * (rows - 1)) / 2 + beside
    placed: list[PlacedText] = []
    for line in lines:
        y += gap if placed and placed[-1].name != line.name else 0.0
        if placed and placed[-1].name in head.names and line.name not in head.names:
            y += beside
        placed.append(replace(line, baseline_mm=y + drop_mm(line)))
        y += leading_mm(line)
    return placed


def drop_mm(line: PlacedText) -> float:
    """From the top of a line's room to its baseline."""
    above, below = reach_em(line)
    slack = leading_mm(line) - (above + below) * line.size_mm
    return min(slack, 0.1) + max(above, 0.92) * line.size_mm


def head_block_mm(placed: list[PlacedText], head: Head) -> tuple[float, float] | None:
    """Top and bottom of the room that the head's rows take; None when all of them were dropped."""
    lines = [line for line in placed if line.name in head.names]
    if not lines:
        return None
    beside = _head_spare(lines, head) / 2
    bottom = lines[-1].baseline_mm - drop_mm(lines[-1]) + leading_mm(lines[-1])
    return lines[0].baseline_mm - drop_mm(lines[0]) - beside, bottom + beside
