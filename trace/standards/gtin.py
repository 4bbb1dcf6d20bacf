"""GTIN, the number of a trade item: 8, 12, 13 or 14 digits, the last a check digit."""

from __future__ import annotations

from typing import Final

from trace.standards import check_digit
from trace.standards.check_digit import compact
from trace.standards.fault import Fault

__all__ = ["LENGTHS", "compact", "format", "is_restricted", "is_valid", "to_gtin14", "validate"]

LENGTHS: Final = (8, 12, 13, 14)


def validate(text: str) -> str:
    """The bare digits; raises as ``check_digit.validate``.

    >>> validate("9 506000 134352")
    '9506000134352'
    """
    return check_digit.validate(text, LENGTHS)


def is_valid(text: str) -> bool:
    """Whether ``validate`` accepts it.

    >>> is_valid("9506000134353")
    False
    """
    try:
        validate(text)
    except Fault:
        return False
    return True


def to_gtin14(text: str) -> str:
    """The one spelling in which GTINs are stored and linked: 14 digits, zeros in front.

    >>> to_gtin14("9506000134352")
    '09506000134352'
    """
    return validate(text).zfill(14)


def format(text: str) -> str:  # noqa: A001 - the verb every standard has
    """As printed under a symbol: the digits in the length they were issued in.

    >>> format("9-506000-134352")
    '9506000134352'
    """
    return validate(text)


def is_restricted(text: str) -> bool:
    """Whether the number is for use inside one company only: never on a stamp.

    Prefixes 02, 04 and 2; of numbers in 8 digits those that begin with 0 or 2.

    >>> is_restricted("2012345678903"), is_restricted("20123451"), is_restricted("9506000134352")
    (True, True, False)
    """
    thirteen = to_gtin14(text)[1:]
    if thirteen.startswith("00000"):
        return thirteen[5] in "02"
    return thirteen[0] == "2" or thirteen[:2] in ("02", "04")
