"""What the manager wants shown: sent once, absolute, with its own result; never more than there is."""

import json

import pytest

from marketplaces.shopee.adapter import Shopee
from marketplaces.values import Offer, OfferResult
from tests import world
from tests.jobs.market import Stand
from trace.db import reading, transaction
from trace.records.product import Product
from trace.records.shop import Listing, Shop
from trace.services import listing_offers, listings
from trace.services.listing_offers import Wish
from trace.services.lot_room import sold_by_lot
from trace.services.shop_pages import push_state
from trace.standards.local_time import local_day


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Offer]:
    """Every offer that was handed to the adapter."""
    offers: list[Offer] = []
    honest = Shopee.publish

    def noted(self: Shopee, given: list[Offer]) -> list[OfferResult]:
        offers.extend(given)
        return honest(self, given)

    monkeypatch.setattr(Shopee, "publish", noted)
    return offers


def shelf(stand: Stand) -> dict[str, Listing]:
    with reading() as session:
        return {row.ext_sku: row for row in listings.shelf_of(session, stand.shop.id).values()}


def want(stand: Stand, sku: str = "VAI-1KG", **wish: object) -> None:
    if not shelf(stand):
        stand.run("read_shelf")
    number = shelf(stand)[sku].id
    asked = Wish(**{"price_vnd": 60_000, "stock": 100, "on_sale": True, **wish})
    with transaction() as session:
        boss, shop_id, now = stand.coop.boss, stand.shop.id, stand.now()
        product = stand.coop.product
        listings.map_listing(session, boss, shop_id, number, product.public_id, None, now)
        listing_offers.wish(session, boss, shop_id, number, asked, now)


def on_the_marketplace(stand: Stand, sku: str = "VAI-1KG") -> tuple[int, int, str]:
    """Price, stock and status as a buyer's page would have them."""
    adapter = stand.desk.open("shopee", _credentials(stand))
    found = next(one for one in adapter.listings() if one.sku == sku)
    return found.price_vnd, found.stock, found.status


def _credentials(stand: Stand):
    from trace.services import shop_tokens

    with reading() as session:
        return shop_tokens.read_tokens(session, stand.shop.id).credentials


def test_a_wish_reaches_the_marketplace_and_is_not_sent_again(stand: Stand, sent: list[Offer]) -> None:
    want(stand)
    stand.run()
    assert on_the_marketplace(stand) == (60_000, 100, "on_sale")
    assert push_state(shelf(stand)["VAI-1KG"]) == "sent"
    assert len(sent) == 1
    stand.run()
    assert len(sent) == 1


def test_nothing_is_sent_for_what_nobody_wished(lite: Stand, sent: list[Offer]) -> None:
    lite.run("read_shelf")
    lite.run()
    assert sent == []
    assert {push_state(row) for row in shelf(lite).values()} == {"unmanaged"}


def test_an_order_read_in_the_same_turn_is_taken_off_the_stock_first(lite: Stand, sent: list[Offer]) -> None:
    with transaction() as session:
        session.get(Shop, lite.shop.id).buffer_units = 5
    want(lite, stock=100)
    lite.travel(seconds=5)
    lite.market.order(lines=[{"listing": "VAI-1KG", "quantity": 30}])
    lite.run()
    assert [offer.stock for offer in sent] == [65]
    lite.market.control("cancel", order=next(iter(_orders())))
    lite.run()
    assert [offer.stock for offer in sent] == [65, 95]


def _orders() -> dict[str, object]:
    from tests.jobs.market import orders

    return orders()


