"""``nongsan shop add`` where the settings' keys open a shop by themselves, and what it refuses."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from tests import world
from tests.jobs.market import Market, market_server
from tests.marketplaces.stalls import MARKETS
from trace.commands.nouns import main
from trace.db import open_database, reading, transaction, use_database
from trace.errors import Refused
from trace.keyring import make_master_key
from trace.records.shop import Shop, ShopToken

TIKI = MARKETS["tiki"]


@pytest.fixture(scope="module")
def market() -> Iterator[Market]:
    with market_server() as one:
        told = Market(one.root, TIKI)
        told.control("seed", shop="5678", name="HTX", app={"id": TIKI.app_id, "secret": TIKI.secret})
        yield told


class Terminal:
    """One instance with one cooperative, and commands run in it."""

    def __init__(self, url: str, folder: Path, market: Market) -> None:
        self.url, self.file = url, folder / "nongsan.toml"
        self.keys = (
            f'base_url = "{market.base_url}"\napp_id = "{TIKI.app_id}"\napp_secret = "{TIKI.secret}"\n'
        )
        make_master_key(folder / "master.key")
        self.env = {"NONGSAN_INSTANCE": str(folder), "DATABASE_URL": url, "LANG": "en_GB.UTF-8"}
        with self.opened(), transaction() as session:
            self.coop = world.make_coop(session, datetime.now(UTC)).org.public_id

    def opened(self) -> "Opened":
        return Opened(self.url)

    def write(self, cooperative: str, **changes: str) -> None:
        text = self.keys
        for old, new in changes.items():
            text = text.replace(old, new)
        self.file.write_text(f'[marketplaces.tiki]\n{text}cooperative = "{cooperative}"\n')

    def add(self, *more: str) -> Result:
        words = ["shop", "add", "--marketplace", "tiki", "--name", "Tiki", *more]
        return CliRunner().invoke(main, words, env=self.env)

    def shops(self) -> list[tuple[str, str]]:
        with self.opened(), reading() as session:
            return [
                (row.marketplace, row.ext_shop_id)
                for row in session.execute(select(Shop).join(ShopToken)).scalars()
            ]


class Opened:
    """The instance's database, in use for a block."""

    def __init__(self, url: str) -> None:
        self.url = url

    def __enter__(self) -> None:
        self.database = open_database(self.url)
        use_database(self.database)

    def __exit__(self, *_: object) -> None:
        use_database(None)
        self.database.close()


@pytest.fixture
def terminal(sqlite_url: str, tmp_path: Path, market: Market) -> Terminal:
    return Terminal(sqlite_url, tmp_path, market)


def test_keys_alone_connect_the_shop_they_open(terminal: Terminal) -> None:
    terminal.write(terminal.coop)
    told = terminal.add("--json")
    assert told.exit_code == 0, (told.output, told.exception)
    assert json.loads(told.stdout)["shop"] == "tiki/5678"
    assert terminal.add("--ext-shop-id", "5678").exit_code == 0
    assert terminal.shops() == [("tiki", "5678")]


def refusal(result: Result) -> str:
    """A refusal's key and figures."""
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, Refused), result.exception
    return f"{result.exception.key} {result.exception.params}"


def test_nothing_is_connected_for_nobody_or_for_another(terminal: Terminal) -> None:
    for named, key in (("", "shop.keys_of_nobody"), ("another", "shop.keys_of_another")):
        terminal.write(named)
        assert key in refusal(terminal.add())
    assert terminal.shops() == []


def test_a_marketplace_that_is_switched_off_is_refused_with_and_without_its_table(terminal: Terminal) -> None:
    keys = 'base_url = "http://127.0.0.1:1"\napp_id = "k"\napp_secret = "s"\n'
    for table in ("", f'[marketplaces.sendo]\n{keys}cooperative = "{terminal.coop}"\n'):
        terminal.file.write_text(table)
        words = ["shop", "add", "--marketplace", "sendo", "--name", "Sendo"]
        assert "marketplace.sendo.closed" in refusal(CliRunner().invoke(main, words, env=terminal.env))
    terminal.file.write_text(f'{table}[marketplaces.sendo.options]\nservice_checked = "yes"\n')
    assert "shop.no_token" in refusal(CliRunner().invoke(main, words, env=terminal.env))


def test_wrong_keys_another_number_and_no_settings_are_refusals(terminal: Terminal) -> None:
    terminal.write(terminal.coop, **{TIKI.secret: "another"})
    assert "invalid_client" in refusal(terminal.add())
    terminal.write(terminal.coop)
    assert "open shop 5678" in refusal(terminal.add("--ext-shop-id", "99"))
    terminal.file.write_text("")
    assert "[marketplaces.tiki]" in refusal(terminal.add())
    assert terminal.shops() == []
