"""``nongsan trace`` as its users type it."""

import csv
import json
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlmodel import Session, select

from tests import stamped, world
from tests.services.lot_world import bare, link
from tests.services.test_statistics import make_listing, make_order, make_shop
from trace.commands.founding import found_instance
from trace.commands.nouns import main
from trace.db import transaction, use_database
from trace.errors import Invalid, NotFound
from trace.keyring import use_keyring
from trace.records.allocation import Allocation
from trace.records.lot import LotKind
from trace.records.market_order import MarketOrder
from trace.records.shop import Shop
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


def sold(session: Session, coop: world.Coop, shop: Shop, orders: int) -> None:
    """So many orders of the packed lot, one a day."""
    listing = make_listing(session, shop.created_at, shop, "vai")
    for n in range(orders):
        make_order(session, shop, date(2026, 6, 1) + timedelta(days=n), "completed", [(listing, 1, 1000)])
    for order in session.execute(select(MarketOrder)).scalars().all():
        part = {"order_id": order.id, "ext_line_id": "0", "product_id": coop.product.id, "unit_g": 500}
        world.add(session, Allocation(lot_id=coop.extra["pack"].id, pieces=1, **part))


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


@pytest.mark.parametrize(
    "words",
    [
        ("trace", "{}", "--up"),
        ("lot", "show", "{}"),
        ("lot", "hold", "{}", "--reason", "Chờ kiểm tra"),
        ("lot", "export", "{}", "--format", "json", "--out", "{out}"),
        ("audit", "proof", "{}", "--out", "{out}"),
        ("recall", "drill", "{}"),
    ],
)
def test_a_code_of_two_cooperatives_is_asked_again_with_names_that_can_be_typed(
    run: Run, coop: world.Coop, now: datetime, tmp_path: Path, words: tuple[str, ...]
) -> None:
    with transaction() as session:
        other = world.make_coop(session, now)
        twins = [bare(session, now, one, LotKind.HARVEST, 1_000, code="VT-0612-99") for one in (coop, other)]

    def typed(name: str) -> Result:
        return run(*(word.format(name, out=tmp_path / "tep") for word in words))

    refused = typed("VT-0612-99").exception
    assert isinstance(refused, Invalid)
    choices = refused.problems[0].params["choices"]
    assert choices == [f"{one.org.public_id}/VT-0612-99 ({one.org.name})" for one in (coop, other)]
    chosen = typed(f"{other.org.public_id}/VT-0612-99")
    assert chosen.exit_code == 0, chosen.exception
    assert twins[0].public_id not in chosen.output
    absent = typed("VT-khong-co").exception
    assert isinstance(absent, NotFound)
    assert (absent.key, absent.params["name"]) == ("trace.unknown", "VT-khong-co")


def test_hundreds_of_orders_are_a_count_and_a_period_unless_each_is_asked_for(
    run: Run, coop: world.Coop, now: datetime
) -> None:
    with transaction() as session:
        shop = make_shop(session, now, coop, "shopee", "VAI-40")
        sold(session, coop, shop, 40)
        name = shop.name
    short = run("trace", coop.extra["harvest"].code, "--down").output
    [line] = [line for line in short.splitlines() if "đơn hàng" in line]
    assert "40 đơn hàng, 01/06–10/07/2026" in line
    assert max(map(len, short.splitlines())) < 160
    assert name not in short
    each = run("trace", coop.extra["harvest"].code, "--down", "--orders").output
    assert sum(name in line for line in each.splitlines()) == 40
