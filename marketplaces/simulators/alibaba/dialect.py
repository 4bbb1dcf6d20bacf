"""Alibaba.com as one simulator."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from flask import Blueprint, Response

from marketplaces.simulators.alibaba.door import add_door
from marketplaces.simulators.alibaba.envelope import GatewayError, bad
from marketplaces.simulators.alibaba.guard import PREFIX
from marketplaces.simulators.alibaba.products import FIRST_PRODUCT
from marketplaces.simulators.alibaba.switches import SWITCHES
from marketplaces.simulators.alibaba.tokens import ACCESS_LIFE_S, CODE_LIFE_S, REFRESH_LIFE_S
from marketplaces.simulators.bench import Bench, Sale
from marketplaces.simulators.consenting import add_consent
from marketplaces.simulators.dialect import Dialect, Signed
from marketplaces.simulators.pushing import sign_over_app

CLASSES = {
    **dict.fromkeys(("to_be_audited", "unpay", "paying"), "unpaid"),
    **dict.fromkeys(("paid", "captured", "undeliver", "wait_seller_send", "delivering"), "placed"),
    **dict.fromkeys(("wait_confirm_receipt", "frozen"), "placed"),
    "trade_success": "completed",
    **dict.fromkeys(("trade_close", "trade_closed", "cancel"), "cancelled"),
    "charge_back": "returned",
}
WORDS = {
    "unpaid": "unpay",
    "placed": "undeliver",
    "completed": "trade_success",
    "cancelled": "trade_close",
    "returned": "charge_back",
}
BAN = "Api access frequency exceeds the limit. this ban will last 1 seconds"


def blueprint(bench: Bench) -> Blueprint:
    """The API's host and the consent page's host, both below ``/alibaba``."""
    alibaba = Blueprint("alibaba", __name__, url_prefix=PREFIX)
    add_door(alibaba, bench)
    add_consent(alibaba, bench, "Alibaba.com", CODE_LIFE_S)

    @alibaba.before_request
    def spoil_before() -> Response | None:
        return bench.faults.before(bad(GatewayError("ApiCallLimit", BAN)))

    @alibaba.after_request
    def spoil_after(response: Response) -> Response:
        return bench.faults.after(response)

    return alibaba


def push(bench: Bench, sale: Sale, url: str) -> Signed:
    """ICBU ORDER SYNC MESSAGE, signed over the application's key and the raw body."""
    changed = datetime.fromtimestamp(sale.updated_at, UTC).strftime("%Y-%m-%d %H:%M:%S")
    data = {"trade_id_str": sale.id, "status": sale.status, "status_update_time": changed}
    message: dict[str, object] = {"seller_id": sale.shop, "message_type": 3, "data": data}
    message |= {"timestamp": bench.now(), "site": "icbu_global"}
    return sign_over_app(bench, sale, message)


def new_order_id(bench: Bench) -> str:
    """Eighteen digits, more than a number of JavaScript holds."""
    return str(bench.number("order", 271_207_727_001_028_001))


DIALECT = Dialect(
    market="alibaba",
    label="Alibaba.com",
    classes=CLASSES,
    words=WORDS,
    shelf={"on_sale": "online", "off_sale": "offline"},
    numbers={"shop": 200_042_360, "app": 500_000, "item": FIRST_PRODUCT},
    access_life_s=ACCESS_LIFE_S,
    refresh_life_s=REFRESH_LIFE_S,
    new_secret=lambda: secrets.token_hex(16),
    new_order_id=new_order_id,
    push=push,
    blueprint=blueprint,
    switches=SWITCHES,
)
