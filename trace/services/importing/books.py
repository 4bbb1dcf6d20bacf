"""Workbooks made for people: the template to fill in, and their own file back with an error column.

What a person typed is always written as text, so that no cell becomes a formula.
"""

import io
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from trace.services.importing.columns import Column
from trace.services.importing.problems import RowProblem
from trace.services.importing.reading import opened
from trace.services.importing.report import Report
from trace.services.importing.runs import NOUNS
from trace.texts.catalogs import Term, t

_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_HOUSEHOLD = (
    "household_code",
    "household_name",
    "phone",
    "id_number",
    "commune",
    "old_commune",
    "trained_on",
)
_PLACE = ("commune", "latitude", "longitude")
_PLOT = ("household_code", "plot_code", "plot_name", "crop", "variety", "area", "growing_area", *_PLACE)
_SHEETS: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "farms": (
        ("household", ("org", *_HOUSEHOLD)),
        ("plot", ("org", *_PLOT)),
        ("area", ("org", "growing_area", "market", "area_name", "crop", "area", "commune")),
    ),
    **{
        noun: ((sheet, tuple(column.name for column in NOUNS[noun].columns)),)
        for noun, sheet in (("products", "product"), ("plans", "plan"), ("training", "training"))
    },
}
"""Sheets of the template: the kind of rows, the columns in their order."""


def problem_text(problem: RowProblem, lang: str) -> str:
    """What is wrong with a cell and what to do, in the reader's language."""
    return t(lang, problem.key, **_in_words(problem))


def problem_line(problem: RowProblem, lang: str) -> str:
    """The same with row and column in front."""
    said = problem_text(problem, lang)
    return t(lang, "imp.line", row=problem.row, column=problem.column, problem=said) if problem.row else said


def _in_words(problem: RowProblem) -> dict[str, object]:
    figures = problem.figures
    if problem.key == "imp.required":
        figures["expected"] = Term(f"imp.want.{figures.get('column', 'text')}")
    return figures


def template(noun: str, lang: str, *, with_org: bool) -> bytes:
    """An empty workbook: headings with English beneath the pointer, an example row, drop-downs, a guide."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, **_OPTIONS})
    known = {column.name: column for column in NOUNS[noun].columns}
    for kind, names in _SHEETS[noun]:
        sheet = book.add_worksheet(t(lang, f"imp.sheet.{kind}"))
        required = next(one.required for one in NOUNS[noun].kinds if one.name == kind)
        columns = [known[name] for name in names if with_org or name != "org"]
        _fill_template(book, sheet, columns, {*required, "org"} if with_org else set(required), lang)
    _guide(book, noun, lang)
    book.close()
    return buffer.getvalue()


def _fill_template(book: Any, sheet: Any, columns: Sequence[Column], required: set[str], lang: str) -> None:
    head = {"bold": True, "bottom": 2, "text_wrap": True, "bg_color": "#E4F0DF"}
    bold, must = book.add_format(head), book.add_format({**head, "font_color": "#A8213D"})
    example = book.add_format({"italic": True, "font_color": "#5C5046", "num_format": "@"})
    as_text = book.add_format({"num_format": "@"})
    for place, column in enumerate(columns):
        heading = t(lang, f"imp.col.{column.name}") + (" *" if column.name in required else "")
        sheet.set_column(place, place, max(14, len(heading) + 2), as_text)
        sheet.write_string(0, place, heading, must if column.name in required else bold)
        other = "en" if lang == "vi" else "vi"
        sheet.write_comment(
            0, place, f"{t(other, f'imp.col.{column.name}')}\n{t(lang, f'imp.want.{column.name}')}"
        )
        shown = t(lang, "imp.example") if place == _code_place(columns) else column.example
        sheet.write_string(1, place, shown, example)
        if column.choices:
            words = [_choice(column, one) for one in column.choices]
            sheet.data_validation(2, place, 5_000, place, {"validate": "list", "source": words})
    sheet.freeze_panes(1, 0)


def _code_place(columns: Sequence[Column]) -> int:
    names = [column.name for column in columns]
    wanted = next(name for name in ("household_code", "growing_area", "sku", "commune") if name in names)
    return names.index(wanted)


def _choice(column: Column, choice: str) -> str:
    return t("vi", f"crop.{choice}").split(",")[0] if column.name == "crop" else choice


def _guide(book: Any, noun: str, lang: str) -> None:
    sheet = book.add_worksheet(t(lang, "imp.sheet.guide"))
    bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 70)
    sheet.write_string(0, 0, t(lang, "imp.guide.title"), bold)
    sheet.write_string(1, 0, t(lang, "imp.guide.example", word=t(lang, "imp.example")))
    for line, column in enumerate(NOUNS[noun].columns, start=3):
        sheet.write_string(line, 0, t(lang, f"imp.col.{column.name}"), bold)
        sheet.write_string(line, 1, t(lang, f"imp.want.{column.name}"), wrap)


def error_book(path: Path, file_name: str, report: Report, lang: str) -> bytes:
    """The person's file again, row for row, with a column that says what to mend."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"constant_memory": True, **_OPTIONS})
    with opened(path, file_name) as source:
        sheets = {}
        for head in source.heads:
            width = max((len(cells) for _, cells in head.rows), default=0)
            page = _ErrorSheet(book, head.name, width, report, lang)
            sheets[head.number] = page
        current = -1
        for number, rows in source.rows([head.number for head in source.heads]):
            if number != current:
                current = number
                sheets[number].begin()
            sheets[number].write(rows)
    book.close()
    return buffer.getvalue()


