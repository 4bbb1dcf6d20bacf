"""Logos and fixed symbols as inline 1-bit image masks, in hexadecimal: no byte of them can end one early."""

from __future__ import annotations

import numpy as np

from labels.placed import Bits, StampLayout


def pictures_of(layout: StampLayout) -> bytes:
    """The operators that paint the layout's art and symbols."""
    height = layout.stock.label_height_mm
    parts = []
    for art in layout.art:
        box = art.width_mm, art.height_mm, art.x_mm, height - art.y_mm - art.height_mm
        parts.append(_painted(art.bits, *box))
    for symbol in layout.symbols:
        side = len(symbol.modules) * symbol.module_mm
        parts.append(_painted(symbol.modules, side, side, symbol.x_mm, height - symbol.y_mm - side))
    return b"".join(parts)


def _painted(bits: Bits, width: float, high: float, x: float, y: float) -> bytes:
    rows, columns = bits.shape
    data = np.packbits(bits, axis=1).tobytes().hex().upper().encode()
    image = b"BI/W %d/H %d/IM true/D[1 0]/F/AHx ID\n%b>\nEI" % (columns, rows, data)
    return b"q %.3f 0 0 %.3f %.3f %.3f cm\n%b Q\n" % (width, high, x, y, image)
