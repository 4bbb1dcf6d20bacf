"""The check digit that GS1 puts at the end of GTIN, GLN and SSCC (General Specifications 7.9.1).

From the right, digits weigh 3, 1, 3 ...; the check digit fills the sum up to a multiple of ten.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from trace.standards.fault import Fault

_IGNORED: Final = str.maketrans("", "", " -\u00a0\u2009\u202f\u2010\u2011\u2013")


def compute(digits: str) -> str:
    """The check digit for digits that stand before it.

    >>> compute("629104150021")
    '3'
    """
    total = sum(int(digit) * (3, 1)[place % 2] for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def complete(digits: str) -> str:
    """The digits with their check digit.

    >>> complete("950600013435")
    '9506000134352'
    """
    return digits + compute(digits)


def compact(text: str) -> str:
    """Without spaces and hyphens; nothing is checked."""
    return text.translate(_IGNORED)


def validate(text: str, lengths: Collection[int]) -> str:
    """The bare digits, when their number is one of ``lengths`` and the last digit is right.

    Raises ``standard.digits``, ``standard.length`` or ``standard.check_digit`` (expected and got
    are then the last digit). Other digits than 0-9 are foreign.

    >>> validate("629 1041 500213", [13])
    '6291041500213'
    """
    number = compact(text)
    if not re.fullmatch("[0-9]+", number):
        raise Fault("standard.digits", expected="0-9", got=text[:40])
    if len(number) not in lengths:
        raise Fault("standard.length", expected=", ".join(map(str, sorted(lengths))), got=len(number))
    if compute(number[:-1]) != number[-1]:
        raise Fault("standard.check_digit", expected=compute(number[:-1]), got=number[-1])
    return number
