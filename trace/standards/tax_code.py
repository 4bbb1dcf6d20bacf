"""Mã số thuế, a Vietnamese enterprise's tax code: 10 digits, or 10-3 for a dependent unit.

The tenth digit checks the nine before it: weighted by primes, modulo 11, taken from 10. So nine
digits whose sum is a multiple of 11 have no tax code. (Circular 105/2020/TT-BTC article 5 for the
form; the weights as python-stdnum gives them, held by the codes of four large companies.)
"""

from __future__ import annotations

import re
from typing import Final

from trace.standards.check_digit import compact
from trace.standards.fault import Fault

__all__ = ["compact", "format", "is_valid", "validate"]

_WEIGHTS: Final = (31, 29, 23, 19, 17, 13, 7, 5, 3)


def validate(text: str) -> str:
    """The bare 10 or 13 digits.

    Raises ``standard.digits``, ``standard.length``, ``standard.check_digit``, or
    ``standard.tax_branch`` for a dependent unit numbered 000.

    >>> validate("0100109106-001")
    '0100109106001'
    """
    number = compact(text)
    if not re.fullmatch("[0-9]+", number):
        raise Fault("standard.digits", expected="0-9", got=text[:40])
    if len(number) not in (10, 13):
        raise Fault("standard.length", expected="10, 13", got=len(number))
    check = _check_digit(number[:9])
    if number[9] != check:
        raise Fault("standard.check_digit", expected=check, got=number[9])
    if number[10:] == "000":
        raise Fault("standard.tax_branch", expected="001..999", got="000")
    return number


def _check_digit(nine: str) -> str:
    """One digit, or "10" where no tax code exists."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, nine, strict=True))
    return str(10 - total % 11)


def is_valid(text: str) -> bool:
    """Whether ``validate`` accepts it.

    >>> is_valid("0100109107")
    False
    """
    try:
        validate(text)
    except Fault:
        return False
    return True


def format(text: str) -> str:  # noqa: A001 - the verb every standard has
    """As printed on papers.

    >>> format("0100109106001")
    '0100109106-001'
    """
    number = validate(text)
    return f"{number[:10]}-{number[10:]}" if number[10:] else number
