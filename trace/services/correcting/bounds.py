"""What a correction may not go beyond: grams that are gone already, and days on which they went."""

from datetime import date, datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from trace.errors import Refused
from trace.records.allocation import Allocation
from trace.records.logistic_unit import LogisticUnit, UnitContent
from trace.records.lot import Lot, LotLink, LotState
from trace.records.market_order import MarketOrder, OrderStatus
from trace.records.product import Product
from trace.services.lineage import descendants, drawn_g
from trace.services.lot_room import boxed_by_lot, sold_by_lot
from trace.services.stamp_gates import TOLERANCE_PERCENT, active_stamps
from trace.standards.local_time import day_bounds, local_day
from trace.texts.formats import kilograms


def least_g(session: Session, lot: Lot) -> int:
    """Grams a lot cannot weigh less than: packed on, and sold and boxed or behind its stamps.

    Stamps may stand for a little more than the weight, as when they were activated (I1).
    """
    gone = sum(
        one.get(lot.id, 0) for one in (sold_by_lot(session, [lot.id]), boxed_by_lot(session, [lot.id]))
    )
    stamps, stamped_g = active_stamps(session, lot.id), 0
    if stamps and lot.product_id is not None:
        unit_g = session.get_one(Product, lot.product_id).unit_g
        stamped_g = -(-stamps * 100 * unit_g // (100 + TOLERANCE_PERCENT))
    return drawn_g(session, lot.id) + max(gone, stamped_g)


def refuse_too_light(session: Session, lot: Lot, weight_g: int) -> None:
    """No correction below what is gone.

    Raises:
        Refused: ``correct.under`` with what is packed on, sold, boxed or stamped.
    """
    least = least_g(session, lot)
    if weight_g < least:
        figures = {
            "kg": kilograms(weight_g),
            "kg_min": kilograms(least),
            "kg_over": kilograms(least - weight_g),
        }
        raise Refused("correct.under", lot=lot.code, **figures)


def refuse_giving_back(parent: Lot) -> None:
    """Grams do not come back into a lot whose rest was destroyed: nobody could say where they are.

    Raises:
        Refused: ``correct.destroyed``.
    """
    if parent.state == LotState.DESTROYED:
        raise Refused("correct.destroyed", lot=parent.code)


def refuse_late(session: Session, lot: Lot, day: date) -> None:
    """A lot is made before it is written down, packed on, put into boxes, or gone to a buyer.

    Raises:
        Refused: ``correct.after_written``, ``gate.date``, ``correct.sold_before``.
    """
    written_on = local_day(lot.created_at)
    if day > written_on:
        raise Refused("correct.after_written", lot=lot.code, date=day, date2=written_on)
    for name, went_on in (*_children(session, lot), *_boxes(session, lot)):
        if went_on < day:
            raise Refused("gate.date", lot=name, date=went_on, lot2=lot.code, date2=day)
    sold_at = _first_sale(session, lot)
    if sold_at is not None and sold_at < day_bounds(day)[0]:
        raise Refused("correct.sold_before", lot=lot.code, date=day, date2=local_day(sold_at))


def _children(session: Session, lot: Lot) -> list[tuple[str, date]]:
    question = select(Lot).join(LotLink, col(LotLink.child_id) == col(Lot.id))
    children = session.execute(question.where(col(LotLink.parent_id) == lot.id)).scalars()
    return [(child.code, child.packed_on or child.harvested_on) for child in children]


def _boxes(session: Session, lot: Lot) -> list[tuple[str, date]]:
    question = (
        select(col(LogisticUnit.number), col(LogisticUnit.packed_on))
        .join(UnitContent, col(UnitContent.unit_id) == col(LogisticUnit.id))
        .where(col(UnitContent.lot_id) == lot.id)
        .order_by(col(LogisticUnit.packed_on))
        .limit(1)
    )
    return [(number, packed_on) for number, packed_on in session.execute(question)]


def _first_sale(session: Session, lot: Lot) -> datetime | None:
    """When the first order with goods of this lot, or of what was made of it, was completed."""
    question = (
        select(func.min(MarketOrder.ext_modified_at))
        .join(Allocation, col(Allocation.order_id) == col(MarketOrder.id))
        .where(col(Allocation.lot_id).in_(descendants(session, lot.id)))
        .where(col(MarketOrder.status) == OrderStatus.COMPLETED.value)
    )
    found: datetime | None = session.execute(question).scalar_one_or_none()
    return found
