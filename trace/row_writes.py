"""Writing rows by statements: of guarded tables only where the log takes note, and many at once.

On SQLite the driver is given many rows as they are: SQLAlchemy's way through each value of each row takes
several times what the database takes to write it.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, insert
from sqlalchemy.dialects import sqlite

from trace.records.guarded import GUARDED

Bind = Callable[[Any], Any] | None
_SQLITE = sqlite.dialect()
_may_write: ContextVar[bool] = ContextVar("may_write", default=False)


class RowsNotLogged(Exception):
    """A statement changes a guarded table past the log: a mistake of the program."""


class RowsAreFinal(Exception):
    """Rows that are written once would be changed or deleted: a mistake of the program."""


@contextmanager
def noted() -> Iterator[None]:
    """Whoever is inside notes what is written."""
    before = _may_write.set(True)
    try:
        yield
    finally:
        _may_write.reset(before)


def refuse_unnoted(table: str) -> None:
    """Let statements on guarded tables pass inside ``noted`` only.

    Raises:
        RowsNotLogged: otherwise.
    """
    if table in GUARDED and not _may_write.get():
        raise RowsNotLogged(f"{table}: write it by the session, insert_logged or update_logged")


def refuse_final(table: str) -> None:
    """Let nobody change or delete rows that are written once.

    Raises:
        RowsAreFinal: the table's rows are.
    """
    if table in GUARDED and GUARDED[table].is_final:
        raise RowsAreFinal(f"{table}: its rows are written once; what came later is a row of its own")


def insert_rows(
    connection: Connection, table: Table, names: tuple[str, ...], rows: Sequence[Sequence[Any]]
) -> None:
    """Insert rows, each its values in the order of ``names``; the other columns are left to the database."""
    refuse_unnoted(table.name)
    if not rows:
        return
    if connection.dialect.name != "sqlite":
        connection.execute(insert(table), [dict(zip(names, row, strict=True)) for row in rows])
        return
    text, places = _prepared(table, names)
    columns = list(zip(*rows, strict=True))
    bound = [_bound(bind, columns[place]) for place, bind in places]
    connection.exec_driver_sql(text, list(zip(*bound, strict=True)))


@cache
def _prepared(table: Table, names: tuple[str, ...]) -> tuple[str, list[tuple[int, Bind]]]:
    """The statement for SQLite's driver; of each of its places, which name's it is and how it is bound."""
    statement = insert(table).compile(dialect=_SQLITE, column_keys=names)
    order = statement.positiontup or []
    binds = [table.c[name].type.dialect_impl(_SQLITE).bind_processor(_SQLITE) for name in order]
    return str(statement), [(names.index(name), bind) for name, bind in zip(order, binds, strict=True)]


def _bound(bind: Bind, column: Sequence[Any]) -> Sequence[Any]:
    """A column's values for the driver; the one value that all rows share is turned once."""
    if bind is None:
        return column
    first = column[0]
    if all(value is first for value in column):
        return [bind(first)] * len(column)
    return [bind(value) for value in column]
