"""Shopee's answers, good and spoilt."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from marketplaces.wire import Call
from tests.marketplaces.malformed.sample import Sample, without

ITEM = {
    "item_id": 2400143710,
    "item_name": "Vải",
    "item_sku": "VAI",
    "model_id": 0,
    "model_quantity_purchased": 2,
    "model_original_price": 60000,
    "model_discounted_price": 55000,
    "order_item_id": 1,
    "cancelled_qty": 0,
    "returned_qty": 0,
}
ORDER = {
    "order_sn": "A1",
    "order_status": "SHIPPED",
    "currency": "VND",
    "create_time": 1795000000,
    "update_time": 1795000001,
    "buyer_username": "nguoi_mua",
    "recipient_address": {"name": "Nguyễn Văn Kín", "phone": "0900000001"},
    "item_list": [ITEM],
}


def order_with(**changes: Any) -> dict[str, Any]:
    return {**deepcopy(ORDER), **changes}


def item_with(**changes: Any) -> dict[str, Any]:
    return order_with(item_list=[{**ITEM, **changes}])


BAD_ORDERS: list[Any] = [
    *(
        without(ORDER, name)
        for name in ("order_status", "currency", "create_time", "update_time", "item_list")
    ),
    *(
        order_with(item_list=[without(ITEM, name)])
        for name in ("item_id", "model_quantity_purchased", "model_discounted_price")
    ),
    order_with(currency="USD"),
    order_with(create_time=1795000000000),
    order_with(create_time="2026-11-22"),
    order_with(update_time=-1),
    order_with(update_time=True),
    order_with(update_time=1e300),
    order_with(order_status=["SHIPPED"]),
    order_with(order_status=""),
    order_with(order_status="SHIP\0PED"),
    order_with(item_list={}),
    order_with(item_list=[]),
    order_with(item_list=[None]),
    order_with(item_list="VAI"),
    item_with(model_quantity_purchased=-3),
    item_with(model_quantity_purchased=2.5),
    item_with(model_quantity_purchased="2"),
    item_with(model_quantity_purchased=10**30),
    item_with(cancelled_qty=2, returned_qty=1),
    item_with(cancelled_qty=-1),
    item_with(model_discounted_price=-55000),
    item_with(model_discounted_price=0, model_original_price=None),
    item_with(model_discounted_price=55000.5),
    item_with(item_id=0),
    item_with(item_id={"id": 1}),
    item_with(item_name="\ud800"),
    item_with(item_sku=7),
    without(ORDER, "order_sn"),
    order_with(order_sn="another"),
    None,
    "A1",
    [],
    7,
]


def answer(orders: Sequence[Any]) -> Any:
    return {"error": "", "response": {"order_list": orders}}


def others(call: Call, numbers: Sequence[str]) -> Any:
    orders = [{"order_sn": number} for number in numbers]
    return {"error": "", "response": {"more": False, "next_cursor": "", "order_list": orders}}


SHOPEE = Sample(
    market="shopee",
    spoilt="get_order_detail",
    order=ORDER,
    answer=answer,
    others=others,
    renamed=lambda order, number: {**order, "order_sn": number},
    bad_orders=BAD_ORDERS,
    buyer=("Kín", "0900000001", "nguoi_mua"),
)
