"""Sendo's orders: whole days, page tokens that end, stamps and numbers."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from marketplaces.interface import MarketplaceError
from marketplaces.reading import Record
from marketplaces.sendo.choices import DATE_FORMS, read_choices
from marketplaces.sendo.orders import read_order
from marketplaces.values import Window
from marketplaces.wire import Call
from tests.marketplaces.malformed.sendo import LINE, ORDER, SENDO, head_with, line_with
from tests.marketplaces.sendo_calls import KEYS, VIETNAM, ask, published, search
from tests.marketplaces.stalls import SimulatedStall, every, last_hour, now
from tests.marketplaces.transports import Answering, Between


@pytest.mark.parametrize(
    "body",
    [
        {"page_size": 0},
        {"page_size": 51},
        {"page_size": "50"},
        {"order_status": "new"},
        {"order_status_date_from": "21/06/2026"},
        {"order_status_date_from": "2026-06-21", "order_status_date_to": "2026-06-24"},
        {"order_status_date_from": "2026-06-21", "order_status_date_to": "2026-06-20"},
        {"token": "made up"},
    ],
)
def test_a_search_that_cannot_be_is_refused(sendo: SimulatedStall, body: dict[str, Any]) -> None:
    answer = search(sendo, **body)
    assert (answer.status_code, answer.json()["success"]) == (400, False)
    assert answer.json()["error"]["message"]


def test_three_whole_days_are_a_search_and_both_ways_to_write_them_are_taken(sendo: SimulatedStall) -> None:
    number = published(sendo)
    first = datetime(2026, 6, 21, 0, 0, tzinfo=UTC) - VIETNAM
    inside = {sendo.order(number, at=first), sendo.order(number, at=first + timedelta(days=3, seconds=-1))}
    for outside in (first - timedelta(seconds=1), first + timedelta(days=3)):
        sendo.order(number, at=outside)
    for name, form in DATE_FORMS.items():
        since, until = ((first + VIETNAM + timedelta(days=days)).strftime(form) for days in (0, 2))
        told = search(sendo, order_status_date_from=since, order_status_date_to=until).json()["result"]
        assert {one["sales_order"]["order_number"] for one in told["data"]} == inside
        keys = replace(sendo.keys, options=(*sendo.keys.options, ("date_form", name)))
        window = Window(first + timedelta(hours=5), first + timedelta(days=2, hours=5))
        assert set(every(sendo.shop(keys=keys).orders(window))) == inside


def test_a_long_window_is_cut_into_whole_days_three_at_a_time(sendo: SimulatedStall) -> None:
    watching = Answering(SENDO.answer([]))
    window = Window(datetime(2026, 6, 10, 16, 59, tzinfo=UTC), datetime(2026, 6, 16, 17, 0, tzinfo=UTC))
    assert list(sendo.shop(transport=watching).orders(window)) == []
    bodies = [call.json for call in watching.calls if isinstance(call.json, dict)]
    days = [(one["order_status_date_from"], one["order_status_date_to"]) for one in bodies]
    assert days == [("2026-06-10", "2026-06-12"), ("2026-06-13", "2026-06-15"), ("2026-06-16", "2026-06-17")]
    watching.calls.clear()
    two_days = sendo.shop().capabilities.max_window
    list(sendo.shop(transport=watching).orders(Window(window.until - two_days, window.until)))
    assert len(watching.calls) == 1


@pytest.mark.parametrize("kind", ["duplicate", "page_shift"])
def test_a_list_that_slips_twice_loses_no_order(sendo: SimulatedStall, kind: str) -> None:
    wanted = sendo.orders(published(sendo), 230, now() - timedelta(minutes=5))
    sendo.fault(kind, times=2)
    assert set(every(sendo.shop().orders(last_hour()))) == wanted


def test_a_page_token_that_ends_in_the_middle_is_dropped_and_nothing_is_lost(sendo: SimulatedStall) -> None:
    wanted = sendo.orders(published(sendo), 230, now() - timedelta(minutes=5))
    pages = sendo.shop().orders(last_hour())
    first = next(pages)
    sendo.do("clock", offset_s=700)
    rest = every(pages)
    assert {order.ext_order_id for order in first.orders} | set(rest) == wanted
    sendo.do("clock", offset_s=1_400)
    resumed = every(sendo.shop().orders(last_hour(), first.progress))
    assert {order.ext_order_id for order in first.orders} | set(resumed) == wanted


def test_page_tokens_that_always_end_are_given_up(sendo: SimulatedStall) -> None:
    sendo.orders(published(sendo), 60, now() - timedelta(minutes=5))

    def spoil(call: Call) -> Call:
        body = dict(call.json) if isinstance(call.json, dict) else {}
        return replace(call, json={**body, "token": "gone"}) if body.get("token") else call

    spoiling = Between(going=spoil)
    with pytest.raises(MarketplaceError, match="words are not kept"):
        list(sendo.shop(transport=spoiling).orders(last_hour()))
    assert len(spoiling.calls) <= 8


def test_a_page_token_that_leads_in_circles_is_refused(sendo: SimulatedStall) -> None:
    data = {"result": {"data": [ORDER], "next_token": "again"}, "success": True, "status_code": 200}
    with pytest.raises(MarketplaceError, match="already read"):
        list(sendo.shop(transport=Answering(data)).orders(last_hour()))
    data["result"] = {"data": [{"id": 1}], "next_token": "again"}
    with pytest.raises(MarketplaceError):
        list(sendo.shop(transport=Answering(data)).listings())


@pytest.mark.parametrize(
    ("changes", "status", "raw"),
    [
        ({"order_status": 10}, "completed", "10"),
        ({"order_status": 10, "canceled_date_time_stamp": 1795000001}, "cancelled", "10:cancelled"),
        ({"order_status": 10, "child_order_number": "A2"}, "cancelled", "10:cancelled"),
        ({"order_status": 7}, "placed", "7"),
        ({"order_status": 8}, "completed", "8"),
        ({"order_status": 13}, "cancelled", "13"),
        ({"order_status": 21}, "returned", "21"),
        ({"order_status": 99}, "unmapped", "99"),
        ({"order_status": "TELEPORTED"}, "unmapped", "TELEPORTED"),
    ],
)
def test_the_status_table_and_what_closed_means(changes: dict[str, Any], status: str, raw: str) -> None:
    order = read_order(Record(head_with(**changes)), read_choices(KEYS))
    assert (order.status, order.status_raw) == (status, raw)


def test_stamps_are_seconds_or_milliseconds_and_may_run_ahead_as_the_operator_says() -> None:
    names = ("order_date_time_stamp", "order_status_date_time_stamp", "updated_date_time_stamp")
    seconds = read_order(Record(ORDER), read_choices(KEYS))
    milliseconds = read_order(Record(head_with(**dict.fromkeys(names, 1795000000000))), read_choices(KEYS))
    assert seconds.created_at == milliseconds.created_at == datetime.fromtimestamp(1795000000, UTC)
    assert seconds.modified_at == datetime.fromtimestamp(1795000001, UTC)
    ahead = replace(KEYS, options=(("stamps_ahead_h", "7"),))
    assert read_order(Record(ORDER), read_choices(ahead)).created_at == seconds.created_at - VIETNAM
    bare = head_with(order_status_date_time_stamp=None, updated_date_time_stamp=None)
    assert read_order(Record(bare), read_choices(KEYS)).modified_at == seconds.created_at


def test_lines_of_one_product_are_kept_apart_by_variant_and_by_count() -> None:
    lines = [LINE, LINE, {**LINE, "attribute_hash": "22750405"}]
    order = read_order(Record({**ORDER, "sku_details": lines}), read_choices(KEYS))
    assert [(one.ext_line_id, one.ext_model_id) for one in order.lines] == [
        ("35858106-", ""),
        ("35858106-#2", ""),
        ("35858106-22750405", "22750405"),
    ]
    assert read_order(Record(line_with(quantity=0)), read_choices(KEYS)).lines[0].revenue_vnd == 0


def test_nothing_of_a_buyer_is_kept(sendo: SimulatedStall) -> None:
    order = sendo.order(published(sendo))
    told = ask(sendo, f"api/partner/salesorder/{order}", method="GET").json()
    seeded = ("Nguyễn Thị Thử", "84900000000", "1 Phố Thử", "nguoi.mua.thu@example.vn", "Gọi trước")
    assert all(word in json.dumps(told, ensure_ascii=False) for word in seeded)
    kept = repr(list(sendo.shop().orders(last_hour()))) + repr(sendo.shop().read_orders([order]))
    kept += "".join(map(repr, sendo.records))
    assert not [word for word in seeded if word in kept]
