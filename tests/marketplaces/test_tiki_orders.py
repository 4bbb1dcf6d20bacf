"""Tiki's orders: pages that move, times without a zone, and what is a sale."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from marketplaces.interface import MarketplaceError
from marketplaces.reading import Record
from marketplaces.tiki.choices import read_choices
from marketplaces.tiki.orders import read_order
from marketplaces.values import AppKeys, Window
from marketplaces.wire import Call
from tests.marketplaces.malformed.tiki import ITEM, order_with
from tests.marketplaces.stalls import SimulatedStall, every, last_hour, now
from tests.marketplaces.tiki_calls import ask, published
from tests.marketplaces.transports import Answering, Between


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
