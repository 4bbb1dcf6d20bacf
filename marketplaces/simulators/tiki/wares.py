"""What a shop offers: at Tiki every variant is a product of its own, below the master it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from marketplaces.simulators.bench import Bench, Item, Shop
from marketplaces.simulators.store import Body

FIRST_ITEM = 2_166_152


@dataclass(slots=True)
class Ware:
    """One product: the item itself, or one of its variants."""

    item: Item
    model: Body | None = None

    @property
    def id(self) -> str:
        """Tiki's number of the product."""
        return self.model["id"] if self.model else self.item.id

    @property
    def sku(self) -> str:
        """The seller's own code."""
        return self.model["sku"] if self.model else self.item.sku

    @property
    def price(self) -> int:
        """Đồng."""
        return int(self.model["price_vnd"] if self.model else self.item.price_vnd)

    @property
    def stock(self) -> int:
        """Pieces in all warehouses."""
        return int(self.model["stock"] if self.model else self.item.stock)

    def set(self, **values: int) -> None:
        """Change price or stock."""
        for name, value in values.items():
            if self.model:
                self.model[name] = value
            else:
                setattr(self.item, name, value)


def wares(bench: Bench, shop: Shop) -> list[Ware]:
    """Everything the shop has, newest first."""
    return [
        ware
        for item in reversed(bench.items(shop.id))
        for ware in ([Ware(item, model) for model in item.models] or [Ware(item)])
    ]


def warehouses(shop: Shop) -> list[int]:
    """Every seller here has two; the first is the primary one."""
    return [int(shop.id) * 10 + 1, int(shop.id) * 10 + 2]


def quantities(bench: Bench, shop: Shop, ware: Ware) -> dict[int, int]:
    """Pieces by warehouse; what nobody has spread lies in the primary one."""
    first, second = warehouses(shop)
    kept = bench.note("quantities", ware.id) or {}
    spread = {first: int(kept.get(str(first), 0)), second: int(kept.get(str(second), 0))}
    return spread if kept and sum(spread.values()) == ware.stock else {first: ware.stock, second: 0}


def market_price(bench: Bench, ware: Ware) -> int:
    """The price a product was listed with."""
    return int((bench.note("market", ware.id) or {"price": ware.price})["price"])


def summary(bench: Bench, shop: Shop, ware: Ware, with_inventory: bool) -> dict[str, Any]:
    """A product as lists show it."""
    shown: dict[str, Any] = {
        "product_id": int(ware.id),
        "sku": f"289{int(ware.id):010d}",
        "original_sku": ware.sku,
        "master_id": int(ware.item.id),
        "name": ware.item.name,
        "price": ware.price,
        "market_price": market_price(bench, ware),
        "active": ware.item.status,
        "entity_type": "seller_simple",
    }
    if with_inventory:
        shown["inventory"] = {
            "warehouse_stocks": [
                {
                    "warehouse_id": warehouse,
                    "quantity": quantity,
                    "quantity_available": quantity,
                    "quantity_reserved": 0,
                    "quantity_sellable": quantity,
                }
                for warehouse, quantity in quantities(bench, shop, ware).items()
            ]
        }
    return shown
