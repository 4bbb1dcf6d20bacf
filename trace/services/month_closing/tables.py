"""Tables of a closed month, as pages show them and files carry them."""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

from trace.records.month_closing import FrozenFigure
from trace.services.figures import words
from trace.services.figures.asking import Dimension
from trace.services.figures.measure import Measure
from trace.services.month_closing.kept import read_value
from trace.services.month_closing.showing import Line
from trace.services.tables import Column, Table
from trace.standards.local_time import VN
from trace.texts.catalogs import t


def overview(lines: Sequence[Line], lang: str, title: str) -> Table:
    """Every figure: frozen, today, by how much they differ, and why they may."""
    heads = ("number", "name", "unit", "frozen", "today", "differs", "version", "revisions", "note")
    kinds = {"number": "number", "frozen": "figure", "today": "figure", "differs": "figure"}
    kinds |= {"version": "number", "revisions": "number"}
    columns = [Column(name, t(lang, f"closing.{name}"), kinds.get(name, "text")) for name in heads]
    return Table(title, columns, [_overview(line, lang) for line in lines], [t(lang, "closing.note.file")])


def _overview(line: Line, lang: str) -> list[Any]:
    one = line.measure
    values = [words.plain(one, value) for value in (line.value, line.today, difference(line))]
    head = [one.number, t(lang, f"measure.{one.name}"), words.unit_word(lang, one)]
    return [*head, *values, line.frozen.version, len(line.revisions), " ".join(notes(line, lang))]


def difference(line: Line) -> Fraction | None:
    """By how much the figure is otherwise today."""
    if line.today is None or line.value is None:
        return None
    return line.today - line.value


def notes(line: Line, lang: str) -> list[str]:
    """What a reader has to know of the two numbers."""
    found = [t(lang, "closing.of_today")] if line.is_of_today else []
    if line.has_new_formula:
        found.append(t(lang, "closing.new_formula", was=line.frozen.version, now=line.measure.version))
    return found


def by_part(measure: Measure, by: Dimension, parts: Sequence[FrozenFigure], line: Line, lang: str) -> Table:
    """The frozen parts of a cut, then the whole."""
    heads = ["value", *(("top", "bottom") if measure.bottom else ())]
    kinds = {"value": words.kind(measure)}
    columns = [Column(by.value, t(lang, f"figures.by.{by.value}"))]
    said = {name: t(lang, f"figures.{name}") for name in heads}
    said["value"] = t(lang, "map.value", unit=words.unit_word(lang, measure))
    columns += [Column(name, said[name], kinds.get(name, "number")) for name in heads]
    rows = [[words.part_name(lang, by, one.key, one.name), *_cells(measure, one)] for one in parts]
    rows.append([t(lang, "figures.total"), *_cells(measure, line.frozen)])
    notes_ = [t(lang, f"measure.{measure.name}.formula"), t(lang, "figures.version", n=line.frozen.version)]
    return Table(t(lang, f"measure.{measure.name}"), columns, rows, notes_)


def _cells(measure: Measure, one: FrozenFigure) -> list[Any]:
    counts = [one.top, one.bottom] if measure.bottom else []
    return [words.plain(measure, read_value(one.value)), *counts]


def revisions(lines: Sequence[Line], lang: str, title: str) -> Table:
    """Every revision of a month: when it was first seen, the figure then, how many rows count otherwise."""
    heads = ("name", "revision", "unchanged_at", "noted_at", "frozen", "then", "version", "changed")
    kinds = {"frozen": "figure", "then": "figure"}
    kinds |= dict.fromkeys(("revision", "version", "changed"), "number")
    columns = [Column(name, t(lang, f"closing.{name}"), kinds.get(name, "text")) for name in heads]
    rows = [
        [
            t(lang, f"measure.{line.measure.name}"),
            one.number,
            _at(one.unchanged_at),
            _at(one.noted_at),
            words.plain(line.measure, line.value),
            words.plain(line.measure, read_value(one.value)),
            one.version,
            one.changed,
        ]
        for line in lines
        for one in line.revisions
    ]
    return Table(title, columns, rows)


def _at(at: datetime) -> str:
    return at.astimezone(VN).strftime("%Y-%m-%d %H:%M:%S")
