"""Reading: products by search, one by number or SKU, categories level by level."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from marketplaces.simulators.bench import Bench, Item, Shop
from marketplaces.simulators.sendo.envelope import SendoError, good
from marketplaces.simulators.sendo.guard import admit, json_object
from marketplaces.simulators.store import Body

MOST_ON_A_PAGE = 50
OFF = "2:off"
DELETED = frozenset({"5", "6"})
CATEGORIES: tuple[tuple[int, str, int, int], ...] = (
    (1, "Thực phẩm", 0, 1),
    (12, "Thực phẩm tươi sống", 1, 2),
    (123, "Trái cây", 12, 3),
    (100_855, "Trái cây nội địa", 123, 4),
    (100_856, "Trái cây sấy", 123, 4),
)
LEAVES = frozenset(number for number, _, _, level in CATEGORIES if level == 4)


def add_products(blueprint: Blueprint, bench: Bench) -> None:
    """The reading calls."""

    @blueprint.post("/api/partner/product/search")
    def search_products() -> Response:
        shop, body = admit(bench), json_object()
        size, start = body.get("page_size", 10), str(body.get("token") or "0")
        if type(size) is not int or not 1 <= size <= MOST_ON_A_PAGE:
            raise SendoError(400, "page_size must be from 1 to 50", "page_size")
        if not (start.isascii() and start.isdigit()):
            raise SendoError(400, "token is invalid", "token")
        items = [item for item in reversed(bench.items(shop.id)) if item.status not in DELETED]
        end = int(start) + size
        following = str(end) if end < len(items) else None
        data = [_summary(shop, item) for item in items[int(start) : end]]
        return good({"data": data, "next_token": following, "previous_token": None})

    @blueprint.get("/api/partner/product")
    def show_product() -> Response:
        shop = admit(bench)
        return good(detail(find_item(bench, shop, request.args.get("id"), request.args.get("sku"))))

    @blueprint.get("/api/partner/category/<int:parent>")
    def categories(parent: int) -> Response:
        admit(bench)
        return good(
            [
                {"id": number, "name": name, "parent_id": above, "level": level}
                for number, name, above, level in CATEGORIES
                if above == parent
            ]
        )


def find_item(bench: Bench, shop: Shop, number: object, sku: object = None) -> Item:
    """The shop's own product, by its number or by its SKU (its own or a variant's)."""
    for item in bench.items(shop.id):
        skus = {item.sku, *(model["sku"] for model in item.models)}
        if item.status not in DELETED and (item.id == str(number) if number is not None else sku in skus):
            return item
    raise SendoError(404, "Product not found", "id")


def _summary(shop: Shop, item: Item) -> dict[str, Any]:
    return {
        "id": int(item.id),
        "name": item.name,
        "image": item.images[0] if item.images else "",
        "category_name": "Trái cây",
        "store_name": shop.name,
    }


def detail(item: Item) -> dict[str, Any]:
    """A product whole."""
    pictures = [{"picture_url": address} for address in item.images]
    return {
        "id": int(item.id),
        "name": item.name,
        "sku": item.sku,
        "price": float(item.price_vnd),
        "weight": float(item.weight_g),
        "stock_quantity": item.stock,
        "stock_availability": item.status == "2" and (item.stock > 0 or bool(item.models)),
        "description": item.description,
        "cat_4_id": int(item.category or 100_855),
        "status": int(item.status.partition(":")[0]) if item.status[:1].isdigit() else 0,
        "unit_id": 1,
        "avatar": pictures[0] if pictures else {"picture_url": ""},
        "pictures": pictures,
        "attributes": [],
        "is_config_variant": bool(item.models),
        "is_promotion": False,
        "variants": [_variant(model) for model in item.models],
    }


def _variant(model: Body) -> dict[str, Any]:
    return {
        "variant_attributes": [],
        "variant_sku": model["sku"],
        "variant_price": float(model["price_vnd"]),
        "variant_quantity": model["stock"],
        "variant_special_price": 0,
        "variant_attribute_hash": model["id"],
    }
