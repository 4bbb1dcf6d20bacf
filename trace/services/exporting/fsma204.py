"""``fsma204``: the 24-hour sheet of the recall papers as one workbook, for a lot or for a period."""

import tempfile
from collections.abc import Iterable
from datetime import date
from typing import Any, BinaryIO

import xlsxwriter

from trace.services.exporting.chains import Chain
from trace.services.tracing.day_sheet import day_sheet
from trace.services.tracing.sheet_words import cells, headings

_OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}


class DaySheet:
    """A row an event, also of what became of the lots; a row that several lots share stands once.

    Which of our acts is which event of the rule is this project's own reading: docs/tracing.md.
    """

    name = "fsma204"
    version = "1"
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    suffix = "xlsx"

    def write(self, chains: Iterable[Chain], out: BinaryIO) -> None:
        """Rows go to the disk as they come; remembered is a hash of each."""
        with tempfile.TemporaryDirectory() as folder:
            book = xlsxwriter.Workbook(out, {**_OPTIONS, "tmpdir": folder})
            sheet = book.add_worksheet("FSMA 204")
            shapes = {
                "day": book.add_format({"num_format": "yyyy-mm-dd"}),
                "weight_kg": book.add_format({"num_format": "0.0##"}),
            }
            columns = list(headings())
            for place, (_, heading, kind) in enumerate(columns):
                sheet.set_column(place, place, 28 if kind == "text" else 16, shapes.get(kind))
                sheet.write_string(0, place, heading)
            for line, row in enumerate(_rows(chains), start=1):
                for place, value in enumerate(row):
                    _put(sheet, (line, place), value, shapes)
            sheet.autofilter(0, 0, 0, len(columns) - 1)
            book.close()


def _rows(chains: Iterable[Chain]) -> Iterable[list[Any]]:
    told: set[int] = set()
    for chain in chains:
        asking = chain.asking
        for row in day_sheet(asking.session, asking.actor, [chain.start.lot.id]):
            if hash(row) not in told:
                told.add(hash(row))
                yield cells(row)


def _put(sheet: Any, place: tuple[int, int], value: Any, shapes: Any) -> None:
    """Text is always written as text."""
    if isinstance(value, date):
        sheet.write_datetime(*place, value, shapes["day"])
    elif isinstance(value, int | float):
        sheet.write_number(*place, value, shapes["weight_kg"])
    elif value:
        sheet.write_string(*place, value)
