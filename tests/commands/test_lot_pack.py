"""``nongsan lot add`` and ``nongsan lot pack`` as their users type them."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests import world
from tests.services.lot_world import bare
from trace.commands.founding import found_instance
from trace.commands.nouns import main
from trace.db import transaction, use_database
from trace.errors import NotFound, Refused
from trace.keyring import use_keyring
from trace.records.lot import Lot, LotKind
from trace.settings import Settings

Run = Callable[..., Result]


@pytest.fixture
def run(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    monkeypatch.setenv("NONGSAN_INSTANCE", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    found_instance(Settings(instance=tmp_path, database_url=sqlite_url))
    yield lambda *arguments: CliRunner().invoke(main, ["lot", *(str(one) for one in arguments)])
    use_database(None)
    use_keyring(None)


@pytest.fixture
def coop(run: Run) -> world.Coop:
    with transaction() as session:
        return world.make_coop(session, datetime.now(UTC))


@pytest.fixture
def two(coop: world.Coop) -> list[Lot]:
    now = datetime.now(UTC)
    with transaction() as session:
        return [bare(session, now, coop, LotKind.HARVEST, grams) for grams in (300_000, 200_000)]


def test_two_lots_are_pooled_by_their_codes(run: Run, two: list[Lot]) -> None:
    result = run("pack", f"{two[0].code}=250", two[1].code, "--kind", "pool", "--weight", "440", "--json")
    assert result.exit_code == 0, (result.output, result.exception)
    made = json.loads(result.stdout)
    assert (made["kind"], made["weight_g"]) == ("pool", 440_000)
    shown = json.loads(run("show", made["public_id"], "--json").stdout)
    assert shown["parents"] == [
        {"lot": two[0].code, "weight_g": 250_000},
        {"lot": two[1].code, "weight_g": 200_000},
    ]


def test_the_same_request_id_gives_the_same_lot(run: Run, two: list[Lot]) -> None:
    typed = ("pack", two[0].code, "--weight", "300", "--request-id", "gop-mot-lan", "--json")
    first, second = (json.loads(run(*typed).stdout)["public_id"] for _ in range(2))
    assert first == second


def test_more_than_there_is_and_products_nobody_has_are_refused(run: Run, two: list[Lot]) -> None:
    assert isinstance(run("pack", f"{two[0].code}=301", two[1].code, "--weight", "400").exception, Refused)
    assert isinstance(run("pack", two[0].code, "--weight", "9", "--product", "khong-co").exception, NotFound)


def test_a_harvest_is_written_for_a_product_by_its_sku(run: Run, coop: world.Coop) -> None:
    result = run("add", coop.plot.code, "300", "--product", coop.product.sku, "--json")
    assert result.exit_code == 0, (result.output, result.exception)
    pack = run("pack", json.loads(result.stdout)["code"], "--units", "10", "--json")
    assert json.loads(pack.stdout)["weight_g"] == 10 * coop.product.unit_g
    assert isinstance(run("add", coop.plot.code, "3", "--product", "khong-co").exception, NotFound)
