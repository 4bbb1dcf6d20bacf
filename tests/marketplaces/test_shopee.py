"""Shopee's own dialect: signatures, windows, errors, variants, pushes, and faults of the network."""

import hmac
import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from marketplaces.http import Answer
from marketplaces.interface import MarketplaceError
from marketplaces.shopee.errors import find_error
from marketplaces.shopee.signing import public_base, shop_base, sign
from marketplaces.wire import Call, Raw, Rehearsal, Timeouts, Wire
from tests.marketplaces.malformed.sample import JSON, Scripted
from tests.marketplaces.malformed.shopee import SHOPEE
from tests.marketplaces.stalls import SimulatedStall, box, every, last_hour, now

VECTORS = json.loads((Path(__file__).parent / "data" / "shopee_vectors.json").read_text())


def published(shopee: SimulatedStall) -> str:
    [result] = shopee.shop().publish([box()])
    return result.ext_listing_id


def paths(shopee: SimulatedStall) -> Counter[str]:
    return Counter(record.path.rpartition("/")[2] for record in shopee.records)


@pytest.mark.parametrize(
    "vector", VECTORS["vectors"], ids=lambda vector: f"{vector['name']}-{vector['sdk'][:8]}"
)
def test_signatures_agree_with_those_recorded_from_public_clients(vector: dict[str, Any]) -> None:
    query = {name: values[0] for name, values in parse_qs(vector["raw_query"]).items()}
    common = query["partner_id"], vector["path"], int(query["timestamp"])
    if vector["api_type"] == "public":
        base = public_base(*common)
    else:
        base = shop_base(*common, query["access_token"], query["shop_id"])
    assert base == vector["base_string"]
    assert sign(VECTORS["secret"], base) == vector["signature"] == query["sign"]


class Watching:
    """A transport that keeps what would be sent, and answers an empty page."""

    def __init__(self) -> None:
        self.calls: list[Call] = []

    def send(self, call: Call, timeouts: Timeouts, deadline: float) -> Raw:
        self.calls.append(call)
        body = {"error": "", "response": {"more": False, "next_cursor": "", "order_list": []}}
        return Raw(200, {"Content-Type": "application/json"}, json.dumps(body).encode())


def test_a_long_window_is_cut_into_touching_slices_of_at_most_fifteen_days(shopee: SimulatedStall) -> None:
    watching = Watching()
    until = datetime(2026, 6, 12, 2, 30, 0, 500, tzinfo=UTC)
    window = replace(last_hour(), since=until - timedelta(days=40), until=until)
    assert list(shopee.shop(transport=watching).orders(window)) == []
    spans = [
        (int(dict(call.query)["time_from"]), int(dict(call.query)["time_to"])) for call in watching.calls
    ]
    assert len(spans) == 3
    assert spans[0][0] <= window.since.timestamp()
    assert spans[-1][1] >= until.timestamp()
    assert all(end - start <= 15 * 86_400 for start, end in spans)
    assert all(before[1] == after[0] for before, after in pairwise(spans))


def test_details_are_asked_for_fifty_at_a_time_joined_by_commas(shopee: SimulatedStall) -> None:
    shopee.orders(published(shopee), 120, now())
    shopee.records.clear()
    assert len(every(shopee.shop().orders(last_hour()))) == 120
    asked = [record for record in shopee.records if record.path.endswith("get_order_detail")]
    assert [len(record.query["order_sn_list"].split(",")) for record in asked] == [50, 50, 20]


def test_a_token_that_dies_while_publishing_hands_over_what_was_done(shopee: SimulatedStall) -> None:
    shopee.shop().publish([box("A"), box("B")])
    shopee.fault("expired", times=1, on="update_stock")
    offers = [box("A", price_vnd=60_000), box("B", stock=3)]
    with pytest.raises(MarketplaceError) as failed:
        shopee.shop().publish(offers)
    assert failed.value.kind == "expired_token"
    assert [(result.sku, result.outcome) for result in failed.value.results] == [("A", "done")]
    fresh = shopee.shop().refresh(shopee.credentials)
    assert [result.outcome for result in shopee.shop(fresh).publish(offers)] == ["unchanged", "done"]


