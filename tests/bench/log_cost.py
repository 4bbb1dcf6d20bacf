"""What the log costs an activation: its leaf, the digests of the rows it made, and noting them."""

import gc
import secrets
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from unittest.mock import patch

from sqlmodel import Session

from tests import stamped, world
from tests.bench.ruler import Limit
from trace.db import open_database, transaction, use_database
from trace.db_upgrade import upgrade_database
from trace.keyring import Keyring, use_keyring
from trace.row_log import write_log
from trace.services import instance_facts, stamp_activating
from trace.services.admin_units import load_units

PAIRS = 300


def _activating(folder: Path) -> Callable[[], None]:
    now = datetime(2026, 6, 12, 2, 30, tzinfo=UTC)
    database = open_database(f"sqlite:///{folder / 'bench.sqlite3'}")
    upgrade_database(database)
    use_database(database)
    use_keyring(Keyring(secrets.token_bytes(32)))
    with transaction() as session:
        load_units(session)
        instance_facts.found(session, public_url="https://id.example.vn", is_demo=False)
        coop = world.make_coop(session, now)
        lot = world.make_lot(session, now, coop.plot, coop.product, weight_g=10**10)
        block = stamped.make_block(session, now, coop, folder / "keys", 3 * PAIRS)
        boss, first, names = coop.boss, block.first, (block.public_id, lot.public_id)
    serials = iter(range(first, first + 3 * PAIRS))

    def activate() -> None:
        serial = next(serials)
        with transaction() as session:
            stamp_activating.activate(session, boss, names[0], serial, serial, names[1], f"r-{serial}", now)

    return activate


def _unlogged(session: Session) -> None:
    session.flush()


def _timed(act: Callable[[], None]) -> float:
    start = time.process_time()
    act()
    return time.process_time() - start


def _share() -> float:
    """One activation with the log and one without, in turns: the medians tell the log's share of the CPU."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        activate = _activating(Path(folder))
        logged: list[float] = []
        bare: list[float] = []
        gc.disable()
        for number in range(PAIRS):
            for kept in (logged, bare) if number % 2 else (bare, logged):
                with patch("trace.db.write_log", write_log if kept is logged else _unlogged):
                    kept.append(_timed(activate))
        gc.enable()
        use_database(None)
    return 1 - median(bare) / median(logged)


def bars() -> list[Limit]:
    """At most a twentieth of an activation."""
    return [Limit("log's share of an activation", "share of the CPU", _share, 0.05)]
