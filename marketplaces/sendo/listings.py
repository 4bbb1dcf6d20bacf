"""What the shop has: numbers by search, then each product by itself, for searches show no price."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from marketplaces.interface import MarketplaceError
from marketplaces.publishing import Shown
from marketplaces.reading import MalformedError, Record
from marketplaces.sendo.gateway import Gateway
from marketplaces.values import Category, Listing, ListingStatus

SEARCH = "product/search"
PAGE_SIZE = 50
LEAF_LEVEL = 4
STATUSES: dict[int, ListingStatus] = {2: "on_sale", 5: "deleted", 6: "deleted"}
"""Draft, waiting, rejected and cancelled ones are blocked. Clients disagree which number is deleted."""

Raw = dict[str, object]


@dataclass(frozen=True, slots=True)
class Ware:
    """A product as it came, and how it or one of its variants shows."""

    raw: Raw
    shown: Shown
    is_available: bool


def read_listings(gateway: Gateway) -> Iterator[Listing]:
    """Every product that is not deleted, one for each variant."""
    for number in _numbers(gateway):
        for ware in read_wares(gateway, "id", number):
            yield ware.shown.listing


def read_wares(gateway: Gateway, name: str, value: str) -> list[Ware]:
    """A product by ``id`` or ``sku``, one for each variant; nothing when it is gone."""
    try:
        result = gateway.get("product", [(name, value)])
    except MarketplaceError as error:
        if error.kind != "missing":
            raise
        result = None
    return wares_of(result) if result else []


def wares_of(result: object) -> list[Ware]:
    """The product of an answer; ``MalformedError`` says what does not fit."""
    record = Record(result, "product")
    raw = dict(result) if isinstance(result, dict) else {}
    status = STATUSES.get(record.integer("status"), "blocked")
    if status == "deleted":
        return []
    is_available = record.flag("stock_availability", default=False)
    variants = record.records("variants", optional=True)
    if not variants:
        one = _shown(record, status, record.text("sku"), record.integer("price"), _stock(record), "")
        return [Ware(raw, _shelved(one, is_available), is_available)]
    return [
        Ware(
            raw,
            _shelved(
                _shown(
                    record,
                    status,
                    variant.text("variant_sku"),
                    variant.integer("variant_price"),
                    variant.integer("variant_quantity", default=0),
                    variant.text("variant_attribute_hash"),
                ),
                is_available,
            ),
            is_available,
        )
        for variant in variants
    ]


def read_categories(gateway: Gateway) -> Iterator[Category]:
    """Level by level from the roots; the fourth holds products."""
    waiting, seen = ["0"], set[str]()
    while waiting:
        parent = waiting.pop(0)
        result = Record({"result": gateway.get(f"category/{parent}")}, "answer")
        for record in result.records("result", optional=True):
            number, level = record.identifier("id"), record.integer("level")
            if number in seen:
                raise MalformedError("category.id: seen before")
            seen.add(number)
            if not (number.isascii() and number.isdigit()):
                raise MalformedError("category.id: expected a number")
            if level < LEAF_LEVEL:
                waiting.append(number)
            yield Category(number, record.text("name"), "" if parent == "0" else parent, level >= LEAF_LEVEL)


def _numbers(gateway: Gateway) -> Iterator[str]:
    token, used = "", set[str]()
    while True:
        body = {"page_size": PAGE_SIZE, "product_name": "", "status": None, "token": token}
        result = gateway.search(SEARCH, body)
        for record in result.records("data"):
            yield record.identifier("id")
        token = result.text("next_token", default="")
        if not token:
            return
        if token in used:
            raise MalformedError("result.next_token: leads back to a page already read")
        used.add(token)


def _shown(record: Record, status: ListingStatus, sku: str, price: int, stock: int, model: str) -> Shown:
    number = record.identifier("id")
    if not (number.isascii() and number.isdigit()):
        raise MalformedError("product.id: expected a number")
    listing = Listing(number, sku, record.text("name"), price, stock, status, model)
    return Shown(listing, record.text("description", default=""), 0)


def _shelved(shown: Shown, is_available: bool) -> Shown:
    """Without stock a product cannot be available, so that this tells nothing then."""
    had = shown.listing
    if had.status != "on_sale" or is_available or had.stock == 0:
        return shown
    off = Listing(
        had.ext_listing_id, had.sku, had.name, had.price_vnd, had.stock, "off_sale", had.ext_model_id
    )
    return Shown(off, shown.description, shown.weight_g)


def _stock(record: Record) -> int:
    return record.integer("stock_quantity", default=0)
