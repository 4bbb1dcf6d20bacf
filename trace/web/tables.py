"""A table as it stands on the screen, and the same as CSV, XLSX and JSON.

Text a person typed never becomes a formula: in CSV it gets a leading apostrophe, in XLSX every text
cell is written as a string.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import xlsxwriter
from flask import Response, jsonify

from trace.standards.plain_text import safe_text

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BOM = "\ufeff"


@dataclass(frozen=True)
class Column:
    """One column: its name to programs, its heading to people, how its cells are meant."""

    name: str
    heading: str
    kind: str = "text"  # text, number, figure, share, money, weight_kg, day


@dataclass(frozen=True)
class Table:
    """Headings and rows, the total as the last row where there is one."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    notes: Sequence[str] = ()


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return safe_text(value)
    return value.isoformat() if isinstance(value, date) else value


def plain_rows(table: Table) -> Iterator[list[Any]]:
    """Headings and rows as they stand in a CSV file."""
    yield [_plain(column.heading) for column in table.columns]
    for row in table.rows:
        yield [_plain(value) for value in row]


def as_csv(table: Table, name: str) -> Response:
    """Comma-separated, UTF-8 with the mark Excel needs; streamed.

    The rows are here already, so lines are made without request or session: one who leaves half-way
    keeps neither open.
    """

    def lines() -> Iterator[str]:
        buffer = io.StringIO()
        writer = csv.writer(buffer)
        for row in plain_rows(table):
            writer.writerow(row)
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()

    def with_mark() -> Iterator[str]:
        yield BOM
        yield from lines()

    answer = Response(with_mark(), content_type="text/csv; charset=utf-8")
    return _named(answer, f"{name}.csv")


def as_xlsx(table: Table, name: str) -> Response:
    """One sheet: heading row frozen, numbers as numbers, text always as text."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    _fill(
        book, book.add_worksheet(table.title[:31].translate(str.maketrans("", "", "[]:*?/\\")) or "1"), table
    )
    book.close()
    return _named(Response(buffer.getvalue(), content_type=XLSX), f"{name}.xlsx")


def _fill(book: Any, sheet: Any, table: Table) -> None:
    bold = book.add_format({"bold": True, "bottom": 1})
    formats = {
        "number": book.add_format({"num_format": "#,##0"}),
        "figure": book.add_format({"num_format": "General"}),
        "share": book.add_format({"num_format": "0.0%"}),
        "money": book.add_format({"num_format": "#,##0"}),
        "weight_kg": book.add_format({"num_format": "#,##0.0"}),
        "day": book.add_format({"num_format": "dd/mm/yyyy"}),
    }
    for place, column in enumerate(table.columns):
        sheet.write_string(0, place, column.heading, bold)
        sheet.set_column(place, place, 28 if column.kind == "text" else 16)
    sheet.freeze_panes(1, 0)
    for line, row in enumerate(table.rows, start=1):
        for place, (column, value) in enumerate(zip(table.columns, row, strict=True)):
            _cell(sheet, (line, place), value, formats.get(column.kind))


def _cell(sheet: Any, place: tuple[int, int], value: Any, shape: Any) -> None:
    if value is None:
        sheet.write_blank(*place, None)
    elif isinstance(value, date):
        sheet.write_datetime(*place, value, shape)
    elif isinstance(value, int | float):
        sheet.write_number(*place, value, shape)
    else:
        sheet.write_string(*place, str(value))


def as_json(table: Table) -> Response:
    """The same rows by column name."""
    names = [column.name for column in table.columns]
    rows = [dict(zip(names, (_json(value) for value in row), strict=True)) for row in table.rows]
    return jsonify({"title": table.title, "rows": rows, "notes": list(table.notes)})


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _named(answer: Response, name: str) -> Response:
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
