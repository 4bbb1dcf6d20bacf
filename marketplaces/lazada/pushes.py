"""Lazada's pushes: the signature travels in ``Authorization``, in lowercase."""

from __future__ import annotations

from collections.abc import Mapping

from marketplaces.open_platform.pushes import is_signed, read_hint
from marketplaces.reading import header
from marketplaces.values import AppKeys, Push, PushKind

KINDS: dict[int, PushKind] = {0: "order", 8: "authorization", 10: "order"}


def verify(keys: AppKeys, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether Lazada signed it for our application."""
    return is_signed(keys, header(headers, "Authorization"), body)


def read(body: bytes) -> Push:
    """What to read again."""
    return read_hint(body, KINDS, "trade_order_id")
