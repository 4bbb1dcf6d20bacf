"""From which lot each sold piece comes: first harvested, first sold, never more than a lot has.

Every line of a placed or completed order that is mapped to a product has its pieces here, each with a lot
or waiting for one. Whoever gives lots out holds the organisation's lock first (``lock_org``), then the
lots; whoever stops a lot (hold, recall, destruction) holds the lot alone and is passed over.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, delete, insert, literal, or_, select, tuple_
from sqlmodel import Session, col

from trace.records.allocation import Allocation
from trace.records.market_order import MarketOrder, MarketOrderLine, OrderStatus
from trace.records.product import Product
from trace.records.shop import Listing
from trace.services.lot_room import Room, lots_to_sell
from trace.services.order_figures import recompute_lots
from trace.services.order_kept import Key
from trace.services.order_sums import COUNTED
from trace.services.sale_events import CAME_BACK, Lost, take_told, tell_sales
from trace.standards.local_time import day_bounds, local_day

BATCH = 500
"""Waiting lines served by one statement."""

LineKey = tuple[int, str]
Shares = dict[LineKey, list[Allocation]]


@dataclass(frozen=True)
class _Want:
    """What a line asks for."""

    product_id: int
    unit_g: int
    pieces: int
    gone_at: datetime | None

    def fits(self, share: Allocation) -> bool:
        return (share.product_id, share.unit_g) == (self.product_id, self.unit_g)


@dataclass
class _Had:
    """What lots gave lines already, by order, line and lot, of the orders that were read."""

    orders: set[int]
    by_lot: dict[tuple[int, str, int | None], Allocation]

    def read(self, session: Session, orders: set[int]) -> None:
        """Read those of more orders."""
        if new := orders - self.orders:
            self.by_lot |= _by_lot(_shares(session, new))
            self.orders |= new


def _by_lot(shares: Shares) -> dict[tuple[int, str, int | None], Allocation]:
    return {(*key, row.lot_id): row for key, rows in shares.items() for row in rows if row.lot_id is not None}


def follow_orders(
    session: Session, orders: Sequence[MarketOrder], days: Collection[Key], now: datetime
) -> None:
    """Bring the shares of these orders up to their lines, in the transaction that wrote the lines.

    A line that asks for less, or for nothing (cancelled, returned, unpaid), gives back first what waits,
    then what was allocated last; a person's choices go last of all. ``days`` are those of their shop they
    lay on before and lie on now.
    """
    numbers = [order.id for order in orders]
    came_back = {order.id for order in orders if order.status in CAME_BACK}
    wants, shares = _wants(session, numbers), _shares(session, numbers)
    touched = {want.product_id for want in wants.values()}
    lost: list[Lost] = []
    for key, rows in shares.items():
        touched |= {row.product_id for row in rows}
        shares[key] = _cut(session, rows, wants.get(key))
        lost += _lost(rows, shares[key], wants.get(key), came_back=key[0] in came_back)
    session.flush()  # what goes is gone before what comes under the same key
    new = [row for key, want in wants.items() if (row := _asked(key, want, shares.get(key, [])))]
    if new:
        session.execute(insert(Allocation), new)
    _given, served = _fill(session, touched, now, _Had({*numbers}, _by_lot(shares)))
    tell_sales(session, {*numbers, *served}, lost, now)
    recompute_lots(session, {*days, *served.values()})


def _lost(
    rows: Sequence[Allocation], kept: Sequence[Allocation], want: _Want | None, *, came_back: bool
) -> list[Lost]:
    """What was told of shares that are gone; goods of another kind than was told never were sold."""
    stay = {row.id for row in kept}
    return [
        lost
        for row in rows
        if row.id not in stay
        for lost in take_told(row, row.told, came_back=came_back and (want is None or want.fits(row)))
    ]


def follow_listing(session: Session, listing: Listing, now: datetime) -> None:
    """After a listing was mapped otherwise: its lines give everything back and ask anew."""
    lines = select(col(MarketOrderLine.order_id), col(MarketOrderLine.ext_line_id)).where(
        col(MarketOrderLine.listing_id) == listing.id
    )
    session.flush()
    own = tuple_(col(Allocation.order_id), col(Allocation.ext_line_id)).in_(lines)
    days = _days_with(session, own)
    freed = set(session.execute(select(col(Allocation.product_id)).where(own).distinct()).scalars())
    told = session.execute(select(Allocation).where(own, col(Allocation.told) > 0)).scalars()
    lost = [one for row in told for one in take_told(row, row.told, came_back=False)]
    session.flush()
    session.execute(delete(Allocation).where(own))
    asked = _asking().where(col(MarketOrderLine.listing_id) == listing.id)
    names = ["order_id", "ext_line_id", "product_id", "unit_g", "pieces", "gone_at", "by_hand", "told"]
    session.execute(insert(Allocation).from_select(names, asked.add_columns(literal(False), literal(0))))
    _given, served = _fill(session, freed | ({listing.product_id} if listing.product_id else set()), now)
    tell_sales(session, served, lost, now)
    recompute_lots(session, {*days, *served.values()})


def _days_with(session: Session, shares: ColumnElement[bool]) -> set[Key]:
    """The shops and days whose orders have these shares."""
    orders = select(col(Allocation.order_id)).where(shares)
    question = select(col(MarketOrder.shop_id), col(MarketOrder.day)).where(col(MarketOrder.id).in_(orders))
    return {(shop, day) for shop, day in session.execute(question.distinct())}


def waiting_products(session: Session, org_id: int) -> set[int]:
    """The cooperative's products of which pieces wait for a lot."""
    own = select(col(Product.id)).where(col(Product.org_id) == org_id)
    waits = (col(Allocation.lot_id).is_(None), col(Allocation.product_id).in_(own))
    return set(session.execute(select(col(Allocation.product_id)).where(*waits).distinct()).scalars())


