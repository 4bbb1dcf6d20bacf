"""TikTok Shop's orders: spans, pages, rows of one unit, and returns that no order tells of."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from marketplaces.interface import MarketplaceError
from marketplaces.reading import MalformedError, Record
from marketplaces.tiktok.lines import TakenBack, read_order
from marketplaces.values import Order, Window
from marketplaces.wire import Call, Raw, Timeouts, Wire
from tests.marketplaces.malformed.sample import JSON, Scripted
from tests.marketplaces.malformed.tiktok import ORDER, OTHER, ROW, TIKTOK
from tests.marketplaces.stalls import SimulatedStall, box, every, last_hour, now


def published(tiktok: SimulatedStall) -> str:
    [result] = tiktok.shop().publish([box()])
    return result.ext_listing_id


def asked(tiktok: SimulatedStall, part: str) -> list[Any]:
    return [record for record in tiktok.records if part in record.path]


class Watching(Wire):
    """The wire, keeping the bodies of searches."""

    def __init__(self) -> None:
        super().__init__()
        self.bodies: list[tuple[str, Any]] = []

    def send(self, call: Call, timeouts: Timeouts, deadline: float) -> Raw:
        self.bodies.append((call.url.rpartition("/")[0].rpartition("/")[2], call.json))
        return super().send(call, timeouts, deadline)


def test_a_long_window_is_cut_into_touching_spans_of_three_lists(tiktok: SimulatedStall) -> None:
    watching = Watching()
    until = datetime(2026, 6, 12, 2, 30, 0, 500, tzinfo=UTC)
    window = Window(until - timedelta(days=40), until)
    assert list(tiktok.shop(transport=watching).orders(window)) == []
    for name in ("orders", "cancellations", "returns"):
        bodies = [body for place, body in watching.bodies if place == name]
        spans = [(body["update_time_ge"], body["update_time_lt"]) for body in bodies]
        assert len(spans) == 3
        assert spans[0][0] <= window.since.timestamp()
        assert spans[-1][1] == int(until.timestamp()) + 1
        assert all(end - start <= 15 * 86_400 for start, end in spans)
        assert all(before[1] == after[0] for before, after in pairwise(spans))


def test_both_ends_of_a_window_belong_to_it(tiktok: SimulatedStall) -> None:
    number, at = published(tiktok), now().replace(microsecond=0)
    wanted = tiktok.orders(number, 3, at)
    found = every(tiktok.shop().orders(Window(at - timedelta(seconds=2), at)))
    assert set(found) == wanted


def test_a_page_of_a_hundred_asks_for_returns_fifty_orders_at_a_time(tiktok: SimulatedStall) -> None:
    tiktok.orders(published(tiktok), 120, now())
    tiktok.records.clear()
    assert len(every(tiktok.shop().orders(last_hour()))) == 120
    counts = [len(json.loads(r.body).get("order_ids", [])) for r in asked(tiktok, "/returns/search")]
    assert [count for count in counts if count] == [50, 50, 20]
    assert [dict(record.query)["sort_order"] for record in asked(tiktok, "/orders/search")] == ["ASC"] * 4


def test_a_return_that_leaves_its_order_alone_is_found_by_the_returns(tiktok: SimulatedStall) -> None:
    number = published(tiktok)
    old = now() - timedelta(days=30)
    lines = [{"listing": number, "quantity": 3}]
    told = tiktok.do("order", shop=tiktok.shop_id, lines=lines, status="completed", at=old.isoformat())
    order = told["orders"][0]["order"]
    assert every(tiktok.shop().orders(last_hour())) == {}
    tiktok.do("return", order=order, lines=[{"listing": number, "quantity": 2}])
    found = every(tiktok.shop().orders(last_hour()))[order]
    assert (found.status, found.status_raw) == ("completed", "COMPLETED")
    assert [(line.quantity, line.returned_quantity) for line in found.lines] == [(3, 2)]
    assert found.modified_at > now() - timedelta(minutes=5)
    again = every(tiktok.shop().orders(Window(old - timedelta(days=1), old + timedelta(days=1))))[order]
    assert again.payload_hash == found.payload_hash
    tiktok.do("return", order=order, lines=[{"listing": number, "quantity": 1}])
    assert every(tiktok.shop().orders(last_hour()))[order].status == "returned"


def test_a_cancelled_part_is_found_by_the_cancellations(tiktok: SimulatedStall) -> None:
    number = published(tiktok)
    order = tiktok.order(number, quantity=5, at=now() - timedelta(days=9))
    tiktok.do("cancel", order=order, lines=[{"listing": number, "quantity": 4}])
    [line] = every(tiktok.shop().orders(last_hour()))[order].lines
    assert (line.quantity, line.cancelled_quantity, line.revenue_vnd) == (5, 4, 55_000)


def test_progress_goes_on_inside_any_of_the_lists(tiktok: SimulatedStall) -> None:
    number = published(tiktok)
    wanted = tiktok.orders(number, 120, now() - timedelta(minutes=20))
    back = tiktok.order(number, status="completed", at=now() - timedelta(days=30))
    tiktok.do("return", order=back)
    pages = list(tiktok.shop().orders(last_hour()))
    assert len(pages) == 3
    seen: set[str] = set()
    for page in pages:
        seen |= {order.ext_order_id for order in page.orders}
        rest = every(tiktok.shop().orders(last_hour(), page.progress))
        assert seen | set(rest) == wanted | {back}
    assert rest == {}


@pytest.mark.parametrize(
    "progress", ["x", "[]", '["orders", "[]"]', '["returns", "x"]', "7", '["returns", 7]']
)
def test_a_progress_that_is_not_ours_is_refused(tiktok: SimulatedStall, progress: str) -> None:
    with pytest.raises(MarketplaceError) as refused:
        list(tiktok.shop().orders(last_hour(), progress))
    assert refused.value.kind == "refused"


def test_a_token_that_died_meanwhile_begins_the_list_anew(tiktok: SimulatedStall) -> None:
    wanted = tiktok.orders(published(tiktok), 230, now() - timedelta(minutes=10))
    first = next(tiktok.shop().orders(last_hour()))
    source, text = json.loads(first.progress)
    place = json.loads(text)
    assert place[3]
    place[3] = "rubbish"
    rest = every(tiktok.shop().orders(last_hour(), json.dumps([source, json.dumps(place)])))
    assert set(rest) | {order.ext_order_id for order in first.orders} == wanted


def test_an_order_whose_time_lies_outside_the_span_breaks_nothing(tiktok: SimulatedStall) -> None:
    far = {**ORDER, "id": "A2", "update_time": 1_799_999_999}
    raw = Raw(200, {"Content-Type": JSON}, TIKTOK.body([ORDER, far]))
    found = every(tiktok.shop(transport=Scripted(TIKTOK, raw)).orders(last_hour()))
    assert set(found) == {"A1", "A2"}


LISTS: list[Any] = [
    {"orders": [], "next_page_token": 7, "total_count": 0},
    {"orders": [], "next_page_token": "again", "total_count": 0},
    {"orders": None, "total_count": 3},
    {"orders": [], "total_count": "many"},
    {"orders": {}, "total_count": 0},
    {"total_count": 2},
]


@pytest.mark.parametrize("listed", LISTS, ids=range(len(LISTS)))
def test_a_malformed_list_or_a_token_that_runs_in_circles_is_refused(
    tiktok: SimulatedStall, listed: Any
) -> None:
    raw = Raw(200, {"Content-Type": JSON}, json.dumps({"code": 0, "data": listed}).encode())
    with pytest.raises(MarketplaceError) as failed:
        list(tiktok.shop(transport=Scripted(TIKTOK, raw)).orders(last_hour()))
    assert failed.value.kind == "malformed"


def test_an_empty_list_may_be_left_out(tiktok: SimulatedStall) -> None:
    raw = Raw(200, {"Content-Type": JSON}, b'{"code": 0, "data": {"total_count": 0}}')
    assert list(tiktok.shop(transport=Scripted(TIKTOK, raw)).orders(last_hour())) == []


RETURNS: list[Any] = [
    {"return_orders": [{"order_id": "A1"}]},
    {"return_orders": [{"order_id": "A1", "return_status": "RETURN_OR_REFUND_REQUEST_COMPLETE"}]},
    {"return_orders": "none"},
    {"return_orders": [], "next_page_token": "again"},
]


@pytest.mark.parametrize("listed", RETURNS, ids=range(len(RETURNS)))
def test_returns_that_cannot_be_read_refuse_the_page(tiktok: SimulatedStall, listed: Any) -> None:
    """Counting an order without knowing what came back would be counting too much."""
    good = json.loads(TIKTOK.body([ORDER]))
    sample = replace(
        TIKTOK,
        others=lambda call, numbers: good if "orders/search" in call.url else TIKTOK.others(call, numbers),
    )
    raw = Raw(200, {"Content-Type": JSON}, json.dumps({"code": 0, "data": listed}).encode())
    with pytest.raises(MarketplaceError) as failed:
        list(tiktok.shop(transport=Scripted(sample, raw, spoilt="/returns/")).orders(last_hour()))
    assert failed.value.kind == "malformed"


def told(back: TakenBack | None = None, revenue: str = "seller", **changes: Any) -> Order:
    return read_order(Record({**ORDER, **changes}, "order"), back or TakenBack(), revenue)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("UNPAID", "unpaid"),
        ("ON_HOLD", "placed"),
        ("AWAITING_SHIPMENT", "placed"),
        ("PARTIALLY_SHIPPING", "placed"),
        ("AWAITING_COLLECTION", "placed"),
        ("IN_TRANSIT", "placed"),
        ("DELIVERED", "placed"),
        ("COMPLETED", "completed"),
        ("CANCELLED", "cancelled"),
        ("CANCEL", "unmapped"),
        ("completed", "unmapped"),
    ],
)
def test_words_are_mapped_by_one_table(word: str, status: str) -> None:
    assert told(status=word).status == status


@pytest.mark.parametrize("name", ["is_sample_order", "is_replacement_order", "is_exchange_order"])
def test_what_is_no_sale_is_shown_and_never_counted(name: str) -> None:
    order = told(**{name: True})
    assert (order.status, order.status_raw) == ("unmapped", f"COMPLETED {name}")
    assert len(order.status_raw) <= 48


def test_rows_that_earn_the_same_are_one_line_whatever_their_order() -> None:
    dear = {**ROW, "id": "700000001003", "seller_discount": "0"}
    order = told(line_items=[ROW, dear, OTHER])
    assert [(line.quantity, line.unit_price_vnd) for line in order.lines] == [(2, 55_000), (1, 60_000)]
    assert order.payload_hash == told(line_items=[OTHER, ROW, dear]).payload_hash
    assert len({line.ext_line_id for line in order.lines}) == 2


def test_the_sellers_discount_is_taken_off_and_tiktoks_is_not() -> None:
    assert told().lines[0].unit_price_vnd == 55_000
    assert told(revenue="buyer").lines[0].unit_price_vnd == 50_000
    free = {**ROW, "seller_discount": "60000", "sale_price": "0", "is_gift": True}
    assert told(line_items=[free]).lines[0].revenue_vnd == 0


def test_amounts_may_have_an_empty_fraction_and_currencies_an_end_of_line() -> None:
    row = {**ROW, "original_price": "60000.00", "currency": "VND\n"}
    assert told(line_items=[row]).lines[0].unit_price_vnd == 55_000
    with pytest.raises(MalformedError):
        told(line_items=[{**ROW, "original_price": "60000.50"}])


def test_a_cancelled_row_that_came_back_too_is_counted_off_once() -> None:
    rows = [{**ROW, "display_status": "CANCELLED"}, OTHER]
    at = datetime.fromtimestamp(1_795_000_500, UTC)
    order = told(TakenBack(frozenset({ROW["id"], OTHER["id"]}), at), line_items=rows)
    [line] = order.lines
    assert (line.cancelled_quantity, line.returned_quantity, line.net_quantity) == (1, 1, 0)
    assert (order.status, order.modified_at) == ("returned", at)


def test_only_returns_that_ended_with_money_back_count(tiktok: SimulatedStall) -> None:
    done = {
        "order_id": "A1",
        "return_type": "REFUND",
        "return_status": "RETURN_OR_REFUND_REQUEST_COMPLETE",
        "update_time": 1_795_000_500,
        "return_line_items": [{"order_line_item_id": ROW["id"]}],
    }
    cases = [
        ({}, 1),
        ({"return_type": "REPLACEMENT", "return_status": "REPLACEMENT_REQUEST_COMPLETE"}, 0),
        ({"return_type": "REPLACEMENT", "return_status": "REPLACEMENT_REQUEST_REFUND_SUCCESS"}, 1),
        ({"return_type": "EXCHANGE", "return_status": "EXCHANGE_REQUEST_REFUND_SUCCESS"}, 1),
        ({"return_status": "RETURN_OR_REFUND_REQUEST_SUCCESS"}, 0),
        ({"return_status": "AWAITING_BUYER_SHIP"}, 0),
        ({"order_id": "A9"}, 0),
    ]
    good = json.loads(TIKTOK.body([ORDER]))
    for change, count in cases:
        data = {"return_orders": [{**done, **change}], "total_count": 1}
        answers = {"orders/search": good, "/returns/": {"code": 0, "data": data}}

        def others(call: Call, numbers: Any, answers: Any = answers) -> Any:
            spoken = next((value for part, value in answers.items() if part in call.url), None)
            return spoken or TIKTOK.others(call, numbers)

        raw = Raw(200, {"Content-Type": JSON}, json.dumps({"code": 0, "data": {"orders": []}}).encode())
        sample = replace(TIKTOK, others=others)
        page = next(tiktok.shop(transport=Scripted(sample, raw, spoilt="/no/such")).orders(last_hour()))
        assert page.orders[0].lines[0].returned_quantity == count


def test_orders_are_read_again_by_number_and_a_blank_one_is_a_bad_record(tiktok: SimulatedStall) -> None:
    order = tiktok.order(published(tiktok))
    page = tiktok.shop().read_orders([order, "", "1"])
    assert [one.ext_order_id for one in page.orders] == [order]
    assert sorted(bad.ext_order_id for bad in page.bad) == ["", "1"]
