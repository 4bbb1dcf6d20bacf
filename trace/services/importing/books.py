"""The template to fill in: headings, an example that is passed over, drop-downs, a guide.

Its cells are text: a spreadsheet set to another country would make 6 May of 05/06 and 36 of 0,36, and drop
the nought a phone number begins with. The reader takes days and numbers of any form.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from trace.services.importing.columns import Column
from trace.services.importing.error_files import OPTIONS
from trace.services.importing.runs import NOUNS
from trace.standards.plain_text import safe_text
from trace.texts.catalogs import t

Picks = Mapping[str, Sequence[str]]
"""Column -> words to choose from, where they are an installation's own: communes, products, plots."""
_LAST_ROW = 20_000
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
        name: ((noun.kinds[0].name, tuple(column.name for column in noun.columns)),)
        for name, noun in NOUNS.items()
        if name != "farms"
    },
}
"""Sheets of the template: the kind of rows, the columns in their order."""


def template(noun: str, lang: str, *, with_org: bool, picks: Picks | None = None) -> bytes:
    """An empty workbook: headings with English beneath the pointer, an example row, drop-downs, a guide.

    What there is to choose from stands on a sheet of its own that is not shown: lists written into a cell's
    rule end at 255 letters.
    """
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, **OPTIONS})
    known = {column.name: column for column in NOUNS[noun].columns}
    sheets: list[tuple[Any, Sequence[Column]]] = []
    for kind, names in _SHEETS[noun]:
        sheet = book.add_worksheet(t(lang, f"imp.sheet.{kind}"))
        required = next(one.required for one in NOUNS[noun].kinds if one.name == kind)
        columns = [known[name] for name in names if with_org or name != "org"]
        must = {*required, "org"} if with_org else set(required)
        _fill_template(book, sheet, columns, must, _code_place(noun, columns), lang)
        sheets.append((sheet, columns))
    _guide(book, [one for one in NOUNS[noun].columns if with_org or one.name != "org"], lang)
    _lists(book, sheets, {**_fixed(noun), **(picks or {})}, lang)
    book.close()
    return buffer.getvalue()


def _fill_template(
    book: Any, sheet: Any, columns: Sequence[Column], required: set[str], code: int, lang: str
) -> None:
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
        shown = t(lang, "imp.example") if place == code else column.example
        sheet.write_string(1, place, shown, example)
    sheet.freeze_panes(1, 0)


def _fixed(noun: str) -> dict[str, Sequence[str]]:
    """Choices that are the same everywhere."""
    columns = (column for column in NOUNS[noun].columns if column.choices)
    return {column.name: [column.label(one) for one in column.choices] for column in columns}


def _lists(book: Any, sheets: Sequence[tuple[Any, Sequence[Column]]], picks: Picks, lang: str) -> None:
    """The hidden sheet of choices, and a drop-down in every column that has some.

    Another word may still be typed: what it means is told when the file is checked.
    """
    title = t(lang, "imp.sheet.lists")
    hidden = book.add_worksheet(title)
    ranges = {}
    for place, (name, words) in enumerate(one for one in picks.items() if one[1]):
        hidden.write_column(0, place, [t(lang, f"imp.col.{name}"), *words])
        letter = xl_col_to_name(place)
        ranges[name] = f"='{title}'!${letter}$2:${letter}${len(words) + 1}"
    hidden.hide()
    for sheet, columns in sheets:
        for place, column in enumerate(columns):
            if column.name in ranges:
                rule = {"validate": "list", "source": ranges[column.name], "error_type": "information"}
                sheet.data_validation(2, place, _LAST_ROW, place, rule)


def template_csv(noun: str, lang: str, *, with_org: bool) -> bytes:
    """The same headings and example as CSV; farms with households and plots in one row."""
    known = {column.name: column for column in NOUNS[noun].columns}
    names = dict.fromkeys(name for _, columns in _SHEETS[noun][:2] for name in columns)
    columns = [known[name] for name in names if with_org or name != "org"]
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([t(lang, f"imp.col.{column.name}") for column in columns])
    example = [column.example for column in columns]
    example[_code_place(noun, columns)] = t(lang, "imp.example")
    writer.writerow([safe_text(one) for one in example])
    return ("\ufeff" + text.getvalue()).encode()


def _code_place(noun: str, columns: Sequence[Column]) -> int:
    """Where the example says that it is one."""
    names = [column.name for column in columns]
    marked = getattr(NOUNS[noun].rows, "marked", "")
    return next(names.index(name) for name in (marked, "household_code", "growing_area") if name in names)


def _guide(book: Any, columns: Sequence[Column], lang: str) -> None:
    sheet = book.add_worksheet(t(lang, "imp.sheet.guide"))
    bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 70)
    sheet.write_string(0, 0, t(lang, "imp.guide.title"), bold)
    sheet.write_string(1, 0, t(lang, "imp.guide.example", word=t(lang, "imp.example")))
    for line, column in enumerate(columns, start=3):
        sheet.write_string(line, 0, t(lang, f"imp.col.{column.name}"), bold)
        sheet.write_string(line, 1, t(lang, f"imp.want.{column.name}"), wrap)
