"""Orders: heads by time, and rows: one a unit, each with a status of its own."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from flask import Blueprint, Response

from marketplaces.simulators.bench import Bench, Line, Sale, Shop
from marketplaces.simulators.lazada.envelope import LazadaError, figure, good
from marketplaces.simulators.lazada.guard import admit_shop, parameters
from marketplaces.simulators.lazada.reverse import rows_tell, told_at

VIETNAM = timezone(timedelta(hours=7))
FILTERS = frozenset(
    {"unpaid", "pending", "topack", "toship", "ready_to_ship", "shipping", "shipped", "delivered"}
    | {"canceled", "returned", "failed", "lost"}
)
MOST_OFFSET = 5_000
PLATFORM_VOUCHER = 1_000
BUYER = {
    "customer_first_name": "Nguyễn Thị Thử",
    "customer_last_name": "",
    "national_registration_number": "030000000000",
    "tax_code": "0800000000",
    "remarks": "Gọi trước khi giao",
    "gift_message": "Chúc mừng sinh nhật",
    "address_shipping": {
        "first_name": "Nguyễn Thị Thử",
        "phone": "84900000000",
        "address1": "1 Phố Thử",
        "city": "Hải Phòng",
    },
}


def add_orders(blueprint: Blueprint, bench: Bench) -> None:
    """The four reading calls."""

    @blueprint.get("/rest/orders/get")
    def get_orders() -> Response:
        return good(_list(bench, admit_shop(bench)))

    @blueprint.get("/rest/order/get")
    def get_order() -> Response:
        sale = _find(bench, admit_shop(bench), parameters().get("order_id", ""))
        if sale is None:
            raise LazadaError("16", 'E016: "%s" Invalid Order ID')
        return good(_head(bench, sale))

    @blueprint.get("/rest/order/items/get")
    def get_items() -> Response:
        sale = _find(bench, admit_shop(bench), parameters().get("order_id", ""))
        if sale is None:
            raise LazadaError("16", 'E016: "%s" Invalid Order ID')
        return good(_rows(bench, sale))

    @blueprint.get("/rest/orders/items/get")
    def get_items_of_many() -> Response:
        shop, numbers = admit_shop(bench), _numbers()
        sales = [_find(bench, shop, number) for number in numbers]
        found = [sale for sale in sales if sale]
        if not found:
            raise LazadaError("39", "E039: No orders were found")
        if len(found) < len(sales):
            raise LazadaError("37", "E037: One or more order id in the list are incorrect")
        return good([_with_rows(bench, sale) for sale in found])


def _list(bench: Bench, shop: Shop) -> dict[str, Any]:
    given = parameters()
    size, start = _whole("limit", "100", "19"), _whole("offset", "0", "14")
    if not 1 <= size <= 100:
        raise LazadaError("19", 'E019: "%s" Invalid Limit')
    if start > MOST_OFFSET:
        raise LazadaError("14", 'E014: "%s" Invalid Offset')
    keys = _keys(bench, shop, given)
    page, following = bench.faults.page(keys, start, size, bench.now())
    sales = [sale for number in page if (sale := bench.sale(number))]
    total = len(keys) if following else start + len(page)
    return {"count": len(page), "countTotal": total, "orders": [_head(bench, sale) for sale in sales]}


def _keys(bench: Bench, shop: Shop, given: dict[str, str]) -> list[tuple[str, int]]:
    """Numbers and times of change of what was asked for, in the order asked for."""
    spans = {field: _span(given, field) for field in ("created", "updated")}
    if not any(since for since, _ in spans.values()):
        raise LazadaError("MissingParameter", "created_after or update_after is mandatory.")
    status, column = given.get("status", ""), given.get("sort_by", "created_at")
    if status and status not in FILTERS:
        raise LazadaError("36", 'E036: Invalid status filter "%s"')
    if column not in {"created_at", "updated_at"}:
        raise LazadaError("36", 'E036: Invalid sort filter "%s"')
    backwards = given.get("sort_direction", "DESC").upper() != "ASC"
    if not (status or given.get("created_after") or given.get("created_before")) and column == "updated_at":
        since, until = spans["updated"]
        span = (shop.id, since or 0, until or 2**40)
        keys = bench.sale_keys(*span) if rows_tell(bench) else bench.note_keys("order", *span)
        return keys if backwards else keys[::-1]
    sales = sorted(bench.sales(shop.id), key=lambda sale: (getattr(sale, column), sale.id), reverse=backwards)
    return [
        (sale.id, sale.updated_at)
        for sale in sales
        if _within(sale.created_at, spans["created"])
        and _within(sale.updated_at, spans["updated"])
        and (not status or status in _statuses(bench, sale))
    ]


def _span(given: dict[str, str], field: str) -> tuple[int | None, int | None]:
    """The call says update_after and created_after."""
    stem = field.replace("updated", "update")
    after, before = given.get(f"{stem}_after"), given.get(f"{stem}_before")
    return _moment(after) if after else None, _moment(before) if before else None


def _moment(text: str) -> int:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise LazadaError("17", 'E017: "%s" Invalid Date Format') from None
    if at.tzinfo is None:
        raise LazadaError("17", 'E017: "%s" Invalid Date Format')
    return int(at.timestamp())


def _within(at: int, span: tuple[int | None, int | None]) -> bool:
    since, until = span
    return (since is None or at >= since) and (until is None or at <= until)


def _whole(name: str, default: str, code: str) -> int:
    text = parameters().get(name, default)
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise LazadaError(code, f"E0{code}: Invalid {name}")
    return int(text)


def _numbers() -> list[str]:
    try:
        numbers = json.loads(parameters().get("order_ids", ""))
    except ValueError:
        numbers = None
    if not isinstance(numbers, list) or not all(isinstance(one, int | str) for one in numbers):
        raise LazadaError("56", "E056: Invalid OrdersIdList format. Must use array format [1,2]")
    if len(numbers) > 50:
        raise LazadaError("38", "E038: Too many orders were requested")
    return [str(number) for number in numbers]


def _find(bench: Bench, shop: Shop, number: str) -> Sale | None:
    sale = bench.sale(number)
    return sale if sale and sale.shop == shop.id else None


def _head(bench: Bench, sale: Sale) -> dict[str, Any]:
    rows = _rows(bench, sale)
    return {
        "order_id": figure(sale.id),
        "order_number": figure(sale.id),
        "created_at": _told(sale.created_at),
        "updated_at": _told(told_at(bench, sale)),
        "price": f"{sum(float(row['item_price']) for row in rows):.2f}",
        "voucher": sum(row["voucher_amount"] for row in rows),
        "voucher_seller": sum(row["voucher_seller"] for row in rows),
        "voucher_platform": sum(row["voucher_platform"] for row in rows),
        "shipping_fee": 15_000.0,
        "items_count": len(rows),
        "statuses": _statuses(bench, sale),
        "payment_method": "COD",
        "warehouse_code": "dropshipping",
        **BUYER,
    }


def _told(at: int) -> str:
    """As live answers write a time."""
    return datetime.fromtimestamp(at, UTC).astimezone(VIETNAM).strftime("%Y-%m-%d %H:%M:%S %z")


def _statuses(bench: Bench, sale: Sale) -> list[str]:
    hides = not rows_tell(bench)
    return list(dict.fromkeys(status for line in sale.lines for status in _unit_statuses(sale, line, hides)))


def _unit_statuses(sale: Sale, line: Line, hides_returns: bool) -> list[str]:
    """Cancelled units first, then returned ones, then those that share the order's fate."""
    left = line.quantity - line.cancelled - line.returned
    if hides_returns:  # a unit that came back is still the one that was delivered
        word = "delivered" if sale.status == "returned" else sale.status
        return [word] * (left + line.returned) + ["canceled"] * line.cancelled
    return ["canceled"] * line.cancelled + ["returned"] * line.returned + [sale.status] * left


