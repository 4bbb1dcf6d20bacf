"""Signed checkpoints outside the database: what the database alone could hide."""

import os
import random
import runpy
import shutil
import signal
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select
from sqlmodel import Session

from tests.audit.edits import LEAVES, TILES
from tests.audit.season import Season, begun, season
from tests.services import farm
from tests.services.stamp_kills import in_child
from trace.crashpoint import arm
from trace.db import Database, open_database, reading, transaction, use_database
from trace.errors import Refused
from trace.log_keys import make_signing_key, signing_key, verifier_keys
from trace.records.lot import Lot
from trace.services import beginning_again, checkpoint_files, checkpoints, log_tree
from trace.services.auditing.proving import lot_proof
from trace.standards import merkle, signed_note
from trace.standards.canonical_json import dumps
from trace.standards.fault import Fault
from trace.standards.log_leaf import body_hash

SEED = int(os.environ.get("AUDIT_SEED", "20261126"))


@pytest.fixture
def made(database: Database, tmp_path: Path, now: datetime) -> Season:
    return season(tmp_path, now)


def kinds(made: Season, session: Session | None = None) -> set[str]:
    return {one.key.removeprefix("audit.") for one in made.differences(session)}


def prove(made: Season) -> None:
    """A proof leads from checkpoints that stand, and the program of its own agrees."""
    keys, notes = verifier_keys(made.places.key), checkpoint_files.standing(made.notes())
    with reading() as session:
        lot = session.execute(select(Lot).order_by(Lot.id).limit(1)).scalar_one()
        proof = lot_proof(session, lot, notes, keys)
    checker = runpy.run_path(str(Path(__file__).parents[2] / "docs" / "check_proof.py"))
    assert list(checker["check"](proof, keys, []))


def begin_again(made: Season) -> tuple[int, int]:
    made.place()
    with transaction() as session:
        begins = beginning_again.break_of(session, made.places)
        beginning_again.declare_break(session, farm.OFFICE, begins, "Máy hỏng, chỉ còn bản sao", made.now)
    made.place()
    with reading() as session:
        checkpoints.seal(beginning_again.beginning(session, begins), made.places, made.now)
    return begins


def test_nothing_is_begun_again_where_nothing_is_broken(made: Season) -> None:
    with pytest.raises(Refused, match=r"audit\.not_broken"):
        begin_again(made)
    assert made.counts().breaks == []


def test_a_declared_break_that_was_not_signed_counts_for_nothing(made: Season) -> None:
    path = made.notes()[-1].path
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("\n\n", "\nbegins-again after=0 lost=1\n\n", 1), encoding="utf-8")
    assert kinds(made) == {"note"}


@contextmanager
def undone(database: Database) -> Iterator[Session]:
    with (
        database.writer.connect() as connection,
        connection.begin() as begun_now,
        Session(connection) as session,
    ):
        yield session
        begun_now.rollback()


def regrow(session: Session) -> None:
    """The intruder knows how the tree is stored, and makes it fit."""
    session.connection().execute(delete(TILES))
    question = select(LEAVES.c.leaf_hash).where(LEAVES.c.position.is_not(None)).order_by(LEAVES.c.position)
    log_tree.grow(session, 0, list(session.connection().execute(question).scalars()))


def truncated(made: Season, database: Database, size: int) -> set[str]:
    """The newest leaves are gone, and the tree is that of a log that never had them."""
    with undone(database) as session:
        session.connection().execute(delete(LEAVES).where(LEAVES.c.position >= size))
        regrow(session)
        return kinds(made, session)


def forked(made: Season, database: Database, position: int) -> set[str]:
    """A leaf tells another story, and the tree agrees with it."""
    with undone(database) as session:
        body = dumps({"kind": "rows", "at": made.now.isoformat(), "rows": {}})
        values = {
            "body": body.decode(),
            "leaf_hash": body_hash(body),
            "kind": "rows",
            "recorded_at": made.now,
        }
        changing = LEAVES.update().where(LEAVES.c.position == position).values(values)
        session.connection().execute(changing)
        regrow(session)
        return kinds(made, session)


def hauled(made: Season, database: Database, amount: int) -> tuple[int, int]:
    chance, sealed = random.Random(SEED), made.notes()[-1].size
    cut = [truncated(made, database, chance.randrange(sealed)) for _ in range(amount)]
    turned = [forked(made, database, chance.randrange(sealed)) for _ in range(amount)]
    return sum("short" in one for one in cut), sum("root" in one for one in turned)


def test_a_cut_and_a_rewritten_log_are_found_by_the_checkpoints(made: Season, database: Database) -> None:
    assert hauled(made, database, 3) == (3, 3)


@pytest.mark.chaos
def test_fifty_cuts_and_fifty_forks_are_found(made: Season, database: Database) -> None:
    assert hauled(made, database, 50) == (50, 50)


def test_an_older_copy_of_the_database_is_found(sqlite: Database, tmp_path: Path, now: datetime) -> None:
    made = season(tmp_path, now)
    with closing(sqlite3.connect(sqlite.writer.url.database)) as connection:
        connection.execute(f"VACUUM INTO '{tmp_path / 'copy.sqlite3'}'")
    made.activate(3)
    made.seal()
    copy = open_database(f"sqlite:///{tmp_path / 'copy.sqlite3'}")
    use_database(copy)
    try:
        assert kinds(made) == {"short"}
        with pytest.raises(Refused, match=r"audit\.not_continued"):
            made.seal()
        for _ in range(20):  # work goes on in the copy: another history under the same numbers
            made.stamps.lot()
        with pytest.raises(Refused, match=r"audit\.not_continued"):
            made.seal()
        assert "root" in kinds(made)
        begins = begin_again(made)
        assert begins == (2, 3)
        assert kinds(made) == set()
        assert made.counts().breaks == [{"file": made.notes()[-1].path.name, "after": 2, "lost": 3}]
        with pytest.raises(Refused, match=r"audit\.not_broken"):
            begin_again(made)
        prove(made)  # the last but one is of the lost history
        made.stamps.lot()
        made.seal()
        prove(made)
        assert made.counts().breaks
        made.notes()[2].path.unlink()
        assert kinds(made) == {"note_missing"}
    finally:
        use_database(sqlite)
        copy.close()


