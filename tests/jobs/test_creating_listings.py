"""New listings: made once, whatever is lost or killed on the way; taken over where they stand already."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from marketplaces.values import Listing as Shown
from marketplaces.values import Offer
from tests import world
from tests.jobs.forks import dies, take_over
from tests.jobs.market import Market, Stand, open_stand
from tests.marketplaces.stalls import seen_in_dong
from tests.services.test_listing_pictures import photograph
from trace.db import Database, reading, transaction
from trace.errors import Refused
from trace.records.new_listing import NewListing, NewListingState
from trace.records.product import Product
from trace.records.shop import Listing
from trace.services import listing_offers, market_categories, new_listings, shop_tokens
from trace.services.listing_pictures import PictureLimits, prepare
from trace.services.new_listing_sending import DOUBT, MOST_TRIES
from trace.services.new_listings import Chosen, Needs, NewListingIn
from trace.services.shop_pages import push_state
from trace.standards.local_time import local_day

SKU = "VAI-MOI"
TITLE = "Vải thiều Thanh Hà đầu mùa, thùng 1 kg"
PICTURE = Chosen(1, prepare(photograph(60, 40), PictureLimits(least_side=330)))


@pytest.fixture
def each(sqlite: Database, any_market: Market, tmp_path: Path) -> Stand:
    """A connected shop at each marketplace."""
    return open_stand(any_market, tmp_path)


def ask(stand: Stand, **changes: Any) -> NewListing:
    """The manager asks for the cooperative's product."""
    stand.run("read_categories")
    with reading() as session:
        found, _ = market_categories.search(session, stand.market.spec.name, "trai cay")
    given = {"title": TITLE, "sku": SKU, "unit_g": 1_000, "price_vnd": 60_000, "stock": 25}
    given |= {"category": found[0].ext_category_id, **changes}
    with transaction() as session:
        product = stand.coop.product.public_id
        asked = NewListingIn(**given)
        needs = Needs(category=True, picture=True)
        return new_listings.ask(
            session, stand.coop.boss, stand.shop.id, product, asked, [PICTURE], needs, stand.now()
        )


def row(sku: str = SKU) -> NewListing:
    with reading() as session:
        return session.execute(select(NewListing).where(col(NewListing.sku) == sku)).scalar_one()


def shown(stand: Stand, sku: str = SKU) -> list[Shown]:
    """What buyers see under the code."""
    with reading() as session:
        credentials = shop_tokens.read_tokens(session, stand.shop.id).credentials
    adapter = seen_in_dong(stand.desk.open(stand.market.spec.name, credentials))
    return [one for one in adapter.listings() if one.sku == sku]


def ours(sku: str = SKU) -> Listing:
    with reading() as session:
        return session.execute(select(Listing).where(col(Listing.ext_sku) == sku)).scalar_one()


def wait_out(stand: Stand, runs: int = 1) -> None:
    for _ in range(runs):
        stand.travel(seconds=DOUBT.total_seconds() + 1)
        stand.run()


def test_a_product_is_put_on_sale_at_every_marketplace(each: Stand) -> None:
    ask(each)
    assert each.run().state == "done"
    [one] = shown(each)
    assert (one.name, one.price_vnd, one.stock) == (TITLE, 60_000, 25)
    assert row().state == NewListingState.DONE
    assert (ours().product_id, ours().unit_g) == (each.coop.product.id, 1_000)
    assert push_state(ours()) in {"sent", "doubtful"}  # TikTok Shop still reviews it
    each.travel(hours=1)
    each.run()
    assert len(shown(each)) == 1


@pytest.mark.parametrize("kind", ["cut", "html", "500", "bad_json"])
def test_an_answer_that_was_lost_makes_no_second_listing(each: Stand, kind: str) -> None:
    ask(each)
    each.market.control("fault", kind=kind, times=1, on=each.market.spec.creates)
    each.run()
    each.run()
    wait_out(each, 3)
    assert [one.sku for one in shown(each)] == [SKU]
    assert row().state == NewListingState.DONE


@pytest.mark.parametrize("commits", range(12))
def test_a_worker_killed_at_any_commit_leaves_one_listing(each: Stand, sqlite_url: str, commits: int) -> None:
    ask(each)
    number = each.due()
    dies(each, sqlite_url, number, commits)
    take_over(each, number)
    wait_out(each, 3)
    assert [one.sku for one in shown(each)] == [SKU]
    assert row().state == NewListingState.DONE


