"""Price, stock, on and off the shelf: these Tiki approves by itself."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from marketplaces.simulators.bench import Bench, Shop
from marketplaces.simulators.tiki.envelope import TikiError
from marketplaces.simulators.tiki.guard import admit, json_body
from marketplaces.simulators.tiki.requests import settle, whole
from marketplaces.simulators.tiki.wares import Ware, market_price, quantities, warehouses, wares


def add_shelf(blueprint: Blueprint, bench: Bench) -> None:
    """The one call that takes effect at once."""

    @blueprint.put("/integration/<any('v2', 'v2.1'):version>/products/updateSku")
    def update_sku(version: str) -> Response:
        shop, body = admit(bench), json_body()
        with bench.work():
            settle(bench, shop)
            _update(bench, shop, _named(bench, shop, body), body)
        return jsonify(state="approved")


def _named(bench: Bench, shop: Shop, body: dict[str, Any]) -> Ware:
    number, sku = body.get("product_id"), body.get("original_sku")
    if number is None and sku is None:
        raise TikiError(422, "product_id or original_sku is required", source="product")
    for ware in wares(bench, shop):
        if (type(number) is int and ware.id == str(number)) or (number is None and ware.sku == sku):
            return ware
    raise TikiError(404, "Product is not found", source="product")


def _update(bench: Bench, shop: Shop, ware: Ware, body: dict[str, Any]) -> None:
    if "price" in body:
        _price(bench, ware, whole(body, "price", 1))
    if "warehouse_quantities" in body:
        _stock(bench, shop, ware, body["warehouse_quantities"])
    if "active" in body:
        if type(body["active"]) is not int or body["active"] not in {0, 1}:
            raise TikiError(422, "active must be 0 or 1", source="product")
        ware.item.status = str(body["active"])
    ware.item.updated_at = bench.now()
    bench.save(ware.item)


def _price(bench: Bench, ware: Ware, price: int) -> None:
    listed = market_price(bench, ware)
    if price * 10 < listed:
        raise TikiError(422, "Price is less than ten percent listing price", source="product")
    bench.keep("market", ware.id, {"price": listed})
    ware.set(price_vnd=price)


def _stock(bench: Bench, shop: Shop, ware: Ware, entries: object) -> None:
    """What a call does not name keeps its quantity."""
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise TikiError(422, "warehouse_quantities must be a list", source="product")
    spread = quantities(bench, shop, ware)
    unknown = [entry.get("warehouse_id") for entry in entries if entry.get("warehouse_id") not in spread]
    if unknown:
        raise TikiError(422, f"Warehouse '{unknown}' are not found", source="inventory")
    for entry in entries:
        spread[entry["warehouse_id"]] = whole(entry, "qty_available", 0)
    ware.set(stock=sum(spread.values()))
    kept = {str(number): spread[number] for number in warehouses(shop)}
    bench.keep("quantities", ware.id, kept, shop.id)
