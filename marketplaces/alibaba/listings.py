"""What the shop has: products in pages, one listing for each, or for each SKU where a product has several.

Our key is ``model_number`` of a product, or ``sku_code`` of its SKU. Prices are dollars. A product whose
price is no single figure shows 0, which no offer asks: changing it is refused with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from marketplaces.alibaba.gateway import Gateway
from marketplaces.interface import MarketplaceError
from marketplaces.money import to_minor
from marketplaces.publishing import Shown
from marketplaces.reading import MalformedError, Record
from marketplaces.values import Category, Listing, ListingStatus

SEARCH = "/alibaba/icbu/product/search/v2"
PRODUCT = "/alibaba/icbu/product/get/v2"
CATEGORIES = "/alibaba/icbu/category/get/v2"
PAGE_SIZE = 20
MOST_PAGES = 500
CURRENCY = "USD"
LANGUAGE = ("language", "vi_VN")
"""The option, and what it is at first."""
STATUSES: dict[str, ListingStatus] = {"online": "on_sale", "offline": "off_sale", "deleted": "deleted"}


@dataclass(frozen=True, slots=True)
class Product:
    """One product: its listings, and the quantities its steps of price begin at (none: a range)."""

    number: str
    shown: tuple[Shown, ...]
    steps: tuple[int, ...]


def read_listings(gateway: Gateway) -> Iterator[Shown]:
    """Every listing that is not deleted."""
    for page in range(1, MOST_PAGES + 1):
        answer = gateway.ask(SEARCH, page_index=str(page), page_size=str(PAGE_SIZE))
        products = answer.records("product_info", optional=True)
        for record in products:
            yield from _product(record).shown
        if page >= answer.record("page").number("total_page") or not products:
            return
    message = f"Alibaba.com: the shop has more than {MOST_PAGES * PAGE_SIZE} products"
    raise MarketplaceError(message, permanent=True, kind="refused")


def find_products(gateway: Gateway, sku: str) -> Iterator[Product]:
    """Products of this model number, or with a SKU of this code; a name of many products shows twenty."""
    for name in ("model_number", "sku_code"):
        try:
            answer = gateway.ask(SEARCH, page_index="1", page_size=str(PAGE_SIZE), **{name: sku})
        except MarketplaceError as error:
            if error.kind != "missing":
                raise
            continue
        for record in answer.records("product_info", optional=True):
            yield _product(record)


def read_product(gateway: Gateway, number: str) -> Product | None:
    """One product as it is now; None when it is gone."""
    try:
        product = _product(gateway.ask(PRODUCT, product_id=number).record("product_info"))
    except MarketplaceError as error:
        if error.kind != "missing":
            raise
        return None
    return product if product.shown else None


def read_categories(gateway: Gateway) -> Iterator[Category]:
    """The shelves, level by level; each shelf that has others costs a call.

    By the option ``category_root`` only those below one shelf are read. Whether names come in another
    language than English when it is asked for is not known.
    """
    root, language = (gateway.keys.option(*one) for one in (("category_root", ""), LANGUAGE))
    waiting, seen = [root], {root}
    while waiting:
        parent = waiting.pop(0)
        asked = {"language": language, **({"parent_category_id": parent} if parent else {})}
        for record in gateway.ask(CATEGORIES, **asked).records("data"):
            number = record.identifier("category_id")
            leaf = record.text("leaf_category") == "true"
            yield Category(number, record.text("category_name"), parent, leaf)
            if not leaf and number not in seen:
                waiting.append(number)
            seen.add(number)


def _product(record: Record) -> Product:
    basic, trade = record.record("basic_info"), record.record("trade_info")
    number = basic.identifier("product_id")
    status = _status(basic)
    if status == "deleted":
        return Product(number, (), ())
    steps = _steps(trade)
    skus = trade.records("sku_info", optional=True)
    weight_g = _weight_g(record)
    alone = Listing(
        ext_listing_id=number,
        sku=basic.text("model_number", default=""),
        name=basic.text("title"),
        price_vnd=0,
        stock=trade.number("inventory", default=0),
        status=status,
        price_minor=steps[0][1] if len(steps) == 1 else 0,
    )
    description = basic.text("description", default="")
    listings = [_variant(alone, sku) for sku in skus] or [alone]
    shown = tuple(Shown(one, description, weight_g) for one in listings)
    return Product(number, shown, tuple(quantity for quantity, _ in steps))


def _variant(product: Listing, sku: Record) -> Listing:
    price = sku.record("sku_price") if sku.has("sku_price") else None
    return Listing(
        ext_listing_id=product.ext_listing_id,
        sku=sku.text("sku_code", default="") or product.sku,
        name=product.name,
        price_vnd=0,
        stock=sku.number("inventory", default=0),
        status=product.status,
        ext_model_id=sku.identifier("sku_id"),
        price_minor=_cents(price, price.text("currency", default=CURRENCY)) if price else 0,
    )


def _status(basic: Record) -> ListingStatus:
    """What was rejected is blocked, whatever its shelf; what waits for its review is where it stands."""
    if basic.text("audit_status", default="approved") == "rejected":
        return "blocked"
    return STATUSES.get(basic.text("status"), "blocked")


def _steps(trade: Record) -> list[tuple[int, int]]:
    """Quantities and prices; none where the price is a range, or not in dollars."""
    price = trade.record("price") if trade.has("price") else None
    if price is None or price.text("price_type", default="TIERED") != "TIERED":
        return []
    if price.text("currency", default=CURRENCY) != CURRENCY:
        return []
    steps = price.records("tiered_price", optional=True)
    return [(step.number("quantity", minimum=1), _cents(step, CURRENCY)) for step in steps]


def _cents(price: Record, currency: str) -> int:
    if currency != CURRENCY:
        return 0
    try:
        return to_minor(price.decimal("price"), CURRENCY)
    except ValueError as error:
        raise MalformedError(f"price: {error}") from None


def _weight_g(record: Record) -> int:
    """From kilograms."""
    parcel = record.record("logistics_info") if record.has("logistics_info") else None
    return int(parcel.decimal("weight") * 1000) if parcel and parcel.has("weight") else 0
