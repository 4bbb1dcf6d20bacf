"""Calls that change products: new ones, texts, prices, stocks, on and off sale."""

from __future__ import annotations

from flask import Blueprint, Response

from marketplaces.simulators.bench import Bench, Item, Shop
from marketplaces.simulators.store import Body
from marketplaces.simulators.tiktok.envelope import TikTokError, failure, good
from marketplaces.simulators.tiktok.guard import admit_shop, json_body
from marketplaces.simulators.tiktok.pages import texts
from marketplaces.simulators.tiktok.products import SELLING, find_item, sku_id
from marketplaces.simulators.tiktok.request_parts import (
    content_of,
    new_product,
    price_of,
    quantity_of,
    records_of,
)
from marketplaces.simulators.tiktok.reviews import LIVE, PENDING, begin_review, propose
from marketplaces.simulators.tiktok.routes import on
from marketplaces.simulators.tiktok.switches import switched

FIRST_ITEM = 1_729_592_969_712_207_008
OFF = "SELLER_DEACTIVATED"
MOST_PRODUCTS = 20


def add_shelf(blueprint: Blueprint, bench: Bench) -> None:
    """The six changing calls."""

    @on(blueprint, "POST", "/product/*/products", "202309")
    def create_product() -> Response:
        shop, body = admit_shop(bench), json_body()
        with bench.work():
            return good(_create(bench, shop, body))

    @on(blueprint, "POST", "/product/*/products/<product>/partial_edit", "202309", "202509")
    def edit_product(product: str) -> Response:
        shop, body = admit_shop(bench), json_body()
        with bench.work():
            item = find_item(bench, shop, product)
            propose(bench, item, content_of(body))
            _save(bench, item)
        return good({"product_id": item.id})

    @on(blueprint, "POST", "/product/*/products/<product>/prices/update", "202309")
    def update_prices(product: str) -> Response:
        shop, body = admit_shop(bench), json_body()
        with bench.work():
            item = _live(bench, shop, product)
            for entry in records_of(body, "skus", 100):
                _set(item, entry, "price_vnd", price_of(entry))
            _save(bench, item)
        return good({})

    @on(blueprint, "POST", "/product/*/products/<product>/inventory/update", "202309")
    def update_stocks(product: str) -> Response:
        shop, body = admit_shop(bench), json_body()
        with bench.work():
            item = _live(bench, shop, product)
            errors = [
                error for entry in records_of(body, "skus", 100) for error in _stock(bench, item, entry)
            ]
            _save(bench, item)
        return good({"errors": errors} if errors else {})

    @on(blueprint, "POST", "/product/*/products/activate", "202309")
    def activate() -> Response:
        return good(_each(bench, admit_shop(bench), is_on=True))

    @on(blueprint, "POST", "/product/*/products/deactivate", "202309")
    def deactivate() -> Response:
        return good(_each(bench, admit_shop(bench), is_on=False))


def _save(bench: Bench, item: Item) -> None:
    item.updated_at = bench.now()
    bench.save(item)


def _live(bench: Bench, shop: Shop, product: str) -> Item:
    item = find_item(bench, shop, product)
    if item.status != LIVE:
        raise TikTokError(12052901, "Only products in status ACTIVATE can be updated.")
    return item


def _create(bench: Bench, shop: Shop, body: Body) -> Body:
    """A request with a key seen before is answered with what it made."""
    key = body.get("idempotency_key")
    known = bench.note("created", f"{shop.id}/{key}") if key else None
    item = bench.item(known["product"]) if known else None
    if item is None:
        made = new_product(bench, body)
        item = Item(id=str(bench.number("item", FIRST_ITEM)), shop=shop.id, **made)
        begin_review(bench, item)
        _save(bench, item)
        if key:
            bench.keep("created", f"{shop.id}/{key}", {"product": item.id})
    skus = [{"id": m["id"], "seller_sku": m["sku"]} for m in item.models]
    return {"product_id": item.id, "skus": skus or [{"id": sku_id(item.id), "seller_sku": item.sku}]}


def _set(item: Item, entry: Body, field: str, value: int) -> None:
    """Of the SKU named."""
    for model in item.models:
        if model["id"] == entry.get("id"):
            model[field] = value
            return
    if item.models or entry.get("id") != sku_id(item.id):
        raise TikTokError(12052557, "The SKU does not belong to the product.")
    setattr(item, field, value)


def _stock(bench: Bench, item: Item, entry: Body) -> list[Body]:
    """Set the stock of a SKU, or say inside a good answer what is wrong with it."""
    rows = records_of(entry, "inventory", 100)
    unknown = [row.get("warehouse_id") for row in rows if row.get("warehouse_id") != SELLING]
    if unknown:
        extra = [
            {"warehouse_id": name, "code": 12052097, "message": "Unknown warehouse."} for name in unknown
        ]
        words = "Some warehouses are invalid."
        return [failure(12052097, words, sku_id=entry.get("id"), extra_errors=extra)]
    quantity = quantity_of(rows)
    if quantity is None or (quantity == 0 and switched(bench, "zero_stock") == "refused"):
        return [failure(12052055, "The quantity must be from 1 to 99999.", sku_id=entry.get("id"))]
    _set(item, entry, "stock", quantity)
    return []


def _each(bench: Bench, shop: Shop, *, is_on: bool) -> Body:
    """Switch products; each fails alone, inside a good answer."""
    errors = []
    with bench.work():
        for product in texts(json_body(), "product_ids", MOST_PRODUCTS) or []:
            try:
                _switch(bench, find_item(bench, shop, product), is_on=is_on)
            except TikTokError as error:
                errors.append(failure(error.code, error.message, product_id=product))
    return {"errors": errors} if errors else {}


def _switch(bench: Bench, item: Item, *, is_on: bool) -> None:
    if item.status not in ({OFF} if is_on else {LIVE, PENDING}):
        raise TikTokError(12052901, f"The product is in status {item.status}.")
    if is_on:
        begin_review(bench, item)
    else:
        item.status = OFF
    _save(bench, item)
