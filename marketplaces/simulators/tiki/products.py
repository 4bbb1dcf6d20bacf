"""Reading: products, categories, the seller and its warehouses."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from marketplaces.simulators.bench import Bench, Shop
from marketplaces.simulators.tiki.envelope import TikiError
from marketplaces.simulators.tiki.guard import admit, page_asked, paging
from marketplaces.simulators.tiki.requests import settle
from marketplaces.simulators.tiki.wares import Ware, summary, warehouses, wares

MOST_ON_A_PAGE = 50
CATEGORIES = (
    {"id": 100_600, "name": "Thực phẩm tươi sống", "parent": 2, "primary": 0},
    {"id": 100_855, "name": "Trái cây", "parent": 100_600, "primary": 1},
    {"id": 100_856, "name": "Rau củ", "parent": 100_600, "primary": 1},
)


def add_products(blueprint: Blueprint, bench: Bench) -> None:
    """The reading calls, in both versions that are about."""

    @blueprint.get("/integration/<any('v2', 'v2.1'):version>/products")
    def list_products(version: str) -> Response:
        shop = admit(bench)
        page, limit = page_asked(MOST_ON_A_PAGE)
        with bench.work():
            settle(bench, shop)
            shown = [ware for ware in wares(bench, shop) if _is_asked_for(ware)]
        start = (page - 1) * limit
        data = [_shown(bench, shop, ware) for ware in shown[start : start + limit]]
        return jsonify(data=data, paging=paging(len(shown), page, limit))

    @blueprint.get("/integration/<any('v2', 'v2.1'):version>/products/<int:number>")
    def show_product(version: str, number: int) -> Response:
        shop = admit(bench)
        with bench.work():
            settle(bench, shop)
            ware = find_ware(bench, shop, str(number))
        return jsonify({**_shown(bench, shop, ware), "description": ware.item.description})

    @blueprint.get("/integration/v2/categories")
    def list_categories() -> Response:
        admit(bench)
        return jsonify(data=CATEGORIES)

    @blueprint.get("/integration/v2/sellers/me")
    def show_seller() -> Response:
        shop = admit(bench)
        return jsonify(
            id=int(shop.id), sid=f"{int(shop.id):040X}", name=shop.name, active=1, can_update_product=1
        )

    @blueprint.get("/integration/v2/sellers/me/warehouses")
    def list_warehouses() -> Response:
        shop = admit(bench)
        return jsonify(data=[_warehouse(shop, number) for number in warehouses(shop)])


def find_ware(bench: Bench, shop: Shop, number: str) -> Ware:
    """The shop's own product."""
    for ware in wares(bench, shop):
        if ware.id == number:
            return ware
    raise TikiError(404, f"Product {number} is not found", source="product")


def _is_asked_for(ware: Ware) -> bool:
    active = request.args.get("active")
    return active is None or active == ware.item.status


def _shown(bench: Bench, shop: Shop, ware: Ware) -> dict[str, Any]:
    return summary(bench, shop, ware, "inventory" in request.args.get("include", ""))


def _warehouse(shop: Shop, number: int) -> dict[str, Any]:
    primary = number == warehouses(shop)[0]
    return {
        "id": number,
        "seller_id": int(shop.id),
        "is_primary": primary,
        "name": f"{shop.name} {'chính' if primary else 'phụ'}",
        "status": 1,
        "type": "requisition",
    }
