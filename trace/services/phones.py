"""Vietnamese phone numbers as people write them, brought to one spelling."""

import re
from functools import cache
from typing import Any

from phonenumbers import PhoneMetadata, PhoneNumberFormat, format_number, parse

from trace.standards.fault import Fault

_LOOKALIKES = str.maketrans("oOlI|", "00111")
_NOISE = re.compile(r"[\s.\-–()\u00a0/]+")


def normalise(text: str) -> str:
    """Ten or eleven digits from 0 on; letters typed for digits are mended. Raises ``imp.phone``.

    >>> normalise("o912.345 678"), normalise("+84 (0)220 382 1234"), normalise("84912345678")
    ('0912345678', '02203821234', '0912345678')
    """
    digits = _NOISE.sub("", text.translate(_LOOKALIKES))
    for prefix in ("+84", "0084", "84"):
        if digits.startswith(prefix) and len(digits) - len(prefix) >= 9:
            digits = "0" + digits[len(prefix) :].removeprefix("0")
            break
    if not digits.startswith("0") or not _pattern().fullmatch(digits[1:]):
        raise Fault("imp.phone", value=text[:40], n=sum(sign.isdigit() for sign in text))
    return digits


def typed(text: str) -> str:
    """As ``normalise``, of what somebody typed into a form. Raises ``field.phone``."""
    try:
        return normalise(text)
    except Fault:
        raise Fault("field.phone") from None


def from_abroad(text: str) -> str:
    """As dialled from another country; what is no number of the national plan stays as it is written.

    >>> from_abroad("0220.371 1111"), from_abroad("1800 6838")
    ('+84 220 3711 111', '1800 6838')
    """
    try:
        national = normalise(text)
    except Fault:
        return text.strip()
    return format_number(parse(national, "VN"), PhoneNumberFormat.INTERNATIONAL)


@cache
def _pattern() -> re.Pattern[str]:
    """The national plan: mobile and fixed numbers without their leading 0."""
    plan: Any = PhoneMetadata.metadata_for_region("VN")
    return re.compile(f"(?:{plan.mobile.national_number_pattern}|{plan.fixed_line.national_number_pattern})")
