"""Where a seller's pieces lie."""

from __future__ import annotations

from collections.abc import Mapping

from marketplaces.interface import MarketplaceError
from marketplaces.tiki.gateway import Gateway


def read_warehouses(gateway: Gateway) -> list[int]:
    """The seller's active warehouses; first the one we fill: the operator's choice, or the primary one.

    Raises:
        MarketplaceError: there is none, or not the chosen one.
    """
    records = gateway.get("sellers/me/warehouses").records("data")
    active = [record for record in records if record.integer("status", default=1) == 1]
    active.sort(key=lambda record: not record.flag("is_primary", default=False))
    chosen = gateway.choices.warehouse
    numbers = sorted((record.integer("id") for record in active), key=lambda number: str(number) != chosen)
    if not numbers or (chosen and str(numbers[0]) != chosen):
        message = f"Tiki: no active warehouse {chosen[:20]}".strip()
        raise MarketplaceError(message, permanent=True, kind="setup")
    return numbers


def spread_of(stock: int, warehouses: list[int], had: Mapping[int, int]) -> dict[str, object]:
    """All in the first; what another one holds is set to nothing, or the sum would be wrong.

    >>> spread_of(7, [11, 12], {11: 1, 12: 3})["seller_warehouse"]
    '11, 12'
    """
    home, *others = warehouses
    wanted = {home: stock, **{number: 0 for number in others if had.get(number)}}
    return {
        "seller_warehouse": ", ".join(map(str, wanted)),
        "warehouse_quantities": [
            {"warehouse_id": number, "qty_available": quantity} for number, quantity in wanted.items()
        ],
    }
