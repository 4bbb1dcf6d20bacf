"""A figure in the reader's words: its value, how it moved, how fresh it is, what a part is called."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from trace.services.figures.asking import Dimension
from trace.services.figures.freshness import Freshness
from trace.services.figures.measure import Measure, Unit
from trace.services.gates import crop_word
from trace.standards.ocop import GROUPS
from trace.texts import formats
from trace.texts.catalogs import shown, t
from trace.texts.files import catalog

UNKNOWN = "–"
NBSP = "\N{NO-BREAK SPACE}"

LEAST_POINTS = Decimal("0.01")
"""What is less is said to be less, and not to be nothing."""


def said(lang: str, measure: Measure, value: Fraction | None) -> str:
    """The figure with its unit; not recorded is said so."""
    if value is None:
        return t(lang, "value.unknown")
    return _SAID[measure.unit](lang, measure, value)


def _count(lang: str, measure: Measure, value: Fraction) -> str:
    return f"{formats.number(lang, int(value))} {t(lang, f'measure.{measure.name}.unit')}"


_SAID: dict[Unit, Callable[[str, Measure, Fraction], str]] = {
    Unit.COUNT: _count,
    Unit.SHARE: lambda lang, _, value: formats.percent(lang, _decimal(value, 9)),
    Unit.VND: lambda lang, _, value: formats.money(lang, int(value)),
    Unit.VND_PER_KG: lambda lang, _, value: t(lang, "figures.a_kg", money=formats.Money(round(value))),
    Unit.GRAMS: lambda lang, _, value: formats.weight(lang, int(value)),
    Unit.PER_10K: lambda lang, _, value: t(lang, "figures.per_10k", n=_decimal(value, 1)),
    Unit.MILLISECONDS: lambda lang, _, value: t(lang, "figures.ms", n=int(value)),
    Unit.SECONDS: lambda lang, _, value: formats.duration(lang, int(value)),
    Unit.TIMES: lambda lang, _, value: t(lang, "figures.times", n=_decimal(value, 2)),
}


def headline(lang: str, measure: Measure, value: Fraction | None) -> tuple[str, str]:
    """The figure as large type shows it, and its unit: 628 and tấn, 1,48 and tỷ đồng.

    It is rounded to three digits or so; the page that says it names the exact one.
    """
    if value is None:
        return UNKNOWN, t(lang, "value.unknown")
    if measure.unit is Unit.SHARE:
        return formats.number(lang, _decimal(value * 100, 1)), "%"
    if measure.unit is Unit.VND_PER_KG:
        return formats.number(lang, round(value)), t(lang, "figures.step.vnd_per_kg")
    if measure.unit is Unit.COUNT:
        return formats.number(lang, int(value)), t(lang, f"measure.{measure.name}.unit")
    if measure.unit not in _STEPS:
        return said(lang, measure, value), ""
    size, word = next((one for one in _STEPS[measure.unit] if value >= one[0]), _STEPS[measure.unit][-1])
    scaled = value / size
    places = 0 if scaled >= 100 or size == 1 else (1 if scaled >= 10 else 2)
    return formats.number(lang, _decimal(scaled, places)), t(lang, f"figures.step.{word}")


def short(lang: str, measure: Measure, value: Fraction) -> str:
    """The headline in one piece, for a map's labels and key."""
    if measure.unit is Unit.SHARE:
        return said(lang, measure, value)
    return NBSP.join(part for part in headline(lang, measure, value) if part)


_STEPS = {
    Unit.GRAMS: ((1_000_000, "tonnes"), (1000, "kg")),
    Unit.VND: ((1_000_000_000, "billion"), (1_000_000, "million"), (1, "dong")),
}
"""From where a larger unit is spoken of."""


def plain(measure: Measure, value: Fraction | None) -> int | float | None:
    """The figure as files carry it: kilograms, shares of one."""
    if value is None:
        return None
    if measure.unit is Unit.GRAMS:
        value = value / 1000
    return int(value) if value.denominator == 1 else float(_decimal(value, 6))


def kind(measure: Measure) -> str:
    """How a column of the figure is meant (``services.tables``)."""
    kinds = {Unit.SHARE: "share", Unit.VND: "money", Unit.VND_PER_KG: "money", Unit.GRAMS: "weight_kg"}
    return kinds.get(measure.unit, "number")


