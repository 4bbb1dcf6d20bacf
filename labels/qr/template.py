"""One symbol taken apart: which payload bit turns which modules.

For a fixed version, level and mask every module of a QR symbol is an affine function over GF(2)
of the payload bits (ISO/IEC 18004: the Reed-Solomon code is linear, the mask a constant). The
``qrcode`` library makes the symbols; here they are only compared with one another.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray
from qrcode import util
from qrcode.base import rs_blocks
from qrcode.main import QRCode

Bits = NDArray[np.bool_]
LEVELS = {"L": 1, "M": 0, "Q": 3, "H": 2}  # ISO/IEC 18004 table 12, as the library numbers them
LEAST_VERSION, MOST_VERSION = 2, 6
ALPHANUMERIC: int
BYTE: int
ALPHANUMERIC, BYTE = util.MODE_ALPHA_NUM, util.MODE_8BIT_BYTE


def mode_of(*texts: bytes) -> int:
    """``ALPHANUMERIC`` when every character of every text is in the 45-character set, else ``BYTE``."""
    return ALPHANUMERIC if all(util.RE_ALPHA_NUM.match(text) for text in texts) else BYTE


def capacity(version: int, level: str, mode: int) -> int:
    """The most characters a symbol holds in one segment of ``mode``."""
    bits: int = 8 * sum(block.data_count for block in rs_blocks(version, LEVELS[level]))
    bits -= 4 + util.length_in_bits(mode, version)
    return bits // 8 if mode == BYTE else bits // 11 * 2 + (bits % 11 >= 6)


@dataclass(frozen=True)
class Payload:
    """One segment as raw bits, in the shape ``qrcode.util.create_data`` reads."""

    mode: int
    characters: int
    bits: Bits

    def __len__(self) -> int:
        return self.characters

    def write(self, buffer: util.BitBuffer) -> None:
        """Append the bits, as ``qrcode.util.QRData.write`` would."""
        for bit in self.bits:
            buffer.put_bit(bool(bit))


def payload_of(text: bytes, mode: int) -> Payload:
    """The segment's bits as the library writes them."""
    buffer = util.BitBuffer()
    util.QRData(text, mode=mode).write(buffer)
    bits = np.unpackbits(np.array(buffer.buffer, np.uint8))[: len(buffer)]
    return Payload(mode, len(text), bits.astype(bool))


def codeword_bits(payload: Payload, version: int, level: str) -> Bits:
    """Data and error-correction codewords in their drawn order, as bits."""
    words = util.create_data(version, LEVELS[level], [payload])
    return np.unpackbits(np.array(words, np.uint8)).astype(bool)


def drawn(bits: Bits, version: int, level: str, mask: int) -> Bits:
    """The symbol (size x size, True is dark) the library draws for these codewords."""
    symbol = QRCode(version=version, error_correction=LEVELS[level], border=0)
    symbol.data_cache = np.packbits(bits).tolist()
    symbol.makeImpl(False, mask)
    return np.array(symbol.modules, bool)


@cache
def module_of_bit(version: int, level: str) -> NDArray[np.intp]:
    """The flat module index each codeword bit lands on, found by drawing the bits' own numbers."""
    count = 8 * sum(block.total_count for block in rs_blocks(version, LEVELS[level]))
    numbers = np.arange(1, count + 1)
    blank = drawn(np.zeros(count, bool), version, level, 0)
    seen = np.zeros(blank.size, np.intp)
    for digit in range(count.bit_length()):
        symbol = drawn((numbers >> digit & 1).astype(bool), version, level, 0)
        seen |= (symbol ^ blank).ravel().astype(np.intp) << digit
    where = np.zeros(count, np.intp)
    where[seen[seen > 0] - 1] = np.flatnonzero(seen)
    return where


def mask_change(version: int, level: str, mask: int) -> Bits:
    """What changes between mask 0 and ``mask``: the pattern itself and the format information."""
    nothing = np.zeros(module_of_bit(version, level).size, bool)
    return drawn(nothing, version, level, mask) ^ drawn(nothing, version, level, 0)


def bit_changes(payload: Payload, first: int, version: int, level: str) -> Bits:
    """For each payload bit from ``first`` on, the modules that flip with it: (bits, size, size)."""
    where = module_of_bit(version, level)
    size = 17 + 4 * version
    base = codeword_bits(payload, version, level)
    flips = np.zeros((len(payload.bits) - first, size * size), bool)
    for row, number in zip(flips, range(first, len(payload.bits)), strict=True):
        bits = payload.bits.copy()
        bits[number] ^= True
        row[where] = codeword_bits(replace(payload, bits=bits), version, level) ^ base
    return flips.reshape(-1, size, size)
