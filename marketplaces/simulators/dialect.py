"""What one simulator tells the shared rooms about its marketplace."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flask import Blueprint

from marketplaces.simulators.bench import Bench, Sale

Signed = tuple[dict[str, str], bytes]


def _tell_nobody(bench: Bench, sale: Sale, is_new: bool) -> None:
    """Most marketplaces push, and only when the control door says so."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """``classes`` maps the marketplace's order words to unpaid, placed, completed, cancelled, returned.

    ``words`` is the way back, ``shelf`` the listing words for ``on_sale`` and ``off_sale``; ``numbers``
    are the first shop, application and listing; ``push`` writes and signs a push about an order to an
    address, None where nothing is pushed. ``changed`` is told of every order placed or changed.
    ``switches`` are what the reference leaves open, each with its value until the control door sets another.
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
    push: Callable[[Bench, Sale, str], Signed] | None
    blueprint: Callable[[Bench], Blueprint]
    changed: Callable[[Bench, Sale, bool], None] = _tell_nobody
    switches: Mapping[str, str] = field(default_factory=dict)
