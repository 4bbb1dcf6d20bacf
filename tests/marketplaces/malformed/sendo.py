"""Sendo's answers, good and spoilt."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from marketplaces.wire import Call
from tests.marketplaces.malformed.sample import Sample, without

HEAD = {
    "order_number": "A1",
    "order_status": 6,
    "payment_status": 1,
    "order_date_time_stamp": 1795000000,
    "order_status_date_time_stamp": 1795000001,
    "updated_date_time_stamp": 1795000001,
    "canceled_date_time_stamp": None,
    "child_order_number": "",
    "receiver_name": "Nguyễn Văn Kín",
    "buyer_phone": "0900000001",
    "ship_to_address": "1 Phố Kín",
}
LINE = {
    "product_variant_id": 35858106,
    "product_name": "Vải",
    "sku": "VAI",
    "quantity": 2,
    "price": 55000.0,
    "attribute_hash": None,
}
ORDER = {"sales_order": HEAD, "sku_details": [LINE]}


def head_with(**changes: Any) -> dict[str, Any]:
    return {**deepcopy(ORDER), "sales_order": {**HEAD, **changes}}


def line_with(**changes: Any) -> dict[str, Any]:
    return {**deepcopy(ORDER), "sku_details": [{**LINE, **changes}]}


BAD_ORDERS: list[Any] = [
    *(without(ORDER, name) for name in ("sales_order", "sku_details")),
    *(
        {**ORDER, "sales_order": without(HEAD, name)}
        for name in ("order_number", "order_status", "order_date_time_stamp")
    ),
    *(
        {**ORDER, "sku_details": [without(LINE, name)]}
        for name in ("product_variant_id", "quantity", "price")
    ),
    head_with(order_number=["A1"]),
    head_with(order_number=""),
    head_with(order_number=0),
    head_with(order_status=None),
    head_with(order_status=-2),
    head_with(order_status=[6]),
    head_with(order_status=6.5),
    head_with(order_status="6\0"),
    head_with(order_status=10, canceled_date_time_stamp="soon"),
    head_with(order_status=10, child_order_number=7),
    head_with(order_date_time_stamp="2026-11-22"),
    head_with(order_date_time_stamp=0),
    head_with(order_date_time_stamp=True),
    head_with(order_date_time_stamp=1e300),
    head_with(order_status_date_time_stamp=-1),
    head_with(order_status_date_time_stamp=7),
    head_with(updated_date_time_stamp=[1795000001]),
    {**ORDER, "sales_order": []},
    {**ORDER, "sales_order": "A1"},
    {**ORDER, "sku_details": {}},
    {**ORDER, "sku_details": []},
    {**ORDER, "sku_details": [None]},
    {**ORDER, "sku_details": "VAI"},
    line_with(quantity=-3),
    line_with(quantity=2.5),
    line_with(quantity="2"),
    line_with(quantity=10**30),
    line_with(price=-55000),
    line_with(price=55000.5),
    line_with(price="55000"),
    line_with(product_variant_id=0),
    line_with(product_variant_id={"id": 1}),
    line_with(product_name="\ud800"),
    line_with(sku=7),
    line_with(attribute_hash=7),
    None,
    "A1",
    [],
    7,
]


def answer(orders: Sequence[Any]) -> Any:
    result = {"data": orders, "next_token": None, "previous_token": None}
    return {"result": result, "success": True, "error": None, "status_code": 200}


def others(call: Call, numbers: Sequence[str]) -> Any:
    return {"result": {"data": [], "next_token": None}, "success": True, "status_code": 200}


SENDO = Sample(
    market="sendo",
    spoilt="salesorder",
    order=ORDER,
    answer=answer,
    others=others,
    renamed=lambda order, number: {**order, "sales_order": {**order["sales_order"], "order_number": number}},
    bad_orders=BAD_ORDERS,
    buyer=("Kín", "0900000001"),
)
