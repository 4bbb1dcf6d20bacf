"""``audit verify`` and ``audit proof`` in a log of a million leaves, beside reading the same rows alone.

``python -m tests.bench.auditing --leaves 1000000`` fills a database of that size and one of a tenth, and
measures each question in a process of its own, so that its memory is its own. Takes minutes: by hand only.
"""

from __future__ import annotations

import argparse
import json
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, select
from sqlmodel import Session, col

from tests.bench.pdf import peak_mb
from tests.bench.registry import Size, load, unlogged
from tests.bench.ruler import tie_to_one_core
from trace.db import current_database, open_database, reading, transaction, use_database
from trace.db_upgrade import upgrade_database
from trace.keyring import Keyring, use_keyring
from trace.log_keys import make_signing_key
from trace.records.event import LogLeaf
from trace.records.guarded import GUARDED
from trace.records.lot import Lot
from trace.row_entries import entries_read
from trace.row_log import ROWS, add_leaves, rows_leaf
from trace.services import checkpoints
from trace.services.auditing.findings import Counts
from trace.services.auditing.proving import lot_proof
from trace.services.auditing.verifying import differences
from trace.services.checkpoint_files import note_files
from trace.services.checkpoints import SealPlaces
from trace.services.logging_acts import give_positions

AT_ONCE = 10_000
_TABLES = [*(one.table for one in GUARDED.values()), LogLeaf.__table__]  # type: ignore[attr-defined]


def fill(folder: Path, leaves: int) -> None:
    """A registry with about so many guarded rows, and a leaf for each, as single acts leave them."""
    lots = leaves // 5
    _open(folder)
    upgrade_database(current_database())
    load(Size(lots, lots, lots * 50, leaves * 43 // 100), datetime.now(UTC))
    now = datetime.now(UTC)
    with unlogged() as connection:
        for name, keys in _keys(connection):
            said = entries_read(connection, GUARDED[name], keys).items()
            each = [rows_leaf(ROWS, {f"{name}/{key}": entry}, now) for key, entry in said]
            add_leaves(connection, [(body, now) for body in each])
    placed = AT_ONCE
    while placed == AT_ONCE:
        with transaction() as session:
            placed = give_positions(session, AT_ONCE)
    with reading() as session:
        make_signing_key(_places(folder).key, checkpoints.origin_of(session))
        standing = checkpoints.checkpoint_now(session, _places(folder))
    checkpoints.seal(standing, _places(folder), now)


def _keys(connection: Connection) -> Iterator[tuple[str, list[int]]]:
    for guarded in GUARDED.values():
        key, last = guarded.table.c[guarded.key], -1
        while True:
            asked = select(key).where(key > last).order_by(key).limit(1_000)
            if not (keys := list(connection.execute(asked).scalars())):
                break
            yield guarded.name, keys
            last = keys[-1]


def _verify(session: Session, places: SealPlaces) -> int:
    counts = Counts()
    # The first acts of a loaded registry are told twice: by their own leaf, and by the one made here.
    assert list(differences(session, places, counts)) == []
    return counts.leaves + counts.rows


def _prove(session: Session, places: SealPlaces) -> int:
    lot = session.execute(select(Lot).where(col(Lot.code) == "L7")).scalar_one()
    proof = lot_proof(session, lot, note_files(places.notes), [])
    assert len(proof["leaves"]) >= len(proof["rows"]) > 1
    return checkpoints.checkpoint_now(session, places).size


def _read(session: Session, _places: SealPlaces) -> int:
    """The peer: the same rows and leaves, read and let go."""
    found = 0
    for table in _TABLES:
        rows = session.connection().execution_options(yield_per=1_000).execute(select(table))
        found += sum(1 for _row in rows)
    return found


QUESTIONS: dict[str, Callable[[Session, SealPlaces], int]] = {
    "verify": _verify,
    "proof": _prove,
    "reading alone": _read,
}


def ask(folder: Path, question: str) -> dict[str, object]:
    """CPU seconds, rows a second and the most memory of one question."""
    _open(folder)
    before = peak_mb()
    began = time.process_time()
    with reading() as session:
        done = QUESTIONS[question](session, _places(folder))
    spent = time.process_time() - began
    return {
        "question": question,
        "rows": done,
        "cpu_s": round(spent, 2),
        "rows_per_s": round(done / spent),
        "peak_mb": round(peak_mb()),
        "of_which_before_mb": round(before),
    }


def _places(folder: Path) -> SealPlaces:
    return SealPlaces(folder / "log.key", folder / "notes")


def _open(folder: Path) -> None:
    use_database(open_database(f"sqlite:///{folder / 'bench.sqlite3'}"))
    use_keyring(Keyring(secrets.token_bytes(32)))


def main() -> None:
    """Measure at a size given on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leaves", type=int, default=1_000_000)
    parser.add_argument(
        "--ask", nargs=2, metavar=("FOLDER", "QUESTION"), help="one question, in this process"
    )
    given = parser.parse_args()
    tie_to_one_core()
    if given.ask:
        print(json.dumps(ask(Path(given.ask[0]), given.ask[1])))
        return
    for leaves in (given.leaves // 10, given.leaves):
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            fill(Path(folder), leaves)
            for question in QUESTIONS:
                one = [sys.executable, "-m", "tests.bench.auditing", "--ask", folder, question]
                subprocess.run(one, check=True)


if __name__ == "__main__":
    main()
