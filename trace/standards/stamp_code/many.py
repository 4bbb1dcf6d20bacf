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

_CHUNK: Final = 1 << 14  # a quarter of a megabyte of blocks stays in the cache
_LETTERS: Final = np.frombuffer(ALPHABET.encode(), dtype=np.uint8)
_PAIRS: Final = np.stack((_LETTERS.repeat(32), np.tile(_LETTERS, 32)), axis=1).view("<u2")[:, 0]
"""Two symbols' letters for each value of ten bits, in the order they are written."""
_CHECK: Final = np.frombuffer(b"".join(CHECK), dtype=np.uint8).reshape(LENGTH - 1, 32)
_CHECK_PAIRS: Final = (_CHECK[:-1, :, None] ^ _CHECK[1:, None, :]).reshape(LENGTH - 2, 1024)
"""[i][v]: what the two symbols from place i on add to the check symbol."""
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
    codes[:, 0] = _LETTERS[key.kid]
    first = (permuted >> np.uint64(30)).view(np.int64)
    codes[:, 1] = _LETTERS.take(first)
    check = _CHECK[1].take(first) ^ _CHECK[0, key.kid]
    _write_pairs(permuted, 2, 8, codes, check)
    _write_pairs(_tags(key, permuted), 8, 18, codes, check)
    codes[:, 18] = _LETTERS.take(check)


def _write_pairs(numbers: Numbers, start: int, stop: int, codes: Codes, check: Codes) -> None:
    """The last bits of ``numbers`` as symbols start .. stop - 1; ``check`` takes their sum."""
    pairs = codes[:, start:stop].view("<u2").T
    for place, letters in zip(range(start, stop, 2), pairs, strict=True):
        value = (numbers >> np.uint64(5 * (stop - 2 - place)) & np.uint64(1023)).view(np.int64)
        letters[:] = _PAIRS.take(value)
        check ^= _CHECK_PAIRS[place].take(value)


def _permute(key: StampKey, serials: Numbers) -> Numbers:
    """FF1 over all serials; see ``one.permute``."""
    head, tail = divmod(key.ff1_start, 2**64)
    blocks = _Blocks(key.permuter(), head, serials.size)
    high, low = serials >> np.uint64(20), serials & np.uint64(2**20 - 1)
    for i in range(0, ROUNDS, 2):
        high = high + blocks.encrypted(low ^ np.uint64(tail ^ i << 24)) & np.uint64(2**15 - 1)
        low = low + blocks.encrypted(high ^ np.uint64(tail ^ i + 1 << 24)) & np.uint64(2**20 - 1)
    return high << np.uint64(20) | low


def _tags(key: StampKey, permuted: Numbers) -> Numbers:
    """The leftmost 50 bits of each CMAC: a message of one full block is XORed with K1, encrypted."""
    cipher = key.tagger()
    head, tail = divmod(subkey(cipher) ^ (_HEAD | key.kid) << 64, 2**64)
    return _Blocks(cipher, head, permuted.size).encrypted(permuted ^ np.uint64(tail)) >> np.uint64(14)


def subkey(cipher: CipherContext) -> int:
    """CMAC's K1: AES of zero, doubled (NIST SP 800-38B section 6.1)."""
    zero = int.from_bytes(cipher.update(bytes(16)))
    return (zero << 1) % 2**128 ^ (0x87 if zero >> 127 else 0)


class _Blocks:
    """Room for ``count`` AES blocks that share their first 8 bytes."""

    def __init__(self, cipher: CipherContext, head: int, count: int) -> None:
        self._cipher = cipher
        self._blocks = np.full((count, 2), head, dtype=">u8")
        self._out = np.empty((count + 1, 2), dtype=">u8")  # the library wants room for one block more

    def encrypted(self, tails: Numbers) -> Numbers:
        """The first 8 bytes of AES over each tail's block, as numbers."""
        self._blocks[:, 1] = tails
        self._cipher.update_into(_bytes(self._blocks), _bytes(self._out))
        return self._out[:-1, 0].astype(np.uint64)


def _bytes(numbers: Numbers) -> memoryview:
    return numbers.view(np.uint8).reshape(-1).data
