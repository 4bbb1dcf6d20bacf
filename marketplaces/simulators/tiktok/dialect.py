"""TikTok Shop as one simulator."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets

from flask import Blueprint, Response

from marketplaces.simulators.bench import Bench, Sale
from marketplaces.simulators.dialect import Dialect, Signed
from marketplaces.simulators.tiktok.aftersales import add_aftersales
from marketplaces.simulators.tiktok.consent import add_consent
from marketplaces.simulators.tiktok.diary import CANCELLED, RETURNED, note_change, order_word
from marketplaces.simulators.tiktok.envelope import TikTokError, bad
from marketplaces.simulators.tiktok.guard import PREFIX
from marketplaces.simulators.tiktok.orders import add_orders
from marketplaces.simulators.tiktok.products import add_products
from marketplaces.simulators.tiktok.routes import add_unknown
from marketplaces.simulators.tiktok.shelf import FIRST_ITEM, OFF, add_shelf
from marketplaces.simulators.tiktok.subscriptions import add_subscriptions
from marketplaces.simulators.tiktok.switches import SWITCHES
from marketplaces.simulators.tiktok.tokens import ACCESS_LIFE_S, REFRESH_LIFE_S, add_tokens

CLASSES = {
    "UNPAID": "unpaid",
    "ON_HOLD": "placed",
    "AWAITING_SHIPMENT": "placed",
    "PARTIALLY_SHIPPING": "placed",
    "AWAITING_COLLECTION": "placed",
    "IN_TRANSIT": "placed",
    "DELIVERED": "placed",
    "COMPLETED": "completed",
    CANCELLED: "cancelled",
    RETURNED: "returned",
}
WORDS = {
    "unpaid": "UNPAID",
    "placed": "AWAITING_SHIPMENT",
    "completed": "COMPLETED",
    "cancelled": CANCELLED,
    "returned": RETURNED,
}
PUSHED = {CANCELLED: "CANCEL"}
"""Pushes spell some words otherwise."""


def blueprint(bench: Bench) -> Blueprint:
    """TikTok's real paths below ``/tiktok``, those of the tokens' host among them."""
    tiktok = Blueprint("tiktok", __name__, url_prefix=PREFIX)
    adding = (add_tokens, add_consent, add_orders, add_aftersales, add_products, add_shelf, add_subscriptions)
    for add in adding:
        add(tiktok, bench)
    add_unknown(tiktok)

    @tiktok.errorhandler(TikTokError)
    def refuse(error: TikTokError) -> Response:
        return bad(error)

    @tiktok.before_request
    def spoil_before() -> Response | None:
        return bench.faults.before(bad(TikTokError(36009002, "Too many requests.")))

    @tiktok.after_request
    def spoil_after(response: Response) -> Response:
        return bench.faults.after(response)

    return tiktok


def push(bench: Bench, sale: Sale, url: str) -> Signed:
    """An order push: type 1, signed over the application's key and the raw body."""
    word = order_word(sale)
    data = {
        "order_id": sale.id,
        "order_status": PUSHED.get(word, word),
        "is_on_hold_order": word == "ON_HOLD",
    }
    message = {
        "type": 1,
        "tts_notification_id": str(bench.number("push", 7_327_112_393_057_371_910)),
        "shop_id": sale.shop,
        "timestamp": bench.now(),
        "data": {**data, "update_time": sale.updated_at},
    }
    body = json.dumps(message, separators=(",", ":")).encode()
    shop = bench.shop(sale.shop)
    app = bench.app(shop.app) if shop else None
    key = (app.push_secret or app.secret) if app else ""
    signed = (app.id if app else "").encode() + body
    return {"Authorization": hmac.new(key.encode(), signed, hashlib.sha256).hexdigest()}, body


def new_order_id(bench: Bench) -> str:
    """Eighteen digits, as TikTok's numbers look."""
    return str(bench.number("order", 576_486_316_948_490_001))


DIALECT = Dialect(
    market="tiktok",
    label="TikTok Shop",
    classes=CLASSES,
    words=WORDS,
    shelf={"on_sale": "ACTIVATE", "off_sale": OFF},
    numbers={"shop": 7_494_049_642_642_441_621, "app": 6_850_000_001, "item": FIRST_ITEM},
    access_life_s=ACCESS_LIFE_S,
    refresh_life_s=REFRESH_LIFE_S,
    new_secret=lambda: secrets.token_hex(20),
    new_order_id=new_order_id,
    push=push,
    blueprint=blueprint,
    changed=note_change,
    switches=SWITCHES,
)
