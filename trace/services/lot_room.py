"""Which lots may be sold from today, and how many grams each still has for buyers.

A gram is sold, packed on or put into a box for a business, never two of them. The pieces sold are the
stamped ones, so a stamp takes no room from a sale, and a sale none from a stamp.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select, union_all
from sqlmodel import Session, col

from trace.records.allocation import Allocation
from trace.records.logistic_unit import LogisticUnit, UnitContent
from trace.records.lot import Lot, LotState
from trace.records.product import Product
from trace.services.lineage import drawn
from trace.services.stamp_facts import last_good_day


@dataclass
class Room:
    """A lot on sale, and the grams in it that nobody has taken."""

    lot: Lot
    grams: int


def lots_on_sale(session: Session, products: Collection[int], today: date) -> list[Room]:
    """Released lots of these products that are good today, the first harvested first."""
    return _rooms(session, _good(session, products, today, locked=False))


def lots_to_sell(session: Session, products: Collection[int], today: date) -> list[Room]:
    """As ``lots_on_sale``, each held until the transaction ends.

    A lot that somebody else is at work on (a hold, a recall, stamps) is passed over instead of waited for,
    so that selling never waits in a circle with them; what it could have given is given by the next sync.
    """
    return _rooms(session, _good(session, products, today, locked=True))


def _good(session: Session, products: Collection[int], today: date, *, locked: bool) -> list[Lot]:
    question = (
        select(Lot, col(Product.shelf_life_days))
        .join(Product, col(Product.id) == col(Lot.product_id))
        .where(col(Lot.product_id).in_(sorted(products)), col(Lot.state) == LotState.RELEASED)
        .where(or_(col(Lot.best_before).is_(None), col(Lot.best_before) >= today))
        .order_by(col(Lot.harvested_on), col(Lot.id))
    )
    if locked:
        question = question.with_for_update(of=Lot, key_share=True, skip_locked=True).execution_options(
            populate_existing=True
        )
    return [lot for lot, shelf in session.execute(question) if is_good(lot, shelf, today)]


def is_good(lot: Lot, shelf_life_days: int | None, today: date) -> bool:
    """Whether its last good day is not over; a lot that names none is good."""
    last = last_good_day(lot.best_before, lot.packed_on or lot.harvested_on, shelf_life_days)
    return last is None or last >= today


def _rooms(session: Session, lots: Sequence[Lot]) -> list[Room]:
    ids = [lot.id for lot in lots]
    gone: Counter[int] = Counter()
    for number, grams in session.execute(union_all(drawn(ids), _sold(ids), _boxed(ids))):
        gone[number] += int(grams)
    return [Room(lot, lot.weight_g - gone[lot.id]) for lot in lots]


def room_g(session: Session, lot: Lot) -> int:
    """Grams of one lot that were neither packed on, nor sold, nor put into boxes and pallets."""
    return _rooms(session, [lot])[0].grams


def sold_by_lot(session: Session, lot_ids: Sequence[int]) -> dict[int, int]:
    """Grams sold from each of the lots that sold any."""
    return {int(number): int(sold) for number, sold in session.execute(_sold(lot_ids))}


def _sold(lot_ids: Sequence[int]) -> Any:
    lot = col(Allocation.lot_id)
    grams = func.sum(col(Allocation.pieces) * col(Allocation.unit_g))
    return select(lot, grams).where(lot.in_(lot_ids)).group_by(lot)


def boxed_by_lot(session: Session, lot_ids: Sequence[int]) -> dict[int, int]:
    """Grams that lie in boxes and pallets nobody has opened, here or with whoever received them."""
    return {int(number): int(grams) for number, grams in session.execute(_boxed(lot_ids))}


def _boxed(lot_ids: Sequence[int]) -> Any:
    lot = col(UnitContent.lot_id)
    return (
        select(lot, func.sum(UnitContent.weight_g))
        .join(LogisticUnit, col(LogisticUnit.id) == col(UnitContent.unit_id))
        .where(lot.in_(lot_ids), col(LogisticUnit.opened_at).is_(None))
        .group_by(lot)
    )
