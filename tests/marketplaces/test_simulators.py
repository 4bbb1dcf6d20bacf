"""The simulators: what they refuse, what they remember, and what their control door takes."""

import hmac
import re
import threading
from pathlib import Path
from typing import Any

import pytest
import requests

from marketplaces.simulators.app import create_app
from marketplaces.simulators.truth import truth
from tests.marketplaces.stalls import MARKETS, SimulatedStall, now, serving

ORDERS = "/api/v2/order/get_order_list"
REFRESH = "/api/v2/auth/access_token/get"


def ask(
    shopee: SimulatedStall, path: str = ORDERS, key: str = "shpk-made-up", late: int = 0, **query: Any
) -> Any:
    """A call signed by hand, with the parameters of a good order list unless told otherwise."""
    at = int(now().timestamp()) - late
    token, shop = (
        query.pop("access_token", shopee.credentials.access_token),
        query.pop("shop_id", shopee.shop_id),
    )
    base = f"2001887{path}{at}{token}{shop}"
    signed = {"partner_id": 2001887, "timestamp": at, "access_token": token, "shop_id": shop}
    signed["sign"] = hmac.new(key.encode(), base.encode(), "sha256").hexdigest()
    window = {"time_range_field": "update_time", "time_from": at - 86_400, "time_to": at, "page_size": 50}
    return requests.get(f"{shopee.address}/shopee{path}", params={**window, **signed, **query}, timeout=120)


def refresh(shopee: SimulatedStall, token: str) -> Any:
    at = int(now().timestamp())
    sign = hmac.new(b"shpk-made-up", f"2001887{REFRESH}{at}".encode(), "sha256").hexdigest()
    query = {"partner_id": "2001887", "timestamp": str(at), "sign": sign}
    body = {"refresh_token": token, "partner_id": 2001887, "shop_id": int(shopee.shop_id)}
    return requests.post(f"{shopee.address}/shopee{REFRESH}", params=query, json=body, timeout=120)


def test_a_rightly_signed_call_is_let_in(shopee: SimulatedStall) -> None:
    answer = ask(shopee)
    assert (answer.status_code, answer.json()["error"]) == (200, "")
    assert answer.json()["response"] == {"more": False, "next_cursor": "", "order_list": []}


@pytest.mark.parametrize(
    ("change", "error", "status"),
    [
        ({"key": "another"}, "error_sign", 403),
        ({"sign": "0" * 64}, "error_sign", 403),
        ({"partner_id": 99}, "error_auth", 403),
        ({"late": 301}, "error_param", 403),
        ({"late": -301}, "error_param", 403),
        ({"timestamp": "soon"}, "error_param", 403),
        ({"sign": ""}, "error_param", 403),
        ({"access_token": "f" * 32}, "invalid_acceess_token", 403),
        ({"time_from": 1}, "order.order_list_invalid_time", 200),
        ({"time_to": 1}, "order.order_list_invalid_time", 200),
        ({"page_size": 101}, "error_param", 200),
        ({"page_size": 0}, "error_param", 200),
        ({"time_range_field": "pay_time"}, "error_param", 200),
        ({"cursor": "100"}, "error_param", 200),
        ({"order_status": "SOLD"}, "error_param", 200),
    ],
)
def test_shopee_refuses(shopee: SimulatedStall, change: dict[str, Any], error: str, status: int) -> None:
    answer = ask(shopee, **change)
    assert (answer.json()["error"], answer.status_code) == (error, status)
    assert "response" not in answer.json()


def test_calls_are_remembered_also_spoilt_ones_and_without_their_tokens(shopee: SimulatedStall) -> None:
    shopee.do("fault", kind="500", times=1)
    ask(shopee, page_size=7)
    ask(shopee, page_size=8)
    told = requests.get(f"{shopee.address}/control/shopee/calls", timeout=60).json()
    mine = [call for call in told if call["query"].get("shop_id") == shopee.shop_id]
    assert [(call["method"], call["path"], call["query"]["page_size"]) for call in mine] == [
        ("GET", f"/shopee{ORDERS}", "7"),
        ("GET", f"/shopee{ORDERS}", "8"),
    ]
    assert not {"access_token", "sign"} & set(mine[0]["query"])


