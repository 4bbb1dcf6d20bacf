"""Codes and tokens: a code works once within ten minutes, a refresh token once within thirty days."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from marketplaces.simulators.bench import App, Bench, Token
from marketplaces.simulators.granting import find_grant, spend
from marketplaces.simulators.shopee.envelope import ShopeeError, good_session
from marketplaces.simulators.shopee.guard import DENIED, admit_public

ACCESS_LIFE_S = 14_400
REFRESH_LIFE_S = 30 * 86_400


def add_tokens(blueprint: Blueprint, bench: Bench) -> None:
    """The two calls that give tokens out."""

    @blueprint.post("/api/v2/auth/token/get")
    def from_code() -> Response:
        with bench.work():
            app, body = admit_public(bench), json_body()
            shop = _shop_id(app, body)
            code = find_grant(bench, str(body.get("code", "")), "code", app, shop)
            if code is None:
                raise ShopeeError("invalid_code", "Invalid code.", DENIED)
            return good_session({**_new_pair(bench, code), "shop_id_list": [int(shop)]})

    @blueprint.post("/api/v2/auth/access_token/get")
    def from_refresh() -> Response:
        with bench.work():
            app, body = admit_public(bench), json_body()
            shop = _shop_id(app, body)
            old = find_grant(bench, str(body.get("refresh_token", "")), "refresh", app, shop)
            if old is None:
                raise ShopeeError("error_shop_refresh_token", "Invalid refresh_token.", DENIED)
            pair = _new_pair(bench, old)
            return good_session({"partner_id": int(app.id), "shop_id": int(shop), **pair})


def json_body() -> dict[str, Any]:
    """The request's JSON object."""
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise ShopeeError("error_param", "The request body is not a JSON object.")
    return body


def _shop_id(app: App, body: dict[str, Any]) -> str:
    """Numbers must come as numbers."""
    partner, shop = body.get("partner_id"), body.get("shop_id")
    if type(partner) is not int or type(shop) is not int:
        raise ShopeeError("error_param", "partner_id and shop_id must be integers.")
    if str(partner) != app.id:
        raise ShopeeError("error_auth", "Invalid partner_id or shopid.", DENIED)
    return str(shop)


def _new_pair(bench: Bench, spent: Token) -> dict[str, Any]:
    access, refresh = spend(bench, spent, ACCESS_LIFE_S, REFRESH_LIFE_S)
    return {"access_token": access.id, "refresh_token": refresh.id, "expire_in": ACCESS_LIFE_S}
