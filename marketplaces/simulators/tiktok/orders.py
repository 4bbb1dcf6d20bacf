"""Order search and order details: rows of one unit each, with everything a buyer would not want kept."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from marketplaces.simulators.bench import Bench, Line, Sale, Shop
from marketplaces.simulators.tiktok.diary import (
    CANCELLED,
    cancelled_units,
    changed_at,
    order_word,
    unit_names,
)
from marketplaces.simulators.tiktok.envelope import bad_parameter, good
from marketplaces.simulators.tiktok.guard import admit_shop, json_body
from marketplaces.simulators.tiktok.pages import END_OF_TIME, Keys, page_of, page_size, sorting, span
from marketplaces.simulators.tiktok.products import sku_id
from marketplaces.simulators.tiktok.routes import on

MOST_IDS = 50
BUYER = {
    "buyer_email": "nguoi.mua.thu@scs.example.vn",
    "buyer_message": "Gọi trước khi giao",
    "user_id": "7494512345678901234",
}
ADDRESS = {
    "name": "Nguyễn Thị Thử",
    "first_name": "Thử",
    "last_name": "Nguyễn Thị",
    "phone_number": "(+84)900000000",
    "full_address": "Việt Nam, Hải Phòng, Phường Thử, 1 Phố Thử",
    "address_detail": "1 Phố Thử",
    "district_info": [{"address_level": "L1", "address_level_name": "Tỉnh", "address_name": "Hải Phòng"}],
}
WITHOUT_ADDRESS = frozenset({"UNPAID", "ON_HOLD"})


def add_orders(blueprint: Blueprint, bench: Bench) -> None:
    """The two reading calls."""

    @on(blueprint, "POST", "/order/*/orders/search", "202309")
    def search_orders() -> Response:
        shop, body = admit_shop(bench), json_body()
        size = page_size(1, 100, None)
        page, told = page_of(bench, _keys(bench, shop, body), size)
        sales = [sale for number in page if (sale := bench.sale(number))]
        return good({"orders": [order_of(bench, sale) for sale in sales], **told})

    @on(blueprint, "GET", "/order/*/orders", "202309", "202507")
    def show_orders() -> Response:
        shop = admit_shop(bench)
        numbers = [number for number in request.args.get("ids", "").split(",") if number]
        if not 1 <= len(numbers) <= MOST_IDS:
            raise bad_parameter(f"param ids must hold 1 to {MOST_IDS} ids")
        found = [sale for number in numbers if (sale := bench.sale(number)) and sale.shop == shop.id]
        return good({"orders": [order_of(bench, sale) for sale in found]})


def _keys(bench: Bench, shop: Shop, body: dict[str, Any]) -> Keys:
    """What the filters leave, in the order asked for."""
    field, is_ascending = sorting("DESC")
    keys = bench.note_keys("order", shop.id, *span(body, "update_time"))
    created = span(body, "create_time")
    if field == "create_time" or created != (0, END_OF_TIME - 1) or "order_status" in body:
        left = dict(keys)
        sales = [sale for sale in bench.sales(shop.id) if sale.id in left]
        sales = [sale for sale in sales if created[0] <= sale.created_at <= created[1]]
        sales = [sale for sale in sales if body.get("order_status") in {None, order_word(sale)}]
        sales.sort(key=lambda sale: sale.created_at if field == "create_time" else left[sale.id])
        keys = [(sale.id, left[sale.id]) for sale in reversed(sales)]
    return keys[::-1] if is_ascending else keys


def order_of(bench: Bench, sale: Sale) -> dict[str, Any]:
    """One order as TikTok shows it."""
    word, gone = order_word(sale), set(cancelled_units(sale))
    rows = [
        _row(line, unit, CANCELLED if unit in gone else word)
        for line in sale.lines
        for unit in unit_names(line)
    ]
    total = sum(int(row["sale_price"]) for row in rows)
    return {
        "id": sale.id,
        "status": word,
        "create_time": sale.created_at,
        "update_time": changed_at(bench, sale),
        "is_cod": True,
        "is_sample_order": False,
        "is_replacement_order": False,
        "fulfillment_type": "FULFILLMENT_BY_SELLER",
        "delivery_option_name": "Giao hàng tiêu chuẩn",
        "packages": [],
        "payment": {
            "currency": "VND",
            "sub_total": str(total),
            "shipping_fee": "0",
            "total_amount": str(total),
        },
        "recipient_address": {} if word in WITHOUT_ADDRESS else ADDRESS,
        "line_items": rows,
        **BUYER,
    }


def _row(line: Line, unit: str, word: str) -> dict[str, Any]:
    """One unit. What is free for the buyer in a bundle is TikTok's discount and not the seller's."""
    original = max(line.original_vnd, line.price_vnd)
    free = original if not line.price_vnd else 0
    return {
        "id": unit,
        "product_id": line.listing,
        "product_name": line.name,
        "sku_id": line.model or sku_id(line.listing),
        "sku_name": "",
        "seller_sku": line.sku,
        "sku_image": "https://p16.example.com/vai.jpeg\n",
        "original_price": str(original),
        "sale_price": str(line.price_vnd),
        "seller_discount": str(original - line.price_vnd - free),
        "platform_discount": str(free),
        "currency": "VND",
        "display_status": word,
        "is_gift": False,
    }
