"""What the shop has: one listing for each SKU, as every TikTok product has at least one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from marketplaces.reading import MalformedError, Record
from marketplaces.tiktok.gateway import Gateway
from marketplaces.values import Category, Listing, ListingStatus

PAGE_SIZE = 100
SKUS_A_CALL = 10

LIVE = "ACTIVATE"
IN_REVIEW = "PENDING"
STATUSES: dict[str, ListingStatus] = {
    LIVE: "on_sale",
    "DRAFT": "off_sale",
    "SELLER_DEACTIVATED": "off_sale",
    IN_REVIEW: "blocked",
    "FAILED": "blocked",
    "PLATFORM_DEACTIVATED": "blocked",
    "FREEZE": "blocked",
    "DELETED": "deleted",
}
UNITS = {"KILOGRAM": 1000, "GRAM": 1}


@dataclass(frozen=True, slots=True)
class Ware:
    """One SKU as TikTok shows it; ``status`` is the product's own word, ``stocks`` are by warehouse."""

    listing: Listing
    status: str
    description: str
    weight_g: int
    stocks: tuple[tuple[str, int], ...]
    siblings: int

    @property
    def is_out(self) -> bool:
        """On sale, or about to be."""
        return self.status in {LIVE, IN_REVIEW}


def read_listings(gateway: Gateway, filters: object = None) -> Iterator[Listing]:
    """Every listing that is not deleted; ``filters`` as TikTok's search takes them."""
    for product in _products(gateway, filters):
        for ware in _wares(product):
            if ware.listing.status != "deleted":
                yield ware.listing


def find_by_sku(gateway: Gateway, skus: Sequence[str]) -> dict[str, Listing]:
    """Listings by the seller's own code, of those that are there."""
    found: dict[str, Listing] = {}
    wanted = sorted(set(skus))
    for start in range(0, len(wanted), SKUS_A_CALL):
        some = wanted[start : start + SKUS_A_CALL]
        for listing in read_listings(gateway, {"seller_skus": some}):
            if listing.sku in some:
                found[listing.sku] = listing
    return found


def read_product(gateway: Gateway, number: str) -> list[Ware]:
    """A product as buyers see it, one for each SKU; its texts as they will be when a review is going on."""
    record = gateway.get("product", product=number)
    wares = _wares(record)
    if record.has("audit") and record.record("audit").text("status", default="") == "AUDITING":
        query = [("return_under_review_version", "true")]
        [first, *_] = _wares(gateway.get("product", query, product=number))
        wares = [_retold(ware, first) for ware in wares]
    return wares


def read_categories(gateway: Gateway) -> Iterator[Category]:
    """TikTok's shelves by their Vietnamese names."""
    version = gateway.keys.option("category_version", "v1")
    query = [("locale", "vi-VN"), ("category_version", version)]
    for record in gateway.get("categories", query).records("categories"):
        yield Category(
            ext_category_id=record.identifier("id"),
            name=record.text("local_name"),
            parent_id=record.text("parent_id", default="0"),
            leaf=record.flag("is_leaf"),
        )


def _products(gateway: Gateway, filters: object) -> Iterator[Record]:
    token, used = "", set[str]()
    while token not in used:
        used.add(token)
        data = gateway.search(
            "product_search", [("page_size", str(PAGE_SIZE)), ("page_token", token)], filters
        )
        is_empty = data.integer("total_count", default=1) == 0
        yield from data.records("products", optional=is_empty)
        token = data.text("next_page_token", default="")
        if not token:
            return
    raise MalformedError("data.next_page_token: leads back to a page already read")


def _wares(product: Record) -> list[Ware]:
    skus = product.records("skus")
    if not skus:
        raise MalformedError("product.skus: expected at least one, got none")
    return [_ware(product, sku, len(skus)) for sku in skus]


def _ware(product: Record, sku: Record, count: int) -> Ware:
    price = sku.record("price")
    rows = sku.records("inventory", optional=True)
    stocks = tuple((row.identifier("warehouse_id"), row.integer("quantity")) for row in rows)
    status = product.identifier("status")
    listing = Listing(
        ext_listing_id=product.identifier("id"),
        sku=sku.text("seller_sku", default=""),
        name=product.text("title", default=""),
        price_vnd=price.number("sale_price" if price.has("sale_price") else "tax_exclusive_price"),
        stock=sum(quantity for _, quantity in stocks),
        status=STATUSES.get(status, "blocked"),
        ext_model_id=sku.identifier("id"),
    )
    description = product.text("description", default="")
    return Ware(listing, status, description, _weight_g(product), stocks, count - 1)


def _retold(ware: Ware, told: Ware) -> Ware:
    """With the texts of the version under review."""
    had = ware.listing
    listing = Listing(
        had.ext_listing_id,
        had.sku,
        told.listing.name,
        had.price_vnd,
        had.stock,
        had.status,
        had.ext_model_id,
    )
    return Ware(listing, ware.status, told.description, told.weight_g, ware.stocks, ware.siblings)


def _weight_g(product: Record) -> int:
    if not product.has("package_weight"):
        return 0
    weight = product.record("package_weight")
    unit = weight.text("unit")
    try:
        grams = Decimal(weight.text("value")) * UNITS[unit]
        return int(grams) if grams.is_finite() else 0
    except (InvalidOperation, KeyError, OverflowError):
        raise MalformedError(
            f"product.package_weight: expected kilograms or grams, got {unit[:12]!r}"
        ) from None
