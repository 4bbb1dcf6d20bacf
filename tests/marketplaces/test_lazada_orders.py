"""Lazada's orders: one row a unit, times, and pages that shift."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from marketplaces.interface import MarketplaceError
from marketplaces.lazada.lines import STATUSES, Unit, status_words
from marketplaces.lazada.progress import read_place
from marketplaces.values import Order, Window
from marketplaces.wire import Call, Raw, Timeouts, Wire
from tests.marketplaces.lazada_calls import Answering, published
from tests.marketplaces.malformed.lazada import HEAD, LAZADA, ORDER, ROW
from tests.marketplaces.malformed.sample import JSON, Scripted, without
from tests.marketplaces.stalls import SimulatedStall, every, last_hour, now


def test_a_quantity_of_three_is_three_rows_and_one_line(lazada: SimulatedStall) -> None:
    lazada.order(published(lazada), quantity=3)
    [order] = every(lazada.shop().orders(last_hour())).values()
    assert [(line.quantity, line.revenue_vnd) for line in order.lines] == [(3, 165_000)]


def read_rows(lazada: SimulatedStall, *rows: dict[str, Any]) -> Order:
    """The order made of these changed rows."""
    made = [{**ROW, "order_item_id": place, **row} for place, row in enumerate(rows, start=1)]
    body = LAZADA.body([{**ORDER, "order_items": made}])
    shop = lazada.shop(transport=Scripted(LAZADA, Raw(200, {"Content-Type": JSON}, body)))
    return every(shop.orders(last_hour()))["A1"]


def test_rows_are_grouped_by_sku_and_by_what_they_earn(lazada: SimulatedStall) -> None:
    dear, cheap = {"item_price": "60000.00", "voucher_seller": 0}, {"item_price": "60000.00"}
    order = read_rows(
        lazada, cheap, dear, cheap, {"sku_id": "2", "sku": "MAT"}, {**cheap, "status": "canceled"}
    )
    told = [
        (line.ext_line_id, line.sku, line.quantity, line.net_quantity, line.unit_price_vnd)
        for line in order.lines
    ]
    assert told == [("1", "VAI", 3, 2, 55_000), ("2", "VAI", 1, 1, 60_000), ("4", "MAT", 1, 1, 55_000)]


def test_a_unit_earns_its_price_less_the_sellers_voucher_and_not_less_lazadas(lazada: SimulatedStall) -> None:
    row = {
        "item_price": 90000,
        "voucher_seller": "7000.00",
        "voucher_platform": 20000,
        "paid_price": "63000.00",
    }
    assert read_rows(lazada, row).lines[0].unit_price_vnd == 83_000
    assert read_rows(lazada, {**row, "voucher_seller": None}).lines[0].unit_price_vnd == 90_000


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("pending pending", "placed"),
        ("delivered delivered", "completed"),
        ("delivered confirmed", "completed"),
        ("delivered shipped", "placed"),
        ("unpaid canceled", "unpaid"),
        ("delivered canceled", "completed"),
        ("delivered returned", "completed"),
        ("shipped returned canceled", "placed"),
        ("canceled canceled", "cancelled"),
        ("canceled lost failed", "cancelled"),
        ("canceled returned", "returned"),
        ("delivered abducted", "unmapped"),
        ("canceled abducted", "unmapped"),
        ("Delivered", "unmapped"),
    ],
)
def test_the_set_of_row_words_makes_one_status(lazada: SimulatedStall, words: str, status: str) -> None:
    order = read_rows(lazada, *({"status": word} for word in words.split()))
    assert order.status == status
    assert order.status_raw == ",".join(sorted(set(words.split())))


def test_cancelled_and_returned_rows_lessen_their_line(lazada: SimulatedStall) -> None:
    words = ("delivered", "canceled", "returned", "lost", "shipped_back", "delivered")
    [line] = read_rows(lazada, *({"status": word} for word in words)).lines
    assert (line.quantity, line.cancelled_quantity, line.returned_quantity, line.revenue_vnd) == (
        6,
        2,
        2,
        110_000,
    )


def test_the_words_of_an_order_fit_their_column() -> None:
    assert len(status_words(Unit("1", "1", "", "", word, 0) for word in STATUSES)) == 48


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("2018-02-09T22:44:30+08:00", datetime(2018, 2, 9, 14, 44, 30, tzinfo=UTC)),
        ("2026-10-09 12:34:56 +0700", datetime(2026, 10, 9, 5, 34, 56, tzinfo=UTC)),
        ("2026-10-09T12:34:56+0700", datetime(2026, 10, 9, 5, 34, 56, tzinfo=UTC)),
    ],
)
def test_both_ways_of_writing_a_time_are_read(lazada: SimulatedStall, written: str, utc: datetime) -> None:
    watching = Answering({**HEAD, "created_at": written, "updated_at": written}, [ORDER])
    [order] = lazada.shop(transport=watching).read_orders(["A1"]).orders
    assert (order.created_at, order.modified_at) == (utc, utc)


BAD_HEADS = [
    {"created_at": "2026-11-22 10:00:00"},
    {"updated_at": "yesterday"},
    {"updated_at": 1795000000},
    {"updated_at": "0001-01-01T00:00:00+07:00"},
    {"created_at": "9999-12-31T23:59:59-23:59"},
    {"created_at": None},
]


@pytest.mark.parametrize("change", BAD_HEADS, ids=range(len(BAD_HEADS)))
def test_a_head_that_cannot_be_read_is_one_bad_record(lazada: SimulatedStall, change: dict[str, Any]) -> None:
    heads = [{**HEAD, **change}, {**HEAD, "order_id": "A2"}]
    rows = [{**ORDER, "order_id": "A2"}]
    watching = Answering({"count": 2, "countTotal": 2, "orders": heads}, rows)
    pages = list(lazada.shop(transport=watching).orders(last_hour()))
    assert [order.ext_order_id for page in pages for order in page.orders] == ["A2"]
    assert [bad.ext_order_id for page in pages for bad in page.bad] == ["A1"]
    assert "Kín" not in repr(pages)


@pytest.mark.parametrize(
    "data",
    [
        {"orders": None},
        {"orders": [None]},
        {"orders": [without(HEAD, "order_id")]},
        {"orders": [{**HEAD, "order_id": ""}]},
        {"orders": [HEAD], "countTotal": "many"},
        {"count": 0},
        [],
        "orders",
    ],
)
def test_a_malformed_list_of_heads_refuses_the_page(lazada: SimulatedStall, data: Any) -> None:
    with pytest.raises(MarketplaceError) as failed:
        list(lazada.shop(transport=Answering(data)).orders(last_hour()))
    assert failed.value.kind == "malformed"


def crowd(lazada: SimulatedStall, count: int, at: datetime) -> set[str]:
    """Orders that all changed in one second."""
    listing = published(lazada)
    orders = [{"lines": [{"listing": listing}], "at": at.isoformat()} for _ in range(count)]
    return {order["order"] for order in lazada.do("order", shop=lazada.shop_id, orders=orders)["orders"]}


@pytest.mark.parametrize("kind", ["none", "page_shift", "duplicate", "shuffle"])
def test_more_orders_than_a_page_within_a_second_are_all_found(lazada: SimulatedStall, kind: str) -> None:
    at = now() - timedelta(minutes=20)
    wanted = crowd(lazada, 250, at) | crowd(lazada, 30, at + timedelta(seconds=9))
    lazada.fault(kind, times=2)
    assert set(every(lazada.shop().orders(last_hour()))) == wanted


def test_a_quiet_shop_is_read_with_one_list_and_a_long_one_without_repeats(lazada: SimulatedStall) -> None:
    wanted = lazada.orders(published(lazada), 330, now())
    lazada.records.clear()
    assert set(every(lazada.shop().orders(last_hour()))) == wanted
    lists = [record for record in lazada.records if record.path.endswith("/orders/get")]
    rows = [record for record in lazada.records if record.path.endswith("/orders/items/get")]
    asked = [number for record in rows for number in json.loads(record.query["order_ids"])]
    assert (len(lists), len(asked)) == (4, 330)
    assert {record.query["offset"] for record in lists} == {"0"}


def test_an_order_that_changes_while_pages_are_read_is_not_lost_and_its_neighbours_neither(
    lazada: SimulatedStall,
) -> None:
    wanted = lazada.orders(published(lazada), 150, now() - timedelta(minutes=5))
    reading = lazada.shop().orders(last_hour())
    found = every(iter([next(reading)]))
    lazada.change(sorted(found)[0], "completed")
    found |= every(reading)
    assert set(found) == wanted
    assert [order.status for order in found.values()].count("completed") == 1


def test_a_reading_goes_on_from_the_middle_of_a_listed_page(lazada: SimulatedStall) -> None:
    wanted = lazada.orders(published(lazada), 120, now() - timedelta(minutes=5))
    first = next(lazada.shop().orders(last_hour()))
    assert len(first.orders) == 50
    rest = every(lazada.shop().orders(last_hour(), first.progress))
    assert {order.ext_order_id for order in first.orders} | set(rest) == wanted
    assert not {order.ext_order_id for order in first.orders} & set(rest)


@pytest.mark.parametrize("progress", ["", "[]", "{}", "[1, 2]", '[1, 2, 0, false, false, [["A"]]]', "x"])
def test_a_progress_that_is_none_of_ours_is_refused(progress: str) -> None:
    with pytest.raises(MarketplaceError):
        read_place(progress)


def test_a_list_that_never_ends_is_refused_at_the_documented_offset(lazada: SimulatedStall) -> None:
    at = last_hour().since
    heads = ({**HEAD, "order_id": str(n), "updated_at": at.isoformat()} for n in range(1, 10_000))

    class Endless:
        def send(self, call: Call, timeouts: Timeouts, deadline: float) -> Raw:
            data: Any = {"countTotal": 99_999}
            if call.url.endswith("/orders/get"):
                data["orders"] = [next(heads) for _ in range(100)]
            else:
                data = [{**ORDER, "order_id": one} for one in json.loads(dict(call.query)["order_ids"])]
            return Raw(200, {"Content-Type": JSON}, json.dumps({"code": "0", "data": data}).encode())

    with pytest.raises(MarketplaceError, match="within a second"):
        list(lazada.shop(transport=Endless()).orders(Window(at, at + timedelta(hours=1))))


def test_one_order_lazada_refuses_does_not_keep_the_rows_of_the_others(lazada: SimulatedStall) -> None:
    wanted = lazada.orders(published(lazada), 7, now())
    gone = {**HEAD, "order_id": "4"}

    class OneGone(Wire):
        def send(self, call: Call, timeouts: Timeouts, deadline: float) -> Raw:
            if ("order_id", "4") in call.query:
                return Raw(200, {"Content-Type": JSON}, json.dumps({"code": "0", "data": gone}).encode())
            return super().send(call, timeouts, deadline)

    page = lazada.shop(transport=OneGone()).read_orders([*sorted(wanted), "4"])
    assert {order.ext_order_id for order in page.orders} == wanted
    assert [bad.ext_order_id for bad in page.bad] == ["4"]
