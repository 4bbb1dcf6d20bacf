"""The map's values as a table: for those who can not see it, and for files."""

from typing import Any

from trace.services.figures import words
from trace.services.figures.answering import Part
from trace.services.figures.commune_map import FigureMap
from trace.services.tables import Column, Table
from trace.texts.catalogs import t


def map_table(found: FigureMap, lang: str) -> Table:
    """A row for each unit with a value, the highest first, then what lies nowhere known, then the whole."""
    one, by = found.measure, found.now.ask.by
    assert by is not None
    kind = words.kind(one)
    columns = [
        Column(str(by), t(lang, f"figures.by.{by}")),
        Column("value", t(lang, "map.value", unit=words.unit_word(lang, one)), kind),
        Column("last_year", t(lang, "board.last_year"), kind),
        Column("change", t(lang, "board.change")),
    ]
    old = {part.key: part for part in found.last_year.parts} if found.last_year else {}
    rest = [part for part in found.now.parts if part not in found.highest]
    rows = [
        [words.part_name(lang, by, part.key, part.name), *_cells(found, part, old.get(part.key), lang)]
        for part in (*found.highest, *rest)
    ]
    whole = found.last_year.whole if found.last_year else None
    rows.append([t(lang, "figures.total"), *_cells(found, found.now.whole, whole, lang)])
    days = t(lang, "board.days", since=found.now.ask.since, until=found.now.ask.until)
    return Table(
        t(lang, f"measure.{one.name}"), columns, rows, [days, t(lang, f"measure.{one.name}.formula")]
    )


def _cells(found: FigureMap, part: Part, old: Part | None, lang: str) -> list[Any]:
    was = old.value if old else None
    one = found.measure
    return [words.plain(one, part.value), words.plain(one, was), words.moved(lang, one, part.value, was)]