def test_fifteen_days_are_a_window_and_one_second_more_is_none(shopee: SimulatedStall) -> None:
    at = int(now().timestamp())
    assert ask(shopee, time_from=at - 15 * 86_400, time_to=at).json()["error"] == ""
    longer = ask(shopee, time_from=at - 15 * 86_400 - 1, time_to=at)
    assert longer.json()["error"] == "order.order_list_invalid_time"


def test_four_minutes_of_skew_are_borne(shopee: SimulatedStall) -> None:
    assert ask(shopee, late=290).json()["error"] == ""
    shopee.do("clock", offset_s=-290)
    assert ask(shopee).json()["error"] == ""
    shopee.do("clock", offset_s=310)
    assert ask(shopee).json()["message"] == "Timestamp is expired."


def test_business_parameters_are_not_signed(shopee: SimulatedStall) -> None:
    assert ask(shopee, page_size=7, cursor='""').json()["error"] == ""


def test_another_shops_token_opens_nothing(shopee: SimulatedStall) -> None:
    other = SimulatedStall(shopee.address, shopee.market)
    answer = ask(shopee, access_token=other.credentials.access_token)
    assert answer.json()["error"] == "error_auth"
    order = other.do("seed", shop=other.shop_id, listings=[{"sku": "A", "price_vnd": 1_000}]) and other.order(
        "A"
    )
    detail = ask(shopee, "/api/v2/order/get_order_detail", order_sn_list=order)
    assert detail.json()["error"] == "error_not_found"


def test_a_used_refresh_token_is_dead_and_so_is_the_old_access_token(shopee: SimulatedStall) -> None:
    fresh = refresh(shopee, shopee.credentials.refresh_token).json()
    assert (fresh["expire_in"], fresh["error"]) == (14_400, "")
    assert refresh(shopee, shopee.credentials.refresh_token).json()["error"] == "error_shop_refresh_token"
    assert ask(shopee).json()["error"] == "invalid_acceess_token"
    assert ask(shopee, access_token=fresh["access_token"]).json()["error"] == ""
    assert ask(shopee, access_token=fresh["refresh_token"]).json()["error"] == "invalid_acceess_token"


