"""What the log says of rows: their digests, from the rows as just made or as the database holds them."""

import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select

from trace.records.columns import value_type
from trace.records.guarded import GUARDED, Guarded
from trace.records.log_tree import RowSalt
from trace.standards import row_digest

SALT_BYTES = 16
_SALTS = RowSalt.__table__  # type: ignore[attr-defined]
Name = tuple[str, int]
Values = Mapping[str, Any]
Rows = Mapping[int, Values]


def entries_read(connection: Connection, guarded: Guarded, keys: list[int]) -> dict[Name, str]:
    """The entries of rows as they stand in the database now; of one that is gone, that it is."""
    if not keys:
        return {}
    found = connection.execute(_READS[guarded.name], {"keys": keys}).mappings()
    rows = {int(row[guarded.key]): dict(row) for row in found}
    gone = {(guarded.name, key): row_digest.GONE for key in keys}
    return gone | _entries(connection, guarded, keys, rows)


def entries_of(connection: Connection, guarded: Guarded, made: Iterable[Values]) -> dict[Name, str]:
    """The entries of rows this transaction has made, where their values are what will be read back."""
    rows: dict[int, Values] = {}
    for values in made:
        if all(
            isinstance(values.get(name), kinds) and name in values for name, kinds in _KINDS[guarded.name]
        ):
            rows[values[guarded.key]] = {name: values[name] for name, _kinds in _KINDS[guarded.name]}
    return _entries(connection, guarded, list(rows), rows)


def _entries(connection: Connection, guarded: Guarded, keys: list[int], rows: Rows) -> dict[Name, str]:
    salts = _new_salts(connection, guarded, keys, rows) if guarded.private and keys else {}
    said: dict[Name, str] = {}
    for key, row in rows.items():
        plain = row_digest.plain_row(row, guarded.private, salts.get(key, b""))
        said[guarded.name, key] = row_digest.entry(guarded.name, key, plain)
    return said


def _new_salts(connection: Connection, guarded: Guarded, keys: list[int], rows: Rows) -> dict[int, bytes]:
    """A new salt for each row with a private text; the old ones of all are forgotten."""
    connection.execute(delete(_SALTS).where(_SALTS.c.table_name == guarded.name, _SALTS.c.row_id.in_(keys)))
    speaking = [key for key, row in rows.items() if any(row[name] for name in guarded.private)]
    salts = {key: secrets.token_bytes(SALT_BYTES) for key in speaking}
    values = [{"table_name": guarded.name, "row_id": key, "salt": salt} for key, salt in salts.items()]
    if values:
        connection.execute(insert(_SALTS), values)
    return salts


def _reading(guarded: Guarded) -> Any:
    return select(guarded.table).where(guarded.table.c[guarded.key].in_(bindparam("keys", expanding=True)))


def _kinds(guarded: Guarded) -> list[tuple[str, tuple[type, ...]]]:
    """What each column's value is when it is read: anything else is read back before it is believed."""
    found = []
    for column in guarded.table.columns:
        kind = value_type(column.type)
        kinds = (int, bool) if kind in (int, bool) else (kind,)
        found.append((column.name, (*kinds, type(None)) if column.nullable else kinds))
    return found


_READS = {name: _reading(guarded) for name, guarded in GUARDED.items()}
_KINDS = {name: _kinds(guarded) for name, guarded in GUARDED.items()}
