"""Order list and order details."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from flask import Blueprint, Response, request

from marketplaces.simulators.bench import Bench, Line, Sale, Shop
from marketplaces.simulators.shopee.envelope import ShopeeError, good
from marketplaces.simulators.shopee.guard import admit_shop

LONGEST_SPAN_S = 15 * 86_400
FIELDS = frozenset({"create_time", "update_time"})
FILTERS = frozenset(
    "UNPAID READY_TO_SHIP PROCESSED SHIPPED COMPLETED IN_CANCEL CANCELLED INVOICE_PENDING".split()  # noqa: SIM905
)
BUYER = {
    "buyer_user_id": 880012345,
    "buyer_username": "nguoi_mua_thu",
    "message_to_seller": "Gọi trước khi giao",
    "recipient_address": {
        "name": "Nguyễn Thị Thử",
        "phone": "84900000000",
        "full_address": "1 Phố Thử, Hải Phòng",
    },
}


def add_orders(blueprint: Blueprint, bench: Bench) -> None:
    """The two reading calls."""

    @blueprint.get("/api/v2/order/get_order_list")
    def get_order_list() -> Response:
        return good(_list(bench, admit_shop(bench)))

    @blueprint.get("/api/v2/order/get_order_detail")
    def get_order_detail() -> Response:
        shop = admit_shop(bench)
        sales = [_find(bench, shop, number) for number in _numbers()]
        wanted = request.args.get("response_optional_fields", "").split(",")
        return good({"order_list": [_detail(sale, wanted) for sale in sales]})


def _list(bench: Bench, shop: Shop) -> dict[str, Any]:
    since, until = _integer("time_from"), _integer("time_to")
    field, size, start = request.args.get("time_range_field"), _integer("page_size"), _start()
    if field not in FIELDS:
        raise ShopeeError("error_param", "time_range_field must be create_time or update_time.")
    if since > until or until - since > LONGEST_SPAN_S:
        raise ShopeeError("order.order_list_invalid_time", "Start time must be within 15 days of end time.")
    if not 1 <= size <= 100:
        raise ShopeeError("error_param", "page_size must be between 1 and 100.")
    keys = _keys(bench, shop, str(field), since, until)
    page, following = bench.faults.page(keys, start, size, bench.now())
    with_status = "order_status" in request.args.get("response_optional_fields", "")
    return {
        "more": bool(following),
        "next_cursor": _cursor(following) if following else "",
        "order_list": [_entry(bench, number, with_status) for number in page],
    }


def _keys(bench: Bench, shop: Shop, field: str, since: int, until: int) -> list[tuple[str, int]]:
    """Newest first. Orders under review are listed on demand only."""
    status = request.args.get("order_status", "")
    if status and status not in FILTERS:
        raise ShopeeError("error_param", "order_status is invalid.")
    if field == "update_time":
        keys = bench.sale_keys(shop.id, since, until)
    else:
        sales = sorted(bench.sales(shop.id), key=lambda sale: (-sale.created_at, sale.id))
        keys = [(sale.id, sale.updated_at) for sale in sales if since <= sale.created_at <= until]
    pending = request.args.get("request_order_status_pending") == "true"
    if pending and not status:
        return keys
    return [key for key in keys if _is_shown(bench.sale(key[0]), status, pending)]


def _is_shown(sale: Sale | None, status: str, pending: bool) -> bool:
    if sale is None or (sale.status == "PENDING" and not pending):
        return False
    return not status or sale.status == status


def _entry(bench: Bench, number: str, with_status: bool) -> dict[str, str]:
    sale = bench.sale(number) if with_status else None
    return {"order_sn": number, "order_status": sale.status} if sale else {"order_sn": number}


def _integer(name: str) -> int:
    value = request.args.get(name, "")
    if not (value.isascii() and value.isdigit() and len(value) < 12):
        raise ShopeeError("error_param", f"{name} is invalid.")
    return int(value)


def _start() -> int:
    cursor = request.args.get("cursor", "")
    if cursor in {"", '""'}:
        return 0
    try:
        word, _, start = base64.urlsafe_b64decode(cursor.encode()).decode().partition("|")
        if word != "order":
            raise ValueError(word)
        return int(start)
    except (binascii.Error, ValueError):
        raise ShopeeError("error_param", "cursor is invalid.") from None


def _cursor(start: int) -> str:
    return base64.urlsafe_b64encode(f"order|{start}".encode()).decode()


def _numbers() -> list[str]:
    """Joined by commas as the reference says, or the key repeated as one common client does."""
    numbers = [
        number for text in request.args.getlist("order_sn_list") for number in text.split(",") if number
    ]
    if not 1 <= len(numbers) <= 50:
        raise ShopeeError("error_param", "order_sn_list must hold 1 to 50 numbers.")
    return numbers


def _find(bench: Bench, shop: Shop, number: str) -> Sale:
    sale = bench.sale(number)
    if sale is None or sale.shop != shop.id:
        raise ShopeeError("error_not_found", "Wrong parameters, detail: the order is not found.")
    return sale


def _detail(sale: Sale, wanted: list[str]) -> dict[str, Any]:
    detail: dict[str, Any] = {
        "order_sn": sale.id,
        "region": "VN",
        "currency": "VND",
        "cod": True,
        "order_status": sale.status,
        "create_time": sale.created_at,
        "update_time": sale.updated_at,
        "message_to_seller": BUYER["message_to_seller"],
    }
    if "item_list" in wanted:
        detail["item_list"] = [_item(line) for line in sale.lines]
    if "total_amount" in wanted:
        detail["total_amount"] = sum(line.price_vnd * line.quantity for line in sale.lines)
    return detail | {name: value for name, value in BUYER.items() if name in wanted}


def _item(line: Line) -> dict[str, Any]:
    return {
        "item_id": int(line.listing),
        "item_name": line.name,
        "item_sku": "" if line.model else line.sku,
        "model_id": int(line.model or 0),
        "model_sku": line.sku if line.model else "",
        "model_quantity_purchased": line.quantity,
        "model_original_price": line.original_vnd,
        "model_discounted_price": line.price_vnd,
        "order_item_id": int(line.id),
        "active_qty": line.quantity - line.cancelled - line.returned,
        "cancelled_qty": line.cancelled,
        "returned_qty": line.returned,
    }
