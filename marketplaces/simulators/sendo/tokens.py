"""Logging in with the shop's two keys: each new token makes the ones before it useless."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets

from flask import Blueprint, Response

from marketplaces.simulators.bench import App, Bench, Shop
from marketplaces.simulators.sendo.envelope import SendoError, good
from marketplaces.simulators.sendo.guard import json_object

ACCESS_LIFE_S = 8 * 3_600


def add_tokens(blueprint: Blueprint, bench: Bench) -> None:
    """The one call that takes keys."""

    @blueprint.post("/login")
    def login() -> Response:
        body = json_object()
        with bench.work():
            app = bench.app(str(body.get("shop_key", "")))
            told = str(body.get("secret_key", "")).encode("utf-8", "replace")
            shops = [shop for shop in bench.shops() if app and shop.app == app.id]
            if app is None or len(shops) != 1 or not hmac.compare_digest(app.secret.encode(), told):
                raise SendoError(400, "shop_key or secret_key is incorrect")
            return good({"token": _new_token(bench, app, shops[0])})


def _new_token(bench: Bench, app: App, shop: Shop) -> str:
    old = bench.token(shop.access)
    if old is not None:
        old.dead = True
        bench.save(old)
    text = jwt(app, shop, bench.now() + ACCESS_LIFE_S)
    shop.access = bench.mint("access", shop.id, app.id, ACCESS_LIFE_S, text).id
    bench.save(shop)
    return text


def jwt(app: App, shop: Shop, expires_at: int) -> str:
    """A token as Sendo's look: the number of the shop and the end of its life can be read in it."""
    claims = {
        "StoreId": shop.id,
        "UserName": "",
        "StoreStatus": "2",
        "ShopType": "1",
        "exp": expires_at,
        "iss": shop.id,
        "aud": shop.id,
        "jti": secrets.token_hex(8),
    }
    parts = [_coded({"alg": "HS256", "typ": "JWT"}), _coded(claims)]
    signature = hmac.new(app.secret.encode(), ".".join(parts).encode(), hashlib.sha256).digest()
    return ".".join([*parts, base64.urlsafe_b64encode(signature).decode().rstrip("=")])


def _coded(claims: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
