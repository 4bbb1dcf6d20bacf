"""Symbols of one prefix and many suffixes: a template and one XOR table per pair of characters."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from labels.errors import ForeignSymbol, PayloadTooLong
from labels.qr import template
from labels.qr.penalty import penalties
from labels.qr.tables import Bytes, Numbers, Symbols, pieces_of, values_of
from labels.qr.template import Bits

CROCKFORD = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"
FILL = b"Z"  # the template's suffix: not "0", because qrcode 8.2 cannot divide a block of zeros
CHUNK = 2048  # symbols at a time: one table after the other stays in the cache for all of them
WEIGHED = 512  # at a time when all masks are weighed: sixteen times as much is in work then
SAMPLE = 1000


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
        self._pieces = list(pieces_of(head, suffix_length, self._mode))
        self._index, self._pair_index = _symbol_index(alphabet), _pair_index(alphabet)
        payload = template.payload_of(head + FILL * suffix_length, self._mode)
        self._upright, self._turned = self._symbols(payload)
        self.mask = self._least_penalty() if mask is None else mask
        for symbols in (self._upright, self._turned):
            symbols.wear(self.mask)

    def encode(self, suffixes: Bytes, *, best_of_8: bool = False, turned: bool = False) -> Bytes:
        """Symbols as packed bits: uint8 (n, size, stride), one row of modules a row of bytes.

        The leftmost module is the topmost bit of the first byte, 1 is dark, and the bits right of
        the symbol are 0. ``best_of_8`` weighs all masks for every symbol (ISO/IEC 18004 7.8.3)
        instead of using the encoder's one; it is some fifty times slower. ``turned`` gives columns
        for rows: the symbol mirrored about its main diagonal.

        :raises ForeignSymbol: a suffix holds a symbol outside the alphabet.
        """
        symbols = self._turned if turned else self._upright
        words = np.empty((len(suffixes), symbols.masks.shape[1]), np.uint64)
        step = WEIGHED if best_of_8 else CHUNK
        for start in range(0, len(suffixes), step):
            part = slice(start, start + step)
            numbers = self._numbers(suffixes[part])
            symbols.combine(numbers, words[part])
            if best_of_8:
                best = self._weighed(numbers, self.mask).argmin(axis=0)
                words[part] ^= symbols.masks[best] ^ symbols.masks[self.mask]
        return symbols.rows(words)

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

    def _symbols(self, payload: template.Payload) -> tuple[Symbols, Symbols]:
        """All symbols by rows, and all by columns."""
        first = self._pieces[0].bit
        bits = template.codeword_bits(payload, self.version, self.level)
        bare = template.drawn(bits, self.version, self.level, 0)
        changes = template.bit_changes(payload, first, self.version, self.level)
        masks = np.stack([template.mask_change(self.version, self.level, mask) for mask in range(8)])
        upright = Symbols(bare, changes, masks)
        turned = Symbols(bare.T, changes.transpose(0, 2, 1), masks.transpose(0, 2, 1))
        for piece in self._pieces:
            values = values_of(self.alphabet, piece.length, self._mode)
            differs = piece.lead + values ^ piece.lead + values_of(FILL, piece.length, self._mode)
            upright.add_piece(piece, first, differs)
            turned.add_piece(piece, first, differs)
        return upright, turned

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

    def _weighed(self, numbers: Numbers, worn: int) -> NDArray[np.int64]:
        """ISO penalty (8, n) of the symbols under each mask; ``worn`` is the one in the tables."""
        rows, columns = (
            symbols.lines(symbols.combined(numbers) ^ symbols.masks[worn])
            for symbols in (self._upright, self._turned)
        )
        down, across = self._upright.mask_lines, self._turned.mask_lines
        return np.stack([penalties(rows ^ down[:, k, None], columns ^ across[:, k, None]) for k in range(8)])

    def _least_penalty(self) -> int:
        """The mask of least mean penalty over a sample that is the same on every machine."""
        symbols = np.frombuffer(self.alphabet, np.uint8)
        picks = np.random.default_rng(18004).integers(len(symbols), size=(SAMPLE, self.suffix_length))
        return int(self._weighed(self._numbers(symbols[picks]), worn=0).mean(axis=1).argmin())


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
