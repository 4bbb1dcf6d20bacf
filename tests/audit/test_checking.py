"""``nongsan check``: a season holds, and each fault put into it is named under the promise it breaks."""

import json
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text
from sqlmodel import Session

from tests.audit.season import Season, season
from tests.audit.test_edits import intruding
from trace.commands import check as command
from trace.db import Database, reading
from trace.services.checking.broken import Broken, Outside
from trace.services.checking.promises import PROMISES, looked

Fault = Callable[[Season, Session], None]


@pytest.fixture
def made(database: Database, tmp_path: Path, now: datetime) -> Season:
    return season(tmp_path, now)


def outside(made: Season) -> Outside:
    return Outside(made.stamps.places.marks, made.places, made.now)


def broken(made: Season, session: Session) -> dict[str, list[Broken]]:
    return {one.name: one.named for one in looked(session, outside(made)) if one.count}


def run(sql: str) -> Fault:
    """A fault that one statement makes."""
    return lambda _made, session: session.execute(text(sql))


def doubled_key(made: Season, session: Session) -> None:
    """An act whose answer was lost on the way into its row."""
    values = {"account": made.stamps.coop.manager.id, "now": made.now.isoformat(" ")}
    session.execute(
        text(
            "INSERT INTO request_key (account_id, key, content_hash, status, location, body, created_at) "
            f"VALUES (:account, 'k', {_bytes(session)}, 0, '', {_bytes(session)}, :now)"
        ),
        values,
    )


def _bytes(session: Session) -> str:
    return "x''" if session.get_bind().dialect.name == "sqlite" else "''::bytea"


def change(table: str, what: str, number: str = "id", which: str = "") -> Fault:
    """One row of a table, the first of those that ``which`` names, as somebody past the program writes it."""
    row = which or f"SELECT min({number}) FROM {table}"
    return run(f"UPDATE {table} SET {what} WHERE {number} = ({row})")


NEWEST = "SELECT max(id) FROM stamp_block"
STAMPED = "SELECT min(lot_id) FROM stamp_activation"
JOB = {
    "kind": "'x'", "subject": "''", "payload": "'{}'", "due_at": "'2026-01-01'", "state": "'running'",
    "attempt": "1", "fence": "1", "done_steps": "0", "total_steps": "0", "stats": "'{}'", "error": "''",
    "created_at": "'2026-01-01'",
}  # fmt: skip
FAULTS: dict[str, tuple[str, Fault]] = {
    "a block slipped": ("serials", change("stamp_block", "first = first + 100000", which=NEWEST)),
    "the counter went back": ("serials", run("UPDATE stamp_key SET next_serial = 0")),
    "a stamp holds twice": ("books", change("stamp_activation", "last = last + 1")),
    "a block lost a stamp": ("books", change("stamp_block", "count = count + 1", which=NEWEST)),
    "goods went, stamps stayed": ("goods", change("lot", "weight_g = 1", which=STAMPED)),
    "an act was kept without its answer": ("once", doubled_key),
    "a harvest's sum is another": ("sums", run("UPDATE harvest_day SET grams = grams + 1")),
    "a row was changed past the log": ("log", change("lot", "weight_g = weight_g + 1")),
    "a row names one that is gone": ("storage", change("plot", "household_id = 999999")),
    "a job is at work for nobody": (
        "leases",
        run(f"INSERT INTO job ({', '.join(JOB)}) VALUES ({', '.join(JOB.values())})"),
    ),
}


def test_a_season_holds_in_everything(made: Season) -> None:
    with reading() as session:
        assert broken(made, session) == {}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_named_under_the_promise_it_breaks(made: Season, database: Database, name: str) -> None:
    promise, fault = FAULTS[name]
    with intruding(database) as session:
        fault(made, session)
        found = broken(made, session)
    assert promise in found, found
    assert all(one.where and one.what for one in found[promise])


def test_every_promise_has_a_fault_that_breaks_it() -> None:
    assert {promise for promise, _ in FAULTS.values()} | {"orders"} == set(PROMISES)


def test_a_lost_file_of_marks_is_named(made: Season) -> None:
    made.stamps.places.marks.unlink()
    with reading() as session:
        assert list(broken(made, session)) == ["serials"]


@pytest.fixture
def terminal(sqlite: Database, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Season:
    made = season(tmp_path, now)
    settings = type("Places", (), {"marks": made.stamps.places.marks})()
    monkeypatch.setattr(command, "opened", lambda: nullcontext(settings))
    monkeypatch.setattr(command, "seal_places", lambda _settings: made.places)
    monkeypatch.setattr(command, "now", lambda: made.now + timedelta(hours=1))
    return made


def test_the_command_ends_with_0_where_all_holds_and_with_1_where_not(terminal: Season) -> None:
    well = CliRunner().invoke(command.check)
    assert (well.exit_code, well.output.count("Đạt: ")) == (0, len(PROMISES))
    terminal.stamps.places.marks.write_bytes(b"")
    ill = CliRunner().invoke(command.check)
    assert ill.exit_code == 1
    assert "Không đạt" in ill.output
    told = json.loads(CliRunner().invoke(command.check, ["--json"]).output)
    assert not told["ok"]
    assert [one["name"] for one in told["promises"] if one["count"]] == ["serials"]
