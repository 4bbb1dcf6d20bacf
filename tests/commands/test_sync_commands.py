"""The commands of shops and jobs, from a shop's tokens to its figures, on each kind of database."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import MetaData, select

import nongsan
from tests import world
from tests.jobs.market import APP_ID, LISTINGS, SECRET, Market, figures, market_server
from trace.commands.nouns import main
from trace.db import open_database, transaction, use_database
from trace.keyring import make_master_key


@pytest.fixture(scope="module")
def market() -> Iterator[Market]:
    with market_server() as market:
        yield market


class Terminal:
    """One instance, and commands run in it."""

    def __init__(self, url: str, folder: Path, market: Market) -> None:
        self.url = url
        make_master_key(folder / "master.key")
        shopee = f'base_url = "{market.base_url}"\napp_id = "{APP_ID}"\napp_secret = "{SECRET}"\n'
        (folder / "nongsan.toml").write_text(f"[marketplaces.shopee]\n{shopee}")
        self.env = {"NONGSAN_INSTANCE": str(folder), "DATABASE_URL": url, "LANG": "en_GB.UTF-8"}

    def __call__(self, *arguments: str) -> Result:
        return CliRunner().invoke(main, list(arguments), env=self.env)

    def json(self, *arguments: str) -> Any:
        result = self(*arguments, "--json")
        assert result.exit_code == 0, (result.output, result.exception)
        return json.loads(result.stdout)

    def rows(self) -> dict[str, list[Any]]:
        """Everything the database holds."""
        opened = open_database(self.url)
        metadata = MetaData()
        metadata.reflect(opened.reader)
        with opened.reader.connect() as connection:
            held = {
                name: sorted(map(repr, connection.execute(select(table)).all()))
                for name, table in metadata.tables.items()
            }
        opened.close()
        return held

    def figures(self) -> Any:
        opened = open_database(self.url)
        use_database(opened)
        try:
            return figures()
        finally:
            use_database(None)
            opened.close()


@pytest.fixture
def terminal(database_url: str, tmp_path: Path, market: Market) -> Terminal:
    market.control("reset")
    opened = open_database(database_url)
    use_database(opened)
    with transaction() as session:
        world.make_coop(session, datetime.now(UTC))
    use_database(None)
    opened.close()
    return Terminal(database_url, tmp_path, market)


def add_shop(terminal: Terminal, market: Market) -> str:
    told = market.control(
        "seed", name="HTX Vải Thanh Hà", app={"id": APP_ID, "secret": SECRET}, listings=LISTINGS
    )
    tokens = told["tokens"]
    arguments = ["--marketplace", "shopee", "--ext-shop-id", told["shop"], "--name", told["name"]]
    arguments += ["--access-token", tokens["access"], "--refresh-token", tokens["refresh"]]
    return terminal.json("shop", "add", *arguments, "--expires-in", str(tokens["expires_in"]))["shop"]


def test_from_tokens_to_figures(terminal: Terminal, market: Market) -> None:
    address = add_shop(terminal, market)
    for _ in range(3):
        market.order()
    (told,) = terminal.json("sync", "run", "--shop", address)
    assert (told["shop"], told["state"], told["stats"]["new"]) == (address, "done", 3)
    assert terminal.figures() == market.truth() != {}
    (health,) = terminal.json("sync", "status")
    assert (health["pulse"], health["orders_today"], health["unmapped_lines"]) == ("good", 3, 3)


def kept(terminal: Terminal) -> dict[str, list[str]]:
    return {name: rows for name, rows in terminal.rows().items() if name != "market_pace"}


def test_a_rehearsal_tells_all_and_writes_nothing(terminal: Terminal, market: Market) -> None:
    """Its calls are real ones, so they count against the pace; nothing else is kept of it."""
    add_shop(terminal, market)
    market.order()
    before = kept(terminal)
    (told,) = terminal.json("sync", "run", "--dry-run")
    assert (told["new"], told["held_calls"]) == (1, [])
    assert [one["status"] for one in told["orders"]] == ["placed"]
    assert kept(terminal) == before


def test_mapping_by_number_or_code(terminal: Terminal, market: Market) -> None:
    address = add_shop(terminal, market)
    terminal.json("jobs", "run", "read_shelf")
    opened = terminal.json("shop", "map", address)
    assert {row["product"] for row in opened} == {None}
    product = next(row["suggestion"] for row in opened if row["suggestion"])
    mapped = terminal.json("shop", "map", address, "VAI-5KG", product, "--unit-g", "5000")
    assert [(row["sku"], row["unit_g"]) for row in mapped if row["product"]] == [("VAI-5KG", 5000)]


def test_a_shop_nobody_has_is_said_plainly(terminal: Terminal, market: Market) -> None:
    from trace.errors import NotFound

    result = terminal("sync", "run", "--shop", "shopee/404")
    assert isinstance(result.exception, NotFound)


def test_house_jobs_run_by_name(terminal: Terminal) -> None:
    assert [one["state"] for one in terminal.json("jobs", "run", "housekeep")] == ["done"]
    assert terminal.json("jobs", "list")[0]["kind"] == "housekeep"


def test_a_failing_shop_makes_the_command_fail(terminal: Terminal, market: Market) -> None:
    add_shop(terminal, market)
    market.control("expire", what="access")
    market.control("expire", what="refresh")
    result = terminal("sync", "run")
    assert result.exit_code == 1
    assert "failed relogin" in result.output


def test_workers_in_a_process_of_their_own_sync_and_end_on_sigterm(
    terminal: Terminal, market: Market
) -> None:
    add_shop(terminal, market)
    market.order()
    arguments = [sys.executable, str(Path(nongsan.ROOT) / "nongsan.py"), "work"]
    with subprocess.Popen(arguments, env={**os.environ, **terminal.env}, stderr=subprocess.PIPE) as process:
        try:
            deadline = time.monotonic() + 300
            while terminal.figures() != market.truth() and time.monotonic() < deadline:
                time.sleep(0.2)
            process.send_signal(signal.SIGTERM)
            assert process.wait(120) == 0
        finally:
            process.kill()
    assert terminal.figures() == market.truth() != {}
