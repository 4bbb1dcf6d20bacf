"""A whole block of codes at once: one AES call a round over all serials, no loop a code."""

from __future__ import annotations

from typing import Final

import numpy as np
from cryptography.hazmat.primitives.ciphers import CipherContext
from numpy.typing import NDArray

from trace.standards.fault import Fault
from trace.standards.stamp_code.key import ROUNDS, StampKey
from trace.standards.stamp_code.symbols import ALPHABET, CHECK, LENGTH, SERIALS

Codes = NDArray[np.uint8]
Numbers = NDArray[np.uint64]

_CHUNK: Final = 1 << 15  # half a megabyte of blocks stays in the cache
_LETTERS: Final = np.frombuffer(ALPHABET.encode(), dtype=np.uint8)
_CHECK: Final = np.frombuffer(b"".join(CHECK), dtype=np.uint8).reshape(LENGTH - 1, 32)
_HEAD: Final = int.from_bytes(b"STAMP/1") << 8


def encode_many(key: StampKey, first: int, count: int) -> Codes:
    """Codes of ``count`` serials from ``first`` on: (count, 19) ASCII bytes, the same as ``encode``'s.

    Raises ``standard.stamp_serial`` when the range leaves 0 .. 2**35 - 1.

    >>> encode_many(StampKey(3, bytes(32), bytes(32)), 5, 2).shape
    (2, 19)
    """
    if not (0 <= first <= SERIALS and 0 <= count <= SERIALS - first):
        raise Fault("standard.stamp_serial", expected=f"0..{SERIALS - 1}", got=(first, count))
    codes = np.empty((count, LENGTH), dtype=np.uint8)
    for at in range(0, count, _CHUNK):
        end = min(at + _CHUNK, count)
        _fill(key, np.arange(first + at, first + end, dtype=np.uint64), codes[at:end])
    return codes


def encode_serials(key: StampKey, serials: NDArray[np.integer]) -> Codes:
    """Codes of any serials in any order, a row each; raises as ``encode_many``."""
    wrong = serials[(serials < 0) | (serials >= SERIALS)]
    if wrong.size:
        raise Fault("standard.stamp_serial", expected=f"0..{SERIALS - 1}", got=int(wrong[0]))
    codes = np.empty((serials.size, LENGTH), dtype=np.uint8)
    for at in range(0, serials.size, _CHUNK):
        _fill(key, serials[at : at + _CHUNK].astype(np.uint64), codes[at : at + _CHUNK])
    return codes


def _fill(key: StampKey, serials: Numbers, codes: Codes) -> None:
    permuted = _permute(key, serials)
    values = np.empty((LENGTH, serials.size), dtype=np.uint8)
    values[0] = key.kid
    _spread(permuted, values[1:8])
    _spread(_tags(key, permuted), values[8:18])
    values[18] = np.bitwise_xor.reduce([row[value] for row, value in zip(_CHECK, values, strict=False)])
    codes[:] = _LETTERS[values].T


def _spread(numbers: Numbers, rows: Codes) -> None:
    """Five bits a row, the most significant first."""
    for place, row in enumerate(reversed(rows)):
        row[:] = (numbers >> np.uint64(5 * place)).astype(np.uint8) & 31


def _permute(key: StampKey, serials: Numbers) -> Numbers:
    """FF1 over all serials; see ``one.permute``."""
    cipher = key.permuter()
    head, tail = divmod(key.ff1_start, 2**64)
    high, low = serials >> np.uint64(20), serials & np.uint64(2**20 - 1)
    for i in range(0, ROUNDS, 2):
        high = high + _round(cipher, head, tail ^ i << 24, low) & np.uint64(2**15 - 1)
        low = low + _round(cipher, head, tail ^ i + 1 << 24, high) & np.uint64(2**20 - 1)
    return high << np.uint64(20) | low


def _round(cipher: CipherContext, head: int, tail: int, half: Numbers) -> Numbers:
    return _encrypt(cipher, head, half ^ np.uint64(tail))


def _tags(key: StampKey, permuted: Numbers) -> Numbers:
    """The leftmost 50 bits of each CMAC: a message of one full block is XORed with K1, encrypted."""
    cipher = key.tagger()
    head, tail = divmod(subkey(cipher) ^ (_HEAD | key.kid) << 64, 2**64)
    return _encrypt(cipher, head, permuted ^ np.uint64(tail)) >> np.uint64(14)


def subkey(cipher: CipherContext) -> int:
    """CMAC's K1: AES of zero, doubled (NIST SP 800-38B section 6.1)."""
    zero = int.from_bytes(cipher.update(bytes(16)))
    return (zero << 1) % 2**128 ^ (0x87 if zero >> 127 else 0)


def _encrypt(cipher: CipherContext, head: int, tails: Numbers) -> Numbers:
    """The first 8 bytes of AES over blocks of one common head and many tails, as numbers."""
    blocks = np.empty((tails.size, 2), dtype=">u8")
    blocks[:, 0] = head
    blocks[:, 1] = tails
    out = np.empty((tails.size + 1, 2), dtype=">u8")  # the library wants room for one block more
    cipher.update_into(_bytes(blocks), _bytes(out))
    return out[:-1, 0].astype(np.uint64)


def _bytes(numbers: Numbers) -> memoryview:
    return numbers.view(np.uint8).reshape(-1).data
