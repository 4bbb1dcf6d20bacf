"""Tiki's own dialect: keys for a seller's page, pages that move, requests under review, events to pull."""

import base64
import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from marketplaces.directory import open_shop
from marketplaces.http import Answer, Client
from marketplaces.interface import EventQueue, MarketplaceError
from marketplaces.reading import Record
from marketplaces.tiki.choices import read_choices
from marketplaces.tiki.errors import find_error, find_token_error
from marketplaces.tiki.orders import read_order
from marketplaces.values import AppKeys, Offer, Window
from marketplaces.wire import Call, Raw, Rehearsal, Timeouts, Wire
from tests.marketplaces.malformed.sample import JSON
from tests.marketplaces.malformed.tiki import ITEM, order_with
from tests.marketplaces.stalls import SimulatedStall, box, every, last_hour, now

PICTURE = "https://example.vn/vai.jpg"


def new_box(sku: str = "VAI-1KG", **changes: Any) -> Offer:
    return box(sku, image_ids=(PICTURE,), **changes)


def published(tiki: SimulatedStall) -> str:
    [result] = tiki.shop().publish([new_box()])
    assert result.outcome == "done"
    return result.ext_listing_id


def paths(tiki: SimulatedStall) -> Counter[str]:
    return Counter(record.path.rpartition("/")[2] for record in tiki.records)


def ask(tiki: SimulatedStall, path: str, token: str = "", method: str = "GET", **more: Any) -> Any:
    """A call by hand with the shop's token."""
    headers = {"Authorization": f"Bearer {token or tiki.credentials.access_token}"}
    return requests.request(
        method, f"{tiki.address}/tiki/integration/{path}", headers=headers, timeout=120, **more
    )


def ask_token(tiki: SimulatedStall, secret: str = "tiki-made-up", **form: str) -> Any:
    coded = base64.b64encode(f"{tiki.keys.app_id}:{secret}".encode()).decode()
    asked = {"grant_type": "client_credentials", **form}
    return requests.post(
        f"{tiki.address}/tiki/sc/oauth2/token",
        data=asked,
        headers={"Authorization": f"Basic {coded}"},
        timeout=120,
    )


def test_the_applications_keys_give_a_token_and_no_refresh_token(tiki: SimulatedStall) -> None:
    told = ask_token(tiki).json()
    assert (told["expires_in"], told["token_type"], "refresh_token" in told) == (3600, "bearer", False)
    assert ask(tiki, "v2/sellers/me", told["access_token"]).json()["id"] == int(tiki.shop_id)
    assert ask(tiki, "v2/sellers/me").status_code == 200, "the token before lives on"


