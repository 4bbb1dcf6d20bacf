"""The simulated Alibaba.com takes what its guide and public clients send, and refuses wrong signatures."""

import json
from typing import Any

import pytest

from marketplaces.simulators.alibaba.guard import expected_sign
from tests.marketplaces.alibaba_calls import ask, beijing, pairs, published, system, with_md5, with_sign
from tests.marketplaces.stalls import SimulatedStall
from tests.marketplaces.test_alibaba import REST, VECTORS

LIST = "/alibaba/order/list"


def listing(alibaba: SimulatedStall, **more: str) -> dict[str, str]:
    token = alibaba.credentials.access_token
    return system(alibaba, access_token=token, role="seller", page_size="50", **more)


def numbers(answer: Any) -> list[str]:
    assert answer["code"] == "0", answer
    return [row["trade_id"] for row in answer["value"]["order_list"]]


@pytest.mark.parametrize("way", ["params", "data"])
@pytest.mark.parametrize("has_method", [True, False])
@pytest.mark.parametrize("is_bare", [True, False])
def test_the_path_may_stand_in_the_address_or_in_method(
    alibaba: SimulatedStall, way: str, has_method: bool, is_bare: bool
) -> None:
    if is_bare and not has_method:
        return
    order = alibaba.order(published(alibaba))
    given = listing(alibaba, **({"method": LIST} if has_method else {}))
    place = "/rest" if is_bare else f"/rest{LIST}"
    assert numbers(ask(alibaba, place, **{way: with_sign(given, LIST)})) == [order]


def test_older_calls_come_by_sync_with_a_session(alibaba: SimulatedStall) -> None:
    number = published(alibaba)
    given = system(
        alibaba,
        session=alibaba.credentials.access_token,
        method="alibaba.icbu.product.get",
        product_id=number,
        v="2.0",
        simplify="true",
    )
    answer = ask(alibaba, "/sync", params=with_sign(given))
    assert str(answer["result"]["product_info"]["basic_info"]["product_id"]) == number


def test_the_oldest_sign_by_md5_and_write_times_of_beijing(alibaba: SimulatedStall) -> None:
    order = alibaba.order(published(alibaba))
    query = json.dumps({"role": "seller", "start_page": 0, "page_size": 50})
    given = {
        "app_key": alibaba.market.app_id,
        "sign_method": "md5",
        "timestamp": beijing(),
        "session": alibaba.credentials.access_token,
        "method": "alibaba.seller.order.list",
        "v": "2.0",
        "format": "json",
        "param_trade_ecology_order_list_query": query,
    }
    answer = ask(alibaba, "/sync", data=with_md5(given))
    rows = answer["alibaba_seller_order_list_response"]["result"]["value"]["order_list"]
    assert [row["trade_id"] for row in rows] == [order]
    refused = ask(alibaba, "/sync", data={**with_md5(given), "sign": "0" * 32})
    assert refused["error_response"]["sub_code"] == "IncompleteSignature"


def test_the_recorded_signatures_are_expected(alibaba: SimulatedStall) -> None:
    for vector in REST:
        given = pairs(vector["params_without_sign"])
        assert expected_sign("sha256", vector["api"], vector["app_secret"], given) == vector["sign"]
    sync = VECTORS["icbu_sync_product_get"]
    name = sync["params_without_sign"]["method"]
    assert (
        expected_sign("sha256", name, sync["app_secret"], pairs(sync["params_without_sign"])) == sync["sign"]
    )


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"sign": "0" * 64}, "IncompleteSignature"),
        ({"app_key": "1"}, "IncompleteSignature"),
        ({"page_size": "49"}, "IncompleteSignature"),
        ({"sign_method": "md5"}, "IncompleteSignature"),
        ({"sign": ""}, "MissingParameter"),
        ({"timestamp": ""}, "MissingParameter"),
    ],
)
def test_what_was_changed_after_signing_is_refused(
    alibaba: SimulatedStall, change: dict[str, str], code: str
) -> None:
    given = {**with_sign(listing(alibaba), LIST), **change}
    assert ask(alibaba, f"/rest{LIST}", params=given)["code"] == code


