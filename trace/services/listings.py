"""A shop's shelf as we know it: what stands there, and which of our products each thing is.

A listing is known by the marketplace's number; a variant by ``number/variant``. A listing nobody has
mapped is kept with its orders and stands in no product's figures.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import func, select
from sqlmodel import Session, col

from marketplaces.values import Listing as Shown
from trace.errors import FieldProblem, Invalid, NotFound
from trace.records.file_exchange import TOTALS
from trace.records.market_order import MarketOrderLine
from trace.records.product import Product
from trace.records.shop import Listing, Shop
from trace.services import admission, allocating, month_touches
from trace.services.admission import Act, Actor
from trace.services.lot_states import lock_org
from trace.standards.plain_text import plain
from trace.standards.search_key import fold_vi


class Named(Protocol):
    """What a marketplace calls a listing, on its shelf or in an order's line."""

    @property
    def ext_listing_id(self) -> str:
        """The listing's number."""

    @property
    def ext_model_id(self) -> str:
        """The variant's number, or empty."""

    @property
    def sku(self) -> str:
        """The seller's own code."""

    @property
    def name(self) -> str:
        """What buyers read."""


def shelf_number(thing: Named) -> str:
    """The one number we know a listing by: a variant's stands behind a slash."""
    return f"{thing.ext_listing_id}/{thing.ext_model_id}" if thing.ext_model_id else thing.ext_listing_id


LONGEST_NUMBER = 64
MOST_SHOWN = 2**31 - 1
"""Pieces no shelf holds; PostgreSQL keeps no more in the column."""

Shelf = dict[str, Listing]
"""Listings of one shop by their shelf number."""


def shelf_of(session: Session, shop_id: int) -> Shelf:
    """Every listing of the shop."""
    found = session.execute(select(Listing).where(col(Listing.shop_id) == shop_id)).scalars()
    return {row.ext_listing_id: row for row in found}


def find_or_add(session: Session, shelf: Shelf, shop_id: int, thing: Named, now: datetime) -> Listing:
    """The listing of this number; one never seen before is put on the shelf without a product."""
    number = shelf_number(thing)
    row = shelf.get(number)
    if row is None:
        row = shelf[number] = Listing(
            shop_id=shop_id,
            ext_listing_id=number,
            ext_name=plain(thing.name)[:240],
            ext_sku=thing.sku[:64],
            created_at=now,
            updated_at=now,
        )
        session.add(row)
        session.flush()
    return row


def record_shelf(session: Session, shop_id: int, shown: Iterable[Shown], now: datetime) -> int:
    """Take in the whole shelf as the shop shows it now; what it shows no longer is marked missing.

    What cannot be kept (a number of more than 64 letters, a stock nobody has) is passed over.
    """
    rows = shelf_of(session, shop_id)
    seen = set()
    for thing in shown:
        if len(shelf_number(thing)) > LONGEST_NUMBER or thing.stock > MOST_SHOWN:
            continue
        row = find_or_add(session, rows, shop_id, thing, now)
        row.ext_name, row.ext_sku = plain(thing.name)[:240], thing.sku[:64]
        row.ext_status, row.is_missing = thing.status, False
        _note_seen(row, thing, now)
        if row.desired == "{}":  # not ours to price yet: show what the shop shows
            row.price_vnd = thing.price_vnd if thing.price_minor is None else None
            row.price_minor, row.stock, row.on_sale = (
                thing.price_minor,
                thing.stock,
                thing.status == "on_sale",
            )
        seen.add(shelf_number(thing))
    for number in rows.keys() - seen:
        rows[number].is_missing = True
    session.flush()
    return len(seen)


def _note_seen(row: Listing, thing: Shown, now: datetime) -> None:
    row.seen_at, row.seen_stock = now, thing.stock
    row.seen_price_vnd = thing.price_vnd if thing.price_minor is None else None
    row.page_url = thing.page_url or None


@dataclass(frozen=True)
class Shelved:
    """A listing as the page shows it: its product or a suggestion, and the order lines that wait."""

    listing: Listing
    product: Product | None
    suggestion: Product | None
    waiting_lines: int


