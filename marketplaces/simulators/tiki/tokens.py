"""Tokens for the application's own keys: there is no refresh token, one asks again."""

from __future__ import annotations

import base64
import binascii
import hmac

from flask import Blueprint, Response, jsonify, request

from marketplaces.simulators.bench import App, Bench, Shop
from marketplaces.simulators.tiki.envelope import OAuthError

ACCESS_LIFE_S = 3_600


def add_tokens(blueprint: Blueprint, bench: Bench) -> None:
    """The token server."""

    @blueprint.post("/sc/oauth2/token")
    def give_token() -> Response:
        with bench.work():
            app = _client(bench)
            grant = request.form.get("grant_type", "")
            if grant != "client_credentials":
                raise OAuthError(400, "unsupported_grant_type", f"The grant {grant!r} is not supported.")
            shop = _seller_of(bench, app)
            token = bench.mint("access", shop.id, app.id, ACCESS_LIFE_S)
            shop.access = token.id
            bench.save(shop)
        return jsonify(access_token=token.id, expires_in=ACCESS_LIFE_S, scope="", token_type="bearer")  # noqa: S106


def _client(bench: Bench) -> App:
    """The application, by a Basic header or by its id and secret in the form."""
    name, secret = _basic() or (request.form.get("client_id", ""), request.form.get("client_secret", ""))
    app = bench.app(name)
    if app is None or not hmac.compare_digest(app.secret.encode(), secret.encode("utf-8", "replace")):
        raise OAuthError(401, "invalid_client", "Client authentication failed.")
    return app


def _basic() -> tuple[str, str] | None:
    scheme, _, coded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(coded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise OAuthError(401, "invalid_client", "The Basic header is not readable.") from None
    return name, secret


def _seller_of(bench: Bench, app: App) -> Shop:
    """An in-house application belongs to one seller."""
    shops = [shop for shop in bench.shops() if shop.app == app.id]
    if len(shops) != 1:
        raise OAuthError(401, "invalid_client", f"The application is linked to {len(shops)} sellers.")
    return shops[0]
