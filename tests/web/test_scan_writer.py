"""Group commit: exactly one FIRST among any number, nothing said before it is stored, nothing blocked."""

import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlmodel import col

from tests import stamped, world
from trace.db import Database, reading, transaction
from trace.records.scan import Scan, StampSeen
from trace.services import scan_notes
from trace.services.scan_notes import AlarmNote, Note, ScanNote, store_notes
from trace.services.verdicts import State
from trace.web.scan_writer import ScanWriter

NOW = datetime.fromisoformat("2026-06-12T02:30:00+00:00")
ROOT = Path(__file__).resolve().parents[2]


def note(device: int, serial: int = 0) -> ScanNote:
    mark = device.to_bytes(16)
    return ScanNote(0, serial, None, None, NOW, State.FIRST, mark, mark, frozenset({mark}), mark, opens=True)


def store(notes: Sequence[Note]) -> list[bool]:
    with transaction() as session:
        return store_notes(session, notes, NOW)


def claim_all(writers: Sequence[ScanWriter], stamps: int, devices: int) -> list[tuple[int, bool | None]]:
    """Every device claims every stamp at once, spread over the writers."""
    answers: list[tuple[int, bool | None]] = []
    gate = threading.Barrier(devices)

    def go(device: int) -> None:
        gate.wait()
        for serial in range(stamps):
            answers.append((serial, writers[device % len(writers)].claim(note(device, serial), 30)))

    threads = [threading.Thread(target=go, args=(device,)) for device in range(devices)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for writer in writers:
        writer.close()
    return answers


@pytest.mark.parametrize("writers", [1, 3])
def test_one_of_all_simultaneous_scans_is_first(database: Database, writers: int) -> None:
    answers = claim_all([ScanWriter(store) for _ in range(writers)], stamps=6, devices=12)
    assert sorted(serial for serial, won in answers if won) == list(range(6))
    assert {won for _serial, won in answers} == {True, False}
    with reading() as session:
        rows = session.execute(select(StampSeen)).scalars().all()
        assert {(row.devices, row.scans) for row in rows} == {(12, 12)}
        said_first = select(func.count()).select_from(Scan).where(col(Scan.state) == State.FIRST)
        assert session.execute(said_first).scalar_one() == 6


CHILD = """
import sys
from pathlib import Path
import nongsan
from trace.db import open_database, use_database
from tests.web.test_scan_writer import ScanWriter, claim_all, store
use_database(open_database(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
won = [serial for serial, first in claim_all([ScanWriter(store)], 5, 4) if first]
print(*won)
"""


def test_one_first_over_processes(database: Database, database_url: str) -> None:
    command = [sys.executable, "-c", CHILD, database_url]
    children = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    assert [child.stdout.readline() for child in children] == ["ready\n"] * 2
    for child in children:
        child.stdin.write("\n")
        child.stdin.flush()
    said = [child.communicate(timeout=300)[0] for child in children]
    assert [child.returncode for child in children] == [0, 0]
    assert sorted(int(serial) for line in said for serial in line.split()) == list(range(5))


def test_first_is_answered_after_its_commit(sqlite: Database) -> None:
    writer = ScanWriter(store)
    assert writer.claim(note(1)) is True
    with reading() as session:
        assert session.get(StampSeen, (0, 0)) is not None
    writer.close()


def test_closing_stores_what_waits(sqlite: Database) -> None:
    writer = ScanWriter(store, window_s=600)  # nobody waits for that
    for serial in range(50):
        writer.submit(note(1, serial))
    writer.close(timeout_s=60)
    with reading() as session:
        assert session.execute(select(func.count()).select_from(StampSeen)).scalar_one() == 50


def test_notes_are_committed_in_groups(sqlite: Database) -> None:
    sizes: list[int] = []

    def counting(notes: Sequence[Note]) -> list[bool]:
        sizes.append(len(notes))
        return store(notes)

    writer = ScanWriter(counting, window_s=0.2)
    for serial in range(500):
        writer.submit(note(1, serial))
    writer.close()
    assert sum(sizes) == 500
    assert max(sizes) == 200


def test_a_database_that_is_gone_is_nobodys_first(sqlite: Database) -> None:
    tries: list[int] = []

    def gone(notes: Sequence[Note]) -> list[bool]:
        tries.append(len(notes))
        raise OperationalError("insert", {}, Exception("gone"))

    writer = ScanWriter(gone)
    assert writer.claim(note(1)) is None
    assert tries == [1, 1]
    writer.close()


def test_one_bad_note_takes_no_other_with_it(sqlite: Database) -> None:
    def picky(notes: Sequence[Note]) -> list[bool]:
        if any(isinstance(one, AlarmNote) for one in notes):
            raise IntegrityError("insert", {}, Exception("bad"))
        return store(notes)

    writer = ScanWriter(picky, window_s=0.1)
    writer.submit(AlarmNote("bad", "bad"))
    assert writer.claim(note(1)) is True
    writer.close()


def test_a_full_queue_refuses_and_does_not_wait(sqlite: Database) -> None:
    release, over = threading.Event(), threading.Event()

    def stuck(notes: Sequence[Note]) -> list[bool]:
        release.wait(60)
        over.set()
        return [False] * len(notes)

    writer = ScanWriter(stuck, room=3, window_s=0)
    taken = [writer.submit(note(1, serial)) for serial in range(10)]
    assert writer.claim(note(1), timeout_s=0.05) is None
    assert not over.is_set()  # all of them were answered while the database was still stuck
    assert taken.count(False) >= 6
    release.set()
    writer.close()


def test_scans_of_real_lots_keep_their_references(database: Database, now: datetime, tmp_path: Path) -> None:
    with transaction() as session:
        coop = world.make_coop(session, now)
        lot = world.make_lot(session, now, coop.plot, coop.product)
        stamped.make_block(session, now, coop, tmp_path)
    mark = bytes(16)
    whole = ScanNote(
        0, 1, lot.id, coop.org.id, NOW, State.FIRST, mark, mark, frozenset({mark}), mark, opens=True
    )
    writer = ScanWriter(store)
    assert writer.claim(whole) is True
    writer.close()
    with reading() as session:
        scan = session.execute(select(Scan)).scalar_one()
    assert (scan.lot_id, scan.org_id) == (lot.id, coop.org.id)


def test_one_device_on_two_processes_at_once_is_one_device(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    store([note(1)])
    both_there, known = threading.Barrier(2), scan_notes._known

    def known_together(*given: Any) -> Any:
        with suppress(threading.BrokenBarrierError):
            both_there.wait(3)
        return known(*given)

    monkeypatch.setattr(scan_notes, "_known", known_together)
    groups = [threading.Thread(target=store, args=([note(2)],)) for _ in range(2)]
    for group in groups:
        group.start()
    for group in groups:
        group.join(30)
    with reading() as session:
        row = session.get(StampSeen, (0, 0))
    assert (row.devices, row.scans) == (2, 2)
