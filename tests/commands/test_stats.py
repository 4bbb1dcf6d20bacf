"""``nongsan stats``: every figure by name, by any cut, for programs and people; the old names stay."""

import csv
import io
import json
from contextlib import nullcontext
from datetime import datetime, timedelta

import pytest
from click.testing import CliRunner, Result
from sqlmodel import select

from tests import world
from tests.services.test_statistics import make_listing, make_order, make_shop
from trace.commands.stats import stats
from trace.db import Database, transaction
from trace.errors import NotFound
from trace.records.market_order import MarketOrder, OrderStatus
from trace.services.figures.catalogue import MEASURES
from trace.services.recounting import recount
from trace.settings import Settings
from trace.standards.local_time import local_day


@pytest.fixture
def run(sqlite: Database, now: datetime, monkeypatch: pytest.MonkeyPatch):
    """The command at the season's time, over a shop with two orders of which one was cancelled."""
    with transaction() as session:
        coop = world.make_coop(session, now)
        shop = make_shop(session, now, coop, "shopee", "1")
        listing = make_listing(session, now, shop, "a", product_id=coop.product.id, unit_g=500)
        for status in (OrderStatus.COMPLETED, OrderStatus.CANCELLED):
            make_order(session, shop, local_day(now), status, [(listing, 2, 1000)])
        recount(session)
    monkeypatch.setattr("trace.commands.stats.opened", nullcontext)
    monkeypatch.setattr("trace.commands.stats.now", lambda: now)
    return lambda *words: CliRunner().invoke(stats, words)


def told(answer: Result) -> dict:
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.output)


def test_the_counts_keep_their_names_and_every_figure_has_one(run) -> None:
    found = told(run("show", "all", "--json"))
    assert {measure.name for measure in MEASURES} <= found.keys()
    assert (found["transactions"], found["households_on_platforms"], found["cancelled"]) == (1, 1, 0.5)
    assert found["consumer_reports"] is None
    assert found["sales"]["orders"] == 1


def test_a_cut_gives_a_row_a_part(run) -> None:
    parts = told(run("show", "revenue", "--by", "marketplace", "--json"))["revenue"]
    assert [(part["key"], part["value"]) for part in parts] == [("shopee", 2000)]
    said = run("show", "cancelled", "price", "--by", "marketplace").output
    assert "Shopee" in said
    assert "50%" in said


def test_an_export_carries_the_parts_of_a_figure(run) -> None:
    rows = list(csv.DictReader(io.StringIO(run("export", "--of", "cancelled", "--by", "cooperative").output)))
    assert [(row["value"], row["top"], row["bottom"]) for row in rows] == [("0.5", "1", "2")]
    assert [row["orders"] for row in csv.DictReader(io.StringIO(run("export").output))] == ["1"]


@pytest.mark.parametrize(
    "words",
    [
        ("show", "meo"),
        ("export", "--of", "meo"),
        ("export", "--by", "stars"),
        ("show", "orders", "--by", "x"),
    ],
)
def test_what_is_not_known_is_said_with_what_is(run, words: tuple[str, ...]) -> None:
    answer = run(*words)
    assert answer.exit_code == 2
    assert "one of" in answer.output or "known:" in answer.output


def test_a_month_is_closed_once_shown_and_made_again_from_its_rows(run, monkeypatch, tmp_path, now) -> None:
    later = now + timedelta(days=30)
    monkeypatch.setattr(
        "trace.commands.stats_closing.opened", lambda: nullcontext(Settings(instance=tmp_path))
    )
    monkeypatch.setattr("trace.commands.stats_closing.now", lambda: later)
    first, second = (told(run("close", "2026-06", "--json")) for _ in range(2))
    assert (first["is_new"], second["is_new"]) == (True, False)
    assert first["closed_at"] == second["closed_at"]
    with transaction() as session:
        session.exec(select(MarketOrder)).first().status = OrderStatus.CANCELLED
        recount(session)
    found = told(run("closed", "2026-06", "--check", "--revise", "--json"))
    wanted = {"closed": 1, "today": 0, "version": 1, "is_of_today": False, "revisions": 1}
    assert (found["figures"]["transactions"], found["faults"]) == (wanted, [])
    assert "Giao dịch (1034): 1 giao dịch | 0 giao dịch | 1" in run("closed", "2026-06").output


def test_a_month_nobody_closed_is_not_found(run, monkeypatch) -> None:
    monkeypatch.setattr("trace.commands.stats_closing.opened", nullcontext)
    assert isinstance(run("closed", "2026-05").exception, NotFound)
