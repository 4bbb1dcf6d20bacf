"""Calls that change products: new ones, texts, prices, stocks, on and off the shelf."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response

from marketplaces.simulators.bench import Bench, Item, Shop
from marketplaces.simulators.lazada.envelope import LazadaError, figure, good
from marketplaces.simulators.lazada.guard import admit_shop
from marketplaces.simulators.lazada.payload import Node, node, nodes, read_product, text
from marketplaces.simulators.lazada.products import (
    FIRST_SKU,
    LEAVES,
    Sku,
    image_address,
    product_number,
    skus_of,
)

LOCKED = frozenset({"Pending QC", "Suspended"})
WORDS = {"active": "Active", "inactive": "InActive", "deleted": "Deleted"}
BOX = ("package_weight", "package_length", "package_width", "package_height")
MOST_SKUS = 50


def add_shelf(blueprint: Blueprint, bench: Bench) -> None:
    """The four changing calls."""

    @blueprint.post("/rest/product/create")
    def create() -> Response:
        with bench.work():
            item = _create(bench, admit_shop(bench), read_product())
        made = {"seller_sku": item.sku, "shop_sku": f"{product_number(item)}_VNAMZ-{item.id}"}
        sku_list = [{**made, "sku_id": figure(item.id)}]
        return good({"item_id": figure(product_number(item)), "sku_list": sku_list, "item_status": "Active"})

    @blueprint.post("/rest/product/update")
    def update() -> Response:
        with bench.work():
            shop, product = admit_shop(bench), read_product()
            item = _find(bench, shop, text(product, "ItemId"))
            for sku in _skus(product):
                _update(_find_sku(item, text(sku, "SkuId")), sku)
            if isinstance(product.get("Attributes"), dict):
                item.name = text(product["Attributes"], "name") or item.name
                item.description = text(product["Attributes"], "description") or item.description
            _save(bench, item)
        return good({"item_id": figure(product_number(item)), "sku_list": []})

    @blueprint.post("/rest/product/price_quantity/update")
    def price_quantity() -> Response:
        with bench.work():
            shop, wanted = admit_shop(bench), _skus(read_product())
            return _partly(wanted, lambda sku: _set_figures(bench, shop, sku))

    @blueprint.post("/rest/product/deactivate")
    def deactivate() -> Response:
        with bench.work():
            shop, product = admit_shop(bench), read_product("apiRequestBody")
            if nodes(node(product, "Skus"), "SellerSku"):
                raise LazadaError("4193", "SellerSku is not supported any more")
            item = _find(bench, shop, text(product, "ItemId"))
            for number in nodes(node(product, "Skus"), "SkuId"):
                _find_sku(item, str(number)).set("status", "InActive")
            _save(bench, item)
        return good({})


def _save(bench: Bench, item: Item) -> None:
    item.updated_at = bench.now()
    bench.save(item)


def _skus(product: Node) -> list[Node]:
    skus = nodes(node(product, "Skus"), "Sku")
    if not 1 <= len(skus) <= MOST_SKUS or not all(isinstance(sku, dict) for sku in skus):
        raise LazadaError("204", "E204: Too many SKUs in one request, or none")
    return skus


def _find(bench: Bench, shop: Shop, number: str) -> Item:
    for item in bench.items(shop.id):
        if product_number(item) == number and item.status != "Deleted":
            if item.status in LOCKED:
                raise LazadaError("501", f"E501: Update product failed: it is {item.status}")
            return item
    raise LazadaError("208", "E208: Item not found")


def _find_sku(item: Item, number: str) -> Sku:
    for sku in skus_of(item):
        if sku.id == number:
            return sku
    raise LazadaError("207", "E207: SKU not found")


def _create(bench: Bench, shop: Shop, product: Node) -> Item:
    attributes, skus = node(product, "Attributes"), _skus(product)
    images = nodes(node(product, "Images"), "Image")
    if text(product, "PrimaryCategory") not in LEAVES:
        raise LazadaError("501", "E501: PrimaryCategory must be a leaf category")
    if not images or not all(str(image).startswith(image_address()) for image in images):
        raise LazadaError("501", "E501: Images must hold addresses of Lazada")
    if not text(attributes, "name") or not text(attributes, "brand"):
        raise LazadaError("501", "E501: name and brand are mandatory")
    sku = skus[0]
    if len(skus) > 1 or not all(_number(sku, name) > 0 for name in BOX):
        raise LazadaError("501", "E501: one SKU with its package is expected here")
    _refuse_known(bench, shop, text(sku, "SellerSku"))
    item = Item(
        id=str(bench.number("item", FIRST_SKU)),
        shop=shop.id,
        sku=text(sku, "SellerSku"),
        name=text(attributes, "name"),
        price_vnd=_price(sku, "price"),
        stock=_stock(sku, "quantity"),
        description=text(attributes, "description"),
        weight_g=round(_number(sku, "package_weight") * 1000),
        category=text(product, "PrimaryCategory"),
        status="Active",
        images=[str(image) for image in images],
    )
    _save(bench, item)
    return item


def _refuse_known(bench: Bench, shop: Shop, name: str) -> None:
    if not name:
        raise LazadaError("501", "E501: SellerSku is mandatory")
    if any(sku.name == name for item in bench.items(shop.id) for sku in skus_of(item)):
        raise LazadaError("4135", "The seller SKU is used already")


def _update(sku: Sku, asked: Node) -> None:
    status = text(asked, "Status").lower()
    if status and status not in WORDS:
        raise LazadaError("501", "E501: Status must be active, inactive or deleted")
    if status:
        sku.set("status", WORDS[status])
    if "package_weight" in asked:
        sku.item.weight_g = round(_number(asked, "package_weight") * 1000)


def _set_figures(bench: Bench, shop: Shop, asked: Node) -> None:
    item = _find(bench, shop, text(asked, "ItemId"))
    sku = _find_sku(item, text(asked, "SkuId"))
    price = _price(asked, "Price") if "Price" in asked else sku.get("price_vnd")
    stock = _stock(asked, "Quantity") if "Quantity" in asked else sku.get("stock")
    sku.set("price_vnd", price)
    sku.set("stock", stock)
    _save(bench, item)


def _partly(wanted: list[Node], change: Callable[[Node], None]) -> Response:
    """Each SKU succeeds or fails alone; only when all fail is the answer a refusal."""
    detail: list[dict[str, Any]] = []
    for sku in wanted:
        try:
            change(sku)
        except LazadaError as error:
            numbers = {"item_id": text(sku, "ItemId"), "sku_id": text(sku, "SkuId")}
            detail.append({"code": error.code, "field": "Sku", "message": error.message, **numbers})
    if len(detail) == len(wanted):
        raise LazadaError("501", "E501: Update product failed", detail)
    return good({}, **({"detail": detail} if detail else {}))


def _price(sku: Node, name: str) -> int:
    price = _number(sku, name)
    if price < 1 or price != int(price):
        raise LazadaError("501", f"E501: {name} must be a whole positive amount")
    return int(price)


def _stock(sku: Node, name: str) -> int:
    stock = _number(sku, name)
    if stock != int(stock):
        raise LazadaError("501", f"E501: {name} must be whole")
    return int(stock)


def _number(sku: Node, name: str) -> float:
    try:
        number = float(text(sku, name))
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1e12:
        raise LazadaError("501", f"E501: {name} is invalid")
    return number
