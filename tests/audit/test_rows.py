"""What a transaction makes of guarded rows is in its leaf; nothing gets past it."""

import ast
import base64
import hashlib
import json
import re
import string
import zlib
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select, text, update
from sqlmodel import col

from tests import world
from tests.audit.season import LIFT, WHY, Season, begun, season
from tests.services import farm
from trace.db import Database, reading, transaction
from trace.db_upgrade import alembic_config, upgrade_database
from trace.errors import Unavailable
from trace.log_keys import make_signing_key, signing_key
from trace.records.event import LogLeaf
from trace.records.guarded import GUARDED
from trace.records.log_tree import RowSalt
from trace.records.lot import Hold, Lot
from trace.records.recall import RecallLot
from trace.row_log import insert_logged, update_logged
from trace.row_writes import RowsNotLogged, insert_rows
from trace.services import holding
from trace.standards import row_digest
from trace.standards.canonical_json import dumps
from trace.standards.local_time import VN

SIGNS = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"


@pytest.fixture
def made(database: Database, tmp_path: Path, now: datetime) -> Season:
    return begun(tmp_path, now)


def rows_said() -> dict[str, str]:
    with reading() as session:
        leaves = session.execute(select(col(LogLeaf.body)).order_by(col(LogLeaf.id))).scalars()
        return {name: one for leaf in leaves for name, one in json.loads(leaf).get("rows", {}).items()}


def test_a_statement_past_the_log_is_refused(made: Season) -> None:
    lot = made.stamps.lot()
    for statement in (
        update(Lot).values(weight_g=1),
        Lot.__table__.delete(),
        insert(RecallLot).values(recall_id=1, lot_id=lot.id),
    ):
        with pytest.raises(RowsNotLogged), transaction() as session:
            session.execute(statement)
        with pytest.raises(RowsNotLogged), transaction() as session:
            session.connection().execute(statement)
    with pytest.raises(RowsNotLogged), transaction() as session:
        insert_rows(session.connection(), RecallLot.__table__, ("recall_id", "lot_id"), [(1, lot.id)])
    assert made.differences() == []


def test_rows_by_the_thousand_are_logged_too(made: Season, now: datetime) -> None:
    before = made.stamps.lot().model_dump(exclude={"id"})
    rows = [{**before, "public_id": f"p{n:08}", "code": f"M-{n}", "request_id": f"m-{n}"} for n in range(450)]
    with transaction() as session:
        keys = insert_logged(session, "lot", rows)
        changing = update(Lot).where(col(Lot.id).in_(keys[:3])).values(weight_g=9)
        update_logged(session, changing, "lot", keys[:3])
        session.get(Lot, keys[5]).weight_g = 11
    with reading() as session:
        assert session.get(Lot, keys[7]).code == "M-7"
    assert made.differences() == []


def test_rows_by_the_thousand_undone_in_a_savepoint_are_not_said(made: Season) -> None:
    before = made.stamps.lot().model_dump(exclude={"id"})
    rows = [{**before, "public_id": f"p{n:08}", "code": f"M-{n}", "request_id": f"m-{n}"} for n in range(3)]
    with transaction() as session:
        point = session.begin_nested()
        insert_logged(session, "lot", rows)
        point.rollback()
    assert made.differences() == []


def test_an_undone_transaction_leaves_no_leaf(made: Season) -> None:
    before = rows_said()
    with suppress(ZeroDivisionError), transaction() as session:
        world.make_lot(session, made.now, made.stamps.coop.plot)
        raise ZeroDivisionError
    assert rows_said() == before


def test_a_row_undone_in_a_savepoint_is_said_to_be_gone_or_not_said(made: Season) -> None:
    with transaction() as session:
        kept = made.stamps.coop
        point = session.begin_nested()
        gone = world.make_lot(session, made.now, kept.plot)
        number = gone.id
        point.rollback()
        world.make_lot(session, made.now, kept.plot)
    assert rows_said().get(f"lot/{number}") is not None
    assert made.differences() == []


def test_two_who_change_a_row_at_once_are_both_held(database: Database, made: Season) -> None:
    """The second writer knew the row as it was before: its leaf says what stands, not what it knew."""
    lot = made.stamps.lot()
    with transaction() as session:
        mine = session.get(Lot, lot.id)
        if not database.is_sqlite:  # there, nobody else can write meanwhile
            with transaction() as other:
                other.get(Lot, lot.id).weight_g = 777
        mine.crates = 5
    assert made.differences() == []


def test_values_in_another_guise_are_logged_as_they_are_stored(made: Season) -> None:
    with transaction() as session:
        lot = world.make_lot(session, made.now, made.stamps.coop.plot, crates=True)
        lot.acted_for = 1
    assert made.differences() == []


def test_a_text_that_may_name_a_person_is_in_no_leaf(made: Season, now: datetime) -> None:
    said = "Bà Nguyễn Thị Tình Cờ nói quả còn đắng"
    lot = made.stamps.lot(state="open")
    with transaction() as session:
        given = holding.HoldIn(reason=said)
        hold = holding.hold_lot(session, made.stamps.coop.hand, lot.public_id, given, now)
    with reading() as session:
        assert "Tình Cờ" not in "".join(session.execute(select(col(LogLeaf.body))).scalars())
        salt = session.get(RowSalt, ("hold", hold.id)).salt
    with transaction() as session:  # whoever is to be forgotten is forgotten
        session.get(Hold, hold.id).reason = ""
    with reading() as session:
        assert session.get(RowSalt, ("hold", hold.id)) is None
    assert made.differences() == []
    assert row_digest.commitment(salt, "reason", said) not in "".join(rows_said())


