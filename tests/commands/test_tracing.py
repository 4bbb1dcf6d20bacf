"""``nongsan trace`` as its users type it."""

import csv
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests import stamped, world
from tests.services.lot_world import bare, link
from trace.commands.founding import found_instance
from trace.commands.nouns import main
from trace.db import transaction, use_database
from trace.errors import Invalid, NotFound
from trace.keyring import use_keyring
from trace.records.lot import LotKind
from trace.settings import Settings

Run = Callable[..., Result]


@pytest.fixture
def run(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """A founded instance on a fresh database, and a command line on it."""
    monkeypatch.setenv("NONGSAN_INSTANCE", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    found_instance(Settings(instance=tmp_path, database_url=sqlite_url))
    yield lambda *arguments: CliRunner().invoke(main, [str(one) for one in arguments])
    use_database(None)
    use_keyring(None)


@pytest.fixture
def coop(run: Run, now: datetime, tmp_path: Path) -> world.Coop:
    with transaction() as session:
        coop = world.make_coop(session, now)
        harvest = bare(session, now, coop, LotKind.HARVEST, 100_000)
        pack = bare(session, now, coop, LotKind.PACK, 90_000)
        link(session, harvest, pack, 100_000)
        block = stamped.make_block(session, now, coop, tmp_path / "keys")
        stamped.activate(session, now, block, pack, block.first, block.first + 9)
        coop.extra |= {"harvest": harvest, "pack": pack, "stamp": f"{block.kid}:{block.first + 9}"}
    return coop


def told(result: Result) -> dict[str, object]:
    assert result.exit_code == 0, (result.output, result.exception)
    found: dict[str, object] = json.loads(result.stdout)
    return found


def test_a_stamp_leads_to_its_plot_and_a_plot_to_its_stamps(run: Run, coop: world.Coop) -> None:
    up = told(run("trace", coop.extra["stamp"], "--up", "--json"))
    assert up["start"] == {"kind": "stamp", "name": coop.extra["stamp"]}
    assert [lot["plot"] for lot in up["lots"] if lot["public_id"] in up["sources"]] == [coop.plot.code]
    down = told(run("trace", coop.plot.code, "--down", "--json"))
    stamps = [(one["first"], one["last"]) for lot in down["lots"] for one in lot["stamps"]]
    assert len(stamps) == 1
    assert stamps[0][1] - stamps[0][0] == 9


def test_the_tree_and_the_table_are_written_as_files(run: Run, coop: world.Coop, tmp_path: Path) -> None:
    table, picture = tmp_path / "lo.csv", tmp_path / "lo.svg"
    result = run("trace", coop.extra["pack"].code, "--up", "--csv", table, "--svg", picture)
    assert result.exit_code == 0, result.exception
    assert coop.extra["harvest"].code in result.output
    rows = list(csv.DictReader(table.open(encoding="utf-8-sig")))
    assert [row["Mã lô"] for row in rows] == [coop.extra["harvest"].code, coop.extra["pack"].code]
    assert picture.read_text(encoding="utf-8").startswith("<svg")


def test_neither_way_and_an_unknown_name_are_refused(run: Run, coop: world.Coop) -> None:
    assert run("trace", coop.extra["pack"].code).exit_code == 2
    assert isinstance(run("trace", "VT-khong-co", "--up").exception, NotFound)
    slip = run("trace", "A" * 19, "--up").exception
    assert isinstance(slip, Invalid | NotFound)