def _rows(bench: Bench, sale: Sale) -> list[dict[str, Any]]:
    hides = not rows_tell(bench)
    return [
        _row(sale, line, place, status)
        for line in sale.lines
        for place, status in enumerate(_unit_statuses(sale, line, hides), start=1)
    ]


def _with_rows(bench: Bench, sale: Sale) -> dict[str, Any]:
    number = figure(sale.id)
    return {"order_id": number, "order_number": number, "order_items": _rows(bench, sale)}


def _row(sale: Sale, line: Line, place: int, status: str) -> dict[str, Any]:
    """A lower price than the listing's is the seller's voucher; Lazada's own voucher lowers what is paid."""
    price = max(line.original_vnd, line.price_vnd)
    seller = price - line.price_vnd if line.price_vnd else 0
    platform = min(PLATFORM_VOUCHER, price - seller)
    return {
        "order_item_id": figure(f"{line.id}{place:05d}"),
        "order_id": figure(sale.id),
        "sku": line.sku,
        "shop_sku": f"{line.listing}_VNAMZ-{line.model or line.listing}",
        "sku_id": line.model or line.listing,
        "name": line.name,
        "item_price": f"{price}.00",
        "paid_price": float(price - seller - platform),
        "voucher_amount": seller + platform,
        "voucher_seller": seller,
        "voucher_platform": platform,
        "currency": "VND",
        "status": status,
        "reason": "",
        "cancel_return_initiator": "cancellation-customer" if status == "canceled" else "null-null",
        "return_status": "",
        "created_at": _iso(sale.created_at),
        "updated_at": _iso(sale.updated_at),
        "digital_delivery_info": "",
        "buyer_id": 880012345,
    }


def _iso(at: int) -> str:
    """As the definitions write a time."""
    return datetime.fromtimestamp(at, UTC).astimezone(VIETNAM).isoformat()