class _ErrorSheet:
    """One sheet of the error workbook."""

    def __init__(self, book: Any, name: str, width: int, report: Report, lang: str) -> None:
        self._sheet = book.add_worksheet(name[:31] or None)
        self._lang, self._width = lang, width
        self._bad = book.add_format({"bg_color": "#FBE4E2", "font_color": "#7A0E22"})
        self._said = book.add_format({"font_color": "#7A0E22", "text_wrap": True})
        self._day = book.add_format({"num_format": "dd/mm/yyyy"})
        self._problems: dict[int, list[RowProblem]] = defaultdict(list)
        for problem in report.problems:
            if problem.sheet == name:
                self._problems[problem.row].append(problem)
        self._headings: dict[str, int] = {}

    def begin(self) -> None:
        """Make room for the error column."""
        self._sheet.set_column(self._width, self._width, 60)

    def write(self, rows: Sequence[tuple[int, list[Any]]]) -> None:
        """Rows with the numbers they had."""
        wrong = {problem.column for found in self._problems.values() for problem in found}
        for number, cells in rows:
            found = self._problems.get(number, [])
            if not self._headings and wrong & {str(cell) for cell in cells}:
                self._headings = {str(cell): place for place, cell in reversed(list(enumerate(cells)))}
                self._sheet.write_string(number - 1, self._width, t(self._lang, "imp.col.errors"), self._said)
            bad = {self._headings.get(problem.column) for problem in found}
            for place, cell in enumerate(cells):
                self._cell(number - 1, place, cell, self._bad if place in bad else None)
            if found:
                said = "\n".join(problem_line(problem, self._lang) for problem in found)
                self._sheet.write_string(number - 1, self._width, said, self._said)

    def _cell(self, row: int, place: int, cell: Any, shape: Any) -> None:
        if isinstance(cell, dict) and "d" in cell:
            self._sheet.write_datetime(row, place, date.fromisoformat(cell["d"]), shape or self._day)
        elif isinstance(cell, int | float):
            self._sheet.write_number(row, place, cell, shape)
        elif cell != "":
            self._sheet.write_string(row, place, str(cell["e"] if isinstance(cell, dict) else cell), shape)
