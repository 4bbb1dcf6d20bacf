"""Products and categories as Lazada shows them, and pictures."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request

from marketplaces.simulators.bench import Bench, Item, Shop
from marketplaces.simulators.lazada.envelope import LazadaError, figure, good
from marketplaces.simulators.lazada.guard import admit_app, admit_shop, parameters
from marketplaces.simulators.store import Body

FIRST_SKU = 11_781_189_655
FRUIT, VEGETABLES = 100_855, 100_856
TREE = [
    {
        "category_id": 100_629,
        "name": "Thực phẩm và đồ uống",
        "leaf": False,
        "children": [
            {"category_id": FRUIT, "name": "Trái cây", "leaf": True},
            {"category_id": VEGETABLES, "name": "Rau củ", "leaf": True},
        ],
    }
]
LEAVES = frozenset({str(FRUIT), str(VEGETABLES)})
PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
LARGEST_PICTURE = 1_000_000
FILTERS = {
    "all": frozenset({"Active", "InActive", "Pending QC", "Suspended", "Rejected", "Deleted"}),
    "live": frozenset({"Active"}),
    "inactive": frozenset({"InActive"}),
    "deleted": frozenset({"Deleted"}),
    "pending": frozenset({"Pending QC"}),
    "rejected": frozenset({"Rejected"}),
    "sold-out": frozenset({"Active"}),
}
ATTRIBUTES = (
    {
        "name": "name",
        "label": "Tên",
        "is_mandatory": 1,
        "input_type": "text",
        "options": [],
        "is_sale_prop": 0,
    },
    {
        "name": "brand",
        "label": "Hiệu",
        "is_mandatory": 1,
        "input_type": "text",
        "options": [],
        "is_sale_prop": 0,
    },
)


@dataclass(slots=True)
class Sku:
    """One thing on sale: an item by itself, or one of its models."""

    item: Item
    model: Body | None

    @property
    def id(self) -> str:
        """The number by which buyers and orders know it."""
        return str(self.model["id"]) if self.model else self.item.id

    @property
    def name(self) -> str:
        """The seller's own."""
        return str(self.model["sku"]) if self.model else self.item.sku

    @property
    def status(self) -> str:
        """A model may be off the shelf while its product is on it."""
        return str(self.model.get("status", self.item.status)) if self.model else self.item.status

    def get(self, field: str) -> Any:
        """``price_vnd`` or ``stock``."""
        return self.model[field] if self.model else getattr(self.item, field)

    def set(self, field: str, value: Any) -> None:
        """``price_vnd``, ``stock`` or ``status``."""
        if self.model:
            self.model[field] = value
        else:
            setattr(self.item, field, value)


def skus_of(item: Item) -> list[Sku]:
    """All of a product."""
    return [Sku(item, model) for model in item.models] or [Sku(item, None)]


def product_number(item: Item) -> str:
    """Lazada numbers products apart from their SKUs."""
    return f"1{item.id}"


def add_products(blueprint: Blueprint, bench: Bench) -> None:
    """The reading calls, and the upload."""

    @blueprint.get("/rest/category/tree/get")
    def get_tree() -> Response:
        admit_app(bench)
        return good(TREE)

    @blueprint.get("/rest/category/attributes/get")
    def get_attributes() -> Response:
        admit_app(bench)
        return good(list(ATTRIBUTES))

    @blueprint.get("/rest/products/get")
    def get_products() -> Response:
        return good(_list(bench, admit_shop(bench)))

    @blueprint.get("/rest/product/item/get")
    def get_product() -> Response:
        wanted = parameters().get("item_id", "")
        for item in bench.items(admit_shop(bench).id):
            if product_number(item) == wanted:
                return good(_product(item, skus_of(item)))
        raise LazadaError("208", "E208: Item not found")

    @blueprint.post("/rest/image/upload")
    def upload() -> Response:
        admit_shop(bench)
        sent = request.files.get("image")
        content = sent.read(LARGEST_PICTURE + 1) if sent else b""
        if not content.startswith(PICTURES) or len(content) > LARGEST_PICTURE:
            raise LazadaError("301", "E301: The image must be a JPG or PNG of at most 1 MB")
        name = hashlib.sha256(content).hexdigest()
        return good({"image": {"url": f"{image_address()}{name}.jpg", "hash_code": name}})


def image_address() -> str:
    """Pictures of products must lie at Lazada's own address."""
    return f"{request.host_url}lazada/file/"


def _list(bench: Bench, shop: Shop) -> dict[str, Any]:
    given = parameters()
    statuses = FILTERS.get(given.get("filter", ""))
    if statuses is None:
        raise LazadaError("36", "E036: Invalid status filter")
    size, start = _whole(given.get("limit", "20")), _whole(given.get("offset", "0"))
    if not 1 <= size <= 50:
        raise LazadaError("19", "E019: Invalid Limit")
    if start > 10_000:
        raise LazadaError("14", "E014: Invalid Offset")
    wanted, emptied = _wanted(given.get("sku_seller_list", "")), given["filter"] == "sold-out"
    items = [item for item in bench.items(shop.id) if item.status in statuses]
    found = list(_found([item for item in items if not emptied or _is_sold_out(item)], wanted))
    return {"total_products": len(found), "products": found[start : start + size]}


def _found(items: list[Item], wanted: list[str] | None) -> Iterator[dict[str, Any]]:
    for item in items:
        shown = [sku for sku in skus_of(item) if wanted is None or sku.name in wanted]
        if shown:
            yield _product(item, shown)


def _is_sold_out(item: Item) -> bool:
    return not any(sku.get("stock") for sku in skus_of(item))


def _wanted(listed: str) -> list[str] | None:
    if not listed:
        return None
    try:
        names = json.loads(listed)
    except ValueError:
        names = None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise LazadaError("5", "E005: Invalid Request Format")
    if len(names) > 100:
        raise LazadaError("204", "E204: Too many SKUs in one request")
    return names


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise LazadaError("5", "E005: Invalid Request Format")
    return int(text)


def _product(item: Item, skus: list[Sku]) -> dict[str, Any]:
    return {
        "item_id": figure(product_number(item)),
        "primary_category": figure(item.category or str(FRUIT)),
        "attributes": {"name": item.name, "description": item.description, "brand": "No Brand"},
        "images": item.images,
        "skus": [_sku(sku) for sku in skus],
        "status": item.status,
        "created_time": f"{item.updated_at}000",
        "updated_time": f"{item.updated_at}000",
    }


def _sku(sku: Sku) -> dict[str, Any]:
    return {
        "SkuId": figure(sku.id),
        "SellerSku": sku.name,
        "ShopSku": f"{product_number(sku.item)}_VNAMZ-{sku.id}",
        "Status": sku.status.lower() if sku.status in {"Active", "InActive"} else sku.status,
        "quantity": sku.get("stock"),
        "Available": sku.get("stock"),
        "price": float(sku.get("price_vnd")),
        "special_price": 0.0,
        "package_weight": f"{sku.item.weight_g / 1000:.2f}",
        "Images": sku.item.images,
    }
