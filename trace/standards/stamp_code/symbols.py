"""The alphabet, how people type it, and the check symbol that catches their slips."""

from __future__ import annotations

from typing import Final

from trace.standards.fault import Fault

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH: Final = 19
SERIALS: Final = 32**7
"""Serials of one key run from 0 to SERIALS - 1."""

_GROUPS: Final = ((0, 4), (4, 8), (8, 12), (12, 16), (16, 19))
_IGNORED: Final = " \t\r\n\u00a0\u2009\u202f-\u2010\u2011\u2012\u2013\u2014\u2212"
_FOLD: Final = str.maketrans(
    {chr(code): chr(code).upper() for code in range(ord("a"), ord("z") + 1)}
    | {"o": "0", "O": "0", "i": "1", "I": "1", "l": "1", "L": "1"}
    | dict.fromkeys(_IGNORED, "")
)
_VALUE: Final = {symbol: value for value, symbol in enumerate(ALPHABET)}


class Malformed(Fault):
    """Not a stamp code at all: ``standard.stamp_length`` or ``standard.stamp_alphabet``."""


class Typo(Fault):
    """The check symbol does not fit: ``standard.stamp_check``. A slip, not a forgery."""


def _times_x(value: int, times: int) -> int:
    """In GF(32) with x^5 + x^2 + 1."""
    for _ in range(times):
        value = (value << 1) ^ (0b100101 if value & 16 else 0)
    return value


CHECK: Final = tuple(bytes(_times_x(value, i + 1) for value in range(32)) for i in range(LENGTH - 1))
"""CHECK[i][v]: what symbol v at place i adds to the check symbol. Eighteen different powers of x,
and the check symbol's own x^0: so no single change and no swap leaves the sum as it was."""


def check_value(values: bytes) -> int:
    """The check symbol's value for the first 18 symbols' values."""
    total = 0
    for row, value in zip(CHECK, values, strict=True):
        total ^= row[value]
    return total


def symbol_values(text: str) -> bytes:
    """Each symbol's value 0..31; raises Malformed at the first foreign symbol."""
    try:
        return bytes([_VALUE[symbol] for symbol in text])
    except KeyError as error:
        at = next(i for i, symbol in enumerate(text) if symbol not in _VALUE)
        raise Malformed("standard.stamp_alphabet", expected=ALPHABET, got=text[at], at=at + 1) from error


def compact(text: str) -> str:
    """Upper case, O as 0, I and L as 1, without hyphens and spaces; nothing is checked.

    >>> compact("7f6h-7o4y pjcj-lapd-cbx")
    '7F6H704YPJCJ1APDCBX'
    """
    return text.translate(_FOLD)


def validate(text: str) -> str:
    """The compact code, if its length, alphabet and check symbol are right.

    Says nothing about who made it. Raises Malformed or Typo; neither repeats the code.

    >>> validate("7F6H-704Y-PJCJ-1APD-CBX")
    '7F6H704YPJCJ1APDCBX'
    """
    code = compact(text)
    if len(code) != LENGTH:
        raise Malformed("standard.stamp_length", expected=LENGTH, got=len(code))
    values = symbol_values(code)
    if check_value(values[:-1]) != values[-1]:
        raise Typo("standard.stamp_check", got=len(code))
    return code


def is_valid(text: str) -> bool:
    """Whether the text is spelled like a code with its right check symbol.

    >>> is_valid("7F6H-704Y-PJCJ-1APD-CBY")
    False
    """
    try:
        validate(text)
    except Fault:
        return False
    return True


def format(text: str) -> str:  # noqa: A001 - the verb every standard has
    """As printed and read aloud.

    >>> format("7F6H704YPJCJ1APDCBX")
    '7F6H-704Y-PJCJ-1APD-CBX'
    """
    code = compact(text)
    return "-".join(code[start:stop] for start, stop in _GROUPS)


def key_id(code: str) -> int:
    """K: which key the code says it was made under.

    >>> key_id("7F6H704YPJCJ1APDCBX")
    7
    """
    return symbol_values(code[:1])[0]
