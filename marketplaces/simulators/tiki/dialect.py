"""Tiki as one simulator."""

from __future__ import annotations

import secrets

from flask import Blueprint, Response

from marketplaces.simulators.bench import Bench
from marketplaces.simulators.dialect import Dialect
from marketplaces.simulators.tiki.envelope import OAuthError, TikiError, bad, no_token
from marketplaces.simulators.tiki.guard import PREFIX
from marketplaces.simulators.tiki.orders import add_orders
from marketplaces.simulators.tiki.products import add_products
from marketplaces.simulators.tiki.queues import add_queues, tell
from marketplaces.simulators.tiki.requests import add_requests
from marketplaces.simulators.tiki.shelf import add_shelf
from marketplaces.simulators.tiki.tokens import ACCESS_LIFE_S, add_tokens
from marketplaces.simulators.tiki.wares import FIRST_ITEM

CLASSES = {
    "queueing": "placed",
    "waiting_payment": "unpaid",
    "payment_review": "unpaid",
    "paid": "placed",
    "processing": "placed",
    "picking": "placed",
    "packaging": "placed",
    "finished_packing": "placed",
    "ready_to_ship": "placed",
    "handover_to_partner": "placed",
    "shipping": "placed",
    "delivered": "placed",
    "successful_delivery": "placed",
    "holded": "placed",
    "complete": "completed",
    "closed": "completed",
    "canceled": "cancelled",
    "returned": "returned",
}
WORDS = {
    "unpaid": "waiting_payment",
    "placed": "queueing",
    "completed": "complete",
    "cancelled": "canceled",
    "returned": "returned",
}


def blueprint(bench: Bench) -> Blueprint:
    """Tiki's real paths below ``/tiki``."""
    tiki = Blueprint("tiki", __name__, url_prefix=PREFIX)
    for add in (add_tokens, add_orders, add_products, add_shelf, add_requests, add_queues):
        add(tiki, bench)

    @tiki.errorhandler(TikiError)
    def refuse(error: TikiError) -> Response:
        return bad(error)

    @tiki.errorhandler(OAuthError)
    def refuse_token(error: OAuthError) -> Response:
        return no_token(error)

    @tiki.before_request
    def spoil_before() -> Response | None:
        return bench.faults.before(bad(TikiError(429, "Too many requests")))

    @tiki.after_request
    def spoil_after(response: Response) -> Response:
        return bench.faults.after(response)

    return tiki


def new_order_id(bench: Bench) -> str:
    """Nine digits, as Tiki's codes look."""
    return str(bench.number("order", 613_795_703))


DIALECT = Dialect(
    market="tiki",
    label="Tiki",
    classes=CLASSES,
    words=WORDS,
    shelf={"on_sale": "1", "off_sale": "0"},
    numbers={"shop": 5_678, "app": 7_590_139_168_389_961, "item": FIRST_ITEM},
    access_life_s=ACCESS_LIFE_S,
    refresh_life_s=ACCESS_LIFE_S,
    new_secret=lambda: secrets.token_urlsafe(24),
    new_order_id=new_order_id,
    push=None,
    blueprint=blueprint,
    changed=tell,
)
