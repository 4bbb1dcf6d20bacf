"""What people type into a field for weight, area, length, count, money or a date, turned into integers.

A point followed by exactly three digits is a thousands point, any other point and every comma is
a decimal one; a space may part thousands too. (``0.500`` is half: no thousands begin with 0.)
Marks and case do not matter: "tạ" and "ta" are the same. What was read is shown beside the field.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from trace.standards.fault import Fault
from trace.standards.search_key import fold_vi

LARGEST: Final = 10**15
"""No weight in grams, area in m² or sum in đồng is larger; so every result fits 64 bits."""

_NUMBER: Final = (
    r"[1-9][0-9]{0,2}(?:(?P<s>[ .])[0-9]{3}(?:(?P=s)[0-9]{3})*)(?![0-9.])(?:,[0-9]+)?|[0-9]+(?:[.,][0-9]+)?"
)
_PART: Final = re.compile(rf"(?P<number>{_NUMBER}) ?(?P<unit>[a-z₫]+2?)?(?P<half> ruoi)?(?: |$)")

_GRAMS: Final = {
    "g": 1, "gam": 1, "gram": 1, "lang": 100, "kg": 1000, "ki": 1000, "kilo": 1000, "can": 1000,
    "yen": 10_000, "ta": 100_000, "tan": 1_000_000, "t": 1_000_000,
}  # fmt: skip
_MICROMETRES: Final = {"mm": 1000, "cm": 10_000, "m": 1_000_000}
_DONG: Final = {
    "d": 1, "₫": 1, "dong": 1, "vnd": 1, "k": 1000, "nghin": 1000, "ngan": 1000,
    "tr": 10**6, "trieu": 10**6, "ty": 10**9, "ti": 10**9,
}  # fmt: skip


def weight_g(text: str, unit: str = "kg") -> int:
    """Grams in a typed weight; without a unit it is in ``unit``. Raises ``standard.weight``.

    >>> [weight_g(text) for text in ("1.500", "1 500", "1,5", "1 tấn 5 tạ", "2 tạ rưỡi", "3 yến")]
    [1500000, 1500000, 1500, 1500000, 250000, 30000]
    """
    return _amount(text, _GRAMS, unit, "standard.weight", "1.500; 1,5 kg; 1 tấn 5 tạ")


def area_m2(text: str, unit: str = "m2", sao_m2: int = 360) -> int:
    """Square metres in a typed area; ``sao_m2`` is the province's sào, ten of which are a mẫu.

    Raises ``standard.area``.

    >>> area_m2("3 sào"), area_m2("0,36 ha"), area_m2("1 mẫu 2 sào"), area_m2("500 m²")
    (1080, 3600, 4320, 500)
    """
    units = {"m2": 1, "m": 1, "sao": sao_m2, "mau": 10 * sao_m2, "ha": 10_000, "hecta": 10_000}
    return _amount(text, units, unit, "standard.area", "500 m²; 3 sào; 0,36 ha")


def length_um(text: str, unit: str = "mm") -> int:
    """Micrometres in a typed length; without a unit it is in ``unit``. Raises ``standard.length_mm``.

    Labels are far below a metre, so here every point is a decimal one.

    >>> [length_um(text) for text in ("38,1", "38.125 mm", "21 cm", "0", "0.125")]
    [38100, 38125, 210000, 0, 125]
    """
    return _amount(text.replace(".", ","), _MICROMETRES, unit, "standard.length_mm", "38,1")


def count(text: str) -> int:
    """A whole number of things. Raises ``standard.count``.

    >>> count("1.500"), count("12 000")
    (1500, 12000)
    """
    return _amount(text, {"": 1}, "", "standard.count", "1.500")


def money_vnd(text: str) -> int:
    """Đồng in a typed sum. Raises ``standard.money``.

    >>> money_vnd("35.000 đ"), money_vnd("35k"), money_vnd("1,5 triệu"), money_vnd("2 tỷ 300 triệu")
    (35000, 35000, 1500000, 2300000000)
    """
    return _amount(text, _DONG, "d", "standard.money", "35.000 đ; 1,5 triệu")


def rate_e4(text: str) -> int:
    """Đồng for one unit in a typed exchange rate, in ten-thousandths. Raises ``standard.rate``.

    Three decimals at most, as rates are printed and as pages show them.

    >>> rate_e4("25.412,5"), rate_e4("25412.50"), rate_e4("25.412")
    (254125000, 254125000, 254120000)
    """
    return 10 * _amount(text, {"d": 1000, "₫": 1000, "vnd": 1000}, "d", "standard.rate", "25.412,5")


def day(text: str, today: date) -> date:
    """A typed day: day first, or ISO; without a year it is in ``today``'s. Raises ``standard.date``.

    >>> today = date(2026, 6, 7)
    >>> [str(day(text, today)) for text in ("5/6", "5-6-26", "5.6.2026", "2026-06-05")]
    ['2026-06-05', '2026-06-05', '2026-06-05', '2026-06-05']
    """
    bare = text.strip()
    iso = re.fullmatch(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})", bare)
    typed = re.fullmatch(r"([0-9]{1,2})([/.-])([0-9]{1,2})(?:\2([0-9]{4}|[0-9]{2}))?", bare)
    try:
        if iso:
            return date(*map(int, iso.groups()))
        if typed:
            return date(_year(typed[4], today), int(typed[3]), int(typed[1]))
    except ValueError as error:  # no such day in the calendar
        raise _date_fault(text) from error
    raise _date_fault(text)


def _year(typed: str | None, today: date) -> int:
    if typed is None:
        return today.year
    return int(typed) if len(typed) == 4 else 2000 + int(typed)


def _date_fault(text: str) -> Fault:
    return Fault("standard.date", expected="05/06/2026", got=text[:40])


def _amount(text: str, units: Mapping[str, int], unit: str, key: str, expected: str) -> int:
    """The sum of all parts in the smallest unit; a whole number, or a Fault."""
    total = _total(fold_vi(text[:80]), units, unit)
    if total is None or total != int(total) or total > LARGEST:
        raise Fault(key, expected=expected, got=text[:40])
    return int(total)


def _total(folded: str, units: Mapping[str, int], unit: str) -> Decimal | None:
    parts = list(_PART.finditer(folded))
    if not parts or "".join(part[0] for part in parts) != folded:
        return None
    sizes = [units.get(part["unit"] or ("" if len(parts) > 1 else unit)) for part in parts]
    known = [Decimal(size) for size in sizes if size is not None]
    if len(known) < len(parts) or sorted(known, reverse=True) != known or len(set(known)) < len(known):
        return None
    halves = [Decimal("0.5") if part["half"] else Decimal(0) for part in parts]
    amounts = [_number(part["number"]) + half for part, half in zip(parts, halves, strict=True)]
    return sum((amount * size for amount, size in zip(amounts, known, strict=True)), Decimal(0))


def _number(typed: str) -> Decimal:
    """Thousands apart, decimals by point or comma.

    >>> [str(_number(typed)) for typed in ("1.500", "1.5", "1.234,5", "0.500", "12 000")]
    ['1500', '1.5', '1234.5', '0.500', '12000']
    """
    if re.fullmatch(r"[1-9][0-9]{0,2}([ .][0-9]{3})+(,[0-9]+)?", typed):
        typed = re.sub("[ .]", "", typed)
    return Decimal(typed.replace(",", "."))
