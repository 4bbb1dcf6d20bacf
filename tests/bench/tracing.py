"""Traces at depth eight in a registry and in one ten times the size; a recall of ten thousand lots.

``python -m tests.bench.tracing --lots 1000000 --stamps 50000000 --events 5000000`` asks at the bar's own
size; without anything the big one has 100,000 lots.
"""

from __future__ import annotations

import argparse
import atexit
import random
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path

from sqlalchemy import insert

from tests import world
from tests.bench.registry import DEPTH, KID, Registry, Size, load, unlogged
from tests.bench.ruler import Bar, Limit, report, tie_to_one_core
from trace.db import Database, open_database, reading, transaction, use_database
from trace.db_upgrade import upgrade_database
from trace.keyring import Keyring, use_keyring
from trace.records.account import Role
from trace.records.lot import Lot, LotKind, LotLink
from trace.records.plot import Plot
from trace.services import recalling
from trace.services.admission import Actor
from trace.services.tracing.graph import Direction
from trace.services.tracing.report import trace_lots
from trace.services.tracing.starts import find_start, plot_start

OFFICE = Actor(None, Role.OFFICE)
QUESTIONS = 30
CLOSURE = 10_000
BIG = Size(13_600, 100_000, 5_000_000, 100_000)


@dataclass(frozen=True)
class Filled:
    """A database and what is in it."""

    database: Database
    registry: Registry


@cache
def _filled(size: Size) -> Filled:
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    database = _fresh(folder)
    return Filled(database, load(size, datetime.now(UTC)))


def _fresh(folder: Path) -> Database:
    database = open_database(f"sqlite:///{folder / 'bench.sqlite3'}")
    upgrade_database(database)
    use_database(database)
    use_keyring(Keyring(secrets.token_bytes(32)))
    return database


def _stamps_to_plots(size: Size) -> int:
    filled = _filled(size)
    use_database(filled.database)
    for place in random.sample(range(10**9), QUESTIONS):
        with reading() as session:
            start = find_start(session, OFFICE, f"{KID}:{filled.registry.serial_of(place)}")
            found = trace_lots(session, OFFICE, start.lot_ids, Direction.UP)
        assert all(node.lot.plot for node in found.sources)
        assert max(node.layer for node in found.nodes) == DEPTH
    return QUESTIONS


def _plots_to_stamps(size: Size) -> int:
    filled = _filled(size)
    use_database(filled.database)
    for place in random.sample(range(10**9), QUESTIONS):
        with reading() as session:
            plot = session.get_one(Plot, filled.registry.plot_of(place))
            start = plot_start(session, OFFICE, plot)
            found = trace_lots(session, OFFICE, start.lot_ids, Direction.DOWN)
        assert any(node.stamps for node in found.nodes)
    return QUESTIONS


def recall_seconds(lots: int = CLOSURE) -> float:
    """CPU seconds from opening a recall to its commit: states, events, leaves of so many lots."""
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    database = _fresh(folder)
    size, now = Size(10, 44, 0, 0), datetime.now(UTC)
    load(size, now)
    name = _broad(lots, now)
    given = recalling.RecallIn(reason="Dư lượng thuốc vượt mức", phone="0220 111 222")
    began = time.process_time()
    with transaction() as session:
        recalling.open_recall(session, OFFICE, name, given, now)
    spent = time.process_time() - began
    use_database(None)
    database.close()
    shutil.rmtree(folder)
    return spent


def _broad(lots: int, now: datetime) -> str:
    """A lot from which four descend, from each of them four, and so on."""
    with transaction() as session:
        coop = world.make_coop(session, now)
        root = world.make_lot(session, now, coop.plot, coop.product)
    table = Lot.__table__  # type: ignore[attr-defined]
    base = {column.name: getattr(root, column.name) for column in table.c if column.name != "id"}
    named = ("public_id", "code", "request_id")
    below = range(1, lots)
    rows = [{**base, "id": root.id + i, "kind": LotKind.POOL, **dict.fromkeys(named, f"d{i}")} for i in below]
    links = [{"parent_id": root.id + (i - 1) // 4, "child_id": root.id + i, "weight_g": 1} for i in below]
    with unlogged() as connection:
        connection.execute(insert(table), rows)
        connection.execute(insert(LotLink), links)
    return root.public_id


def bars(big: Size = BIG) -> list[Bar | Limit]:
    """Both questions within 1.5 times of a registry a tenth the size; a recall in the order of seconds."""
    asked: list[tuple[str, Callable[[Size], int]]] = [
        ("stamp to its plots", _stamps_to_plots),
        ("plot to its stamps", _plots_to_stamps),
    ]
    peer = "the same in a registry a tenth the size"
    small = big.tenth()
    traces = [
        Bar(f"{name}, {big.lots:,} lots beside {small.lots:,}", "question", partial(work, big),
            partial(work, small), peer, 1 / 1.5)
        for name, work in asked
    ]  # fmt: skip
    return [*traces, Limit("recall-10000-lots", "CPU seconds", recall_seconds, 4)]


def main() -> int:
    """Measure at a size given on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in vars(BIG).items():
        parser.add_argument(f"--{name}", type=int, default=default)
    tie_to_one_core()
    return 0 if report(bars(Size(**vars(parser.parse_args())))) else 1


if __name__ == "__main__":
    sys.exit(main())
