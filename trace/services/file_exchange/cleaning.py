"""Taking a report apart: of each row only what counting needs, and nothing of a buyer.

A column nobody mapped is dropped before anything looks at it. Where one value of a row does not fit, the
row may be shifted and a name stand where goods should: of such a row only its place, the order's number
and the shape of the value are kept.
"""

import json
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from trace.errors import Refused
from trace.records.file_exchange import FileLayout
from trace.services.file_exchange import cells, layouts
from trace.services.file_exchange.headings import REPORT_WORDS, ReportField, heading_key
from trace.services.importing.reading import kind_of, opened
from trace.standards.fault import Fault
from trace.standards.local_time import local_day
from trace.standards.plain_text import plain
from trace.standards.search_key import fold_vi

MOST_ROWS = 20_000
LONGEST_NAME, LONGEST_SKU = 240, 64
_PHONE = re.compile(r"(?<![0-9])(?:\+?84|0)[ .-]?(?:[0-9][ .-]?){8}[0-9](?![0-9])")
_SUM = re.compile(r"(tong|tong cong|tong so|cong|total|grand total|sum)( .*)?")
_DAY = r"([0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{4}|[0-9]{4}-[0-9]{2}-[0-9]{2})"
_MADE = re.compile(
    r"(?:xuat luc|ngay xuat|thoi gian xuat|exported|export date)[^0-9]{0,20}"
    rf"{_DAY}(?: ([0-9]{{1,2}}:[0-9]{{2}}))?"
)
_GOODS = (ReportField.SKU, ReportField.NAME, ReportField.QUANTITY)
_STATE = (ReportField.STATUS, ReportField.CREATED)
_PERIOD = re.compile(rf"(?:tu ngay|tu|from)[^0-9]{{0,4}}{_DAY}[^0-9]{{1,12}}{_DAY}")


@dataclass(frozen=True, slots=True)
class CleanRow:
    """One row of a report; times are ISO 8601 in UTC. ``fault`` names what kept it from being read."""

    row: int
    code: str = ""
    word: str = ""
    created: str = ""
    changed: str = ""
    sku: str = ""
    name: str = ""
    quantity: int = 0
    price_vnd: int = 0
    fault: str = ""
    column: str = ""
    shape: str = ""


@dataclass(frozen=True)
class Cleaned:
    """What is left of a file: its rows, and what the lines over its headings say of it."""

    rows: tuple[CleanRow, ...]
    made_at: datetime | None = None
    since: date | None = None
    until: date | None = None


def clean(path: Path, file_name: str, layout: FileLayout, most_rows: int = MOST_ROWS) -> Cleaned:
    """Read a report by the shop's layout; a confined process parses it.

    Raises:
        Refused: it can not be read as a whole, or a mapped heading is missing (``file.layout``).
    """
    choices = layouts.choices_of(layout)
    with opened(path, file_name, most_rows) as book:
        head = layouts.find_head(book, REPORT_WORDS, file_name)
        places = layouts.places_in(layout, head, file_name)
        width = len(head.headings) if kind_of(path, file_name) == "csv" else 0
        reader = _Reader(places, head.headings, width, month_first=choices.month_first)
        rows: list[CleanRow] = []
        for _, batch in book.rows([head.sheet]):
            rows += reader.take(row for row in batch if row[0] > head.row)
        rows += reader.without_goods()
    if not rows:
        raise Refused("file.empty", file=file_name)
    return Cleaned(tuple(rows), *_said_above(head.above))


def _said_above(above: str) -> tuple[datetime | None, date | None, date | None]:
    said = fold_vi(above)
    made, period = _MADE.search(said), _PERIOD.search(said)
    try:
        made_at = cells.moment(" ".join(filter(None, made.groups()))) if made else None
        since, until = (local_day(cells.moment(one)) for one in period.groups()) if period else (None, None)
    except Fault:  # it only looked like a day
        return None, None, None
    return made_at, since, until