def test_a_rehearsal_shows_every_change_and_makes_none(shopee: SimulatedStall) -> None:
    number = published(shopee)
    rehearsal = Rehearsal(Wire())
    offers = [box(listing_id=number, price_vnd=70_000, stock=1, on_sale=False), box("NEW")]
    results = shopee.shop(transport=rehearsal).publish(offers)
    assert [(result.outcome, result.reason) for result in results] == [("done", "rehearsed")] * 2
    held = [urlsplit(call.url).path.rpartition("/")[2] for call in rehearsal.held]
    assert held == ["unlist_item", "update_price", "update_stock", "upload_image", "add_item"]
    [shown] = list(shopee.shop().listings())
    assert (shown.price_vnd, shown.stock, shown.status) == (55_000, 40, "on_sale")


def test_variants_are_listings_of_their_own_and_are_priced_apart(shopee: SimulatedStall) -> None:
    models = [
        {"sku": "MAT-A", "price_vnd": 90_000, "stock": 3},
        {"sku": "MAT-B", "price_vnd": 95_000, "stock": 4},
    ]
    listing = {"sku": "MAT", "name": "Mật ong", "price_vnd": 1_000, "models": models}
    item = shopee.do("seed", shop=shopee.shop_id, listings=[listing])["listings"][0]["id"]
    shown = {one.sku: one for one in shopee.shop().listings()}
    assert set(shown) == {"MAT-A", "MAT-B"}
    offer = box("MAT-B", name="", description="", price_vnd=99_000, stock=2)
    [result] = shopee.shop().publish([offer])
    assert (result.outcome, result.ext_listing_id) == ("done", item)
    shown = {one.sku: one for one in shopee.shop().listings()}
    assert (shown["MAT-A"].price_vnd, shown["MAT-B"].price_vnd, shown["MAT-B"].stock) == (90_000, 99_000, 2)
    [refused] = shopee.shop().publish([box("MAT", listing_id=item)])
    assert refused.outcome == "refused"
    lines = [{"listing": item, "model": "MAT-A", "quantity": 2}]
    shopee.do("order", shop=shopee.shop_id, lines=lines)
    [order] = every(shopee.shop().orders(last_hour())).values()
    line = order.lines[0]
    assert (line.ext_model_id, line.sku, line.revenue_vnd) == (shown["MAT-A"].ext_model_id, "MAT-A", 180_000)


@pytest.mark.parametrize(
    "change", [{"category_id": ""}, {"pictures": ()}, {"category_id": "100629"}, {"price_vnd": 5}]
)
def test_an_offer_shopee_would_not_take_is_refused_with_a_reason(
    shopee: SimulatedStall, change: dict[str, Any]
) -> None:
    [result] = shopee.shop().publish([box(**change)])
    assert result.outcome == "refused"
    assert result.reason
    assert list(shopee.shop().listings()) == []


def test_a_locked_listing_is_refused_in_a_good_answer(shopee: SimulatedStall) -> None:
    listing = {"sku": "KHOA", "name": "Khóa", "price_vnd": 20_000, "stock": 1, "status": "BANNED"}
    item = shopee.do("seed", shop=shopee.shop_id, listings=[listing])["listings"][0]["id"]
    [result] = shopee.shop().publish([box("KHOA", name="", description="", listing_id=item)])
    assert (result.outcome, "locked" in result.reason.lower() or "banned" in result.reason) == (
        "refused",
        True,
    )


def test_the_seller_agrees_and_the_code_works_once(shopee: SimulatedStall) -> None:
    link = shopee.shop().authorize_url("http://127.0.0.1:1/back?state=abc")
    page = requests.get(link, timeout=120)
    assert "MÔ PHỎNG" in page.text
    assert "Đồng ý" in page.text
    agreed = requests.post(link, data={"shop": shopee.shop_id}, allow_redirects=False, timeout=120)
    back = parse_qs(urlsplit(agreed.headers["Location"]).query)
    assert (back["state"], back["shop_id"]) == (["abc"], [shopee.shop_id])
    fresh = shopee.shop().exchange(back["code"][0], shopee.shop_id)
    assert list(shopee.shop(fresh).listings()) == []
    with pytest.raises(MarketplaceError) as spent:
        shopee.shop().exchange(back["code"][0], shopee.shop_id)
    assert spent.value.relogin


