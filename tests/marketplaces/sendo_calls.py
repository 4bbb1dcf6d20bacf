"""Calls to the simulated Sendo made by hand."""

from datetime import timedelta
from typing import Any

import requests

from marketplaces.values import AppKeys
from tests.marketplaces.stalls import SimulatedStall, new_box

VIETNAM = timedelta(hours=7)
KEYS = AppKeys("key", "secret", "https://open.sendo.vn")


def published(sendo: SimulatedStall) -> str:
    [result] = sendo.shop().publish([new_box(sendo)])
    assert result.outcome == "done"
    return result.ext_listing_id


def ask(sendo: SimulatedStall, path: str, body: Any = None, token: str = "", method: str = "POST") -> Any:
    """A call by hand with the shop's token."""
    return requests.request(
        method,
        f"{sendo.address}/sendo/{path}",
        json=body,
        headers={"Authorization": f"bearer {token or sendo.credentials.access_token}"},
        timeout=120,
    )


def search(sendo: SimulatedStall, **body: Any) -> Any:
    return ask(sendo, "api/partner/salesorder/search", {"page_size": 50, **body})


def login(sendo: SimulatedStall, secret: str = "sendo-made-up") -> Any:
    return ask(sendo, "login", {"shop_key": sendo.keys.app_id, "secret_key": secret})
