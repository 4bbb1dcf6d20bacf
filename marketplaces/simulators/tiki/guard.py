"""Who may come in: nothing is signed, the bearer token says which seller is meant."""

from __future__ import annotations

from typing import Any

from flask import request

from marketplaces.simulators.bench import Bench, Shop
from marketplaces.simulators.tiki.envelope import TikiError

PREFIX = "/tiki"


def admit(bench: Bench) -> Shop:
    """The seller this call is for."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not text:
        raise TikiError(401, "Unauthorized")
    token = bench.token(text)
    if token and token.kind == "access" and bench.faults.strike("expired"):
        token.dead = True
        bench.save(token)
    if token is None or token.kind != "access" or token.dead or token.expires_at <= bench.now():
        raise TikiError(401, "Access token is invalid or expired")
    shop = bench.shop(token.shop)
    if shop is None or token.app != shop.app:
        raise TikiError(401, "Application is not linked to a seller")
    return shop


def json_body() -> dict[str, Any]:
    """The request's JSON object."""
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise TikiError(422, "The request body is not a JSON object")
    return body


def page_asked(most: int) -> tuple[int, int]:
    """``page`` counted from 1, and ``limit`` (20 unless said)."""
    numbers = []
    for name, default, largest in (("page", "1", 1_000_000), ("limit", "20", most)):
        text = request.args.get(name, default)
        if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= largest):
            raise TikiError(400, f"{name} must be from 1 to {largest}")
        numbers.append(int(text))
    return numbers[0], numbers[1]


def paging(total: int, page: int, limit: int) -> dict[str, int]:
    """The block beside every list; ``last_page`` of an empty one is 0."""
    start = (page - 1) * limit
    return {
        "total": total,
        "current_page": page,
        "per_page": limit,
        "last_page": -(-total // limit),
        "from": start,
        "to": min(total, start + limit),
    }
