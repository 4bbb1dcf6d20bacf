"""Where a product is on sale now: what the shops showed when last looked at, and nothing we only wish."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from marketplaces.values import Listing as Shown
from marketplaces.values import OfferResult
from tests import world
from tests.services import farm
from trace.db import Database, reading, transaction
from trace.records.product import Product
from trace.records.recall import Recall
from trace.records.shop import Shop, ShopState
from trace.services import listing_offers, listings, recalling, releasing
from trace.services.listing_text import Face
from trace.services.where_to_buy import FRESH, MOST, OnSale, where_to_buy

PAGE = "https://www.lazada.vn/-i1-s2.html"
BOX = Shown("1", "VT-1", "Vải 1 kg", 55_000, 12, "on_sale", page_url=PAGE)


class Stall:
    """A shop whose one listing is mapped to the cooperative's product."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        with transaction() as session:
            self.coop = farm.found(session, now)
            values = {"org_id": self.coop.org.id, "marketplace": "lazada", "ext_shop_id": "7"}
            shop = Shop(**values, name="Vườn Thanh Hà", state=ShopState.CONNECTED, created_at=now)
            self.shop = world.add(session, shop)
        self.show(BOX)
        self.set(product_id=self.coop.product.id, unit_g=1_000)

    def show(self, *things: Shown, at: datetime | None = None) -> None:
        with transaction() as session:
            listings.record_shelf(session, self.shop.id, things, at or self.now)

    def set(self, **values: Any) -> None:
        with transaction() as session:
            for row in listings.shelf_of(session, self.shop.id).values():
                for name, value in values.items():
                    setattr(row, name, value)

    def found(self, at: datetime | None = None) -> tuple[OnSale, ...]:
        with reading() as session:
            return where_to_buy(session, self.coop.product.id, at or self.now)


@pytest.fixture
def stall(database: Database, now: datetime) -> Stall:
    return Stall(now)


def test_a_listing_on_sale_is_told_with_its_price_and_the_page_its_marketplace_gave(stall: Stall) -> None:
    assert stall.found() == (OnSale("lazada", "Vườn Thanh Hà", 1_000, 55_000, PAGE, stall.now),)


@pytest.mark.parametrize(
    "shown",
    [
        replace(BOX, status="off_sale"),
        replace(BOX, status="blocked"),
        replace(BOX, stock=0),
    ],
)
def test_what_the_shop_shows_as_gone_or_sold_out_is_not_told(stall: Stall, shown: Shown) -> None:
    stall.show(shown)
    assert stall.found() == ()


def test_what_the_shop_shows_no_longer_is_not_told(stall: Stall) -> None:
    stall.show()
    assert stall.found() == ()


def test_a_shelf_that_was_not_read_for_long_says_nothing(stall: Stall) -> None:
    assert stall.found(stall.now + FRESH - timedelta(seconds=1))
    assert stall.found(stall.now + FRESH) == ()
    stall.show(BOX, at=stall.now + FRESH)
    assert stall.found(stall.now + FRESH)


def test_a_shop_that_is_not_connected_sells_nothing_here(stall: Stall) -> None:
    for state in set(ShopState) - {ShopState.CONNECTED}:
        with transaction() as session:
            session.get_one(Shop, stall.shop.id).state = state
        assert stall.found() == (), state


def test_a_listing_of_no_product_and_a_product_no_longer_made_are_not_told(stall: Stall) -> None:
    with transaction() as session:
        session.get_one(Product, stall.coop.product.id).is_active = False
    assert stall.found() == ()
    with transaction() as session:
        session.get_one(Product, stall.coop.product.id).is_active = True
    stall.set(product_id=None, unit_g=None)
    assert stall.found() == ()
    with reading() as session:
        assert where_to_buy(session, None, stall.now) == ()


def test_an_open_recall_of_any_of_its_lots_silences_the_product(stall: Stall) -> None:
    with transaction() as session:
        lot = farm.harvest(session, stall.coop, stall.now)
        releasing.release_lot(session, stall.coop.boss, lot.public_id, stall.now)
        words = recalling.RecallIn(reason="Nghi còn thuốc trên quả", phone="0220 000 0000")
        recall = recalling.open_recall(session, stall.coop.boss, lot.public_id, words, stall.now)
    assert stall.found() == ()
    with transaction() as session:
        session.get_one(Recall, recall.id).closed_at = stall.now
    assert stall.found()


def test_what_we_asked_to_be_taken_off_the_shelf_is_gone_at_once(stall: Stall) -> None:
    stall.set(on_sale=False)
    assert stall.found() == ()


def test_a_price_in_another_currency_is_not_said_in_dong(stall: Stall) -> None:
    stall.show(replace(BOX, price_vnd=0, price_minor=250))
    assert [one.price_vnd for one in stall.found()] == [None]


def test_a_price_the_shop_took_over_is_told_from_that_moment(stall: Stall) -> None:
    wish = listing_offers.Wish(price_vnd=60_000, stock=4, on_sale=True)
    with transaction() as session:
        [row] = listings.shelf_of(session, stall.shop.id).values()
        listing_offers.wish(session, stall.coop.boss, stall.shop.id, row.id, wish, stall.now)
    assert [one.price_vnd for one in stall.found()] == [55_000]  # wished for is not shown
    face = Face("http://localhost", 0, "VND")
    with transaction() as session:
        due = list(listing_offers.offers_due(session, stall.shop.id, face, stall.now))
        done = [OfferResult(one.offer.sku, one.offer.listing_id, "done") for one in due]
        listing_offers.record_results(session, due, done, stall.now)
    assert [one.price_vnd for one in stall.found()] == [60_000]


def test_the_cheapest_come_first_and_a_page_names_a_few(stall: Stall) -> None:
    things = [replace(BOX, ext_listing_id=str(n), price_vnd=90_000 - n * 1_000) for n in range(MOST + 3)]
    stall.show(*things)
    stall.set(product_id=stall.coop.product.id, unit_g=1_000)
    prices = [one.price_vnd for one in stall.found()]
    assert prices == sorted(one.price_vnd for one in things)[:MOST]


def test_another_cooperatives_goods_are_not_told(stall: Stall) -> None:
    with transaction() as session:
        other = world.make_coop(session, stall.now)
    with reading() as session:
        assert where_to_buy(session, other.product.id, stall.now) == ()
