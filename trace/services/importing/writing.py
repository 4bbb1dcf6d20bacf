"""Finding and writing rows by the thousand: one statement a batch."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import bindparam, insert, select, update
from sqlmodel import Session, SQLModel

from trace.services.lineage import portions

Record = TypeVar("Record", bound=SQLModel)
Key = tuple[int, str]
"""An organisation's number and a code of its own."""


def known_rows(
    session: Session, table: type[SQLModel], keys: Iterable[Key], columns: Sequence[str]
) -> dict[Key, Any]:
    """The stored rows with these codes: organisation and code -> row with ``columns``."""
    codes: dict[int, list[str]] = defaultdict(list)
    for org, code in set(keys):
        codes[org].append(code)
    row: Any = table
    names = [getattr(row, name) for name in columns]
    found: dict[Key, Any] = {}
    for org, own in codes.items():
        question = select(row.code, *names).where(row.org_id == org, row.code.in_(own))
        found.update(((org, one.code), one) for one in session.execute(question))
    return found


def rows_of(
    session: Session, table: type[Record], code: str, keys: Iterable[Key], *rules: Any
) -> dict[Key, Record]:
    """The stored rows of these organisations and codes as objects; ``code`` is the column of the code."""
    row: Any = table
    wanted = set(keys)
    found: dict[Key, Record] = {}
    for some in portions({name for _, name in wanted}):
        question = select(table).where(
            row.org_id.in_({org for org, _ in wanted}), getattr(row, code).in_(some), *rules
        )
        for one in session.execute(question).scalars():
            found[one.org_id, getattr(one, code)] = one
    return found


def all_codes(session: Session, table: type[SQLModel], org: int) -> set[str]:
    """Every code an organisation has in a table: what is not among them need not be looked for."""
    row: Any = table
    return set(session.execute(select(row.code).where(row.org_id == org)).scalars())


def numbers_since(
    session: Session, table: type[SQLModel], import_id: int, last: int
) -> list[tuple[int, Key]]:
    """The rows this import has stored since row ``last``: number, organisation and code."""
    row: Any = table
    question = select(row.id, row.org_id, row.code).where(row.import_id == import_id, row.id > last)
    return [(one.id, (one.org_id, one.code)) for one in session.execute(question)]


def insert_rows(session: Session, table: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> None:
    """Store new rows, all with the same columns."""
    if rows:
        session.connection().execute(insert(_core(table)), [dict(row) for row in rows])


def update_rows(session: Session, table: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> None:
    """Change rows by ``id``, all with the same columns."""
    if not rows:
        return
    core = _core(table)
    names = [name for name in rows[0] if name != "id"]
    statement = (
        update(core)
        .where(core.c.id == bindparam("row_id"))
        .values({name: bindparam(f"new_{name}") for name in names})
    )
    values = [{"row_id": row["id"], **{f"new_{name}": row[name] for name in names}} for row in rows]
    session.connection().execute(statement, values)


def _core(table: type[SQLModel]) -> Any:
    return table.__table__  # type: ignore[attr-defined]
