"""Lazada's answers, good and spoilt: the rows of an order, its head being good."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from marketplaces.wire import Call
from tests.marketplaces.malformed.sample import Sample, without

HEAD = {
    "order_id": "A1",
    "order_number": "A1",
    "created_at": "2026-11-22 10:00:00 +0700",
    "updated_at": "2026-11-22T10:00:01+07:00",
    "statuses": ["shipped"],
    "customer_first_name": "Nguyễn Văn Kín",
    "address_shipping": {"first_name": "Nguyễn Văn Kín", "phone": "0900000001"},
}
ROW = {
    "order_item_id": 1,
    "order_id": "A1",
    "sku": "VAI",
    "sku_id": "11781189655",
    "name": "Vải",
    "item_price": "60000.00",
    "paid_price": 55000.0,
    "voucher_seller": 5000,
    "currency": "VND",
    "status": "shipped",
    "buyer_id": 880012345,
    "gift_message": "Tặng nguoi_mua",
}
ORDER = {"order_id": "A1", "order_number": "A1", "order_items": [ROW, {**ROW, "order_item_id": 2}]}


def order_with(**changes: Any) -> dict[str, Any]:
    return {**deepcopy(ORDER), **changes}


def row_with(**changes: Any) -> dict[str, Any]:
    return order_with(order_items=[{**ROW, **changes}])


BAD_ORDERS: list[Any] = [
    *(
        order_with(order_items=[without(ROW, name)])
        for name in ("order_item_id", "sku_id", "item_price", "currency", "status")
    ),
    without(ORDER, "order_items"),
    without(ORDER, "order_id"),
    order_with(order_id="another"),
    order_with(order_id=["A1"]),
    order_with(order_items=[]),
    order_with(order_items={}),
    order_with(order_items=[None]),
    order_with(order_items="VAI"),
    order_with(order_items=[ROW, ROW]),
    row_with(currency="USD"),
    row_with(currency=["VND"]),
    row_with(status=""),
    row_with(status=["shipped"]),
    row_with(status="ship\0ped"),
    row_with(item_price="60000.50"),
    row_with(item_price=60000.5),
    row_with(item_price=-60000),
    row_with(item_price="-60000"),
    row_with(item_price="6e4"),
    row_with(item_price="60.000"),
    row_with(item_price="６００００"),
    row_with(item_price=True),
    row_with(item_price=10**30),
    row_with(voucher_seller=60001),
    row_with(voucher_seller="five"),
    row_with(voucher_seller=-1),
    row_with(sku_id=0),
    row_with(sku_id={"id": 1}),
    row_with(name="\ud800"),
    row_with(sku=7),
    row_with(order_item_id=0),
    None,
    "A1",
    [],
    7,
]


def answer(orders: Sequence[Any]) -> Any:
    return {"code": "0", "data": orders}


def others(call: Call, numbers: Sequence[str]) -> Any:
    heads = [{**HEAD, "order_id": number} for number in numbers]
    if call.url.endswith("/order/get"):
        return {"code": "0", "data": heads[0]}
    return {"code": "0", "data": {"count": len(heads), "countTotal": len(heads), "orders": heads}}


LAZADA = Sample(
    market="lazada",
    spoilt="/orders/items/get",
    order=ORDER,
    answer=answer,
    others=others,
    renamed=lambda order, number: {**order, "order_id": number},
    bad_orders=BAD_ORDERS,
    buyer=("Kín", "0900000001", "nguoi_mua"),
)
