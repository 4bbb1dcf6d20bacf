"""Tiki's shelf: one call at once, requests under review, warehouses, variants."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from marketplaces.interface import MarketplaceError
from marketplaces.wire import Call, Rehearsal, Wire
from tests.marketplaces.stalls import SimulatedStall, box, every, last_hour, new_box
from tests.marketplaces.tiki_calls import ask, paths, published
from tests.marketplaces.transports import Between


def test_price_stock_and_shelf_go_in_one_call(tiki: SimulatedStall) -> None:
    number = published(tiki)
    tiki.records.clear()
    tiki.shop().publish(
        [box(listing_id=number, name="", description="", price_vnd=60_000, stock=2, on_sale=False)]
    )
    assert paths(tiki) == {"products": 1, "warehouses": 1, "updateSku": 1}


def test_a_new_listing_under_review_is_asked_for_once_and_found_when_tiki_has_agreed(
    tiki: SimulatedStall,
) -> None:
    tiki.fault("late", times=1, seconds=900, on="requests")
    tiki.shop().publish([new_box(tiki)])
    for _again in range(2):
        [waiting] = tiki.shop().publish([new_box(tiki)])
        assert (waiting.outcome, "looking at request" in waiting.reason) == ("unknown", True)
    assert list(tiki.shop().listings()) == []
    assert ask(tiki, "v2.1/requests").json()["paging"]["total"] == 1
    tiki.do("clock", offset_s=1_000)
    [found] = tiki.shop().publish([new_box(tiki)])
    assert (found.outcome, found.ext_listing_id != "") == ("unchanged", True)
    assert ask(tiki, "v2.1/requests").json()["data"][0]["state"] == "approved"


def test_a_new_text_under_review_is_asked_for_once_and_the_price_goes_through(tiki: SimulatedStall) -> None:
    number = published(tiki)
    tiki.fault("late", times=1, seconds=900, on="updateProductInfo")
    offer = new_box(tiki, listing_id=number, name="Vải u hồng", price_vnd=60_000)
    for _again in range(2):
        [result] = tiki.shop().publish([offer])
        assert (result.outcome, "looking at request" in result.reason) == ("unknown", True)
    [shown] = tiki.shop().listings()
    assert (shown.name, shown.price_vnd) == (box().name, 60_000)
    assert ask(tiki, "v2.1/requests").json()["paging"]["total"] == 2
    tiki.do("clock", offset_s=1_000)
    [result] = tiki.shop().publish([offer])
    assert result.outcome == "unchanged"


@pytest.mark.parametrize(
    "change",
    [
        {"category_id": ""},
        {"category_id": "100600"},
        {"image_ids": ()},
        {"image_ids": ("an-id",)},
        {"price_vnd": 5},
    ],
)
def test_an_offer_tiki_would_not_take_is_refused_with_a_reason(
    tiki: SimulatedStall, change: dict[str, Any]
) -> None:
    [result] = tiki.shop().publish([replace(new_box(tiki), **change)])
    assert result.outcome == "refused"
    assert result.reason
    assert list(tiki.shop().listings()) == []


def test_a_price_below_a_tenth_of_the_listed_one_is_refused(tiki: SimulatedStall) -> None:
    number = published(tiki)
    [result] = tiki.shop().publish([new_box(tiki, listing_id=number, price_vnd=5_000)])
    assert (result.outcome, "ten percent" in result.reason) == ("refused", True)


def test_stock_is_absolute_over_all_warehouses_and_the_operator_chooses_which_is_filled(
    tiki: SimulatedStall,
) -> None:
    number = published(tiki)
    first, second = int(tiki.shop_id) * 10 + 1, int(tiki.shop_id) * 10 + 2
    spread = [{"warehouse_id": first, "qty_available": 3}, {"warehouse_id": second, "qty_available": 9}]
    body = {"product_id": int(number), "warehouse_quantities": spread}
    assert ask(tiki, "v2.1/products/updateSku", method="PUT", json=body).json() == {"state": "approved"}
    assert next(iter(tiki.shop().listings())).stock == 12
    keys = replace(tiki.keys, options=(("warehouse", str(second)),))
    for shop, expected in (
        (tiki.shop(), {first: 40, second: 0}),
        (tiki.shop(keys=keys), {first: 0, second: 41}),
    ):
        offer = new_box(tiki, listing_id=number, stock=sum(expected.values()))
        assert [result.outcome for result in shop.publish([offer])] == ["done"]
        told = ask(tiki, "v2.1/products", params={"include": "inventory"}).json()["data"][0]
        stocks = told["inventory"]["warehouse_stocks"]
        assert {one["warehouse_id"]: one["quantity_available"] for one in stocks} == expected
    keys = replace(tiki.keys, options=(("warehouse", "7"),))
    with pytest.raises(MarketplaceError, match="no active warehouse 7"):
        tiki.shop(keys=keys).publish([new_box(tiki, listing_id=number, stock=1)])


def test_a_warehouse_of_another_seller_is_refused(tiki: SimulatedStall) -> None:
    body = {
        "product_id": int(published(tiki)),
        "warehouse_quantities": [{"warehouse_id": 7, "qty_available": 1}],
    }
    answer = ask(tiki, "v2/products/updateSku", method="PUT", json=body)
    assert (answer.status_code, answer.json()["errors"]) == (422, ["Warehouse '[7]' are not found"])


def test_a_token_that_dies_while_publishing_hands_over_what_was_done(tiki: SimulatedStall) -> None:
    tiki.shop().publish([new_box(tiki, "A"), new_box(tiki, "B")])
    offers = [box(sku, name="", description="", price_vnd=60_000) for sku in ("A", "B")]
    dying = Between(going=None)
    calls = {"n": 0}

    def die(call: Call) -> Call:
        calls["n"] += call.effect == "change"
        if calls["n"] == 2:
            tiki.expire()
            calls["n"] = 3
        return call

    dying.going = die
    with pytest.raises(MarketplaceError) as failed:
        tiki.shop(transport=dying).publish(offers)
    assert failed.value.kind == "expired_token"
    assert [(result.sku, result.outcome) for result in failed.value.results] == [("A", "done")]
    fresh = tiki.shop().refresh(tiki.credentials)
    assert [result.outcome for result in tiki.shop(fresh).publish(offers)] == ["unchanged", "done"]


def test_a_rehearsal_shows_every_change_and_makes_none(tiki: SimulatedStall) -> None:
    number = published(tiki)
    rehearsal = Rehearsal(Wire())
    offers = [new_box(tiki, listing_id=number, price_vnd=70_000, name="Khác"), new_box(tiki, "NEW")]
    results = tiki.shop(transport=rehearsal).publish(offers)
    assert [(result.outcome, result.reason) for result in results] == [("done", "rehearsed")] * 2
    held = [urlsplit(call.url).path.rpartition("/")[2] for call in rehearsal.held]
    assert held == ["updateSku", "updateProductInfo", "requests"]
    [shown] = list(tiki.shop().listings())
    assert (shown.price_vnd, shown.name) == (55_000, box().name)


def test_variants_are_products_of_their_own(tiki: SimulatedStall) -> None:
    models = [
        {"sku": "MAT-A", "price_vnd": 90_000, "stock": 3},
        {"sku": "MAT-B", "price_vnd": 95_000, "stock": 4},
    ]
    listing = {"sku": "MAT", "name": "Mật ong", "price_vnd": 1_000, "models": models}
    item = tiki.do("seed", shop=tiki.shop_id, listings=[listing])["listings"][0]["id"]
    shown = {one.sku: one for one in tiki.shop().listings()}
    assert set(shown) == {"MAT-A", "MAT-B"}
    [result] = tiki.shop().publish([box("MAT-B", name="", description="", price_vnd=99_000, stock=2)])
    assert (result.outcome, result.ext_listing_id) == ("done", shown["MAT-B"].ext_listing_id)
    shown = {one.sku: one for one in tiki.shop().listings()}
    assert (shown["MAT-A"].price_vnd, shown["MAT-B"].price_vnd, shown["MAT-B"].stock) == (90_000, 99_000, 2)
    tiki.do("order", shop=tiki.shop_id, lines=[{"listing": item, "model": "MAT-A", "quantity": 2}])
    [order] = every(tiki.shop().orders(last_hour())).values()
    line = order.lines[0]
    assert (line.ext_listing_id, line.sku, line.revenue_vnd) == (
        shown["MAT-A"].ext_listing_id,
        "MAT-A",
        180_000,
    )
