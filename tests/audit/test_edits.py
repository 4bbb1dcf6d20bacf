"""Whatever is changed past the registry is found, and its place is named."""

import os
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from tests.audit.edits import Edit, Intruder
from tests.audit.season import Season, season
from trace.db import Database

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
