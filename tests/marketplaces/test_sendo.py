"""Sendo's door: switched off at first, one living token, refusals, pushes that nobody signs."""

import base64
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from marketplaces.directory import open_shop, shipped
from marketplaces.http import Answer, Client
from marketplaces.interface import MarketplaceError
from marketplaces.sendo.errors import find_error, find_login_error
from tests.marketplaces.sendo_calls import KEYS, ask, login, published, search
from tests.marketplaces.stalls import SimulatedStall, box, last_hour, now
from tests.marketplaces.transports import Answering


def test_it_is_shipped_switched_off_and_nothing_leaves_before_the_operator_says_so(
    sendo: SimulatedStall,
) -> None:
    assert shipped("sendo").is_closed
    off = replace(sendo.keys, options=())
    shop = sendo.shop(keys=off)
    assert shop.capabilities.is_closed
    for act in (
        lambda: list(shop.orders(last_hour())),
        lambda: list(shop.listings()),
        lambda: list(shop.categories()),
        lambda: shop.read_orders(["1"]),
        lambda: shop.refresh(sendo.credentials),
        lambda: shop.exchange("", ""),
        lambda: shop.publish([box()]),
    ):
        with pytest.raises(MarketplaceError, match="service_checked") as refused:
            act()
        assert (refused.value.kind, refused.value.permanent) == ("setup", True)
    assert sendo.records == []
    body = json.dumps({"type": "PRODUCT.UPDATE", "shop_key": sendo.keys.app_id, "store_id": 1}).encode()
    assert not shop.verify_push({}, "http://localhost/hooks/sendo/1", body)
    for said in ("no", "", "YES", "true"):
        assert sendo.shop(keys=replace(off, options=(("service_checked", said),))).capabilities.is_closed
    assert not sendo.shop().capabilities.is_closed


@pytest.mark.parametrize(
    ("name", "value"),
    [("date_form", "dd-mm"), ("stamps_ahead_h", "-1"), ("stamps_ahead_h", "15"), ("unit_id", "kg")],
)
def test_an_option_that_cannot_be_is_refused_at_once(name: str, value: str) -> None:
    with pytest.raises(MarketplaceError, match=name) as refused:
        open_shop("sendo", Client(), replace(KEYS, options=((name, value),)), None, now)
    assert refused.value.kind == "setup"


def test_the_shops_number_and_the_end_are_read_in_the_token(sendo: SimulatedStall) -> None:
    fresh = sendo.shop().exchange("", "")
    assert (fresh.ext_shop_id, fresh.refresh_token, fresh.refresh_expires_at) == (sendo.shop_id, "", None)
    assert now() + timedelta(hours=7) < fresh.access_expires_at < now() + timedelta(hours=9)
    with pytest.raises(MarketplaceError, match=f"open shop {sendo.shop_id}, not '99'") as refused:
        sendo.shop().exchange("", "99")
    assert (refused.value.kind, refused.value.relogin) == ("setup", False)


def coded(claims: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "token",
    ["plain", "a.b.c", f"a.{coded([1])}.c", f"a.{coded({'StoreId': []})}.c", f"a.{coded({})}.c", "a.ééé.c"],
)
def test_a_token_that_tells_nothing_is_good_for_the_shop_that_was_named(
    sendo: SimulatedStall, token: str
) -> None:
    answer = Answering({"success": True, "result": {"token": token}, "status_code": 200})
    fresh = sendo.shop(transport=answer).exchange("", "808516")
    assert (fresh.access_token, fresh.ext_shop_id) == (token, "808516")
    assert now() + timedelta(hours=7) < fresh.access_expires_at < now() + timedelta(hours=9)
    with pytest.raises(MarketplaceError):
        sendo.shop(transport=answer).exchange("", "")


@pytest.mark.parametrize("exp", [0, 7, "soon", -1, 10**30, 1.5, None])
def test_an_end_that_cannot_be_is_eight_hours(sendo: SimulatedStall, exp: Any) -> None:
    token = f"a.{coded({'StoreId': '1', 'exp': exp})}.c"
    answer = Answering({"success": True, "result": {"token": token}, "status_code": 200})
    fresh = sendo.shop(transport=answer).exchange("", "")
    assert now() + timedelta(hours=7) < fresh.access_expires_at < now() + timedelta(hours=9)


def test_a_new_login_makes_the_token_before_useless(sendo: SimulatedStall) -> None:
    assert ask(sendo, "api/partner/category/0", method="GET").status_code == 200
    token = login(sendo).json()["result"]["token"]
    answer = ask(sendo, "api/partner/category/0", method="GET")
    assert (answer.status_code, "exp" in answer.json()) == (401, True)
    assert ask(sendo, "api/partner/category/0", token=token, method="GET").json()["success"]
    with pytest.raises(MarketplaceError) as ended:
        list(sendo.shop().listings())
    assert (ended.value.kind, ended.value.permanent) == ("expired_token", False)


