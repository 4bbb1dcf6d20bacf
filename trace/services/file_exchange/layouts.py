"""Where a file's headings stand and which of its columns is what, kept for each shop.

Only headings are kept of a file that nobody has mapped yet: a row of them is believed when at least two
are known words, and none that looks like a number or an address of a person is stored.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlmodel import Session, col

from trace.errors import FieldProblem, Invalid, NotFound, Refused
from trace.records.file_exchange import Direction, FileLayout, FileReport, ReportState
from trace.services.file_exchange.headings import (
    REPORT_WORDS,
    ReportField,
    Words,
    guess,
    heading_key,
    is_of_a_buyer,
)
from trace.services.importing.reading import Book
from trace.services.importing.reading import Head as Sheet

LEAST_KNOWN = 2
LONGEST_HEADING = 120
NEEDED = (ReportField.ORDER, ReportField.STATUS, ReportField.CREATED, ReportField.QUANTITY, ReportField.PRICE)
"""What a report must have beside a code or a name of the product."""
_PERSONAL = re.compile(r"[0-9][0-9 .]{5,}|@")


@dataclass(frozen=True)
class Head:
    """The row of headings: sheet, row (from 1), the headings as written; ``above`` is what stands over it."""

    sheet: int
    sheet_name: str
    row: int
    headings: tuple[str, ...]
    above: str = ""

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the headings in their order, without accents."""
        keys = [heading_key(heading) for heading in self.headings]
        return hashlib.sha256(json.dumps(keys).encode()).hexdigest()


@dataclass(frozen=True)
class ReportChoices:
    """How a shop's reports are to be read."""

    is_full: bool = False
    month_first: bool = False
    takes_alone: bool = False


def find_head(book: Book, words: Words, file_name: str) -> Head:
    """The row whose cells are known headings, the best of all sheets.

    A heading merged over two rows is taken from the upper one where the lower is empty.

    Raises:
        Refused: ``file.head`` when no row holds two known words.
    """
    found = [one for sheet in book.heads for one in _candidates(sheet)]
    best = max(found, key=lambda one: len(guess(one.headings, words)), default=None)
    if best is None or len(guess(best.headings, words)) < LEAST_KNOWN:
        known = ", ".join(sorted(synonyms[0] for synonyms in words.values()))
        raise Refused("file.head", file=file_name, words=known)
    return best


def _candidates(sheet: Sheet) -> Iterator[Head]:
    upper: list[Any] = []
    above: list[str] = []
    for number, cells in sheet.rows:
        for row in (cells, _merged(upper, cells)):
            yield Head(sheet.number, sheet.name, number, tuple(map(_heading, row)), "\n".join(above))
        above.append(" ".join(str(cell) for cell in cells if cell != ""))
        upper = cells


def _merged(upper: Sequence[Any], lower: Sequence[Any]) -> list[Any]:
    width = max(len(upper), len(lower))
    above, below = ([*row, *[""] * (width - len(row))] for row in (upper, lower))
    return [low if low != "" else high for high, low in zip(above, below, strict=True)]


def _heading(cell: Any) -> str:
    said = " ".join(str(cell).split()) if isinstance(cell, str) else ""
    return "" if len(said) > LONGEST_HEADING or _PERSONAL.search(said) else said


def layout_of(session: Session, shop_id: int, direction: Direction) -> FileLayout | None:
    """The shop's layout for this direction, ready or not."""
    rule = (col(FileLayout.shop_id) == shop_id, col(FileLayout.direction) == direction)
    found: FileLayout | None = session.execute(select(FileLayout).where(*rule)).scalar_one_or_none()
    return found


def uploaded_layout(session: Session, shop_id: int, direction: Direction) -> FileLayout:
    """The same, for whoever says which of its columns is what.

    Raises:
        NotFound: nothing was uploaded yet.
    """
    layout = layout_of(session, shop_id, direction)
    if layout is None:
        raise NotFound()
    return layout


def headings_of(layout: FileLayout) -> list[str]:
    """Its headings as written."""
    found: list[str] = json.loads(layout.head)["headings"]
    return found


def columns_of(layout: FileLayout) -> dict[int, str]:
    """Column -> field."""
    return {int(place): field for place, field in json.loads(layout.columns).items()}


