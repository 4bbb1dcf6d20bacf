"""Who may come in: application, signature and time, then the token, then the shop's cipher."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

from flask import request

from marketplaces.simulators.bench import App, Bench, Shop, Token
from marketplaces.simulators.tiktok.envelope import TikTokError, bad_parameter
from marketplaces.simulators.tiktok.switches import switched

PREFIX = "/tiktok"
OLDEST_S = 300
AHEAD_S = 30


def admit_shop(bench: Bench) -> Shop:
    """A call on behalf of a shop: the token's seller, and the cipher of its shop."""
    shop = admit_seller(bench, needs_cipher=True)
    if request.args["shop_cipher"] != cipher_of(shop):
        raise TikTokError(101000, "The shop_cipher does not match the access token.")
    return shop


def admit_seller(bench: Bench, *, needs_cipher: bool = False) -> Shop:
    """A call without a cipher, which is refused when it carries one."""
    token = _token(bench, _application(bench))
    if needs_cipher and not request.args.get("shop_cipher"):
        raise TikTokError(106013, "The shop_cipher is required.")
    if not needs_cipher and "shop_cipher" in request.args:
        raise bad_parameter("Unexpected identifier. The 'shop_cipher' is not expected in this call.")
    shop = bench.shop(token.shop)
    if shop is None:
        raise TikTokError(101000, "The seller has no shop.")
    return shop


def cipher_of(shop: Shop) -> str:
    """Made from the shop's number, so that it never needs to be kept."""
    digest = hashlib.sha256(f"cipher of {shop.id}".encode()).digest()
    return f"ROW_{base64.urlsafe_b64encode(digest[:18]).decode()}"


def json_body() -> dict[str, Any]:
    """The request's JSON object; no body is an empty one, and so is the empty list that PHP makes of one."""
    if not request.get_data():
        return {}
    body = request.get_json(silent=True)
    if body == []:
        return {}
    if not isinstance(body, dict):
        raise TikTokError(36009022, "The request body is not a JSON object.")
    return body


def _application(bench: Bench) -> App:
    app = bench.app(request.args.get("app_key", ""))
    if app is None:
        raise bad_parameter("Invalid `app_key`. It must be the key of an application.")
    got = request.args.get("sign", "")
    if not got:
        raise bad_parameter("Invalid `sign`. The query parameter is required.")
    expected = [_signature(app, body) for body in _signed_bodies(bench)]
    if not any(hmac.compare_digest(one.encode(), got.encode("utf-8", "replace")) for one in expected):
        raise TikTokError(106001, "Invalid credentials. The 'sign' query parameter is invalid.")
    stamp = request.args.get("timestamp", "")
    is_number = stamp.isascii() and stamp.isdigit() and len(stamp) < 12
    if not is_number or not -AHEAD_S <= bench.now() - int(stamp) <= OLDEST_S:
        raise bad_parameter("Invalid timestamp. It must be within 5 minutes of the time of the call.")
    return app


def _signature(app: App, body: bytes) -> str:
    """A repeated parameter counts once, with its first value."""
    named = {name: request.args[name] for name in request.args if name not in {"sign", "access_token"}}
    inner = request.path.removeprefix(PREFIX) + "".join(f"{name}{named[name]}" for name in sorted(named))
    wrapped = (
        app.secret.encode("utf-8") + inner.encode("utf-8", "replace") + body + app.secret.encode("utf-8")
    )
    return hmac.new(app.secret.encode("utf-8"), wrapped, hashlib.sha256).hexdigest()


def _signed_bodies(bench: Bench) -> list[bytes]:
    if request.method == "GET" or request.mimetype == "multipart/form-data":
        return [b""]
    body = request.get_data()
    is_lenient = body == b"{}" and switched(bench, "empty_body") == "lenient"
    return [body, b""] if is_lenient else [body]


def _token(bench: Bench, app: App) -> Token:
    token = bench.token(request.headers.get("x-tts-access-token", ""))
    if token is None or token.kind != "access" or token.app != app.id:
        raise bad_parameter("The `x-tts-access-token` header is invalid.")
    if bench.faults.strike("expired"):
        token.dead = True
        bench.save(token)
    if token.dead or token.expires_at <= bench.now():
        raise TikTokError(105002, "Expired credentials. The access token has expired.")
    return token
