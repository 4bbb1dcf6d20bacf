"""Shopee as one simulator."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from datetime import UTC, datetime

from flask import Blueprint, Response

from marketplaces.simulators.bench import Bench, Sale
from marketplaces.simulators.dialect import Dialect, Signed
from marketplaces.simulators.shopee.consent import add_consent
from marketplaces.simulators.shopee.envelope import ShopeeError, bad
from marketplaces.simulators.shopee.guard import PREFIX
from marketplaces.simulators.shopee.orders import add_orders
from marketplaces.simulators.shopee.products import add_products
from marketplaces.simulators.shopee.shelf import FIRST_ITEM, add_shelf
from marketplaces.simulators.shopee.tokens import ACCESS_LIFE_S, REFRESH_LIFE_S, add_tokens

CLASSES = {
    "UNPAID": "unpaid",
    "PENDING": "unpaid",
    "READY_TO_SHIP": "placed",
    "PROCESSED": "placed",
    "RETRY_SHIP": "placed",
    "SHIPPED": "placed",
    "TO_CONFIRM_RECEIVE": "placed",
    "IN_CANCEL": "placed",
    "INVOICE_PENDING": "placed",
    "COMPLETED": "completed",
    "CANCELLED": "cancelled",
    "TO_RETURN": "returned",
}
WORDS = {
    "unpaid": "UNPAID",
    "placed": "READY_TO_SHIP",
    "completed": "COMPLETED",
    "cancelled": "CANCELLED",
    "returned": "TO_RETURN",
}


def blueprint(bench: Bench) -> Blueprint:
    """Shopee's real paths below ``/shopee``."""
    shopee = Blueprint("shopee", __name__, url_prefix=PREFIX)
    for add in (add_tokens, add_orders, add_products, add_shelf, add_consent):
        add(shopee, bench)

    @shopee.errorhandler(ShopeeError)
    def refuse(error: ShopeeError) -> Response:
        return bad(error)

    @shopee.before_request
    def spoil_before() -> Response | None:
        return bench.faults.before(bad(ShopeeError("error_rate_limit", "Too many requests.")))

    @shopee.after_request
    def spoil_after(response: Response) -> Response:
        return bench.faults.after(response)

    return shopee


def push(bench: Bench, sale: Sale, url: str) -> Signed:
    """An order push: code 3, signed over the address, a bar and the raw body."""
    now = bench.now()
    data = {"ordersn": sale.id, "status": sale.status, "completed_scenario": "", "items": []}
    message = {"shop_id": int(sale.shop), "code": 3, "timestamp": now}
    body = json.dumps({**message, "data": {**data, "update_time": sale.updated_at}}).encode()
    shop = bench.shop(sale.shop)
    app = bench.app(shop.app) if shop else None
    key = (app.push_secret or app.secret) if app else ""
    signature = hmac.new(key.encode(), b"%s|%s" % (url.encode(), body), hashlib.sha256).hexdigest()
    return {"Authorization": signature}, body


def new_order_id(bench: Bench) -> str:
    """Six digits of the day and eight of a series, as Shopee's numbers look."""
    day = datetime.fromtimestamp(bench.now(), UTC).strftime("%y%m%d")
    return f"{day}{bench.number('order', 1):08X}"


DIALECT = Dialect(
    market="shopee",
    label="Shopee",
    classes=CLASSES,
    words=WORDS,
    shelf={"on_sale": "NORMAL", "off_sale": "UNLIST"},
    numbers={"shop": 14_701_711, "app": 2_001_887, "item": FIRST_ITEM},
    access_life_s=ACCESS_LIFE_S,
    refresh_life_s=REFRESH_LIFE_S,
    new_secret=lambda: f"shpk{secrets.token_hex(26)}",
    new_order_id=new_order_id,
    push=push,
    blueprint=blueprint,
)
