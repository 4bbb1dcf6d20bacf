"""Orders: a search over whole days, a token for the next page that soon ends, and details."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from flask import Blueprint, Response

from marketplaces.simulators.bench import Bench, Line, Sale, Shop
from marketplaces.simulators.sendo.envelope import SendoError, good
from marketplaces.simulators.sendo.guard import admit, json_object

VIETNAM = timezone(timedelta(hours=7))
MOST_ON_A_PAGE = 50
MOST_STATUS_DAYS = 3
DEFAULT_DAYS = 7
TOKEN_LIFE_S = 600
DAY_S = 86_400
BUYER = {
    "buyer_phone": "84900000000",
    "buyer_address": "1 Phố Thử, Hải Phòng",
    "receiver_name": "Nguyễn Thị Thử",
    "receiver_email": "nguoi.mua.thu@example.vn",
    "ship_to_address": "1 Phố Thử, Hải Phòng",
    "shipping_contact_phone": "84900000000",
    "note": "Gọi trước khi giao",
}

Search = dict[str, Any]


def add_orders(blueprint: Blueprint, bench: Bench) -> None:
    """The two reading calls."""

    @blueprint.post("/api/partner/salesorder/search")
    def search_orders() -> Response:
        shop, body = admit(bench), json_object()
        asked = _by_token(bench, body["token"]) if body.get("token") else _asked(bench, body)
        keys = _keys(bench, shop, asked)
        page, following = bench.faults.page(keys, asked["start"], asked["size"], bench.now())
        sales = [sale for number in page if (sale := bench.sale(number))]
        token = _token(bench, {**asked, "start": following}) if following else None
        return good({"data": [_order(sale) for sale in sales], "next_token": token, "previous_token": None})

    @blueprint.get("/api/partner/salesorder/<number>")
    def show_order(number: str) -> Response:
        shop, sale = admit(bench), bench.sale(number)
        if sale is None or sale.shop != shop.id:
            raise SendoError(404, f"Order {number} not found")
        return good(_order(sale))


def _asked(bench: Bench, body: dict[str, Any]) -> Search:
    """Without any day the last seven by the day of the order."""
    size = body.get("page_size", 10)
    if type(size) is not int or not 1 <= size <= MOST_ON_A_PAGE:
        raise SendoError(400, "page_size must be from 1 to 50", "page_size")
    status = body.get("order_status")
    if status is not None and type(status) is not int:
        raise SendoError(400, "order_status must be a number", "order_status")
    by_status = body.get("order_status_date_from") is not None
    field = "order_status_date" if by_status else "order_date"
    today = datetime.fromtimestamp(bench.now(), UTC).astimezone(VIETNAM).date()
    since = _day(body, f"{field}_from", today - timedelta(days=DEFAULT_DAYS - 1))
    until = _day(body, f"{field}_to", today)
    if until < since or (by_status and (until - since).days >= MOST_STATUS_DAYS):
        raise SendoError(400, f"{field} must be within {MOST_STATUS_DAYS} days", field)
    return {
        "by_status": by_status,
        "since": _midnight(since),
        "until": _midnight(until) + DAY_S - 1,
        "status": status,
        "size": size,
        "start": 0,
    }


def _day(body: dict[str, Any], name: str, default: date) -> date:
    """2020/06/21 as the pages say, 2020-06-21 as every client sends."""
    value = body.get(name)
    if value is None:
        return default
    for form in ("%Y/%m/%d", "%Y-%m-%d"):
        try:
            return datetime.strptime(str(value), form).replace(tzinfo=VIETNAM).date()
        except ValueError:
            continue
    raise SendoError(400, f"{name} must be yyyy/MM/dd", name)


def _midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=VIETNAM).timestamp())


def _token(bench: Bench, asked: Search) -> str:
    body = json.dumps({**asked, "ends_at": bench.now() + TOKEN_LIFE_S})
    return base64.urlsafe_b64encode(body.encode()).decode()


def _by_token(bench: Bench, token: object) -> Search:
    """It says all: whatever else is asked for is passed over."""
    try:
        asked: Search = json.loads(base64.urlsafe_b64decode(str(token).encode()))
        ends_at = int(asked["ends_at"])
    except (binascii.Error, KeyError, TypeError, ValueError):
        raise SendoError(400, "token is invalid", "token") from None
    if ends_at <= bench.now():
        raise SendoError(400, "token is expired", "token")
    return asked


def _keys(bench: Bench, shop: Shop, asked: Search) -> list[tuple[str, int]]:
    """The newest first."""
    since, until, status = asked["since"], asked["until"], asked["status"]
    if asked["by_status"]:
        keys = bench.sale_keys(shop.id, since, until)
    else:
        sales = [sale for sale in bench.sales(shop.id) if since <= sale.created_at <= until]
        keys = [(sale.id, sale.updated_at) for sale in sorted(sales, key=lambda one: -one.created_at)]
    if status is None:
        return keys
    return [key for key in keys if (sale := bench.sale(key[0])) and sale.status == str(status)]


def _order(sale: Sale) -> dict[str, Any]:
    """Times are epoch seconds; the status is a number unless somebody made up a word."""
    total = sum(_kept(line) * _price(line) for line in sale.lines)
    head = {
        "order_number": sale.id,
        "order_status": int(sale.status) if sale.status.isdigit() else sale.status,
        "payment_status": 1,
        "payment_method": 1,
        "total_amount": total,
        "total_amount_buyer": total,
        "sub_total": total,
        "is_merge": False,
        "sales_order_merges": "",
        "child_order_number": "",
        "order_date_time_stamp": sale.created_at,
        "created_date_time_stamp": sale.created_at,
        "order_status_date_time_stamp": sale.updated_at,
        "updated_date_time_stamp": sale.updated_at,
        "canceled_date_time_stamp": sale.updated_at if sale.status == "13" else None,
        **BUYER,
    }
    return {"sales_order": head, "sku_details": [_line(line) for line in sale.lines]}


def _line(line: Line) -> dict[str, Any]:
    """The reference has no place for a part taken back: the quantity is what is left."""
    return {
        "product_variant_id": int(line.listing),
        "product_name": line.name,
        "sku": line.sku,
        "quantity": _kept(line),
        "price": float(_price(line)),
        "sub_total": float(_price(line) * _kept(line)),
        "attribute_hash": line.model or None,
    }


def _kept(line: Line) -> int:
    return line.quantity - line.cancelled - line.returned


def _price(line: Line) -> int:
    return line.price_vnd or line.original_vnd
