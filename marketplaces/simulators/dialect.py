"""What one simulator tells the shared rooms about its marketplace."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Blueprint

from marketplaces.simulators.bench import Bench, Sale

Signed = tuple[dict[str, str], bytes]


@dataclass(frozen=True, slots=True)
class Dialect:
    """``classes`` maps the marketplace's order words to unpaid, placed, completed, cancelled, returned.

    ``words`` is the way back, ``shelf`` the listing words for ``on_sale`` and ``off_sale``; ``numbers``
    are the first shop, application and listing; ``push`` writes and signs a push about an order to an
    address.
    """

    market: str
    label: str
    classes: Mapping[str, str]
    words: Mapping[str, str]
    shelf: Mapping[str, str]
    numbers: Mapping[str, int]
    access_life_s: int
    refresh_life_s: int
    new_secret: Callable[[], str]
    new_order_id: Callable[[Bench], str]
    push: Callable[[Bench, Sale, str], Signed]
    blueprint: Callable[[Bench], Blueprint]
