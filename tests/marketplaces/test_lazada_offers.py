"""Lazada's shelf: what is sent when, and what is told of what was not taken."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from marketplaces.interface import MarketplaceError
from marketplaces.wire import Call, Raw, Rehearsal, Timeouts, Wire
from tests.marketplaces.lazada_calls import published
from tests.marketplaces.malformed.sample import JSON
from tests.marketplaces.stalls import SimulatedStall, box, every, last_hour


def held(rehearsal: Rehearsal) -> Iterator[str]:
    return (urlsplit(call.url).path.removeprefix("/lazada/rest") for call in rehearsal.held)


def test_a_rehearsal_shows_every_change_and_makes_none(lazada: SimulatedStall) -> None:
    number = published(lazada)
    rehearsal = Rehearsal(Wire())
    offers = [box(listing_id=number, name="Vải sớm", price_vnd=70_000, stock=1, on_sale=False), box("NEW")]
    results = lazada.shop(transport=rehearsal).publish(offers)
    assert [(result.outcome, result.reason) for result in results] == [("done", "rehearsed")] * 2
    assert list(held(rehearsal)) == [
        "/product/deactivate",
        "/product/update",
        "/product/price_quantity/update",
        "/image/upload",
        "/product/create",
    ]
    [shown] = list(lazada.shop().listings())
    assert (shown.price_vnd, shown.stock, shown.status) == (55_000, 40, "on_sale")


def test_what_does_not_change_is_not_sent(lazada: SimulatedStall) -> None:
    rehearsal = Rehearsal(Wire())
    lazada.shop(transport=rehearsal).publish([box(listing_id=published(lazada), stock=7)])
    [call] = rehearsal.held
    [sku] = json.loads(dict(call.form)["payload"])["Request"]["Product"]["Skus"]["Sku"]
    assert sku.keys() == {"ItemId", "SkuId", "Quantity"}


def test_a_new_listing_that_shall_not_be_on_sale_never_was(lazada: SimulatedStall) -> None:
    [result] = lazada.shop().publish([box(on_sale=False)])
    assert result.outcome == "done"
    [shown] = list(lazada.shop().listings())
    assert (shown.status, shown.stock, shown.price_vnd) == ("off_sale", 40, 55_000)
    paths = [record.path.removeprefix("/lazada/rest") for record in lazada.records]
    create, off, stock = (
        paths.index(f"/product/{one}") for one in ("create", "deactivate", "price_quantity/update")
    )
    assert create < off < stock


def test_a_listing_is_found_by_its_number_when_its_sku_was_changed_there(lazada: SimulatedStall) -> None:
    number = published(lazada)
    [result] = lazada.shop().publish([box("ANOTHER", listing_id=number, price_vnd=66_000)])
    assert (result.outcome, result.ext_listing_id) == ("done", number)
    [shown] = list(lazada.shop().listings())
    assert (shown.sku, shown.price_vnd) == ("VAI-1KG", 66_000)


def test_variants_are_listings_of_their_own_and_are_changed_apart(lazada: SimulatedStall) -> None:
    models = [
        {"sku": "MAT-A", "price_vnd": 90_000, "stock": 3},
        {"sku": "MAT-B", "price_vnd": 95_000, "stock": 4},
    ]
    listing = {"sku": "MAT", "name": "Mật ong", "price_vnd": 1_000, "models": models}
    item = lazada.do("seed", shop=lazada.shop_id, listings=[listing])["listings"][0]["id"]
    offer = box("MAT-B", name="", description="", weight_g=0, price_vnd=99_000, stock=2, on_sale=False)
    [result] = lazada.shop().publish([offer])
    shown = {one.sku: one for one in lazada.shop().listings()}
    assert (result.outcome, result.ext_listing_id) == ("done", shown["MAT-B"].ext_listing_id)
    assert [(one.price_vnd, one.stock, one.status) for one in (shown["MAT-A"], shown["MAT-B"])] == [
        (90_000, 3, "on_sale"),
        (99_000, 2, "off_sale"),
    ]
    lazada.do("order", shop=lazada.shop_id, lines=[{"listing": item, "model": "MAT-A", "quantity": 2}])
    [order] = every(lazada.shop().orders(last_hour())).values()
    line = order.lines[0]
    assert (line.ext_listing_id, line.sku, line.revenue_vnd) == (
        shown["MAT-A"].ext_listing_id,
        "MAT-A",
        180_000,
    )


def test_more_than_a_page_of_products_is_shown_whole(lazada: SimulatedStall) -> None:
    lazada.do(
        "seed", shop=lazada.shop_id, listings=[{"sku": f"S{n}", "price_vnd": 1_000} for n in range(120)]
    )
    assert len({one.sku for one in lazada.shop().listings()}) == 120


@pytest.mark.parametrize(
    "change",
    [{"category_id": ""}, {"pictures": ()}, {"category_id": "100629"}, {"price_vnd": 0}, {"name": ""}],
)
def test_an_offer_lazada_would_not_take_is_refused_with_a_reason(
    lazada: SimulatedStall, change: dict[str, Any]
) -> None:
    [result] = lazada.shop().publish([box(**change)])
    assert (result.outcome, bool(result.reason)) == ("refused", True)
    assert list(lazada.shop().listings()) == []


@pytest.mark.parametrize("content", [b"GIF89a", b"\x89PNG\r\n\x1a\n" + b"\0" * 1_000_000])
def test_what_is_no_picture_or_too_large_is_refused(lazada: SimulatedStall, content: bytes) -> None:
    [result] = lazada.shop().publish([box(pictures=(replace(box().pictures[0], content=content),))])
    assert (result.outcome, "image" in result.reason) == ("refused", True)


def test_a_locked_listing_is_refused_and_its_neighbours_go_out(lazada: SimulatedStall) -> None:
    locked = {"sku": "KHOA", "name": "Khóa", "price_vnd": 20_000, "status": "Suspended"}
    item = lazada.do("seed", shop=lazada.shop_id, listings=[locked])["listings"][0]["id"]
    results = lazada.shop().publish([box("KHOA", name="", description="", listing_id=item), box("A")])
    assert [result.outcome for result in results] == ["refused", "done"]
    assert "Suspended" in results[0].reason


def test_a_good_answer_that_names_a_sku_it_left_alone_is_no_success(lazada: SimulatedStall) -> None:
    number = published(lazada)
    left = {"code": "0", "data": {}, "detail": [{"code": "501", "message": "below the locked stock"}]}
    raw = Raw(200, {"Content-Type": JSON}, json.dumps(left).encode())

    class Spoilt(Wire):
        def send(self, call: Call, timeouts: Timeouts, deadline: float) -> Raw:
            return raw if "price_quantity" in call.url else super().send(call, timeouts, deadline)

    [result] = lazada.shop(transport=Spoilt()).publish([box(listing_id=number, stock=1)])
    assert (result.outcome, "locked stock" in result.reason) == ("refused", True)


def test_a_sku_that_is_there_but_does_not_show_yet_is_unknown_and_not_made_twice(
    lazada: SimulatedStall,
) -> None:
    published(lazada)

    class Blind(Wire):
        def send(self, call: Call, timeouts: Timeouts, deadline: float) -> Raw:
            if "products/get" not in call.url:
                return super().send(call, timeouts, deadline)
            empty = {"code": "0", "data": {"total_products": 0, "products": []}}
            return Raw(200, {"Content-Type": JSON}, json.dumps(empty).encode())

    [result] = lazada.shop(transport=Blind()).publish([box()])
    assert result.outcome == "unknown"
    assert len(list(lazada.shop().listings())) == 1


def test_a_parcel_size_nobody_can_read_is_told_before_anything_is_made(lazada: SimulatedStall) -> None:
    with pytest.raises(MarketplaceError, match="package_cm"):
        lazada.shop(keys=replace(lazada.keys, options=(("package_cm", "big"),))).publish([box()])
    assert list(lazada.shop().listings()) == []


def test_shelves_are_told_with_their_parents(lazada: SimulatedStall) -> None:
    shelves = {one.name: one for one in lazada.shop().categories()}
    fruit, food = shelves["Trái cây"], shelves["Thực phẩm và đồ uống"]
    assert (fruit.leaf, fruit.parent_id, food.leaf, food.parent_id) == (True, food.ext_category_id, False, "")


def test_no_form_of_ours_hides_a_body_from_the_signature(lazada: SimulatedStall) -> None:
    """Every changing call is signed over what it sends: one letter less, and the simulator refuses it."""
    rehearsal = Rehearsal(Wire())
    lazada.shop(transport=rehearsal).publish([box("NEW")])
    create = rehearsal.held[-1]
    form = dict(create.form)
    form["payload"] = form["payload"].replace("55000", "5000")
    refused = requests.post(create.url, data=form, timeout=120).json()
    assert refused["code"] == "IncompleteSignature"
