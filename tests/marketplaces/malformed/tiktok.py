"""TikTok Shop's answers, good and spoilt."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from marketplaces.wire import Call
from tests.marketplaces.malformed.sample import Sample, without

ROW = {
    "id": "700000001001",
    "product_id": "1729592969712207008",
    "product_name": "Vải",
    "sku_id": "1729592969712207013",
    "seller_sku": "VAI",
    "original_price": "60000",
    "sale_price": "50000",
    "seller_discount": "5000",
    "platform_discount": "5000",
    "currency": "VND",
    "display_status": "COMPLETED",
}
OTHER = {**ROW, "id": "700000001002"}
ORDER = {
    "id": "A1",
    "status": "COMPLETED",
    "create_time": 1795000000,
    "update_time": 1795000001,
    "buyer_email": "nguoi_mua@example.vn",
    "buyer_message": "Gọi chị Kín",
    "recipient_address": {"name": "Nguyễn Văn Kín", "phone_number": "0900000001"},
    "line_items": [ROW, OTHER],
}


def order_with(**changes: Any) -> dict[str, Any]:
    return {**deepcopy(ORDER), **changes}


def row_with(**changes: Any) -> dict[str, Any]:
    return order_with(line_items=[{**ROW, **changes}, OTHER])


BAD_ORDERS: list[Any] = [
    *(without(ORDER, name) for name in ("id", "status", "create_time", "update_time", "line_items")),
    *(
        order_with(line_items=[without(ROW, name)])
        for name in ("id", "product_id", "sku_id", "original_price", "currency")
    ),
    order_with(id=["A1"]),
    order_with(create_time=1795000000000),
    order_with(create_time="2026-11-22"),
    order_with(update_time=-1),
    order_with(update_time=True),
    order_with(update_time=1e300),
    order_with(status=["COMPLETED"]),
    order_with(status=""),
    order_with(status="COMP\0LETED"),
    order_with(is_sample_order="no"),
    order_with(line_items={}),
    order_with(line_items=[]),
    order_with(line_items=[None]),
    order_with(line_items=[ROW, ROW]),
    row_with(currency="USD"),
    row_with(original_price="60.000"),
    row_with(original_price="60000.5"),
    row_with(original_price="-60000"),
    row_with(original_price="６００００"),
    row_with(original_price=True),
    row_with(original_price=10**30),
    row_with(seller_discount="60001"),
    row_with(seller_discount="five"),
    row_with(product_id=0),
    row_with(sku_id={"id": 1}),
    row_with(product_name="\ud800"),
    row_with(seller_sku=7),
    row_with(display_status=3),
    None,
    "A1",
    [],
    7,
]


def answer(orders: Sequence[Any]) -> Any:
    return {"code": 0, "message": "Success", "data": {"orders": orders, "total_count": 2}}


def others(call: Call, numbers: Sequence[str]) -> Any:
    """The shop's cipher, and searches that find nothing."""
    shop = {"region": "VN", "cipher": "ROW_x"}
    shops = [{"id": str(7_494_049_642_642_441_621 + place), **shop} for place in range(2_000)]
    found = {"total_count": 0, "next_page_token": "", "return_orders": [], "cancellations": []}
    return {"code": 0, "message": "Success", "data": {"shops": shops, **found}}


TIKTOK = Sample(
    market="tiktok",
    spoilt="/orders/search",
    order=ORDER,
    answer=answer,
    others=others,
    renamed=lambda order, number: {**order, "id": number},
    bad_orders=BAD_ORDERS,
    buyer=("Kín", "0900000001", "nguoi_mua"),
)
