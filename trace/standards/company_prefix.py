"""GS1 company prefixes: the first 4 to 12 digits of every number that a company may give.

In GTINs of 13 digits the prefix stands first; a GTIN-14 has one digit more before it, a shorter GTIN
zeros (GS1 General Specifications 1.4). A number that GS1 lets out singly covers itself alone.
"""

from __future__ import annotations

import re
from typing import Final

from trace.standards import gtin
from trace.standards.check_digit import compact
from trace.standards.fault import Fault

__all__ = ["compact", "covers", "format", "is_valid", "single", "validate"]

_FIRST_8: Final = "00000"
"""GTIN-8s begin so when written with 13 digits: they are let out one by one and under no prefix."""


def validate(text: str) -> str:
    """The bare digits of a prefix.

    Raises ``standard.digits``, ``standard.prefix_length``, and ``standard.prefix_restricted`` for numbers
    that are for use inside one company only (020-029, 040-049, 200-299) or that no company has.

    >>> validate("952 12345")
    '95212345'
    """
    digits = compact(text)
    if not re.fullmatch("[0-9]+", digits):
        raise Fault("standard.digits", expected="0-9", got=text[:40])
    if not 4 <= len(digits) <= 12:
        raise Fault("standard.prefix_length", min=4, max=12, got=len(digits))
    if digits[0] == "2" or digits[:2] in ("02", "04") or digits.startswith(_FIRST_8[: len(digits)]):
        raise Fault("standard.prefix_restricted", got=digits)
    return digits


def is_valid(text: str) -> bool:
    """Whether ``validate`` accepts it.

    >>> is_valid("2001234")
    False
    """
    try:
        validate(text)
    except Fault:
        return False
    return True


def format(text: str) -> str:  # noqa: A001 - the verb every standard has
    """As people write it: the bare digits.

    >>> format("952-12345")
    '95212345'
    """
    return validate(text)


def single(text: str) -> str:
    """The 13 digits under which a singly licensed GTIN is recorded.

    Raises as ``gtin.validate``, and ``standard.prefix_restricted``.

    >>> single("9521 2340")
    '0000095212340'
    """
    if gtin.is_restricted(text):
        raise Fault("standard.prefix_restricted", got=text[:40])
    return gtin.to_gtin14(text)[1:]


def covers(digits: str, gtin14: str) -> bool:
    """Whether a GTIN in 14 digits stands under a prefix, or is the number let out singly.

    >>> covers("95212345", "09521234500018"), covers("95212346", "09521234500018")
    (True, False)
    """
    return gtin14[1:].startswith(digits)
