"""Which carriers there are: a name, what people call it, and where its adapter lives."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import cast

from marketplaces.carriers.interface import Carrier, CarrierAdapter
from marketplaces.carriers.values import CarrierKeys, Pass
from marketplaces.http import Client
from marketplaces.interface import Clock, MarketplaceError

CARRIERS: dict[str, tuple[str, str]] = {
    "viettelpost": ("ViettelPost", "marketplaces.carriers.viettelpost.adapter:ViettelPost"),
}


def names() -> tuple[str, ...]:
    """Every name ``open_carrier`` takes, in alphabetical order."""
    return tuple(sorted(CARRIERS))


def label(name: str) -> str:
    """What people call the carrier."""
    return CARRIERS[name][0]


def open_carrier(name: str, http: Client, keys: CarrierKeys, token: Pass | None, clock: Clock) -> Carrier:
    """The adapter of carrier ``name`` for one account; an unknown name raises ``MarketplaceError``."""
    if name not in CARRIERS:
        message = f"no carrier is called {name!r}; known are {', '.join(names())}"
        raise MarketplaceError(message, permanent=True, kind="setup")
    return _load(name)(http, keys, token, clock)


@cache
def _load(name: str) -> CarrierAdapter:
    module, _, attribute = CARRIERS[name][1].partition(":")
    return cast("CarrierAdapter", getattr(import_module(module), attribute))
