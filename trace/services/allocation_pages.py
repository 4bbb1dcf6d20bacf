"""What is shown of orders and the lots they came from; never a buyer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, literal, select, tuple_
from sqlmodel import Session, col

from trace.records.allocation import Allocation
from trace.records.lot import Lot
from trace.records.market_order import MarketOrder, MarketOrderLine
from trace.records.product import Product
from trace.records.shipment import Shipment
from trace.records.shop import Listing, Shop
from trace.services import admission
from trace.services.admission import Act, Actor
from trace.services.exchanging import Worth, worth_of
from trace.services.lineage import portions
from trace.services.lot_room import Room, lots_on_sale
from trace.services.order_sums import COUNTED
from trace.services.reallocating import fetch_order
from trace.services.shipment_pages import of_order
from trace.standards.local_time import local_day

PAGE = 40


@dataclass(frozen=True)
class OrderRow:
    """One order of a list: pieces by lot code, those that wait under no code."""

    order: MarketOrder
    lots: dict[str, int]
    waiting: int


@dataclass(frozen=True)
class OrderList:
    """A page of a shop's orders, newest first; ``waiting`` pieces of the whole shop have no lot yet."""

    shop: Shop
    rows: Sequence[OrderRow]
    waiting: int
    before: int | None


def order_list(session: Session, actor: Actor, shop_id: int, before: int | None) -> OrderList:
    """Counted orders of a shop with the lots they came from.

    Raises:
        NotFound: absent, or another cooperative's.
    """
    shop = admission.fetch(session, actor, Act.VIEW_SHOP, Shop, id=shop_id)
    rule = [col(MarketOrder.shop_id) == shop.id, col(MarketOrder.status).in_(COUNTED)]
    at: tuple[Any, ...] = (col(MarketOrder.ordered_at), col(MarketOrder.id))
    last = session.get(MarketOrder, before) if before else None
    if last is not None and last.shop_id == shop.id:
        rule.append(tuple_(*at) < tuple_(literal(last.ordered_at, at[0].type), literal(last.id)))
    question = select(MarketOrder).where(*rule).order_by(*(one.desc() for one in at)).limit(PAGE + 1)
    orders = list(session.execute(question).scalars())
    shares: dict[int, list[tuple[str, int]]] = {}
    for order_id, code, pieces in session.execute(_by_order([order.id for order in orders])):
        shares.setdefault(order_id, []).append((code or "", int(pieces)))
    rows = [
        OrderRow(order, {code: n for code, n in shares.get(order.id, []) if code}, _none(shares, order))
        for order in orders[:PAGE]
    ]
    more = rows[-1].order.id if len(orders) > PAGE else None
    return OrderList(shop, rows, _waiting_of(session, shop.id), more)


def _none(shares: dict[int, list[tuple[str, int]]], order: MarketOrder) -> int:
    return sum(pieces for code, pieces in shares.get(order.id, []) if not code)


def _by_order(orders: Sequence[int]) -> Any:
    order, code = col(Allocation.order_id), col(Lot.code)
    return (
        select(order, code, func.sum(col(Allocation.pieces)))
        .outerjoin(Lot, col(Lot.id) == col(Allocation.lot_id))
        .where(order.in_(orders))
        .group_by(order, code)
        .order_by(code)
    )


def _waiting_of(session: Session, shop_id: int) -> int:
    question = (
        select(func.coalesce(func.sum(col(Allocation.pieces)), 0))
        .join(MarketOrder, col(MarketOrder.id) == col(Allocation.order_id))
        .where(col(Allocation.lot_id).is_(None), col(MarketOrder.shop_id) == shop_id)
    )
    return int(session.execute(question).scalar_one())


@dataclass(frozen=True)
class Share:
    """Pieces of a line and the lot they came from, if any."""

    row: Allocation
    lot: Lot | None


@dataclass(frozen=True)
class SoldLine:
    """A line, what it is, its shares, and the lots it may come from."""

    line: MarketOrderLine
    listing: Listing
    product: Product | None
    shares: Sequence[Share]
    rooms: Sequence[Room]


@dataclass(frozen=True)
class OrderPage:
    """One order and where its pieces come from."""

    shop: Shop
    order: MarketOrder
    lines: Sequence[SoldLine]
    worth: Worth | None
    shipments: Sequence[Shipment] = ()


def order_page(session: Session, actor: Actor, shop_id: int, order_id: int, now: datetime) -> OrderPage:
    """One order.

    Raises:
        NotFound: absent, or another cooperative's.
    """
    order = fetch_order(session, actor, Act.VIEW_SHOP, shop_id, order_id)
    question = (
        select(MarketOrderLine, Listing, Product)
        .join(Listing, col(Listing.id) == col(MarketOrderLine.listing_id))
        .outerjoin(Product, col(Product.id) == col(Listing.product_id))
        .where(col(MarketOrderLine.order_id) == order.id)
        .order_by(col(MarketOrderLine.id))
    )
    found = session.execute(question).all()
    shares = _shares(session, order.id)
    products = {product.id for _, _, product in found if product is not None}
    rooms = lots_on_sale(session, products, local_day(now)) if products else []
    lines = [
        SoldLine(
            line,
            listing,
            product,
            shares.get(line.ext_line_id, []),
            [room for room in rooms if product is not None and room.lot.product_id == product.id],
        )
        for line, listing, product in found
    ]
    shop, worth = session.get_one(Shop, order.shop_id), worth_of(session, order)
    return OrderPage(shop, order, lines, worth, of_order(session, order.id))


def _shares(session: Session, order_id: int) -> dict[str, list[Share]]:
    question = (
        select(Allocation, Lot)
        .outerjoin(Lot, col(Lot.id) == col(Allocation.lot_id))
        .where(col(Allocation.order_id) == order_id)
        .order_by(col(Allocation.id))
    )
    shares: dict[str, list[Share]] = {}
    for row, lot in session.execute(question):
        shares.setdefault(row.ext_line_id, []).append(Share(row, lot))
    return shares


@dataclass(frozen=True)
class Sold:
    """Pieces of one order that came from one lot."""

    marketplace: str
    shop: str
    order: str
    status: str
    ordered_at: datetime
    lot: str
    pieces: int
    grams: int


def sold_from(session: Session, lot_ids: Sequence[int]) -> list[Sold]:
    """The orders these lots were sold to, newest first: what a recall must reach."""
    question = (
        select(MarketOrder, Shop, col(Lot.code), col(Allocation.pieces), col(Allocation.unit_g))
        .join(Allocation, col(Allocation.order_id) == col(MarketOrder.id))
        .join(Lot, col(Lot.id) == col(Allocation.lot_id))
        .join(Shop, col(Shop.id) == col(MarketOrder.shop_id))
    )
    rows = [
        row
        for some in portions(lot_ids)
        for row in session.execute(question.where(col(Allocation.lot_id).in_(some)))
    ]
    rows.sort(key=lambda row: row[2])
    rows.sort(key=lambda row: (row[0].ordered_at, row[0].id), reverse=True)
    return [
        Sold(
            shop.marketplace,
            shop.name,
            order.ext_order_id,
            order.status,
            order.ordered_at,
            code,
            pieces,
            pieces * unit_g,
        )
        for order, shop, code, pieces, unit_g in rows
    ]
