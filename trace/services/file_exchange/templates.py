"""The blank template of a shop's seller centre: its headings, their fingerprint, and what goes where.

No template is shipped: the cooperative uploads the one it downloaded. It is kept as it is, and filled anew
for every export.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from trace.errors import FieldProblem, Invalid, Refused
from trace.records.file_exchange import Direction, FileLayout
from trace.services.file_exchange import filling
from trace.services.file_exchange.headings import GOODS_WORDS, GoodsField, guess
from trace.services.file_exchange.layouts import Head, find_head, layout_of, new_layout
from trace.services.importing.reading import kind_of, opened

MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 5_000
NEEDED = (GoodsField.SKU, GoodsField.PRICE, GoodsField.STOCK)
NUMBERS = ("plain", "dots")
"""``1234567`` or ``1.234.567``."""


@dataclass(frozen=True)
class Column:
    """One column of a template: a field of ours or a fixed text, how numbers look, its most letters."""

    field: str = ""
    fixed: str = ""
    number: str = "plain"
    most: int = 0


@dataclass(frozen=True)
class TemplateChoices:
    """The row where goods begin (from 1), and what the template calls on sale and off sale."""

    first_row: int
    on_word: str = "1"
    off_word: str = "0"


@dataclass(frozen=True)
class Blank:
    """An uploaded template: what kind it is, where its headings stand, its bytes."""

    file_name: str
    kind: str
    head: Head
    content: bytes

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the kind, the sheet, the row and every heading as written."""
        told = [self.kind, self.head.sheet_name, self.head.row, *self.head.headings]
        return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


def read_blank(path: Path, file_name: str) -> Blank:
    """Read a template; nothing is stored.

    Raises:
        Refused: it is no XLSX or CSV, has no known headings, is too large or has a program in it.
    """
    content = path.read_bytes()
    if len(content) > MOST_BYTES:
        raise Refused("file.template.large", file=file_name, max=f"{MOST_BYTES >> 20} MB")
    kind = kind_of(path, file_name)
    with opened(path, file_name, MOST_ROWS) as book:
        head = find_head(book, GOODS_WORDS, file_name)
    filling.check_fillable(content, kind, head.sheet_name, file_name)
    return Blank(file_name, kind, head, content)


def keep_blank(
    session: Session, shop_id: int, blank: Blank, *, is_new: bool, account_id: int | None, now: datetime
) -> FileLayout:
    """Keep a template. One with the fingerprint of the last keeps what was mapped.

    Raises:
        Refused: ``file.template.changed``: its headings differ and nobody said that it is a new one.
    """
    layout = layout_of(session, shop_id, Direction.TEMPLATE)
    if layout is not None and layout.fingerprint != blank.fingerprint and not is_new:
        raise Refused("file.template.changed", file=blank.file_name, **_differences(layout, blank))
    is_same = layout is not None and layout.fingerprint == blank.fingerprint
    if layout is None:
        layout = new_layout(shop_id, Direction.TEMPLATE, now)
        session.add(layout)
    layout.content, layout.file_name = blank.content, blank.file_name[:160]
    if not is_same:
        _start(layout, blank)
    layout.version += 1
    layout.changed_at, layout.changed_by = now, account_id
    session.flush()
    return layout


def _start(layout: FileLayout, blank: Blank) -> None:
    head = {"kind": blank.kind, "sheet": blank.head.sheet_name, "row": blank.head.row}
    layout.head = json.dumps({**head, "headings": blank.head.headings}, ensure_ascii=False)
    layout.fingerprint, layout.is_ready = blank.fingerprint, False
    guessed = guess(blank.head.headings, GOODS_WORDS)
    layout.columns = json.dumps({place: asdict(Column(field)) for place, field in guessed.items()})
    layout.choices = json.dumps(asdict(TemplateChoices(blank.head.row + 1)))


def _differences(layout: FileLayout, blank: Blank) -> dict[str, str]:
    before, after = json.loads(layout.head)["headings"], list(blank.head.headings)
    return {
        "lost": ", ".join(one for one in before if one not in after) or "–",
        "new": ", ".join(one for one in after if one not in before) or "–",
    }


def columns_of(layout: FileLayout) -> dict[int, Column]:
    """Its columns by their place."""
    return {int(place): Column(**told) for place, told in json.loads(layout.columns).items()}


def template_choices(layout: FileLayout) -> TemplateChoices:
    """Where goods begin, and the words for on and off sale."""
    return TemplateChoices(**json.loads(layout.choices))


def head_row(layout: FileLayout) -> int:
    """The row of its headings, from 1."""
    row: int = json.loads(layout.head)["row"]
    return row


def confirm_template(
    layout: FileLayout,
    columns: Mapping[int, Column],
    choices: TemplateChoices,
    account_id: int | None,
    now: datetime,
) -> None:
    """A person says what goes where.

    Raises:
        Invalid: the code, price or stock has no column, a field has two, or goods would begin too high.
    """
    fields = [column.field for column in columns.values() if column.field]
    problems = [
        FieldProblem(f"needs-{one}", "file.goods.missing", one) for one in NEEDED if one not in fields
    ]
    problems += [
        FieldProblem(f"column-{place}", "file.column.twice", column.field)
        for place, column in columns.items()
        if column.field and fields.count(column.field) > 1
    ]
    if not head_row(layout) < choices.first_row <= head_row(layout) + 20:
        bounds = {"min": head_row(layout) + 1, "max": head_row(layout) + 20, "unit": ""}
        problems.append(FieldProblem("first_row", "field.range", choices.first_row, bounds))
    if problems:
        raise Invalid(problems)
    layout.columns = json.dumps({place: asdict(one) for place, one in columns.items()}, ensure_ascii=False)
    layout.choices = json.dumps(asdict(choices), ensure_ascii=False)
    layout.is_ready, layout.version = True, layout.version + 1
    layout.changed_at, layout.changed_by = now, account_id


def fill(layout: FileLayout, rows: list[list[str | int]]) -> bytes:
    """The template with these rows, from the row where goods begin."""
    head = json.loads(layout.head)
    first = template_choices(layout).first_row
    if head["kind"] == "csv":
        return filling.fill_csv(layout.content, rows, first)
    return filling.fill_xlsx(layout.content, head["sheet"], rows, first)
