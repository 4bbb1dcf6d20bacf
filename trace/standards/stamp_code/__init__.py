"""The code on a stamp: 19 symbols, fixed before the first print, never to change.

::

    alphabet   0123456789ABCDEFGHJKMNPQRSTVWXYZ     Crockford base 32: no I L O U
    code       K SSSSSSS TTTTTTTTTT C               as people read it: KSSS-SSSS-TTTT-TTTT-TTC
    K   5 bit  the key's number, 0..30 (31 is kept for another format)
    S  35 bit  the serial, permuted by FF1 (NIST SP 800-38G) under the key's permutation key
    T  50 bit  the head of AES-CMAC (NIST SP 800-38B) over K and S under the key's tag key
    C   5 bit  check symbol over GF(32): any wrong symbol and any swap of two is noticed

``symbols``: spelling, typing errors, the check symbol. ``key``: a key and its ciphers.
``one``: one code at a time. ``many``: a whole block as one numpy array, the same codes.
"""

from trace.standards.stamp_code.key import StampKey
from trace.standards.stamp_code.many import encode_many, encode_serials
from trace.standards.stamp_code.one import Forged, encode, open_code
from trace.standards.stamp_code.symbols import (
    ALPHABET,
    LENGTH,
    SERIALS,
    Malformed,
    Typo,
    compact,
    format,  # noqa: A004 - the verb every standard has
    is_valid,
    key_id,
    validate,
)

__all__ = [
    "ALPHABET",
    "LENGTH",
    "SERIALS",
    "Forged",
    "Malformed",
    "StampKey",
    "Typo",
    "compact",
    "encode",
    "encode_many",
    "encode_serials",
    "format",
    "is_valid",
    "key_id",
    "open_code",
    "validate",
]