def choices_of(layout: FileLayout) -> ReportChoices:
    """How its reports are to be read."""
    return ReportChoices(**json.loads(layout.choices))


def start_report_layout(
    session: Session, shop_id: int, head: Head, file_name: str, account_id: int | None, now: datetime
) -> FileLayout:
    """Remember a report's headings with a guess for each; a person confirms it before anything is read.

    What was mapped before is kept for headings that are still there.
    """
    layout = layout_of(session, shop_id, Direction.REPORT)
    before = {} if layout is None else _by_key(layout)
    columns = guess(head.headings, REPORT_WORDS)
    for place, heading in enumerate(head.headings):
        field = before.get(heading_key(heading))
        if field:
            columns = {where: one for where, one in columns.items() if one != field} | {place: field}
    if layout is None:
        layout = new_layout(shop_id, Direction.REPORT, now)
        session.add(layout)
    layout.file_name, layout.fingerprint, layout.is_ready = file_name[:160], head.fingerprint, False
    layout.head = json.dumps({"headings": head.headings}, ensure_ascii=False)
    layout.columns = json.dumps(columns)
    _touch(layout, account_id, now)
    session.flush()
    return layout


def new_layout(shop_id: int, direction: Direction, now: datetime) -> FileLayout:
    """A layout that says nothing yet."""
    return FileLayout(
        shop_id=shop_id,
        direction=direction,
        fingerprint="",
        file_name="",
        head="{}",
        version=0,
        changed_at=now,
    )


def _by_key(layout: FileLayout) -> dict[str, str]:
    headings = headings_of(layout)
    return {heading_key(headings[place]): field for place, field in columns_of(layout).items()}


def confirm_report_layout(
    session: Session,
    layout: FileLayout,
    columns: Mapping[int, str],
    choices: ReportChoices,
    account_id: int | None,
    now: datetime,
) -> FileLayout:
    """A person says which column is what; files refused before are tried again.

    Raises:
        Invalid: something needed is missing or said twice, or a column is a buyer's.
    """
    headings = headings_of(layout)
    _refuse_wrong(headings, columns)
    layout.columns = json.dumps({str(place): field for place, field in columns.items()})
    layout.choices = json.dumps(choices.__dict__)
    layout.is_ready = True
    _touch(layout, account_id, now)
    refused = (col(FileReport.shop_id) == layout.shop_id, col(FileReport.state) == ReportState.REFUSED)
    session.execute(delete(FileReport).where(*refused))
    session.flush()
    return layout


def _touch(layout: FileLayout, account_id: int | None, now: datetime) -> None:
    layout.version += 1
    layout.changed_at, layout.changed_by = now, account_id


def _refuse_wrong(headings: Sequence[str], columns: Mapping[int, str]) -> None:
    problems = [
        FieldProblem(f"column-{place}", "file.column.buyer", headings[place])
        for place in columns
        if is_of_a_buyer(headings[place])
    ]
    fields = list(columns.values())
    twice = {field for field in fields if fields.count(field) > 1}
    problems += [
        FieldProblem(f"column-{place}", "file.column.twice", headings[place])
        for place, field in columns.items()
        if field in twice
    ]
    missing = [field for field in NEEDED if field not in fields]
    if not {ReportField.SKU, ReportField.NAME} & set(fields):
        missing.append(ReportField.SKU)
    problems += [FieldProblem(f"needs-{field}", "file.column.missing", str(field)) for field in missing]
    if problems:
        raise Invalid(problems)


def places_in(layout: FileLayout, head: Head, file_name: str) -> dict[str, int]:
    """Field -> column of this very file: by the heading's words, wherever the column stands now.

    Raises:
        Refused: ``file.layout`` when a mapped heading is not there, or is there twice.
    """
    keys = [heading_key(heading) for heading in head.headings]
    found, lost = {}, []
    for place, field in columns_of(layout).items():
        heading = headings_of(layout)[place]
        if keys.count(heading_key(heading)) == 1:
            found[field] = keys.index(heading_key(heading))
        else:
            lost.append(heading)
    if lost:
        raise Refused("file.layout", file=file_name, lost=", ".join(lost), got=_listed(head.headings))
    return found


def _listed(headings: Sequence[str]) -> str:
    """Headings for a refusal, those of buyers left out."""
    return ", ".join(one for one in headings[:40] if one and not is_of_a_buyer(one))[:400]