@pytest.mark.parametrize(
    ("secret", "form", "status", "error"),
    [
        ("another", {}, 401, "invalid_client"),
        ("", {}, 401, "invalid_client"),
        ("tiki-made-up", {"grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
def test_the_token_server_refuses(
    tiki: SimulatedStall, secret: str, form: dict[str, str], status: int, error: str
) -> None:
    answer = ask_token(tiki, secret, **form)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_an_application_of_no_seller_or_of_two_gets_no_token(tiki: SimulatedStall) -> None:
    tiki.do("seed", name=f"second of {tiki.shop_id}", app={"id": tiki.keys.app_id, "secret": "tiki-made-up"})
    assert ask_token(tiki).json()["error"] == "invalid_client"


@pytest.mark.parametrize("way", ["basic", "post"])
def test_keys_travel_as_a_header_or_in_the_form_as_the_operator_says(tiki: SimulatedStall, way: str) -> None:
    keys = replace(tiki.keys, options=(("client_auth", way),))
    fresh = tiki.shop(keys=keys).exchange("", "")
    assert (fresh.ext_shop_id, fresh.refresh_token, fresh.refresh_expires_at) == (tiki.shop_id, "", None)
    assert now() + timedelta(minutes=55) < fresh.access_expires_at < now() + timedelta(minutes=65)
    shown = "".join(map(repr, tiki.records))
    assert "tiki-made-up" not in shown
    assert fresh.access_token not in shown
    for wrong in (replace(keys, app_secret="another"), replace(keys, app_id="1")):
        with pytest.raises(MarketplaceError) as refused:
            tiki.shop(keys=wrong).exchange("", "")
        assert (refused.value.kind, refused.value.permanent, refused.value.relogin) == ("setup", True, False)


def test_keys_of_another_shop_than_was_meant_are_told_apart(tiki: SimulatedStall) -> None:
    with pytest.raises(MarketplaceError, match=f"open shop {tiki.shop_id}, not '99'"):
        tiki.shop().exchange("", "99")


def test_connecting_leads_straight_back_and_nothing_opens_before() -> None:
    keys = AppKeys("7", "s", "https://api.tiki.vn")
    tiki = open_shop("tiki", Client(), keys, None, now)
    assert tiki.authorize_url("https://x.vn/back?state=a.b") == "https://x.vn/back?state=a.b"
    with pytest.raises(MarketplaceError) as refused:
        list(tiki.listings())
    assert refused.value.relogin


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("v2/orders", {"limit": "0"}, 400),
        ("v2/orders", {"limit": "51"}, 400),
        ("v2/orders", {"page": "0"}, 400),
        ("v2/orders", {"page": "one"}, 400),
        ("v2/orders", {"updated_from_date": "2026-11-26"}, 400),
        ("v2/orders", {"order_by": "price|asc"}, 400),
        ("v2/orders", {"status": "not|a"}, 400),
        ("v2/orders/none", {}, 404),
        ("v2.1/products/7", {}, 404),
        ("v2/tracking/none", {}, 404),
        ("v1/queues/none/subscriptions", {}, 404),
    ],
)
def test_tiki_refuses(tiki: SimulatedStall, path: str, query: dict[str, str], status: int) -> None:
    answer = ask(tiki, path, params=query)
    assert answer.status_code == status
    assert answer.json()["errors"]


def test_only_the_sellers_own_living_token_opens_anything(tiki: SimulatedStall) -> None:
    other = SimulatedStall(tiki.address, tiki.market)
    order = other.order(published(other))
    assert ask(tiki, "v2/orders").status_code == 200
    assert ask(tiki, f"v2/orders/{order}").status_code == 404
    assert ask(tiki, "v2/orders", "made-up").status_code == 401
    assert requests.get(f"{tiki.address}/tiki/integration/v2/orders", timeout=120).status_code == 401
    tiki.expire()
    assert ask(tiki, "v2/orders").json() == {"errors": ["Access token is invalid or expired"]}


def test_a_token_ends_after_an_hour_by_tikis_clock(tiki: SimulatedStall) -> None:
    tiki.do("clock", offset_s=3_590)
    assert ask(tiki, "v2/orders").status_code == 200
    tiki.do("clock", offset_s=3_610)
    with pytest.raises(MarketplaceError) as ended:
        list(tiki.shop().orders(last_hour()))
    assert ended.value.kind == "expired_token"


def test_an_empty_list_has_no_last_page_and_pages_follow_one_another(tiki: SimulatedStall) -> None:
    assert ask(tiki, "v2/orders").json()["paging"]["last_page"] == 0
    numbers = tiki.orders(published(tiki), 23, now())
    found: set[str] = set()
    for page in (1, 2, 3):
        told = ask(tiki, "v2/orders", params={"page": page, "limit": 10}).json()
        assert (told["paging"]["total"], told["paging"]["last_page"]) == (23, 3)
        found |= {order["code"] for order in told["data"]}
    assert found == numbers


def test_filters_by_status_and_creation_leave_the_rest_out(tiki: SimulatedStall) -> None:
    number = published(tiki)
    done = tiki.order(number, status="completed")
    open_ = tiki.order(number, at=now() - timedelta(days=2))
    for status, expected in (
        ("complete", {done}),
        ("in|complete,queueing", {done, open_}),
        ("nin|complete", {open_}),
    ):
        told = ask(tiki, "v2/orders", params={"status": status}).json()
        assert {order["code"] for order in told["data"]} == expected
    since = (
        (now() - timedelta(hours=1)).astimezone(timezone(timedelta(hours=7))).strftime("%Y-%m-%d %H:%M:%S")
    )
    told = ask(tiki, "v2/orders", params={"created_from_date": since}).json()
    assert {order["code"] for order in told["data"]} == {done}


def test_times_without_a_zone_are_vietnams(tiki: SimulatedStall) -> None:
    at = datetime(2026, 6, 11, 17, 30, tzinfo=UTC)
    order = tiki.order(published(tiki), at=at)
    assert ask(tiki, f"v2/orders/{order}").json()["created_at"] == "2026-06-12 00:30:00"
    found = every(tiki.shop().orders(Window(at - timedelta(seconds=1), at + timedelta(seconds=1))))
    assert (found[order].created_at, found[order].modified_at) == (at, at)
    keys = replace(tiki.keys, options=(("utc_offset_h", "0"),))
    assert tiki.shop(keys=keys).read_orders([order]).orders[0].created_at == at + timedelta(hours=7)


@pytest.mark.parametrize(
    ("name", "value"),
    [("utc_offset_h", "east"), ("page_size", "0"), ("window_days", "1000"), ("client_auth", "jwt")],
)
def test_an_option_that_cannot_be_is_refused_at_once(tiki: SimulatedStall, name: str, value: str) -> None:
    with pytest.raises(MarketplaceError, match=name) as refused:
        tiki.shop(keys=replace(tiki.keys, options=((name, value),)))
    assert refused.value.kind == "setup"


class Between:
    """A transport between us and the simulator: ``going`` may change a call, ``coming`` its JSON."""

    def __init__(self, going: Any = None, coming: Any = None) -> None:
        self.wire, self.going, self.coming = Wire(), going, coming
        self.calls: list[Call] = []

    def send(self, call: Call, timeouts: Timeouts, deadline: float) -> Raw:
        self.calls.append(call)
        raw = self.wire.send(self.going(call) if self.going else call, timeouts, deadline)
        if self.coming is None or "/orders" not in call.url:
            return raw
        told = self.coming(json.loads(raw.body), len(self.calls))
        return Raw(raw.status, {"Content-Type": JSON}, json.dumps(told).encode())


def test_a_long_window_is_cut_into_touching_spans(tiki: SimulatedStall) -> None:
    watching = Between()
    until = datetime(2026, 6, 12, 2, 30, 0, 500, tzinfo=UTC)
    window = Window(until - timedelta(days=40), until)
    assert list(tiki.shop(transport=watching).orders(window)) == []
    spans = [
        (dict(call.query)["updated_from_date"], dict(call.query)["updated_to_date"])
        for call in watching.calls
    ]
    assert spans == [
        ("2026-05-03 09:30:00", "2026-05-18 09:30:00"),
        ("2026-05-18 09:30:00", "2026-06-02 09:30:00"),
        ("2026-06-02 09:30:00", "2026-06-12 09:30:01"),
    ]


@pytest.mark.parametrize("kind", ["duplicate", "shuffle", "page_shift", "late"])
@pytest.mark.parametrize("times", [1, 2, 30])
def test_pages_that_shift_repeat_or_shuffle_lose_no_order(
    tiki: SimulatedStall, kind: str, times: int
) -> None:
    wanted = tiki.orders(published(tiki), 230, now() - timedelta(minutes=15))
    tiki.fault(kind, share=1.0, seconds=630)
    assert set(every(tiki.shop().orders(last_hour()))) == wanted


def test_a_page_costs_one_call_and_each_begins_where_the_last_one_ended(tiki: SimulatedStall) -> None:
    wanted = tiki.orders(published(tiki), 230, now())
    tiki.records.clear()
    assert set(every(tiki.shop().orders(last_hour()))) == wanted
    assert [record.query["page"] for record in tiki.records] == ["1"] * 5


def test_more_orders_of_one_second_than_a_page_holds_are_all_read(tiki: SimulatedStall) -> None:
    number, at = published(tiki), now() - timedelta(minutes=5)
    orders = [{"lines": [{"listing": number}], "at": at.isoformat()} for _ in range(70)]
    told = tiki.do("order", shop=tiki.shop_id, orders=orders)
    wanted = {order["order"] for order in told["orders"]} | tiki.orders(number, 40, now())
    keys = replace(tiki.keys, options=(("page_size", "20"),))
    assert set(every(tiki.shop(keys=keys).orders(last_hour()))) == wanted


def test_orders_that_change_while_they_are_read_push_no_other_past_us(tiki: SimulatedStall) -> None:
    wanted = sorted(tiki.orders(published(tiki), 120, now() - timedelta(minutes=20)))
    window = Window(now() - timedelta(hours=1), now() + timedelta(minutes=5))
    pages = tiki.shop().orders(window)
    first = next(pages)
    for order in first.orders[:30]:
        tiki.change(order.ext_order_id, "canceled")
    rest = every(pages)
    assert {order.ext_order_id for order in first.orders} | set(rest) == set(wanted)
    assert all(rest[order.ext_order_id].status == "cancelled" for order in first.orders[:30])


@pytest.mark.parametrize("order_by", ["updated_at|desc", "created_at|desc"])
def test_a_list_that_is_not_in_the_order_asked_for_is_looked_through_to_the_last(
    tiki: SimulatedStall, order_by: str
) -> None:
    wanted = tiki.orders(published(tiki), 130, now())

    def otherwise(call: Call) -> Call:
        asked = [(name, order_by if name == "order_by" else value) for name, value in call.query]
        return replace(call, query=tuple(asked))

    found = every(tiki.shop(transport=Between(going=otherwise)).orders(last_hour()))
    assert set(found) == wanted


def test_a_short_page_is_not_taken_for_the_last(tiki: SimulatedStall) -> None:
    wanted = tiki.orders(published(tiki), 60, now())

    def shorten(told: dict[str, Any], call: int) -> dict[str, Any]:
        return {**told, "data": told["data"][:7]} if call == 1 else told

    assert set(every(tiki.shop(transport=Between(coming=shorten)).orders(last_hour()))) == wanted


def test_progress_goes_on_in_the_middle_of_a_span(tiki: SimulatedStall) -> None:
    wanted = tiki.orders(published(tiki), 120, now())
    first = next(tiki.shop().orders(last_hour()))
    tiki.records.clear()
    rest = every(tiki.shop().orders(last_hour(), first.progress))
    assert {order.ext_order_id for order in first.orders} | set(rest) == wanted
    assert len([record for record in tiki.records if "orders" in record.path]) <= 3
    for spoilt in ("", "{}", "[1]", '["a","b",1,1,1,1,0,0,[]]')[1:]:
        with pytest.raises(MarketplaceError, match="progress"):
            list(tiki.shop().orders(last_hour(), spoilt))


@pytest.mark.parametrize(
    ("status", "data", "kind"),
    [
        (401, {"errors": ["Unauthorized"]}, "expired_token"),
        (403, {"errors": ["Scope order is missing"]}, "setup"),
        (404, {"errors": ["Not found"]}, "missing"),
        (400, {"errors": ["limit is invalid"]}, "refused"),
        (422, {"errors": ["Price is wrong"], "meta": {"source": "product", "id": 1}}, "refused"),
        (200, {"errors": ["Warehouse '[7]' are not found"]}, "refused"),
        (429, None, "rate_limit"),
        (405, "<html>", "refused"),
    ],
)
def test_refusals_are_told_apart(status: int, data: Any, kind: str) -> None:
    found = find_error(Answer(status, data, {}))
    assert found is not None
    assert (found.kind, found.permanent) == (kind, kind not in {"expired_token", "rate_limit"})
    assert not find_error(Answer(200, {"data": []}, {}))
    assert not find_error(Answer(503, {"errors": ["busy"]}, {}))
    assert not find_token_error(Answer(200, {"access_token": "a"}, {}))


def test_price_stock_and_shelf_go_in_one_call(tiki: SimulatedStall) -> None:
    number = published(tiki)
    tiki.records.clear()
    tiki.shop().publish(
        [box(listing_id=number, name="", description="", price_vnd=60_000, stock=2, on_sale=False)]
    )
    assert paths(tiki) == {"products": 1, "warehouses": 1, "updateSku": 1}


def test_a_new_listing_under_review_is_asked_for_once_and_found_when_tiki_has_agreed(
    tiki: SimulatedStall,
) -> None:
    tiki.fault("late", times=1, seconds=900, on="requests")
    tiki.shop().publish([new_box()])
    for _again in range(2):
        [waiting] = tiki.shop().publish([new_box()])
        assert (waiting.outcome, "looking at request" in waiting.reason) == ("unknown", True)
    assert list(tiki.shop().listings()) == []
    assert ask(tiki, "v2.1/requests").json()["paging"]["total"] == 1
    tiki.do("clock", offset_s=1_000)
    [found] = tiki.shop().publish([new_box()])
    assert (found.outcome, found.ext_listing_id != "") == ("unchanged", True)
    assert ask(tiki, "v2.1/requests").json()["data"][0]["state"] == "approved"


def test_a_new_text_under_review_is_asked_for_once_and_the_price_goes_through(tiki: SimulatedStall) -> None:
    number = published(tiki)
    tiki.fault("late", times=1, seconds=900, on="updateProductInfo")
    offer = new_box(listing_id=number, name="Vải u hồng", price_vnd=60_000)
    for _again in range(2):
        [result] = tiki.shop().publish([offer])
        assert (result.outcome, "looking at request" in result.reason) == ("unknown", True)
    [shown] = tiki.shop().listings()
    assert (shown.name, shown.price_vnd) == (box().name, 60_000)
    assert ask(tiki, "v2.1/requests").json()["paging"]["total"] == 2
    tiki.do("clock", offset_s=1_000)
    [result] = tiki.shop().publish([offer])
    assert result.outcome == "unchanged"


@pytest.mark.parametrize(
    "change",
    [
        {"category_id": ""},
        {"category_id": "100600"},
        {"image_ids": ()},
        {"image_ids": ("an-id",)},
        {"price_vnd": 5},
    ],
)
def test_an_offer_tiki_would_not_take_is_refused_with_a_reason(
    tiki: SimulatedStall, change: dict[str, Any]
) -> None:
    [result] = tiki.shop().publish([replace(new_box(), **change)])
    assert result.outcome == "refused"
    assert result.reason
    assert list(tiki.shop().listings()) == []


def test_a_price_below_a_tenth_of_the_listed_one_is_refused(tiki: SimulatedStall) -> None:
    number = published(tiki)
    [result] = tiki.shop().publish([new_box(listing_id=number, price_vnd=5_000)])
    assert (result.outcome, "ten percent" in result.reason) == ("refused", True)


def test_stock_is_absolute_over_all_warehouses_and_the_operator_chooses_which_is_filled(
    tiki: SimulatedStall,
) -> None:
    number = published(tiki)
    first, second = int(tiki.shop_id) * 10 + 1, int(tiki.shop_id) * 10 + 2
    spread = [{"warehouse_id": first, "qty_available": 3}, {"warehouse_id": second, "qty_available": 9}]
    body = {"product_id": int(number), "warehouse_quantities": spread}
    assert ask(tiki, "v2.1/products/updateSku", method="PUT", json=body).json() == {"state": "approved"}
    assert next(iter(tiki.shop().listings())).stock == 12
    keys = replace(tiki.keys, options=(("warehouse", str(second)),))
    for shop, expected in (
        (tiki.shop(), {first: 40, second: 0}),
        (tiki.shop(keys=keys), {first: 0, second: 41}),
    ):
        offer = new_box(listing_id=number, stock=sum(expected.values()))
        assert [result.outcome for result in shop.publish([offer])] == ["done"]
        told = ask(tiki, "v2.1/products", params={"include": "inventory"}).json()["data"][0]
        stocks = told["inventory"]["warehouse_stocks"]
        assert {one["warehouse_id"]: one["quantity_available"] for one in stocks} == expected
    keys = replace(tiki.keys, options=(("warehouse", "7"),))
    with pytest.raises(MarketplaceError, match="no active warehouse 7"):
        tiki.shop(keys=keys).publish([new_box(listing_id=number, stock=1)])


def test_a_warehouse_of_another_seller_is_refused(tiki: SimulatedStall) -> None:
    body = {
        "product_id": int(published(tiki)),
        "warehouse_quantities": [{"warehouse_id": 7, "qty_available": 1}],
    }
    answer = ask(tiki, "v2/products/updateSku", method="PUT", json=body)
    assert (answer.status_code, answer.json()["errors"]) == (422, ["Warehouse '[7]' are not found"])


def test_a_token_that_dies_while_publishing_hands_over_what_was_done(tiki: SimulatedStall) -> None:
    tiki.shop().publish([new_box("A"), new_box("B")])
    offers = [box(sku, name="", description="", price_vnd=60_000) for sku in ("A", "B")]
    dying = Between(going=None)
    calls = {"n": 0}

    def die(call: Call) -> Call:
        calls["n"] += call.effect == "change"
        if calls["n"] == 2:
            tiki.expire()
            calls["n"] = 3
        return call

    dying.going = die
    with pytest.raises(MarketplaceError) as failed:
        tiki.shop(transport=dying).publish(offers)
    assert failed.value.kind == "expired_token"
    assert [(result.sku, result.outcome) for result in failed.value.results] == [("A", "done")]
    fresh = tiki.shop().refresh(tiki.credentials)
    assert [result.outcome for result in tiki.shop(fresh).publish(offers)] == ["unchanged", "done"]


def test_a_rehearsal_shows_every_change_and_makes_none(tiki: SimulatedStall) -> None:
    number = published(tiki)
    rehearsal = Rehearsal(Wire())
    offers = [new_box(listing_id=number, price_vnd=70_000, name="Khác"), new_box("NEW")]
    results = tiki.shop(transport=rehearsal).publish(offers)
    assert [(result.outcome, result.reason) for result in results] == [("done", "rehearsed")] * 2
    held = [urlsplit(call.url).path.rpartition("/")[2] for call in rehearsal.held]
    assert held == ["updateSku", "updateProductInfo", "requests"]
    [shown] = list(tiki.shop().listings())
    assert (shown.price_vnd, shown.name) == (55_000, box().name)


def test_variants_are_products_of_their_own(tiki: SimulatedStall) -> None:
    models = [
        {"sku": "MAT-A", "price_vnd": 90_000, "stock": 3},
        {"sku": "MAT-B", "price_vnd": 95_000, "stock": 4},
    ]
    listing = {"sku": "MAT", "name": "Mật ong", "price_vnd": 1_000, "models": models}
    item = tiki.do("seed", shop=tiki.shop_id, listings=[listing])["listings"][0]["id"]
    shown = {one.sku: one for one in tiki.shop().listings()}
    assert set(shown) == {"MAT-A", "MAT-B"}
    [result] = tiki.shop().publish([box("MAT-B", name="", description="", price_vnd=99_000, stock=2)])
    assert (result.outcome, result.ext_listing_id) == ("done", shown["MAT-B"].ext_listing_id)
    shown = {one.sku: one for one in tiki.shop().listings()}
    assert (shown["MAT-A"].price_vnd, shown["MAT-B"].price_vnd, shown["MAT-B"].stock) == (90_000, 99_000, 2)
    tiki.do("order", shop=tiki.shop_id, lines=[{"listing": item, "model": "MAT-A", "quantity": 2}])
    [order] = every(tiki.shop().orders(last_hour())).values()
    line = order.lines[0]
    assert (line.ext_listing_id, line.sku, line.revenue_vnd) == (
        shown["MAT-A"].ext_listing_id,
        "MAT-A",
        180_000,
    )


def test_a_line_taken_out_of_an_order_leaves_the_others_in_the_sums(tiki: SimulatedStall) -> None:
    first = published(tiki)
    shelf = [{"sku": "OI", "price_vnd": 20_000}]
    second = tiki.do("seed", shop=tiki.shop_id, listings=shelf)["listings"][0]["id"]
    lines = [{"listing": first, "quantity": 3}, {"listing": second, "quantity": 2}]
    tiki.do("order", shop=tiki.shop_id, order="HALF", lines=lines)
    tiki.do("cancel", order="HALF", lines=[{"listing": second, "quantity": 2}])
    [order] = every(tiki.shop().orders(last_hour())).values()
    sums = {line.ext_listing_id: (line.net_quantity, line.revenue_vnd) for line in order.lines}
    assert sums == {row["listing"]: (row["quantity"], row["revenue_vnd"]) for row in tiki.truth()}
    assert sums == {first: (3, 165_000), second: (0, 0)}


@pytest.mark.parametrize(
    ("changes", "status", "raw"),
    [
        ({"status": "closed"}, "completed", "closed"),
        ({"status": "closed", "cancel_info": {"reason_code": "110"}}, "cancelled", "closed:cancelled"),
        ({"status": "shipping", "is_rma": True}, "cancelled", "rma:shipping"),
        ({"status": "payment_review"}, "unpaid", "payment_review"),
        ({"status": "successful_delivery"}, "placed", "successful_delivery"),
        ({"status": "giao_bu"}, "unmapped", "giao_bu"),
    ],
)
def test_what_is_a_sale_is_told_by_more_than_the_status(
    changes: dict[str, Any], status: str, raw: str
) -> None:
    choices = read_choices(AppKeys("7", "s", "https://api.tiki.vn"))
    order = read_order(Record(order_with(**changes)), choices)
    assert (order.status, order.status_raw) == (status, raw)


def test_a_line_the_seller_took_out_is_cancelled_and_old_answers_have_their_figures_in_the_invoice() -> None:
    choices = read_choices(AppKeys("7", "s", "https://api.tiki.vn"))
    gone = {**ITEM, "id": 2, "confirmation": {"status": "seller_canceled"}}
    bare = {"id": 3, "product": ITEM["product"], "invoice": {"price": 9_000.0, "quantity": 4}}
    lines = read_order(Record(order_with(items=[ITEM, gone, bare])), choices).lines
    assert [(line.net_quantity, line.revenue_vnd) for line in lines] == [(2, 110_000), (0, 0), (4, 36_000)]


def events_of(shop: Any, bookmark: str = "") -> Any:
    assert isinstance(shop, EventQueue)
    return shop.pull_events(bookmark)


def test_what_happened_waits_in_the_queue_until_its_bookmark_is_kept(tiki: SimulatedStall) -> None:
    number = published(tiki)
    before = tiki.order(number)
    begun = events_of(tiki.shop())
    assert begun.hints == ()
    order = tiki.order(number)
    tiki.change(order, "shipping")
    tiki.change(before, "canceled")
    for _crash in range(2):
        pulled = events_of(tiki.shop(), begun.bookmark)
        assert [hint.ext_order_id for hint in pulled.hints] == [order, order, before]
    assert {(hint.kind, hint.ext_shop_id) for hint in pulled.hints} == {("order", tiki.shop_id)}
    assert len({hint.event_id for hint in pulled.hints}) == 3
    assert all(abs(hint.sent_at - now()) < timedelta(minutes=2) for hint in pulled.hints)
    assert events_of(tiki.shop(), pulled.bookmark).hints == ()
    assert events_of(tiki.shop(), pulled.bookmark).bookmark == pulled.bookmark


def test_a_long_queue_is_pulled_in_pieces_and_in_order(tiki: SimulatedStall) -> None:
    number = published(tiki)
    bookmark = events_of(tiki.shop()).bookmark
    wanted = tiki.orders(number, 230, now())
    pieces = []
    while True:
        pulled = events_of(tiki.shop(), bookmark)
        bookmark = pulled.bookmark
        if not pulled.hints:
            break
        pieces.append([hint.ext_order_id for hint in pulled.hints])
    assert [len(piece) for piece in pieces] == [100, 100, 30]
    assert {order for piece in pieces for order in piece} == wanted


def test_the_queue_is_opened_once_and_anew_when_it_is_gone(tiki: SimulatedStall) -> None:
    events_of(tiki.shop())
    tiki.fault("cut", times=1, on="subscriptions")
    events_of(tiki.shop())
    [queue] = ask(tiki, "v1/queues").json()
    assert queue["name"] == f"nongsan-{tiki.shop_id}"
    types = ask(tiki, f"v1/queues/{queue['code']}/subscriptions").json()
    assert sorted(one["event_type"] for one in types) == [
        "ORDER_CREATED_SUCCESSFULLY",
        "ORDER_STATUS_UPDATED",
    ]
    for lost in (json.dumps(["gone", "gone:7"]), "nonsense", "[]"):
        again = events_of(tiki.shop(), lost)
        assert json.loads(again.bookmark)[0] == queue["code"]


def test_a_faulty_pull_is_repeated_and_a_spoilt_event_refuses_the_pull(tiki: SimulatedStall) -> None:
    bookmark = events_of(tiki.shop()).bookmark
    order = tiki.order(published(tiki))
    tiki.fault("500", times=2, on="pull")
    [hint] = events_of(tiki.shop(), bookmark).hints
    assert hint.ext_order_id == order
    for spoilt in (
        [None],
        [{}],
        [{"id": 1, "type": "ORDER_STATUS_UPDATED", "created_at": 1, "payload": {}}],
        {},
    ):
        transport = Answering({"events": spoilt, "ack_id": "a"})
        with pytest.raises(MarketplaceError) as refused:
            events_of(tiki.shop(transport=transport), bookmark)
        assert refused.value.kind == "malformed"


class Answering:
    """A transport that always answers this JSON."""

    def __init__(self, data: Any) -> None:
        self.data = data

    def send(self, call: Call, timeouts: Timeouts, deadline: float) -> Raw:
        return Raw(200, {"Content-Type": JSON}, json.dumps(self.data).encode())


def test_nothing_is_pushed_and_whatever_claims_so_is_not_tikis(tiki: SimulatedStall) -> None:
    order = tiki.order(published(tiki))
    shop = tiki.shop()
    assert not shop.capabilities.push
    assert not shop.verify_push({"Authorization": "Basic eDp5"}, "http://127.0.0.1/hooks/tiki/1", b"{}")
    with pytest.raises(MarketplaceError):
        shop.read_push(b"{}")
    asked = {"do": "push", "order": order, "url": "http://127.0.0.1:1/"}
    refused = requests.post(f"{tiki.address}/control/tiki", json=asked, timeout=120)
    assert (refused.status_code, "queue" in refused.json()["error"]) == (400, True)


def test_a_lost_order_and_another_orders_answer_are_bad_records(tiki: SimulatedStall) -> None:
    order = tiki.order(published(tiki))
    page = tiki.shop().read_orders([order, "none", "a/b?c", order])
    assert [one.ext_order_id for one in page.orders] == [order]
    assert [fault.ext_order_id for fault in page.bad] == ["none", "a/b?c"]
    swapped = tiki.shop(transport=Answering(order_with(code="B2"))).read_orders(["A1"])
    assert (swapped.orders, [fault.ext_order_id for fault in swapped.bad]) == ((), ["A1"])


def test_nothing_of_a_buyer_is_kept(tiki: SimulatedStall) -> None:
    order = tiki.order(published(tiki))
    told = ask(tiki, f"v2/orders/{order}").text
    seeded = ("Nguyễn Thị Thử", "0900000000", "1 Phố Thử", "nguoi.mua.thu@example.vn")
    plain = json.dumps(json.loads(told), ensure_ascii=False)
    assert all(word in plain for word in seeded)
    page = next(tiki.shop().orders(last_hour()))
    single = tiki.shop().read_orders([order])
    kept = repr(page) + repr(single) + page.orders[0].payload_hash + "".join(map(repr, tiki.records))
    assert not [word for word in seeded if word in kept]


def test_an_unreadable_token_is_no_token(tiki: SimulatedStall) -> None:
    for told in ({}, {"access_token": "", "expires_in": 3600}, {"access_token": "a", "expires_in": 0}):
        with pytest.raises(MarketplaceError):
            tiki.shop(transport=Answering(told)).refresh(tiki.credentials)
