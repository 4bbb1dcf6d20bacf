"""Calls to the simulated Alibaba.com, signed by hand as its guide says, in every shape public clients use."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from tests.marketplaces.stalls import SimulatedStall, new_box, now

SECRET = "alibaba-made-up"


def published(alibaba: SimulatedStall, **changes: Any) -> str:
    [result] = alibaba.shop().publish([new_box(alibaba, **changes)])
    assert result.outcome == "done", result
    return result.ext_listing_id


def system(alibaba: SimulatedStall, **given: str) -> dict[str, str]:
    stamp = str(int(now().timestamp()) * 1000)
    own = {"app_key": alibaba.market.app_id, "sign_method": "sha256", "timestamp": stamp}
    return {**own, **given}


def pairs(given: dict[str, str]) -> str:
    return "".join(name + given[name] for name in sorted(given))


def with_sign(given: dict[str, str], api: str = "", key: str = SECRET) -> dict[str, str]:
    base = (api if "/" in api else "") + pairs(given)
    return {**given, "sign": hmac.new(key.encode(), base.encode(), "sha256").hexdigest().upper()}


def with_md5(given: dict[str, str], key: str = SECRET) -> dict[str, str]:
    return {**given, "sign": hashlib.md5((key + pairs(given) + key).encode()).hexdigest().upper()}


def beijing() -> str:
    return (datetime.now(UTC) + timedelta(hours=8)).strftime("%Y-%m-%d %H:%M:%S")


def ask(alibaba: SimulatedStall, place: str, **sent: Any) -> Any:
    """POST ``data`` or GET ``params`` below the simulator."""
    verb = "POST" if "data" in sent else "GET"
    answer = requests.request(verb, f"{alibaba.address}/alibaba{place}", timeout=120, **sent)
    return answer.json()
