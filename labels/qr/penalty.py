"""The mask penalty of ISO/IEC 18004 section 7.8.3, for many symbols at once.

A symbol is its lines: one unsigned integer a row and one a column, arranged (line, symbol) so
that every step is one pass over contiguous memory. Figures equal ``qrcode.util.lost_point``:
patterns are looked for inside the symbol, the quiet zone does not count.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Lines = NDArray[Any]  # uint32 or uint64, by the symbol's size
Counts = NDArray[np.int64]


def lines_of(packed: NDArray[np.uint8], size: int) -> Lines:
    """Packed rows (n, size, stride) as integers (size, n): 32 bits wide when they suffice."""
    width = 4 if size <= 32 else 8
    wide = np.zeros((*packed.shape[:2], width), np.uint8)
    wide[:, :, : packed.shape[2]] = packed
    words = wide.view(f">u{width}")[:, :, 0]
    return np.ascontiguousarray(words.T).astype(f"=u{width}")


def penalties(rows: Lines, columns: Lines) -> Counts:
    """N1 + N2 + N3 + N4 of every symbol, from its rows and its columns (each (size, n))."""
    size = rows.shape[0]
    both = np.concatenate((rows, columns))
    alike = _alike(both, size)
    return _runs(alike) + _finders(both, size) + _blocks(rows, alike[:size]) + _balance(rows, size)


def _window(lines: Lines, size: int, length: int) -> Any:
    """Ones where a window of ``length`` modules may begin (modules are the topmost bits)."""
    width = lines.dtype.itemsize * 8
    ones = ((1 << (size - length + 1)) - 1) << (width - size + length - 1)
    return lines.dtype.type(ones & ((1 << width) - 1))


def _alike(lines: Lines, size: int) -> Lines:
    """Ones where a module equals the next one of its line."""
    alike: Lines = ~(lines ^ (lines << 1)) & _window(lines, size, 2)
    return alike


def _total(lines: Lines) -> Counts:
    """Ones in all lines of each symbol: a few thousand at the most, so narrow numbers add them."""
    total: Counts = np.bitwise_count(lines).sum(axis=0, dtype=np.uint16).astype(np.int64)
    return total


def _runs(alike: Lines) -> Counts:
    """N1: a run of five costs 3, every module more costs 1."""
    pairs = alike & (alike << 1)
    fives = pairs & (pairs << 2)  # begins of five equal modules
    return _total(fives) + 2 * _total(fives & ~(fives >> 1))


def _blocks(rows: Lines, alike: Lines) -> Counts:
    """N2: every 2 x 2 square of one colour costs 3."""
    below = ~(rows[:-1] ^ rows[1:])
    return 3 * _total(alike[:-1] & alike[1:] & below)


def _finders(lines: Lines, size: int) -> Counts:
    """N3: 1011101 with four light modules before or after it costs 40 each."""
    light = ~lines
    fours = light & (light << 1)
    fours &= fours << 2
    core = lines & (lines << 2) & (lines << 3) & (lines << 4) & (lines << 6)
    core &= (light << 1) & (light << 5)
    window = _window(lines, size, 11)
    return 40 * (_total(core & (fours << 7) & window) + _total(fours & (core << 4) & window))


def _balance(rows: Lines, size: int) -> Counts:
    """N4: ten for every full five per cent the dark share departs from half."""
    dark = _total(rows)
    return np.abs(200 * dark - 100 * size * size) // (10 * size * size) * 10
