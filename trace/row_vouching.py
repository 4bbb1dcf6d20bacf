"""Letting the log hold rows it never held, or held in another shape: after an upgrade.

What those rows were before is not vouched for; from this leaf on every change of them is seen.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from trace.records.guarded import GUARDED, Guarded
from trace.records.instance_fact import InstanceFact
from trace.row_entries import entries_read
from trace.row_log import ROWS_A_LEAF, add_leaves, rows_leaf

VOUCHED = "rows_vouched"
"""The kind of a leaf that holds rows as an upgrade found them."""


def vouch_for_rows(connection: Connection, now: datetime) -> int:
    """Append what stands in each guarded table whose columns the log does not know yet; how many rows."""
    return sum(_vouch(connection, guarded, now) for guarded in GUARDED.values())


def _vouch(connection: Connection, guarded: Guarded, now: datetime) -> int:
    name, shape = f"log_rows.{guarded.name}", _shape(guarded)
    known = select(col(InstanceFact.value)).where(col(InstanceFact.name) == name)
    if connection.execute(known).scalar() == shape:
        return 0
    done = 0
    for keys in _key_portions(connection, guarded):
        said = {f"{guarded.name}/{key}": one for key, one in entries_read(connection, guarded, keys).items()}
        add_leaves(connection, [(rows_leaf(VOUCHED, said, now), now)])
        done += len(keys)
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    keeping = dialect.insert(InstanceFact).values(name=name, value=shape)
    connection.execute(keeping.on_conflict_do_update(index_elements=["name"], set_={"value": shape}))
    return done


def _shape(guarded: Guarded) -> str:
    """Names and types of the columns, and which are private."""
    columns = sorted(f"{column.name} {column.type!r}" for column in guarded.table.columns)
    return hashlib.sha256(f"{columns} {sorted(guarded.private)}".encode()).hexdigest()


def _key_portions(connection: Connection, guarded: Guarded) -> Iterator[list[int]]:
    key = guarded.table.c[guarded.key]
    keys: list[int] = []
    while True:
        rest = select(key).where(key > keys[-1]) if keys else select(key)
        keys = [int(one) for one in connection.execute(rest.order_by(key).limit(ROWS_A_LEAF)).scalars()]
        if not keys:
            return
        yield keys