def unit_word(lang: str, measure: Measure) -> str:
    """The unit files name."""
    key = f"measure.{measure.name}.unit" if measure.unit is Unit.COUNT else f"figures.unit.{measure.unit}"
    return t(lang, key)


def _decimal(value: Fraction, places: int) -> Decimal:
    return round(Decimal(value.numerator) / Decimal(value.denominator), places)


def moved(lang: str, measure: Measure, now: Fraction | None, before: Fraction | None) -> str:
    """Up or down by how much, and whether that is better; shares in points, the rest in per cent."""
    if now is None or before is None:
        return UNKNOWN
    by = distance(lang, measure, now, before)
    if not by:
        return t(lang, "figures.same" if now == before else "figures.nearly_same")
    way = t(lang, "figures.up" if now > before else "figures.down", by=by)
    if not measure.better:
        return way
    return f"{way}, {t(lang, 'figures.good' if is_better(measure, now, before) else 'figures.bad')}"


def is_better(measure: Measure, now: Fraction, before: Fraction) -> bool:
    """Whether a move is one for the better, of a figure that has a better way."""
    return (now > before) == (measure.better > 0)


def distance(lang: str, measure: Measure, now: Fraction, before: Fraction) -> str:
    """How far, as the figures beside it read; empty where these read alike, or it is too little to be said.

    Points are those between the two as they are read: 0,1% and 0,2% are 0,1 apart, whatever was rounded off.
    """
    if said(lang, measure, now) == said(lang, measure, before):
        return ""
    if measure.unit is Unit.SHARE:
        points = abs(_decimal(now * 100, 1) - _decimal(before * 100, 1))
        return t(lang, "figures.points", n=points) if points else ""
    by = abs(now - before)
    if before == 0:
        return said(lang, measure, by) if by else ""
    share = _decimal(by / abs(before), 3)
    return formats.percent(lang, share) if share else ""


def effect(lang: str, measure: Measure, by: Fraction) -> str:
    """What a part made of the whole."""
    if measure.unit is Unit.SHARE:
        points = _decimal(abs(by) * 100, 2)
        size = t(lang, "figures.points" if points else "figures.points.under", n=points or LEAST_POINTS)
    else:
        size = said(lang, measure, abs(by))
    return t(lang, "figures.up" if by > 0 else "figures.down", by=size)


def fresh(lang: str, found: Freshness, now: datetime) -> str:
    """As of when the figure is."""
    if found.at is None and not found.silent:
        return t(lang, "figures.fresh.none")
    when = formats.near_past(lang, found.at, now) if found.at else t(lang, "figures.fresh.none")
    key = "figures.fresh.shops" if found.shops else "figures.fresh.at"
    parts = [t(lang, key, when=when, n=found.shops)]
    parts += [t(lang, "figures.fresh.silent", n=found.silent)] if found.silent else []
    return "; ".join(parts)


def part_name(lang: str, by: Dimension, key: str, name: str) -> Any:
    """What people call a part; a day stays a date, so that files can sort by it."""
    if not key:
        return t(lang, "figures.not_known")
    return _NAMED[by](lang, key) if by in _NAMED else name


_STARS = frozenset("12345")
_GROUPS = {str(number): group for number, group in enumerate(GROUPS, 1)}
_NAMED: dict[Dimension, Callable[[str, str], Any]] = {
    Dimension.DAY: lambda _, key: date.fromisoformat(key),
    Dimension.MONTH: lambda lang, key: formats.month(lang, date.fromisoformat(f"{key}-01")),
    Dimension.MARKETPLACE: lambda lang, key: known(lang, f"marketplace.{key}", key),
    Dimension.MARKET: lambda lang, key: known(lang, f"market.{key}", key),
    Dimension.STARS: lambda lang, key: t(lang, "figures.stars", n=int(key)) if key in _STARS else key,
    Dimension.OCOP_GROUP: lambda lang, key: known(lang, f"ocop.group.{_GROUPS.get(key)}", key),
    Dimension.CROP: lambda lang, key: known(lang, f"crop.{key}", key),
    Dimension.VARIETY: lambda lang, key: shown(lang, crop_word("lychee", key)),
}


def known(lang: str, key: str, fallback: Any) -> Any:
    """A word of the catalogs, or what stands there."""
    return t(lang, key) if key in catalog("vi") else fallback
