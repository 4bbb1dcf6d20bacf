"""GLN, the number of a place or a party: 13 digits, the last a check digit."""

from __future__ import annotations

from trace.standards import check_digit
from trace.standards.check_digit import compact
from trace.standards.fault import Fault

__all__ = ["compact", "format", "is_valid", "validate"]


def validate(text: str) -> str:
    """The bare digits; raises as ``check_digit.validate``.

    >>> validate("4012345 00011 5")
    '4012345000115'
    """
    return check_digit.validate(text, (13,))


def is_valid(text: str) -> bool:
    """Whether ``validate`` accepts it.

    >>> is_valid("4012345000116")
    False
    """
    try:
        validate(text)
    except Fault:
        return False
    return True


def format(text: str) -> str:  # noqa: A001 - the verb every standard has
    """As printed: the 13 digits in one run.

    >>> format("4012345-00011-5")
    '4012345000115'
    """
    return validate(text)
