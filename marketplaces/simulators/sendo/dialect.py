"""Sendo as one simulator."""

from __future__ import annotations

import json
import secrets

from flask import Blueprint, Response

from marketplaces.simulators.bench import Bench, Sale
from marketplaces.simulators.dialect import Dialect, Signed
from marketplaces.simulators.sendo.envelope import ExpiredError, SendoError, bad, expired
from marketplaces.simulators.sendo.guard import PREFIX
from marketplaces.simulators.sendo.orders import add_orders
from marketplaces.simulators.sendo.products import OFF, add_products
from marketplaces.simulators.sendo.shelf import FIRST_ITEM, add_shelf
from marketplaces.simulators.sendo.tokens import ACCESS_LIFE_S, add_tokens

CLASSES = {
    "2": "placed",
    "3": "placed",
    "6": "placed",
    "7": "placed",
    "8": "completed",
    "10": "completed",
    "11": "placed",
    "12": "placed",
    "13": "cancelled",
    "14": "placed",
    "15": "placed",
    "19": "placed",
    "21": "returned",
    "22": "returned",
    "23": "placed",
}
WORDS = {"unpaid": "23", "placed": "2", "completed": "8", "cancelled": "13", "returned": "22"}
"""No number says that an order waits for its payment; 23 is the nearest before a shop has to act."""


def blueprint(bench: Bench) -> Blueprint:
    """Sendo's real paths below ``/sendo``."""
    sendo = Blueprint("sendo", __name__, url_prefix=PREFIX)
    for add in (add_tokens, add_orders, add_products, add_shelf):
        add(sendo, bench)

    @sendo.errorhandler(SendoError)
    def refuse(error: SendoError) -> Response:
        return bad(error)

    @sendo.errorhandler(ExpiredError)
    def refuse_token(_error: ExpiredError) -> Response:
        return expired()

    @sendo.before_request
    def spoil_before() -> Response | None:
        return bench.faults.before(bad(SendoError(429, "Too many requests")))

    @sendo.after_request
    def spoil_after(response: Response) -> Response:
        return bench.faults.after(response)

    return sendo


def push(bench: Bench, sale: Sale, url: str) -> Signed:
    """An order push. Nothing signs it; the shop's own key is in it."""
    shop = bench.shop(sale.shop)
    data = {
        "order_number": sale.id,
        "order_status": int(sale.status) if sale.status.isdigit() else sale.status,
        "updated_date_time_stamp": sale.updated_at,
        "buyer_phone": "84900000000",
    }
    message = {
        "type": "SALESORDER.CREATE" if sale.created_at == sale.updated_at else "SALESORDER.UPDATE",
        "store_id": int(sale.shop),
        "shop_key": shop.app if shop else "",
        "data": data,
    }
    return {}, json.dumps(message).encode()


def new_order_id(bench: Bench) -> str:
    """Twelve digits, as Sendo's numbers look."""
    return str(bench.number("order", 142_873_645_429))


DIALECT = Dialect(
    market="sendo",
    label="Sendo",
    classes=CLASSES,
    words=WORDS,
    shelf={"on_sale": "2", "off_sale": OFF},
    numbers={"shop": 808_516, "app": 1, "item": FIRST_ITEM},
    access_life_s=ACCESS_LIFE_S,
    refresh_life_s=ACCESS_LIFE_S,
    new_secret=lambda: secrets.token_hex(16),
    new_order_id=new_order_id,
    push=push,
    blueprint=blueprint,
)
