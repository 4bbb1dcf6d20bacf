"""Calls to the simulated TikTok Shop by hand, signed as its reference says, to find out whom it refuses."""

import hashlib
import hmac
import json
from typing import Any

import requests

from tests.marketplaces.stalls import SimulatedStall, now

SHOPS = "/authorization/202309/shops"
SEARCH = "/order/202309/orders/search"


def signature(secret: str, path: str, query: dict[str, str], body: bytes) -> str:
    inner = "".join(f"{name}{query[name]}" for name in sorted(query) if name not in {"sign", "access_token"})
    wrapped = secret.encode() + path.encode() + inner.encode() + body + secret.encode()
    return hmac.new(secret.encode(), wrapped, hashlib.sha256).hexdigest()


def cipher(stall: SimulatedStall) -> str:
    told = call(stall, "GET", SHOPS, has_cipher=False)
    return str(told["data"]["shops"][0]["cipher"])


def call(
    stall: SimulatedStall,
    method: str,
    path: str,
    body: Any = None,
    *,
    has_cipher: bool = True,
    query: dict[str, str] | None = None,
    changed: dict[str, str] | None = None,
    sent: bytes | None = None,
    token: str = "",
) -> dict[str, Any]:
    """The answer to a signed call; ``changed`` alters the query and ``sent`` the body after signing."""
    content = b"" if body is None else json.dumps(body, separators=(",", ":")).encode()
    asked = {"app_key": stall.market.app_id, "timestamp": str(int(now().timestamp())), **(query or {})}
    if has_cipher:
        asked["shop_cipher"] = cipher(stall)
    asked["sign"] = signature(stall.market.secret, path, asked, content)
    answer = requests.request(
        method,
        f"{stall.address}/tiktok{path}",
        params={**asked, **(changed or {})},
        data=content if sent is None else sent,
        headers={
            "x-tts-access-token": token or stall.credentials.access_token,
            "Content-Type": "application/json",
        },
        timeout=120,
    )
    return {"status": answer.status_code, **answer.json()}
