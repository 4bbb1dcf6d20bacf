"""Logos and fixed symbols as a printer's own dots."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PIL import Image

from labels.art import COVERED
from labels.layout import PlacedArt, PlacedSymbol, StampLayout
from labels.placed import Bits


def pictures_of(layout: StampLayout, dpi: float) -> Iterator[tuple[Bits, int, int]]:
    """Dots, left and top of every picture of a label."""
    yield from (_art(art, dpi / 25.4) for art in layout.art)
    yield from (_symbol(symbol, dpi / 25.4) for symbol in layout.symbols)


def _art(art: PlacedArt, scale: float) -> tuple[Bits, int, int]:
    """A dot is inked where enough of the picture's ink falls on it."""
    columns, rows = max(1, round(art.width_mm * scale)), max(1, round(art.height_mm * scale))
    dots = art.bits
    if dots.shape != (rows, columns):
        grey = Image.fromarray(np.where(dots, 255, 0).astype(np.uint8))
        covered = np.asarray(grey.resize((columns, rows), Image.Resampling.BOX), float)
        dots = covered >= 255 * COVERED
    return dots, round(art.x_mm * scale), round(art.y_mm * scale)


def _symbol(symbol: PlacedSymbol, scale: float) -> tuple[Bits, int, int]:
    """Modules of a whole number of dots, in the middle of the room the symbol has."""
    module = max(1, int(symbol.module_mm * scale + 1e-6))
    spare = len(symbol.modules) * (symbol.module_mm * scale - module) / 2
    dots = symbol.modules.repeat(module, 0).repeat(module, 1)
    return dots, round(symbol.x_mm * scale + spare), round(symbol.y_mm * scale + spare)
