"""What is published of a closed month: sums of the rows, few households hidden, the same for good."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlmodel import Session, select

from tests import world
from tests.services.test_month_closing import DAYS, JULY, JUNE, OFFICE, begin_anew
from tests.services.test_open_suppressing import Attacker
from tests.services.test_statistics import make_listing, make_shop
from tests.units import HA_BAC, THANH_HA
from trace.db import Database, reading, transaction
from trace.records.allocation import Allocation
from trace.records.household import Household
from trace.records.market_order import MarketOrder, MarketOrderLine, OrderStatus
from trace.records.plot import GrowingArea, Plot, SiteStatus
from trace.services.month_closing import freezing
from trace.services.open_data import sales
from trace.services.open_data.datasets import BY_NAME, DATASETS
from trace.services.open_data.reading import rows_of
from trace.services.open_data.suppressing import Cell
from trace.services.recounting import recount

AUGUST = datetime(2026, 8, 3, tzinfo=UTC)
GROUPS = (1, 2)
MARKETS = ("shopee", "lazada")


class Valley:
    """Cooperatives of two communes that sell by group and marketplace, each piece from a known lot."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session, self.now = session, now
        self.coops = [world.make_coop(session, now, commune_code=code) for code in (THANH_HA, HA_BAC)]
        self.homes = [
            [coop.household, *(world.make_household(session, now, coop.org) for _ in range(11))]
            for coop in self.coops
        ]
        self.shelves: dict[tuple[int, int, str], Any] = {}
        for which, coop in enumerate(self.coops):
            for market in MARKETS:
                shop = make_shop(session, now, coop, market, f"{which}{market}")
                for group in GROUPS:
                    product = world.make_product(session, now, coop.org, ocop_group=group)
                    given = {"product_id": product.id, "unit_g": 1_000}
                    listing = make_listing(session, now, shop, f"{which}{group}", **given)
                    self.shelves[which, group, market] = (shop, listing, product)

    def sell(self, coop: int, group: int, market: str, homes: range, day: date = DAYS[0]) -> None:
        """An order a household, of its own harvest."""
        shop, listing, product = self.shelves[coop, group, market]
        at = datetime(day.year, day.month, day.day, 3, tzinfo=UTC)
        for number in homes:
            home = self.homes[coop][number]
            plot = world.make_plot(self.session, self.now, home)
            lot = world.make_lot(self.session, self.now, plot, product, harvested_on=day, packed_on=None)
            name = f"o{coop}{group}{market}{number}{day}"
            values = {"shop_id": shop.id, "ext_order_id": name, "ext_modified_at": at, "status_raw": "x"}
            values |= {"status": OrderStatus.COMPLETED, "ordered_at": at, "day": day, "payload_hash": ""}
            order = world.add(self.session, MarketOrder(**values, first_seen_at=at, changed_at=at))
            line = {"order_id": order.id, "ext_line_id": "1", "listing_id": listing.id, "quantity": 1}
            money = 10_000 + 1_000 * number
            line |= {"net_quantity": 1, "unit_price_vnd": money, "revenue_vnd": money}
            world.add(self.session, MarketOrderLine(**line))
            share = {"order_id": order.id, "ext_line_id": "1", "product_id": product.id, "lot_id": lot.id}
            world.add(self.session, Allocation(**share, pieces=1, unit_g=1_000))
        recount(self.session)


@pytest.fixture
def valley(database: Database, now: datetime) -> Valley:
    with transaction() as session:
        made = Valley(session, now)
        made.sell(0, 1, "shopee", range(9))
        made.sell(0, 1, "lazada", range(2))
        made.sell(0, 2, "shopee", range(6))
        made.sell(1, 1, "shopee", range(7))
        made.sell(1, 2, "lazada", range(1))
    return made


def close(month: str = JUNE, now: datetime = JULY, least: int = 5) -> None:
    with reading() as session:
        made = freezing.draft(session, OFFICE, month, now, least)
    with transaction() as session:
        freezing.keep(session, OFFICE, made)


def table(name: str) -> list[dict[str, Any]]:
    with reading() as session:
        return list(rows_of(session, BY_NAME[name], date(2026, 7, 2)))


