"""The office's page as tables: what its files carry, and the curve's days under the drawing."""

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from trace.services.figures import words
from trace.services.figures.answering import Part
from trace.services.figures.asking import Dimension
from trace.services.figures.board import CROPS, Board, Curve, Seen
from trace.services.tables import Column, Table
from trace.texts.catalogs import t

_HEADS = {
    **dict.fromkeys(("name", "part", "unit"), "text"),
    **dict.fromkeys(("value", "last_year"), "figure"),
    "change": "text",
    **dict.fromkeys(("top", "bottom"), "number"),
}


def whole_table(board: Board, lang: str) -> Table:
    """Every figure of the page, then its parts, then lychee by day; numbers in their plain units.

    What a share is of stands beside it: the two counts, as the page says them in words.
    """
    said = {"top": "figures.top", "bottom": "figures.bottom"}
    columns = [Column(one, t(lang, said.get(one, f"board.{one}")), kind) for one, kind in _HEADS.items()]
    rows = [row for seen in board.figures.values() for row in _rows(seen, lang)]
    if board.curve:
        rows += _curve_rows(board.curve, lang)
    days = f"{t(lang, 'board.days', since=board.ask.since, until=board.ask.until)}"
    return Table(t(lang, "board.title"), columns, rows, [days])


def _rows(seen: Seen, lang: str) -> Iterator[list[Any]]:
    if seen.now is None:
        return
    yield _row(seen, lang, "", seen.now.whole, seen.last_year.whole if seen.last_year else None)
    by = seen.now.ask.by
    for part in seen.parts:
        assert by is not None
        name = words.part_name(lang, by, part.key, part.name)
        said = t(lang, "board.day", day=name) if isinstance(name, date) else name
        yield _row(seen, lang, said, part, seen.part_of_last_year(part.key))


def _row(seen: Seen, lang: str, said: str, part: Part, old: Part | None) -> list[Any]:
    one, was = seen.measure, old.value if old else None
    change = words.moved(lang, one, part.value, was)
    name, unit = t(lang, f"measure.{one.name}"), words.unit_word(lang, one)
    counts = (part.top, part.bottom) if one.bottom else (None, None)
    return [name, said, unit, words.plain(one, part.value), words.plain(one, was), change, *counts]


def _curve_rows(curve: Curve, lang: str) -> Iterator[list[Any]]:
    one = curve.now[CROPS[0]].measure
    unit = words.unit_word(lang, one)
    days = [date.fromordinal(n) for n in range(curve.ask.since.toordinal(), curve.ask.until.toordinal() + 1)]
    old = {crop: by_day(curve, crop, before=True) for crop in CROPS}
    for crop in CROPS:
        found, name = by_day(curve, crop), f"{t(lang, 'board.curve')}: {t(lang, f'crop.{crop}')}"
        for day in days:
            now, was = found.get(day), old[crop].get(day.replace(year=day.year - 1))
            if now or was:
                plain = [words.plain(one, Fraction(value or 0)) for value in (now, was)]
                yield [name, t(lang, "board.day", day=day), unit, *plain, "", None, None]
    name = f"{t(lang, 'board.curve')}: {t(lang, 'board.plan')}"
    for day, grams in sorted(curve.plan.items()):
        planned = words.plain(one, Fraction(grams))
        yield [name, t(lang, "board.day", day=day), unit, planned, None, "", None, None]


def by_day(curve: Curve, crop: str, *, before: bool = False) -> dict[date, int]:
    """Grams by day of one crop."""
    found = (curve.last_year if before else curve.now)[crop]
    return {date.fromisoformat(part.key): part.top or 0 for part in found.parts}


def curve_table(curve: Curve, lang: str) -> Table:
    """A row a day on which something was picked this season or the last, or planned: kilograms."""
    names = [t(lang, f"crop.{crop}") for crop in CROPS]
    last = t(lang, "board.curve.last", year=str(curve.ask.since.year - 1))
    columns = [Column("day", t(lang, f"figures.by.{Dimension.DAY}"), "day")]
    columns += [Column(crop, name, "weight_kg") for crop, name in zip(CROPS, names, strict=True)]
    columns.append(Column("last_year", last, "weight_kg"))
    columns.append(Column("plan", t(lang, "board.plan"), "weight_kg"))
    now, old = ([by_day(curve, crop, before=flag) for crop in CROPS] for flag in (False, True))
    rows: list[list[Any]] = []
    for n in range((curve.ask.until - curve.ask.since).days + 1):
        day = curve.ask.since + timedelta(days=n)
        then = day.replace(year=day.year - 1)
        last_year = sum(one.get(then, 0) for one in old)
        grams = [*(one.get(day, 0) for one in now), last_year, curve.plan.get(day, 0)]
        if any(grams):
            rows.append([day, *(value / 1000 for value in grams)])
    totals = [sum(row[place] for row in rows) for place in range(1, len(columns))]
    rows.append([t(lang, "figures.total"), *totals])
    return Table(t(lang, "board.curve"), columns, rows)
