"""``nongsan lot export`` as its users type it."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests import world
from tests.services.lot_world import bare, link
from trace.commands.founding import found_instance
from trace.commands.nouns import main
from trace.db import transaction, use_database
from trace.errors import Invalid, NotFound
from trace.keyring import use_keyring
from trace.records.lot import Lot, LotKind
from trace.services.exporting.port import EXPORTERS
from trace.settings import Settings
from trace.standards.local_time import local_day

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
def lots(run: Run) -> list[Lot]:
    now = datetime.now(UTC)
    with transaction() as session:
        found = []
        for coop in (world.make_coop(session, now), world.make_coop(session, now)):
            harvest = bare(session, now, coop, LotKind.HARVEST, 100_000)
            found.append(bare(session, now, coop, LotKind.PACK, 90_000, released_at=now))
            link(session, harvest, found[-1], 100_000)
    return found


@pytest.mark.parametrize("name", EXPORTERS)
def test_a_lot_is_written_by_every_exporter(run: Run, lots: list[Lot], name: str, tmp_path: Path) -> None:
    out = tmp_path / "lo"
    result = run("lot", "export", lots[0].code, "--format", name, "--out", out, "--json")
    assert result.exit_code == 0, (result.output, result.exception)
    assert json.loads(result.stdout)["lots"] == 1
    assert out.stat().st_size > 100
    assert not list(tmp_path.glob("*.part"))


def test_a_period_is_written_for_one_organisation_or_for_all(
    run: Run, lots: list[Lot], tmp_path: Path
) -> None:
    out, day = tmp_path / "ky.json", f"{local_day(datetime.now(UTC)):%d/%m/%Y}"
    assert run("lot", "export", "--from", day, "--format", "json", "--out", out).exit_code == 0
    assert [one["lot"] for one in json.loads(out.read_text())["lots"]] == [lot.public_id for lot in lots]
    org = json.loads(run("org", "list", "--json").stdout)[1]["public_id"]
    said = ("lot", "export", "--from", day, "--to", day, "--org", org, "--format", "json", "--out", out)
    assert run(*said).exit_code == 0
    assert [one["lot"] for one in json.loads(out.read_text())["lots"]] == [lots[1].public_id]


def test_a_refused_export_leaves_the_file_that_was_there(run: Run, lots: list[Lot], tmp_path: Path) -> None:
    out = tmp_path / "lo.zip"
    out.write_bytes(b"cu")
    (tmp_path / "national.toml").write_text("version = 9")
    wrong = run("lot", "export", lots[0].code, "--format", "national", "--out", out).exception
    assert isinstance(wrong, Invalid)
    absent = run("lot", "export", "khong-co", "--format", "json", "--out", out).exception
    assert isinstance(absent, NotFound)
    assert out.read_bytes() == b"cu"


def test_a_lot_or_a_period_and_not_both(run: Run, lots: list[Lot], tmp_path: Path) -> None:
    said = ("--format", "json", "--out", tmp_path / "x")
    assert run("lot", "export", *said).exit_code == 2
    assert run("lot", "export", lots[0].code, "--from", "1/6/2026", *said).exit_code == 2
    assert run("lot", "export", lots[0].code, "--to", "1/6/2026", *said).exit_code == 2
    assert run("lot", "export", "--from", "2/6/2026", "--to", "1/6/2026", *said).exit_code == 2