def list_shelf(session: Session, actor: Actor, shop: Shop) -> list[Shelved]:
    """Everything on the shelf: unmapped first, then by name."""
    products = own_products(session, actor)
    by_id = {product.id: product for product in products}
    waiting = _waiting(session, shop.id)
    rows = [
        Shelved(
            row,
            by_id.get(row.product_id) if row.product_id else None,
            None if row.product_id else suggest(row, products),
            waiting.get(row.id, 0),
        )
        for row in shelf_of(session, shop.id).values()
        if row.ext_listing_id != TOTALS
    ]
    return sorted(
        rows, key=lambda one: (one.product is not None, one.listing.is_missing, one.listing.ext_name)
    )


def own_products(session: Session, actor: Actor) -> list[Product]:
    """The products a listing may be: the cooperative's own that are active, by name."""
    rule = admission.visible(actor, Act.VIEW_SHOP, Product)
    found = select(Product).where(rule, col(Product.is_active)).order_by(col(Product.name), col(Product.id))
    return list(session.execute(found).scalars())


def suggest(listing: Listing, products: Iterable[Product]) -> Product | None:
    """The product with the same code (SKU), else the one whose name shares most words; or None."""
    code = listing.ext_sku.strip().lower()
    words = set(fold_vi(listing.ext_name).split())
    best: tuple[int, Product | None] = (1, None)
    for product in products:
        if code and product.sku.lower() == code:
            return product
        shared = len(words & set(product.search_key.split()))
        if shared > best[0]:
            best = (shared, product)
    return best[1]


def _waiting(session: Session, shop_id: int) -> dict[int, int]:
    lines = (
        select(col(Listing.id), func.count(col(MarketOrderLine.id)))
        .join(MarketOrderLine, col(MarketOrderLine.listing_id) == col(Listing.id))
        .where(col(Listing.shop_id) == shop_id, col(Listing.product_id).is_(None))
        .group_by(col(Listing.id))
    )
    return {number: int(count) for number, count in session.execute(lines)}


def fetch_listing(session: Session, actor: Actor, act: Act, shop_id: int, listing_id: int) -> Listing:
    """A listing of a shop inside the actor's scope.

    Raises:
        NotFound: no such shop or listing, or another tenant's.
    """
    shop = admission.fetch(session, actor, act, Shop, id=shop_id)
    rows = session.execute(
        select(Listing).where(col(Listing.id) == listing_id, col(Listing.shop_id) == shop.id)
    )
    row: Listing | None = rows.scalar_one_or_none()
    if row is None or row.ext_listing_id == TOTALS:
        raise NotFound()
    return row


def map_listing(
    session: Session,
    actor: Actor,
    shop_id: int,
    listing_id: int,
    product_id: str,
    unit_g: int | None,
    now: datetime,
) -> Listing:
    """Say which product a listing is and how many grams one piece of it weighs; empty unmaps it.

    Raises:
        Invalid: the weight is missing or not positive.
        NotFound: the listing, or the product, is not of this cooperative.
    """
    listing = fetch_listing(session, actor, Act.MANAGE_SHOP, shop_id, listing_id)
    if not product_id:
        return set_product(session, listing, None, None, now)
    product = admission.fetch(session, actor, Act.MANAGE_SHOP, Product, public_id=product_id)
    if unit_g is not None and unit_g <= 0:
        raise Invalid([FieldProblem("unit_g", "field.positive", unit_g)])
    return set_product(session, listing, product.id, unit_g or product.unit_g, now)


def set_product(
    session: Session, listing: Listing, product_id: int | None, unit_g: int | None, now: datetime
) -> Listing:
    """As ``map_listing``, for whoever was let through already; its order lines follow it."""
    lock_org(session, session.get_one(Shop, listing.shop_id).org_id)
    session.refresh(listing)
    before = (listing.product_id, listing.unit_g)
    listing.product_id, listing.unit_g, listing.updated_at = product_id, unit_g, now
    listing.desired = listing.desired if product_id else "{}"
    session.flush()
    if (listing.product_id, listing.unit_g) != before:
        month_touches.touch_listing(session, listing.id)
        allocating.follow_listing(session, listing, now)
    return listing
