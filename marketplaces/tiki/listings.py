"""What the shop has. Every variant is a product of its own at Tiki, so that a listing has no variants."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from marketplaces.publishing import Shown
from marketplaces.reading import MalformedError, Record
from marketplaces.tiki.gateway import Gateway
from marketplaces.values import Category, Listing, ListingStatus

PAGE_SIZE = 50
MOST_PAGES = 10_000
ACTIVE: dict[str, ListingStatus] = {"1": "on_sale", "0": "off_sale"}


@dataclass(frozen=True, slots=True)
class Product:
    """A product, and how many pieces lie in each warehouse (empty where the answer does not say)."""

    shown: Shown
    spread: dict[int, int]


def read_products(gateway: Gateway) -> Iterator[Product]:
    """Every product of the shop, once."""
    seen: set[str] = set()
    for page in range(1, MOST_PAGES):
        query = [("page", str(page)), ("limit", str(PAGE_SIZE)), ("include", "inventory")]
        answer = gateway.get("products", query)
        for record in answer.records("data"):
            product = read_product(record)
            number = product.shown.listing.ext_listing_id
            if number not in seen:
                seen.add(number)
                yield product
        if answer.record("paging").integer("last_page") <= page:
            return
    raise MalformedError("answer.paging.last_page: the list of products does not end")


def read_product(record: Record) -> Product:
    """One product of a list or of its own call."""
    number = record.identifier("product_id" if record.has("product_id") else "id")
    if not (number.isascii() and number.isdigit()):
        raise MalformedError(f"product.id: expected a number, got {number[:30]!r}")
    spread = _spread(record.record("inventory")) if record.has("inventory") else {}
    listing = Listing(
        ext_listing_id=number,
        sku=record.text("original_sku", default="") or record.text("sku", default=""),
        name=record.text("name"),
        price_vnd=record.integer("price"),
        stock=sum(spread.values()),
        status=ACTIVE.get(_active(record), "blocked"),
    )
    return Product(Shown(listing, record.text("description", default=""), 0), spread)


def read_categories(gateway: Gateway) -> Iterator[Category]:
    """Only a primary category may hold products."""
    for record in gateway.get("categories").records("data"):
        yield Category(
            ext_category_id=record.identifier("id"),
            name=record.text("name"),
            parent_id=str(record.integer("parent", default=0)),
            leaf=record.integer("primary", default=0) == 1,
        )


def _spread(inventory: Record) -> dict[int, int]:
    return {
        stock.integer("warehouse_id"): stock.integer("quantity_available")
        for stock in inventory.records("warehouse_stocks", optional=True)
    }


def _active(record: Record) -> str:
    """1 or "1", 0 or "0", as versions differ."""
    try:
        return str(record.integer("active", default=0))
    except MalformedError:
        return record.text("active")
