"""Reading orders at Alibaba.com: details, cautions, spans that are halved, lists looked through again."""

import json
from copy import deepcopy
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from marketplaces.interface import MarketplaceError
from marketplaces.values import Order, Page, Window
from marketplaces.wire import Call, Raw, Timeouts
from tests.marketplaces.alibaba_calls import published
from tests.marketplaces.malformed.alibaba import DETAIL, HEAD, PRODUCT, answer
from tests.marketplaces.malformed.sample import JSON, without
from tests.marketplaces.stalls import InDong, SimulatedStall, every, last_hour, now


class Told:
    """A transport that lists heads and answers each detail with one answer."""

    def __init__(self, detail: Any, heads: Any = (HEAD,), total: int | None = None) -> None:
        self.detail, self.heads, self.total = detail, list(heads), total
        self.calls: list[Call] = []

    def send(self, call: Call, timeouts: Timeouts, deadline: float) -> Raw:
        self.calls.append(call)
        told = answer(self.heads) if "order/list" in call.url else self.detail
        if self.total is not None and "order/list" in call.url:
            told["value"]["total_count"] = str(self.total)
        return Raw(200, {"Content-Type": JSON}, json.dumps(told).encode())


def read(alibaba: SimulatedStall, transport: Any) -> list[Page]:
    shop = alibaba.shop(transport=transport)
    assert isinstance(shop, InDong)
    return list(shop._shop.orders(last_hour()))


def detailed(**changes: Any) -> dict[str, Any]:
    return {"code": "0", "value": {**deepcopy(DETAIL), **changes}}


def product_with(**changes: Any) -> dict[str, Any]:
    return detailed(order_products=[{**PRODUCT, **changes}])


def one(alibaba: SimulatedStall, told: Any) -> Order:
    [order] = [order for page in read(alibaba, Told(told)) for order in page.orders]
    return order


def test_an_order_keeps_its_currency_and_cents(alibaba: SimulatedStall) -> None:
    order = one(alibaba, detailed())
    [line] = order.lines
    assert (order.currency, order.caution, order.status) == ("USD", "", "placed")
    assert (line.quantity, line.unit_price_minor, line.unit_price_vnd) == (2, 220, 0)
    assert order.created_at.isoformat() == "2026-11-22T03:00:00+00:00"


@pytest.mark.parametrize(
    ("amount", "currency", "minor", "dong"),
    [("2.2000", "USD", 220, 0), ("1200", "JPY", 1200, 0), (3, "EUR", 300, 0), ("55000", "VND", None, 55_000)],
)
def test_amounts_are_read_in_the_currencys_own_unit(
    alibaba: SimulatedStall, amount: Any, currency: str, minor: int | None, dong: int
) -> None:
    order = one(alibaba, product_with(unit_price={"amount": amount, "currency": currency}))
    line = order.lines[0]
    assert (order.currency, line.unit_price_minor, line.unit_price_vnd) == (currency, minor, dong)


@pytest.mark.parametrize(
    ("word", "status", "caution"),
    [
        *((word, "unpaid", "") for word in ("to_be_audited", "unpay", "paying")),
        *((word, "placed", "") for word in ("paid", "captured", "undeliver", "wait_seller_send")),
        *((word, "placed", "") for word in ("delivering", "wait_confirm_receipt")),
        ("frozen", "placed", "frozen"),
        ("trade_success", "completed", ""),
        *((word, "cancelled", "") for word in ("trade_close", "trade_closed", "cancel")),
        ("charge_back", "returned", ""),
        ("something_new", "unmapped", ""),
    ],
)
def test_words_are_told_apart_and_a_frozen_order_is_flagged(
    alibaba: SimulatedStall, word: str, status: str, caution: str
) -> None:
    order = one(alibaba, detailed(trade_status=word))
    assert (order.status_raw, order.status, order.caution) == (word, status, caution)


