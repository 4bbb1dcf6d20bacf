"""Alibaba.com's pushes: the signature travels in ``Authorization``, in letters of either case."""

from __future__ import annotations

from collections.abc import Mapping

from marketplaces.open_platform.pushes import is_signed, read_hint
from marketplaces.reading import header
from marketplaces.values import AppKeys, Push, PushKind

KINDS: dict[int, PushKind] = {3: "order"}


def verify(keys: AppKeys, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether Alibaba.com signed it for our application."""
    return is_signed(keys, header(headers, "Authorization").lower(), body)


def read(body: bytes) -> Push:
    """What to read again."""
    return read_hint(body, KINDS, "trade_id_str")