def test_a_push_is_verified_over_its_raw_body_and_address(shopee: SimulatedStall) -> None:
    order = shopee.order(published(shopee))
    url = "http://127.0.0.1:8700/hooks/shopee/1"
    push = shopee.do("push", order=order, url=url, send=False)
    body, headers = json.dumps(push["body"]).encode(), push["headers"]
    shop = shopee.shop()
    keyed = hmac.new(b"shpk-made-up", url.encode() + b"|" + body, "sha256").hexdigest()
    assert shop.verify_push({"authorization": keyed}, url, body)
    assert not shop.verify_push(headers, url + "/", body)
    assert not shop.verify_push({"Authorization": keyed}, url, body.replace(b'"code": 3', b'"code":3'))
    assert not shop.verify_push({"Authorization": keyed.upper()}, url, body)
    assert not shop.verify_push({"Authorization": "không"}, url, body)
    assert not shop.verify_push({}, url, body)
    read = shop.read_push(body)
    assert (read.kind, read.ext_order_id, read.ext_shop_id) == ("order", order, shopee.shop_id)


def test_the_push_key_may_differ_from_the_partner_key(shopee: SimulatedStall) -> None:
    shop = shopee.shop(keys=replace(shopee.keys, push_secret="push-key"))
    signature = hmac.new(b"push-key", b"https://x.vn/h|{}", "sha256").hexdigest()
    assert shop.verify_push({"Authorization": signature}, "https://x.vn/h", b"{}")


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"{}", b'{"code": 3, "shop_id": 1}', b"\xff", b"[" * 100_000]
)
def test_a_push_that_cannot_be_read_is_malformed(shopee: SimulatedStall, body: bytes) -> None:
    with pytest.raises(MarketplaceError) as failed:
        shopee.shop().read_push(body)
    assert failed.value.kind == "malformed"


@pytest.mark.parametrize(
    ("name", "message", "kind"),
    [
        ("invalid_acceess_token", "Invalid access_token.", "expired_token"),
        ("common.error_auth", "Invalid access_token.", "expired_token"),
        ("error_auth", "No permission to current api.", "setup"),
        ("error_auth", "Invalid partner_id or shopid.", "relogin"),
        ("error_auth", "Invalid refresh_token.", "relogin"),
        ("error_sign", "Wrong sign.", "setup"),
        ("product.error_param", "Timestamp is expired.", "clock"),
        ("product.error_param", "stock", "refused"),
        ("error_rate_limit", "", "rate_limit"),
        ("error_limit", "", "quota"),
        ("product.error_item_not_found", "", "missing"),
        ("order.error_not_found", "", "missing"),
        ("error_system_busy", "", "unavailable"),
        ("a_new_word", "", "refused"),
    ],
)
def test_error_names_are_matched_behind_the_last_dot(name: str, message: str, kind: str) -> None:
    found = find_error(Answer(200, {"error": name, "message": message}, {}), now())
    assert found is not None
    assert found.kind == kind


def test_the_daily_quota_begins_anew_at_midnight_at_utc_plus_eight() -> None:
    at = datetime(2026, 6, 12, 15, 30, tzinfo=UTC)  # 23:30 there
    found = find_error(Answer(200, {"error": "error_limit", "message": ""}, {}), at)
    assert found is not None
    assert found.retry_after == 1800.0


def test_our_clock_an_hour_behind_is_named(shopee: SimulatedStall) -> None:
    with pytest.raises(MarketplaceError) as failed:
        list(shopee.shop(clock=lambda: now() - timedelta(hours=1)).listings())
    assert failed.value.kind == "clock"


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
    shopee: SimulatedStall, listed: Any
) -> None:
    body = json.dumps({"error": "", "response": listed}).encode()
    with pytest.raises(MarketplaceError):
        list(
            shopee.shop(
                transport=Scripted(SHOPEE, Raw(200, {"Content-Type": JSON}, body), spoilt="get_order_list")
            ).orders(last_hour())
        )


def test_an_unreadable_pair_of_tokens_is_uncertain(shopee: SimulatedStall) -> None:
    body = json.dumps({"error": "", "access_token": "", "refresh_token": "r", "expire_in": 14400}).encode()
    with pytest.raises(MarketplaceError) as failed:
        shopee.shop(
            transport=Scripted(SHOPEE, Raw(200, {"Content-Type": JSON}, body), spoilt="access_token/get")
        ).refresh(shopee.credentials)
    assert failed.value.kind == "uncertain"


def test_what_is_no_picture_is_refused(shopee: SimulatedStall) -> None:
    [result] = shopee.shop().publish([box(pictures=(replace(box().pictures[0], content=b"GIF89a"),))])
    assert (result.outcome, "image" in result.reason) == ("refused", True)