def test_a_wrong_key_and_a_signature_without_its_path_are_refused(alibaba: SimulatedStall) -> None:
    for given in (with_sign(listing(alibaba), LIST, "another"), with_sign(listing(alibaba))):
        assert ask(alibaba, f"/rest{LIST}", params=given)["code"] == "IncompleteSignature"


def test_a_dead_token_and_an_unknown_call_are_refused(alibaba: SimulatedStall) -> None:
    given = {**listing(alibaba), "access_token": "dead"}
    assert ask(alibaba, f"/rest{LIST}", params=with_sign(given, LIST))["code"] == "IllegalAccessToken"
    unknown = with_sign(listing(alibaba), "/no/such")
    assert ask(alibaba, "/rest/no/such", params=unknown)["code"] == "InvalidApiPath"


def test_whoever_does_not_say_seller_is_a_buyer(alibaba: SimulatedStall) -> None:
    alibaba.order(published(alibaba))
    given = {**listing(alibaba), "role": "buyer"}
    assert numbers(ask(alibaba, f"/rest{LIST}", params=with_sign(given, LIST))) == []


def test_dates_may_be_written_in_californian_time(alibaba: SimulatedStall) -> None:
    order = alibaba.order(published(alibaba), at=None)
    before = listing(alibaba, modified_date_start=json.dumps({"date_str": "2025-06-01 00:00:00"}))
    after = listing(alibaba, modified_date_start=json.dumps({"date_str": "2099-06-01 00:00:00"}))
    assert numbers(ask(alibaba, f"/rest{LIST}", params=with_sign(before, LIST))) == [order]
    assert numbers(ask(alibaba, f"/rest{LIST}", params=with_sign(after, LIST))) == []


@pytest.mark.parametrize("change", [{"page_size": "101"}, {"page_size": "0"}, {"start_page": "100"}])
def test_a_hundred_orders_a_page_and_a_hundred_pages(alibaba: SimulatedStall, change: dict[str, str]) -> None:
    given = {**listing(alibaba), **change}
    answer = ask(alibaba, f"/rest{LIST}", params=with_sign(given, LIST))
    assert answer["result"]["success"] is False


def change(alibaba: SimulatedStall, api: str, **given: str) -> Any:
    told = system(alibaba, access_token=alibaba.credentials.access_token, **given)
    return ask(alibaba, f"/rest{api}", data=with_sign(told, api))["result"]


def test_price_and_stock_take_one_of_two_parameters(alibaba: SimulatedStall) -> None:
    number = published(alibaba)
    tiered = {"price_type": "TIERED", "currency": "USD", "tiered_price": [{"quantity": 1, "price": "2.205"}]}
    for api, given, code in (
        ("/icbu/product/edit-price", {}, "B_PRICE_ALL_NULL"),
        ("/icbu/product/edit-price", {"price": "{}", "sku_price": "[]"}, "B_PRICE_CONFLICT"),
        ("/icbu/product/edit-price", {"price": json.dumps(tiered)}, "B_PRICE_SCALE_INVALID"),
        ("/icbu/product/edit-inventory", {}, "B_INVENTORY_ALL_NULL"),
        ("/icbu/product/edit-inventory", {"inventory": "1", "sku_inventory": "[]"}, "B_INVENTORY_CONFLICT"),
    ):
        assert change(alibaba, api, product_id=number, **given)["msg_code"] == code


def test_a_batch_of_states_tells_each_product_that_failed(alibaba: SimulatedStall) -> None:
    number = published(alibaba)
    api = "/alibaba/icbu/product/batch/update/status"
    answer = change(alibaba, api, product_id_list=f"[{number}, 9]", action="offline")
    assert (answer["success"], answer["updated_product_ids"]) == (False, [int(number)])
    assert [one["product_id"] for one in answer["errors"]] == [9]