class _Reader:
    """Goes down the rows; a cell merged over several rows counts for all of them.

    An order may stand in a row of its own with its goods below it.
    """

    def __init__(
        self, places: dict[str, int], headings: Sequence[str], width: int, *, month_first: bool
    ) -> None:
        self._places, self._headings, self._width = places, headings, width
        self._month_first = month_first
        self._above: dict[str, Any] = {}
        self._bare: CleanRow | None = None
        """The order above, as long as no goods of it came."""

    def take(self, rows: Any) -> Iterator[CleanRow]:
        """The clean rows of a batch; empty rows and rows of sums are passed over."""
        for number, given in rows:
            if not _is_sum(given):
                yield from self._row(number, given)

    def without_goods(self) -> Iterator[CleanRow]:
        """The order above, where none of its goods came: held back, for else it would seem to be gone."""
        if self._bare is not None:
            yield self._bare
        self._bare = None

    def _row(self, number: int, given: Sequence[Any]) -> Iterator[CleanRow]:
        if self._width and any(cell != "" for cell in given[self._width :]):
            yield from self.without_goods()
            self._above = {}
            yield CleanRow(number, fault="file.row.shifted")
            return
        values = {name: given[at] if at < len(given) else "" for name, at in self._places.items()}
        number_said = values[ReportField.ORDER]
        is_another = number_said not in {"", self._above.get(ReportField.ORDER, "")}
        if _is_empty(values, _GOODS):
            if is_another and _is_code(number_said) and not _is_empty(values, _STATE):
                yield from self.without_goods()
                self._above = values
                self._bare = CleanRow(number, order_code(number_said), fault="file.row.nameless")
            return
        if is_another:
            yield from self.without_goods()
        self._bare = None
        yield self._read(number, self._filled(values))

    def _filled(self, values: dict[str, Any]) -> dict[str, Any]:
        """Without a number of its own the row belongs to the order above it."""
        shared = (ReportField.ORDER, ReportField.STATUS, ReportField.CREATED, ReportField.CHANGED)
        if values[ReportField.ORDER] == "" and self._above:
            values |= {
                name: self._above[name]
                for name in shared
                if values.get(name, "") == "" and name in self._above
            }
        self._above = values
        return values

    def _read(self, number: int, values: dict[str, Any]) -> CleanRow:
        row = CleanRow(number)
        try:
            row = replace(row, code=order_code(values[ReportField.ORDER]))
        except Fault as fault:
            return self._faulty(row, ReportField.ORDER, values, fault)
        for field, name, read in self._readers():
            try:
                if field in values:
                    row = replace(row, **{name: read(values[field])})
            except Fault as fault:
                return self._faulty(CleanRow(number, row.code), field, values, fault)
        return row if row.sku or row.name else replace(CleanRow(number, row.code), fault="file.row.nameless")

    def _readers(self) -> tuple[tuple[str, str, Any], ...]:
        def at(cell: Any) -> str:
            return cells.moment(cell, month_first=self._month_first).isoformat()

        return (
            (ReportField.CREATED, "created", at),
            (ReportField.CHANGED, "changed", lambda cell: "" if cell == "" else at(cell)),
            (ReportField.QUANTITY, "quantity", cells.pieces),
            (ReportField.PRICE, "price_vnd", cells.money_vnd),
            (ReportField.STATUS, "word", cells.status_word),
            (ReportField.SKU, "sku", lambda cell: _goods(cell, LONGEST_SKU)),
            (ReportField.NAME, "name", lambda cell: _goods(cell, LONGEST_NAME)),
        )

    def _faulty(self, row: CleanRow, field: str, values: dict[str, Any], fault: Fault) -> CleanRow:
        heading = self._headings[self._places[field]]
        return replace(row, fault=fault.key, column=heading, shape=cells.shape(values[field]))


def order_code(cell: Any) -> str:
    """An order's number; one that is a telephone's stands in the wrong column. Raises ``file.cell.order``."""
    code = cells.order_code(cell)
    if _PHONE.fullmatch(code):
        raise Fault("file.cell.order")
    return code


def _goods(cell: Any, most: int) -> str:
    said = cells.text(cell)[:most]
    if _PHONE.search(said) or "@" in said:
        raise Fault("file.cell.personal")
    return said


def _is_empty(values: dict[str, Any], fields: Sequence[str]) -> bool:
    return all(values.get(name, "") == "" for name in fields)


def _is_code(cell: Any) -> bool:
    """Whether it could be an order's number: a remark below the rows stands in the same column."""
    try:
        order_code(cell)
    except Fault:
        return False
    return True


def _is_sum(given: Sequence[Any]) -> bool:
    first = next((cell for cell in given if cell != ""), "")
    return isinstance(first, str) and _SUM.fullmatch(heading_key(first)) is not None


def pack(rows: Sequence[CleanRow]) -> bytes:
    """Rows as they are kept."""
    plain = [{name: value for name, value in asdict(row).items() if value} for row in rows]
    return zlib.compress(json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode())


def unpack(content: bytes) -> list[CleanRow]:
    """Kept rows."""
    return [CleanRow(**row) for row in json.loads(zlib.decompress(content))] if content else []


def safe_name(file_name: str) -> str:
    """A file's name as it is kept and shown: without a telephone's number and signs not to be seen.

    On disk a name is bytes: what is no text in it comes as half letters, which no database keeps.
    """
    shown = "".join(sign if sign.isprintable() else "…" for sign in plain(Path(file_name).name))
    return _PHONE.sub("…", shown)[:160] or "?"
