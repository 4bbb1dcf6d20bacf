"""What the log says of rows: their digests, from the rows as just made or as the database holds them."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select

from trace.records.columns import value_type
from trace.records.guarded import GUARDED, Guarded
from trace.records.log_tree import RowSalt
from trace.standards import row_digest

SALT_BYTES = 16
_SALTS = RowSalt.__table__  # type: ignore[attr-defined]
Values = Mapping[str, Any]
Row = tuple[Any, ...]
"""A row's values in the order of its table's columns."""


def entries_read(connection: Connection, guarded: Guarded, keys: list[int]) -> dict[int, str]:
    """The entries of rows as they stand in the database now, by number; of one that is gone, that it is."""
    if not keys:
        return {}
    found = [tuple(row) for row in connection.execute(_READS[guarded.name], {"keys": keys})]
    return dict.fromkeys(keys, row_digest.GONE) | _entries(connection, guarded, keys, found)


def entries_of(connection: Connection, guarded: Guarded, made: Iterable[Values]) -> dict[int, str]:
    """The entries of rows this transaction has made, where their values are what will be read back."""
    shape = _SHAPES[guarded.name]
    rows = [row for values in made if (row := shape.believed(values)) is not None]
    return _entries(connection, guarded, [shape.key_of(row) for row in rows], rows)


def _entries(
    connection: Connection, guarded: Guarded, keys: Sequence[int], rows: Sequence[Row]
) -> dict[int, str]:
    """The entries of the rows; the old salts of all keys are forgotten."""
    if guarded.private and keys:
        _forget_salts(connection, guarded, keys)
    if not rows:
        return {}
    columns = dict(zip(_SHAPES[guarded.name].names, zip(*rows, strict=True), strict=True))
    numbers = columns[guarded.key]
    salts = _new_salts(connection, guarded, columns) if guarded.private else ()
    plain = row_digest.plain_columns(columns, guarded.private, salts)
    return dict(zip(numbers, row_digest.entries(guarded.name, numbers, plain), strict=True))


def _forget_salts(connection: Connection, guarded: Guarded, keys: Sequence[int]) -> None:
    mine = _SALTS.c.table_name == guarded.name
    connection.execute(delete(_SALTS).where(mine, _SALTS.c.row_id.in_(keys)))


def _new_salts(connection: Connection, guarded: Guarded, columns: Mapping[str, Row]) -> list[bytes]:
    """A new salt for each row with a private text, nothing for the others."""
    private = zip(*(columns[name] for name in guarded.private), strict=True)
    salts = [secrets.token_bytes(SALT_BYTES) if any(texts) else b"" for texts in private]
    kept = zip(columns[guarded.key], salts, strict=True)
    values = [{"table_name": guarded.name, "row_id": key, "salt": salt} for key, salt in kept if salt]
    if values:
        connection.execute(insert(_SALTS), values)
    return salts


class _Shape:
    """A table's columns, and what each value is when it is read: anything else is not believed unread."""

    def __init__(self, guarded: Guarded) -> None:
        self.names = [column.name for column in guarded.table.columns]
        self.key_of = itemgetter(self.names.index(guarded.key))
        self._values_of = itemgetter(*self.names)
        self._kinds = [_kinds_of(column) for column in guarded.table.columns]
        self._known: dict[tuple[type, ...], bool] = {}

    def believed(self, values: Values) -> Row | None:
        """The row's values, if all are there and of the right kind."""
        try:
            row: Row = self._values_of(values)
        except KeyError:
            return None
        kinds = tuple(map(type, row))
        if kinds not in self._known:
            pairs = zip(row, self._kinds, strict=True)
            self._known[kinds] = all(isinstance(value, allowed) for value, allowed in pairs)
        return row if self._known[kinds] else None


def _kinds_of(column: Any) -> tuple[type, ...]:
    kind = value_type(column.type)
    kinds = (int, bool) if kind in (int, bool) else (kind,)
    return (*kinds, type(None)) if column.nullable else kinds


def _reading(guarded: Guarded) -> Any:
    return select(guarded.table).where(guarded.table.c[guarded.key].in_(bindparam("keys", expanding=True)))


_READS = {name: _reading(guarded) for name, guarded in GUARDED.items()}
_SHAPES = {name: _Shape(guarded) for name, guarded in GUARDED.items()}
