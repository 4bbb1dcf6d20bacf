"""Which marketplaces there are: a name, what people call it, and where its adapter lives."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import cast

from marketplaces.http import Client
from marketplaces.interface import Adapter, Capabilities, Clock, Marketplace, MarketplaceError
from marketplaces.values import AppKeys, Credentials

MARKETPLACES: dict[str, tuple[str, str]] = {
    "alibaba": ("Alibaba.com", "marketplaces.alibaba.adapter:Alibaba"),
    "lazada": ("Lazada", "marketplaces.lazada.adapter:Lazada"),
    "memory": ("Sàn thử", "marketplaces.memory:Memory"),
    "shopee": ("Shopee", "marketplaces.shopee.adapter:Shopee"),
    "sendo": ("Sendo", "marketplaces.sendo.adapter:Sendo"),
    "tiki": ("Tiki", "marketplaces.tiki.adapter:Tiki"),
    "tiktok": ("TikTok Shop", "marketplaces.tiktok.adapter:TikTok"),
}


def names() -> tuple[str, ...]:
    """Every name ``open_shop`` takes, in alphabetical order."""
    return tuple(sorted(MARKETPLACES))


def label(name: str) -> str:
    """What people call the marketplace."""
    return _entry(name)[0]


def shipped(name: str) -> Capabilities:
    """What the marketplace allows as long as no option says otherwise."""
    return _load(name).capabilities


def open_shop(
    name: str, http: Client, keys: AppKeys, credentials: Credentials | None, clock: Clock
) -> Marketplace:
    """The adapter of marketplace ``name`` for one shop; an unknown name raises ``MarketplaceError``."""
    return _load(name)(http, keys, credentials, clock)


@cache
def _load(name: str) -> Adapter:
    module, _, attribute = _entry(name)[1].partition(":")
    return cast("Adapter", getattr(import_module(module), attribute))


def _entry(name: str) -> tuple[str, str]:
    try:
        return MARKETPLACES[name]
    except KeyError:
        known = ", ".join(names())
        message = f"no marketplace is called {name!r}; known are {known}"
        raise MarketplaceError(message, permanent=True, kind="setup") from None
