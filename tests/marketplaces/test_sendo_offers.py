"""Sendo's shelf: what has no stock is not available, every change is read back."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from marketplaces.interface import MarketplaceError
from marketplaces.wire import Call, Raw, Rehearsal, Timeouts, Wire
from tests.marketplaces.malformed.sample import JSON
from tests.marketplaces.sendo_calls import ask, published
from tests.marketplaces.stalls import SimulatedStall, box, every, last_hour, new_box
from tests.marketplaces.transports import Answering, Once


def test_variants_are_listings_of_their_own_and_are_priced_apart(sendo: SimulatedStall) -> None:
    models = [
        {"sku": "MAT-A", "price_vnd": 90_000, "stock": 3},
        {"sku": "MAT-B", "price_vnd": 95_000, "stock": 4},
    ]
    listing = {"sku": "MAT", "name": "Mật ong", "price_vnd": 1_000, "models": models}
    item = sendo.do("seed", shop=sendo.shop_id, listings=[listing])["listings"][0]["id"]
    shown = {one.sku: one for one in sendo.shop().listings()}
    assert set(shown) == {"MAT-A", "MAT-B"}
    [result] = sendo.shop().publish([box("MAT-B", name="", description="", price_vnd=99_000, stock=2)])
    assert (result.outcome, result.ext_listing_id) == ("done", item)
    shown = {one.sku: one for one in sendo.shop().listings()}
    assert (shown["MAT-A"].price_vnd, shown["MAT-B"].price_vnd, shown["MAT-B"].stock) == (90_000, 99_000, 2)
    [refused] = sendo.shop().publish([box("MAT", listing_id=item)])
    assert refused.outcome == "refused"
    sendo.do("order", shop=sendo.shop_id, lines=[{"listing": item, "model": "MAT-A", "quantity": 2}])
    [order] = every(sendo.shop().orders(last_hour())).values()
    line = order.lines[0]
    assert (line.ext_model_id, line.sku, line.revenue_vnd) == (shown["MAT-A"].ext_model_id, "MAT-A", 180_000)


def test_what_has_no_stock_is_never_called_available(sendo: SimulatedStall) -> None:
    number = published(sendo)
    for on_sale in (True, False):
        offer = box(listing_id=number, stock=0, on_sale=on_sale)
        assert sendo.shop().publish([offer])[0].outcome in {"done", "unchanged"}
        told = ask(sendo, f"api/partner/product?id={number}", method="GET").json()["result"]
        assert (told["stock_quantity"], told["stock_availability"]) == (0, False)
    [back] = sendo.shop().publish([box(listing_id=number, stock=5)])
    assert back.outcome == "done"
    assert next(iter(sendo.shop().listings())).status == "on_sale"


@pytest.mark.parametrize(
    "change", [{"category_id": ""}, {"category_id": "123"}, {"image_ids": ()}, {"price_vnd": 5}]
)
def test_an_offer_sendo_would_not_take_is_refused_with_a_reason(
    sendo: SimulatedStall, change: dict[str, Any]
) -> None:
    [result] = sendo.shop().publish([replace(new_box(sendo), **change)])
    assert result.outcome == "refused"
    assert result.reason
    assert list(sendo.shop().listings()) == []


@pytest.mark.parametrize("status", ["1", "4"])
def test_a_product_that_waits_or_is_cancelled_is_blocked_and_cannot_be_changed(
    sendo: SimulatedStall, status: str
) -> None:
    listing = {"sku": "CHO", "name": "Chờ", "price_vnd": 20_000, "stock": 1, "status": status}
    item = sendo.do("seed", shop=sendo.shop_id, listings=[listing])["listings"][0]["id"]
    assert next(iter(sendo.shop().listings())).status == "blocked"
    [result] = sendo.shop().publish([box("CHO", name="", description="", listing_id=item)])
    assert (result.outcome, "can not be updated" in result.reason) == ("refused", True)


@pytest.mark.parametrize("kind", ["html", "cut", "bad_json"])
def test_a_new_listing_whose_answer_is_lost_is_found_and_not_made_twice(
    sendo: SimulatedStall, kind: str
) -> None:
    once = Once(kind)
    [result] = sendo.shop(transport=once).publish([new_box(sendo)])
    assert (result.outcome, once.kind) == ("done", "")
    [again] = sendo.shop().publish([new_box(sendo)])
    assert (again.outcome, again.ext_listing_id) == ("unchanged", result.ext_listing_id)
    assert len(list(sendo.shop().listings())) == 1


def test_a_change_that_shows_otherwise_afterwards_is_not_called_done(sendo: SimulatedStall) -> None:
    number = published(sendo)

    class Swallowing:
        wire = Wire()

        def send(self, call: Call, timeouts: Timeouts, deadline: float) -> Raw:
            if call.effect == "change":
                return Raw(
                    200, {"Content-Type": JSON}, b'{"success": true, "result": null, "status_code": 200}'
                )
            return self.wire.send(call, timeouts, deadline)

    [result] = sendo.shop(transport=Swallowing()).publish([box(listing_id=number, price_vnd=70_000)])
    assert (result.outcome, "something else" in result.reason) == ("unknown", True)


def test_a_rehearsal_shows_every_change_and_makes_none(sendo: SimulatedStall) -> None:
    number = published(sendo)
    rehearsal = Rehearsal(Wire())
    offers = [
        box(listing_id=number, price_vnd=70_000),
        box(listing_id=number, name="Khác"),
        new_box(sendo, "NEW"),
    ]
    results = sendo.shop(transport=rehearsal).publish(offers)
    assert [(result.outcome, result.reason) for result in results] == [("done", "rehearsed")] * 3
    held = [(call.method, urlsplit(call.url).path.rpartition("/")[2]) for call in rehearsal.held]
    assert held == [("PUT", "variant-price"), ("POST", "product"), ("POST", "product")]
    [shown] = list(sendo.shop().listings())
    assert (shown.price_vnd, shown.name) == (55_000, box().name)


def test_a_new_text_leaves_the_rest_of_the_product_as_it_was(sendo: SimulatedStall) -> None:
    number = published(sendo)
    before = ask(sendo, f"api/partner/product?id={number}", method="GET").json()["result"]
    sendo.shop().publish([box(listing_id=number, name="Vải u hồng", description="", price_vnd=60_000)])
    after = ask(sendo, f"api/partner/product?id={number}", method="GET").json()["result"]
    assert {name for name in before if before[name] != after[name]} == {"name", "price"}


def test_categories_are_read_to_their_fourth_level(sendo: SimulatedStall) -> None:
    found = {one.ext_category_id: one for one in sendo.shop().categories()}
    assert (found["1"].parent_id, found["1"].leaf) == ("", False)
    assert (found["100855"].parent_id, found["100855"].leaf) == ("123", True)
    data = {"result": [{"id": 1, "name": "a", "level": 1}], "success": True, "status_code": 200}
    with pytest.raises(MarketplaceError, match="seen before"):
        list(sendo.shop(transport=Answering(data)).categories())
