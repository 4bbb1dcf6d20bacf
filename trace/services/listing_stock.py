"""How many pieces a listing may offer: what the lots still have, or what the manager counted.

Following its lots, a listing offers the grams that are out and good, in whole pieces, less what is spoken
for (unpaid orders, and sold pieces that still wait for a lot) and the shop's buffer. Counted by the
manager, it offers that figure less what was ordered since and the buffer. Never less than nothing.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlmodel import Session, col

from trace.records.allocation import Allocation
from trace.records.lot import Lot, LotState
from trace.records.market_order import MarketOrder, MarketOrderLine, OrderStatus
from trace.records.shop import Listing, Shop
from trace.services.lot_room import Room, lots_on_sale
from trace.services.order_sums import COUNTED
from trace.standards.local_time import local_day


@dataclass(frozen=True)
class StockSum:
    """The line of arithmetic behind a listing's stock, in its pieces.

    ``lots`` and ``grams`` are of the lots it follows, none where the manager counts.
    """

    pieces: int
    reserved: int
    buffer: int
    lots: int = 0
    grams: int = 0

    @property
    def published(self) -> int:
        """What the shop is told.

        >>> StockSum(100, 30, 5).published, StockSum(3, 2, 5).published
        (65, 0)
        """
        return max(0, self.pieces - self.reserved - self.buffer)


def stock_sums(
    session: Session, shop: Shop, listings: Sequence[Listing], now: datetime
) -> dict[int, StockSum]:
    """The sum of each mapped listing of a shop, by its number."""
    following = {one.product_id for one in listings if one.follows_lots and one.product_id is not None}
    rooms = lots_on_sale(session, following, local_day(now)) if following else []
    spoken = _spoken_for(session, following) if following else {}
    return {one.id: _sum(session, one, shop, rooms, spoken) for one in listings}


def _sum(
    session: Session, listing: Listing, shop: Shop, rooms: Sequence[Room], spoken: dict[int, int]
) -> StockSum:
    if listing.follows_lots and listing.product_id is not None and listing.unit_g:
        return _of_lots(listing.product_id, listing.unit_g, shop, rooms, spoken)
    return _counted(session, listing, shop)


def lots_sum(session: Session, shop: Shop, product_id: int, unit_g: int, now: datetime) -> StockSum:
    """The sum of a listing of the product, were it to follow the lots."""
    rooms = lots_on_sale(session, [product_id], local_day(now))
    return _of_lots(product_id, unit_g, shop, rooms, _spoken_for(session, [product_id]))


def _of_lots(
    product_id: int, unit_g: int, shop: Shop, rooms: Sequence[Room], spoken: dict[int, int]
) -> StockSum:
    own = [room for room in rooms if room.lot.product_id == product_id]
    return StockSum(
        pieces=sum(max(0, room.grams) // unit_g for room in own),
        reserved=-(-spoken.get(product_id, 0) // unit_g),
        buffer=shop.buffer_units,
        lots=len(own),
        grams=sum(max(0, room.grams) for room in own),
    )


def _counted(session: Session, listing: Listing, shop: Shop) -> StockSum:
    since = json.loads(listing.desired).get("stock_at")
    sold = _sold_since(session, listing.id, datetime.fromisoformat(since)) if since else 0
    return StockSum(listing.stock or 0, sold, shop.buffer_units)


def _spoken_for(session: Session, products: Collection[int]) -> dict[int, int]:
    """Grams of each product in unpaid orders, and in placed ones that wait for a lot."""
    unpaid = (
        select(col(Listing.product_id), func.sum(col(MarketOrderLine.net_quantity) * col(Listing.unit_g)))
        .select_from(MarketOrder)
        .join(MarketOrderLine, col(MarketOrderLine.order_id) == col(MarketOrder.id))
        .join(Listing, col(Listing.id) == col(MarketOrderLine.listing_id))
        .where(col(MarketOrder.status) == OrderStatus.UNPAID.value)
        .where(col(Listing.product_id).in_(sorted(products)))
        .group_by(col(Listing.product_id))
    )
    grams = func.sum(col(Allocation.pieces) * col(Allocation.unit_g))
    waiting = (
        select(col(Allocation.product_id), grams)
        .where(col(Allocation.lot_id).is_(None), col(Allocation.gone_at).is_(None))
        .where(col(Allocation.product_id).in_(sorted(products)))
        .group_by(col(Allocation.product_id))
    )
    spoken: dict[int, int] = {}
    for question in (unpaid, waiting):
        for product_id, found in session.execute(question):
            spoken[product_id] = spoken.get(product_id, 0) + int(found)
    return spoken


def _sold_since(session: Session, listing_id: int, since: datetime) -> int:
    pieces = (
        select(func.coalesce(func.sum(col(MarketOrderLine.net_quantity)), 0))
        .join(MarketOrder, col(MarketOrder.id) == col(MarketOrderLine.order_id))
        .where(
            col(MarketOrderLine.listing_id) == listing_id,
            col(MarketOrder.ordered_at) > since,
            col(MarketOrder.status).in_((*COUNTED, OrderStatus.UNPAID.value)),
        )
    )
    return int(session.execute(pieces).scalar_one())


def has_lots(session: Session, product_id: int) -> bool:
    """Whether a lot of the product was ever let out: then its listings follow the lots by default."""
    out = select(col(Lot.id)).where(col(Lot.product_id) == product_id, _was_out()).limit(1)
    return session.execute(out).first() is not None


def _was_out() -> Any:
    return or_(col(Lot.released_at).is_not(None), col(Lot.state) == LotState.RELEASED)


def ended_products(session: Session, products: Collection[int], today: date) -> set[int]:
    """Those of which every lot that was let out is past its date or recalled, and none is on sale."""
    if not products:
        return set()
    states = (LotState.RELEASED, LotState.RECALLED)
    out = select(col(Lot.product_id)).where(col(Lot.product_id).in_(sorted(products)))
    known = set(session.execute(out.where(col(Lot.state).in_(states)).distinct()).scalars())
    return known - {room.lot.product_id for room in lots_on_sale(session, products, today)}
