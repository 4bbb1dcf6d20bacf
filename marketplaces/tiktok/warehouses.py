"""Where stock lies: TikTok keeps it by warehouse and wants every warehouse of an SKU named in each change."""

from __future__ import annotations

from collections.abc import Sequence

from marketplaces.interface import MarketplaceError
from marketplaces.tiktok.gateway import Gateway

SELLING = "SALES_WAREHOUSE"


def spread(stock: int, had: Sequence[tuple[str, int]], main: str) -> list[dict[str, object]]:
    """The stock over the warehouses that have some: ``main`` takes up the change, the others what they had.

    >>> [list(row.values()) for row in spread(50, [("a", 40), ("b", 5)], "a")]
    [['a', 45], ['b', 5]]
    >>> [list(row.values()) for row in spread(3, [("a", 40), ("b", 5)], "a")]
    [['a', 0], ['b', 3]]
    """
    left, others = stock, []
    for place, quantity in had:
        if place != main:
            others.append({"warehouse_id": place, "quantity": min(left, quantity)})
            left -= min(left, quantity)
    return [{"warehouse_id": main, "quantity": left}, *others]


def main_warehouse(gateway: Gateway) -> str:
    """The warehouse the option ``warehouse_id`` names, or the shop's own that sells, its default one first.

    Raises:
        MarketplaceError: the shop has none that sells.
    """
    chosen = gateway.keys.option("warehouse_id", "")
    if chosen:
        return chosen
    records = gateway.get("warehouses").records("warehouses")
    selling = [record for record in records if record.text("type", default="") == SELLING]
    if not selling:
        message = "TikTok Shop: the shop has no warehouse that sells; one is made in Seller Center"
        raise MarketplaceError(message, permanent=True, kind="refused")
    selling.sort(key=lambda record: not record.flag("is_default", default=False))
    return selling[0].identifier("id")
