"""What is shown of parcels: lists, one history, and what a form is filled with; never a buyer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlmodel import Session, col

from trace.records.allocation import Allocation
from trace.records.carrier import CarrierAccount
from trace.records.lot import Lot
from trace.records.market_order import MarketOrder, MarketOrderLine
from trace.records.product import Product
from trace.records.shipment import OURS, Shipment, ShipmentLot, ShipmentState, ShipmentStep
from trace.records.shop import Listing, Shop
from trace.services import admission, shipping
from trace.services.admission import Act, Actor
from trace.services.reallocating import fetch_order
from trace.services.shipment_given import SubjectIn

PAGE = 40


@dataclass(frozen=True)
class ShipmentRow:
    """One parcel of a list, the codes of its lots, and its order's number."""

    shipment: Shipment
    lots: Sequence[str]
    order: str


@dataclass(frozen=True)
class ShipmentList:
    """A page of parcels, newest first; ``doubtful`` of the organisation's wait for somebody to look."""

    rows: Sequence[ShipmentRow]
    doubtful: int
    before: int | None


def shipment_list(session: Session, actor: Actor, before: int | None) -> ShipmentList:
    """The parcels the actor may see."""
    rule = [admission.visible(actor, Act.VIEW_SHIPMENT, Shipment)]
    doubt = (*rule, col(Shipment.state) == ShipmentState.UNCERTAIN)
    doubtful = session.execute(select(func.count()).select_from(Shipment).where(*doubt)).scalar_one()
    if before:
        rule.append(col(Shipment.id) < before)
    question = (
        select(Shipment, col(MarketOrder.ext_order_id))
        .outerjoin(MarketOrder, col(MarketOrder.id) == col(Shipment.order_id))
        .where(*rule)
        .order_by(col(Shipment.id).desc())
        .limit(PAGE + 1)
    )
    found = session.execute(question).all()
    codes = _codes(session, [shipment.id for shipment, _ in found])
    rows = [ShipmentRow(one, codes.get(one.id, ()), order or "") for one, order in found[:PAGE]]
    return ShipmentList(rows, int(doubtful), rows[-1].shipment.id if len(found) > PAGE else None)


def _codes(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    question = (
        select(col(ShipmentLot.shipment_id), col(Lot.code))
        .join(Lot, col(Lot.id) == col(ShipmentLot.lot_id))
        .where(col(ShipmentLot.shipment_id).in_(ids))
        .order_by(col(Lot.code))
    )
    codes: dict[int, list[str]] = {}
    for shipment_id, code in session.execute(question):
        codes.setdefault(shipment_id, []).append(code)
    return codes


@dataclass(frozen=True)
class ShipmentPage:
    """One parcel: its history (newest first), what it holds, and what may be done with it."""

    shipment: Shipment
    carrier: str
    steps: Sequence[ShipmentStep]
    lots: Sequence[Lot]
    order: MarketOrder | None
    is_uncertain: bool
    is_silent: bool

    @property
    def can_cancel(self) -> bool:
        """Whether the carrier may still be asked not to carry it."""
        early = {ShipmentState.BOOKED, ShipmentState.UNMAPPED}
        return bool(self.shipment.ext_number) and self.shipment.state in early


def shipment_page(
    session: Session, actor: Actor, public_id: str, silent_h: int, now: datetime
) -> ShipmentPage:
    """One parcel.

    Raises:
        NotFound: absent, or another cooperative's.
    """
    one = admission.fetch(session, actor, Act.VIEW_SHIPMENT, Shipment, public_id=public_id)
    steps = select(ShipmentStep).where(col(ShipmentStep.shipment_id) == one.id)
    steps = steps.order_by(col(ShipmentStep.at).desc(), col(ShipmentStep.id).desc())
    lots = select(Lot).join(ShipmentLot, col(ShipmentLot.lot_id) == col(Lot.id))
    lots = lots.where(col(ShipmentLot.shipment_id) == one.id).order_by(col(Lot.code))
    last_word = one.heard_at or one.state_at
    return ShipmentPage(
        shipment=one,
        carrier=session.get_one(CarrierAccount, one.account_id).carrier,
        steps=session.execute(steps).scalars().all(),
        lots=session.execute(lots).scalars().all(),
        order=session.get(MarketOrder, one.order_id) if one.order_id else None,
        is_uncertain=shipping.is_uncertain(one, now),
        is_silent=not one.is_over and one.state not in OURS and now - last_word > timedelta(hours=silent_h),
    )


def of_order(session: Session, order_id: int) -> Sequence[Shipment]:
    """The parcels sent for an order, newest first."""
    question = select(Shipment).where(col(Shipment.order_id) == order_id).order_by(col(Shipment.id).desc())
    return session.execute(question).scalars().all()


def of_lot(session: Session, lot_id: int) -> Sequence[Shipment]:
    """The parcels that hold goods of a lot, newest first."""
    question = (
        select(Shipment)
        .join(ShipmentLot, col(ShipmentLot.shipment_id) == col(Shipment.id))
        .where(col(ShipmentLot.lot_id) == lot_id)
        .order_by(col(Shipment.id).desc())
        .limit(PAGE)
    )
    return session.execute(question).scalars().all()


@dataclass(frozen=True)
class Suggestion:
    """What a new parcel's form begins with, and what it is for."""

    title: str
    content: str = ""
    weight_g: int = 0
    goods_vnd: int = 0


def suggestion(session: Session, actor: Actor, subject: SubjectIn) -> Suggestion:
    """Filled from the order or the lot.

    Raises:
        NotFound: absent, or another cooperative's.
    """
    if subject.order is not None and subject.shop is not None:
        return _of_order(session, fetch_order(session, actor, Act.SHIP, subject.shop, subject.order))
    if not subject.lot:
        return Suggestion("")
    lot = admission.fetch(session, actor, Act.SHIP, Lot, public_id=subject.lot)
    product = session.get(Product, lot.product_id) if lot.product_id else None
    unit_g = product.unit_g if product else 0
    return Suggestion(lot.code, product.name if product else "", unit_g)


def _of_order(session: Session, order: MarketOrder) -> Suggestion:
    lines = (
        select(col(Listing.ext_name), col(MarketOrderLine.revenue_vnd))
        .join(Listing, col(Listing.id) == col(MarketOrderLine.listing_id))
        .where(col(MarketOrderLine.order_id) == order.id, col(MarketOrderLine.net_quantity) > 0)
        .order_by(col(MarketOrderLine.id))
    )
    found = session.execute(lines).all()
    weight = select(func.sum(col(Allocation.pieces) * col(Allocation.unit_g)))
    weight_g = session.execute(weight.where(col(Allocation.order_id) == order.id)).scalar()
    names = ", ".join(dict.fromkeys(name for name, _ in found if name))
    return Suggestion(order.ext_order_id, names[:120], int(weight_g or 0), sum(int(vnd) for _, vnd in found))


def shop_of(session: Session, order: MarketOrder | None) -> Shop | None:
    """The shop of an order."""
    return session.get(Shop, order.shop_id) if order is not None else None
