"""Accounts, and the two logins: with name and password for a short token, with that for a long one."""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from typing import Any

from flask import Blueprint, Response, request

from marketplaces.simulators.bench import Bench
from marketplaces.simulators.store import Body
from marketplaces.simulators.viettelpost.envelope import VtpError, good

SHORT_LIFE_S = 86_400
LONG_LIFE_S = 1_000 * 86_400


def add_accounts(blueprint: Blueprint, bench: Bench) -> None:
    """The calls that take a password; the letters' case of their paths varies among clients."""

    @blueprint.post("/v2/user/Login")
    @blueprint.post("/v2/user/login")
    def login() -> Response:
        account = _known(bench, json_object())
        return good(_token(bench, account, "short", SHORT_LIFE_S))

    @blueprint.post("/v2/user/ownerconnect")
    @blueprint.post("/v2/user/ownerConnect")
    def owner() -> Response:
        account = _known(bench, json_object())
        if admit(bench, kinds=("short", "long"))["username"] != account["username"]:
            raise VtpError(401, "Token invalid")
        return good(_token(bench, account, "long", LONG_LIFE_S))


def _known(bench: Bench, body: dict[str, Any]) -> Body:
    account = bench.note("account", str(body.get("USERNAME", "")))
    told = str(body.get("PASSWORD", "")).encode("utf-8", "replace")
    if account is None or not hmac.compare_digest(account["password"].encode(), told):
        raise VtpError(201, "Tài khoản hoặc mật khẩu không đúng")
    return account


def _token(bench: Bench, account: Body, kind: str, life_s: int) -> dict[str, object]:
    expires_at = bench.now() + life_s
    text = jwt(account["username"], expires_at)
    bench.mint(kind, account["username"], "", life_s, text)
    account[kind] = text
    bench.keep("account", account["username"], account)
    return {
        "userId": 1,
        "token": text,
        "partner": 1,
        "phone": account["username"],
        "expired": expires_at * 1000,
    }


def jwt(username: str, expires_at: int) -> str:
    """A token as ViettelPost's look; nobody here can sign as they do."""
    parts = ({"alg": "ES256"}, {"sub": username, "exp": expires_at, "jti": secrets.token_hex(8)})
    coded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*coded, secrets.token_urlsafe(48)])


def admit(bench: Bench, kinds: tuple[str, ...] = ("long",)) -> Body:
    """The account of the token this call came with."""
    token = bench.token(request.headers.get("Token", ""))
    if token is not None and bench.faults.strike("expired"):
        token.dead = True
        bench.save(token)
    if token is None or token.kind not in kinds or token.dead or token.expires_at <= bench.now():
        raise VtpError(401, "Token invalid")
    account = bench.note("account", token.shop)
    if account is None:
        raise VtpError(401, "Token invalid")
    return account


def json_object() -> dict[str, Any]:
    """The request's JSON object."""
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise VtpError(400, "Dữ liệu không hợp lệ")
    return body
