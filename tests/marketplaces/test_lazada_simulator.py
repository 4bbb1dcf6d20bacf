"""The simulated Lazada: what it refuses and what it takes, asked by hand and by recorded public clients."""

import base64
import json
import threading
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient

from marketplaces.simulators.app import create_app
from tests.marketplaces.lazada_calls import VECTORS, ask, signed, system
from tests.marketplaces.stalls import SimulatedStall, now

TOKEN = "50000601c30atpedfgu3LVvik87Ixlsvle3mSoB7701ceb156fPunYZ43GBg"


def code(answer: Any) -> str:
    """Every answer of Lazada's is HTTP 200."""
    assert answer.status_code == 200
    told: str = answer.json()["code"]
    return told


def test_a_rightly_signed_call_is_let_in(lazada: SimulatedStall) -> None:
    answer = ask(lazada)
    assert code(answer) == "0"
    assert answer.json()["data"] == {"count": 0, "countTotal": 0, "orders": []}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"key": "another"}, "IncompleteSignature"),
        ({"sign": "0" * 64}, "IncompleteSignature"),
        ({"sign": str.lower}, "IncompleteSignature"),
        ({"sign": ""}, "MissingParameter"),
        ({"app_key": "99"}, "IncompleteSignature"),
        ({"app_key": None}, "MissingParameter"),
        ({"sign_method": "md5"}, "IncompleteSignature"),
        ({"sign_method": None}, "MissingParameter"),
        ({"timestamp": None}, "MissingParameter"),
        ({"timestamp": "soon"}, "InvalidTimestamp"),
        ({"timestamp": "2026-11-26T05:00:00"}, "InvalidTimestamp"),
        ({"timestamp": 1}, "InvalidTimestamp"),
        ({"access_token": None}, "MissingParameter"),
        ({"access_token": "f" * 32}, "IllegalAccessToken"),
        ({"update_after": None}, "MissingParameter"),
        ({"update_after": "yesterday"}, "17"),
        ({"update_after": "2026-01-01T00:00:00"}, "17"),
        ({"limit": 101}, "19"),
        ({"limit": 0}, "19"),
        ({"limit": "x"}, "19"),
        ({"offset": 5001}, "14"),
        ({"offset": -1}, "14"),
        ({"status": "sold"}, "36"),
        ({"sort_by": "price"}, "36"),
    ],
)
def test_lazada_refuses(lazada: SimulatedStall, change: dict[str, Any], expected: str) -> None:
    answer = ask(lazada, **change)
    assert code(answer) == expected
    assert "data" not in answer.json()


def test_two_hours_of_skew_are_borne_and_not_a_minute_more(lazada: SimulatedStall) -> None:
    for late, expected in (
        (7_100, "0"),
        (-7_100, "0"),
        (7_260, "InvalidTimestamp"),
        (-7_260, "InvalidTimestamp"),
    ):
        assert code(ask(lazada, **system(lazada, late))) == expected
    iso = datetime.fromtimestamp(int(now().timestamp()), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert code(ask(lazada, timestamp=iso)) == "0"


@pytest.mark.parametrize("change", ["altered", "added", "dropped"])
def test_every_text_parameter_is_signed(lazada: SimulatedStall, change: str) -> None:
    query = signed("/orders/get", {**system(lazada), "update_after": "2026-01-01T00:00:00+07:00", "limit": 9})
    changed = {
        "altered": {**query, "limit": "10"},
        "added": {**query, "offset": "0"},
        "dropped": {name: value for name, value in query.items() if name != "limit"},
    }[change]
    url = f"{lazada.address}/lazada/rest/orders/get"
    assert code(requests.get(url, params=query, timeout=120)) == "0"
    assert code(requests.get(url, params=changed, timeout=120)) == "IncompleteSignature"


@pytest.mark.parametrize("carrier", ["form", "query", "query and copied JSON", "query and JSON", "multipart"])
def test_parameters_may_travel_in_any_carrier_and_in_any_order(lazada: SimulatedStall, carrier: str) -> None:
    api, sku = "/product/price_quantity/update", {"ItemId": "1", "SkuId": "1", "Price": "1"}
    payload = json.dumps({"Request": {"Product": {"Skus": {"Sku": [sku]}}}})
    given = signed(api, {**system(lazada), "payload": payload})
    turned = dict(reversed(given.items()))
    common = {name: value for name, value in turned.items() if name != "payload"}
    sent: dict[str, Any] = {
        "form": {"data": turned},
        "query": {"params": turned},
        "query and copied JSON": {"params": turned, "json": turned},
        "query and JSON": {"params": common, "json": {"payload": payload}},
        "multipart": {"data": turned, "files": {"image": ("a.png", b"\x89PNG")}},
    }[carrier]
    answer = requests.post(f"{lazada.address}/lazada/rest{api}", timeout=120, **sent).json()
    assert (answer["code"], answer["detail"][0]["code"]) == ("501", "208")


@pytest.fixture
def recorded() -> FlaskClient:
    """The simulator at the time, and with the keys, at which the public clients were recorded."""
    client = create_app().test_client()
    app = {"id": "123456", "secret": VECTORS["secret"]}
    at = 1_795_322_752 - int(datetime.now(UTC).timestamp())
    client.post("/control/lazada", json={"do": "clock", "offset_s": at})
    client.post("/control/lazada", json={"do": "seed", "app": app, "tokens": {"access": TOKEN}})
    return client


def replay(client: FlaskClient, vector: dict[str, Any]) -> str:
    answer = client.open(
        f"/lazada{vector['path']}",
        method=vector["method"],
        query_string=vector["raw_query"],
        data=base64.b64decode(vector["body_b64"]),
        content_type=vector["content_type"],
    )
    told: str = answer.json["code"]
    return told


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["name"])
def test_requests_of_public_clients_are_let_in_and_with_another_key_they_are_not(
    recorded: FlaskClient, vector: dict[str, Any]
) -> None:
    expected = {"token_create": "InvalidCode", "price_quantity_update_xml": "501"}.get(vector["name"], "0")
    assert replay(recorded, vector) == expected
    recorded.post("/control/lazada", json={"do": "seed", "app": {"id": "123456", "secret": "another"}})
    assert replay(recorded, vector) == "IncompleteSignature"


