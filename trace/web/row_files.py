"""Files of many rows: written to disk row by row in one view of the database, sent from there.

Memory stays flat however many rows there are, and nobody who reads slowly keeps the database's view open.
"""

import csv
import io
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from typing import IO, Any

from flask import Response

from trace.services.tables import XLSX, Column, plain_row, write_sheet
from trace.web.tables import BOM, named

PORTION = 64 * 1024


@dataclass(frozen=True)
class Listed:
    """Headings and rows that are made as they are written; ``notes`` are asked for after the last of them."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Any]]
    notes: Callable[[], Sequence[str]]


def as_file(form: str, name: str, listed: Listed) -> Response:
    """The rows as a file of one of ``FORMS``; all of them are taken before this returns."""
    write, content_type = FORMS[form]
    with ExitStack() as closing:
        spool = closing.enter_context(tempfile.TemporaryFile())
        write(spool, listed)
        spool.seek(0)
        answer = Response(_portions(spool), content_type=content_type)
        answer.call_on_close(closing.pop_all().close)
    return answer if form == "json" else named(answer, f"{name}.{form}")


def _portions(spool: IO[bytes]) -> Iterator[bytes]:
    while portion := spool.read(PORTION):
        yield portion


def _csv(spool: IO[bytes], listed: Listed) -> None:
    text = io.TextIOWrapper(spool, encoding="utf-8", newline="")
    text.write(BOM)
    writer = csv.writer(text)
    writer.writerow(plain_row([column.heading for column in listed.columns]))
    writer.writerows(plain_row(row) for row in listed.rows)
    text.detach()


def _xlsx(spool: IO[bytes], listed: Listed) -> None:
    write_sheet(spool, listed.title, listed.columns, listed.rows)


def _json(spool: IO[bytes], listed: Listed) -> None:
    """As ``web.tables.as_json`` says it, a row a line."""
    names = [column.name for column in listed.columns]
    spool.write(b'{"title": ' + _said(listed.title) + b', "rows": [')
    between = b"\n"
    for row in listed.rows:
        spool.write(between + _said(dict(zip(names, row, strict=True))))
        between = b",\n"
    spool.write(b'\n], "notes": ' + _said(list(listed.notes())) + b"}\n")


def _said(value: Any) -> bytes:
    return json.dumps(value, default=_day, ensure_ascii=False).encode()


def _day(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"no cell of a table: {type(value).__name__}")


FORMS: dict[str, tuple[Callable[[IO[bytes], Listed], None], str]] = {
    "csv": (_csv, "text/csv; charset=utf-8"),
    "xlsx": (_xlsx, XLSX),
    "json": (_json, "application/json"),
}
