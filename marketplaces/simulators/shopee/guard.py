"""Who may come in: five checks in Shopee's order, each with Shopee's own refusal."""

from __future__ import annotations

import hashlib
import hmac

from flask import request

from marketplaces.simulators.bench import App, Bench, Shop
from marketplaces.simulators.shopee.envelope import ShopeeError

PREFIX = "/shopee"
SKEW_S = 300
DENIED = 403


def admit_public(bench: Bench) -> App:
    """Application, time and signature are right."""
    return _application(bench, token="", shop="")


def admit_shop(bench: Bench) -> Shop:
    """Besides, the token is alive and belongs to this shop and application."""
    token, shop = _query("access_token"), _query("shop_id")
    app = _application(bench, token, shop)
    return _shop_of(bench, app, token, shop)


def admit_either(bench: Bench) -> None:
    """Uploads are public by the reference, yet common clients sign them for the shop."""
    if "access_token" in request.args and "shop_id" in request.args:
        admit_shop(bench)
    else:
        admit_public(bench)


def _application(bench: Bench, token: str, shop: str) -> App:
    partner, stamp, signature = _query("partner_id"), _query("timestamp"), _query("sign")
    _check_time(bench, stamp)
    app = bench.app(partner)
    if app is None:
        raise ShopeeError("error_auth", "Invalid partner_id or shopid.", DENIED)
    base = "".join((partner, request.path.removeprefix(PREFIX), stamp, token, shop))
    expected = hmac.new(app.secret.encode("utf-8"), base.encode("utf-8"), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace")):
        raise ShopeeError("error_sign", "Wrong sign.", DENIED)
    return app


def _query(name: str) -> str:
    value = request.args.get(name, "")
    if not value:
        raise ShopeeError("error_param", f"There is no {name} in query.", DENIED)
    return value


def _check_time(bench: Bench, stamp: str) -> None:
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 12):
        raise ShopeeError("error_param", "Invalid timestamp", DENIED)
    if abs(bench.now() - int(stamp)) > SKEW_S:
        raise ShopeeError("error_param", "Timestamp is expired.", DENIED)


def _shop_of(bench: Bench, app: App, text: str, shop_id: str) -> Shop:
    token = bench.token(text)
    if token and token.kind == "access" and bench.faults.strike("expired"):
        token.dead = True
        bench.save(token)
    if token is None or token.kind != "access" or token.dead or token.expires_at <= bench.now():
        raise ShopeeError("invalid_acceess_token", "Invalid access_token.", DENIED)
    shop = bench.shop(shop_id)
    if shop is None or token.shop != shop_id or token.app != app.id:
        raise ShopeeError("error_auth", "Invalid partner_id or shopid.", DENIED)
    return shop
