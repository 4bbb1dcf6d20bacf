"""What a request to make or change a product must look like."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from marketplaces.simulators.bench import Bench
from marketplaces.simulators.store import Body
from marketplaces.simulators.tiktok.envelope import TikTokError, bad_parameter
from marketplaces.simulators.tiktok.products import LEAVES, SELLING

CHINESE = re.compile("[\u4e00-\u9fff]")
GRAMS = {"KILOGRAM": 1000, "GRAM": 1}


def content_of(body: Body) -> Body:
    """Texts and weight, as far as the body gives them."""
    content: Body = {}
    if "title" in body:
        content["name"] = _text(body, "title", 25, 255)
        if CHINESE.search(content["name"]):
            raise TikTokError(12052262, "The title must not hold Chinese characters.")
    if "description" in body:
        content["description"] = _text(body, "description", 1, 10_000)
    if "package_weight" in body:
        content["weight_g"] = _weight_of(body["package_weight"])
    return content


def new_product(bench: Bench, body: Body) -> Body:
    """Everything TikTok wants of a new product, as fields of a listing; ``status`` is left to the caller."""
    content = content_of(body)
    if set(content) != {"name", "description", "weight_g"}:
        raise bad_parameter("param body.title, description or package_weight is missing")
    if body.get("category_id") not in LEAVES:
        raise bad_parameter("param body.category_id must be a leaf category")
    uris = [str(image.get("uri")) for image in records_of(body, "main_images", 9)]
    if not all(bench.note("picture", uri) is not None for uri in uris):
        raise bad_parameter("param body.main_images must be uris of uploaded images")
    skus = [_sku_of(bench, sku) for sku in records_of(body, "skus", 100)]
    [first, *others] = skus
    return {
        **content,
        "category": body["category_id"],
        "images": uris,
        "sku": first["sku"],
        "price_vnd": first["price_vnd"],
        "stock": first["stock"],
        "models": skus if others else [],
    }


def records_of(body: Body, name: str, most: int) -> list[Body]:
    """A list of objects that is not empty."""
    value = body.get(name)
    is_list = isinstance(value, list) and 1 <= len(value) <= most
    if not is_list or not all(isinstance(entry, dict) for entry in value or []):
        raise bad_parameter(f"param body.{name} must hold 1 to {most} entries")
    return list(value or [])


def price_of(entry: Body) -> int:
    """Whole đồng, written as text."""
    price = entry.get("price")
    if not isinstance(price, dict) or price.get("currency") != "VND":
        raise TikTokError(12052084, "The currency must be VND.")
    amount = price.get("amount")
    is_number = isinstance(amount, str) and amount.isascii() and amount.isdigit()
    if not is_number or not 1 <= int(str(amount)[:12]) <= 180_000_000:
        raise TikTokError(12052073, "The price must be from 1 to 180000000.")
    return int(str(amount))


def quantity_of(rows: list[Body]) -> int | None:
    """The pieces in all warehouses together; None when one is out of range."""
    quantities = [row.get("quantity") for row in rows]
    whole = [quantity for quantity in quantities if type(quantity) is int and 0 <= quantity <= 99_999]
    return sum(whole) if len(whole) == len(quantities) else None


def _sku_of(bench: Bench, entry: Body) -> Body:
    rows = records_of(entry, "inventory", 100)
    quantity = quantity_of(rows)
    if any(row.get("warehouse_id") != SELLING for row in rows):
        raise TikTokError(12052097, "The warehouse is unknown.")
    if quantity is None:
        raise TikTokError(12052055, "The quantity must be from 1 to 99999.")
    code = _text(entry, "seller_sku", 1, 50)
    if " " in code:
        raise bad_parameter("param body.skus.seller_sku must not hold spaces")
    number = str(bench.number("model", 1_729_592_969_712_300_001))
    return {"id": number, "sku": code, "price_vnd": price_of(entry), "stock": quantity}


def _weight_of(value: object) -> int:
    try:
        if not isinstance(value, dict):
            raise TypeError(value)
        grams = Decimal(str(value["value"])) * GRAMS[str(value["unit"])]
        if not 0 < grams < 10_000_000:
            raise ValueError(grams)
        return int(grams)
    except (InvalidOperation, KeyError, TypeError, ValueError):
        raise bad_parameter("param body.package_weight is invalid") from None


def _text(body: Body, name: str, least: int, most: int) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not least <= len(value) <= most:
        raise bad_parameter(f"param body.{name} must be a text of {least} to {most} characters")
    return value
