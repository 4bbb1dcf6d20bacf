"""TikTok Shop's products: what is taken when, reviews, stock of nothing, failures inside good answers."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from marketplaces.interface import MarketplaceError
from marketplaces.values import Listing
from marketplaces.wire import Rehearsal, Wire
from tests.marketplaces.stalls import SimulatedStall, box, every, last_hour, now
from tests.marketplaces.tiktok_calls import call

SELLING = "7068517275539719942"


@pytest.fixture
def reviewing(tiktok: SimulatedStall) -> Iterator[SimulatedStall]:
    """TikTok looks at everything for an hour."""
    tiktok.do("switch", name="review_s", value="3600")
    yield tiktok
    tiktok.do("switch", name="review_s")


@pytest.fixture
def no_zero(tiktok: SimulatedStall) -> Iterator[SimulatedStall]:
    """TikTok takes no stock of 0."""
    tiktok.do("switch", name="zero_stock", value="refused")
    yield tiktok
    tiktok.do("switch", name="zero_stock")


def published(tiktok: SimulatedStall, **changes: Any) -> str:
    [result] = tiktok.shop().publish([box(**changes)])
    assert result.outcome == "done", result.reason
    return result.ext_listing_id


def shown(tiktok: SimulatedStall) -> Listing:
    [listing] = tiktok.shop().listings()
    return listing


def status(tiktok: SimulatedStall, number: str) -> str:
    return str(call(tiktok, "GET", f"/product/202309/products/{number}")["data"]["status"])


def outcome(tiktok: SimulatedStall, **changes: Any) -> tuple[str, str]:
    [result] = tiktok.shop().publish([box(**changes)])
    return result.outcome, result.reason


def test_a_product_under_review_waits_and_is_not_sent_twice(reviewing: SimulatedStall) -> None:
    number = published(reviewing)
    assert (status(reviewing, number), shown(reviewing).status) == ("PENDING", "blocked")
    assert outcome(reviewing) == ("unchanged", "")
    came, reason = outcome(reviewing, listing_id=number, price_vnd=70_000)
    assert (came, "reviewing" in reason) == ("unknown", True)
    reviewing.do("clock", offset_s=3_700)
    later = reviewing.shop(clock=lambda: now() + timedelta(seconds=3_700))
    [result] = later.publish([box(listing_id=number, price_vnd=70_000)])
    assert result.outcome == "done"
    [listing] = later.listings()
    assert (listing.status, listing.price_vnd) == ("on_sale", 70_000)


def test_a_new_title_is_reviewed_beside_the_old_one_and_sent_once(reviewing: SimulatedStall) -> None:
    reviewing.do("switch", name="review_s", value="0")
    number = published(reviewing)
    reviewing.do("switch", name="review_s", value="3600")
    change = {"listing_id": number, "name": "Vải thiều sớm Thanh Hà, thùng 1 kg", "price_vnd": 70_000}
    assert outcome(reviewing, **change)[0] == "done"
    listing = shown(reviewing)
    assert (listing.name, listing.price_vnd, listing.status) == (box().name, 70_000, "on_sale")
    assert outcome(reviewing, **change) == ("unchanged", "")


def test_a_product_that_comes_back_through_a_review_gets_its_price_after_it(
    reviewing: SimulatedStall,
) -> None:
    reviewing.do("switch", name="review_s", value="0")
    number = published(reviewing)
    assert outcome(reviewing, listing_id=number, on_sale=False)[0] == "done"
    came, reason = outcome(reviewing, listing_id=number, on_sale=False, price_vnd=70_000)
    assert (came, "only while" in reason) == ("refused", True)
    reviewing.do("switch", name="review_s", value="3600")
    came, reason = outcome(reviewing, listing_id=number, price_vnd=70_000)
    assert (came, "reviewing" in reason, status(reviewing, number)) == ("unknown", True, "PENDING")


def test_what_is_to_go_goes_also_when_its_price_is_refused(tiktok: SimulatedStall) -> None:
    number = published(tiktok)
    came, reason = outcome(tiktok, listing_id=number, on_sale=False, price_vnd=0)
    assert (came, "12052073" in reason) == ("refused", True)
    assert shown(tiktok).status == "off_sale"


def test_what_is_to_go_while_it_is_reviewed_goes(reviewing: SimulatedStall) -> None:
    number = published(reviewing)
    assert outcome(reviewing, listing_id=number, on_sale=False)[0] == "done"
    assert status(reviewing, number) == "SELLER_DEACTIVATED"


def test_a_stock_of_nothing_takes_a_product_off_where_it_is_refused_until_there_is_some(
    no_zero: SimulatedStall,
) -> None:
    number = published(no_zero)
    came, reason = outcome(no_zero, listing_id=number, stock=0)
    assert (came, "sold out" in reason, shown(no_zero).status) == ("done", True, "off_sale")
    came, reason = outcome(no_zero, listing_id=number, stock=0)
    assert (came, "sold out" in reason, shown(no_zero).status) == ("unchanged", True, "off_sale")
    assert outcome(no_zero, listing_id=number, stock=12) == ("done", "")
    listing = shown(no_zero)
    assert (listing.stock, listing.status) == (12, "on_sale")


def test_one_sku_of_several_that_is_sold_out_takes_no_other_off(no_zero: SimulatedStall) -> None:
    item = with_variants(no_zero)
    models = {listing.sku: listing.ext_model_id for listing in no_zero.shop().listings()}
    offer = box("MAT-A", listing_id=item, model_id=models["MAT-A"], name="", description="", weight_g=0)
    [result] = no_zero.shop().publish([replace(offer, price_vnd=90_000, stock=0)])
    assert (result.outcome, "12052055" in result.reason) == ("refused", True)
    assert {listing.status for listing in no_zero.shop().listings()} == {"on_sale"}


def test_a_warehouse_nobody_knows_fails_inside_a_good_answer_and_is_told(tiktok: SimulatedStall) -> None:
    keys = replace(tiktok.keys, options=(("warehouse_id", "1"),))
    [result] = tiktok.shop(keys=keys).publish([box()])
    assert (result.outcome, "12052097" in result.reason) == ("refused", True)
    good = replace(tiktok.keys, options=(("warehouse_id", SELLING),))
    [result] = tiktok.shop(keys=good).publish([box()])
    assert result.outcome == "done"


def with_variants(tiktok: SimulatedStall) -> str:
    models = [
        {"sku": "MAT-A", "price_vnd": 90_000, "stock": 3},
        {"sku": "MAT-B", "price_vnd": 95_000, "stock": 4},
    ]
    listing = {
        "sku": "MAT",
        "name": "Mật ong hoa vải Thanh Hà nguyên chất",
        "price_vnd": 1_000,
        "models": models,
    }
    told = tiktok.do("seed", shop=tiktok.shop_id, listings=[listing])
    return str(told["listings"][0]["id"])


def test_variants_are_listings_of_their_own_and_are_priced_apart(tiktok: SimulatedStall) -> None:
    item = with_variants(tiktok)
    assert {one.sku for one in tiktok.shop().listings()} == {"MAT-A", "MAT-B"}
    offer = box("MAT-B", name="", description="", weight_g=0, price_vnd=99_000, stock=2)
    [result] = tiktok.shop().publish([offer])
    assert (result.outcome, result.ext_listing_id) == ("done", item)
    had = {one.sku: one for one in tiktok.shop().listings()}
    assert (had["MAT-A"].price_vnd, had["MAT-B"].price_vnd, had["MAT-B"].stock) == (90_000, 99_000, 2)
    [refused] = tiktok.shop().publish([box("MAT", listing_id=item)])
    assert (refused.outcome, had["MAT-A"].ext_model_id in refused.reason) == ("refused", True)
    tiktok.do("order", shop=tiktok.shop_id, lines=[{"listing": item, "model": "MAT-A", "quantity": 2}])
    [order] = every(tiktok.shop().orders(last_hour())).values()
    [line] = order.lines
    assert (line.ext_model_id, line.sku, line.revenue_vnd) == (had["MAT-A"].ext_model_id, "MAT-A", 180_000)


def test_an_only_sku_is_named_by_an_order_as_by_the_shelf(tiktok: SimulatedStall) -> None:
    tiktok.order(published(tiktok))
    [order] = every(tiktok.shop().orders(last_hour())).values()
    had = shown(tiktok)
    assert (order.lines[0].ext_listing_id, order.lines[0].ext_model_id) == (
        had.ext_listing_id,
        had.ext_model_id,
    )


@pytest.mark.parametrize(
    "change",
    [
        {"category_id": ""},
        {"category_id": "600001"},
        {"pictures": ()},
        {"weight_g": 0},
        {"description": ""},
        {"on_sale": False},
        {"name": "Vải thiều"},
        {"name": "Vải " * 80},
        {"name": "Vải thiều Thanh Hà 荔枝 thùng 1 kg"},
        {"price_vnd": 0},
        {"stock": 100_000},
    ],
)
def test_an_offer_tiktok_would_not_take_is_refused_with_a_reason(
    tiktok: SimulatedStall, change: dict[str, Any]
) -> None:
    came, reason = outcome(tiktok, **change)
    assert (came, bool(reason)) == ("refused", True)
    assert list(tiktok.shop().listings()) == []


def test_a_title_too_short_is_refused_before_it_is_sent(tiktok: SimulatedStall) -> None:
    number = published(tiktok)
    tiktok.records.clear()
    came, reason = outcome(tiktok, listing_id=number, name="Vải thiều", price_vnd=70_000)
    assert (came, "25 to 255 letters, got 9" in reason) == ("refused", True)
    assert not [record for record in tiktok.records if "edit" in record.path or "prices" in record.path]


def test_descriptions_are_paragraphs_and_their_letters_are_no_tags(tiktok: SimulatedStall) -> None:
    number = published(tiktok, description="Hái trong ngày\n\n3 < 5 & 'ngọt'")
    told = call(tiktok, "GET", f"/product/202309/products/{number}")["data"]
    assert told["description"] == "<p>Hái trong ngày</p><p>3 &lt; 5 &amp; 'ngọt'</p>"
    assert outcome(tiktok, listing_id=number, description="Hái trong ngày\n3 < 5 & 'ngọt'")[0] == "unchanged"


@pytest.mark.parametrize("word", ["DRAFT", "FAILED", "PLATFORM_DEACTIVATED", "FREEZE"])
def test_a_product_that_tiktok_shut_is_refused_with_its_word_and_the_others_go_out(
    tiktok: SimulatedStall, word: str
) -> None:
    listing = {"sku": "KHOA", "name": "Khóa", "price_vnd": 20_000, "stock": 1, "status": word}
    item = tiktok.do("seed", shop=tiktok.shop_id, listings=[listing])["listings"][0]["id"]
    results = tiktok.shop().publish([box("KHOA", listing_id=item), box("MOI")])
    assert [result.outcome for result in results] == ["refused", "done"]
    assert word in results[0].reason


def test_a_deleted_product_is_missing(tiktok: SimulatedStall) -> None:
    listing = {"sku": "XOA", "name": "Xóa", "price_vnd": 20_000, "stock": 1, "status": "DELETED"}
    item = tiktok.do("seed", shop=tiktok.shop_id, listings=[listing])["listings"][0]["id"]
    assert outcome(tiktok, sku="XOA", listing_id=item)[0] == "missing"
    assert outcome(tiktok, sku="XOA", listing_id="khong/co")[0] == "missing"
    assert list(tiktok.shop().listings()) == []


def test_many_new_offers_are_looked_for_ten_skus_a_call(tiktok: SimulatedStall) -> None:
    offers = [box(f"SKU-{place:02d}") for place in range(23)]
    assert {result.outcome for result in tiktok.shop().publish(offers)} == {"done"}
    tiktok.records.clear()
    assert {result.outcome for result in tiktok.shop().publish(offers)} == {"unchanged"}
    counted = Counter(record.path.rpartition("/")[2] for record in tiktok.records)
    assert counted["search"] == 3


def test_a_token_that_dies_while_publishing_hands_over_what_was_done(tiktok: SimulatedStall) -> None:
    tiktok.shop().publish([box("A"), box("B")])
    tiktok.fault("expired", times=1, on="inventory/update")
    offers = [box("A", price_vnd=60_000), box("B", stock=3)]
    with pytest.raises(MarketplaceError) as failed:
        tiktok.shop().publish(offers)
    assert failed.value.kind == "expired_token"
    assert [(result.sku, result.outcome) for result in failed.value.results] == [("A", "done")]
    fresh = tiktok.shop().refresh(tiktok.credentials)
    assert [result.outcome for result in tiktok.shop(fresh).publish(offers)] == ["unchanged", "done"]


def test_a_rehearsal_shows_every_change_and_makes_none(tiktok: SimulatedStall) -> None:
    number = published(tiktok)
    rehearsal = Rehearsal(Wire())
    offers = [box(listing_id=number, price_vnd=70_000, stock=1, on_sale=False), box("NEW")]
    results = tiktok.shop(transport=rehearsal).publish(offers)
    assert [(result.outcome, result.reason) for result in results] == [("done", "rehearsed")] * 2
    held = [urlsplit(one.url).path.split("/", 4)[4].replace(number, "*") for one in rehearsal.held]
    assert held == [
        "products/*/prices/update",
        "products/*/inventory/update",
        "products/deactivate",
        "images/upload",
        "products",
    ]
    listing = shown(tiktok)
    assert (listing.price_vnd, listing.stock, listing.status) == (55_000, 40, "on_sale")


def test_a_rehearsal_of_a_return_to_the_shelf_shows_its_price_too(tiktok: SimulatedStall) -> None:
    number = published(tiktok)
    tiktok.shop().publish([box(listing_id=number, on_sale=False)])
    rehearsal = Rehearsal(Wire())
    tiktok.shop(transport=rehearsal).publish([box(listing_id=number, price_vnd=70_000)])
    assert [urlsplit(one.url).path.rpartition("/")[2] for one in rehearsal.held] == ["activate", "update"]


def test_what_is_no_picture_is_refused(tiktok: SimulatedStall) -> None:
    came, reason = outcome(tiktok, pictures=(replace(box().pictures[0], content=b"GIF89a"),))
    assert (came, "image" in reason) == ("refused", True)


def test_shelves_have_vietnamese_names_and_say_which_hold_products(tiktok: SimulatedStall) -> None:
    found = {one.ext_category_id: one for one in tiktok.shop().categories()}
    assert (found["100855"].name, found["100855"].leaf) == ("Trái cây tươi", True)
    assert not found[found["100855"].parent_id].leaf
