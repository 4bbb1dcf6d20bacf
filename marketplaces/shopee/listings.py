"""What the shop has: numbers first, then fifty items at a time, then the variants of those that have any."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from marketplaces.interface import MarketplaceError
from marketplaces.publishing import Shown
from marketplaces.reading import MalformedError, Record
from marketplaces.shopee.gateway import Gateway
from marketplaces.values import Category, Listing, ListingStatus

ITEMS = "/api/v2/product/get_item_list"
BASE = "/api/v2/product/get_item_base_info"
MODELS = "/api/v2/product/get_model_list"
CATEGORIES = "/api/v2/product/get_category"
PAGE_SIZE = 100
BATCH_SIZE = 50

STATUSES: dict[str, ListingStatus] = {
    "NORMAL": "on_sale",
    "UNLIST": "off_sale",
    "BANNED": "blocked",
    "REVIEWING": "blocked",
    "SELLER_DELETE": "deleted",
    "SHOPEE_DELETE": "deleted",
}
SHOWN = ("NORMAL", "UNLIST", "BANNED", "REVIEWING")


def read_listings(gateway: Gateway) -> Iterator[Listing]:
    """Every listing that is not deleted, one for each variant."""
    for numbers in _pages(gateway):
        for shown in read_shown(gateway, numbers):
            yield shown.listing


def read_shown(gateway: Gateway, numbers: Sequence[str]) -> Iterator[Shown]:
    """These listings as they are; deleted ones and unknown numbers are left out."""
    for start in range(0, len(numbers), BATCH_SIZE):
        batch = ",".join(numbers[start : start + BATCH_SIZE])
        try:
            answer = gateway.get(BASE, [("item_id_list", batch)])
        except MarketplaceError as error:
            if error.kind == "missing":
                continue
            raise
        for record in answer.records("item_list", optional=True):
            yield from _shown(gateway, record)


def read_categories(gateway: Gateway) -> Iterator[Category]:
    """Shopee's shelves by their Vietnamese names."""
    for record in gateway.get(CATEGORIES, [("language", "vi")]).records("category_list"):
        yield Category(
            ext_category_id=record.identifier("category_id"),
            name=record.text("display_category_name"),
            parent_id=str(record.integer("parent_category_id")),
            leaf=not record.flag("has_children"),
        )


def _pages(gateway: Gateway) -> Iterator[list[str]]:
    offset = 0
    while True:
        query = [("offset", str(offset)), ("page_size", str(PAGE_SIZE))]
        answer = gateway.get(ITEMS, [*query, *(("item_status", status) for status in SHOWN)])
        yield [record.identifier("item_id") for record in answer.records("item", optional=True)]
        if not answer.flag("has_next_page", default=False):
            return
        following = answer.integer("next_offset")
        if following <= offset:
            raise MalformedError("response.next_offset: leads back to a page already read")
        offset = following


def _shown(gateway: Gateway, item: Record) -> Iterator[Shown]:
    status = STATUSES.get(item.text("item_status"), "blocked")
    if status == "deleted":
        return
    if not item.flag("has_model", default=False):
        yield _one(item, item, status, "")
        return
    answer = gateway.get(MODELS, [("item_id", item.identifier("item_id"))])
    for model in answer.records("model"):
        yield _one(item, model, status, model.identifier("model_id"))


def _one(item: Record, priced: Record, status: ListingStatus, model: str) -> Shown:
    """``priced`` is the item itself or one of its variants."""
    prices = priced.records("price_info")
    if not prices:
        raise MalformedError("price_info: expected a price, got none")
    sku = item.text("item_sku", default="")
    listing = Listing(
        ext_listing_id=item.identifier("item_id"),
        sku=priced.text("model_sku", default="") or sku if model else sku,
        name=item.text("item_name"),
        price_vnd=prices[0].integer("original_price"),
        stock=_stock(priced.record("stock_info_v2")),
        status=status,
        ext_model_id=model,
    )
    return Shown(listing, item.text("description", default=""), _weight_g(item))


def _stock(record: Record) -> int:
    """What we last said, which is the sellers' stock; the sum shown to buyers only where that is absent."""
    stocks = record.records("seller_stock", optional=True)
    if stocks:
        return sum(stock.integer("stock") for stock in stocks)
    return record.record("summary_info").integer("total_available_stock")


def _weight_g(item: Record) -> int:
    """From kilograms."""
    return int(item.decimal("weight") * 1000) if item.has("weight") else 0
