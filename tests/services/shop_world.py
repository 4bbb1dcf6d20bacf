"""What tests of selling share: a shop on a cooperative's shelf, lots that are out, and orders in one line."""

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session, select

from marketplaces.values import Order, OrderLine, OrderStatus
from tests import world
from tests.services import farm
from trace.db import reading, transaction
from trace.records.allocation import Allocation
from trace.records.lot import Lot
from trace.records.product import Product
from trace.records.shop import Listing, Shop
from trace.services import selling

_numbers = itertools.count(1)


def order(
    number: str,
    lines: dict[str, int],
    now: datetime,
    status: OrderStatus = "placed",
    step: int = 0,
    gone: int = 0,
) -> Order:
    """``lines`` are pieces by listing; ``gone`` pieces of each came back; ``step`` makes it newer."""
    told = tuple(
        OrderLine(listing, listing, "", listing, "Vải", n, 0, min(gone, n), 60_000)
        for listing, n in lines.items()
    )
    return Order(number, status.upper(), status, now, now + timedelta(seconds=step), "VND", told)


@dataclass
class ShopWorld:
    """A cooperative's shop whose listing ``A`` is one kilo of its product."""

    coop: world.Coop
    shop: Shop
    now: datetime

    def tell(self, *orders: Order) -> None:
        with transaction() as session:
            selling.record_orders(session, self.shop.id, orders, self.now)

    def sell(self, number: str, pieces: int, **given: object) -> None:
        self.tell(order(number, {"A": pieces}, self.now, **given))

    def lot(self, kg: int, **given: object) -> Lot:
        given.setdefault("code", f"LO-{next(_numbers)}")
        with transaction() as session:
            return world.make_lot(
                session, self.now, self.coop.plot, self.coop.product, weight_g=kg * 1000, **given
            )

    def listed(self, number: str, product: Product | None, unit_g: int = 1000) -> Listing:
        with transaction() as session:
            return put(session, self.shop, number, product, unit_g, self.now)

    def shares(self) -> list[tuple[str, int]]:
        """Lot code (empty while waiting) and pieces of every share, by lot."""
        with reading() as session:
            codes = {lot.id: lot.code for lot in farm.all_of(session, Lot)}
            rows = session.exec(select(Allocation)).all()
            return sorted((codes.get(row.lot_id or 0, ""), row.pieces) for row in rows)


def put(
    session: Session, shop: Shop, number: str, product: Product | None, unit_g: int, now: datetime
) -> Listing:
    values = {"shop_id": shop.id, "ext_listing_id": number, "ext_name": f"Vải {number}", "ext_sku": number}
    values |= {"product_id": product.id if product else None, "unit_g": unit_g if product else None}
    return world.add(session, Listing(**values, created_at=now, updated_at=now))


def open_shop(now: datetime) -> ShopWorld:
    with transaction() as session:
        coop = farm.found(session, now)
        return ShopWorld(coop, another(session, coop, now), now)


def another(session: Session, coop: world.Coop, now: datetime) -> Shop:
    number = str(next(_numbers))
    values = {"org_id": coop.org.id, "marketplace": "shopee", "ext_shop_id": number, "name": f"Gian {number}"}
    shop = world.add(session, Shop(**values, state="connected", created_at=now))
    put(session, shop, "A", coop.product, 1000, now)
    return shop


def faults(session: Session, today: date) -> Sequence[str]:
    """A plain recount of what allocation promises: nothing in it is taken from the code that allocates."""
    from trace.records.lot import LotLink
    from trace.records.market_order import MarketOrder, MarketOrderLine

    found = []
    shares = session.exec(select(Allocation)).all()
    for lot in session.exec(select(Lot)).all():
        drawn = sum(link.weight_g for link in session.exec(select(LotLink)).all() if link.parent_id == lot.id)
        sold = sum(one.pieces * one.unit_g for one in shares if one.lot_id == lot.id)
        if drawn + sold > lot.weight_g:
            found.append(f"{lot.code}: {drawn} packed on and {sold} sold of {lot.weight_g}")
    asked = {}
    for line in session.exec(select(MarketOrderLine)).all():
        told = session.get_one(MarketOrder, line.order_id)
        listing = session.get_one(Listing, line.listing_id)
        if told.status in ("placed", "completed") and listing.product_id and line.net_quantity:
            asked[line.order_id, line.ext_line_id] = line.net_quantity
    kept: dict[tuple[int, str], int] = {}
    for one in shares:
        key = (one.order_id, one.ext_line_id)
        kept[key] = kept.get(key, 0) + one.pieces
    if asked != kept:
        found.append(f"asked {asked}, kept {kept}")
    return [*found, *_wrong_sums(session, shares)]


def _wrong_sums(session: Session, shares: Sequence[Allocation]) -> Iterator[str]:
    """What is kept of the lots' sales by day and by month, beside the shares added up."""
    from trace.records.market_order import MarketOrder
    from trace.records.sums import LotDay, LotMonth

    days, months = Counter[Any](), Counter[Any]()
    for one in shares:
        order = session.get_one(MarketOrder, one.order_id)
        for sums, when in ((days, order.day), (months, order.day.replace(day=1))):
            key = (order.shop_id, when, one.product_id, one.lot_id)
            grams = one.pieces * one.unit_g if one.lot_id else 0
            sums[*key, "given"] += grams
            sums[*key, "sold"] += grams if order.status == "completed" else 0
    for table, facts in ((LotDay, days), (LotMonth, months)):
        kept = Counter[Any]()
        for row in session.exec(select(table)).all():
            when = row.day if isinstance(row, LotDay) else row.month
            key = (row.shop_id, when, row.product_id, row.lot_id)
            kept[*key, "given"], kept[*key, "sold"] = row.grams, row.sold_g
        if +kept != +facts:
            yield f"{table.__tablename__} keeps {+kept}, shares say {+facts}"
