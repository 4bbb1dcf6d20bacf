"""How figures are shown to a reader: one function a kind of value, one pattern a language.

The patterns and unit words are texts too (``<lang>/formats.po``); the digits come from CLDR. Time
is shown at +07:00, whatever the machine's own zone; blanks before units do not break.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from functools import lru_cache

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, format_percent

from trace.texts.files import lookup
from trace.texts.languages import TABLE

VIETNAM = timezone(timedelta(hours=7))
TONNES_FROM_G = 10_000_000  # 10.000 kg: from here people say tấn
SAO_BAC_BO_M2 = 360

_MILLION, _BILLION = 10**6, 10**9
_NEAR_DAYS = 7
_REMEMBERED = 4096  # a page repeats its few days and figures; CLDR takes 15 µs for each

_SPANS = (("days", 86_400), ("hours", 3_600), ("minutes", 60), ("seconds", 1))

_TENTH = Decimal("0.001")

Figure = int | float | Decimal


@dataclass(frozen=True)
class Money:
    """An amount in whole đồng, to be shown as money."""

    vnd: int


@lru_cache(maxsize=_REMEMBERED)
def number(lang: str, value: Figure) -> str:
    """1.234,5 in Vietnamese, 1,234.5 elsewhere; at most three decimals, none that are zero."""
    found = Decimal(str(value))
    return str(format_decimal(found, format="#,##0.###", locale=_locale(lang)))


def percent(lang: str, share: Figure) -> str:
    """A share of one as per cent with at most one decimal: 0.125 is 12,5%.

    What is not nought is not shown as such, nor what is not whole as 100%.
    """
    found = Decimal(str(share))
    near = found.quantize(_TENTH)
    if near == 0 < found:
        return _fill(lang, "format.percent.below", _percent(lang, _TENTH))
    if near == 1 > found:
        return _fill(lang, "format.percent.above", _percent(lang, 1 - _TENTH))
    return _percent(lang, found)


def _percent(lang: str, share: Decimal) -> str:
    return str(format_percent(share, format="#,##0.#%", locale=_locale(lang)))


def money(lang: str, vnd: int) -> str:
    """Whole đồng: 46.500 đ, 46,500 VND."""
    return _fill(lang, "format.money", number(lang, vnd))


def money_short(lang: str, vnd: int) -> str:
    """For headings: 1,5 triệu đồng, 1.478 tỷ đồng; below a million, and in ja and zh, in full."""
    found, _ = lookup(lang, "format.money.million")
    if abs(vnd) < _MILLION or found != lookup(lang, "format.money")[0]:
        return money(lang, vnd)
    unit, word = (_BILLION, "billion") if abs(vnd) >= _BILLION else (_MILLION, "million")
    return _fill(lang, f"format.money.{word}", number(lang, Decimal(vnd) / unit))


def weight(lang: str, weight_g: int) -> str:
    """Grams as kilograms, from 10.000 kg as tonnes, to the gram or the kilogram: 2,5 kg; 12,345 tấn."""
    if abs(weight_g) >= TONNES_FROM_G:
        return _fill(lang, "format.weight.t", number(lang, Decimal(weight_g) / 10**6))
    return _fill(lang, "format.weight.kg", number(lang, kilograms(weight_g)))


def kilograms(weight_g: int) -> Decimal:
    """The figure for a text that writes ``{kg} kg`` itself."""
    return Decimal(weight_g) / 1000


def hectares(area_m2: int) -> Decimal:
    """The figure for a text that writes ``{area} ha`` itself."""
    return Decimal(area_m2) / 10_000


def area(lang: str, area_m2: int) -> str:
    """Square metres as hectares: 0,36 ha."""
    return _fill(lang, "format.area.ha", number(lang, hectares(area_m2)))


def area_in_sao(lang: str, area_m2: int, sao_m2: int = SAO_BAC_BO_M2) -> str:
    """10 sào (3.600 m²); ``sao_m2`` is 360 in the north, 497 or 500 elsewhere."""
    sao = number(lang, round(Decimal(area_m2) / sao_m2, 1))
    return _fill(lang, "format.area.sao", sao).replace("{m}", number(lang, area_m2))


def day(lang: str, value: date) -> str:
    """05/06/2026, 5 June 2026, 2026年6月5日."""
    return _date(lang, value, "format.day")


def month(lang: str, value: date) -> str:
    """tháng 6/2026, June 2026, 2026年6月."""
    return _date(lang, value, "format.month")


def moment(lang: str, value: datetime) -> str:
    """14:30, ngày 05/06/2026; abroad "Vietnam time" is said. Raises ValueError without a zone."""
    return _time(lang, value, "format.moment")


def near_past(lang: str, value: datetime, now: datetime) -> str:
    """hôm nay 14:30; hôm qua; 3 ngày trước; after seven days, and in the future, the date."""
    there = _in_vietnam(value).date()
    days = (_in_vietnam(now).date() - there).days
    if days == 0:
        return _fill(lang, "format.today", _time(lang, value, "format.clock"))
    if days == 1:
        return _pattern(lang, "format.yesterday")
    if 1 < days <= _NEAR_DAYS:
        return _fill(lang, "format.days_ago", number(lang, days))
    return day(lang, there)


def days_between(lang: str, first: date, last: date) -> str:
    """20/05–10/06/2026: the year once where both days share it."""
    if first.year != last.year:
        start, end = day(lang, first), day(lang, last)
    else:
        start, end = _date(lang, first, "format.range.first"), _date(lang, last, "format.range.last")
    return _pattern(lang, "format.range").replace("{first}", start).replace("{last}", end)


def listed(lang: str, items: Iterable[str]) -> str:
    """Items joined by the language's own comma."""
    return _pattern(lang, "format.comma").join(items)


def beside(lang: str, facts: Iterable[str]) -> str:
    """Facts of different kinds joined as a sentence joins them: Chinese keeps its list comma for lists."""
    return _pattern(lang, "format.beside").join(facts)


def duration(lang: str, seconds: int) -> str:
    """How long something took, by its two largest units: 40 giây, 5 phút 10 giây, 2 ngày 3 giờ."""
    left, parts = abs(seconds), list[str]()
    for unit, size in _SPANS:
        count, left = divmod(left, size)
        if count or (unit == "seconds" and not parts):
            parts.append(_fill(lang, f"format.{unit}", number(lang, count)))
    return ("-" if seconds < 0 else "") + " ".join(parts[:2])


def _locale(lang: str) -> str:
    return TABLE[lookup(lang, "format.comma")[0]].locale


def _pattern(lang: str, key: str) -> str:
    return lookup(lang, key)[1].forms[-1]


def _fill(lang: str, key: str, figure: str) -> str:
    return _pattern(lang, key).replace("{n}", figure)


@lru_cache(maxsize=_REMEMBERED)
def _date(lang: str, value: date, key: str) -> str:
    return str(format_date(value, format=_pattern(lang, key), locale=_locale(lang)))


def _time(lang: str, value: datetime, key: str) -> str:
    there = _in_vietnam(value)
    return str(format_datetime(there, format=_pattern(lang, key), locale=_locale(lang)))


def _in_vietnam(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError(f"a time without a zone cannot be shown: {value!r}")
    return value.astimezone(VIETNAM)
