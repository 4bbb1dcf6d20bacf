"""Answers no reference promises: each is a MarketplaceError or a bad record, never a crash or half a page."""

import gzip
import json
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from typing import Any

import pytest

from marketplaces.interface import MarketplaceError
from marketplaces.wire import Call, Raw, Timeouts
from tests.marketplaces.stalls import ShopeeStall, box, last_hour

JSON = "application/json"
ITEM = {
    "item_id": 2400143710,
    "item_name": "Vải",
    "item_sku": "VAI",
    "model_id": 0,
    "model_quantity_purchased": 2,
    "model_original_price": 60000,
    "model_discounted_price": 55000,
    "order_item_id": 1,
    "cancelled_qty": 0,
    "returned_qty": 0,
}
ORDER = {
    "order_sn": "A1",
    "order_status": "SHIPPED",
    "currency": "VND",
    "create_time": 1795000000,
    "update_time": 1795000001,
    "buyer_username": "nguoi_mua",
    "recipient_address": {"name": "Nguyễn Văn Kín", "phone": "0900000001"},
    "item_list": [ITEM],
}
LIST = {"error": "", "response": {"more": False, "next_cursor": "", "order_list": [{"order_sn": "A1"}]}}


class Scripted:
    """A transport that answers the list well and the details (or whatever is named) with given bytes."""

    def __init__(self, spoilt: str, raw: Raw) -> None:
        self.spoilt, self.raw = spoilt, raw

    def send(self, call: Call, timeouts: Timeouts, deadline: float) -> Raw:
        if self.spoilt in call.url:
            return self.raw
        return Raw(200, {"Content-Type": JSON}, json.dumps(LIST).encode())


def order_with(**changes: Any) -> dict[str, Any]:
    return {**deepcopy(ORDER), **changes}


def item_with(**changes: Any) -> dict[str, Any]:
    return order_with(item_list=[{**ITEM, **changes}])


def without(thing: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in thing.items() if key != name}


BAD_ORDERS: list[Any] = [
    *(
        without(ORDER, name)
        for name in ("order_status", "currency", "create_time", "update_time", "item_list")
    ),
    *(
        order_with(item_list=[without(ITEM, name)])
        for name in ("item_id", "model_quantity_purchased", "model_discounted_price")
    ),
    order_with(currency="USD"),
    order_with(create_time=1795000000000),
    order_with(create_time="2026-11-22"),
    order_with(update_time=-1),
    order_with(update_time=True),
    order_with(update_time=1e300),
    order_with(order_status=["SHIPPED"]),
    order_with(order_status=""),
    order_with(order_status="SHIP\0PED"),
    order_with(item_list={}),
    order_with(item_list=[]),
    order_with(item_list=[None]),
    order_with(item_list="VAI"),
    item_with(model_quantity_purchased=-3),
    item_with(model_quantity_purchased=2.5),
    item_with(model_quantity_purchased="2"),
    item_with(model_quantity_purchased=10**30),
    item_with(cancelled_qty=2, returned_qty=1),
    item_with(cancelled_qty=-1),
    item_with(model_discounted_price=-55000),
    item_with(model_discounted_price=0, model_original_price=None),
    item_with(model_discounted_price=55000.5),
    item_with(item_id=0),
    item_with(item_id={"id": 1}),
    item_with(item_name="\ud800"),
    item_with(item_sku=7),
    without(ORDER, "order_sn"),
    order_with(order_sn="another"),
    None,
    "A1",
    [],
    7,
]


def raw(body: bytes, status: int = 200, content_type: str = JSON) -> Raw:
    return Raw(status, {"Content-Type": content_type}, body)


def details(order_list: Any) -> bytes:
    return json.dumps({"error": "", "response": {"order_list": order_list}}).encode()


BAD_ANSWERS = [
    raw(b""),
    raw(b"null"),
    raw(b"[]"),
    raw(b'"ok"'),
    raw(b"{}"),
    raw(b'{"error": ""}'),
    raw(b'{"error": "", "response": null}'),
    raw(b'{"error": "", "response": []}'),
    raw(b'{"error": "", "response": {}}'),
    raw(b'{"error": {"code": 1}, "response": {}}'),
    raw(b'{"error": 7}'),
    raw(details({})),
    raw(details("A1")),
    raw(details(None)),
    raw(b'{"error": "", "response": {"order_list": [NaN]}}'),
    raw(b"[" * 200_000),
    raw(b'{"error": "", "response": {"order_list": [' + b"9" * 5_000 + b"]}}"),
    raw(details([ORDER])[:-20]),
    raw(details([ORDER]).decode().encode("utf-16")),
    raw(b"\xff\xfe\xfa"),
    raw(b"\xef\xbb\xbf" + details([ORDER])),
    raw(gzip.compress(details([ORDER]))),
    raw(b"<html><body>Welcome to the Wi-Fi</body></html>", content_type="text/html"),
    raw(details([ORDER]), content_type="text/html"),
    raw(details([ORDER]), content_type=""),
    raw(b"", status=204),
    raw(b"", status=302),
    raw(b"Bad gateway", status=502, content_type="text/plain"),
    raw(b"no", status=404, content_type="text/plain"),
    raw(details([ORDER]), status=500),
]