def test_an_empty_value_may_be_signed_or_left_out(recorded: FlaskClient) -> None:
    [vector] = [one for one in VECTORS["vectors"] if one["name"] == "empty_value"]
    other = vector["raw_query"].replace(vector["signature"], vector["signature_if_empty_skipped"])
    assert replay(recorded, {**vector, "raw_query": other}) == "0"


def test_another_shops_token_shows_no_order_of_this_one(lazada: SimulatedStall) -> None:
    other = SimulatedStall(lazada.address, lazada.market)
    listed = {"shop": lazada.shop_id, "listings": [{"sku": "A", "price_vnd": 1_000}]}
    lazada.do("seed", **listed)
    order = lazada.order("A")
    assert code(ask(other, "/order/get", order_id=order)) == "16"
    assert code(ask(other, "/orders/items/get", order_ids=f"[{order}]")) == "39"
    assert code(ask(lazada, "/order/get", order_id=order)) == "0"


def test_rows_are_one_a_unit_and_a_list_of_orders_is_checked(lazada: SimulatedStall) -> None:
    lazada.do("seed", shop=lazada.shop_id, listings=[{"sku": "A", "price_vnd": 10_000}])
    lines = [{"listing": "A", "quantity": 3, "price_vnd": 8_000}]
    order = lazada.do("order", shop=lazada.shop_id, lines=lines)["orders"][0]["order"]
    lazada.do("cancel", order=order, lines=[{"listing": "A", "quantity": 1}])
    rows = ask(lazada, "/order/items/get", order_id=order).json()["data"]
    assert [(row["status"], row["item_price"], row["voucher_seller"]) for row in rows] == [
        ("canceled", "10000.00", 2_000),
        ("pending", "10000.00", 2_000),
        ("pending", "10000.00", 2_000),
    ]
    assert len({row["order_item_id"] for row in rows}) == 3
    [told] = ask(lazada, "/orders/items/get", order_ids=f"[{order}]").json()["data"]
    assert told["order_items"] == rows
    assert ask(lazada, "/order/get", order_id=order).json()["data"]["statuses"] == ["canceled", "pending"]
    for ids, expected in (
        (f"[{order},4]", "37"),
        ("[4]", "39"),
        ("4", "56"),
        ("", "56"),
        (json.dumps(list(range(51))), "38"),
    ):
        assert code(ask(lazada, "/orders/items/get", order_ids=ids)) == expected


def test_heads_come_by_time_of_change_and_both_ends_belong_to_the_span(lazada: SimulatedStall) -> None:
    lazada.do("seed", shop=lazada.shop_id, listings=[{"sku": "A", "price_vnd": 10_000}])
    at = datetime(2026, 6, 12, 3, 0, tzinfo=UTC)
    orders = [lazada.order("A", at=at.replace(second=second)) for second in (2, 0, 1)]
    span = {"update_after": "2026-06-12T10:00:00+07:00", "update_before": "2026-06-12T10:00:01+07:00"}
    told = ask(lazada, **span, sort_by="updated_at", sort_direction="ASC").json()["data"]
    assert [str(head["order_id"]) for head in told["orders"]] == [orders[1], orders[2]]
    told = ask(lazada, **span, sort_by="updated_at", limit=1, offset=1).json()["data"]
    assert (told["count"], told["countTotal"], str(told["orders"][0]["order_id"])) == (1, 2, orders[1])
    lazada.change(orders[0], "cancelled")
    told = ask(lazada, update_after=None, created_after=span["update_after"], status="canceled").json()[
        "data"
    ]
    assert [str(head["order_id"]) for head in told["orders"]] == [orders[0]]


