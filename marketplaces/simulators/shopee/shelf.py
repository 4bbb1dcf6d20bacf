"""Calls that change listings: new ones, texts, prices, stocks, on and off the shelf."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from marketplaces.simulators.bench import Bench, Item, Shop
from marketplaces.simulators.shopee.envelope import ShopeeError, good
from marketplaces.simulators.shopee.guard import admit_shop
from marketplaces.simulators.shopee.products import CHANNELS, LEAVES, find_item
from marketplaces.simulators.shopee.tokens import json_body

FIRST_ITEM = 2_400_143_710
LOCKED = frozenset({"BANNED", "REVIEWING"})
CARRIERS = frozenset(number for number, _, enabled in CHANNELS if enabled)


def add_shelf(blueprint: Blueprint, bench: Bench) -> None:
    """The five changing calls."""

    @blueprint.post("/api/v2/product/add_item")
    def add_item() -> Response:
        shop, body = admit_shop(bench), json_body()
        with bench.work():
            item = _new_item(bench, shop, body)
        return good({"item_id": int(item.id), "item_name": item.name, "item_status": item.status})

    @blueprint.post("/api/v2/product/update_item")
    def update_item() -> Response:
        shop, body = admit_shop(bench), json_body()
        with bench.work():
            item = find_item(bench, shop, body.get("item_id"))
            item.name = _text(body, "item_name", item.name, 120)
            item.description = _text(body, "description", item.description, 5000)
            item.weight_g = round(_number(body, "weight", item.weight_g / 1000) * 1000)
            _save(bench, item)
        return good({"item_id": int(item.id), "item_name": item.name})

    @blueprint.post("/api/v2/product/update_price")
    def update_price() -> Response:
        shop, body = admit_shop(bench), json_body()
        with bench.work():
            return good(_each_model(bench, shop, body, "price"))

    @blueprint.post("/api/v2/product/update_stock")
    def update_stock() -> Response:
        shop, body = admit_shop(bench), json_body()
        with bench.work():
            return good(_each_model(bench, shop, body, "stock"))

    @blueprint.post("/api/v2/product/unlist_item")
    def unlist_item() -> Response:
        shop, body = admit_shop(bench), json_body()
        with bench.work():
            return good(_flip_each(bench, shop, _entries(body, "item_list")))


def _save(bench: Bench, item: Item) -> None:
    item.updated_at = bench.now()
    bench.save(item)


def _new_item(bench: Bench, shop: Shop, body: dict[str, Any]) -> Item:
    images = body.get("image", {}).get("image_id_list") if isinstance(body.get("image"), dict) else None
    carriers = [entry.get("logistic_id") for entry in _entries(body, "logistic_info") if entry.get("enabled")]
    if not isinstance(images, list) or not 1 <= len(images) <= 9:
        raise ShopeeError("product.error_param", "image_id_list must hold 1 to 9 images.")
    if not carriers or not set(carriers) <= CARRIERS:
        raise ShopeeError("product.error_param", "At least one enabled logistics channel is required.")
    if body.get("category_id") not in LEAVES:
        raise ShopeeError("product.error_category_not_leaf", "category_id must be a leaf category.")
    item = Item(
        id=str(bench.number("item", FIRST_ITEM)),
        shop=shop.id,
        sku=_text(body, "item_sku", "", 100),
        name=_text(body, "item_name", None, 120),
        price_vnd=_price_of(body),
        stock=_stock_of(body),
        description=_text(body, "description", None, 5000),
        weight_g=round(_number(body, "weight", None) * 1000),
        category=str(body["category_id"]),
        status=_text(body, "item_status", "NORMAL", 10),
        images=[str(image) for image in images],
    )
    _save(bench, item)
    return item


def _each_model(bench: Bench, shop: Shop, body: dict[str, Any], what: str) -> dict[str, Any]:
    """Set the price or the stock of an item (model 0) or of its variants; each entry fails alone."""
    item = find_item(bench, shop, body.get("item_id"))
    field, read = ("price_vnd", _price_of) if what == "price" else ("stock", _stock_of)
    successes, failures = [], []
    for entry in _entries(body, f"{what}_list"):
        number, value = entry.get("model_id", 0), read(entry)
        models = [model for model in item.models if model["id"] == str(number)]
        if item.status in LOCKED or (not models and (item.models or number != 0)):
            reason = "Item is locked." if item.status in LOCKED else "Model not found."
            failures.append({"model_id": number, "failed_reason": reason})
            continue
        if models:
            models[0][field] = value
        else:
            setattr(item, field, value)
        successes.append({"model_id": number})
    _save(bench, item)
    return {"success_list": successes, "failure_list": failures}


def _flip_each(bench: Bench, shop: Shop, entries: list[dict[str, Any]]) -> dict[str, Any]:
    successes, failures = [], []
    for entry in entries:
        failure = _flip(bench, shop, entry)
        if failure:
            failures.append(failure)
        else:
            successes.append({"item_id": entry["item_id"], "unlist": bool(entry.get("unlist"))})
    return {"success_list": successes, "failure_list": failures}


def _flip(bench: Bench, shop: Shop, entry: dict[str, Any]) -> dict[str, Any] | None:
    try:
        item = find_item(bench, shop, entry.get("item_id"))
    except ShopeeError as error:
        return {"item_id": entry.get("item_id"), "failed_reason": error.message}
    if item.status in LOCKED:
        reason = "error_busi_cannot_delist_reviewing_or_banned_item"
        return {"item_id": entry.get("item_id"), "failed_reason": reason}
    item.status = "UNLIST" if entry.get("unlist") else "NORMAL"
    _save(bench, item)
    return None


def _entries(body: dict[str, Any], name: str) -> list[dict[str, Any]]:
    value = body.get(name)
    if (
        not isinstance(value, list)
        or not 1 <= len(value) <= 50
        or not all(isinstance(e, dict) for e in value)
    ):
        raise ShopeeError("product.error_param", f"{name} must hold 1 to 50 entries.")
    return value


def _price_of(entry: dict[str, Any]) -> int:
    price = _number(entry, "original_price", None)
    if not 1000 <= price <= 120_000_000 or price != int(price):
        raise ShopeeError("product.error_param", "Price must be between 1,000 and 120,000,000.")
    return int(price)


def _stock_of(entry: dict[str, Any]) -> int:
    total = sum(_number(stock, "stock", None) for stock in _entries(entry, "seller_stock"))
    if total > 999_999 or total != int(total):
        raise ShopeeError("product.error_param", "stock must be between 0 and 999999.")
    return int(total)


def _text(body: dict[str, Any], name: str, default: str | None, longest: int) -> str:
    value = body.get(name, default)
    if not isinstance(value, str) or len(value) > longest or (default is None and not value):
        raise ShopeeError("product.error_param", f"{name} is invalid.")
    return value


def _number(body: dict[str, Any], name: str, default: float | None) -> float:
    value = body.get(name, default)
    if not isinstance(value, int | float) or isinstance(value, bool) or value < 0:
        raise ShopeeError("product.error_param", f"{name} is invalid.")
    return float(value)
