"""Codes and tokens: a code works once within half an hour; all numbers are told as text."""

from __future__ import annotations

from typing import Any

from marketplaces.simulators.alibaba.envelope import GatewayError
from marketplaces.simulators.alibaba.guard import admit_app, parameters
from marketplaces.simulators.alibaba.switches import chosen
from marketplaces.simulators.bench import App, Bench, Token
from marketplaces.simulators.granting import find_grant, spend

ACCESS_LIFE_S = 864_000
REFRESH_LIFE_S = 5_184_000
CODE_LIFE_S = 1_800


def from_code(bench: Bench) -> dict[str, Any]:
    """``/auth/token/create``."""
    code = _grant(bench, admit_app(bench), "code", "code", "InvalidCode")
    access, refresh = spend(bench, code, ACCESS_LIFE_S, REFRESH_LIFE_S)
    return _told(bench, access, refresh)


def from_refresh(bench: Bench) -> dict[str, Any]:
    """``/auth/token/refresh``; whether the refresh token changes is a switch."""
    old = _grant(bench, admit_app(bench), "refresh_token", "refresh", "IllegalRefreshToken")
    rotates = chosen(bench, "refresh_token")
    if rotates == "rotates":
        return _told(bench, *spend(bench, old, ACCESS_LIFE_S, REFRESH_LIFE_S))
    shop = bench.shop(old.shop)
    if shop is None:
        raise GatewayError("IllegalRefreshToken", "The specified refresh token is invalid or expired.")
    access = bench.mint("access", shop.id, old.app, ACCESS_LIFE_S)
    shop.access = access.id
    bench.save(shop)
    told = _told(bench, access, old)
    return told if rotates == "stays" else {name: told[name] for name in told if name != "refresh_token"}


def _grant(bench: Bench, app: App, name: str, kind: str, code: str) -> Token:
    found = find_grant(bench, parameters().get(name, ""), kind, app)
    if found is None:
        raise GatewayError(code, f"The specified {name} is invalid or expired.")
    return found


def _told(bench: Bench, access: Token, refresh: Token) -> dict[str, Any]:
    return {
        "access_token": access.id,
        "refresh_token": refresh.id,
        "expires_in": str(access.expires_at - bench.now()),
        "refresh_expires_in": str(refresh.expires_at - bench.now()),
        "account": "nguoi.ban.thu@example.vn",
        "account_id": f"7{access.shop}",
        "account_platform": "ICBU",
        "country": "VN",
        "user_info": {"user_id": access.shop, "seller_id": access.shop, "loginId": "vn_nguoi_mua"},
    }
