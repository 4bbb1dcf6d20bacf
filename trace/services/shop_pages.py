"""What the pages of one shop show together, and the small choices a manager makes there."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import BeforeValidator, Field
from sqlmodel import Session

from trace.records.job import BadRecord, Job
from trace.records.new_listing import NewListing
from trace.records.product import Product
from trace.records.shop import Listing, Shop
from trace.services import admission, bad_records, listings
from trace.services.admission import Act, Actor
from trace.services.intake import Given, Weight, line
from trace.services.job_log import last_jobs
from trace.services.listing_stock import StockSum, ended_products, has_lots, lots_sum
from trace.services.listings import Shelved
from trace.services.new_listings import open_of
from trace.services.offer_fields import MaybeStock, Price, count
from trace.services.sync_health import ShopHealth, sync_health
from trace.standards.local_time import local_day

RUNS_SHOWN = 12


class MapIn(Given):
    """Which product a listing is, and what one piece of it weighs (grams)."""

    product: Annotated[str, line(16, 1)]
    unit_g: Weight


class WishIn(Given):
    """What a listing shall show."""

    price_vnd: Price
    stock: MaybeStock = None
    on_sale: bool
    with_content: bool = False
    follows_lots: bool = False


class ShopIn(Given):
    """A shop's name here, and the pieces kept back from every listing."""

    name: Annotated[str, line(160, 1)]
    buffer_units: Annotated[int, BeforeValidator(count), Field(ge=0, le=10_000)]


@dataclass(frozen=True)
class ShopPage:
    """One shop whole."""

    shop: Shop
    health: ShopHealth
    shelf: Sequence[Shelved]
    bad: Sequence[BadRecord]
    runs: Sequence[Job]
    new: Sequence[NewListing]

    @property
    def mapped(self) -> int:
        """How many listings have a product."""
        return sum(row.product is not None for row in self.shelf)


def shop_page(session: Session, actor: Actor, shop_id: int, now: datetime) -> ShopPage:
    """Everything of one shop.

    Raises:
        NotFound: absent, or another cooperative's.
    """
    shop = admission.fetch(session, actor, Act.VIEW_SHOP, Shop, id=shop_id)
    health = next(one for one in sync_health(session, actor, now).shops if one.shop_id == shop.id)
    return ShopPage(
        shop,
        health,
        listings.list_shelf(session, actor, shop),
        bad_records.open_of(session, shop.id),
        last_jobs(session, RUNS_SHOWN, shop.id),
        open_of(session, shop.id),
    )


@dataclass(frozen=True)
class ListingPage:
    """One listing and what it may be."""

    shop: Shop
    listing: Listing
    products: Sequence[Product]
    chosen: Product | None
    is_suggestion: bool
    follows_lots: bool
    by_lots: StockSum | None
    is_ended: bool
    """Every lot of its product that was let out is past its date or recalled."""


def listing_page(session: Session, actor: Actor, shop_id: int, listing_id: int, now: datetime) -> ListingPage:
    """A listing with its product, or the one it seems to be.

    Raises:
        NotFound: absent, or another cooperative's.
    """
    listing = listings.fetch_listing(session, actor, Act.MANAGE_SHOP, shop_id, listing_id)
    products = listings.own_products(session, actor)
    own = next((one for one in products if one.id == listing.product_id), None)
    guess = None if listing.product_id else listings.suggest(listing, products)
    shop = session.get_one(Shop, shop_id)
    is_managed = listing.desired != "{}"
    known = has_lots(session, listing.product_id) if listing.product_id else False
    return ListingPage(
        shop=shop,
        listing=listing,
        products=products,
        chosen=own or guess,
        is_suggestion=own is None and guess is not None,
        follows_lots=listing.follows_lots if is_managed else known,
        by_lots=_by_lots(session, shop, listing, now) if known or listing.follows_lots else None,
        is_ended=bool(listing.product_id and ended_products(session, [listing.product_id], local_day(now))),
    )


def _by_lots(session: Session, shop: Shop, listing: Listing, now: datetime) -> StockSum | None:
    if listing.product_id is None or not listing.unit_g:
        return None
    return lots_sum(session, shop, listing.product_id, listing.unit_g, now)


def push_state(listing: Listing) -> str:
    """Where the wish stands: unmanaged, waiting, sent, refused, missing or doubtful."""
    if listing.is_missing:
        return "missing"
    if listing.desired == "{}":
        return "unmanaged"
    outcome = json.loads(listing.sent).get("outcome", "")
    known = {"done": "sent", "unchanged": "sent", "refused": "refused", "unknown": "doubtful"}
    return known.get(outcome, "waiting")


def change_shop(session: Session, actor: Actor, shop_id: int, given: ShopIn) -> Shop:
    """Another name, another buffer."""
    shop = admission.fetch(session, actor, Act.MANAGE_SHOP, Shop, id=shop_id)
    shop.name, shop.buffer_units = given.name, given.buffer_units
    return shop
