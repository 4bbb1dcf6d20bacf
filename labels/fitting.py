"""Rows of words into a column of millimetres: wrap, shrink, drop, or say by how much it fails."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

from labels.errors import DoesNotFit
from labels.fonts import BOLD, REGULAR, face
from labels.rows import DROPPED_FIRST, Row

LEADING = 1.22
BOLD_BELOW_MM = 2.0  # thin strokes of small type break up at 203 dpi
HEAVY = ("product", "cooperative", "serial", "code", "demo")
STEPS = [1 - step / 20 for step in range(11)]  # of the wanted size, down to a half


@dataclass(frozen=True)
class PlacedText:
    """One line of text: left end and baseline from the label's top left corner; ``white`` on black."""

    name: str
    text: str
    x_mm: float
    baseline_mm: float
    size_mm: float
    face: str
    white: bool = False


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


def face_of(name: str, size_mm: float) -> str:
    """Bold for what must be seen first and for everything small."""
    return BOLD if name in HEAVY or size_mm < BOLD_BELOW_MM else REGULAR


def width_mm(name: str, text: str, size_mm: float) -> float:
    """How wide a text runs; NUL stands for any digit and counts as the widest one."""
    type_face = face(face_of(name, size_mm))
    return type_face.width(text.replace("\0", type_face.widest_digit)) * size_mm


def fitted(rows: list[Wanted], column: Column, scale: float, stock: str) -> list[PlacedText]:
    """The rows placed; rows that may be dropped go one by one until the rest fits.

    :raises DoesNotFit: names the first line that is too wide, or the last when all are too high.
    """
    droppable = [name for name in DROPPED_FIRST if any(wanted.row.name == name for wanted in rows)]
    while True:
        for step in STEPS:
            lines = _lines(rows, column, scale * step)
            if _too_wide(lines, column) is None and _height(lines) <= column.height_mm:
                return _placed(lines, column, scale)
        if not droppable:
            raise _refusal(lines, column, stock)
        dropped = droppable.pop(0)
        rows = [wanted for wanted in rows if wanted.row.name != dropped]


def _lines(rows: list[Wanted], column: Column, scale: float) -> list[PlacedText]:
    """Every row at this scale, wrapped where allowed; positions still missing."""
    lines = []
    for wanted in rows:
        size = max(wanted.row.least_mm, wanted.row.size_mm * scale)
        room = column.width_mm - wanted.lead_em * size
        x = column.x_mm + wanted.lead_em * size
        name, type_face = wanted.row.name, face_of(wanted.row.name, size)
        for text in _wrapped(wanted, size, room):
            lines.append(PlacedText(name, text, x, 0.0, size, type_face))
    return lines


def _wrapped(wanted: Wanted, size: float, room: float) -> list[str]:
    """One line if it fits or must be one, else two lines as equal as the words allow."""
    name, words = wanted.row.name, wanted.text.split(" ")
    if wanted.row.lines == 1 or len(words) == 1 or width_mm(name, wanted.text, size) <= room:
        return [wanted.text]
    halves = [(" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words))]
    return list(min(halves, key=lambda pair: max(width_mm(name, half, size) for half in pair)))


def _leading_mm(line: PlacedText) -> float:
    above, below = face(line.face).reach(line.text.replace("\0", "0"))
    return max(LEADING, above + below + 0.02) * line.size_mm


def _height(lines: list[PlacedText]) -> float:
    return sum(_leading_mm(line) for line in lines)


def _too_wide(lines: list[PlacedText], column: Column) -> tuple[PlacedText, float] | None:
    right = column.x_mm + column.width_mm
    for line in lines:
        over = line.x_mm + width_mm(line.name, line.text, line.size_mm) - right
        if over > 0:
            return line, over
    return None


def _refusal(lines: list[PlacedText], column: Column, stock: str) -> DoesNotFit:
    wide = _too_wide(lines, column)
    line, over = wide or (lines[-1], _height(lines) - column.height_mm)
    return DoesNotFit(line.text.replace("\0", "0"), over, stock)


def _placed(lines: list[PlacedText], column: Column, scale: float) -> list[PlacedText]:
    """Lines from the top; spare height goes between rows, then above and below them alike."""
    rows = 1 + sum(above.name != below.name for above, below in pairwise(lines))
    spare = column.height_mm - _height(lines)
    gap = min(0.45 * scale, spare / rows)
    y = column.top_mm + (spare - gap * (rows - 1)) / 2
    placed: list[PlacedText] = []
    for line in lines:
        y += gap if placed and placed[-1].name != line.name else 0.0
        above, below = face(line.face).reach(line.text.replace("\0", "0"))
        slack = _leading_mm(line) - (above + below) * line.size_mm
        placed.append(replace(line, baseline_mm=y + min(slack, 0.1) + max(above, 0.92) * line.size_mm))
        y += _leading_mm(line)
    return placed
