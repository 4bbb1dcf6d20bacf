"""Symbols of one prefix and many suffixes: a template and one XOR table per pair of characters.

Alphanumeric mode packs two characters in 11 bits, so the pairs are aligned to the parity of the
prefix: an odd prefix lends its last character to the first table. Byte mode is paired as well,
only to halve the number of tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from qrcode import util

from labels.errors import ForeignSymbol, PayloadTooLong
from labels.qr import template
from labels.qr.penalty import Lines, lines_of, penalties
from labels.qr.template import ALPHANUMERIC, Bits

Bytes = NDArray[np.uint8]
Words = NDArray[np.uint64]
Numbers = NDArray[np.intp]  # rows of tables
CROCKFORD = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"
FILL = b"Z"  # the template's suffix: not "0", because qrcode 8.2 cannot divide a block of zeros
CHUNK = 2048  # symbols at a time: few enough for the processor's cache, many enough to amortise numpy's calls
SAMPLE = 1000


class Piece(NamedTuple):
    """One or two suffix characters that share a group of payload bits."""

    start: int
    length: int
    bit: int
    width: int
    lead: int  # what a lent prefix character adds to the group's value


class BatchEncoder:
    """Encodes ``prefix`` + suffix for any number of suffixes of one length.

    ``level`` is L, M, Q or H; ``version`` 2..6, the least that fits when None; ``mask`` 0..7, when
    None the one of least mean ISO penalty over a fixed sample. ``alphabet`` holds the symbols a
    suffix may use. The mode is alphanumeric when prefix and alphabet allow it, else byte, always
    one segment: equal to ``qrcode`` with ``optimize=0``, module for module.

    :raises PayloadTooLong: no allowed version holds the payload at this level.
    """

    def __init__(
        self,
        prefix: str,
        suffix_length: int,
        level: str = "M",
        mask: int | None = None,
        version: int | None = None,
        alphabet: bytes = CROCKFORD,
    ) -> None:
        self.prefix, self.suffix_length, self.level, self.alphabet = prefix, suffix_length, level, alphabet
        head = prefix.encode()
        self._mode = template.mode_of(head, alphabet)
        self.version = version or self._least_version(len(head) + suffix_length)
        self.size = 17 + 4 * self.version
        self.stride = (self.size + 7) // 8
        self._check_room(len(head) + suffix_length)
        payload = template.payload_of(head + FILL * suffix_length, self._mode)
        self._pieces = list(_pieces(head, suffix_length, self._mode))
        self._changes = template.bit_changes(payload, self._pieces[0].bit, self.version, level)
        bits = template.codeword_bits(payload, self.version, level)
        self._bare = template.drawn(bits, self.version, level, 0)
        masks = np.stack([template.mask_change(self.version, level, k) for k in range(8)])
        self._masks = self._packed(masks)
        self._mask_lines = self._lines(self._masks), self._lines(self._packed(masks.transpose(0, 2, 1)))
        self._index = _symbol_index(alphabet)
        self._pair_index = _pair_index(alphabet)
        self._rows = self._tables(turned=False)
        self._columns: list[Words] = []
        self.mask = self._least_penalty() if mask is None else mask
        self._rows[0] ^= self._masks[self.mask]

    def encode(self, suffixes: Bytes, *, best_of_8: bool = False) -> Bytes:
        """Symbols as packed bits: uint8 (n, size, stride), one row of modules a row of bytes.

        The leftmost module is the topmost bit of the first byte, 1 is dark, and the bits right of
        the symbol are 0. ``best_of_8`` weighs all masks for every symbol (ISO/IEC 18004 7.8.3)
        instead of using the encoder's one; it is some fifty times slower.

        :raises ForeignSymbol: a suffix holds a symbol outside the alphabet.
        """
        words = np.empty((len(suffixes), self._rows[0].shape[1]), np.uint64)
        for start in range(0, len(suffixes), CHUNK):
            part = slice(start, start + CHUNK)
            numbers = self._numbers(suffixes[part])
            _combine(self._rows, numbers, words[part])
            if best_of_8:
                words[part] ^= self._better_masks(numbers, words[part])
        return self._unworded(words)

    def modules(self, suffixes: Bytes, *, best_of_8: bool = False) -> Bits:
        """The same symbols as booleans (n, size, size), True is dark."""
        packed = self.encode(suffixes, best_of_8=best_of_8)
        return np.unpackbits(packed, axis=2, count=self.size).astype(bool)

    def _least_version(self, length: int) -> int:
        versions = range(template.LEAST_VERSION, template.MOST_VERSION)
        fitting = (v for v in versions if template.capacity(v, self.level, self._mode) >= length)
        return next(fitting, template.MOST_VERSION)

    def _check_room(self, length: int) -> None:
        most = template.capacity(self.version, self.level, self._mode)
        if length > most:
            raise PayloadTooLong(length, most, self.version, self.level)

    def _tables(self, *, turned: bool) -> list[Words]:
        """One table a piece, (values, words); the bare template is folded into the first."""
        axes = (0, 2, 1) if turned else (0, 1, 2)
        changes = self._packed(self._changes.transpose(axes))
        first = self._pieces[0].bit
        tables = [self._table(piece, changes[piece.bit - first :]) for piece in self._pieces]
        tables[0] ^= self._packed(self._bare.T if turned else self._bare)
        return tables

    def _table(self, piece: Piece, changes: Words) -> Words:
        """Every value of one piece: the XOR of its bits' changes against the template's value."""
        values = piece.lead + _values(self.alphabet, piece.length, self._mode)
        differs = values ^ (piece.lead + _values(FILL, piece.length, self._mode))
        table = np.zeros((len(values), changes.shape[1]), np.uint64)
        for digit in range(piece.width):
            flips = (differs >> (piece.width - 1 - digit) & 1).astype(bool)
            table[flips] ^= changes[digit]
        return table

    def _numbers(self, suffixes: Bytes) -> Numbers:
        """For each piece the row of its table: (pieces, n)."""
        lone = self._pieces[0].length % 2  # a first character whose partner is the prefix's last
        last = lone + (self.suffix_length - lone) // 2 * 2
        numbers = np.empty((len(self._pieces), len(suffixes)), np.intp)
        pairs = suffixes[:, lone:last].view("<u2").T.astype(np.intp, order="C")
        self._pair_index.take(pairs, out=numbers[lone : lone + len(pairs)], mode="clip")
        if lone:
            self._index.take(suffixes[:, 0], out=numbers[0], mode="clip")
        if last < self.suffix_length:
            self._index.take(suffixes[:, -1], out=numbers[-1], mode="clip")
        if numbers.size and numbers.min() < 0:
            wrong = int(np.flatnonzero((self._index.take(suffixes) < 0).any(axis=1))[0])
            raise ForeignSymbol(wrong, suffixes[wrong].tobytes().decode("latin-1"))
        return numbers

    def _packed(self, modules: Bits) -> Words:
        """Modules (..., size, size) as words (..., words): packed rows, filled up to 8 bytes."""
        rows = np.packbits(modules, axis=-1).reshape(*modules.shape[:-2], -1)
        room = -rows.shape[-1] % 8
        full = np.concatenate((rows, np.zeros((*rows.shape[:-1], room), np.uint8)), axis=-1)
        words: Words = full.view(np.uint64)
        return words

    def _unworded(self, words: Words) -> Bytes:
        rows = words.view(np.uint8)[:, : self.size * self.stride]
        return rows.reshape(-1, self.size, self.stride)

    def _lines(self, words: Words) -> Lines:
        return lines_of(self._unworded(words), self.size)

    def _weighed(self, rows: Words, columns: Words) -> NDArray[np.int64]:
        """ISO penalty (8, n) of symbols given under mask 0, rows and columns."""
        upright, turned = self._lines(rows), self._lines(columns)
        down, across = self._mask_lines
        return np.stack(
            [penalties(upright ^ down[:, k, None], turned ^ across[:, k, None]) for k in range(8)]
        )

    def _turned(self, numbers: Numbers) -> Words:
        """Columns under mask 0; their tables are made when first needed."""
        self._columns = self._columns or self._tables(turned=True)
        words = np.empty((len(numbers[0]), self._columns[0].shape[1]), np.uint64)
        _combine(self._columns, numbers, words)
        return words

    def _better_masks(self, numbers: Numbers, rows: Words) -> Words:
        """What to XOR onto symbols under ``self.mask`` so that each has its best mask."""
        best = self._weighed(rows ^ self._masks[self.mask], self._turned(numbers)).argmin(axis=0)
        change: Words = self._masks[best] ^ self._masks[self.mask]
        return change

    def _least_penalty(self) -> int:
        """The mask of least mean penalty over a sample that is the same on every machine."""
        symbols = np.frombuffer(self.alphabet, np.uint8)
        picks = np.random.default_rng(18004).integers(len(symbols), size=(SAMPLE, self.suffix_length))
        numbers = self._numbers(symbols[picks])
        rows = np.empty((SAMPLE, self._rows[0].shape[1]), np.uint64)
        _combine(self._rows, numbers, rows)
        return int(self._weighed(rows, self._turned(numbers)).mean(axis=1).argmin())


def _combine(tables: list[Words], numbers: Numbers, out: Words) -> None:
    """XOR of one row of each table, for many symbols: ``numbers`` are known to be in range."""
    tables[0].take(numbers[0], axis=0, out=out, mode="clip")
    part = np.empty_like(out)
    for table, number in zip(tables[1:], numbers[1:], strict=True):
        table.take(number, axis=0, out=part, mode="clip")
        np.bitwise_xor(out, part, out=out)


def _pieces(head: bytes, suffix_length: int, mode: int) -> Iterator[Piece]:
    """The suffix cut into groups of payload bits."""
    single, pair = (6, 11) if mode == ALPHANUMERIC else (8, 16)
    start, bit = 0, len(head) // 2 * pair if mode == ALPHANUMERIC else 8 * len(head)
    if mode == ALPHANUMERIC and len(head) % 2:
        yield Piece(0, 1, bit, pair, 45 * util.ALPHA_NUM.index(head[-1:]))
        start, bit = 1, bit + pair
    while start < suffix_length:
        length = min(2, suffix_length - start)
        yield Piece(start, length, bit, pair if length == 2 else single, 0)
        start, bit = start + 2, bit + pair


def _values(alphabet: bytes, length: int, mode: int) -> NDArray[np.int64]:
    """What the payload bits of every one or two symbols of the alphabet are worth."""
    base = 45 if mode == ALPHANUMERIC else 256
    worth = [util.ALPHA_NUM.index(symbol) if base == 45 else symbol for symbol in alphabet]
    one = np.array(worth, np.int64)
    return one if length == 1 else (one[:, None] * base + one).ravel()


def _symbol_index(alphabet: bytes) -> NDArray[np.intp]:
    """Character -> its place in the alphabet, -1 for a foreign one."""
    index = np.full(256, -1, np.intp)
    index[np.frombuffer(alphabet, np.uint8)] = np.arange(len(alphabet))
    return index


def _pair_index(alphabet: bytes) -> NDArray[np.intp]:
    """Two characters read as one little-endian number -> the row of a pair's table, -1 if foreign."""
    one = _symbol_index(alphabet)
    second, first = np.divmod(np.arange(65536), 256)
    known = (one[first] >= 0) & (one[second] >= 0)
    return np.where(known, one[first] * len(alphabet) + one[second], -1)