def test_a_checkpoint_taken_away_or_changed_is_missed(made: Season) -> None:
    first, last = made.notes()
    kept = first.text()
    first.path.unlink()
    assert kinds(made) == {"note_missing"}
    first.path.write_text(kept.replace(str(first.size), str(first.size + 1)), encoding="utf-8")
    assert kinds(made) == {"note"}
    shutil.copy(last.path, first.path)
    assert kinds(made) == {"note"}
    first.path.write_bytes(b"\xff\x00")
    assert kinds(made) == {"note"}
    first.path.write_text(kept, encoding="utf-8")
    assert kinds(made) == set()


def test_a_checkpoint_of_another_key_holds_only_once_the_key_is_known(made: Season, tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.key"
    make_signing_key(foreign, "id.example.vn/nongsan-log")
    last = made.notes()[-1]
    opened = signed_note.opened(last.text(), made.places.publics())
    keeping = checkpoints.SealPlaces(foreign, made.places.notes)
    checkpoints.seal(opened, keeping, made.now)
    assert kinds(made) == {"note"}


def test_a_new_key_signs_on_and_the_old_checkpoints_still_hold(made: Season) -> None:
    make_signing_key(made.places.key, "id.example.vn/nongsan-log")
    made.activate(2)
    made.seal()
    assert made.counts().checkpoints == 3


def test_checkpoints_are_due_by_leaves_or_by_time(made: Season) -> None:
    last = made.notes()[-1]
    soon, later = last.made_at + timedelta(minutes=59), last.made_at + timedelta(hours=1)
    assert not checkpoints.is_due(None, 0, soon)
    assert checkpoints.is_due(None, 1, soon)
    assert not checkpoints.is_due(last, last.size + 999, soon)
    assert checkpoints.is_due(last, last.size + 1_000, soon)
    assert checkpoints.is_due(last, last.size + 1, later)
    assert not checkpoints.is_due(last, last.size, later)


@pytest.mark.parametrize("place", ["before checkpoint", "after checkpoint"])
def test_killed_while_a_checkpoint_is_written_leaves_a_whole_one_or_none(
    database: Database, database_url: str, tmp_path: Path, now: datetime, place: str
) -> None:
    made = begun(tmp_path, now)
    made.activate(2)
    made.seal()
    made.activate(2)

    def die(_out: int) -> None:
        arm(place)
        made.seal()

    ended, _lines = in_child(database_url, die)
    assert ended == -signal.SIGKILL
    assert kinds(made) == set()
    assert len(made.notes()) == (1 if place.startswith("before") else 2)
    made.activate(1)
    made.seal()
    assert kinds(made) == set()


def test_a_note_holds_what_was_signed_and_nothing_else(tmp_path: Path) -> None:
    line = make_signing_key(tmp_path / "log.key", "id.example.vn/nongsan-log")
    assert verifier_keys(tmp_path / "log.key") == [line]
    checkpoint = signed_note.Checkpoint("id.example.vn/nongsan-log", 7, bytes(range(32)))
    note, public = (
        signed_note.signed(checkpoint, signing_key(tmp_path / "log.key")),
        signed_note.public_of(line),
    )
    assert signed_note.opened(note, [public]) == checkpoint
    for changed in (note.replace("\n7\n", "\n8\n"), note.replace("\n7\n", "\n07\n"), note[:-9] + note[-3:]):
        with pytest.raises(Fault):
            signed_note.opened(changed, [public])
    with pytest.raises(Fault, match="note_key"):
        signed_note.opened(note, [bytes(32)])


def test_two_who_give_places_at_once_give_each_leaf_one(
    database: Database, tmp_path: Path, now: datetime
) -> None:
    made = begun(tmp_path, now)
    made.activate(30)
    refused: list[Exception] = []

    def place() -> None:
        try:
            made.place()
        except Exception as error:  # noqa: BLE001 - whatever it is, the test tells
            refused.append(error)

    threads = [threading.Thread(target=place) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == []
    made.seal()
    assert made.counts().waiting == 0


def test_the_tree_reaches_any_leaf_of_several_tiles(sqlite: Database, tmp_path: Path, now: datetime) -> None:
    made = begun(tmp_path, now)
    with transaction() as session:
        for n in range(70_000 // 350):
            log_tree.grow(session, n * 350, [(n * 350 + k).to_bytes(32) for k in range(350)])
    with reading() as session:
        tree = log_tree.StoredTree(session)
        assert tree.size() == 70_000
        for size in (1, 256, 257, 65_536, 65_537, 69_999, 70_000):
            grown = merkle.Frontier()
            for n in range(size):
                grown.append(n.to_bytes(32))
            assert tree.root(size) == grown.root()
        for index in (0, 255, 256, 65_535, 65_536, 69_998):
            path = merkle.inclusion(index, 69_999, tree.node)
            assert merkle.is_included(index.to_bytes(32), index, 69_999, path, tree.root(69_999))
        with pytest.raises(KeyError):
            tree.root(70_001)
    assert made.notes() == []
