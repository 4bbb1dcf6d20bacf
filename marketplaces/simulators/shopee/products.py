"""Listings as Shopee shows and changes them; pictures and carriers as far as a listing needs them."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, Response, request

from marketplaces.simulators.bench import Bench, Item, Shop
from marketplaces.simulators.shopee.envelope import ShopeeError, good
from marketplaces.simulators.shopee.guard import admit_either, admit_shop

CATEGORIES = (
    (100629, 0, "Food & Beverages", "Thực phẩm và đồ uống", True),
    (100655, 100629, "Fresh & Frozen Food", "Thực phẩm tươi sống và thực phẩm đông lạnh", True),
    (100855, 100655, "Fruits", "Trái cây", False),
    (100856, 100655, "Vegetables", "Rau củ", False),
    (100657, 100629, "Dry Goods", "Thực phẩm khô", False),
)
LEAVES = frozenset(number for number, _, _, _, has_children in CATEGORIES if not has_children)
CHANNELS = ((50018, "Giao Hàng Nhanh", True), (50021, "Hỏa Tốc", False))
PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
LARGEST_PICTURE = 10_000_000
STATUSES = frozenset("NORMAL UNLIST BANNED REVIEWING SELLER_DELETE SHOPEE_DELETE".split())  # noqa: SIM905


def add_products(blueprint: Blueprint, bench: Bench) -> None:
    """The reading calls, and the upload."""

    @blueprint.get("/api/v2/product/get_category")
    def get_category() -> Response:
        admit_shop(bench)
        names = ("category_id", "parent_category_id", "original_category_name", "display_category_name")
        rows = [dict(zip((*names, "has_children"), row, strict=True)) for row in CATEGORIES]
        return good({"category_list": rows})

    @blueprint.get("/api/v2/product/get_attribute_tree")
    def get_attribute_tree() -> Response:
        admit_shop(bench)
        numbers = request.args.get("category_id_list", "").split(",")
        return good(
            {"list": [{"category_id": int(n), "attribute_tree": []} for n in numbers if n.isdecimal()]}
        )

    @blueprint.get("/api/v2/logistics/get_channel_list")
    def get_channel_list() -> Response:
        admit_shop(bench)
        names = ("logistics_channel_id", "logistics_channel_name", "enabled")
        return good({"logistics_channel_list": [dict(zip(names, row, strict=True)) for row in CHANNELS]})

    @blueprint.post("/api/v2/media_space/upload_image")
    def upload_image() -> Response:
        admit_either(bench)
        upload = request.files.get("image")
        content = upload.read(LARGEST_PICTURE + 1) if upload else b""
        if not content.startswith(PICTURES) or len(content) > LARGEST_PICTURE:
            raise ShopeeError("error_param", "image must be a JPG, JPEG or PNG of at most 10 MB.")
        name = f"vn-{secrets.token_hex(16)}"
        url = f"{request.host_url}shopee/file/{name}"
        info = {"image_id": name, "image_url_list": [{"image_url_region": "VN", "image_url": url}]}
        return good({"image_info": info, "image_info_list": [{"id": 0, "error": "", "image_info": info}]})

    @blueprint.get("/api/v2/product/get_item_list")
    def get_item_list() -> Response:
        return good(_list(bench, admit_shop(bench)))

    @blueprint.get("/api/v2/product/get_item_base_info")
    def get_item_base_info() -> Response:
        shop, numbers = admit_shop(bench), request.args.get("item_id_list", "").split(",")
        if not 1 <= len(numbers) <= 50 or not all(number.isdecimal() for number in numbers):
            raise ShopeeError("product.error_param", "item_id_list must hold 1 to 50 numbers.")
        found = [item for number in numbers if (item := bench.item(number)) and item.shop == shop.id]
        if not found:
            raise ShopeeError("product.error_item_not_found", "Product not found.")
        return good({"item_list": [_base_info(item) for item in found]})

    @blueprint.get("/api/v2/product/get_model_list")
    def get_model_list() -> Response:
        item = find_item(bench, admit_shop(bench), request.args.get("item_id"))
        return good({"model": [_model(model) for model in item.models]})


def find_item(bench: Bench, shop: Shop, number: object) -> Item:
    """The shop's own listing, whatever its state but deleted."""
    item = bench.item(str(number))
    if item is None or item.shop != shop.id or item.status.endswith("DELETE"):
        raise ShopeeError("product.error_item_not_found", "Product not found.")
    return item


def _list(bench: Bench, shop: Shop) -> dict[str, Any]:
    offset, size = request.args.get("offset", ""), request.args.get("page_size", "")
    statuses = request.args.getlist("item_status")
    if not (offset.isdecimal() and size.isdecimal() and 1 <= int(size) <= 100):
        raise ShopeeError("product.error_param", "offset and page_size (1 to 100) are required.")
    if not statuses or not set(statuses) <= STATUSES:
        raise ShopeeError("product.error_param", "item_status is invalid.")
    items = [item for item in bench.items(shop.id) if item.status in statuses]
    end = int(offset) + int(size)
    page = [
        {"item_id": int(item.id), "item_status": item.status, "update_time": item.updated_at}
        for item in items[int(offset) : end]
    ]
    more = end < len(items)
    following = {"next_offset": end} if more else {}
    return {"item": page, "total_count": len(items), "has_next_page": more, **following}


def _base_info(item: Item) -> dict[str, Any]:
    info: dict[str, Any] = {
        "item_id": int(item.id),
        "category_id": int(item.category or 100855),
        "item_name": item.name,
        "item_sku": item.sku,
        "item_status": item.status,
        "description": item.description,
        "weight": f"{item.weight_g / 1000:.3f}",
        "update_time": item.updated_at,
        "image": {"image_id_list": item.images, "image_url_list": []},
        "has_model": bool(item.models),
    }
    return info if item.models else info | _priced(item.price_vnd, item.stock)


def _model(model: dict[str, Any]) -> dict[str, Any]:
    named = {"model_id": int(model["id"]), "model_sku": model["sku"], "model_status": "MODEL_NORMAL"}
    return named | _priced(model["price_vnd"], model["stock"])


def _priced(price: int, stock: int) -> dict[str, Any]:
    return {
        "price_info": [{"currency": "VND", "original_price": price, "current_price": price}],
        "stock_info_v2": {
            "summary_info": {"total_reserved_stock": 0, "total_available_stock": stock},
            "seller_stock": [{"location_id": "VNZ", "stock": stock, "if_saleable": True}],
        },
    }
