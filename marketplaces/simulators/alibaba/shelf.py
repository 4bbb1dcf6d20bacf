"""Calls that change products: new ones, texts, prices, stocks, on and off the shelf."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any

from marketplaces.simulators.alibaba import DONG_A_DOLLAR
from marketplaces.simulators.alibaba.envelope import BusinessError, GatewayError
from marketplaces.simulators.alibaba.guard import admit_shop, parameters
from marketplaces.simulators.alibaba.products import FIRST_PRODUCT, LEAVES, find
from marketplaces.simulators.alibaba.switches import chosen
from marketplaces.simulators.bench import Bench, Item
from marketplaces.simulators.store import Body

MOST_PICTURES = 6
DONE: Body = {"result": {"success": True, "data": None}}


def create(bench: Bench) -> Body:
    """``/alibaba/icbu/product/listing/v2``."""
    shop, product = admit_shop(bench), _part(_given("product_info", dict), "")
    basic, trade = _part(product, "basic_info"), _part(product, "trade_info")
    pictures = [str(one.get("image_url")) for one in basic.get("product_image", [])]
    are_addresses = all(one.startswith(("https://", "http://")) for one in pictures)
    if not basic.get("title"):
        raise BusinessError("B_TITLE_NOT_FOUND", "The title is missing.")
    if not basic.get("keywords"):
        raise BusinessError("B_KEYWORD_NOT_FOUND", "Keywords are missing.")
    if not 1 <= len(pictures) <= MOST_PICTURES or not are_addresses:
        raise BusinessError("B_CONTAINS_INVALID_IMAGE", "An image is invalid.")
    if str(_part(product, "category_info").get("category_id")) not in LEAVES:
        raise BusinessError("B_PRODUCT_PARAM_INVALID", "category_id must be a leaf.")
    item = Item(
        id=str(bench.number("item", FIRST_PRODUCT)),
        shop=shop.id,
        sku=str(basic.get("model_number", "")),
        name=str(basic["title"]),
        price_vnd=_tiered(_part(trade, "price")),
        stock=_stock(trade.get("inventory")),
        description=str(basic.get("description", "")),
        weight_g=_grams(product),
        category=str(product["category_info"]["category_id"]),
        status="online",
        images=[*pictures, *(["pending"] if chosen(bench, "audit") == "pending" else [])],
    )
    _save(bench, item)
    return {"result": {"success": True, "data": int(item.id)}}


def update(bench: Bench) -> Body:
    """``/alibaba/icbu/product/update/v2``: what is not passed stays."""
    shop, product = admit_shop(bench), _given("product_info", dict)
    basic = _part(product, "basic_info")
    item = find(bench, shop, str(basic.get("product_id", "")))
    item.name = str(basic.get("title", item.name))
    item.description = str(basic.get("description", item.description))
    item.weight_g = _grams(product) if "logistics_info" in product else item.weight_g
    _save(bench, item)
    return DONE


def edit_price(bench: Bench) -> Body:
    """``/icbu/product/edit-price``: of the product or of its SKUs, never both."""
    item, given = find(bench, admit_shop(bench), parameters().get("product_id", "")), parameters()
    if "price" in given and "sku_price" in given:
        raise BusinessError("B_PRICE_CONFLICT", "SPU and SKU prices cannot be handled at once.")
    if "price" in given:
        item.price_vnd = _tiered(_given("price", dict))
    elif "sku_price" in given:
        for sku in _given("sku_price", list):
            _model(item, sku)["price_vnd"] = _dong(sku.get("price"))
    else:
        raise BusinessError("B_PRICE_ALL_NULL", "SPU and SKU prices cannot be both empty.")
    _save(bench, item)
    return DONE


def edit_inventory(bench: Bench) -> Body:
    """``/icbu/product/edit-inventory``: absolute, of the product or of its SKUs, never both."""
    item, given = find(bench, admit_shop(bench), parameters().get("product_id", "")), parameters()
    if "inventory" in given and "sku_inventory" in given:
        raise BusinessError("B_INVENTORY_CONFLICT", "SPU and SKU stocks cannot be handled at once.")
    if "inventory" in given:
        item.stock = _stock(given["inventory"])
    elif "sku_inventory" in given:
        for sku in _given("sku_inventory", list):
            _model(item, sku)["stock"] = _stock(sku.get("inventory"))
    else:
        raise BusinessError("B_INVENTORY_ALL_NULL", "SPU and SKU stocks cannot be both empty.")
    _save(bench, item)
    return DONE


def set_status(bench: Bench) -> Body:
    """``/alibaba/icbu/product/batch/update/status``: each product by itself; only all of them are success."""
    shop, action = admit_shop(bench), parameters().get("action", "")
    if action not in {"online", "offline"}:
        raise BusinessError("B_PRODUCT_PARAM_INVALID", "action must be online or offline.")
    reached: list[int] = []
    errors: list[Body] = []
    for number in _given("product_id_list", list):
        if type(number) is not int:
            raise BusinessError("B_PRODUCT_PARAM_INVALID", "product_id_list holds numbers.")
        try:
            item = find(bench, shop, str(number))
        except BusinessError as error:
            errors.append({"product_id": number, "message": error.message, "msg_code": error.code})
            continue
        item.status = action
        _save(bench, item)
        reached.append(number)
    return {"result": {"success": not errors, "updated_product_ids": reached, "errors": errors}}


def _save(bench: Bench, item: Item) -> None:
    item.updated_at = bench.now()
    bench.save(item)


def _given(name: str, kind: type) -> Any:
    """A parameter that holds JSON of that kind."""
    text = parameters().get(name, "")
    if not text:
        raise GatewayError("MissingParameter", f"The input parameter '{name}' is missing.")
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, kind):
        raise BusinessError("B_PRODUCT_PARAM_INVALID", f"{name} is not what is expected.")
    return value


def _part(product: Body, name: str) -> Body:
    part = product.get(name, {}) if name else product
    if not isinstance(part, dict):
        raise BusinessError("B_PRODUCT_PARAM_INVALID", f"{name} is no object.")
    return part


def _model(item: Item, sku: object) -> Body:
    number = str(sku.get("sku_id")) if isinstance(sku, dict) else ""
    for model in item.models:
        if str(model["id"]) == number:
            return model
    raise BusinessError("B_PRODUCT_PARAM_INVALID", "The SKU was not found.")


def _tiered(price: Body) -> int:
    if price.get("currency") != "USD":
        raise BusinessError("B_PRODUCT_PARAM_INVALID", "currency must be USD.")
    steps = price.get("tiered_price")
    if price.get("price_type") != "TIERED" or not isinstance(steps, list) or len(steps) != 1:
        raise BusinessError("B_PRODUCT_PARAM_INVALID", "one step of price is expected here.")
    return _dong(steps[0].get("price"))


def _dong(price: object) -> int:
    try:
        dollars = Decimal(str(price))
    except InvalidOperation:
        dollars = Decimal(-1)
    if not 0 < dollars < 10**9:
        raise BusinessError("B_PRODUCT_PARAM_INVALID", "The price is invalid.")
    if dollars * 100 != int(dollars * 100):
        raise BusinessError("B_PRICE_SCALE_INVALID", "The price has more than two decimals.")
    return int(dollars * DONG_A_DOLLAR)


def _stock(told: object) -> int:
    text = str(told)
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BusinessError("B_PRODUCT_PARAM_INVALID", "inventory must be a whole number.")
    return int(text)


def _grams(product: Body) -> int:
    return round(float(_part(product, "logistics_info").get("weight", 0)) * 1000)
