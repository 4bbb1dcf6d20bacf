"""Parses one spreadsheet alone in a process with small limits; see ``reading``.

Runs by path and imports nothing of ours. Arguments: the file, "xlsx" or "csv", the most rows. First it
writes one line of JSON with the first rows of every sheet, then it reads one line (the numbers of the
sheets wanted, in order), then it writes the rows in lines of a few hundred; ``{"done": true}`` ends
it, ``{"fault": key, ...}`` stops it. A cell is text, a number, ``{"d": day}`` (with ``"t"`` where it
has a time of day) or ``{"e": error}``.
"""

import csv
import io
import json
import math
import re
import resource
import sys
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from typing import Any

MEMORY = 768 * 1024 * 1024
CPU_S = 60
HEAD_ROWS = 10
MOST_COLUMNS = 60
LONGEST_CELL = 4_000
LINE_SIZE = 200_000
MOST_ERRORS = 20_000
GUARDED = "=+-@＝＋－＠"

Row = tuple[int, list[Any]]


class Fault(Exception):
    """Why the file cannot be read: a catalog key and its figures."""


def main() -> None:
    """Take the limits on, then read."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    path, kind, most_rows = sys.argv[1], sys.argv[2], int(sys.argv[3])
    try:
        (_read_csv if kind == "csv" else _read_xlsx)(path, most_rows)
    except Fault as fault:
        _say({"fault": fault.args[0], **fault.args[1]})
    except MemoryError:
        _say({"fault": "imp.heavy"})


def _say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
    sys.stdout.flush()


def _wanted() -> list[int]:
    numbers: list[int] = json.loads(sys.stdin.readline() or "[]")
    return numbers


def _stream(sheet: int, rows: Iterable[Row]) -> None:
    """Rows that hold anything, in lines of bounded size."""
    batch: list[Row] = []
    size = 0
    for number, cells in rows:
        if any(cell != "" for cell in cells):
            batch.append((number, cells))
            size += sum(len(cell) if isinstance(cell, str) else 8 for cell in cells)
        if size > LINE_SIZE or len(batch) >= 1_000:
            _say({"sheet": sheet, "rows": batch})
            batch, size = [], 0
    _say({"sheet": sheet, "rows": batch})


def _typed(cell: str) -> str:
    """What a person typed: files made for spreadsheets put an apostrophe before what looks like a formula."""
    said = cell.strip()[:LONGEST_CELL]
    return said[1:] if said[:1] == "'" and said[1:2] in GUARDED and len(said) > 1 else said


# --- CSV ------------------------------------------------------------------------------------------


def _read_csv(path: str, most_rows: int) -> None:
    text = _decoded(path)
    delimiter = max(";,\t", key=_first_of_cells(text).count)
    csv.field_size_limit(1_000_000)
    rows = list(_csv_rows(text, delimiter, most_rows))
    _say(
        {
            "sheets": [
                {
                    "name": "",
                    "height": len(rows),
                    "width": max((len(cells) for _, cells in rows), default=0),
                    "head": rows[:HEAD_ROWS],
                }
            ]
        }
    )
    for sheet in _wanted():
        _stream(sheet, rows)
    _say({"done": True})


def _first_of_cells(text: str) -> str:
    """The first line of several cells; what a report says over its headings stands in one."""
    lines = text[:4_000].split("\n")[:HEAD_ROWS]
    return next((line for line in lines if max(map(line.count, ";,\t")) > 1), lines[0])


def _csv_rows(text: str, delimiter: str, most_rows: int) -> Iterator[Row]:
    # Only what ends a line in a CSV ends a row: a name may hold U+2028, at which ``splitlines`` parts it.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    before = 0
    try:
        for cells in reader:
            number, before = before + 1, reader.line_num
            if number > most_rows + HEAD_ROWS:
                raise Fault("imp.big", {"n": text.count("\n"), "max": most_rows})
            yield number, [_typed(cell) for cell in cells[:MOST_COLUMNS]]
    except csv.Error:
        raise Fault("imp.file", {"value": "CSV"}) from None


def _decoded(path: str) -> str:
    with open(path, "rb") as file:
        data = file.read()
    wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    try:
        text = data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        broken = data[max(0, error.start - 8) : error.start + 8].decode("latin-1")
        raise Fault("imp.encoding", {"value": broken}) from None
    twice = re.search(r"\w*(?:Ã[\x80-\xbf¡-¿]|á[º»]|\ufffd)\w*", text)
    if twice or "\0" in text:
        raise Fault("imp.encoding", {"value": twice[0][:20] if twice else "\\0"})
    return text


# --- XLSX -----------------------------------------------------------------------------------------


def _read_xlsx(path: str, most_rows: int) -> None:
    from python_calamine import CalamineError, CalamineWorkbook

    with zipfile.ZipFile(path) as archive:
        _weigh(archive)
        errors = _error_cells(archive)
    try:
        book = CalamineWorkbook.from_path(path)
        names = book.sheet_names[:20]
        sheets = {number: book.get_sheet_by_index(number) for number, _ in enumerate(names)}
    except (CalamineError, OSError, ValueError):
        raise Fault("imp.file", {"value": "?"}) from None
    heights = {number: sheet.total_height for number, sheet in sheets.items()}
    if max(heights.values(), default=0) > most_rows + HEAD_ROWS:
        raise Fault("imp.big", {"n": max(heights.values()), "max": most_rows})
    heads = [
        {
            "name": name,
            "height": heights[number],
            "width": _width(sheets[number]),
            "head": list(_first(_cells(sheets[number], {}))),
        }
        for number, name in enumerate(names)
    ]
    _say({"sheets": heads})
    for number in _wanted():
        _stream(number, _cells(sheets[number], errors.get(names[number], {})))
    _say({"done": True})


def _width(sheet: Any) -> int:
    return min(sheet.end[1] + 1, MOST_COLUMNS) if sheet.end is not None else 0


def _first(rows: Iterator[Row]) -> Iterator[Row]:
    for _ in range(HEAD_ROWS):
        row = next(rows, None)
        if row is None:
            return
        yield row


def _cells(sheet: Any, errors: dict[tuple[int, int], str]) -> Iterator[Row]:
    """Rows with the numbers they have in the sheet."""
    if sheet.start is None:
        return
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        values = [_cell(cell) for cell in cells[:MOST_COLUMNS]]
        if errors:
            for place, value in enumerate(values):
                if value == "" and (number, place) in errors:
                    values[place] = {"e": errors[number, place]}
        yield number, values


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return _typed(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        if not math.isfinite(value):
            return str(value)
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    if isinstance(value, datetime):
        clock = value.time().replace(microsecond=0)
        return {"d": value.date().isoformat(), **({"t": clock.isoformat()} if clock != time.min else {})}
    return {"d": value.isoformat()} if isinstance(value, date) else str(value)


def _weigh(archive: zipfile.ZipFile) -> None:
    """Every member unpacks to what it says, and all of them to what was allowed before we started."""
    try:
        for member in archive.infolist():
            left = member.file_size
            with archive.open(member) as stream:
                while piece := stream.read(1 << 20):
                    left -= len(piece)
            if left != 0:
                raise Fault("imp.bomb", {"value": member.filename[:40]})
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError):
        raise Fault("imp.file", {"value": "?"}) from None


_SHEET = re.compile(rb"<sheet\b[^>]*?\bname=\"([^\"]*)\"[^>]*?\br:id=\"([^\"]*)\"")
_ERROR = re.compile(
    rb"<c r=\"([A-Z]{1,3})([0-9]+)\"[^>]*?\bt=\"e\"[^>]*>(?:<f[^>]*>.*?</f>|<f[^>]*/>)?<v>(.*?)</v>"
)


def _error_cells(archive: zipfile.ZipFile) -> dict[str, dict[tuple[int, int], str]]:
    """Cells that show an Excel error, which the parser gives as empty ones: sheet -> place -> error."""
    import html

    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return {}
    links = archive.read("xl/_rels/workbook.xml.rels")
    found: dict[str, dict[tuple[int, int], str]] = {}
    for name, number in _SHEET.findall(archive.read("xl/workbook.xml")):
        tag = re.search(rb"<Relationship\b[^>]*?\bId=\"" + re.escape(number) + rb"\"[^>]*>", links)
        target = re.search(rb"Target=\"/?(?:xl/)?([^\"]+)\"", tag[0]) if tag else None
        path = f"xl/{target[1].decode()}" if target else ""
        if path in names:
            found[html.unescape(name.decode())] = _errors_in(archive, path)
    return found


def _errors_in(archive: zipfile.ZipFile, path: str) -> dict[tuple[int, int], str]:
    found: dict[tuple[int, int], str] = {}
    rest = b""
    with archive.open(path) as stream:
        while piece := stream.read(1 << 20):
            text = rest + piece
            for column, row, said in _ERROR.findall(text) if b't="e"' in text else ():
                found[int(row), _place(column)] = said.decode("utf-8", "replace")[:20]
            rest = text[-600:]
            if len(found) > MOST_ERRORS:
                break
    return found


def _place(letters: bytes) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + letter - 64
    return place - 1


if __name__ == "__main__":
    main()