def told(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["commune"], row["ocop_group"], row["marketplace"]


def test_shown_cells_are_the_sums_of_their_rows_and_small_ones_are_hidden(valley: Valley) -> None:
    close()
    rows = {told(row): row for row in table("sales")}
    whole = rows[None, None, None]
    assert (whole["households"], whole["orders"], whole["status"]) == (16, 25, "shown")
    money = sum(10_000 + 1_000 * n for many in (9, 2, 6, 7, 1) for n in range(many))
    assert (whole["revenue_vnd"], whole["weight_g"]) == (money, 25_000)
    small = rows[THANH_HA, 1, "lazada"]
    assert (small["status"], small["revenue_vnd"], small["households"]) == ("suppressed", None, None)
    beside = rows[THANH_HA, 1, "shopee"]
    assert beside["status"] == "suppressed", "or the small one is the group less this one"
    assert rows[THANH_HA, 1, None]["households"] == 9
    assert rows[HA_BAC, 2, None]["status"] == rows[HA_BAC, 1, None]["status"] == "suppressed"
    assert (HA_BAC, 2, "lazada") not in rows


def test_goods_of_which_nobody_knows_who_grew_them_stand_for_nobody(valley: Valley) -> None:
    with transaction() as session:
        for share in session.exec(select(Allocation)).all():
            share.lot_id = None
        recount(session)
    close()
    (row,) = table("sales")
    assert (row["level"], row["status"], row["orders"]) == ("all", "suppressed", None)


def test_nothing_hidden_follows_from_every_table_of_every_month(valley: Valley) -> None:
    with transaction() as session:
        valley.session = session
        valley.sell(0, 1, "lazada", range(2, 5), date(2026, 7, 4))
        valley.sell(0, 1, "shopee", range(8), date(2026, 7, 4))
        valley.sell(1, 2, "lazada", range(5), date(2026, 7, 4))
    close()
    close("2026-07", AUGUST)
    for month in (JUNE, "2026-07"):
        with reading() as session:
            raw = sales.sales_of(session, OFFICE, freezing.ask_of(month, JULY))
        cells = {one.key: one for one in _every(raw)}
        shown = [row for row in table("sales") if row["month"] == month and row["status"] == "shown"]
        keys = [tuple(str(part) for part in told(row) if part is not None) for row in shown]
        published = [cells[key] for key in keys]
        for row in table("indicators"):
            if row["month"] == month and row["indicator"] == "revenue" and row["value"] is not None:
                published.append(raw)
                assert row["value"] == raw.values["revenue_vnd"]
        attacker = Attacker(published)
        assert published
        for key, cell in cells.items():
            assert key in keys or not attacker.knows(cell), (month, key)
            assert key not in keys or len(cell.households) >= 5


def _every(cell: Cell) -> list[Cell]:
    return [cell, *(one for part in cell.parts.values() for one in _every(part))]


def test_what_is_published_is_never_published_otherwise(valley: Valley) -> None:
    close()
    before = {one.name: table(one.name) for one in DATASETS if one.is_released}
    with transaction() as session:
        valley.session = session
        valley.sell(0, 1, "lazada", range(3, 9), DAYS[1])
        for order in session.exec(select(MarketOrder)).all()[:4]:
            order.status = OrderStatus.CANCELLED
        recount(session)
    close(least=9)
    assert {name: table(name) for name in before} == before
    close("2026-07", AUGUST, least=9)
    assert table("sales")[: len(before["sales"])] == before["sales"]


def test_no_name_code_phone_or_number_of_a_household_is_published(valley: Valley) -> None:
    close()
    with reading() as session:
        published = json.dumps(
            [row for one in DATASETS for row in rows_of(session, one, date(2026, 7, 2))], ensure_ascii=False
        )
        for home in session.exec(select(Household)).all():
            assert home.name not in published
            assert f'"{home.code}"' not in published
        for plot in session.exec(select(Plot)).all():
            assert plot.name not in published
        assert "members" not in published


def test_a_figure_of_few_households_is_hidden_and_one_of_none_is_shown(
    database: Database, now: datetime
) -> None:
    with transaction() as session:
        made = Valley(session, now)
        made.sell(0, 1, "shopee", range(3))
    close()
    rows = {row["indicator"]: row for row in table("indicators")}
    for name in ("revenue", "price", "orders", "active_sellers", "waiting_times_kept"):
        assert (rows[name]["value"], rows[name]["status"]) == (None, "suppressed"), name
    assert rows["products_on_platforms"]["status"] == "shown"
    assert "exported" not in rows


class Land:
    def __init__(self, session: Session, now: datetime, households: int) -> None:
        self.coop = world.make_coop(session, now)
        self.area = world.make_growing_area(session, now, self.coop.org)
        self.grow(session, now, households)

    def grow(self, session: Session, now: datetime, households: int) -> None:
        for _ in range(households):
            home = world.make_household(session, now, self.coop.org)
            world.make_plot(session, now, home, growing_area_id=self.area.id)


def areas(month: str) -> list[tuple[Any, ...]]:
    return [
        (row["as_of"], row["households"], row["codes"]) for row in table("areas") if row["month"] == month
    ]


def test_a_commune_shows_new_land_only_when_enough_households_came(database: Database, now: datetime) -> None:
    begin_anew(database)
    with transaction() as session:
        land = Land(session, now, 6)
    close("2026-04")
    with transaction() as session:
        land.grow(session, now, 2)
        world.make_growing_area(session, now, land.coop.org, code="VN-2", market="JP")
    close("2026-05")
    with transaction() as session:
        land.grow(session, now, 3)
    close("2026-06")
    assert areas("2026-04") == [("2026-04", 6, 1)]
    assert areas("2026-05") == [("2026-04", 6, 1)]
    assert areas("2026-06") == [("2026-06", 11, 2)]


def test_a_code_of_few_that_ends_while_its_growers_stay_shows_in_no_difference(
    database: Database, now: datetime
) -> None:
    """Nobody came or went, so the difference of two months was the area of one household's code."""
    begin_anew(database)
    with transaction() as session:
        land = Land(session, now, 6)
        one = session.exec(
            select(Plot.household_id).where(Plot.growing_area_id == land.area.id).limit(1)
        ).one()
        second = world.make_growing_area(session, now, land.coop.org, code="VN-2", market="JP")
        world.make_plot(session, now, session.get_one(Household, one), growing_area_id=second.id)
    close("2026-04")
    with transaction() as session:
        session.get_one(GrowingArea, second.id).status = SiteStatus.SUSPENDED
    close("2026-05")
    assert areas("2026-04") == areas("2026-05") == [("2026-04", 6, 2)]


def test_a_commune_of_few_growers_shows_nothing(database: Database, now: datetime) -> None:
    with transaction() as session:
        Land(session, now, 4)
    close()
    assert areas(JUNE) == [(None, None, None)]