def test_lines_of_one_sku_are_told_apart_and_skus_are_listings_of_their_own(alibaba: SimulatedStall) -> None:
    sku = {**PRODUCT, "sku_id": 12345678901234567}
    order = one(alibaba, detailed(order_products=[PRODUCT, PRODUCT, sku]))
    number = PRODUCT["product_id"]
    assert [line.ext_line_id for line in order.lines] == [
        number,
        f"{number}#2",
        f"{number}/12345678901234567",
    ]
    assert order.lines[2].ext_model_id == "12345678901234567"


BAD_DETAILS: list[Any] = [
    {"code": "0"},
    {"code": "0", "value": None},
    {"code": "0", "value": []},
    {"code": "0", "value": {}},
    detailed(order_products=[]),
    detailed(order_products={}),
    detailed(order_products=[None]),
    detailed(order_products="VAI"),
    {"code": "0", "value": without(DETAIL, "order_products")},
    {"code": "0", "value": without(DETAIL, "trade_status")},
    detailed(trade_status=""),
    detailed(trade_status=7.5),
    detailed(trade_id="another"),
    *(detailed(order_products=[without(PRODUCT, name)]) for name in ("product_id", "quantity", "unit_price")),
    product_with(product_id=0),
    product_with(product_id={"id": 1}),
    product_with(sku_id=-1),
    product_with(quantity="1.5000"),
    product_with(quantity="-2"),
    product_with(quantity=10**30),
    product_with(quantity="2e3"),
    product_with(name="\ud800"),
    product_with(sku_code=7),
    product_with(unit_price="2.20"),
    product_with(unit_price={"amount": "2.20"}),
    product_with(unit_price={"currency": "USD"}),
    product_with(unit_price={"amount": "2.205", "currency": "USD"}),
    product_with(unit_price={"amount": "2,20", "currency": "USD"}),
    product_with(unit_price={"amount": "-2.20", "currency": "USD"}),
    product_with(unit_price={"amount": "NaN", "currency": "USD"}),
    product_with(unit_price={"amount": True, "currency": "USD"}),
    product_with(unit_price={"amount": "2.20", "currency": "XXX"}),
    product_with(unit_price={"amount": "2.20", "currency": ["USD"]}),
    detailed(
        order_products=[PRODUCT, {**PRODUCT, "unit_price": {"amount": "2.20", "currency": "EUR"}}],
    ),
]


@pytest.mark.parametrize("told", BAD_DETAILS, ids=range(len(BAD_DETAILS)))
def test_a_detail_no_reference_promises_is_one_bad_record(alibaba: SimulatedStall, told: Any) -> None:
    pages = read(alibaba, Told(told))
    assert [order for page in pages for order in page.orders] == []
    assert [bad.ext_order_id for page in pages for bad in page.bad] == ["A1"]
    assert "Kín" not in repr(pages)


@pytest.mark.parametrize(
    "told",
    [
        {"code": "InsufficientPermission", "type": "ISV", "message": "no"},
        {"code": "0", "result": {"success": False, "msg_code": "B_NO", "message": "no"}},
        {"code": "0", "success": False},
    ],
)
def test_an_order_whose_detail_is_refused_counts_with_a_caution(alibaba: SimulatedStall, told: Any) -> None:
    order = one(alibaba, told)
    assert (order.status, order.caution, order.lines, order.currency) == ("placed", "no_detail", (), "")


@pytest.mark.parametrize("code", ["IllegalAccessToken", "ServiceTimeout", "ApiCallLimit"])
def test_a_passing_fault_of_a_detail_is_no_refusal(alibaba: SimulatedStall, code: str) -> None:
    with pytest.raises(MarketplaceError):
        read(alibaba, Told({"code": code}))


def test_the_list_works_and_details_are_refused_by_the_marketplace(alibaba: SimulatedStall) -> None:
    wanted = alibaba.orders(published(alibaba), 5, now())
    alibaba.do("switch", name="detail", value="refused")
    try:
        found = every(alibaba.shop().orders(last_hour()))
        page = alibaba.shop().read_orders(sorted(wanted))
    finally:
        alibaba.do("switch", name="detail")
    assert set(found) == wanted
    assert {order.caution for order in found.values()} == {"no_detail"}
    assert (page.orders, {bad.ext_order_id for bad in page.bad}) == ((), wanted)
    assert {order.caution for order in every(alibaba.shop().orders(last_hour())).values()} == {""}