def fill(session: Session, products: Collection[int], now: datetime) -> int:
    """Give waiting pieces of these products to the lots that are out, oldest order first; how many.

    The organisation's lock is held by the caller. Pieces of completed orders are told as sold.
    """
    given, served = _fill(session, products, now)
    tell_sales(session, served, (), now)
    recompute_lots(session, set(served.values()))
    return given


def _fill(
    session: Session, products: Collection[int], now: datetime, had: _Had | None = None
) -> tuple[int, dict[int, Key]]:
    """How many pieces, and the orders that were looked at with the shop and day of each."""
    given, last, served, had = 0, -1, dict[int, Key](), had or _Had(set(), {})
    while products and given != last:
        last = given
        rooms = [room for room in lots_to_sell(session, products, local_day(now)) if room.grams > 0]
        found = _waiting(session, rooms) if rooms else []
        waiting = [row for row, _day in found]
        served |= {row.order_id: day for row, day in found}
        had.read(session, {row.order_id for row in waiting})
        given += _serve(session, had, waiting, rooms)
        session.flush()
        if len(waiting) < BATCH:
            break
    return given, served


def _asking() -> Any:
    """Every counted line that is mapped, with what it asks for."""
    completed = col(MarketOrder.status) == OrderStatus.COMPLETED.value
    return (
        select(
            col(MarketOrderLine.order_id),
            col(MarketOrderLine.ext_line_id),
            col(Listing.product_id),
            col(Listing.unit_g),
            col(MarketOrderLine.net_quantity),
            case((completed, col(MarketOrder.ext_modified_at))),
        )
        .join(MarketOrder, col(MarketOrder.id) == col(MarketOrderLine.order_id))
        .join(Listing, col(Listing.id) == col(MarketOrderLine.listing_id))
        .where(col(MarketOrder.status).in_(COUNTED), col(MarketOrderLine.net_quantity) > 0)
        .where(col(Listing.product_id).is_not(None), col(Listing.unit_g).is_not(None))
    )


def _wants(session: Session, orders: Sequence[int]) -> dict[LineKey, _Want]:
    rows = session.execute(_asking().where(col(MarketOrderLine.order_id).in_(orders)))
    return {
        (order, line): _Want(product, unit_g, pieces, gone_at)
        for order, line, product, unit_g, pieces, gone_at in rows
    }


def _shares(session: Session, orders: Iterable[int]) -> Shares:
    question = select(Allocation).where(col(Allocation.order_id).in_(set(orders)))
    shares: Shares = {}
    for row in session.execute(question.order_by(col(Allocation.id))).scalars():
        shares.setdefault((row.order_id, row.ext_line_id), []).append(row)
    return shares


