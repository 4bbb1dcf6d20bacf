"""Rows as the database really holds them: what no program of ours can have written is not smoothed over.

A column type reads leniently: SQLite gives back 2 for a yes or no, and a time with a letter too many as a
time. Here a value counts only when writing it again gives the very same.
"""

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Connection, Dialect, Select, Table

from trace.records.columns import value_type

READ_AT_ONCE = 1_000
FLOAT8 = 701
"""PostgreSQL's number of the type of a float: its reader is chosen by it."""


class Unreadable(str):
    """Stands for a value that is not of its column's type."""

    __slots__ = ()


def strict_rows(connection: Connection, question: Select[Any], table: Table) -> Iterator[dict[str, Any]]:
    """The rows a question about one table's columns finds, a thousand at a time, each value checked."""
    if connection.dialect.name == "sqlite":
        driver: Any = connection.connection.driver_connection
        driver.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    compiled = question.compile(connection, compile_kwargs={"literal_binds": True})
    names = [column.name for column in question.selected_columns]
    readers = [_reader(table.c[name].type, connection.dialect) for name in names]
    reading = connection.execution_options(stream_results=True, yield_per=READ_AT_ONCE)
    for raw in reading.exec_driver_sql(str(compiled)):
        yield {name: read(value) for name, read, value in zip(names, readers, raw, strict=True)}


def _reader(kind: Any, dialect: Dialect) -> Callable[[Any], Any]:
    own, expected = kind.dialect_impl(dialect), value_type(kind)
    code = FLOAT8 if expected is float else None
    read, write = own.result_processor(dialect, code), own.bind_processor(dialect)

    def strictly(raw: Any) -> Any:
        if raw is None:
            return None
        try:
            value = read(raw) if read else raw
            again = write(value) if write else value
        except (ValueError, TypeError, OverflowError):
            return Unreadable(f"\x00{raw!r}")
        is_right = isinstance(value, expected) or (expected is bytes and isinstance(value, memoryview))
        is_same = expected is bytes or again == raw
        return value if is_right and is_same and _is_text(value) else Unreadable(f"\x00{raw!r}")

    return strictly


def _is_text(value: Any) -> bool:
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            return False
    return True