def test_each_change_of_a_row_has_a_new_salt(made: Season, now: datetime) -> None:
    lot = made.stamps.lot(state="open")
    salts = []
    with transaction() as session:
        hold = holding.hold_lot(session, made.stamps.coop.hand, lot.public_id, WHY, now)
    for act in (lambda _s: None, lambda s: holding.lift_hold(s, farm.OFFICE, hold.id, LIFT, now)):
        with transaction() as session:
            act(session)
        with reading() as session:
            salts.append(session.get(RowSalt, ("hold", hold.id)).salt)
    assert salts[0] != salts[1]
    assert made.differences() == []


def test_every_kind_of_row_is_read_back_as_it_was_logged(
    database: Database, tmp_path: Path, now: datetime
) -> None:
    season(tmp_path, now, activations=1)
    said = rows_said()
    assert {name.partition("/")[0] for name in said} == set(GUARDED)


def test_a_digest_is_over_canonical_json() -> None:
    plain = row_digest.plain_row({"b": "Vải\n", "a": 7, "z": None, "c": True, "d": b"\x00\xff"})
    text_of = dumps({"table": "lot", "key": 3, "row": {k: v for k, v in plain.items() if v is not None}})
    expected = base64.urlsafe_b64encode(hashlib.sha256(text_of).digest()).decode()[:43]
    assert row_digest.digest("lot", 3, plain) == expected
    assert (plain["c"], plain["d"]) == (1, "00ff")


VALUES = st.none() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(exclude_categories=["Cs"]))
MOMENTS = st.datetimes(timezones=st.sampled_from([UTC, VN])) | st.dates() | st.booleans() | st.binary()
SHARED = st.lists(VALUES | MOMENTS, min_size=1, max_size=2)


@given(st.data(), st.integers(1, 5), st.sampled_from([(), ("b",)]))
def test_many_rows_are_said_as_each_of_them_alone(
    data: st.DataObject, rows: int, private: tuple[str]
) -> None:
    """Whatever they share: a column of one value, and of values that are equal and not the same."""
    columns = {
        name: data.draw(st.lists(st.sampled_from(data.draw(SHARED)), min_size=rows, max_size=rows))
        for name in ("a", "b", "c")
    }
    salts, keys = [bytes([n]) * 16 for n in range(rows)], list(range(7, 7 + rows))
    said = row_digest.entries("lot", keys, row_digest.plain_columns(columns, private, salts))
    for key, one, salt, *values in zip(keys, said, salts, *columns.values(), strict=True):
        plain = row_digest.plain_row(dict(zip(columns, values, strict=True)), private, salt)
        assert one == row_digest.entry("lot", key, plain)
        text_of = dumps(
            {"table": "lot", "key": key, "row": {k: v for k, v in plain.items() if v is not None}}
        )
        assert one[:43] == base64.urlsafe_b64encode(hashlib.sha256(text_of).digest()).decode()[:43]
        marks = [zlib.crc32(b"\0" if v is None else str(v).encode()) & 4095 for v in plain.values()]
        assert [SIGNS.index(m[0]) * 64 + SIGNS.index(m[1]) for m in re.findall("..", one[43:])] == marks


def test_rows_of_before_are_vouched_for_by_the_upgrade(
    database: Database, tmp_path: Path, now: datetime
) -> None:
    made = season(tmp_path, now, activations=2)
    with database.writer.connect() as connection, connection.begin():
        for table in ("log_leaf", "log_tile", "row_salt"):
            connection.execute(text(f"DELETE FROM {table}"))
        connection.execute(text("DELETE FROM instance_fact WHERE name LIKE 'log_rows.%'"))
    for note in made.notes():
        note.path.unlink()
    assert {one.key for one in made.differences()} == {"audit.row_added"}
    upgrade_database(database)
    counts = made.counts()
    assert counts.rows > 40
    upgrade_database(database)
    made.seal()
    assert made.counts().vouched == counts.rows


def test_an_upgrade_from_before_the_log_held_rows_is_sound(
    database: Database, tmp_path: Path, now: datetime
) -> None:
    made = season(tmp_path, now, activations=2)
    with database.writer.connect() as connection:
        if database.is_sqlite:
            connection.connection.driver_connection.execute("PRAGMA foreign_keys = OFF")
        with connection.begin():
            command.downgrade(alembic_config(connection), "0018")
            connection.execute(text("DELETE FROM log_leaf"))
    upgrade_database(database)
    for note in made.notes():
        note.path.unlink()
    assert made.differences() == []


def test_a_signing_key_open_to_others_is_refused(tmp_path: Path) -> None:
    make_signing_key(tmp_path / "log.key", "x/nongsan-log")
    (tmp_path / "log.key").chmod(0o644)
    with pytest.raises(Unavailable, match=r"key\.file_open"):
        signing_key(tmp_path / "log.key")


def test_no_text_of_ours_writes_past_the_log() -> None:
    """A statement written as text is seen by no guard, so there is none."""
    rooms = Path(__file__).parents[2] / "trace"
    writing = re.compile(r"\b(?:INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM)\b")
    found = [
        f"{path.relative_to(rooms)}: {node.value[:60]}"
        for path in rooms.rglob("*.py")
        if "migrations" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and writing.search(node.value)
    ]
    assert found == []
