"""Tables whose rows, XORed together, are symbols: one table for each piece of the payload.

Alphanumeric mode packs two characters in 11 bits, so the pieces are pairs aligned to the parity
of the prefix: an odd prefix lends its last character to the first piece. Byte mode is paired as
well, only to halve the number of tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from qrcode import util

from labels.qr.penalty import Lines, lines_of
from labels.qr.template import ALPHANUMERIC, Bits

Bytes = NDArray[np.uint8]
Words = NDArray[np.uint64]
Numbers = NDArray[np.intp]  # rows of tables: (pieces, n)


class Piece(NamedTuple):
    """One or two suffix characters that share a group of payload bits."""

    length: int
    bit: int
    width: int
    lead: int  # what a lent prefix character adds to the group's value


def pieces_of(head: bytes, suffix_length: int, mode: int) -> Iterator[Piece]:
    """The suffix cut into groups of payload bits."""
    single, pair = (6, 11) if mode == ALPHANUMERIC else (8, 16)
    start, bit = 0, len(head) // 2 * pair if mode == ALPHANUMERIC else 8 * len(head)
    if mode == ALPHANUMERIC and len(head) % 2:
        yield Piece(1, bit, pair, 45 * util.ALPHA_NUM.index(head[-1:]))
        start, bit = 1, bit + pair
    while start < suffix_length:
        length = min(2, suffix_length - start)
        yield Piece(length, bit, pair if length == 2 else single, 0)
        start, bit = start + 2, bit + pair


def values_of(alphabet: bytes, length: int, mode: int) -> NDArray[np.int64]:
    """What the payload bits of every one or two symbols of the alphabet are worth."""
    base = 45 if mode == ALPHANUMERIC else 256
    worth = [util.ALPHA_NUM.index(symbol) if base == 45 else symbol for symbol in alphabet]
    one = np.array(worth, np.int64)
    return one if length == 1 else (one[:, None] * base + one).ravel()


class Symbols:
    """All symbols of one prefix, packed row by row in words of 64 modules.

    ``bare`` is the template under mask 0, ``changes`` what each payload bit from the first piece's
    on turns in it, ``masks`` what each mask turns.
    """

    def __init__(self, bare: Bits, changes: Bits, masks: Bits) -> None:
        self.size = len(bare)
        self.stride = (self.size + 7) // 8
        self.masks, self._bare, self._changes = self._packed(masks), self._packed(bare), self._packed(changes)
        self.mask_lines = self.lines(self.masks)
        self._tables: list[Words] = []
        self._kept = -1, self._bare

    def add_piece(self, piece: Piece, first_bit: int, differs: NDArray[np.int64]) -> None:
        """The next table; ``differs``: the bits in which each value is not the template's."""
        table = np.zeros((len(differs), self._changes.shape[1]), np.uint64)
        for digit in range(piece.width):
            flips = (differs >> (piece.width - 1 - digit) & 1).astype(bool)
            table[flips] ^= self._changes[piece.bit - first_bit + digit]
        self._tables.append(table if self._tables else table ^ self._bare)

    def wear(self, mask: int) -> None:
        """From now on every symbol has this mask."""
        self._tables[0] ^= self.masks[mask]
        self._kept = -1, self._bare

    def combine(self, numbers: Numbers, out: Words) -> None:
        """Symbols into ``out`` (n, words): ``numbers`` are known to be in range."""
        tables = self._tables
        if len(tables) > 1 and (numbers[0] == numbers[0, 0]).all():
            tables, numbers = [self._second(int(numbers[0, 0])), *tables[2:]], numbers[1:]
        tables[0].take(numbers[0], axis=0, out=out, mode="clip")
        part = np.empty_like(out)
        for table, number in zip(tables[1:], numbers[1:], strict=True):
            table.take(number, axis=0, out=part, mode="clip")
            np.bitwise_xor(out, part, out=out)

    def combined(self, numbers: Numbers) -> Words:
        """The same as an array of its own."""
        words = np.empty((numbers.shape[1], self.masks.shape[1]), np.uint64)
        self.combine(numbers, words)
        return words

    def _second(self, first: int) -> Words:
        """The second table with a row of the first in it, kept: a block's codes begin with one symbol."""
        kept, table = self._kept
        if kept != first:
            table = self._tables[1] ^ self._tables[0][first]
            self._kept = first, table
        return table

    def rows(self, words: Words) -> Bytes:
        """The words as (n, size, stride) bytes."""
        return words.view(np.uint8)[:, : self.size * self.stride].reshape(-1, self.size, self.stride)

    def lines(self, words: Words) -> Lines:
        """The words as one integer a row, for weighing."""
        return lines_of(self.rows(words), self.size)

    def _packed(self, modules: Bits) -> Words:
        """Modules (..., size, size) as words (..., words): packed rows, filled up to 8 bytes."""
        rows = np.packbits(modules, axis=-1).reshape(*modules.shape[:-2], -1)
        room = -rows.shape[-1] % 8
        full = np.concatenate((rows, np.zeros((*rows.shape[:-1], room), np.uint8)), axis=-1)
        words: Words = full.view(np.uint64)
        return words
