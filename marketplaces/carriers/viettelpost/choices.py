"""What is not known of ViettelPost; ``docs/marketplaces/viettelpost.md`` says more of each."""

from __future__ import annotations

from dataclasses import dataclass

from marketplaces.carriers.values import CarrierKeys
from marketplaces.interface import MarketplaceError

LOOKUPS = ("off", "getOrderInfoByOrderNumber", "getOrderStatusByOrderNumber")
PRINT_URL = "https://digitalize.viettelpost.vn/DigitalizePrint/report.do"


@dataclass(frozen=True, slots=True)
class Choices:
    """The operator's answers, checked. ``lookup`` is empty where tracking is not to be asked for."""

    lookup: str
    check_unique: bool
    print_url: str


def read_choices(keys: CarrierKeys) -> Choices:
    """The options of ``[carriers.viettelpost.options]``, or their defaults.

    Raises:
        MarketplaceError: one of them cannot be.
    """
    lookup = _one_of(keys, "lookup", LOOKUPS)
    return Choices(
        lookup="" if lookup == "off" else lookup,
        check_unique=_one_of(keys, "check_unique", ("yes", "no")) == "yes",
        print_url=keys.option("print_url", PRINT_URL),
    )


def _one_of(keys: CarrierKeys, name: str, allowed: tuple[str, ...]) -> str:
    """The first allowed one is the default."""
    got = keys.option(name, allowed[0])
    if got not in allowed:
        message = f"ViettelPost: option {name}: expected {' or '.join(allowed)}, got {got!r}"
        raise MarketplaceError(message, permanent=True, kind="setup")
    return got
