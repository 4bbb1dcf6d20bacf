"""One stamp code at a time: make it from a serial, open it to the serial again."""

from __future__ import annotations

from typing import Final

from cryptography.hazmat.primitives.constant_time import bytes_eq

from trace.standards.fault import Fault
from trace.standards.stamp_code.key import ROUNDS, StampKey
from trace.standards.stamp_code.symbols import (
    ALPHABET,
    SERIALS,
    check_value,
    symbol_values,
    validate,
)

_HIGH: Final = 2**15 - 1  # the first 3 numerals
_LOW: Final = 2**20 - 1  # the last 4


class Forged(Fault):
    """Spelled rightly, but not made with this key: ``standard.stamp_forged``."""


def encode(key: StampKey, serial: int) -> str:
    """The code of serial 0 .. 2**35 - 1 under a key; raises ``standard.stamp_serial`` outside.

    >>> encode(StampKey(3, bytes(32), bytes(32)), 0)[0]
    '3'
    """
    if not 0 <= serial < SERIALS:
        raise Fault("standard.stamp_serial", expected=f"0..{SERIALS - 1}", got=serial)
    permuted = permute(key, serial)
    number = (key.kid << 35 | permuted) << 50 | tag_bits(key, permuted)
    values = bytes([number >> shift & 31 for shift in range(85, -1, -5)])
    return "".join([ALPHABET[value] for value in values]) + ALPHABET[check_value(values)]


def open_code(key: StampKey, code: str) -> int:
    """The serial in a code, once its tag has been found right.

    The tag is made by the library's CMAC and compared in constant time. (Its ``verify`` wants all
    128 bits; a code has room for 50.) Raises Malformed and Typo as ``validate`` does, Forged when
    the tag or the key number is not this key's; the Fault never says what the tag should be.
    """
    values = symbol_values(validate(code))
    number = 0
    for value in values[:-1]:
        number = number << 5 | value
    permuted, tag = number >> 50 & (SERIALS - 1), number & (2**50 - 1)
    right = bytes_eq(tag.to_bytes(7), tag_bits(key, permuted).to_bytes(7))
    if not right or values[0] != key.kid:
        raise Forged("standard.stamp_forged", expected=key.kid, got=values[0])
    return unpermute(key, permuted)


def tag_bits(key: StampKey, permuted: int) -> int:
    """The leftmost 50 bits of AES-CMAC over "STAMP/1", K, three zeros and the permuted serial."""
    mac = key.mac.copy()
    mac.update(b"STAMP/1" + bytes([key.kid]) + permuted.to_bytes(8))
    return int.from_bytes(mac.finalize()[:7]) >> 6


def permute(key: StampKey, serial: int) -> int:
    """FF1 encryption of 7 numerals in base 32: two rounds a turn, left half and right half."""
    encrypt, start = key.block_cipher.update, key.ff1_start
    high, low = serial >> 20, serial & _LOW
    for i in range(0, ROUNDS, 2):
        high = high + _round(encrypt((start ^ (i << 24 | low)).to_bytes(16))) & _HIGH
        low = low + _round(encrypt((start ^ (i + 1 << 24 | high)).to_bytes(16))) & _LOW
    return high << 20 | low


def unpermute(key: StampKey, permuted: int) -> int:
    """FF1 decryption: the same rounds backwards."""
    encrypt, start = key.block_cipher.update, key.ff1_start
    high, low = permuted >> 20, permuted & _LOW
    for i in range(ROUNDS - 2, -1, -2):
        low = low - _round(encrypt((start ^ (i + 1 << 24 | high)).to_bytes(16))) & _LOW
        high = high - _round(encrypt((start ^ (i << 24 | low)).to_bytes(16))) & _HIGH
    return high << 20 | low


def _round(block: bytes) -> int:
    """What a round adds: the block's first 8 bytes as a number; 24 bits of it are all that count,
    for both halves are counted in powers of two."""
    return int.from_bytes(block[5:8])