def test_sixteen_refreshes_at_once_give_one_pair(shopee: SimulatedStall) -> None:
    errors: list[str] = []
    threads = [
        threading.Thread(
            target=lambda: errors.append(refresh(shopee, shopee.credentials.refresh_token).json()["error"])
        )
        for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(errors) == [""] + ["error_shop_refresh_token"] * 15


def test_details_take_joined_and_repeated_numbers_and_at_most_fifty(shopee: SimulatedStall) -> None:
    shopee.do("seed", shop=shopee.shop_id, listings=[{"sku": "A", "price_vnd": 1_000}])
    numbers = [shopee.order("A") for _ in range(3)]
    for given in (",".join(numbers), numbers):
        answer = ask(shopee, "/api/v2/order/get_order_detail", order_sn_list=given).json()["response"]
        assert [order["order_sn"] for order in answer["order_list"]] == numbers
        assert "item_list" not in answer["order_list"][0]
    many = ",".join(["A"] * 51)
    assert ask(shopee, "/api/v2/order/get_order_detail", order_sn_list=many).json()["error"] == "error_param"


def test_nothing_is_lost_when_the_server_is_started_again(tmp_path: Path) -> None:
    path = tmp_path / "simulators.sqlite"
    with serving(path) as address:
        first = SimulatedStall(address, MARKETS["shopee"])
        seeded = {"shop": first.shop_id, "listings": [{"sku": "A", "price_vnd": 1_000}]}
        listings = first.do("seed", **seeded)["listings"]
        order = first.order("A")
        before = first.truth()
    with serving(path) as address:
        again = requests.post(
            f"{address}/control/shopee",
            json={"do": "seed", **seeded, "listings": [{"sku": "A"}]},
            timeout=120,
        ).json()
        assert again["listings"] == listings
        assert again["tokens"]["access"] == first.credentials.access_token
        first.address = address
        assert first.truth() == before
        assert ask(first).json()["response"]["order_list"] == [{"order_sn": order}]


def test_seeding_and_ordering_twice_is_once(shopee: SimulatedStall) -> None:
    ask_for = {"shop": shopee.shop_id, "name": "HTX Tú Kỳ", "listings": [{"sku": "A", "price_vnd": 9_000}]}
    first, second = shopee.do("seed", **ask_for), shopee.do("seed", **ask_for)
    for told in (first, second):
        del told["tokens"]["expires_in"]  # a second may pass meanwhile
    assert first == second
    order = {
        "shop": shopee.shop_id,
        "order": f"ONCE{shopee.shop_id}",
        "lines": [{"listing": "A", "quantity": 2}],
    }
    shopee.do("order", **order)
    shopee.do("cancel", order=order["order"])
    assert shopee.do("order", **order)["orders"][0]["status"] == "CANCELLED"
    assert shopee.truth() == []


def test_truth_follows_its_definitions(shopee: SimulatedStall) -> None:
    listing = shopee.do("seed", shop=shopee.shop_id, listings=[{"sku": "A", "price_vnd": 10_000}])[
        "listings"
    ][0]["id"]
    lines = [{"listing": "A", "quantity": 3}, {"listing": "A", "quantity": 1, "price_vnd": 8_000}]
    evening, midnight = "2026-06-11T23:59:59+07:00", "2026-06-12T00:00:00+07:00"
    given = {"shop": shopee.shop_id, "lines": lines}
    numbers = [
        shopee.do("order", **given, at=at, status=status)["orders"][0]["order"]
        for at, status in [
            (evening, "completed"),
            (midnight, "placed"),
            (midnight, "unpaid"),
            (midnight, "cancelled"),
            (midnight, "returned"),
            (midnight, "STRANGE"),
        ]
    ]
    shopee.do("return", order=numbers[0], lines=[{"listing": "A", "quantity": 1}])
    shopee.do("cancel", order=numbers[1], lines=[{"listing": "A", "quantity": 2}])
    base = {"shop": shopee.shop_id, "listing": listing, "orders": 1}
    assert shopee.truth() == [
        {**base, "day": "2026-06-11", "transactions": 1, "quantity": 3, "revenue_vnd": 28_000},
        {**base, "day": "2026-06-12", "transactions": 0, "quantity": 2, "revenue_vnd": 18_000},
    ]
    assert truth([], {}) == []


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"do": "dance"},
        {"do": "order"},
        {"do": "order", "shop": "1", "lines": [{}]},
        {"do": "order", "lines": "A"},
        {"do": "order", "orders": ["A"]},
        {"do": "cancel", "order": "none"},
        {"do": "status", "order": {}},
        {"do": "fault", "kind": "flood"},
        {"do": "fault", "kind": "500", "times": -1},
        {"do": "fault", "kind": "500", "share": "all"},
        {"do": "clock", "offset_s": "late"},
        {"do": "clock", "at": "2026-06-12T10:00:00"},
        {"do": "seed", "listings": [{"name": "no sku"}]},
        {"do": "push", "order": "A", "url": "http://example.vn/"},
        [],
        "seed",
    ],
)
def test_the_control_door_says_what_does_not_fit(shopee: SimulatedStall, asked: Any) -> None:
    answer = requests.post(f"{shopee.address}/control/shopee", json=asked, timeout=120)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_an_unknown_marketplace_has_no_door(simulators: str) -> None:
    assert requests.get(f"{simulators}/control/amazon/truth", timeout=120).status_code == 400