def read(shopee: ShopeeStall, answer: Raw) -> Iterator[Any]:
    return shopee.shop(transport=Scripted("get_order_detail", answer)).orders(last_hour())


def test_the_well_formed_order_is_read(shopee: ShopeeStall) -> None:
    [page] = read(shopee, raw(details([ORDER])))
    assert [order.lines[0].revenue_vnd for order in page.orders] == [110_000]
    assert page.bad == ()


@pytest.mark.parametrize("bad", BAD_ORDERS, ids=range(len(BAD_ORDERS)))
def test_a_malformed_order_is_one_bad_record_and_its_neighbour_is_kept(shopee: ShopeeStall, bad: Any) -> None:
    good = order_with(order_sn="A2")
    both = {"more": False, "order_list": [{"order_sn": "A1"}, {"order_sn": "A2"}]}
    transport = Scripted("get_order_detail", raw(details([bad, good])))
    LIST["response"], before = both, LIST["response"]
    try:
        [page] = shopee.shop(transport=transport).orders(last_hour())
    finally:
        LIST["response"] = before
    assert [order.ext_order_id for order in page.orders] == ["A2"]
    assert [record.ext_order_id for record in page.bad] == ["A1"]
    assert page.bad[0].reason
    for buyer in ("Kín", "0900000001", "nguoi_mua"):
        assert buyer not in repr(page)
    for order in page.orders:
        assert len(order.payload_hash) == 64


@pytest.mark.parametrize("answer", BAD_ANSWERS, ids=range(len(BAD_ANSWERS)))
def test_a_malformed_answer_refuses_the_whole_page(shopee: ShopeeStall, answer: Raw) -> None:
    with pytest.raises(MarketplaceError):
        list(read(shopee, answer))


LISTS: list[Any] = [
    {"order_list": [{"order_sn": "A1"}]},
    {"more": "yes", "order_list": []},
    {"more": True, "next_cursor": "", "order_list": []},
    {"more": True, "order_list": []},
    {"more": True, "next_cursor": 7, "order_list": []},
    {"more": True, "next_cursor": "again", "order_list": []},
    {"more": False, "order_list": [{}]},
    {"more": False, "order_list": [{"order_sn": ""}]},
    {"more": False, "order_list": [{"order_sn": "A" * 900}]},
    {"more": False, "order_list": None},
]


@pytest.mark.parametrize("listed", LISTS, ids=range(len(LISTS)))
def test_a_malformed_list_or_a_cursor_that_runs_in_circles_is_refused(
    shopee: ShopeeStall, listed: Any
) -> None:
    body = json.dumps({"error": "", "response": listed}).encode()
    with pytest.raises(MarketplaceError):
        list(shopee.shop(transport=Scripted("get_order_list", raw(body))).orders(last_hour()))


@pytest.mark.parametrize("answer", BAD_ANSWERS, ids=range(len(BAD_ANSWERS)))
def test_listings_tokens_and_offers_survive_the_same_answers(shopee: ShopeeStall, answer: Raw) -> None:
    shop = shopee.shop(transport=Scripted("/api/", answer))
    for act in (
        lambda: list(shop.listings()),
        lambda: list(shop.categories()),
        lambda: shop.refresh(shopee.credentials),
        lambda: shop.publish([box()]),
        lambda: shop.read_orders(["A1"]),
    ):
        with suppress(MarketplaceError):
            act()


def test_an_unreadable_pair_of_tokens_is_uncertain(shopee: ShopeeStall) -> None:
    body = json.dumps({"error": "", "access_token": "", "refresh_token": "r", "expire_in": 14400}).encode()
    with pytest.raises(MarketplaceError) as failed:
        shopee.shop(transport=Scripted("access_token/get", raw(body))).refresh(shopee.credentials)
    assert failed.value.kind == "uncertain"
