"""TikTok Shop's simulator, asked by hand: it lets in what the reference lets in, and nothing else."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
import requests

from marketplaces.simulators.app import create_app
from tests.marketplaces.stalls import SimulatedStall, box, now
from tests.marketplaces.tiktok_calls import SEARCH, SHOPS, call, cipher

VECTORS = json.loads((Path(__file__).parent / "data" / "tiktok_vectors.json").read_text())
PAGE = {"page_size": "20"}
WRONG_SIGN = 106001
SELLING = "7068517275539719942"


def named(vector: dict[str, Any]) -> str:
    return f"{vector['name']}-{vector.get('sdk', 'rule')[:10]}"


def replayed(vector: dict[str, Any], **changes: Any) -> Any:
    """What the simulator says to a recorded request, at the recorded time."""
    client = create_app().test_client()
    app = {"id": VECTORS["app_key"], "secret": VECTORS["secret"]}
    token = vector.get("access_token_header", "t")
    client.post("/control/tiktok", json={"do": "seed", "app": app, "tokens": {"access": token}})
    stamp = vector["raw_query"].partition("timestamp=")[2].partition("&")[0]
    client.post("/control/tiktok", json={"do": "clock", "at": int(stamp)})
    body = base64.b64decode(vector.get("body_b64") or b"") or (vector["body_text"] or "").encode()
    query = vector["raw_query"].replace("sign=IGNORED", f"sign={vector['signature']}")
    headers = {"x-tts-access-token": token}
    if vector["content_type"]:
        headers["Content-Type"] = vector["content_type"]
    given = {"query_string": query, "data": body, "headers": headers, **changes}
    return client.open(f"/tiktok{vector['path']}", method=vector["method"], **given)


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=named)
def test_recorded_requests_of_public_clients_are_signed_well(vector: dict[str, Any]) -> None:
    assert replayed(vector).json["code"] != WRONG_SIGN


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=named)
def test_recorded_requests_with_another_signature_are_refused(vector: dict[str, Any]) -> None:
    last = vector["signature"][-1]
    other = vector["raw_query"].replace("sign=IGNORED", f"sign={vector['signature']}")
    other = other.replace(vector["signature"], vector["signature"][:-1] + ("0" if last != "0" else "1"))
    assert replayed(vector, query_string=other).json["code"] == WRONG_SIGN


def test_the_file_of_an_upload_is_not_signed() -> None:
    [vector] = [one for one in VECTORS["vectors"] if one["name"] == "upload_image"]
    body = base64.b64decode(vector["body_b64"]).replace(b"PNG", b"GNP")
    assert replayed(vector, data=body).json["code"] != WRONG_SIGN


@pytest.mark.parametrize(
    ("changes", "code", "status"),
    [
        ({}, 0, 200),
        ({"changed": {"page_size": "21"}}, WRONG_SIGN, 401),
        ({"sent": b'{"order_status":"UNPAID" }'}, WRONG_SIGN, 401),
        ({"changed": {"access_token": "not signed"}}, 0, 200),
        ({"changed": {"sign": ""}}, 36009004, 400),
        ({"changed": {"app_key": "another"}}, 36009004, 400),
        ({"has_cipher": False}, 106013, 200),
        ({"has_cipher": False, "query": {**PAGE, "shop_cipher": "ROW_x"}}, 101000, 200),
        ({"token": "rubbish"}, 36009004, 400),
        ({"query": {"page_size": "101"}}, 36009004, 400),
        ({"query": {}}, 36009004, 400),
        ({"query": {**PAGE, "page_token": "rubbish"}}, 36009004, 400),
        ({"query": {**PAGE, "sort_order": "UP"}}, 36009004, 400),
        ({"body": {"update_time_ge": "1"}}, 36009004, 400),
        ({"body": []}, 0, 200),
        ({"body": [1]}, 36009022, 200),
    ],
)
def test_a_search_is_let_in_or_refused_with_tiktoks_number(
    tiktok: SimulatedStall, changes: dict[str, Any], code: int, status: int
) -> None:
    given = {"query": PAGE, "body": {"order_status": "UNPAID"}, **changes}
    if "token" in given:
        given["query"] = {**PAGE, "shop_cipher": cipher(tiktok)}
        given["has_cipher"] = False
    body = given.pop("body")
    answer = call(tiktok, "POST", SEARCH, body, **given)
    assert (answer["code"], answer["status"]) == (code, status)


def test_an_upper_case_signature_is_refused(tiktok: SimulatedStall) -> None:
    answer = requests.get(f"{tiktok.address}/tiktok{SHOPS}", timeout=120).json()
    assert answer["code"] == 36009004
    vector = VECTORS["vectors"][0]
    upper = vector["raw_query"].replace(vector["signature"], vector["signature"].upper())
    assert replayed(vector, query_string=upper).json["code"] == WRONG_SIGN


@pytest.mark.parametrize(
    ("off_s", "is_good"), [(-299, True), (-301, False), (25, True), (31, False), (3_600, False)]
)
def test_a_time_may_be_five_minutes_past_and_half_a_minute_ahead(
    tiktok: SimulatedStall, off_s: int, is_good: bool
) -> None:
    clock = int(now().timestamp()) - off_s
    tiktok.do("clock", at=clock)
    stamp = str(clock + off_s)
    answer = call(tiktok, "GET", SHOPS, has_cipher=False, query={"timestamp": stamp})
    assert (answer["code"] == 0) is is_good
    assert is_good or "timestamp" in answer["message"]


def test_a_cipher_where_none_belongs_is_refused(tiktok: SimulatedStall) -> None:
    answer = call(tiktok, "POST", "/product/202309/images/upload", has_cipher=True)
    assert (answer["code"], "Unexpected identifier" in answer["message"]) == (36009004, True)


@pytest.mark.parametrize(
    ("method", "path", "code", "status"),
    [
        ("GET", "/order/202309/nothing", 36009009, 404),
        ("GET", "/", 36009009, 404),
        ("GET", SEARCH, 36009010, 200),
        ("DELETE", "/product/202309/products/1/prices/update", 36009010, 200),
        ("POST", "/order/202201/orders/search", 36009014, 200),
        ("GET", "/product/209912/products/7", 36009014, 200),
    ],
)
def test_a_wrong_path_method_or_version_is_told_apart(
    tiktok: SimulatedStall, method: str, path: str, code: int, status: int
) -> None:
    address = f"{tiktok.address}/tiktok{path if path != '/' else '/x'}"
    answer = requests.request(method, address, timeout=120)
    assert (answer.json()["code"], answer.status_code) == (code, status)


def test_an_empty_object_is_signed_unless_the_switch_says_otherwise(tiktok: SimulatedStall) -> None:
    given = {"query": PAGE, "sent": b"{}"}
    assert call(tiktok, "POST", SEARCH, None, **given)["code"] == WRONG_SIGN
    tiktok.do("switch", name="empty_body", value="lenient")
    assert call(tiktok, "POST", SEARCH, None, **given)["code"] == 0
    tiktok.do("switch", name="empty_body")
    assert call(tiktok, "POST", SEARCH, None, **given)["code"] == WRONG_SIGN


def test_three_pieces_are_three_rows_and_no_more_than_fifty_ids_are_taken(tiktok: SimulatedStall) -> None:
    [result] = tiktok.shop().publish([box()])
    order = tiktok.order(result.ext_listing_id, quantity=3)
    path = "/order/202507/orders"
    [told] = call(tiktok, "GET", path, query={"ids": f"{order},1"})["data"]["orders"]
    assert len({row["id"] for row in told["line_items"]}) == 3
    assert "quantity" not in told["line_items"][0]
    assert told["payment"]["sub_total"] == "165000"
    many = ",".join(str(number) for number in range(51))
    assert call(tiktok, "GET", path, query={"ids": many})["code"] == 36009004


def test_a_span_leaves_out_its_end_and_the_newest_come_first(tiktok: SimulatedStall) -> None:
    [result] = tiktok.shop().publish([box()])
    at = now().replace(microsecond=0)
    wanted = sorted(tiktok.orders(result.ext_listing_id, 3, at))
    end = int(at.timestamp())

    def ids(body: dict[str, Any], **query: str) -> list[str]:
        told = call(tiktok, "POST", SEARCH, body, query={**PAGE, **query})
        return [order["id"] for order in told["data"]["orders"]]

    assert len(ids({"update_time_ge": end - 2, "update_time_lt": end + 1})) == 3
    assert len(ids({"update_time_ge": end - 2, "update_time_lt": end})) == 2
    newest_first = ids({"create_time_ge": end - 2})
    assert sorted(newest_first) == wanted
    assert ids({}, sort_field="update_time", sort_order="ASC") == newest_first[::-1]
    assert ids({"order_status": "UNPAID"}) == []


def test_a_warehouse_nobody_knows_fails_inside_a_good_answer(tiktok: SimulatedStall) -> None:
    [result] = tiktok.shop().publish([box()])
    path = f"/product/202309/products/{result.ext_listing_id}/inventory/update"
    rows = [{"warehouse_id": "1", "quantity": 3}]
    body = {"skus": [{"id": f"{result.ext_listing_id}1", "inventory": rows}]}
    answer = call(tiktok, "POST", path, body)
    assert (answer["status"], answer["code"]) == (200, 0)
    [error] = answer["data"]["errors"]
    assert error["detail"]["extra_errors"][0]["code"] == 12052097


def test_a_request_with_a_key_seen_before_makes_nothing_new(tiktok: SimulatedStall) -> None:
    body = new_product(tiktok)
    path = "/product/202309/products"
    made = [call(tiktok, "POST", path, body)["data"]["product_id"] for _ in range(2)]
    assert made[0] == made[1]
    other = call(tiktok, "POST", path, {**body, "idempotency_key": "K2"})
    assert other["data"]["product_id"] != made[0]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"main_images": [{"uri": "https://example.vn/vai.jpg"}]}, 36009004),
        ({"title": "Vải thiều Thanh Hà 荔枝 thùng 1 kg"}, 12052262),
        ({"title": "Vải"}, 36009004),
        ({"category_id": "600001"}, 36009004),
        ({"package_weight": {"value": "nhẹ", "unit": "KILOGRAM"}}, 36009004),
        ({"package_weight": {"value": "NaN", "unit": "KILOGRAM"}}, 36009004),
        ({"skus": []}, 36009004),
        ({"sku": {"price": {"amount": "9.5", "currency": "VND"}}}, 12052073),
        ({"sku": {"price": {"amount": "9", "currency": "USD"}}}, 12052084),
        ({"sku": {"inventory": [{"warehouse_id": "1", "quantity": 5}]}}, 12052097),
        ({"sku": {"inventory": [{"warehouse_id": SELLING, "quantity": 100_000}]}}, 12052055),
        ({"sku": {"seller_sku": "A B"}}, 36009004),
    ],
)
def test_a_product_that_does_not_fit_is_refused(
    tiktok: SimulatedStall, change: dict[str, Any], code: int
) -> None:
    body = new_product(tiktok)
    sku = {**body["skus"][0], **change.get("sku", {})}
    asked = {**body, "skus": [sku], **{name: value for name, value in change.items() if name != "sku"}}
    assert call(tiktok, "POST", "/product/202309/products", asked)["code"] == code


def new_product(tiktok: SimulatedStall) -> dict[str, Any]:
    """A request that is in order, with the picture of a product that is there."""
    [made] = tiktok.shop().publish([box()])
    told = call(tiktok, "GET", f"/product/202309/products/{made.ext_listing_id}")
    return {
        "title": "Vải thiều sấy khô Thanh Hà 500 g",
        "description": "<p>Sấy</p>",
        "category_id": "100855",
        "main_images": told["data"]["main_images"],
        "package_weight": {"value": "0.5", "unit": "KILOGRAM"},
        "idempotency_key": "K1",
        "skus": [
            {
                "seller_sku": "VAI-SAY",
                "price": {"amount": "90000", "currency": "VND"},
                "inventory": [{"warehouse_id": SELLING, "quantity": 5}],
            }
        ],
    }


def test_two_shops_never_see_each_others_things(tiktok: SimulatedStall, simulators: str) -> None:
    other = SimulatedStall(simulators, tiktok.market)
    [result] = other.shop().publish([box()])
    order = other.order(result.ext_listing_id)
    path = f"/product/202309/products/{result.ext_listing_id}"
    assert call(tiktok, "GET", path)["code"] == 12052048
    assert call(tiktok, "GET", "/order/202309/orders", query={"ids": order})["data"]["orders"] == []
    assert call(tiktok, "POST", SEARCH, None, query=PAGE)["data"]["total_count"] == 0
    assert (
        call(tiktok, "POST", SEARCH, None, query=PAGE, token=other.credentials.access_token)["code"] == 101000
    )


def test_what_came_through_the_secret_paths_is_not_told_again(tiktok: SimulatedStall) -> None:
    tiktok.shop().refresh(tiktok.credentials)
    told = requests.get(f"{tiktok.address}/control/tiktok/calls", timeout=120).text
    for secret in (tiktok.market.secret, tiktok.credentials.refresh_token):
        assert secret not in told


@pytest.mark.parametrize("asked", [{"name": "nothing"}, {}, {"name": "review_s", "value": 1.5}])
def test_a_switch_nobody_knows_is_refused(tiktok: SimulatedStall, asked: dict[str, Any]) -> None:
    answer = requests.post(f"{tiktok.address}/control/tiktok", json={"do": "switch", **asked}, timeout=120)
    assert (answer.status_code, bool(answer.json()["error"])) == (400, True)


def test_subscriptions_are_kept_and_removed(tiktok: SimulatedStall) -> None:
    path, event = "/event/202309/webhooks", {"event_type": "ORDER_STATUS_CHANGE"}
    for address, code in (("http://htx.example.vn/", 36009004), ("https://htx.example.vn:8443/", 36009004)):
        assert call(tiktok, "PUT", path, {**event, "address": address})["code"] == code
    good = {**event, "address": "https://htx.example.vn/hooks"}
    assert call(tiktok, "PUT", path, good)["code"] == 0
    assert call(tiktok, "GET", path)["data"]["webhooks"] == [good]
    assert call(tiktok, "DELETE", path, event)["code"] == 0
    assert call(tiktok, "GET", path)["data"]["webhooks"] == []