def test_reset_forgets_one_marketplace(tmp_path: Path) -> None:
    client = create_app(tmp_path / "a.sqlite").test_client()
    client.post("/control/shopee", json={"do": "seed", "name": "HTX", "listings": [{"sku": "A"}]})
    client.post("/control/shopee", json={"do": "order", "lines": [{"listing": "A"}]})
    assert len(client.get("/control/shopee/truth").json) == 1
    client.post("/control/shopee", json={"do": "reset"})
    assert client.get("/control/shopee/truth").json == []


def test_a_person_buys_receives_and_gives_back_on_the_page() -> None:
    client = create_app().test_client()
    listing = {"sku": "A", "name": "Vải <b>", "price_vnd": 55_000}
    shop = client.post("/control/shopee", json={"do": "seed", "name": "HTX Kẻ", "listings": [listing]}).json
    page = client.get("/shopee/").text
    assert "MÔ PHỎNG" in page
    assert "HTX Kẻ" in page
    assert "55.000" in page
    assert "Vải &lt;b&gt;" in page
    bought = {"shop": shop["shop"], "listing": shop["listings"][0]["id"], "quantity": "2"}
    assert client.post("/shopee/play/buy", data=bought).status_code == 302
    [row] = client.get("/control/shopee/truth").json
    assert (row["orders"], row["transactions"], row["quantity"], row["revenue_vnd"]) == (1, 0, 2, 110_000)
    order = client.get("/shopee/").text.partition('name="order" value="')[2].partition('"')[0]
    client.post("/shopee/play/change", data={"order": order, "do": "complete"})
    assert client.get("/control/shopee/truth").json[0]["transactions"] == 1
    client.post("/shopee/play/change", data={"order": order, "do": "return"})
    assert client.get("/control/shopee/truth").json == []
    for bad in ({"do": "burn"}, {"do": "cancel", "order": "none"}):
        assert client.post("/shopee/play/change", data=bad).status_code == 400
    assert client.post("/shopee/play/buy", data={**bought, "quantity": "²"}).status_code == 400


def test_other_pages_and_other_names_are_kept_out() -> None:
    client = create_app().test_client()
    assert client.get("/shopee/", headers={"Host": "evil.example"}).status_code == 403
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert client.post("/shopee/play/buy", data={}, headers=foreign).status_code == 403
    assert client.post("/control/shopee", data="{}").status_code == 415


def test_the_consent_page_refuses_an_old_or_forged_link(shopee: SimulatedStall) -> None:
    link = shopee.shop().authorize_url("http://127.0.0.1:1/back")
    assert requests.get(link, timeout=120).status_code == 200
    assert requests.get(link.replace("sign=", "sign=0"), timeout=120).status_code == 403
    shopee.do("clock", offset_s=400)
    assert requests.get(link, timeout=120).json()["message"] == "Timestamp is expired."


def test_the_consent_page_chooses_no_shop_for_a_seller_where_there_are_several(
    shopee: SimulatedStall,
) -> None:
    for name in ("HTX Trước", "HTX Sau"):
        shopee.do("seed", name=name)
    page = requests.get(shopee.shop().authorize_url("http://127.0.0.1:1/back"), timeout=120).text
    assert re.findall(r'<select [^>]* required>\s*<option value="(.*?)"', page) == [""]


def test_simulators_never_import_an_adapter() -> None:
    folder = Path(__file__).parents[2] / "marketplaces" / "simulators"
    files = list(folder.rglob("*.py"))
    assert len(files) > 15
    for file in files:
        imported = [line for line in file.read_text().splitlines() if line.startswith(("from ", "import "))]
        own = [line for line in imported if "marketplaces" in line]
        assert all(line.startswith("from marketplaces.simulators.") for line in own), file
