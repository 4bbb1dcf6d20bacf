"""SSCC, the number of a logistic unit such as a box or a pallet: 18 digits, the last a check digit."""

from __future__ import annotations

from trace.standards import check_digit
from trace.standards.check_digit import compact
from trace.standards.fault import Fault

__all__ = ["compact", "format", "is_valid", "made", "room", "serial_of", "validate"]


def validate(text: str) -> str:
    """The bare digits, without the leading (00); raises as ``check_digit.validate``.

    >>> validate("(00) 0 4012345 111111111 0")
    '040123451111111110'
    """
    return check_digit.validate(text.strip().removeprefix("(00)"), (18,))


def made(prefix: str, serial: int) -> str:
    """The number under a company prefix, extension digit 0 (GS1 General Specifications 3.2, 00).

    Raises ``standard.length`` where the prefix leaves no room for the serial reference.

    >>> made("95212345", 7)
    '095212345000000070'
    """
    if not 0 <= serial < room(prefix):
        raise Fault("standard.length", expected=f"0..{room(prefix) - 1}", got=str(serial))
    return check_digit.complete(f"0{prefix}{serial:0{16 - len(prefix)}}")


def room(prefix: str) -> int:
    """How many serial references a prefix leaves room for, with one extension digit.

    >>> room("952123456789")
    10000
    """
    return int(10 ** (16 - len(prefix)))


def serial_of(prefix: str, number: str) -> int:
    """The serial reference in a number under this prefix.

    >>> serial_of("95212345", "095212345000000070")
    7
    """
    return int(number[1 + len(prefix) : 17])


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
