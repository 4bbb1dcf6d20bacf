"""``nongsan rates``: entering, importing and listing exchange rates, on each kind of database."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests import world
from tests.commands.test_sync_commands import Terminal
from tests.jobs.market import Market
from trace.db import open_database, transaction, use_database

FILE = "currency,day,dong,source\nUSD,2026-06-02,25412.50,VCB\nJPY,02/06/2026,165.43,VCB\n"


@pytest.fixture
def terminal(database_url: str, tmp_path: Path) -> Terminal:
    opened = open_database(database_url)
    use_database(opened)
    with transaction() as session:
        world.make_office(session, datetime.now(UTC))
    use_database(None)
    opened.close()
    return Terminal(database_url, tmp_path, Market("http://127.0.0.1:1"))


def test_a_rate_is_entered_once_and_listed(terminal: Terminal) -> None:
    sent = ("rates", "add", "usd", "2/6/2026", "25.412,5", "--source", "VCB")
    assert terminal.json(*sent) == {"new": 1, "orders": 0}
    assert terminal.json(*sent) == {"new": 0, "orders": 0}
    [row] = terminal.json("rates", "list")
    assert (row["currency"], row["day"], row["last_day"]) == ("USD", "2026-06-02", "2026-06-12")
    assert "25412.5 (VCB)" in terminal("rates", "list").output


def test_a_file_is_entered_whole_or_not_at_all(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "rates.csv"
    file.write_text(FILE + "USD,2026-06-03,much,VCB\n", encoding="utf-8")
    assert terminal("rates", "import", str(file)).exception is not None
    assert terminal.json("rates", "list") == []
    file.write_text(FILE, encoding="utf-8")
    assert terminal.json("rates", "import", str(file)) == {"new": 2, "orders": 0}
    assert {row["currency"] for row in terminal.json("rates", "list")} == {"USD", "JPY"}


def test_a_recount_with_rates_finds_nothing_to_mend(terminal: Terminal) -> None:
    terminal.json("rates", "add", "USD", "2/6/2026", "25.412,5", "--source", "VCB")
    assert terminal("stats", "rebuild", "--check").output.strip().endswith("0 differences")
