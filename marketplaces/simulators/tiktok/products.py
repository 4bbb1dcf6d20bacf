"""Products as TikTok shows them; categories, warehouses and pictures as far as a product needs them."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, Response, request

from marketplaces.simulators.bench import Bench, Item, Shop
from marketplaces.simulators.tiktok.envelope import TikTokError, bad_parameter, good
from marketplaces.simulators.tiktok.guard import admit_seller, admit_shop, cipher_of, json_body
from marketplaces.simulators.tiktok.pages import page_of, page_size, span, texts
from marketplaces.simulators.tiktok.reviews import proposed, settle
from marketplaces.simulators.tiktok.routes import on

CATEGORIES = (
    ("600001", "0", "Thực phẩm & Đồ uống", False),
    ("914568", "600001", "Thực phẩm tươi & đông lạnh", False),
    ("100855", "914568", "Trái cây tươi", True),
    ("100856", "914568", "Rau củ tươi", True),
    ("914696", "600001", "Thực phẩm khô", True),
)
LEAVES = frozenset(number for number, _, _, is_leaf in CATEGORIES if is_leaf)
WAREHOUSES = (
    ("7068517275539719943", "Kho nhận hàng trả", "RETURN_WAREHOUSE", True),
    ("7068517275539719942", "Kho hợp tác xã", "SALES_WAREHOUSE", True),
)
SELLING = "7068517275539719942"
PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"BM", b"RIFF")
LARGEST_PICTURE = 10_000_000
USES = frozenset(
    {"MAIN_IMAGE", "ATTRIBUTE_IMAGE", "DESCRIPTION_IMAGE", "CERTIFICATION_IMAGE", "SIZE_CHART_IMAGE"}
)
HIDDEN = frozenset({"FREEZE", "DELETED"})


def add_products(blueprint: Blueprint, bench: Bench) -> None:
    """The reading calls, and the upload."""

    @on(blueprint, "GET", "/authorization/*/shops", "202309")
    def show_shops() -> Response:
        shop = admit_seller(bench)
        told = {"id": shop.id, "name": shop.name, "region": "VN", "seller_type": "LOCAL"}
        return good({"shops": [{**told, "cipher": cipher_of(shop), "code": f"VNLC{shop.id[-6:]}"}]})

    @on(blueprint, "GET", "/product/*/categories", "202309")
    def show_categories() -> Response:
        admit_shop(bench)
        names = ("id", "parent_id", "local_name", "is_leaf")
        return good({"categories": [dict(zip(names, row, strict=True)) for row in CATEGORIES]})

    @on(blueprint, "GET", "/logistics/*/warehouses", "202309")
    def show_warehouses() -> Response:
        admit_shop(bench)
        names = ("id", "name", "type", "is_default")
        rows = [dict(zip(names, row, strict=True)) for row in WAREHOUSES]
        return good({"warehouses": [{**row, "effect_status": "ENABLED"} for row in rows]})

    @on(blueprint, "POST", "/product/*/images/upload", "202309")
    def upload_image() -> Response:
        admit_seller(bench)
        return good(_take_picture(bench))

    @on(blueprint, "POST", "/product/*/products/search", "202309", "202502")
    def search_products() -> Response:
        shop, body = admit_shop(bench), json_body()
        size = page_size(1, 100, None)
        items = {item.id: item for item in _matching(bench, shop, body)}
        page, told = page_of(bench, [(item.id, item.updated_at) for item in items.values()], size)
        return good({"products": [_summary(items[name]) for name in page], **told})

    @on(blueprint, "GET", "/product/*/products/<product>", "202309")
    def show_product(product: str) -> Response:
        item = find_item(bench, admit_shop(bench), product)
        return good(_detail(bench, item, request.args.get("return_under_review_version") == "true"))


def sku_id(product: str) -> str:
    """The number of a product's only SKU."""
    return f"{product}1"


def find_item(bench: Bench, shop: Shop, product: str) -> Item:
    """The shop's own product, as far as TikTok shows it."""
    item = bench.item(product)
    if item is None or item.status == "DELETED":
        raise TikTokError(12052032, "Product not found.")
    if item.shop != shop.id:
        raise TikTokError(12052048, "The product does not belong to the shop.")
    if item.status in HIDDEN:
        raise TikTokError(12052901, "The status of the product does not allow this.")
    return settle(bench, item)


def _take_picture(bench: Bench) -> dict[str, Any]:
    upload = request.files.get("data")
    content = upload.read(LARGEST_PICTURE + 1) if upload else b""
    use = request.form.get("use_case", "MAIN_IMAGE")
    if use not in USES:
        raise bad_parameter("param use_case is invalid")
    if len(content) > LARGEST_PICTURE:
        raise TikTokError(36009021, "The file is too large: at most 10 MB.")
    if not content.startswith(PICTURES):
        raise bad_parameter("param data must be an image in JPG, PNG, WEBP, HEIC or BMP")
    uri = f"tos-alisg-i-sim/{secrets.token_hex(16)}"
    bench.keep("picture", uri, {})
    return {"uri": uri, "url": f"{request.host_url}tiktok/file/{uri}", "use_case": use}


def _matching(bench: Bench, shop: Shop, body: dict[str, Any]) -> list[Item]:
    """Bounds of times are both meant here."""
    skus, wanted = texts(body, "seller_skus", 10), body.get("status", "ALL")
    updated = span(body, "update_time", "le")
    items = [settle(bench, item) for item in bench.items(shop.id)]
    return [
        item
        for item in items
        if wanted in {"ALL", item.status}
        and updated[0] <= item.updated_at <= updated[1]
        and (skus is None or {sku["seller_sku"] for sku in _skus(item)} & set(skus))
    ]


def _summary(item: Item) -> dict[str, Any]:
    return {
        "id": item.id,
        "title": item.name,
        "status": item.status,
        "create_time": item.updated_at,
        "update_time": item.updated_at,
        "skus": _skus(item),
    }


def _detail(bench: Bench, item: Item, is_proposed: bool) -> dict[str, Any]:
    waiting = proposed(bench, item)
    told = waiting if is_proposed else {}
    weight = told.get("weight_g", item.weight_g)
    return {
        **_summary(item),
        "title": told.get("name", item.name),
        "description": told.get("description", item.description),
        "package_weight": {"value": f"{weight / 1000:g}", "unit": "KILOGRAM"},
        "category_chains": [{"id": item.category, "is_leaf": True}],
        "main_images": [{"uri": uri} for uri in item.images],
        "audit": {"status": "AUDITING" if waiting else "APPROVED"},
    }


def _skus(item: Item) -> list[dict[str, Any]]:
    if not item.models:
        return [_sku(sku_id(item.id), item.sku, item.price_vnd, item.stock)]
    return [_sku(m["id"], m["sku"], m["price_vnd"], m["stock"]) for m in item.models]


def _sku(number: str, sku: str, price: int, stock: int) -> dict[str, Any]:
    return {
        "id": number,
        "seller_sku": sku,
        "price": {"currency": "VND", "tax_exclusive_price": str(price), "sale_price": str(price)},
        "inventory": [{"warehouse_id": SELLING, "quantity": stock}],
    }