def _cut(session: Session, rows: list[Allocation], want: _Want | None) -> list[Allocation]:
    """Take away what the line asks for no more; what stays."""
    if want is None or not all(want.fits(row) for row in rows):
        for row in rows:
            session.delete(row)
        return []
    surplus = sum(row.pieces for row in rows) - want.pieces
    for row in sorted(rows, key=lambda one: (one.lot_id is not None, one.by_hand, -one.id)):
        back = min(max(surplus, 0), row.pieces)
        surplus -= back
        if back == row.pieces:
            session.delete(row)
        else:
            row.pieces -= back
    return [row for row in rows if row not in session.deleted]


def _asked(key: LineKey, want: _Want, rows: list[Allocation]) -> dict[str, object] | None:
    """Let the pieces that are missing wait: with those that wait already, or in the new row given back."""
    missing = want.pieces - sum(row.pieces for row in rows)
    waiting = next((row for row in rows if row.lot_id is None), None)
    if waiting is not None:
        waiting.pieces, waiting.gone_at = waiting.pieces + missing, want.gone_at
        return None
    if missing <= 0:
        return None
    facts = {"product_id": want.product_id, "unit_g": want.unit_g, "gone_at": want.gone_at}
    return {
        "order_id": key[0],
        "ext_line_id": key[1],
        "pieces": missing,
        "by_hand": False,
        "told": 0,
        **facts,
    }


def _waiting(session: Session, rooms: Sequence[Room]) -> list[tuple[Allocation, Key]]:
    """What could be served from these lots, the oldest orders first, with the shop and day of each."""
    found = {room.lot.product_id for room in rooms if room.lot.product_id is not None}
    question = (
        select(Allocation, col(MarketOrder.shop_id), col(MarketOrder.day))
        .join(MarketOrder, col(MarketOrder.id) == col(Allocation.order_id))
        .where(col(Allocation.lot_id).is_(None), or_(*(_servable(rooms, one) for one in sorted(found))))
        .order_by(col(MarketOrder.ordered_at), col(Allocation.order_id), col(Allocation.ext_line_id))
        .limit(BATCH)
    )
    return [(row, (shop, day)) for row, shop, day in session.execute(question)]


def _servable(rooms: Sequence[Room], product_id: int) -> ColumnElement[bool]:
    """Pieces light enough for the roomiest lot of the product, and not gone before its oldest was picked."""
    own = [room for room in rooms if room.lot.product_id == product_id]
    oldest = day_bounds(min(room.lot.harvested_on for room in own))[0]
    return and_(
        col(Allocation.product_id) == product_id,
        col(Allocation.unit_g) <= max(room.grams for room in own),
        or_(col(Allocation.gone_at).is_(None), col(Allocation.gone_at) >= oldest),
    )


def _serve(session: Session, had: _Had, waiting: Sequence[Allocation], rooms: Sequence[Room]) -> int:
    given = 0
    for row in waiting:
        for room in rooms:
            pieces = min(row.pieces, room.grams // row.unit_g) if _may_give(room, row) else 0
            if pieces > 0:
                room.grams -= pieces * row.unit_g
                given += pieces
                _give(session, had, row, room, pieces)
            if row.lot_id is not None or not row.pieces:
                break
    return given


def _may_give(room: Room, row: Allocation) -> bool:
    """The same product, and picked before the goods were gone."""
    if room.lot.product_id != row.product_id:
        return False
    return row.gone_at is None or row.gone_at >= day_bounds(room.lot.harvested_on)[0]


def _give(session: Session, had: _Had, row: Allocation, room: Room, pieces: int) -> None:
    key = (row.order_id, row.ext_line_id, room.lot.id)
    share = had.by_lot.get(key)
    if share is None and pieces == row.pieces:
        row.lot_id, row.gone_at = room.lot.id, None
        had.by_lot[key] = row
        return
    if share is None:
        facts = row.model_dump(include={"order_id", "ext_line_id", "product_id", "unit_g"})
        share = had.by_lot[key] = Allocation(**facts, lot_id=room.lot.id, pieces=0)
        session.add(share)
    share.pieces += pieces
    if pieces == row.pieces:
        session.delete(row)
        row.pieces = 0
    else:
        row.pieces -= pieces
