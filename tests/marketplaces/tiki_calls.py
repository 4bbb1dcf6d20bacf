"""Calls to the simulated Tiki made by hand."""

import base64
from collections import Counter
from typing import Any

import requests

from tests.marketplaces.stalls import SimulatedStall, new_box


def published(tiki: SimulatedStall) -> str:
    [result] = tiki.shop().publish([new_box(tiki)])
    assert result.outcome == "done"
    return result.ext_listing_id


def paths(tiki: SimulatedStall) -> Counter[str]:
    return Counter(record.path.rpartition("/")[2] for record in tiki.records)


def ask(tiki: SimulatedStall, path: str, token: str = "", method: str = "GET", **more: Any) -> Any:
    """A call by hand with the shop's token."""
    headers = {"Authorization": f"Bearer {token or tiki.credentials.access_token}"}
    return requests.request(
        method, f"{tiki.address}/tiki/integration/{path}", headers=headers, timeout=120, **more
    )


def ask_token(tiki: SimulatedStall, secret: str = "tiki-made-up", **form: str) -> Any:
    coded = base64.b64encode(f"{tiki.keys.app_id}:{secret}".encode()).decode()
    asked = {"grant_type": "client_credentials", **form}
    return requests.post(
        f"{tiki.address}/tiki/sc/oauth2/token",
        data=asked,
        headers={"Authorization": f"Basic {coded}"},
        timeout=120,
    )
