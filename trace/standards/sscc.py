"""SSCC, the number of a logistic unit such as a box or a pallet: 18 digits, the last a check digit."""

from __future__ import annotations

from trace.standards import check_digit
from trace.standards.check_digit import compact
from trace.standards.fault import Fault

__all__ = ["compact", "format", "is_valid", "validate"]


def validate(text: str) -> str:
    """The bare digits, without the leading (00); raises as ``check_digit.validate``.

    >>> validate("(00) 0 4012345 111111111 0")
    '040123451111111110'
    """
    return check_digit.validate(text.strip().removeprefix("(00)"), (18,))


def is_valid(text: str) -> bool:
    """Whether ``validate`` accepts it.

    >>> is_valid("040123451111111111")
    False
    """
    try:
        validate(text)
    except Fault:
        return False
    return True


def format(text: str) -> str:  # noqa: A001 - the verb every standard has
    """As printed under the symbol.

    >>> format("040123451111111110")
    '(00) 040123451111111110'
    """
    return f"(00) {validate(text)}"
