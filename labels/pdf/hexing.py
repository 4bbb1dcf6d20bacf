"""Symbols as hexadecimal digits, thousands of rows at a time, without new memory for each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]


class HexRoom:
    """Room for ``most`` rows of ``width`` bytes."""

    def __init__(self, most: int, width: int) -> None:
        self._pairs = np.empty((most, width), "<u2")
        self._signs = np.empty((most, 2 * width), np.uint8)

    def write(self, rows: Bytes, out: Bytes) -> None:
        """``rows`` (n, width) with every bit turned into ``out`` (n, 2 x width), upper case.

        An image mask paints where its bits are 0, our symbols are dark where they are 1.
        """
        pairs, signs = self._pairs[: len(rows)], self._signs[: len(rows)]
        np.multiply(rows, 0x1001, out=pairs, dtype=pairs.dtype)  # 0x00HL becomes 0xL0HL
        pairs >>= 4  # 0x0L0H: the high digit in the low byte, which comes first
        digits = pairs.view(np.uint8)
        np.less(digits, 6, out=signs.view(np.bool_))  # 15 - digit is a letter then
        signs *= 7  # from "9" to "A"
        signs += 48 + 15
        np.subtract(signs, digits, out=out)
