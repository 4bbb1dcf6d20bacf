"""Saying for a whole shelf at once which of our products each listing is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from trace.records.product import Product
from trace.records.shop import Shop
from trace.services import admission, listings
from trace.services.admission import Act, Actor
from trace.services.listings import Shelved

MOST_AT_ONCE = 40
"""Listings on one page of matching: more is no pleasure on a phone."""


@dataclass(frozen=True)
class Match:
    """A listing, the product it is (public id), and what one piece weighs in grams."""

    listing_id: int
    product: str
    unit_g: int


@dataclass(frozen=True)
class MatchPage:
    """The listings that have no product yet, with what each seems to be; ``left`` come on the next page."""

    shop: Shop
    rows: Sequence[Shelved]
    left: int
    products: Sequence[Product]


def match_page(session: Session, actor: Actor, shop_id: int) -> MatchPage:
    """What is to be matched in a shop, the sure guesses first.

    Raises:
        NotFound: absent, or another cooperative's.
    """
    shop = admission.fetch(session, actor, Act.MANAGE_SHOP, Shop, id=shop_id)
    shelf = listings.list_shelf(session, actor, shop)
    open_rows = [row for row in shelf if row.product is None and not row.listing.is_missing]
    open_rows.sort(key=lambda row: row.suggestion is None)
    return MatchPage(
        shop,
        open_rows[:MOST_AT_ONCE],
        max(0, len(open_rows) - MOST_AT_ONCE),
        listings.own_products(session, actor),
    )


def match_all(session: Session, actor: Actor, shop_id: int, matches: Sequence[Match], now: datetime) -> Shop:
    """All of them, or none.

    Raises:
        NotFound: the shop, a listing or a product is not of this cooperative.
    """
    shop = admission.fetch(session, actor, Act.MANAGE_SHOP, Shop, id=shop_id)
    for one in matches:
        listings.map_listing(session, actor, shop_id, one.listing_id, one.product, one.unit_g, now)
    return shop
