"""A person's own file again, with a column that says what to mend; fed back in, that column is passed over.

What a person typed is always written as text: in a workbook as a string, in CSV with the apostrophe other
files have too, which the reader takes off again. So no cell becomes a formula.
"""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from trace.errors import NotFound
from trace.services.importing.columns import Layout, fold_heading
from trace.services.importing.model_rows import decimal_text
from trace.services.importing.problems import RowProblem
from trace.services.importing.reading import Book, opened
from trace.services.importing.report import Report
from trace.standards.plain_text import safe_text
from trace.texts.catalogs import Term, t

OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_BOM = "\ufeff"
_LANGUAGES = ("vi", "en")


@dataclass(frozen=True)
class Wanted:
    """Which file is made: of which upload and report, for whom, with all rows or those to mend alone."""

    path: Path
    file_name: str
    report: Report
    lang: str
    only_bad: bool = False


@dataclass(frozen=True)
class _Row:
    """A row to write: its number in the file, its cells, what is wrong with it and where."""

    number: int
    cells: Sequence[Any]
    bad: frozenset[int] = frozenset()
    said: str = ""


def problem_text(problem: RowProblem, lang: str) -> str:
    """What is wrong with a cell and what to do, in the reader's language."""
    return t(lang, problem.key, **_in_words(problem))


def problem_line(problem: RowProblem, lang: str, *, with_sheet: bool = False) -> str:
    """The same with row and column in front, and the sheet where the file has several."""
    said = problem_text(problem, lang)
    if not problem.row:
        return said
    column = re.sub(r"\s*\*$", "", problem.column)  # the star of a heading that must be filled in
    where = {"sheet": problem.sheet, "row": problem.row, "column": column}
    return t(lang, "imp.line.sheet" if with_sheet else "imp.line", **where, problem=said)


def _in_words(problem: RowProblem) -> dict[str, object]:
    figures = problem.figures
    if problem.key == "imp.required":
        figures["expected"] = Term(f"imp.want.{figures.get('column', 'text')}")
    return figures


def error_book(wanted: Wanted) -> bytes:
    """The file as a workbook, faulty cells coloured; its other sheets stay as they are."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"constant_memory": True, **OPTIONS})
    with opened(wanted.path, wanted.file_name) as source:
        sheets = {head.number: _Sheet(book, head.name) for head in source.heads}
        for number, error_place, row in _rows(source, wanted):
            sheets[number].write(row, error_place)
    book.close()
    return buffer.getvalue()


def error_csv(wanted: Wanted) -> bytes:
    """The file as CSV.

    Raises:
        NotFound: it has several sheets of rows, which no CSV holds.
    """
    if len(wanted.report.layouts) != 1:
        raise NotFound()
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    with opened(wanted.path, wanted.file_name) as source:
        for number, error_place, row in _rows(source, wanted):
            if number in wanted.report.layouts:
                cells = [_plain(cell) for cell in row.cells]
                cells += [""] * (error_place - len(cells))
                writer.writerow([*cells, safe_text(row.said.replace("\n", " "))])
    return (_BOM + text.getvalue()).encode()


def _plain(cell: Any) -> str:
    if isinstance(cell, dict) and "e" in cell:
        return safe_text(str(cell["e"]))
    return safe_text(cell) if isinstance(cell, str) else decimal_text(cell)


def _rows(source: Book, wanted: Wanted) -> Iterator[tuple[int, int, _Row]]:
    """Every row to write: number of its sheet, where its error column stands, itself."""
    heads = {head.number: head for head in source.heads}
    tellers = {
        number: _Teller(layout, heads[number].width, wanted)
        for number, layout in wanted.report.layouts.items()
    }
    last: dict[int, int] = defaultdict(int)
    for number, batch in source.rows(list(heads)):
        teller = tellers.get(number)
        for line, cells in batch:
            row = teller.told(line, cells) if teller else _Row(line, cells)
            if row is None:
                continue
            last[number] = last[number] + 1 if wanted.only_bad and teller else line
            yield number, teller.place if teller else 0, _Row(last[number], row.cells, row.bad, row.said)


class _Teller:
    """Knows where the columns of one sheet stand, and what is wrong with its rows."""

    def __init__(self, layout: Layout, width: int, wanted: Wanted) -> None:
        self._layout, self._wanted = layout, wanted
        words = {fold_heading(t(lang, "imp.col.errors")) for lang in _LANGUAGES}
        self._old = [
            place for place, heading in enumerate(layout.cells) if fold_heading(str(heading)) in words
        ]
        self.place = width - len(self._old)
        self._problems: Mapping[int, list[RowProblem]] = defaultdict(list)
        for problem in wanted.report.problems:
            if problem.sheet == layout.name:
                self._problems[problem.row].append(problem)

    def told(self, number: int, cells: Sequence[Any]) -> _Row | None:
        """A row without an error column of before; None where it is good and only the others are wanted."""
        kept = [cell for place, cell in enumerate(cells) if place not in self._old]
        if number == self._layout.head_row:
            return _Row(number, kept, said=t(self._wanted.lang, "imp.col.errors"))
        found = self._problems.get(number, [])
        if number > self._layout.head_row and self._wanted.only_bad and not found:
            return None
        bad = frozenset(self._new_place(problem.column) for problem in found)
        return _Row(number, kept, bad, "\n".join(self._said(problem) for problem in found))

    def _new_place(self, heading: str) -> int:
        found = next((place for place, cell in enumerate(self._layout.cells) if str(cell) == heading), -1)
        return found - sum(place < found for place in self._old)

    def _said(self, problem: RowProblem) -> str:
        """Rows that were left out make the numbers others: then the column alone is named."""
        if not self._wanted.only_bad:
            return problem_line(problem, self._wanted.lang)
        said = problem_text(problem, self._wanted.lang)
        return t(self._wanted.lang, "imp.line.column", column=problem.column, problem=said)


class _Sheet:
    """One sheet of the workbook."""

    def __init__(self, book: Any, name: str) -> None:
        self._sheet = book.add_worksheet(name[:31] or None)
        self._bad = book.add_format({"bg_color": "#FBE4E2", "font_color": "#7A0E22"})
        self._said = book.add_format({"font_color": "#7A0E22", "text_wrap": True})
        self._day = book.add_format({"num_format": "dd/mm/yyyy"})
        self._begun = False

    def write(self, row: _Row, error_place: int) -> None:
        """One row; the first makes room for the error column."""
        if not self._begun and error_place:
            self._sheet.set_column(error_place, error_place, 60)
        self._begun = True
        for place, cell in enumerate(row.cells):
            self._cell(row.number - 1, place, cell, self._bad if place in row.bad else None)
        if row.said:
            self._sheet.write_string(row.number - 1, error_place, row.said, self._said)

    def _cell(self, row: int, place: int, cell: Any, shape: Any) -> None:
        if isinstance(cell, dict) and "d" in cell:
            self._sheet.write_datetime(row, place, date.fromisoformat(cell["d"]), shape or self._day)
        elif isinstance(cell, int | float):
            self._sheet.write_number(row, place, cell, shape)
        elif cell != "":
            self._sheet.write_string(row, place, str(cell["e"] if isinstance(cell, dict) else cell), shape)


Made = Callable[[Wanted], bytes]
FORMS: Mapping[str, Made] = {"xlsx": error_book, "csv": error_csv}
"""The kinds of files that are made."""
