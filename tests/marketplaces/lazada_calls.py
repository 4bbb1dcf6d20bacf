"""Calls to the simulated Lazada, signed by hand as its guide says; and requests public clients sent."""

import hmac
import json
from pathlib import Path
from typing import Any

import requests

from marketplaces.wire import Call, Raw, Timeouts
from tests.marketplaces.malformed.sample import JSON
from tests.marketplaces.stalls import SimulatedStall, box, now

VECTORS = json.loads((Path(__file__).parent / "data" / "lazada_vectors.json").read_text())
SECRET = "lazada-made-up"


def signed(api: str, given: dict[str, Any], key: str = SECRET) -> dict[str, str]:
    """The parameters with their signature."""
    text = {name: str(value) for name, value in given.items()}
    base = api + "".join(name + text[name] for name in sorted(text))
    return {**text, "sign": hmac.new(key.encode(), base.encode(), "sha256").hexdigest().upper()}


def system(lazada: SimulatedStall, late_s: float = 0) -> dict[str, Any]:
    """The parameters every call of the shop carries."""
    at = int((now().timestamp() - late_s) * 1000)
    return {
        "app_key": lazada.market.app_id,
        "sign_method": "sha256",
        "timestamp": at,
        "access_token": lazada.credentials.access_token,
    }


def ask(lazada: SimulatedStall, api: str = "/orders/get", key: str = SECRET, **given: Any) -> Any:
    """A reading call; None takes a parameter away, ``sign`` replaces the signature."""
    window = {"update_after": "2026-01-01T00:00:00+07:00"} if api == "/orders/get" else {}
    told = {**system(lazada), **window, **given}
    sign = told.pop("sign", None)
    query = signed(api, {name: value for name, value in told.items() if value is not None}, key)
    if sign is not None:
        query["sign"] = sign(query["sign"]) if callable(sign) else sign
    return requests.get(f"{lazada.address}/lazada/rest{api}", params=query, timeout=120)


def published(lazada: SimulatedStall) -> str:
    [result] = lazada.shop().publish([box()])
    return result.ext_listing_id


class Answering:
    """A transport that keeps what is sent and answers from a list, the last answer for ever."""

    def __init__(self, *answers: Any) -> None:
        self.calls: list[Call] = []
        self.answers = list(answers)

    def send(self, call: Call, timeouts: Timeouts, deadline: float) -> Raw:
        self.calls.append(call)
        data = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        body = json.dumps({"code": "0", "data": data}).encode()
        return Raw(200, {"Content-Type": JSON}, body)
