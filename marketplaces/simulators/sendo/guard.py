"""Who may come in: the shop's last token, for eight hours."""

from __future__ import annotations

from typing import Any

from flask import request

from marketplaces.simulators.bench import Bench, Shop
from marketplaces.simulators.sendo.envelope import ExpiredError, SendoError

PREFIX = "/sendo"


def admit(bench: Bench) -> Shop:
    """The shop this call is for."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    token = bench.token(text) if scheme.lower() == "bearer" else None
    if token is None or token.kind != "access":
        raise SendoError(401, "Unauthorized")
    if bench.faults.strike("expired"):
        token.dead = True
        bench.save(token)
    shop = bench.shop(token.shop)
    if shop is None or token.dead or token.expires_at <= bench.now():
        raise ExpiredError
    return shop


def json_body() -> Any:
    """The request's JSON."""
    body = request.get_json(silent=True)
    if body is None:
        raise SendoError(400, "The request body is not JSON")
    return body


def json_object() -> dict[str, Any]:
    """The request's JSON object."""
    body = json_body()
    if not isinstance(body, dict):
        raise SendoError(400, "The request body is not a JSON object")
    return body