def test_masked_numbers_are_told_apart_by_their_moment_and_no_detail_is_asked(
    alibaba: SimulatedStall,
) -> None:
    wanted = alibaba.orders(published(alibaba), 5, now())
    alibaba.do("switch", name="trade_id", value="masked")
    try:
        alibaba.records.clear()
        found = every(alibaba.shop().orders(last_hour()))
    finally:
        alibaba.do("switch", name="trade_id")
    assert len(found) == len(wanted)
    assert {order.caution for order in found.values()} == {"no_detail"}
    assert all("*" in number and "@" in number for number in found)
    assert not [record for record in alibaba.records if record.path.endswith("order/get")]


def test_a_span_of_more_pages_than_the_list_has_is_halved_until_it_fits(alibaba: SimulatedStall) -> None:
    told = Told(detailed())
    spans: list[tuple[int, int]] = []

    class Crowded(Told):
        def send(self, call: Call, timeouts: Timeouts, deadline: float) -> Raw:
            if "order/list" not in call.url:
                return super().send(call, timeouts, deadline)
            given = dict(call.query)
            ends = [json.loads(given[f"modified_date_{end}"])["date_timestamp"] for end in ("start", "end")]
            spans.append((ends[0] // 1000, ends[1] // 1000))
            self.total = 10_001 if ends[1] - ends[0] > 900_000 else 1
            return super().send(call, timeouts, deadline)

    crowded = Crowded(told.detail)
    window = last_hour()
    shop = alibaba.shop(transport=crowded)
    list(shop.orders(window))
    read_spans = [span for span in spans if span[1] - span[0] <= 900]
    assert len(read_spans) > 3
    assert read_spans[0][0] <= window.since.timestamp()
    assert read_spans[-1][1] >= window.until.timestamp()
    assert all(one[1] == two[0] for one, two in pairwise(read_spans))


def test_a_list_that_repeats_its_pages_ends(alibaba: SimulatedStall) -> None:
    told = Told(detailed(), total=950)
    pages = read(alibaba, told)
    assert {order.ext_order_id for page in pages for order in page.orders} == {"A1"}
    assert len([call for call in told.calls if "order/list" in call.url]) <= 2 * 10


def test_what_is_sent_says_seller_and_milliseconds(alibaba: SimulatedStall) -> None:
    told = Told(detailed())
    read(alibaba, told)
    given = dict(told.calls[0].query)
    assert (given["role"], given["start_page"], given["page_size"]) == ("seller", "0", "100")
    assert set(json.loads(given["modified_date_start"])) == {"date_timestamp"}
    assert all(given.values())


def test_reading_goes_on_in_the_middle_of_a_page(alibaba: SimulatedStall) -> None:
    wanted = alibaba.orders(published(alibaba), 130, now() - timedelta(minutes=5))
    window = Window(now() - timedelta(hours=1), now() + timedelta(seconds=5))
    pages = alibaba.shop().orders(window)
    first = [next(pages), next(pages)]
    alibaba.records.clear()
    rest = every(alibaba.shop().orders(window, first[-1].progress))
    seen = {order.ext_order_id for page in first for order in page.orders}
    assert seen | set(rest) == wanted
    assert not seen & set(rest)
    assert len([record for record in alibaba.records if record.path.endswith("order/get")]) == 130 - 40


def test_times_of_an_order_asked_by_number_come_from_its_detail(alibaba: SimulatedStall) -> None:
    order = alibaba.order(published(alibaba))
    [listed] = every(alibaba.shop().orders(last_hour())).values()
    [asked] = alibaba.shop().read_orders([order]).orders
    assert asked == listed
    told = Told({"code": "0", "value": without(DETAIL, "modify_date")})
    page = alibaba.shop(transport=told).read_orders(["A1"])
    assert [bad.ext_order_id for bad in page.bad] == ["A1"]