def test_sixteen_refreshes_at_once_give_one_pair(lazada: SimulatedStall) -> None:
    api, codes = "/auth/token/refresh", []
    given = {**system(lazada), "refresh_token": lazada.credentials.refresh_token}
    del given["access_token"]

    def refresh() -> None:
        url = f"{lazada.address}/lazada/rest{api}"
        codes.append(requests.post(url, data=signed(api, given), timeout=120).json()["code"])

    threads = [threading.Thread(target=refresh) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == ["0"] + ["IllegalRefreshToken"] * 15
    assert code(ask(lazada)) == "IllegalAccessToken"


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "99"},
        {"response_type": "token"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": ""},
    ],
)
def test_the_consent_page_refuses_what_no_application_of_ours_asks(
    lazada: SimulatedStall, change: dict[str, str]
) -> None:
    good = {
        "response_type": "code",
        "client_id": lazada.market.app_id,
        "redirect_uri": "http://127.0.0.1:1/x",
    }
    page = f"{lazada.address}/lazada/oauth/authorize"
    assert requests.get(page, params=good, timeout=120).status_code == 200
    assert requests.get(page, params={**good, **change}, timeout=120).status_code == 400
    assert (
        requests.post(page, params={**good, **change}, data={"shop": lazada.shop_id}, timeout=120).status_code
        == 400
    )
    assert requests.post(page, params=good, data={"shop": "none"}, timeout=120).status_code == 400


def test_products_are_found_by_sku_and_by_number_and_xml_is_taken(lazada: SimulatedStall) -> None:
    listings = [{"sku": "Vải 1", "price_vnd": 1_000}, {"sku": "B", "price_vnd": 2_000, "status": "off_sale"}]
    lazada.do("seed", shop=lazada.shop_id, listings=listings)
    found = ask(lazada, "/products/get", filter="all", sku_seller_list='["Vải 1", "Z"]').json()["data"]
    [product] = found["products"]
    sku = product["skus"][0]
    assert (found["total_products"], sku["SellerSku"], sku["price"]) == (1, "Vải 1", 1_000.0)
    alone = ask(lazada, "/product/item/get", item_id=product["item_id"]).json()["data"]
    assert alone["skus"] == product["skus"]
    for name, count in (("all", 2), ("live", 1), ("inactive", 1), ("sold-out", 1), ("deleted", 0)):
        assert ask(lazada, "/products/get", filter=name).json()["data"]["total_products"] == count
    numbers = f"<ItemId>{product['item_id']}</ItemId><SkuId>{sku['SkuId']}</SkuId>"
    xml = f"<Request><Product><Skus><Sku>{numbers}<Price>1500</Price></Sku></Skus></Product></Request>"
    api = "/product/price_quantity/update"
    url, given = f"{lazada.address}/lazada/rest{api}", {**system(lazada), "payload": xml}
    assert code(requests.post(url, data=signed(api, given), timeout=120)) == "0"
    again = ask(lazada, "/product/item/get", item_id=product["item_id"]).json()["data"]
    assert (again["skus"][0]["price"], again["skus"][0]["quantity"]) == (1_500.0, sku["quantity"])


def test_one_sku_of_several_fails_alone(lazada: SimulatedStall) -> None:
    lazada.do("seed", shop=lazada.shop_id, listings=[{"sku": "A", "price_vnd": 1_000}])
    [product] = ask(lazada, "/products/get", filter="all").json()["data"]["products"]
    good = {"ItemId": product["item_id"], "SkuId": product["skus"][0]["SkuId"], "Quantity": 5}
    api, skus = "/product/price_quantity/update", [good, {"ItemId": 1, "SkuId": 1, "Quantity": 5}]
    payload = json.dumps({"Request": {"Product": {"Skus": {"Sku": skus}}}})
    url, given = f"{lazada.address}/lazada/rest{api}", {**system(lazada), "payload": payload}
    answer = requests.post(url, data=signed(api, given), timeout=120).json()
    assert (answer["code"], [fault["sku_id"] for fault in answer["detail"]]) == ("0", ["1"])


@pytest.mark.parametrize(
    ("api", "payload", "expected"),
    [
        ("/product/create", "", "MissingParameter"),
        ("/product/create", "{", "5"),
        ("/product/create", "[]", "5"),
        ("/product/create", "<Request>", "5"),
        ("/product/create", '<!DOCTYPE a [<!ENTITY b "c">]><Request/>', "5"),
        ("/product/create", '{"Request": {"Product": []}}', "5"),
        ("/product/update", '{"Request": {"Product": {"ItemId": 1, "Skus": {"Sku": []}}}}', "208"),
        ("/product/price_quantity/update", '{"Request": {"Product": {"Skus": {"Sku": []}}}}', "204"),
        ("/product/price_quantity/update", '{"Request": {"Product": {"Skus": {"Sku": ["A"]}}}}', "204"),
        ("/product/deactivate", '{"Request": {"Product": {}}}', "MissingParameter"),
    ],
)
def test_a_misshapen_product_is_refused(
    lazada: SimulatedStall, api: str, payload: str, expected: str
) -> None:
    given = {**system(lazada), "payload": payload}
    answer = requests.post(f"{lazada.address}/lazada/rest{api}", data=signed(api, given), timeout=120)
    assert code(answer) == expected
