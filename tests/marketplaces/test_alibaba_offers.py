"""Making and changing listings at Alibaba.com: dollars, SKUs, steps of price, products told apart."""

import json
from dataclasses import replace
from typing import Any

import pytest

from marketplaces.values import Listing, Offer
from marketplaces.wire import Wire
from tests.marketplaces.alibaba_calls import published
from tests.marketplaces.stalls import InDong, SimulatedStall, box, new_box


def bare(alibaba: SimulatedStall) -> Any:
    """The shop as the adapter shows it, in cents."""
    shop = alibaba.shop()
    assert isinstance(shop, InDong)
    return shop._shop


def shown(alibaba: SimulatedStall) -> list[Listing]:
    return list(bare(alibaba).listings())


def test_a_listing_shows_its_price_in_cents(alibaba: SimulatedStall) -> None:
    published(alibaba)
    [listing] = shown(alibaba)
    assert (listing.price_minor, listing.price_vnd, listing.sku) == (220, 0, "VAI-1KG")


def test_without_a_price_in_dollars_nothing_new_is_made(alibaba: SimulatedStall) -> None:
    [result] = bare(alibaba).publish([new_box(alibaba)])
    assert result.outcome == "refused"
    assert shown(alibaba) == []


def test_without_a_price_in_dollars_all_else_is_sent(alibaba: SimulatedStall) -> None:
    number = published(alibaba)
    offer = box(listing_id=number, stock=7, on_sale=False)
    assert [one.outcome for one in bare(alibaba).publish([offer])] == ["done"]
    [listing] = shown(alibaba)
    assert (listing.price_minor, listing.stock, listing.status) == (220, 7, "off_sale")


@pytest.mark.parametrize("missing", ["category_id", "image_ids"])
def test_a_new_listing_needs_a_category_and_a_picture(alibaba: SimulatedStall, missing: str) -> None:
    offer: Offer = replace(new_box(alibaba), price_minor=220, **{missing: "" if missing[-2:] == "id" else ()})
    [result] = bare(alibaba).publish([offer])
    assert result.outcome == "refused"


def test_a_new_listing_waiting_for_its_review_is_on_the_shelf(alibaba: SimulatedStall) -> None:
    alibaba.do("switch", name="audit", value="pending")
    try:
        published(alibaba)
        [again] = alibaba.shop().publish([new_box(alibaba)])
    finally:
        alibaba.do("switch", name="audit")
    assert again.outcome == "unchanged"


def test_each_sku_of_a_product_is_a_listing_with_its_own_price_and_stock(alibaba: SimulatedStall) -> None:
    models = [
        {"id": "9001", "sku": "VAI-S", "price_vnd": 55_000, "stock": 5},
        {"id": "9002", "sku": "VAI-L", "price_vnd": 90_000, "stock": 6},
    ]
    seeded = alibaba.do(
        "seed", shop=alibaba.shop_id, listings=[{"sku": "VAI", "name": "Lychee", "models": models}]
    )
    number = seeded["listings"][0]["id"]
    small, large = sorted(shown(alibaba), key=lambda one: one.sku, reverse=True)
    assert (small.ext_listing_id, small.ext_model_id, small.price_minor) == (number, "9001", 220)
    [result] = alibaba.shop().publish([box("VAI-L", name="", description="", weight_g=0, price_vnd=100_000)])
    assert (result.outcome, result.ext_listing_id) == ("done", number)
    small, large = sorted(shown(alibaba), key=lambda one: one.sku, reverse=True)
    assert (small.price_minor, small.stock, large.price_minor, large.stock) == (220, 5, 400, 40)
    order = alibaba.do("order", shop=alibaba.shop_id, lines=[{"listing": number, "model": "VAI-L"}])
    page = alibaba.shop().read_orders([order["orders"][0]["order"]])
    [line] = page.orders[0].lines
    assert (line.ext_listing_id, line.ext_model_id, line.sku) == (number, "9002", "VAI-L")


def test_only_what_differs_is_sent_and_stock_is_absolute(alibaba: SimulatedStall) -> None:
    number = published(alibaba)
    alibaba.records.clear()
    offer = box(listing_id=number, stock=7)
    alibaba.shop().publish([offer])
    changes = [record for record in alibaba.records if record.method == "POST"]
    assert [record.path.rpartition("/")[2] for record in changes] == ["edit-inventory"]
    assert changes[0].query["inventory"] == "7"
    assert "sku_inventory" not in changes[0].query


def test_what_goes_off_sale_goes_first_and_what_comes_back_comes_last(alibaba: SimulatedStall) -> None:
    number = published(alibaba)
    for on_sale, expected in ((False, ["status", "edit-price"]), (True, ["edit-price", "status"])):
        alibaba.records.clear()
        price = 60_000 if on_sale else 70_000
        alibaba.shop().publish([box(listing_id=number, on_sale=on_sale, price_vnd=price)])
        sent = [one.path.rpartition("/")[2] for one in alibaba.records if one.method == "POST"]
        assert sent == expected


class Stepped:
    """The simulator's answers, with another step of price in every product."""

    def __init__(self, transport: Any) -> None:
        self._transport = transport

    def send(self, call: Any, timeouts: Any, deadline: float) -> Any:
        raw = self._transport.send(call, timeouts, deadline)
        data = json.loads(raw.body)
        info = data.get("result", {}).get("product_info") if isinstance(data.get("result"), dict) else None
        for product in info if isinstance(info, list) else [info] if info else []:
            product["trade_info"]["price"]["tiered_price"].append({"quantity": 10, "price": "1.90"})
        return replace(raw, body=json.dumps(data).encode())


def test_a_price_of_several_steps_is_left_alone_and_all_else_is_sent(alibaba: SimulatedStall) -> None:
    number = published(alibaba)
    shop = alibaba.shop(transport=Stepped(Wire()))
    [result] = shop.publish([box(listing_id=number, price_vnd=70_000, stock=3, on_sale=False)])
    assert (result.outcome, "steps" in result.reason) == ("refused", True)
    [listing] = shown(alibaba)
    assert (listing.price_minor, listing.stock, listing.status) == (220, 3, "off_sale")
