"""Where a product stands on sale now, for whoever looks at its stamp: what the marketplaces showed.

Nothing is taken from what we wish a shop to show, and no address is made up: there is one where the
marketplace told it. A shelf that was not read for long says nothing any more.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Executable, bindparam, exists, select
from sqlmodel import Session, col

from trace.records.lot import Lot
from trace.records.product import Product
from trace.records.recall import Recall, RecallLot
from trace.records.shop import Listing, Shop, ShopState

FRESH = timedelta(hours=30)
"""Shelves are read every night (the job ``reconcile``): a look may be a night old and six hours late."""
MOST = 6
"""Places a page names, the cheapest first."""
ON_SALE = "on_sale"


@dataclass(frozen=True)
class OnSale:
    """One listing: where, of what weight, at what price in đồng (none in another currency), as of when."""

    marketplace: str
    shop: str
    unit_g: int | None
    price_vnd: int | None
    page_url: str
    seen_at: datetime


def where_to_buy(session: Session, product_id: int | None, now: datetime) -> tuple[OnSale, ...]:
    """Listings of the product that were on sale with stock when their shelf was last read, not long ago.

    What we asked the shop to take off its shelf is left out at once, whatever it showed last; so is a product
    with a lot under an open recall, because nobody knows which lot a shop sends.
    """
    if product_id is None:
        return ()
    given = {"product": product_id, "since": now - FRESH}
    return tuple(OnSale(*row) for row in session.connection().execute(_question(), given))


def _is_under_recall(product: Any) -> Any:
    return (
        exists()
        .where(col(Recall.id) == col(RecallLot.recall_id), col(Recall.closed_at).is_(None))
        .where(col(RecallLot.lot_id) == col(Lot.id), col(Lot.product_id) == product)
    )


@cache
def _question() -> Executable:
    product: Any = bindparam("product")
    seen_at: Any = col(Listing.seen_at)
    since: Any = bindparam("since", type_=seen_at.type)
    return (
        select(
            col(Shop.marketplace),
            col(Shop.name),
            col(Listing.unit_g),
            col(Listing.seen_price_vnd),
            col(Listing.page_url),
            col(Listing.seen_at),
        )
        .join(Shop, col(Shop.id) == col(Listing.shop_id))
        .join(Product, col(Product.id) == col(Listing.product_id))
        .where(
            col(Listing.product_id) == product,
            col(Product.is_active),
            col(Shop.state) == ShopState.CONNECTED,
            col(Listing.on_sale),
            col(Listing.is_missing).is_(False),
            col(Listing.ext_status) == ON_SALE,
            col(Listing.seen_stock) > 0,
            seen_at > since,
            ~_is_under_recall(product),
        )
        .order_by(
            col(Listing.seen_price_vnd).is_(None),
            col(Listing.seen_price_vnd),
            col(Shop.name),
            col(Listing.id),
        )
        .limit(MOST)
    )
