"""Lazada as one simulator."""

from __future__ import annotations

import secrets

from flask import Blueprint, Response

from marketplaces.simulators.bench import Bench, Sale
from marketplaces.simulators.consenting import add_consent
from marketplaces.simulators.dialect import Dialect, Signed
from marketplaces.simulators.lazada.envelope import LazadaError, bad, figure
from marketplaces.simulators.lazada.guard import PREFIX
from marketplaces.simulators.lazada.orders import add_orders
from marketplaces.simulators.lazada.products import FIRST_SKU, add_products
from marketplaces.simulators.lazada.reverse import SWITCHES, add_reverse, note_change
from marketplaces.simulators.lazada.shelf import add_shelf
from marketplaces.simulators.lazada.tokens import ACCESS_LIFE_S, CODE_LIFE_S, REFRESH_LIFE_S, add_tokens
from marketplaces.simulators.pushing import sign_over_app

CLASSES = {
    "unpaid": "unpaid",
    **dict.fromkeys(("pending", "packed", "repacked", "topack", "toship"), "placed"),
    **dict.fromkeys(("ready_to_ship_pending", "ready_to_ship", "shipping", "shipped"), "placed"),
    **dict.fromkeys(("delivered", "confirmed"), "completed"),
    **dict.fromkeys(("canceled", "failed", "lost", "lost_by_3pl", "damaged_by_3pl"), "cancelled"),
    "returned": "returned",
}
WORDS = {
    "unpaid": "unpaid",
    "placed": "pending",
    "completed": "delivered",
    "cancelled": "canceled",
    "returned": "returned",
}
BAN = "Api access frequency exceeds the limit. this ban will last 1 seconds"


def blueprint(bench: Bench) -> Blueprint:
    """Lazada's real paths below ``/lazada``: both of its hosts, business and tokens."""
    lazada = Blueprint("lazada", __name__, url_prefix=PREFIX)
    for add in (add_tokens, add_orders, add_reverse, add_products, add_shelf):
        add(lazada, bench)
    add_consent(lazada, bench, "Lazada", CODE_LIFE_S)

    @lazada.errorhandler(LazadaError)
    def refuse(error: LazadaError) -> Response:
        return bad(error)

    @lazada.before_request
    def spoil_before() -> Response | None:
        return bench.faults.before(bad(LazadaError("ApiCallLimit", BAN)))

    @lazada.after_request
    def spoil_after(response: Response) -> Response:
        return bench.faults.after(response)

    return lazada


def push(bench: Bench, sale: Sale, url: str) -> Signed:
    """A push about the order's first row, signed over the application's key and the raw body."""
    data = {
        "order_status": sale.status,
        "trade_order_id": str(sale.id),
        "trade_order_line_id": f"{sale.lines[0].id}00001",
        "status_update_time": sale.updated_at,
        "buyer_id": 880012345,
    }
    message: dict[str, object] = {"seller_id": figure(sale.shop), "message_type": 0, "site": "lazada_vn"}
    message |= {"timestamp": bench.now() * 1000, "data": data}
    return sign_over_app(bench, sale, message)


def new_order_id(bench: Bench) -> str:
    """Fifteen digits, as Lazada's numbers look."""
    return str(bench.number("order", 417_000_000_000_001))


DIALECT = Dialect(
    market="lazada",
    label="Lazada",
    classes=CLASSES,
    words=WORDS,
    shelf={"on_sale": "Active", "off_sale": "InActive"},
    numbers={"shop": 200_165_001, "app": 100_132, "item": FIRST_SKU},
    access_life_s=ACCESS_LIFE_S,
    refresh_life_s=REFRESH_LIFE_S,
    new_secret=lambda: secrets.token_hex(16),
    new_order_id=new_order_id,
    push=push,
    blueprint=blueprint,
    changed=note_change,
    switches=SWITCHES,
)
