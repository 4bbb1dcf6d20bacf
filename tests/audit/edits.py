"""Edits by whoever has the database in hand: one at a time, each with the place an audit should name."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from unittest.mock import patch

from sqlalchemy import Connection, Table, delete, insert, select, update

from trace.records.columns import value_type
from trace.records.event import LogLeaf
from trace.records.guarded import GUARDED
from trace.records.log_tree import LogTile, RowSalt
from trace.row_writes import noted
from trace.services.auditing.findings import Finding

LEAVES, TILES, SALTS = LogLeaf.__table__, LogTile.__table__, RowSalt.__table__
TABLES = [*(one.table for one in GUARDED.values()), LEAVES, TILES, SALTS]


@dataclass(frozen=True)
class Edit:
    """What was done, and whether a difference names its place."""

    told: str
    is_named: Callable[[Finding], bool]


class Intruder:
    """Changes one thing in an open transaction, past the registry."""

    def __init__(self, connection: Connection, chance: random.Random) -> None:
        self._connection, self._chance = connection, chance

    def run(self, statement: Any) -> None:
        # Whoever has the database asks none of the registry's guards.
        with noted(), patch("trace.row_log.refuse_final"):
            self._connection.execute(statement)

    def rows(self, table: Table, where: Any = None) -> list[dict[str, Any]]:
        question = select(table) if where is None else select(table).where(where)
        return [dict(row) for row in self._connection.execute(question).mappings()]

    def a_row(self, tables: list[Table]) -> tuple[Table, dict[str, Any]]:
        full = [(table, row) for table in tables for row in self._some(table)]
        return self._chance.choice(full)

    def _some(self, table: Table) -> list[dict[str, Any]]:
        rows = self.rows(table, LEAVES.c.position.is_not(None) if table is LEAVES else None)
        return self._chance.sample(rows, min(3, len(rows)))

    def edit(self) -> Edit:
        """One value of one row becomes another of its kind."""
        table, row = self.a_row(TABLES)
        # What number a leaf's row has says nothing; its position does.
        names = [c.name for c in table.columns if not (table is LEAVES and c.name == "id")]
        name = self._chance.choice(names)
        value = self._other(table.c[name], row[name])
        self.run(update(table).where(*_same(table, row)).values({name: value}))
        return Edit(f"{table.name}.{name}: {row[name]!r} -> {value!r}", _place(table, row, name))

    def flip(self) -> Edit:
        """One bit of a text or of bytes."""
        table, row = self.a_row(TABLES)
        names = [name for name, value in row.items() if isinstance(value, str | bytes) and value]
        names = [name for name in names if name not in ("table_name",)]
        if not names:
            return self.flip()
        name = self._chance.choice(names)
        value = _flipped(row[name], self._chance)
        self.run(update(table).where(*_same(table, row)).values({name: value}))
        return Edit(f"{table.name}.{name}: a bit", _place(table, row, name))

    def delete(self) -> Edit:
        """One row is gone."""
        table, row = self.a_row(TABLES)
        self.run(delete(table).where(*_same(table, row)))
        return Edit(f"{table.name} {_key(table, row)} deleted", _place(table, row, ""))

    def insert(self) -> Edit:
        """A row that looks like another."""
        table, row = self.a_row([one.table for one in GUARDED.values()])
        key = next(iter(table.primary_key.columns)).name
        number = max(one[key] for one in self.rows(table)) + 1
        new = {name: self._fresh(table.c[name], value) for name, value in row.items()} | {key: number}
        self.run(insert(table).values(new))
        return Edit(f"{table.name} {number} added", _place(table, new, ""))

    def reorder(self) -> Edit:
        """Two leaves or two rows change places."""
        if self._chance.random() < 0.5:
            return self._reorder_leaves()
        table = self._chance.choice([one.table for one in GUARDED.values() if one.name != "stamp_key"])
        rows = self.rows(table)
        if len(rows) < 2:
            return self.reorder()
        one, two = self._chance.sample(rows, 2)
        spare = max(row["id"] for row in rows) + 1_000
        for old, new in ((one["id"], spare), (two["id"], one["id"]), (spare, two["id"])):
            self.run(update(table).where(table.c.id == old).values(id=new))
        return Edit(f"{table.name}: {one['id']} and {two['id']} changed places", _place(table, one, ""))

    def _reorder_leaves(self) -> Edit:
        one, two = self._chance.sample(self.rows(LEAVES, LEAVES.c.position.is_not(None)), 2)
        for id_, place in ((one["id"], None), (two["id"], one["position"]), (one["id"], two["position"])):
            self.run(update(LEAVES).where(LEAVES.c.id == id_).values(position=place))
        return Edit(
            f"leaves {one['position']} and {two['position']} changed places", _place(LEAVES, one, "position")
        )

    def _other(self, column: Any, value: Any) -> Any:
        kind = value_type(column.type)
        if kind is bool:
            return not value
        if kind is int:
            return (value or 0) + self._chance.choice((1, -1, 7, 10_000, 2**33))
        if kind is float:
            return (value or 0.0) + self._chance.choice((0.5, -0.25, 2.0**-30))
        if kind is datetime:
            return (value or datetime(2026, 6, 1).astimezone()) + timedelta(
                seconds=self._chance.randint(1, 10**6)
            )
        if kind is date:
            return (value or date(2026, 6, 1)) + timedelta(days=self._chance.randint(1, 90))
        if kind is bytes:
            return self._chance.randbytes(max(1, len(value or b"")))
        return (value or "")[: (column.type.length or 10_000) - 1] + self._chance.choice("xyzăđ")

    def _fresh(self, column: Any, value: Any) -> Any:
        is_free = not column.foreign_keys and isinstance(value, str) and column.name != "state"
        return f"{self._chance.randbytes(4).hex()}{value}"[: column.type.length] if is_free else value


def _flipped(value: Any, chance: random.Random) -> Any:
    if isinstance(value, bytes):
        at = chance.randrange(len(value))
        return value[:at] + bytes([value[at] ^ 1 << chance.randrange(8)]) + value[at + 1 :]
    at = chance.randrange(len(value))
    return value[:at] + chr(ord(value[at]) ^ 1 << chance.randrange(5)) + value[at + 1 :]


def _key(table: Table, row: dict[str, Any]) -> list[Any]:
    return [row[column.name] for column in table.primary_key.columns]


def _same(table: Table, row: dict[str, Any]) -> list[Any]:
    return [column == row[column.name] for column in table.primary_key.columns]


def _place(table: Table, row: dict[str, Any], column: str) -> Callable[[Finding], bool]:
    if table is LEAVES:
        return lambda one: _is_leaf(one, row)
    if table is TILES:
        return lambda one: _is_tile(one, row)
    if table is SALTS:
        return lambda one: (
            (one.place.get("table"), one.place.get("row")) == (row["table_name"], row["row_id"])
        )
    key = _key(table, row)[0]

    def is_named(one: Finding) -> bool:
        is_row = one.place.get("table") == table.name and one.place.get("row") == key
        return is_row and (one.key != "audit.row_changed" or not column or column in one.place["columns"])

    return is_named


def _is_leaf(one: Finding, row: dict[str, Any]) -> bool:
    place = one.place
    first, last = place.get("first", place.get("position")), place.get("last", place.get("position"))
    is_position = isinstance(first, int) and isinstance(last, int) and first <= row["position"] <= last
    return place.get("leaf") == row["id"] or is_position


def _is_tile(one: Finding, row: dict[str, Any]) -> bool:
    if row["level"] == 0 and one.key == "audit.leaf_tree":
        return int(one.place["position"]) // 256 == row["number"]
    return one.key == "audit.tile" or one.key.startswith("audit.leaf")
