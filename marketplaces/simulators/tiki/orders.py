"""Order list by page, and order details."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from marketplaces.simulators.bench import Bench, Line, Sale, Shop
from marketplaces.simulators.tiki import clock
from marketplaces.simulators.tiki.envelope import TikiError
from marketplaces.simulators.tiki.guard import admit, page_asked, paging

MOST_ON_A_PAGE = 50
END_OF_TIME = 4_102_444_800
BUYER = {
    "customer": {"id": 14492840, "full_name": "Nguyễn Thị Thử"},
    "shipping": {
        "address": {
            "full_name": "Nguyễn Thị Thử",
            "street": "1 Phố Thử",
            "ward": "Phường Thử",
            "region": "Hải Phòng",
            "phone": "0900000000",
            "email": "nguoi.mua.thu@example.vn",
        },
    },
}


def add_orders(blueprint: Blueprint, bench: Bench) -> None:
    """The two reading calls."""

    @blueprint.get("/integration/v2/orders")
    def list_orders() -> Response:
        shop = admit(bench)
        page, limit = page_asked(MOST_ON_A_PAGE)
        names = bench.faults.listed(_keys(bench, shop), bench.now())
        numbers, _ = bench.faults.cut(names, (page - 1) * limit, limit)
        sales = [sale for number in numbers if (sale := bench.sale(number))]
        data = [_order(bench, sale) for sale in sales]
        return jsonify(data=data, paging=paging(len(names), page, limit))

    @blueprint.get("/integration/v2/orders/<code>")
    def show_order(code: str) -> Response:
        shop = admit(bench)
        sale = bench.sale(code)
        if sale is None or sale.shop != shop.id:
            raise TikiError(404, f"Order {code} is not found")
        return jsonify(_order(bench, sale))


def _keys(bench: Bench, shop: Shop) -> list[tuple[str, int]]:
    """What the filters leave, in the order asked for; the newest first unless told otherwise."""
    field, _, direction = request.args.get("order_by", "created_at|desc").partition("|")
    if field not in {"created_at", "updated_at"} or direction not in {"asc", "desc"}:
        raise TikiError(400, "order_by is invalid")
    keys = bench.sale_keys(shop.id, *_span("updated"))
    if field == "created_at" or {"created_from_date", "created_to_date", "status"} & set(request.args):
        keys = _by_creation(bench, shop, keys, field)
    return keys[::-1] if direction == "asc" else keys


def _by_creation(bench: Bench, shop: Shop, keys: list[tuple[str, int]], field: str) -> list[tuple[str, int]]:
    since, until = _span("created")
    left = {number for number, _ in keys}
    is_wanted, words = _statuses()
    sales = [
        sale
        for sale in bench.sales(shop.id)
        if sale.id in left
        and since <= sale.created_at <= until
        and (not words or (sale.status in words) == is_wanted)
    ]
    sales.sort(key=lambda sale: getattr(sale, field), reverse=True)
    return [(sale.id, sale.updated_at) for sale in sales]


def _statuses() -> tuple[bool, list[str]]:
    """``status=a,b`` and ``in|a,b`` are those, ``nin|a,b`` the others."""
    sign, bar, words = request.args.get("status", "").partition("|")
    if not bar:
        sign, words = "in", sign
    if sign not in {"in", "nin"}:
        raise TikiError(400, "status is invalid")
    return sign == "in", words.split(",") if words else []


def _span(what: str) -> tuple[int, int]:
    since, until = f"{what}_from_date", f"{what}_to_date"
    return (
        clock.read(request.args[since], since) if since in request.args else 0,
        clock.read(request.args[until], until) if until in request.args else END_OF_TIME,
    )


def _order(bench: Bench, sale: Sale) -> dict[str, Any]:
    total = sum(_kept(line) * _price(line) for line in sale.lines)
    cancelled = sale.status == "canceled"
    return {
        "code": sale.id,
        "relation_code": "",
        "fulfillment_type": "tiki_delivery",
        "status": sale.status,
        "is_rma": False,
        "is_vat_exporting": False,
        "has_backorder_items": True,
        "created_at": clock.written(sale.created_at),
        "updated_at": clock.written(sale.updated_at),
        "invoice": {"items_quantity": sum(map(_kept, sale.lines)), "subtotal": total, "grand_total": total},
        "items": [_item(bench, line) for line in sale.lines],
        "payment": {"method": "cod", "is_prepaid": False, "status": "waiting"},
        "cancel_info": {"reason_code": "110", "reason_text": "Đổi ý"} if cancelled else None,
        **BUYER,
    }


def _item(bench: Bench, line: Line) -> dict[str, Any]:
    """A whole line taken out says so; the reference has no place for a part: the quantity is what is left."""
    gone = line.cancelled == line.quantity
    quantity = line.quantity if gone else _kept(line)
    number = line.model or line.listing
    invoice = {
        "price": float(_price(line)),
        "quantity": quantity,
        "row_total": float(_price(line) * quantity),
    }
    return {
        "id": int(line.id),
        "product": {
            "id": int(number),
            "sku": f"289{int(number):010d}",
            "name": line.name,
            "seller_product_code": line.sku,
            "inventory_type": "backorder",
            "master_id": int(line.listing),
        },
        "qty": quantity,
        "price": _price(line),
        "invoice": invoice,
        "confirmation": {"status": "seller_canceled" if gone else "waiting"},
    }


def _kept(line: Line) -> int:
    return line.quantity - line.cancelled - line.returned


def _price(line: Line) -> int:
    return line.price_vnd or line.original_vnd
