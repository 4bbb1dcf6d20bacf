"""What Tiki's reference leaves open; ``docs/marketplaces/tiki.md`` says what is known of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta, timezone

from marketplaces.interface import MarketplaceError
from marketplaces.values import AppKeys

VERSIONS = {
    "orders": "v2",
    "sellers": "v2",
    "categories": "v2",
    "products": "v2.1",
    "requests": "v2.1",
    "request_list": "v2",
    "tracking": "v2",
    "queues": "v1",
}
"""The version of each call that the reference shows."""


@dataclass(frozen=True, slots=True)
class Choices:
    """The operator's answers, checked."""

    zone: timezone
    page_size: int
    window: timedelta
    client_auth: str
    warehouse: str
    inventory_type: str
    cancelled_item: str
    versions: dict[str, str]


def read_choices(keys: AppKeys) -> Choices:
    """The options of ``[marketplaces.tiki.options]``, or their defaults.

    Raises:
        MarketplaceError: one of them cannot be.
    """
    client_auth = keys.option("client_auth", "basic")
    if client_auth not in {"basic", "post"}:
        raise _wrong("client_auth", "basic or post", client_auth)
    return Choices(
        zone=timezone(timedelta(hours=_whole(keys, "utc_offset_h", "7", -12, 14))),
        page_size=_whole(keys, "page_size", "50", 1, 1_000),
        window=timedelta(days=_whole(keys, "window_days", "15", 1, 366)),
        client_auth=client_auth,
        warehouse=keys.option("warehouse", ""),
        inventory_type=keys.option("inventory_type", "backorder"),
        cancelled_item=keys.option("cancelled_item", "seller_canceled"),
        versions={name: keys.option(f"version_{name}", known) for name, known in VERSIONS.items()},
    )


def _whole(keys: AppKeys, name: str, default: str, least: int, most: int) -> int:
    text = keys.option(name, default)
    try:
        value = int(text)
    except ValueError:
        value = least - 1
    if not least <= value <= most:
        raise _wrong(name, f"a whole number from {least} to {most}", text)
    return value


def _wrong(name: str, expected: str, got: str) -> MarketplaceError:
    message = f"Tiki: option {name}: expected {expected}, got {got[:40]!r}"
    return MarketplaceError(message, permanent=True, kind="setup")
