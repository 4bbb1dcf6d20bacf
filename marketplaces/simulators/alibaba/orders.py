"""Orders: heads by time of creation or change, and one order whole.

How an order looks whose parts were cancelled or returned is not known; here its quantities are those left.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from marketplaces.simulators.alibaba import DONG_A_DOLLAR
from marketplaces.simulators.alibaba.envelope import BusinessError
from marketplaces.simulators.alibaba.guard import admit_shop, parameters
from marketplaces.simulators.alibaba.switches import chosen
from marketplaces.simulators.bench import Bench, Line, Sale, Shop

CALIFORNIA = ZoneInfo("America/Los_Angeles")
MOST_ON_A_PAGE = 100
MOST_PAGES = 100
BUYER = {
    "buyer": {"full_name": "Nguyễn Thị Thử", "mobile": "84900000000", "e_account_id": "nguoi_mua"},
    "shipping_address": {"contact_person": "Nguyễn Thị Thử", "address": "1 Phố Thử", "country": "Vietnam"},
    "remark": "Gọi trước khi giao",
}

Asked = dict[str, Any]


def list_orders(bench: Bench) -> dict[str, Any]:
    """``/alibaba/order/list``."""
    return _list(bench, admit_shop(bench), dict(parameters()))


def list_old(bench: Bench) -> dict[str, Any]:
    """``alibaba.seller.order.list``: the same, asked in one parameter of JSON."""
    asked = _json(parameters().get("param_trade_ecology_order_list_query", ""))
    return {"result": {"success": True, **_list(bench, admit_shop(bench), asked)}}


def get_order(bench: Bench) -> dict[str, Any]:
    """``/alibaba/order/get``."""
    shop, number = admit_shop(bench), parameters().get("e_trade_id", "")
    sale = bench.sale(number)
    if chosen(bench, "detail") == "refused" or sale is None or sale.shop != shop.id:
        raise BusinessError("B_ORDER_REFUSED", "The order cannot be shown to this application.")
    return {"value": _whole(sale)}


def _list(bench: Bench, shop: Shop, asked: Asked) -> dict[str, Any]:
    """Whoever does not say that it is the seller is taken for a buyer, and this shop buys nothing."""
    size, page = _figure(asked, "page_size", 10), _figure(asked, "start_page", 0)
    if not 1 <= size <= MOST_ON_A_PAGE or page >= MOST_PAGES:
        raise BusinessError("B_PARAM_INVALID", "The maximum number of pages is 100.")
    keys = _keys(bench, shop, asked) if asked.get("role") == "seller" else []
    names, following = bench.faults.page(keys, page * size, size, bench.now())
    sales = [sale for name in names if (sale := bench.sale(name))]
    total = len(keys) if following else page * size + len(names)
    masked = chosen(bench, "trade_id") == "masked"
    return {
        "value": {"total_count": str(total), "order_list": [_head(sale, masked=masked) for sale in sales]}
    }


def _keys(bench: Bench, shop: Shop, asked: Asked) -> list[tuple[str, int]]:
    changed = _at(asked, "modified_date_start", 0), _at(asked, "modified_date_end", 2**40)
    made = _at(asked, "create_date_start", 0), _at(asked, "create_date_end", 2**40)
    keys = bench.sale_keys(shop.id, *changed)
    if made == (0, 2**40) and not asked.get("status"):
        return keys
    sales = ((key, bench.sale(key[0])) for key in keys)
    return [
        key
        for key, sale in sales
        if sale and made[0] <= sale.created_at <= made[1] and asked.get("status") in {None, "", sale.status}
    ]


def _at(asked: Asked, name: str, otherwise: int) -> int:
    """An object: milliseconds, or a time of California."""
    told = asked.get(name)
    if not told:
        return otherwise
    moment = told if isinstance(told, dict) else _json(told)
    try:
        if moment.get("date_timestamp") is not None:
            return int(moment["date_timestamp"]) // 1000
        at = datetime.strptime(moment["date_str"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=CALIFORNIA)
    except (KeyError, TypeError, ValueError):
        raise BusinessError("B_PARAM_INVALID", f"{name} is no date.") from None
    return int(at.timestamp())


def _json(text: str) -> Asked:
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise BusinessError("B_PARAM_INVALID", "An object in JSON is expected.")
    return value


def _figure(asked: Asked, name: str, otherwise: int) -> int:
    text = str(asked.get(name, otherwise))
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise BusinessError("B_PARAM_INVALID", f"{name} is no number.")
    return int(text)


def _head(sale: Sale, *, masked: bool) -> dict[str, Any]:
    number = sale.id
    return {
        "trade_id": f"{number[:4]}{'*' * max(1, len(number) - 8)}{number[-4:]}" if masked else number,
        "trade_status": sale.status,
        "create_date": _date(sale.created_at),
        "modify_date": _date(sale.updated_at),
    }


def _date(at: int) -> dict[str, str]:
    written = datetime.fromtimestamp(at, UTC).astimezone(CALIFORNIA).strftime("%b %d, %Y, %H:%M:%S %Z")
    return {"format_date": written, "timestamp": f"{at}000"}


def _whole(sale: Sale) -> dict[str, Any]:
    goods = sum(_cents(line) * _left(line) for line in sale.lines)
    shipping = 1_500
    return {
        **_head(sale, masked=False),
        "order_products": [_product(line) for line in sale.lines],
        "product_total_amount": _money(goods),
        "shipment_fee": _money(shipping),
        "discount_amount": _money(0),
        "total_amount": _money(goods + shipping),
        **BUYER,
    }


def _product(line: Line) -> dict[str, Any]:
    return {
        "product_id": line.listing,
        **({"sku_id": line.model} if line.model else {}),
        "sku_code": line.sku,
        "name": line.name,
        "quantity": f"{_left(line)}.0000",
        "unit": "Piece",
        "unit_price": _money(_cents(line)),
    }


def _left(line: Line) -> int:
    return line.quantity - line.cancelled - line.returned


def _cents(line: Line) -> int:
    return round((line.price_vnd or line.original_vnd) * 100 / DONG_A_DOLLAR)


def _money(cents: int) -> dict[str, str]:
    return {"amount": f"{cents // 100}.{cents % 100:02d}", "currency": "USD"}
