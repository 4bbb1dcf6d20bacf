"""A table as an answer: CSV, XLSX and JSON, with the rows of the page."""

import csv
import io
from collections.abc import Iterator
from datetime import date
from typing import Any

from flask import Response, jsonify

from trace.services.tables import XLSX, Table, plain_rows, workbook

BOM = "\ufeff"


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
    return named(answer, f"{name}.csv")


def as_xlsx(table: Table, name: str) -> Response:
    """One sheet."""
    return named(Response(workbook([table]), content_type=XLSX), f"{name}.xlsx")


def as_json(table: Table) -> Response:
    """The same rows by column name."""
    names = [column.name for column in table.columns]
    rows = [dict(zip(names, (_json(value) for value in row), strict=True)) for row in table.rows]
    return jsonify({"title": table.title, "rows": rows, "notes": list(table.notes)})


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def named(answer: Response, name: str) -> Response:
    """The answer as a file to be kept under this name."""
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
