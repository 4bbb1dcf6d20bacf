"""What the shop has: products in pages, one listing for each of their SKUs.

A listing is named by its SKU's number, the only one that order rows are sure to carry; the product's
number, which some changing calls want as well, stands beside it as ``holder``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from marketplaces.interface import MarketplaceError
from marketplaces.lazada.gateway import Gateway
from marketplaces.public_page import public_page
from marketplaces.publishing import Shown
from marketplaces.reading import MalformedError, Record
from marketplaces.values import Category, Listing, ListingStatus

PRODUCTS = "/products/get"
CATEGORIES = "/category/tree/get"
PAGE_SIZE = 50
MOST_OFFSET = 10_000
DEEPEST = 20
HOSTS = ("lazada.vn",)
"""Where buyers in Vietnam shop."""

STATUSES: dict[str, ListingStatus] = {
    "active": "on_sale",
    "inactive": "off_sale",
    "pending qc": "blocked",
    "suspended": "blocked",
    "rejected": "blocked",
    "deleted": "deleted",
}


def read_listings(gateway: Gateway) -> Iterator[Shown]:
    """Every SKU that is not deleted."""
    offset = 0
    while True:
        query = [("filter", "all"), ("offset", str(offset)), ("limit", str(PAGE_SIZE))]
        data = gateway.get(PRODUCTS, query).record("data")
        products = data.records("products", optional=True)
        for product in products:
            yield from _skus(product)
        offset += len(products)
        if not products or offset >= data.number("total_products"):
            return
        if offset > MOST_OFFSET:
            message = f"Lazada: the shop has more than {MOST_OFFSET} products, which its list does not reach"
            raise MarketplaceError(message, permanent=True, kind="refused")


def find_skus(gateway: Gateway, skus: Sequence[str]) -> Iterator[Shown]:
    """The SKUs of these seller's names, as far as the shop has them."""
    for start in range(0, len(skus), PAGE_SIZE):
        batch = json.dumps(skus[start : start + PAGE_SIZE], ensure_ascii=False)
        query = [("filter", "all"), ("limit", str(PAGE_SIZE)), ("sku_seller_list", batch)]
        for product in gateway.get(PRODUCTS, query).record("data").records("products", optional=True):
            yield from _skus(product)


def read_categories(gateway: Gateway) -> Iterator[Category]:
    """Lazada's shelves by their Vietnamese names."""
    answer = gateway.get_public(CATEGORIES, [("language_code", "vi_VN")])
    for record in answer.records("data"):
        yield from _branch(record, "", DEEPEST)


def _branch(record: Record, parent: str, depth: int) -> Iterator[Category]:
    if not depth:
        raise MalformedError(f"data.children: expected at most {DEEPEST} levels")
    number = record.identifier("category_id")
    children = record.records("children", optional=True)
    yield Category(number, record.text("name"), parent, leaf=record.flag("leaf", default=not children))
    for child in children:
        yield from _branch(child, number, depth - 1)


def _skus(product: Record) -> Iterator[Shown]:
    attributes = product.record("attributes")
    whole = _status(product.text("status", default="Active"))
    for sku in product.records("skus"):
        status = _status(sku.text("Status", default="Active"))
        status = status if whole == "on_sale" else whole
        if status == "deleted":
            continue
        listing = Listing(
            ext_listing_id=sku.identifier("SkuId"),
            sku=sku.text("SellerSku", default=""),
            name=attributes.text("name"),
            price_vnd=sku.number("price"),
            stock=sku.number("quantity"),
            status=status,
            page_url=public_page(sku.text("Url", default=""), HOSTS),
        )
        description = attributes.text("description", default="")
        yield Shown(listing, description, _weight_g(sku), product.identifier("item_id"))


def _status(word: str) -> ListingStatus:
    return STATUSES.get(word.lower(), "blocked")


def _weight_g(sku: Record) -> int:
    """From kilograms."""
    return int(sku.decimal("package_weight") * 1000) if sku.has("package_weight") else 0