def test_a_token_ends_after_eight_hours_by_sendos_clock(sendo: SimulatedStall) -> None:
    sendo.do("clock", offset_s=8 * 3_600 - 60)
    assert search(sendo).status_code == 200
    sendo.do("clock", offset_s=8 * 3_600 + 60)
    assert search(sendo).json() == {"exp": "token expired"}


def test_wrong_keys_are_the_operators_to_mend(sendo: SimulatedStall) -> None:
    assert login(sendo, "another").json()["success"] is False
    for wrong in (replace(sendo.keys, app_secret="another"), replace(sendo.keys, app_id="1")):
        with pytest.raises(MarketplaceError) as refused:
            sendo.shop(keys=wrong).exchange("", "")
        assert (refused.value.kind, refused.value.permanent, refused.value.relogin) == ("setup", True, False)
    assert "sendo-made-up" not in "".join(map(repr, sendo.records))


@pytest.mark.parametrize(
    ("status", "data", "kind"),
    [
        (401, None, "expired_token"),
        (200, {"exp": "token expired"}, "expired_token"),
        (200, {"result": {}}, "expired_token"),
        (200, {"success": False, "status_code": 401, "error": {"message": "no"}}, "expired_token"),
        (200, {"success": False, "status_code": 404, "error": {"message": "no"}}, "missing"),
        (200, {"success": False, "status_code": 429, "error": None}, "rate_limit"),
        (200, {"success": False, "status_code": 503, "error": None}, "unavailable"),
        (200, {"success": False, "status_code": 200, "error": "odd"}, "refused"),
        (
            400,
            {"success": False, "status_code": 400, "error": {"error_details": [{"message": "x"}]}},
            "refused",
        ),
        (200, {"success": "yes"}, "refused"),
        (400, {"success": True}, "refused"),
        (200, [], "malformed"),
        (405, None, "refused"),
    ],
)
def test_refusals_are_told_apart_whatever_the_http_status_is(status: int, data: Any, kind: str) -> None:
    found = find_error(Answer(status, data, {}))
    assert found is not None
    assert found.kind == kind
    assert not find_error(Answer(200, {"success": True, "result": None}, {}))
    assert not find_error(Answer(503, {"success": False}, {}))
    assert not find_login_error(Answer(200, {"success": True, "result": {"token": "a"}}, {}))


def test_a_refusals_words_and_details_are_told_once_each() -> None:
    details = [
        {"property_name": "sku", "message": "sku A is duplicated"},
        {"message": "price is wrong"},
        None,
    ]
    error = {"message": "sku A is duplicated", "error_details": details}
    found = find_error(Answer(400, {"success": False, "error": error, "status_code": 400}, {}))
    assert str(found) == "Sendo: sku A is duplicated; price is wrong"


def pushed(sendo: SimulatedStall, order: str) -> bytes:
    told = sendo.do("push", order=order, url="http://127.0.0.1:8700/hooks/sendo/1", send=False)
    return json.dumps(told["body"]).encode()


def test_a_push_is_known_by_the_shops_key_and_by_the_mark_in_its_address(sendo: SimulatedStall) -> None:
    order = sendo.order(published(sendo))
    body, shop = pushed(sendo, order), sendo.shop()
    address = f"https://htx.example.vn/hooks/sendo/{sendo.shop_id}"
    assert shop.verify_push({}, address, body)
    push = shop.read_push(body)
    assert (push.kind, push.ext_shop_id, push.ext_order_id) == ("order", sendo.shop_id, order)
    assert push.event_id == shop.read_push(body).event_id
    assert "84900000000" not in repr(push)
    marked = sendo.shop(keys=replace(sendo.keys, push_secret="quiet"))
    assert marked.verify_push({}, f"{address}?key=quiet", body)
    for wrong in (address, f"{address}?key=", f"{address}?key=quiett", f"{address}?key=é"):
        assert not marked.verify_push({}, wrong, body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff",
        b'{"shop_key": null}',
        b'{"shop_key": "another"}',
        '{"shop_key": "é"}'.encode(),
    ],
)
def test_a_forged_push_is_not_sendos(sendo: SimulatedStall, body: bytes) -> None:
    assert not sendo.shop().verify_push({}, "https://htx.example.vn/hooks/sendo/1", body)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"type": 7},
        {"type": "SALESORDER.UPDATE", "store_id": 1},
        {"type": "SALESORDER.UPDATE", "data": {}},
    ],
)
def test_a_spoilt_push_is_malformed(sendo: SimulatedStall, body: Any) -> None:
    with pytest.raises(MarketplaceError) as refused:
        sendo.shop().read_push(json.dumps(body).encode())
    assert refused.value.kind == "malformed"
