"""A shop that sells in dollars, through its jobs: revenue that waits for a rate, prices that keep theirs."""

from pathlib import Path

import pytest
from sqlalchemy import delete, select
from sqlmodel import col

from marketplaces.simulators.alibaba import DONG_A_DOLLAR
from tests.jobs.market import Market, Stand, figures, figures_follow_facts, open_stand, orders
from trace.db import Database, reading, transaction
from trace.records.account import Role
from trace.records.exchange_rate import ExchangeRate
from trace.records.shop import Listing, ShopState
from trace.services import exchange_rates, listing_offers, listings
from trace.services.admission import Actor
from trace.services.rate_input import RateIn
from trace.services.sync_health import ShopHealth, sync_health
from trace.standards.local_time import local_day

OFFICE = Actor(account_id=None, role=Role.OFFICE)
pytestmark = pytest.mark.parametrize("any_market", ["alibaba"], indirect=True)


@pytest.fixture
def stand(database: Database, any_market: Market, tmp_path: Path) -> Stand:
    """A connected shop, and no rate at all."""
    opened = open_stand(any_market, tmp_path)
    with transaction() as session:
        session.execute(delete(ExchangeRate))
    return opened


def declare(stand: Stand, dong: int = DONG_A_DOLLAR, days: int = 10) -> None:
    given = RateIn(currency="USD", day=local_day(stand.now()), dong=dong * 10_000, source="thử")
    with transaction() as session:
        exchange_rates.declare(session, OFFICE, [given], days, stand.now())


def managed(stand: Stand, price_vnd: int = 60_000) -> Listing:
    """The manager sets a price; the shop is synchronised."""
    stand.run("read_shelf")
    with transaction() as session:
        row = session.execute(select(Listing).where(col(Listing.ext_sku) == "VAI-1KG")).scalar_one()
        boss, product = stand.coop.boss, stand.coop.product.public_id
        listings.map_listing(session, boss, stand.shop.id, row.id, product, 1_000, stand.now())
        wish = listing_offers.Wish(price_vnd, 30, on_sale=True)
        listing_offers.wish(session, boss, stand.shop.id, row.id, wish, stand.now())
    assert stand.run("push_listings").state == "done"
    return ours()


def ours() -> Listing:
    with reading() as session:
        return session.execute(select(Listing).where(col(Listing.ext_sku) == "VAI-1KG")).scalar_one()


def health(stand: Stand) -> ShopHealth:
    with reading() as session:
        [one] = sync_health(session, stand.coop.boss, stand.now()).shops
        return one


def test_orders_count_before_their_rate_and_earn_when_it_comes(stand: Stand) -> None:
    stand.market.order()
    stand.run()
    truth = stand.market.truth()
    assert {key: (*row[:3], 0) for key, row in truth.items()} == figures() != {}
    assert health(stand).unpriced == 1
    declare(stand)
    assert figures() == truth
    assert figures_follow_facts()
    assert health(stand).unpriced == 0


def test_a_price_goes_out_in_dollars_and_keeps_the_rate_it_was_sent_with(stand: Stand) -> None:
    declare(stand)
    row = managed(stand)
    assert (row.price_vnd, row.price_minor, row.last_error) == (60_000, 240, "")
    first = row.price_rate_id
    stand.travel(days=1)
    declare(stand, 20_000)
    stand.run()
    assert (ours().price_minor, ours().price_rate_id) == (240, first)
    row = managed(stand)
    assert (row.price_minor, row.price_rate_id == first) == (300, False)


def test_without_a_rate_all_but_the_price_is_sent_and_the_price_follows(stand: Stand) -> None:
    row = managed(stand)
    assert (row.price_minor, row.price_rate_id, row.last_error) == (None, None, "")
    stand.run("read_shelf")
    declare(stand)
    stand.run("push_listings")
    assert ours().price_minor == 240


def test_a_rate_too_old_prices_nothing(stand: Stand) -> None:
    declare(stand, days=3)
    stand.travel(days=4)
    stand.market.order()
    stand.run()
    [order] = orders().values()
    assert (order.is_priced, order.rate_id) == (False, None)


def test_orders_whose_detail_is_refused_are_told_and_come_whole_with_the_right(stand: Stand) -> None:
    declare(stand)
    stand.market.order()
    stand.market.control("switch", name="detail", value="refused")
    stand.run()
    [order] = orders().values()
    assert (order.caution, order.is_priced, order.status) == ("no_detail", False, "placed")
    assert health(stand).cautions == (("no_detail", 1),)
    assert health(stand).orders_today == 1
    stand.market.control("switch", name="detail")
    stand.run()
    assert figures() == stand.market.truth() != {}
    assert health(stand).cautions == ()


def test_a_frozen_order_counts_and_is_told(stand: Stand) -> None:
    declare(stand)
    number = stand.market.order()
    stand.market.control("status", order=number, status="frozen")
    stand.run()
    assert figures() == stand.market.truth() != {}
    assert health(stand).cautions == (("frozen", 1),)


def test_a_wrong_key_reads_nothing_and_the_shop_says_so(stand: Stand) -> None:
    stand.market.order()
    told = stand.desk.settings.marketplaces["alibaba"].model_copy(update={"app_secret": "another"})
    stand.desk.settings = stand.desk.settings.model_copy(update={"marketplaces": {"alibaba": told}})
    assert stand.run().state != "done"
    assert orders() == {}
    assert stand.again().last_error.startswith("setup")
    assert stand.again().state == ShopState.CONNECTED
