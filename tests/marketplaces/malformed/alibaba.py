"""Alibaba.com's answers, good and spoilt: the heads of its list, each order's detail being good."""

from collections.abc import Sequence
from typing import Any

from marketplaces.wire import Call
from tests.marketplaces.malformed.sample import Sample, without

AT = {"format_date": "Nov 21, 2026, 19:00:00 PST", "timestamp": "1795316400000"}
HEAD = {"trade_id": "A1", "trade_status": "undeliver", "create_date": AT, "modify_date": AT}
PRODUCT = {
    "product_id": "1601314875038",
    "sku_code": "VAI",
    "name": "Vải",
    "quantity": "2.0000",
    "unit_price": {"amount": "2.20", "currency": "USD"},
}
DETAIL = {
    **HEAD,
    "order_products": [PRODUCT],
    "total_amount": {"amount": "19.40", "currency": "USD"},
    "buyer": {"full_name": "Nguyễn Văn Kín", "mobile": "0900000001"},
}


def head_with(**changes: Any) -> dict[str, Any]:
    return {**HEAD, **changes}


BAD_TIMES: list[Any] = [
    {},
    [],
    "2026-11-21",
    1_795_316_400_000,
    {"timestamp": None},
    {"timestamp": ""},
    {"timestamp": "soon"},
    {"timestamp": "1795316400"},
    {"timestamp": "-1795316400000"},
    {"timestamp": 0},
    {"timestamp": True},
    {"timestamp": 1e300},
    {"timestamp": "9" * 16},
    {"timestamp": ["1795316400000"]},
]
BAD_ORDERS: list[Any] = [
    *(without(HEAD, name) for name in HEAD),
    *(head_with(create_date=at) for at in BAD_TIMES),
    *(head_with(modify_date=at) for at in BAD_TIMES),
    head_with(trade_id=["A1"]),
    head_with(trade_id=""),
    head_with(trade_id=0),
    head_with(trade_status=""),
    head_with(trade_status=["undeliver"]),
    head_with(trade_status="unde\0liver"),
    head_with(trade_status="\ud800"),
    None,
    "A1",
    [],
    7,
]


def answer(orders: Sequence[Any]) -> Any:
    total = len(orders) if isinstance(orders, list) else 1
    return {"code": "0", "value": {"total_count": str(total), "order_list": orders}}


def others(call: Call, numbers: Sequence[str]) -> Any:
    return {"code": "0", "value": {**DETAIL, "trade_id": dict(call.query).get("e_trade_id", "A1")}}


ALIBABA = Sample(
    market="alibaba",
    spoilt="/alibaba/order/list",
    order=HEAD,
    answer=answer,
    others=others,
    renamed=lambda order, number: {**order, "trade_id": number},
    bad_orders=BAD_ORDERS,
    buyer=("Kín", "0900000001"),
)