def test_a_listing_deleted_there_is_missing_and_never_synced(
    lite: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    want(lite)

    def gone(_self: Shopee, offers: list[Offer]) -> list[OfferResult]:
        return [OfferResult(offer.sku, "", "missing", "the listing is gone") for offer in offers]

    with monkeypatch.context() as patch:
        patch.setattr(Shopee, "publish", gone)
        lite.run()
    row = shelf(lite)["VAI-1KG"]
    assert (push_state(row), row.is_missing, row.confirmed) == ("missing", True, "{}")
    lite.run("read_shelf")  # it is there after all
    lite.run()
    assert push_state(shelf(lite)["VAI-1KG"]) == "sent"


def test_what_the_marketplace_refuses_waits_for_a_person(
    lite: Stand, sent: list[Offer], monkeypatch: pytest.MonkeyPatch
) -> None:
    want(lite)

    def refuse(_self: Shopee, offers: list[Offer]) -> list[OfferResult]:
        sent.extend(offers)
        return [OfferResult(offer.sku, "", "refused", "price too low") for offer in offers]

    with monkeypatch.context() as patch:
        patch.setattr(Shopee, "publish", refuse)
        lite.run()
        lite.run()
    row = shelf(lite)["VAI-1KG"]
    assert (len(sent), push_state(row), row.last_error) == (1, "refused", "price too low")
    want(lite, price_vnd=61_000)
    lite.run()
    assert on_the_marketplace(lite)[0] == 61_000


@pytest.mark.parametrize("kind", ["500", "cut", "html"])
def test_a_change_whose_answer_was_lost_is_read_back_not_believed(lite: Stand, kind: str) -> None:
    want(lite, price_vnd=71_000)
    lite.market.control("fault", kind=kind, times=1, on="update_price")
    lite.run()
    lite.run()
    assert on_the_marketplace(lite)[0] == 71_000
    assert push_state(shelf(lite)["VAI-1KG"]) == "sent"


def test_what_was_done_before_a_failure_is_kept(lite: Stand, sent: list[Offer]) -> None:
    want(lite)
    want(lite, "VAI-5KG", price_vnd=250_000, stock=90, on_sale=False)
    lite.market.control("fault", kind="429", times=1, seconds=900, on="unlist_item")
    assert lite.run().state == "failed"
    states = {push_state(row) for row in shelf(lite).values()}
    assert states == {"sent", "waiting"}
    lite.run()
    assert on_the_marketplace(lite, "VAI-5KG") == (250_000, 90, "off_sale")


def test_recalled_products_go_off_sale(lite: Stand) -> None:
    want(lite)
    lite.run()
    with transaction() as session:
        paused = listing_offers.pause_products(session, [lite.coop.product.id], lite.now())
    lite.run()
    assert (paused, on_the_marketplace(lite)[2]) == (1, "off_sale")


def test_an_order_takes_its_lot_s_goods_off_the_shelf_and_the_last_day_ends_the_sale(
    lite: Stand, sent: list[Offer]
) -> None:
    with transaction() as session:
        today = local_day(lite.now())
        dates = {"harvested_on": today, "packed_on": today, "best_before": today}
        plot, product = lite.coop.plot, lite.coop.product
        lot = world.make_lot(session, lite.now(), plot, product, weight_g=40_000, **dates)
    want(lite, stock=None, follows_lots=True)
    lite.run()
    lite.market.order(lines=[{"listing": "VAI-1KG", "quantity": 30}])
    lite.run()
    assert [offer.stock for offer in sent] == [40, 10]
    with reading() as session:
        assert sold_by_lot(session, [lot.id]) == {lot.id: 30_000}
    lite.travel(days=1)
    told = json.loads(lite.run().stats)
    assert (told["paused"], on_the_marketplace(lite)[1:]) == (1, (0, "off_sale"))


@pytest.mark.parametrize("longest", ["", "80"])
def test_the_shop_s_own_limit_of_a_text_may_be_an_option(
    lite: Stand, sent: list[Offer], longest: str
) -> None:
    if longest:
        lite.desk.settings.marketplaces["shopee"].options["longest_description"] = longest
    with transaction() as session:
        product = session.get_one(Product, lite.coop.product.id)
        product.description = "Vải chín đỏ, hái lúc trời còn sương. " * 4
    want(lite, with_content=True)
    lite.run()
    (offer,) = sent
    assert f"http://localhost/sp/{product.public_id}" in offer.description
    assert (len(offer.description) <= 80) == bool(longest)


def test_the_shelf_read_shows_what_is_gone(lite: Stand) -> None:
    lite.run("read_shelf")
    assert {row.ext_sku for row in shelf(lite).values()} == {"VAI-1KG", "VAI-5KG"}
    with transaction() as session:
        listings.record_shelf(session, lite.shop.id, [], lite.now())
    assert all(row.is_missing for row in shelf(lite).values())


def test_request_ids_are_kept_for_the_marketplace_s_support(lite: Stand) -> None:
    told = json.loads(lite.run().stats)
    assert len(told["request_ids"]) == 3
