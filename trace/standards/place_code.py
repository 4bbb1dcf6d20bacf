"""What the codes of growing areas and packing houses have in common.

Each importing market has its own form, and forms change when provinces merge. So a code is kept as
it was issued; a market's pattern is a setting, and a code that does not fit it is a doubt to show,
never a reason to refuse.
"""

from __future__ import annotations

import re
from typing import Final

from trace.standards.fault import Fault

MAX_LENGTH: Final = 40


def compact(text: str) -> str:
    """Upper case, every run of spaces gone, long dashes as hyphens.

    >>> compact(" vn–hdor – 0012 ")
    'VN-HDOR-0012'
    """
    return re.sub("[\u2010-\u2015\u2212]", "-", "".join(text.split())).upper()


def validate(text: str) -> str:
    """The compact code; raises ``standard.place_code`` when empty, too long or unprintable."""
    code = compact(text)
    if not 1 <= len(code) <= MAX_LENGTH or not code.isprintable():
        raise Fault("standard.place_code", expected=f"1..{MAX_LENGTH}", got=text[: MAX_LENGTH + 1])
    return code


def is_valid(text: str) -> bool:
    """Whether ``validate`` accepts it."""
    try:
        validate(text)
    except Fault:
        return False
    return True


def format(text: str) -> str:  # noqa: A001 - the verb every standard has
    """As printed on the box: the compact code."""
    return validate(text)


def doubt(text: str, market: str, pattern: str | None) -> Fault | None:
    """What is unusual about the code for a market, to be shown and not raised; None if nothing.

    ``pattern`` is the market's regular expression for the whole code, None where none is known.

    >>> str(doubt("VN-HDOR-12", "CN", "VN-[A-Z]{2}OR-[0-9]{4}"))
    "standard.place_code_unusual(expected='VN-[A-Z]{2}OR-[0-9]{4}', got='VN-HDOR-12', market='CN')"
    """
    code = validate(text)
    if pattern is None or re.fullmatch(pattern, code):
        return None
    return Fault("standard.place_code_unusual", expected=pattern, got=code, market=market)
