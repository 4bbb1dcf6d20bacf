"""Where the ink of a layout is, worked out anew from its parts: boxes, and who may touch whom."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

from labels.design import typed
from labels.fitting import PlacedText
from labels.fonts import face
from labels.layout import StampLayout

CLOSE = 1e-6
CODE = "W" * 19  # no code is wider


class Box(NamedTuple):
    """Millimetres. ``ground`` is black field for white letters."""

    name: str
    left: float
    top: float
    right: float
    bottom: float
    white: bool = False
    ground: bool = False


def text_box(place: PlacedText, words: str, room_mm: float | None = None) -> Box:
    type_face = face(place.face)
    words = words.replace("\0", type_face.widest_digit)
    above, below = type_face.reach(words)
    width = type_face.width(words) * place.size_mm
    if room_mm is not None:
        width = min(width, room_mm)
    top, bottom = place.baseline_mm - above * place.size_mm, place.baseline_mm + below * place.size_mm
    return Box(place.name, place.x_mm, top, place.x_mm + width, bottom, white=place.white)


def boxes(layout: StampLayout) -> Iterator[Box]:
    """Everything that carries ink, symbols with their quiet zones."""
    for number, text in enumerate(layout.texts):
        yield text_box(text, text.text)._replace(name=f"{text.name} {number}")
    if layout.serial.text:
        yield text_box(layout.serial, layout.serial.text)
    for place, part, room in layout.code_lines(19):
        yield text_box(place, typed(CODE[part]) + ("-" if part.stop < 19 else ""), room)
    for star in layout.stars:
        x, y = zip(*star.points(), strict=True)
        yield Box("star", min(x), min(y), max(x), max(y))
    for bar in layout.bars:
        edges = bar.x_mm, bar.y_mm, bar.x_mm + bar.width_mm, bar.y_mm + bar.height_mm
        yield Box("bar", *edges, ground=bar.height_mm > 0.5)
    for art in layout.art:
        yield Box("art", art.x_mm, art.y_mm, art.x_mm + art.width_mm, art.y_mm + art.height_mm)
    yield symbol_box("qr", layout.qr_x_mm, layout.qr_y_mm, layout.size, layout.module_mm)
    for symbol in layout.symbols:
        yield symbol_box("symbol", symbol.x_mm, symbol.y_mm, len(symbol.modules), symbol.module_mm)


def symbol_box(name: str, x: float, y: float, size: int, module: float) -> Box:
    quiet, side = 4 * module, size * module
    return Box(name, x - quiet, y - quiet, x + side + quiet, y + side + quiet)


def overlap(one: Box, other: Box) -> bool:
    """Whether two boxes share ground; stars in a row may touch, white letters stand in their field."""
    if one.name == other.name == "star":
        return False
    if (one.white and other.ground) or (other.white and one.ground):
        return False
    across = min(one.right, other.right) - max(one.left, other.left)
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    return across > CLOSE and down > CLOSE


def outside(box: Box, layout: StampLayout) -> bool:
    """Whether any of it lies beyond the label's edge, which may be an ellipse."""
    width, height = layout.stock.label_width_mm, layout.stock.label_height_mm
    if box.left < -CLOSE or box.top < -CLOSE or box.right > width + CLOSE or box.bottom > height + CLOSE:
        return True
    if not layout.stock.is_oval or box.ground:
        return False
    corners = [(x, y) for x in (box.left, box.right) for y in (box.top, box.bottom)]
    return any(
        ((x - width / 2) / (width / 2)) ** 2 + ((y - height / 2) / (height / 2)) ** 2 > 1 + CLOSE
        for x, y in corners
    )


def faults(layout: StampLayout) -> list[str]:
    """What lies outside, and who touches whom; empty when all is well."""
    every = list(boxes(layout))
    pairs = combinations(every, 2)
    found = [f"{box.name} outside" for box in every if outside(box, layout)]
    return found + [f"{one.name} on {other.name}" for one, other in pairs if overlap(one, other)]
