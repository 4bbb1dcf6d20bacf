"""Codes and tokens: a code works once within half an hour; a renewed refresh token lives no longer."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from marketplaces.simulators.bench import Bench, Token
from marketplaces.simulators.granting import find_grant, spend
from marketplaces.simulators.lazada.envelope import LazadaError, figure, good_session
from marketplaces.simulators.lazada.guard import admit_app, parameters

ACCESS_LIFE_S = 30 * 86_400  # of an application that is Online; 7 days while it is in Test
REFRESH_LIFE_S = 180 * 86_400
CODE_LIFE_S = 1_800
METHODS = ["GET", "POST"]


def add_tokens(blueprint: Blueprint, bench: Bench) -> None:
    """The two calls that give tokens out."""

    @blueprint.route("/rest/auth/token/create", methods=METHODS)
    def from_code() -> Response:
        with bench.work():
            app = admit_app(bench)
            code = find_grant(bench, parameters().get("code", ""), "code", app)
            if code is None:
                raise LazadaError("InvalidCode", "Invalid authorization code")
            return good_session(_pair(bench, code, REFRESH_LIFE_S, "country_user_info"))

    @blueprint.route("/rest/auth/token/refresh", methods=METHODS)
    def from_refresh() -> Response:
        with bench.work():
            app = admit_app(bench)
            old = find_grant(bench, parameters().get("refresh_token", ""), "refresh", app)
            if old is None:
                raise LazadaError("IllegalRefreshToken", "The specified refresh token is invalid or expired")
            pair = _pair(bench, old, old.expires_at - bench.now(), "country_user_info_list")
            # the definition of this call writes its numbers as text
            return good_session(
                pair | {name: str(pair[name]) for name in ("expires_in", "refresh_expires_in")}
            )


def _pair(bench: Bench, grant: Token, refresh_life_s: int, sellers: str) -> dict[str, Any]:
    access, refresh = spend(bench, grant, ACCESS_LIFE_S, refresh_life_s)
    shop = figure(grant.shop)
    return {
        "access_token": access.id,
        "refresh_token": refresh.id,
        "expires_in": ACCESS_LIFE_S,
        "refresh_expires_in": refresh_life_s,
        "country": "vn",
        "account": "nguoi.ban.thu@example.vn",
        "account_id": f"7{grant.shop}",
        "account_platform": "seller_center",
        sellers: [{"country": "vn", "seller_id": shop, "user_id": shop, "short_code": f"VN{grant.shop}"}],
    }