def test_what_hides_from_the_shelf_is_not_sent_again_before_its_time(
    lite: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    from marketplaces.shopee.adapter import Shopee

    ask(lite)
    offers: list[Offer] = []

    def lost(_self: Shopee, given: list[Offer]) -> list[Any]:
        offers.extend(one for one in given if one.sku == SKU)
        return [listing_offers.OfferResult(one.sku, "", "unknown", "no answer") for one in given]

    monkeypatch.setattr(Shopee, "publish", lost)
    for _ in range(4):
        lite.run()
    assert (len(offers), row().state, row().reason) == (1, NewListingState.SENDING, "no answer")
    wait_out(lite, MOST_TRIES + 1)
    assert len(offers) == MOST_TRIES
    assert (row().state, row().reason_key) == (NewListingState.REFUSED, "newlist.no_answer")


@pytest.mark.parametrize("any_market", ["tiki"], indirect=True)
def test_a_request_that_is_looked_at_for_days_is_followed_and_not_filed_again(
    each: Stand,
) -> None:
    ask(each)
    each.market.control("fault", kind="late", times=1, seconds=200_000, on="requests")
    each.run()
    assert (row().state, bool(row().ticket)) == (NewListingState.SENDING, True)
    wait_out(each, 5)
    filed = each.market.calls("v2.1/requests")
    each.travel(days=3)
    each.run()
    assert row().state == NewListingState.DONE
    assert (len(shown(each)), len(each.market.calls("v2.1/requests"))) == (1, len(filed))


def test_what_stands_there_under_the_code_is_taken_over(each: Stand) -> None:
    ask(each, sku="VAI-1KG")
    before = len(shown(each, "VAI-1KG"))
    each.run()
    [one] = shown(each, "VAI-1KG")
    assert ours("VAI-1KG").last_error == ""
    assert one.name != TITLE
    assert (before, row("VAI-1KG").state, one.price_vnd) == (1, NewListingState.DONE, 60_000)


def test_a_code_that_is_another_product_s_is_not_taken(lite: Stand) -> None:
    lite.run("read_shelf")
    ask(lite, sku="VAI-1KG")
    with transaction() as session:
        other = world.make_product(session, lite.now(), lite.coop.org)
        listing = session.get_one(Listing, ours("VAI-1KG").id)
        listing.product_id, listing.unit_g = other.id, 1_000
    lite.run()
    assert (row("VAI-1KG").state, row("VAI-1KG").reason_key) == (NewListingState.REFUSED, "newlist.another")


def test_what_was_refused_waits_for_a_person_and_is_mapped_when_it_appears_without_touching_its_price(
    lite: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    from marketplaces.shopee.adapter import Shopee

    ask(lite)
    with monkeypatch.context() as patch:

        def refuse(_self: Shopee, given: list[Offer]) -> list[Any]:
            return [listing_offers.OfferResult(one.sku, "", "refused", "attributes missing") for one in given]

        patch.setattr(Shopee, "publish", refuse)
        lite.run()
    wait_out(lite)
    assert (row().state, row().reason, shown(lite)) == (NewListingState.REFUSED, "attributes missing", [])
    by_hand = {"sku": SKU, "name": "Vải", "price_vnd": 77_000, "stock": 3}
    lite.market.control("seed", shop=lite.shop.ext_shop_id, listings=[by_hand])
    lite.run("read_shelf")
    lite.run()
    assert (row().state, ours().product_id) == (NewListingState.DONE, lite.coop.product.id)
    assert shown(lite)[0].price_vnd == 77_000


def test_its_stock_follows_the_lots_and_nothing_is_listed_when_they_ended(stand: Stand) -> None:
    with transaction() as session:
        product = session.get_one(Product, stand.coop.product.id)
        today = local_day(stand.now())
        dates = {"harvested_on": today, "packed_on": today, "best_before": today}
        lot = world.make_lot(session, stand.now(), stand.coop.plot, product, weight_g=7_500, **dates)
    ask(stand, stock=None, follows_lots=True)
    stand.run()
    assert [one.stock for one in shown(stand)] == [7]
    with transaction() as session:
        session.merge(lot).state = "recalled"
    with pytest.raises(Refused, match="lots_ended"):
        ask(stand, sku="VAI-2")


def test_marketplaces_that_fetch_pictures_are_told_their_address(
    sqlite: Database, market_of_session: Market, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from marketplaces.tiki.adapter import Tiki
    from tests.marketplaces.stalls import MARKETS

    market = Market(market_of_session.root, MARKETS["tiki"])
    market.control("reset")
    stand = open_stand(market, tmp_path)
    seen: list[Offer] = []
    honest = Tiki.publish

    def noted(self: Tiki, given: list[Offer]) -> Any:
        seen.extend(given)
        return honest(self, given)

    monkeypatch.setattr(Tiki, "publish", noted)
    ask(stand)
    stand.run()
    assert seen[0].image_ids == (f"http://localhost/anh-hang/{PICTURE.made.sha256}.jpg",)
    assert seen[0].pictures == ()
