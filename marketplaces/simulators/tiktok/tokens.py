"""Codes and tokens, at paths that are unsigned and carry the secret: a code works once within half an hour.

A renewal gives a new refresh token and ends the old one; whether TikTok does is not known.
"""

from __future__ import annotations

from flask import Blueprint, Response, request

from marketplaces.simulators.bench import App, Bench, Token
from marketplaces.simulators.granting import find_grant, spend
from marketplaces.simulators.tiktok.envelope import TikTokError, bad_parameter, good

ACCESS_LIFE_S = 604_800
REFRESH_LIFE_S = 99 * 365 * 86_400
"""Live answers name a day some 99 years away."""


def add_tokens(blueprint: Blueprint, bench: Bench) -> None:
    """The two calls that give tokens out."""

    @blueprint.get("/api/v2/token/get")
    def from_code() -> Response:
        with bench.work():
            app = _application(bench, "authorized_code")
            code = find_grant(bench, request.args.get("auth_code", ""), "code", app)
            if code is None:
                raise TikTokError(36004004, "Invalid auth code.")
            return _new_pair(bench, code)

    @blueprint.get("/api/v2/token/refresh")
    def from_refresh() -> Response:
        with bench.work():
            app = _application(bench, "refresh_token")
            old = find_grant(bench, request.args.get("refresh_token", ""), "refresh", app)
            if old is None:
                raise TikTokError(98001006, "The refresh token is invalid.")
            return _new_pair(bench, old)


def _application(bench: Bench, grant: str) -> App:
    app = bench.app(request.args.get("app_key", ""))
    if app is None or request.args.get("app_secret") != app.secret:
        raise bad_parameter("Invalid `app_key` or app_secret.")
    if request.args.get("grant_type") != grant:
        raise TikTokError(98001004, "Invalid grant_type.")
    return app


def _new_pair(bench: Bench, spent: Token) -> Response:
    access, refresh = spend(bench, spent, ACCESS_LIFE_S, REFRESH_LIFE_S)
    shop = bench.shop(spent.shop)
    return good(
        {
            "access_token": access.id,
            "access_token_expire_in": access.expires_at,
            "refresh_token": refresh.id,
            "refresh_token_expire_in": refresh.expires_at,
            "open_id": f"open-{spent.shop}",
            "seller_name": shop.name if shop else "",
            "seller_base_region": "VN",
            "user_type": 0,
            "granted_scopes": ["seller.order.info", "seller.product.basic", "seller.return_refund.basic"],
        }
    )
