"""Arithmetic of serial ranges, both ends inside, and how a serial is written on paper."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from trace.standards.fault import Fault

SERIAL_DIGITS = 6
MOST_DIGITS = 11
_GROUPS = str.maketrans("", "", " .,\u00a0\u202f\t")


@dataclass(frozen=True, order=True)
class Range:
    """Serials ``first`` to ``last``."""

    first: int
    last: int

    @property
    def count(self) -> int:
        """How many serials."""
        return self.last - self.first + 1

    def meets(self, other: Range) -> Range | None:
        """What both have."""
        both = Range(max(self.first, other.first), min(self.last, other.last))
        return both if both.count > 0 else None

    def holds(self, other: Range) -> bool:
        """Whether the other lies wholly inside."""
        return self.first <= other.first and other.last <= self.last

    def without(self, taken: Iterable[Range]) -> list[Range]:
        """What is left when ``taken`` is cut out, from the front.

        >>> Range(1, 9).without([Range(3, 4), Range(9, 12)])
        [Range(first=1, last=2), Range(first=5, last=8)]
        """
        left, at = [], self.first
        for cut in sorted(taken):
            if cut.first > self.last:
                break
            if cut.first > at:
                left.append(Range(at, cut.first - 1))
            at = max(at, cut.last + 1)
        return [*left, Range(at, self.last)] if at <= self.last else left

    def __str__(self) -> str:
        return f"{serial_text(self.first)}–{serial_text(self.last)}"


def total(ranges: Iterable[Range]) -> int:
    """How many serials the ranges have together; they do not overlap."""
    return sum(one.count for one in ranges)


def serial_text(serial: int) -> str:
    """A serial as it is printed: at least six digits in groups of three.

    >>> serial_text(481), serial_text(1_234_567)
    ('000.481', '1.234.567')
    """
    digits = f"{serial:0{SERIAL_DIGITS}d}"
    head = len(digits) % 3
    groups = [digits[:head]] if head else []
    return ".".join([*groups, *(digits[i : i + 3] for i in range(head, len(digits), 3))])


def read_serial(said: str) -> int:
    """A serial as it was typed: with or without groups and leading zeros. Raises ``standard.count``.

    >>> read_serial("000.481"), read_serial(" 481 "), read_serial("Số 1.234.567")
    (481, 481, 1234567)
    """
    digits = said.lower().removeprefix("số").translate(_GROUPS)
    if not (digits.isascii() and digits.isdigit()) or len(digits) > MOST_DIGITS:
        raise Fault("standard.count", expected="000.481", got=said[:40])
    return int(digits)
