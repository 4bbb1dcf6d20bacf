"""Making and changing products."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from marketplaces.simulators.bench import Bench, Item, Shop
from marketplaces.simulators.sendo.envelope import SendoError, good
from marketplaces.simulators.sendo.guard import admit, json_body, json_object
from marketplaces.simulators.sendo.products import LEAVES, OFF, find_item

FIRST_ITEM = 35_858_106
LOCKED = frozenset({"1", "4", "5"})


def add_shelf(blueprint: Blueprint, bench: Bench) -> None:
    """A product whole, or only price and stock of several."""

    @blueprint.post("/api/partner/product")
    def create_or_update() -> Response:
        shop, body = admit(bench), json_object()
        with bench.work():
            if body.get("id", 0) == 0:
                item = _new_item(bench, shop, body)
            else:
                item = _unlocked(find_item(bench, shop, body["id"]))
                _check_sku(bench, shop, body, item)
            _fill(item, body)
            item.updated_at = bench.now()
            bench.save(item)
        return good(int(item.id))

    @blueprint.put("/api/partner/product/config/variant-price")
    def prices() -> Response:
        shop, body = admit(bench), json_body()
        if not isinstance(body, list) or not all(isinstance(entry, dict) for entry in body):
            raise SendoError(400, "An array is expected")
        with bench.work():
            for entry in body:
                item = _unlocked(find_item(bench, shop, entry.get("product_id")))
                if bool(entry.get("is_config_variant")) != bool(item.models):
                    raise SendoError(400, "is_config_variant is wrong", "is_config_variant")
                _price(item, entry)
                item.updated_at = bench.now()
                bench.save(item)
        return good(None)


def _unlocked(item: Item) -> Item:
    if item.status in LOCKED:
        raise SendoError(400, f"A product of status {item.status} can not be updated", "status")
    return item


def _new_item(bench: Bench, shop: Shop, body: dict[str, Any]) -> Item:
    _check_sku(bench, shop, body, None)
    number = str(bench.number("item", FIRST_ITEM))
    return Item(number, shop.id, str(body["sku"]), "", 0, 0, status="2")


def _check_sku(bench: Bench, shop: Shop, body: dict[str, Any], own: Item | None) -> None:
    sku = body.get("sku")
    if not isinstance(sku, str) or not sku:
        raise SendoError(400, "sku is required", "sku")
    if any(item.sku == sku and (own is None or item.id != own.id) for item in bench.items(shop.id)):
        raise SendoError(400, f"sku {sku} is duplicated", "sku")


def _fill(item: Item, body: dict[str, Any]) -> None:
    """All that a product must have, new or not."""
    if body.get("cat_4_id") not in LEAVES:
        raise SendoError(400, "cat_4_id is invalid", "cat_4_id")
    avatar = body.get("avatar")
    picture = avatar.get("picture_url") if isinstance(avatar, dict) else None
    if not isinstance(picture, str) or not picture.startswith(("http://", "https://")):
        raise SendoError(400, "avatar is required", "avatar")
    item.sku = str(body["sku"])
    item.name = _text(body, "name", 1, 200)
    item.description = _text(body, "description", 1, 100_000)
    item.weight_g = _whole(body, "weight", 1)
    item.category = str(body["cat_4_id"])
    item.images = [str(one["picture_url"]) for one in body.get("pictures") or [{"picture_url": picture}]]
    _price(item, body)


def _price(item: Item, body: dict[str, Any]) -> None:
    if item.models:
        for variant in body.get("variants") or []:
            _price_variant(item, variant)
        item.status = "2" if body.get("stock_availability") else OFF
        return
    price, stock = _whole(body, "price", 1_000), _whole(body, "stock_quantity", 0)
    available = body.get("stock_availability")
    if not isinstance(available, bool) or (available and stock <= 0):
        raise SendoError(400, "stock_availability must be false without stock", "stock_availability")
    item.price_vnd, item.stock = price, stock
    item.status = "2" if available or stock <= 0 else OFF


def _price_variant(item: Item, variant: dict[str, Any]) -> None:
    for model in item.models:
        if model["sku"] == variant.get("variant_sku"):
            model["price_vnd"] = _whole(variant, "variant_price", 1_000)
            model["stock"] = _whole(variant, "variant_quantity", 0)
            return
    raise SendoError(400, "variant_sku is unknown", "variant_sku")


def _text(body: dict[str, Any], name: str, least: int, most: int) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not least <= len(value.strip()) <= most:
        raise SendoError(400, f"{name} is invalid", name)
    return value


def _whole(body: dict[str, Any], name: str, least: int) -> int:
    value = body.get(name)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= 10**10:
        raise SendoError(400, f"{name} is invalid", name)
    return value
