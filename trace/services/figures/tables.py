"""Tables of figures, exactly as the pages show them and files carry them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from trace.services.figures import words
from trace.services.figures.answering import Answer, Part, part_of
from trace.services.figures.asking import IN_TIME, Dimension
from trace.services.figures.counting import Rows
from trace.services.figures.fact import Cell
from trace.services.figures.freshness import Freshness
from trace.services.figures.measure import Measure
from trace.services.figures.row_listing import Behind
from trace.services.tables import Column, Table
from trace.standards.local_time import VN
from trace.texts.catalogs import t

WORDS = frozenset(
    {
        "marketplace",
        "market",
        "order.state",
        "lot.state",
        "lot.kind",
        "scheme",
        "crop",
        "variety",
        "verdict",
        "ghost",
    }
)
"""Kinds of cells that hold a word the catalogs know."""


@dataclass(frozen=True)
class Line:
    """One indicator of the overview; an absent answer is one the filter does not know."""

    measure: Measure
    answers: tuple[Answer | None, Answer | None, Answer | None]
    fresh: Freshness | None

    def value(self, place: int) -> Any:
        """The figure of the period, of the one before, of the year before."""
        found = self.answers[place]
        return found.whole.value if found else None


def overview(lines: Sequence[Line], lang: str, now: datetime) -> Table:
    """All indicators: numbers in their plain units, so that a sheet can count with them."""
    heads = ("number", "name", "unit", "value", "before", "last_year", "change", "fresh")
    kinds = {"number": "number", "value": "figure", "before": "figure", "last_year": "figure"}
    columns = [Column(name, t(lang, f"figures.{name}"), kinds.get(name, "text")) for name in heads]
    return Table(t(lang, "figures.title"), columns, [_line(line, lang, now) for line in lines])


def _line(line: Line, lang: str, now: datetime) -> list[Any]:
    one = line.measure
    values = [words.plain(one, line.value(place)) for place in range(3)]
    change = words.moved(lang, one, line.value(0), line.value(1))
    fresh = words.fresh(lang, line.fresh, now) if line.fresh else ""
    name = t(lang, f"measure.{one.name}")
    return [one.number, name, words.unit_word(lang, one), *values, change, fresh]


def by_part(both: Sequence[Answer], lang: str) -> Table:
    """A row a part, then the whole: value, its two counts where a ratio, and the period before.

    Without a cut, and of what nothing is recorded of, the whole stands alone.
    """
    answer, before = both
    measure, by = answer.measure, answer.ask.by or Dimension.SEASON
    heads = ["value", *(("top", "bottom") if measure.bottom else ()), "before", "change"]
    kind = words.kind(measure)
    kinds = {"value": kind, "before": kind, "top": "number", "bottom": "number"}
    first = Column(str(by), t(lang, f"figures.by.{by}"), "day" if by == "day" else "text")
    said = {name: t(lang, f"figures.{name}") for name in heads}
    said["value"] = t(lang, "map.value", unit=words.unit_word(lang, measure))
    columns = [first, *(Column(name, said[name], kinds.get(name, "text")) for name in heads)]
    rows = [
        [_named(answer, part, lang), *_cells(measure, part, old, lang)]
        for part, old in parts_of_both(answer, before)
    ]
    rows.append([t(lang, "figures.total"), *_cells(measure, answer.whole, before.whole, lang)])
    return Table(
        t(lang, f"measure.{measure.name}"), columns, rows, [t(lang, f"measure.{measure.name}.formula")]
    )


def parts_of_both(answer: Answer, before: Answer) -> list[tuple[Part, Part]]:
    """Each part beside what it was; those that are gone come last, days of another time not at all."""
    nothing = part_of(answer.measure, "", "", (None, None))
    old = {part.key: part for part in before.parts}
    found = [(part, old.pop(part.key, nothing)) for part in answer.parts]
    if answer.ask.by in IN_TIME:
        return found
    return found + [(replace(nothing, key=part.key, name=part.name), part) for part in old.values()]


def _named(answer: Answer, part: Part, lang: str) -> Any:
    assert answer.ask.by is not None
    return words.part_name(lang, answer.ask.by, part.key, part.name)


def _cells(measure: Measure, part: Part, old: Part, lang: str) -> list[Any]:
    was = old.value
    counts = [part.top, part.bottom] if measure.bottom else []
    shown = [words.plain(measure, value) for value in (part.value, was)]
    return [shown[0], *counts, shown[1], words.moved(lang, measure, part.value, was)]


def rows(measure: Measure, counted: Rows, cells: Behind, lang: str, notes: Sequence[str] = ()) -> Table:
    """The rows behind a figure as a page shows them: instants the reader's way, stamps' numbers as names."""
    kinds = [cell.kind for cell in cells.cells]
    rows_told = [[*_read(kinds, row, lang)] for row in cells.rows]
    return Table(rows_title(measure, lang), row_columns(cells.cells, lang), rows_told, notes)


def rows_title(measure: Measure, lang: str) -> str:
    """What the list of rows behind a figure is called."""
    return t(lang, "figures.rows.title", name=t(lang, f"measure.{measure.name}"))


def row_columns(cells: Sequence[Cell], lang: str) -> list[Column]:
    """A column for each cell, and what the row counts for."""
    columns = [
        Column(cell.name, t(lang, f"figures.cell.{cell.name}"), _shown_as(cell.kind)) for cell in cells
    ]
    return [*columns, Column("amount", t(lang, "figures.cell.amount"), "number")]


def _read(kinds: Sequence[str], row: Sequence[Any], lang: str) -> Iterator[Any]:
    for kind, value, said in zip((*kinds, "number"), row, _told(kinds, row, lang), strict=True):
        if isinstance(value, datetime):
            yield value
        else:
            yield str(said) if kind == "code" else said


def told(cells: Sequence[Cell], rows: Iterable[Sequence[Any]], lang: str) -> Iterator[list[Any]]:
    """Rows in the words of one language, as files carry them: instants and numbers that can be sorted."""
    kinds = [cell.kind for cell in cells]
    return ([*_told(kinds, row, lang)] for row in rows)


def _shown_as(kind: str) -> str:
    return kind if kind in ("number", "money", "day") else "text"


def _told(kinds: Sequence[str], row: Sequence[Any], lang: str) -> Iterator[Any]:
    """Instants as the clock in Vietnam shows them, words of ours in the reader's."""
    for kind, value in zip((*kinds, "number"), row, strict=True):
        if isinstance(value, datetime):
            yield value.astimezone(VN).strftime("%Y-%m-%d %H:%M:%S")
        else:
            yield words.known(lang, _word(kind, value), value) if kind in WORDS else value


def _word(kind: str, value: Any) -> str:
    """Where the catalogs say it; what a scan was told has a headline, as its page does."""
    return f"verdict.{str(value).lower()}.headline" if kind == "verdict" else f"{kind}.{value}"
