"""Whatever is changed past the registry is found, and its place is named."""

import os
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from tests.audit.edits import Edit, Intruder
from tests.audit.season import Season, season
from trace.db import Database
from trace.records.guarded import GUARDED

SEED = int(os.environ.get("AUDIT_SEED", "20261126"))
HAUL = {"edit": 600, "flip": 400, "delete": 200, "reorder": 200, "insert": 100}
SLICE = {"edit": 25, "flip": 15, "delete": 10, "reorder": 10, "insert": 6}


@pytest.fixture
def made(database: Database, tmp_path: Path, now: datetime) -> Season:
    return season(tmp_path, now)


@contextmanager
def intruding(database: Database) -> Iterator[Session]:
    """A transaction in which nothing holds an intruder up, and which is undone."""
    with database.writer.connect() as connection:
        if database.is_sqlite:
            connection.connection.driver_connection.execute("PRAGMA foreign_keys = OFF")
        with connection.begin() as begun, Session(connection) as session:
            if database.is_sqlite:
                session.connection().execute(text("PRAGMA ignore_check_constraints = ON"))
            else:
                session.connection().execute(text("SET LOCAL session_replication_role = replica"))
            yield session
            begun.rollback()
        connection.invalidate()


def tried(made: Season, database: Database, kind: str, chance: random.Random) -> Edit | None:
    """One edit, looked for and undone; None where the database itself refused it."""
    with intruding(database) as session:
        try:
            edit: Edit = getattr(Intruder(session.connection(), chance), kind)()
        except DBAPIError:
            return None
        found = made.differences(session)
    assert any(edit.is_named(one) for one in found), f"{edit.told}: {found[:5]}"
    return edit


def hauled(made: Season, database: Database, amounts: dict[str, int]) -> Counter[str]:
    chance, named = random.Random(SEED), Counter[str]()
    for kind, amount in amounts.items():
        while named[kind] < amount:
            named[kind] += tried(made, database, kind, chance) is not None
    return named


def test_an_untouched_database_has_no_difference(made: Season) -> None:
    counts = made.counts()
    assert counts.sealed == counts.leaves > 40
    assert counts.waiting > 3
    assert counts.checkpoints == 2


def test_a_slice_of_random_edits_is_named(made: Season, database: Database) -> None:
    assert hauled(made, database, SLICE) == SLICE


@pytest.mark.chaos
def test_a_thousand_edits_are_named(made: Season, database: Database) -> None:
    assert hauled(made, database, HAUL) == HAUL


@pytest.mark.parametrize(
    ("column", "value"), [("created_at", "created_at || '0'"), ("acted_for", "2"), ("code", "x'80'")]
)
def test_what_a_reader_would_smooth_over_is_named(
    sqlite: Database, tmp_path: Path, now: datetime, column: str, value: str
) -> None:
    made = season(tmp_path, now, activations=1)
    with intruding(sqlite) as session:
        session.connection().execute(text(f"UPDATE lot SET {column} = {value} WHERE id = 2"))
        [one] = made.differences(session)
    assert (one.key, one.place["row"], one.place["columns"]) == ("audit.row_changed", 2, [column])


CONSIGNED = {
    "consignment": {"codes": "PH-9", "receiver_name": "Bên khác", "state": "draft", "weight_g": 1},
    "logistic_unit": {"sscc": "095212345000000070", "number": "T999999", "packed_on": date(2026, 1, 1)},
    "unit_content": {"weight_g": 9_999},
    "treatment": {"dose": 48.5, "minutes": 121, "document": "KT-99"},
    "consignment_paper": {"number": "GT-99", "valid_to": date(2030, 1, 1)},
    "receipt_difference": {"weight_g": 0, "note": "Khô"},
    "received_lot": {"lot_id": 1},
}


def test_every_edit_of_a_consignment_is_named_with_its_row_and_column(
    made: Season, database: Database
) -> None:
    for name, edits in CONSIGNED.items():
        table = GUARDED[name].table
        for column, value in edits.items():
            with intruding(database) as session:
                first = session.connection().execute(select(table.c.id).order_by(table.c.id)).scalar()
                change = update(table).where(table.c.id == first).values({column: value})
                Intruder(session.connection(), random.Random(SEED)).run(change)
                told = [(one.key, one.place) for one in made.differences(session)]
            (found,) = [one for one in told if one[0] == "audit.row_changed"]
            assert (found[1]["table"], found[1]["row"], found[1]["columns"]) == (name, first, [column])
