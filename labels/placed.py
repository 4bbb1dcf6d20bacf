"""What stands where on a stamp. All lengths are millimetres from the label's top left corner, y downwards."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from labels.art import Art
from labels.design import CODE_CUT
from labels.fitting import PlacedText
from labels.stock import Stock

Bits = NDArray[np.bool_]  # rows x columns, True is ink
DOT_MM = 0.125  # one dot of a 203 dpi printer (8 a millimetre)
FINER = 2  # a drawing brings so many of its own dots for one of these: printers of 300 dpi and more use them


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


@dataclass(frozen=True, eq=False)
class PlacedArt:
    """A picture by its top left corner; ``bits`` fill the whole of its width and height."""

    x_mm: float
    y_mm: float
    width_mm: float
    height_mm: float
    bits: Bits


@dataclass(frozen=True, eq=False)
class PlacedSymbol:
    """A QR symbol that is the same on all labels, by the corner of its first module."""

    x_mm: float
    y_mm: float
    module_mm: float
    modules: Bits


@dataclass(frozen=True)
class StampLayout:
    """Everything of one stamp in its place. ``serial`` holds NUL for each digit; ``code`` is empty text.

    ``qr_*`` is the corner of the first module; the quiet zone lies outside it. A code wider than
    ``code_room_mm`` is set narrower, never cut. ``code_rest`` is the code's second line, where it has
    two: ``code`` then holds the first ``design.CODE_CUT`` symbols and the hyphen after them. A design
    without a number has an empty ``serial``.
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
    code_rest: PlacedText | None = None
    art: tuple[PlacedArt, ...] = ()
    symbols: tuple[PlacedSymbol, ...] = ()

    def code_lines(self, length: int) -> list[tuple[PlacedText, slice, float]]:
        """The lines of a typed code of ``length`` symbols: place, which symbols, room in millimetres.

        Every line but the last ends with a hyphen.
        """
        if self.code_rest is None:
            return [(self.code, slice(0, length), self.code_room_mm)]
        rest = self.code_rest, slice(CODE_CUT, length), self.code_rest.room_mm or self.code_room_mm
        return [(self.code, slice(0, CODE_CUT), self.code_room_mm), rest]


def on_dots(length_mm: float) -> float:
    """The length cut down to whole dots."""
    return math.floor(length_mm / DOT_MM + 1e-6) * DOT_MM


def art_size_mm(art: Art, width_mm: float, height_mm: float) -> tuple[float, float]:
    """The largest size in whole dots at which the art, its aspect kept, fits the room; 0 where none does."""
    scale = min(width_mm / art.width, height_mm / art.height)
    return on_dots(art.width * scale), on_dots(art.height * scale)


def placed_art(art: Art, x_mm: float, y_mm: float, width_mm: float, height_mm: float) -> PlacedArt:
    """The art at a size in whole dots: a halftone dot for dot, a drawing as fine as it came."""
    columns, rows = round(width_mm / DOT_MM), round(height_mm / DOT_MM)
    finer = 1 if art.is_halftone or art.width < FINER * columns else FINER
    return PlacedArt(x_mm, y_mm, width_mm, height_mm, art.sized(columns * finer, rows * finer))
