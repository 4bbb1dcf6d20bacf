"""``nongsan audit``: exit status 1 and the place when anything was changed; proofs and keys for others."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests import world
from trace.commands.nouns import main
from trace.db import open_database, transaction, use_database
from trace.errors import NotFound, Refused
from trace.records.lot import Lot

ROOT = Path(__file__).parents[2]


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    assert run(tmp_path, "init", "--admin", "chu-may").exit_code == 0
    return tmp_path


def run(instance: Path, *words: str) -> Result:
    return CliRunner(env={"NONGSAN_INSTANCE": str(instance)}).invoke(main, words)


def change(instance: Path, statement: str) -> None:
    with closing(sqlite3.connect(instance / "nongsan.sqlite3")) as database, database:
        database.execute(statement)


def test_a_new_instance_is_sound_and_its_checkpoint_holds(instance: Path) -> None:
    assert run(instance, "audit", "verify").exit_code == 0
    made = json.loads(run(instance, "audit", "checkpoint", "--json").output)
    assert made["number"] == 1
    assert json.loads(run(instance, "audit", "checkpoint", "--json").output) == made
    told = json.loads(run(instance, "audit", "verify", "--json").output)
    assert (told["ok"], told["sealed"], told["differences"]) == (True, made["leaves"], [])


def test_a_change_past_the_registry_is_named_and_refused(instance: Path) -> None:
    run(instance, "audit", "checkpoint")
    change(instance, "UPDATE stamp_key SET next_serial = 7")
    answer = run(instance, "audit", "verify", "--json")
    assert answer.exit_code == 1
    [one] = json.loads(answer.output)["differences"]
    assert (one["kind"], one["table"], one["row"], one["columns"]) == (
        "row_changed", "stamp_key", 0, ["next_serial"],
    )  # fmt: skip
    said = run(instance, "audit", "verify")
    assert (said.exit_code, "stamp_key" in said.output) == (1, True)


def test_a_log_that_does_not_continue_is_not_signed(instance: Path) -> None:
    run(instance, "audit", "checkpoint")
    change(instance, "DELETE FROM log_leaf")
    change(instance, "DELETE FROM log_tile")
    with pytest.raises(Refused, match=r"audit\.not_continued"):
        raise run(instance, "audit", "checkpoint").exception


def test_a_new_key_of_the_log_is_told_in_it_and_listed(instance: Path) -> None:
    [first] = json.loads(run(instance, "audit", "key", "--json").output)
    run(instance, "audit", "checkpoint")
    second = json.loads(run(instance, "keys", "rotate-log", "--json").output)["key"]
    assert json.loads(run(instance, "audit", "key", "--json").output) == [first, second]
    run(instance, "audit", "checkpoint")
    told = json.loads(run(instance, "audit", "verify", "--json").output)
    assert (told["ok"], told["checkpoints"]) == (True, 2)
    with closing(sqlite3.connect(instance / "nongsan.sqlite3")) as database:
        bodies = [body for (body,) in database.execute("SELECT body FROM log_leaf WHERE kind = 'log_key'")]
    assert [json.loads(body)["key"] for body in bodies] == [first, second]


def test_an_upgrade_makes_the_key_an_older_instance_lacks(instance: Path) -> None:
    (instance / "log.key").unlink()
    (instance / "log.pub").unlink()
    assert run(instance, "db", "upgrade").exit_code == 0
    assert (instance / "log.key").stat().st_mode & 0o777 == 0o600
    assert run(instance, "audit", "checkpoint").exit_code == 0


def lot_in(instance: Path, now: datetime) -> Lot:
    database = open_database(f"sqlite:///{instance / 'nongsan.sqlite3'}")
    use_database(database)
    with transaction() as session:
        coop = world.make_coop(session, now)
        lot: Lot = world.make_lot(session, now, coop.plot, coop.product)
    use_database(None)
    database.close()
    return lot


def test_the_proof_of_a_lot_is_checked_off_line(instance: Path, tmp_path: Path, now: datetime) -> None:
    lot, path = lot_in(instance, now), tmp_path / "proof.json"
    answer = run(instance, "audit", "proof", lot.code, "--out", str(path))
    assert answer.exit_code == 0, answer.output
    [key] = json.loads(run(instance, "audit", "key", "--json").output)
    checker = [sys.executable, "-I", str(ROOT / "docs" / "check_proof.py"), str(path), "--key", key]
    checked = subprocess.run(checker, capture_output=True, text=True, check=False)
    assert (checked.returncode, lot.code in checked.stdout) == (0, True), checked.stderr
    with pytest.raises(NotFound):
        raise run(instance, "audit", "proof", "khong-co").exception
