"""A person says which lot the pieces of an order's line came from; later automatic runs keep it."""

from datetime import datetime
from typing import Annotated

from pydantic import BeforeValidator, Field
from sqlalchemy import select
from sqlmodel import Session, col

from trace.errors import FieldProblem, Invalid, NotFound, Refused
from trace.records.allocation import Allocation
from trace.records.lot import Lot, LotState
from trace.records.market_order import MarketOrder
from trace.records.product import Product
from trace.records.shop import Shop
from trace.services import admission
from trace.services.admission import Act, Actor
from trace.services.allocating import fill
from trace.services.holding import refuse_held
from trace.services.intake import Given, Row, line
from trace.services.logging_acts import append_leaf
from trace.services.lot_room import is_good, room_g
from trace.services.lot_states import lock_lots, lock_org, refuse_recalled, state_word
from trace.services.order_figures import recompute_lots
from trace.services.sale_events import Lost, take_told, tell_sales
from trace.services.stamp_facts import last_good_day
from trace.standards import quantity
from trace.standards.local_time import local_day
from trace.texts.formats import kilograms


def _count(value: object) -> object:
    return quantity.count(value) if isinstance(value, str) else value


class ShareIn(Given):
    """So many pieces of this share came from that lot."""

    share: Row
    lot: Annotated[str, line(16, 1)]
    pieces: Annotated[int, BeforeValidator(_count), Field(ge=1, le=1_000_000)]


def fetch_order(session: Session, actor: Actor, act: Act, shop_id: int, order_id: int) -> MarketOrder:
    """An order of a shop inside the actor's scope.

    Raises:
        NotFound: no such shop or order, or another cooperative's.
    """
    shop = admission.fetch(session, actor, act, Shop, id=shop_id)
    row = session.get(MarketOrder, order_id)
    if row is None or row.shop_id != shop.id:
        raise NotFound()
    return row


def move_share(
    session: Session, actor: Actor, shop_id: int, order_id: int, given: ShareIn, now: datetime
) -> Allocation:
    """Take pieces of a line from another lot; what that frees is given to whoever waits.

    Raises:
        NotFound: the order or the lot is not the actor's.
        Invalid: more pieces than the share has.
        Refused: ``gate.recalled``, ``gate.hold``; ``allocation.changed`` when the share is gone meanwhile;
            ``allocation.product``, ``allocation.state``, ``allocation.expired``, ``allocation.over``.
    """
    order = fetch_order(session, actor, Act.ALLOCATE, shop_id, order_id)
    lot = admission.fetch(session, actor, Act.ALLOCATE, Lot, public_id=given.lot)
    lock_org(session, session.get_one(Shop, shop_id).org_id)
    lock_lots(session, [lot.id])
    share = session.get(Allocation, given.share, populate_existing=True)
    if share is None or share.order_id != order.id:
        raise Refused("allocation.changed", order=order.ext_order_id)
    if given.pieces > share.pieces:
        shape = {"min": 1, "max": share.pieces, "unit": ""}
        raise Invalid([FieldProblem("pieces", "field.range", given.pieces, shape)])
    _refuse_unfit(session, lot, share, now)
    lost: list[Lost] = []
    if share.lot_id != lot.id:
        _refuse_over(session, lot, share, given.pieces)
        lost = take_told(share, given.pieces, came_back=False)
        share = _moved(session, share, lot, given.pieces)
    share.by_hand = True
    session.flush()
    body = {"order": order.ext_order_id, "lot": lot.code, "pieces": given.pieces, "by": actor.account_id}
    append_leaf(session, "allocation_chosen", body, now)
    tell_sales(session, [order.id], lost, now)
    recompute_lots(session, {(order.shop_id, order.day)})
    fill(session, [share.product_id], now)
    return share


def _refuse_unfit(session: Session, lot: Lot, share: Allocation, now: datetime) -> None:
    product = session.get_one(Product, share.product_id)
    if lot.product_id != share.product_id:
        other = session.get(Product, lot.product_id) if lot.product_id else None
        figures = {"product": product.name, "product2": other.name if other else "–"}
        raise Refused("allocation.product", lot=lot.code, **figures)
    refuse_recalled(session, lot)
    refuse_held(session, lot)
    if lot.state != LotState.RELEASED:
        raise Refused("allocation.state", lot=lot.code, state=state_word(lot.state))
    if not is_good(lot, product.shelf_life_days, local_day(now)):
        last = last_good_day(lot.best_before, lot.packed_on or lot.harvested_on, product.shelf_life_days)
        raise Refused("allocation.expired", lot=lot.code, date=last)


def _refuse_over(session: Session, lot: Lot, share: Allocation, pieces: int) -> None:
    left_g = max(0, room_g(session, lot))
    if pieces * share.unit_g > left_g:
        weights = (kilograms(share.unit_g), kilograms(pieces * share.unit_g), kilograms(left_g))
        figures = dict(zip(("kg", "kg2", "kg_max"), weights, strict=True))
        raise Refused("allocation.over", n=pieces, lot=lot.code, left=left_g // share.unit_g, **figures)


def _moved(session: Session, share: Allocation, lot: Lot, pieces: int) -> Allocation:
    same = (col(Allocation.order_id) == share.order_id, col(Allocation.ext_line_id) == share.ext_line_id)
    question = select(Allocation).where(*same, col(Allocation.lot_id) == lot.id)
    target: Allocation | None = session.execute(question).scalar_one_or_none()
    if target is None and pieces == share.pieces:
        share.lot_id, share.gone_at = lot.id, None
        return share
    if target is None:
        facts = share.model_dump(include={"order_id", "ext_line_id", "product_id", "unit_g"})
        target = Allocation(**facts, lot_id=lot.id, pieces=0)
        session.add(target)
    target.pieces += pieces
    if pieces == share.pieces:
        session.delete(share)
    else:
        share.pieces -= pieces
    return target
