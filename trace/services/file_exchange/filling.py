"""Writing rows into somebody else's template, leaving everything else in it byte for byte.

An XLSX is a ZIP of XML files: the rows of one sheet from a given one on are replaced, and nothing is read
or written anew that need not be, so that hidden sheets, lists and styles stay as the seller centre made them.
"""

import codecs
import csv
import html
import io
import re
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

from trace.errors import Refused
from trace.standards.plain_text import safe_text

Cell = str | int
MOST_UNPACKED = 30 * 1024 * 1024
_SHEET_DATA = re.compile(rb"<((?:\w+:)?)sheetData\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?sheetData>)", re.DOTALL)
_ROW = re.compile(rb"<(?:\w+:)?row\b(?:[^>]*?/>|[^>]*>.*?</(?:\w+:)?row>)", re.DOTALL)
_ROW_NUMBER = re.compile(rb"<(?:\w+:)?row\b[^>]*?\br=\"([0-9]+)\"")
_DIMENSION = re.compile(rb"<(?:\w+:)?dimension\b[^>]*?/>")
_SHEET = re.compile(r"<(?:\w+:)?sheet\b[^>]*>")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\b[^>]*>")
_CHAIN = re.compile(rb"<(?:\w+:)?(?:Override|Relationship)\b[^>]*calcChain[^>]*?/>")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def check_fillable(content: bytes, kind: str, sheet: str, file_name: str) -> None:
    """Whether rows can be written into this template.

    Raises:
        Refused: ``file.template.program`` (macros), ``file.template.odd`` (its sheet is not found in it).
    """
    if kind == "csv":
        _encoding(content)
        return
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        if any(name.lower().endswith("vbaproject.bin") for name in names):
            raise Refused("file.template.program", file=file_name)
        if sum(one.file_size for one in archive.infolist()) > MOST_UNPACKED:
            raise Refused("imp.bomb", file=file_name, value=f"> {MOST_UNPACKED >> 20} MB")
        part = _part_of(archive, sheet)
        if part is None or _SHEET_DATA.search(archive.read(part)) is None:
            raise Refused("file.template.odd", file=file_name, sheet=sheet)


def fill_xlsx(content: bytes, sheet: str, rows: Sequence[Sequence[Cell]], first: int) -> bytes:
    """The workbook with the sheet's rows from ``first`` (counted from 1) on replaced by these."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        part = _part_of(source, sheet)
        for member in source.infolist():
            if member.filename == "xl/calcChain.xml":
                continue  # it lists cells that are gone; a spreadsheet program makes it again
            data = source.read(member)
            if member.filename == part:
                data = _filled(data, rows, first)
            elif member.filename in {"[Content_Types].xml", "xl/_rels/workbook.xml.rels"}:
                data = _CHAIN.sub(b"", data)
            told = zipfile.ZipInfo(member.filename, member.date_time)
            told.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(told, data)
    return out.getvalue()


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """The file that holds a sheet, by the workbook's own list."""
    book = archive.read("xl/workbook.xml").decode("utf-8", "replace")
    links = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    targets = {_attribute(tag, "Id"): _attribute(tag, "Target") for tag in _RELATION.findall(links)}
    for tag in _SHEET.findall(book):
        if html.unescape(_attribute(tag, "name")) == sheet:
            target = targets.get(_attribute(tag, r"\w+:id"), "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            return part if part in archive.namelist() else None
    return None


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf"\s{name}=\"([^\"]*)\"", tag)
    return found[1] if found else ""


def _filled(xml: bytes, rows: Sequence[Sequence[Cell]], first: int) -> bytes:
    found = _SHEET_DATA.search(xml)
    assert found is not None  # check_fillable has seen it
    prefix = found[1].decode()
    kept = b"".join(row for row, number in _numbered(found[2] or b"") if number < first)
    new = "".join(_row(prefix, first + at, cells) for at, cells in enumerate(rows))
    body = f"<{prefix}sheetData>".encode() + kept + new.encode() + f"</{prefix}sheetData>".encode()
    whole = xml[: found.start()] + body + xml[found.end() :]
    return _DIMENSION.sub(b"", whole, count=1)


def _numbered(data: bytes) -> list[tuple[bytes, int]]:
    found, last = [], 0
    for match in _ROW.finditer(data):
        told = _ROW_NUMBER.match(match[0])
        last = int(told[1]) if told else last + 1
        found.append((match[0], last))
    return found


def _row(prefix: str, number: int, cells: Sequence[Cell]) -> str:
    made = [
        _cell(prefix, f"{column_name(place)}{number}", value)
        for place, value in enumerate(cells)
        if value != ""
    ]
    return f'<{prefix}row r="{number}">{"".join(made)}</{prefix}row>'


def _cell(prefix: str, address: str, value: Cell) -> str:
    if isinstance(value, int):
        return f'<{prefix}c r="{address}"><{prefix}v>{value}</{prefix}v></{prefix}c>'
    said = escape(_CONTROL.sub("", safe_text(value)))
    text = f'<{prefix}is><{prefix}t xml:space="preserve">{said}</{prefix}t></{prefix}is>'
    return f'<{prefix}c r="{address}" t="inlineStr">{text}</{prefix}c>'


def column_name(place: int) -> str:
    """What a spreadsheet calls a column.

    >>> [column_name(place) for place in (0, 25, 26, 701, 702)]
    ['A', 'Z', 'AA', 'ZZ', 'AAA']
    """
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(65 + rest) + name
    return name


def _encoding(content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    return "utf-8-sig" if content.startswith(codecs.BOM_UTF8) else "utf-8"


def fill_csv(content: bytes, rows: Sequence[Sequence[Cell]], first: int) -> bytes:
    """The file with its lines from ``first`` (counted from 1) on replaced; its own mark and delimiter."""
    encoding = _encoding(content)
    text = content.decode(encoding)
    start = text.split("\n", 1)[0]
    delimiter = max(";,\t", key=start.count)
    out = io.StringIO()
    write = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    for at, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1):
        if at < first:
            write.writerow(cells)
    for row in rows:
        write.writerow([safe_text(one) if isinstance(one, str) else one for one in row])
    return out.getvalue().encode(encoding)
