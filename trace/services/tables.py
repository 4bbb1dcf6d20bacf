"""A table as it stands on the screen, in a file and in a report; the workbook it makes.

Text a person typed never becomes a formula: in CSV it gets a leading apostrophe, in XLSX every text
cell is written as a string.
"""

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import IO, Any

import xlsxwriter

from trace.standards.plain_text import safe_text

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NO_SHEET_NAME = str.maketrans("", "", "[]:*?/\\'")
_LONGEST_NAME = 31
"""What a sheet may be called."""


@dataclass(frozen=True)
class Column:
    """One column: its name to programs, its heading to people, how its cells are meant."""

    name: str
    heading: str
    kind: str = "text"  # text, phone, number, figure, share, money, weight_kg, day


@dataclass(frozen=True)
class Table:
    """Headings and rows, the total as the last row where there is one."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    notes: Sequence[str] = ()
    sheet: str = ""
    """What its sheet is called, where the title is too long for one."""


def plain_rows(table: Table) -> Iterator[list[Any]]:
    """Headings and rows as they stand in a CSV file."""
    yield plain_row([column.heading for column in table.columns])
    for row in table.rows:
        yield plain_row(row)


def plain_row(row: Iterable[Any]) -> list[Any]:
    """One row as it stands in a CSV file."""
    return [_plain(value) for value in row]


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return safe_text(value)
    return value.isoformat() if isinstance(value, date) else value


def workbook(tables: Sequence[Table]) -> bytes:
    """A sheet for each table: heading row frozen, numbers as numbers, text always as text."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    formats = _formats(book)
    taken: set[str] = set()
    for table in tables:
        sheet = book.add_worksheet(_sheet_name(table.sheet or table.title, taken))
        _fill(sheet, table.columns, table.rows, formats)
    book.close()
    return buffer.getvalue()


def write_sheet(
    target: IO[bytes], title: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]]
) -> None:
    """A workbook of one sheet, written row by row: nothing of it is kept in memory."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(target, options)
    _fill(book.add_worksheet(_sheet_name(title, set())), columns, rows, _formats(book))
    book.close()


def _sheet_name(title: str, taken: set[str]) -> str:
    """The title as a sheet may be called, cut between words, no two alike in whatever case."""
    plain = title.translate(_NO_SHEET_NAME)
    if len(plain) > _LONGEST_NAME:
        whole_words = plain[: _LONGEST_NAME + 1].rpartition(" ")[0]
        plain = whole_words or plain[:_LONGEST_NAME]
    plain = plain or "1"
    name, number = plain, 1
    while name.casefold() in taken:
        number += 1
        name = f"{plain[: _LONGEST_NAME - len(str(number)) - 1]} {number}"
    taken.add(name.casefold())
    return name


def _formats(book: Any) -> dict[str, Any]:
    shapes = {
        "number": "#,##0",
        "figure": "General",
        "share": "0.0%",
        "money": "#,##0",
        "weight_kg": "#,##0.0",
        "day": "dd/mm/yyyy",
    }
    made = {kind: book.add_format({"num_format": shape}) for kind, shape in shapes.items()}
    return {**made, "head": book.add_format({"bold": True, "bottom": 1})}


def _fill(
    sheet: Any, columns: Sequence[Column], rows: Iterable[Sequence[Any]], formats: dict[str, Any]
) -> None:
    for place, column in enumerate(columns):
        sheet.write_string(0, place, column.heading, formats["head"])
        sheet.set_column(place, place, 28 if column.kind in ("text", "phone") else 16)
    sheet.freeze_panes(1, 0)
    for line, row in enumerate(rows, start=1):
        for place, (column, value) in enumerate(zip(columns, row, strict=True)):
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
