"""Booking parcels: our number first, then one call, then what came of it.

Whoever gets the parcel is no input here: a request hands that to the carrier, and nobody keeps it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from marketplaces.carriers.values import Booked
from trace.errors import FieldProblem, Invalid, Refused
from trace.records.allocation import Allocation
from trace.records.carrier import CarrierAccount
from trace.records.lot import Lot, LotState
from trace.records.market_order import MarketOrder
from trace.records.shipment import OVER, Shipment, ShipmentLot, ShipmentState
from trace.services import admission, shipment_steps
from trace.services.admission import Act, Actor
from trace.services.lot_states import state_word
from trace.services.public_id import new_public_id
from trace.services.reallocating import fetch_order
from trace.services.shipment_given import ConclusionIn, ParcelIn, SubjectIn

PREFIX = "NS"
IN_FLIGHT = timedelta(minutes=2)
"""Longer than a call from a page may take: a booking older than this is not being made any more."""
SENDABLE = frozenset({LotState.RELEASED, LotState.CONSUMED})
State = ShipmentState


def check_service(given: ParcelIn) -> None:
    """Prices are asked for without one.

    Raises:
        Invalid: no service was chosen.
    """
    if not given.service:
        raise Invalid([FieldProblem("service", "ship.no_service")])


def intend(
    session: Session,
    actor: Actor,
    account: CarrierAccount,
    subject: SubjectIn,
    given: ParcelIn,
    now: datetime,
) -> Shipment:
    """Write down that a parcel is about to be booked; to be committed before the carrier is called.

    Raises:
        NotFound: lot or order absent, or another cooperative's.
        Refused: a lot is not released, or the order has a parcel under way already.
    """
    order = _order(session, actor, subject)
    lots = _lots(session, actor, subject, order)
    public_id = new_public_id()
    shipment = Shipment(
        public_id=public_id,
        org_id=account.org_id,
        account_id=account.id,
        number=f"{PREFIX}{public_id.upper()}",
        order_id=order.id if order else None,
        state_at=now,
        asked_at=now,
        created_at=now,
        created_by=actor.account_id,
        **given.model_dump(),
    )
    session.add(shipment)
    session.flush()
    session.add_all(ShipmentLot(shipment_id=shipment.id, lot_id=lot.id) for lot in lots)
    return shipment


def _order(session: Session, actor: Actor, subject: SubjectIn) -> MarketOrder | None:
    """The order, held, so that two people do not send it at once."""
    if subject.order is None or subject.shop is None:
        return None
    order = fetch_order(session, actor, Act.SHIP, subject.shop, subject.order)
    _refuse_under_way(session, order, subject.once_more)
    return order


def _refuse_under_way(session: Session, order: MarketOrder, once_more: str) -> None:
    admission.lock(session, order)
    open_ones = (col(Shipment.order_id) == order.id, col(Shipment.state).not_in([*OVER, State.REFUSED]))
    known = session.execute(select(Shipment).where(*open_ones).limit(1)).scalar_one_or_none()
    if known is not None and not once_more:
        raise Refused("ship.under_way", order=order.ext_order_id, number=known.number)


def _lots(session: Session, actor: Actor, subject: SubjectIn, order: MarketOrder | None) -> Sequence[Lot]:
    lots: Sequence[Lot] = []
    if order is not None:
        of_order = select(col(Allocation.lot_id)).where(col(Allocation.order_id) == order.id)
        lots = session.execute(select(Lot).where(col(Lot.id).in_(of_order))).scalars().all()
    elif subject.lot:
        lots = [admission.fetch(session, actor, Act.SHIP, Lot, public_id=subject.lot)]
    _refuse_unsendable(lots)
    return lots


def _refuse_unsendable(lots: Sequence[Lot]) -> None:
    for lot in lots:
        if lot.state not in SENDABLE:
            raise Refused("ship.lot_state", lot=lot.code, state=state_word(lot.state))


def again(
    session: Session,
    actor: Actor,
    public_id: str,
    account: CarrierAccount,
    given: ParcelIn,
    now: datetime,
    *,
    once_more: str = "",
) -> Shipment:
    """Write down that a parcel which was not booked is about to be booked anew, under its number.

    Raises:
        NotFound: absent, or another cooperative's.
        Refused: it is booked, or nobody has said yet that it is not; a lot was stopped since, or the order
            has another parcel under way.
    """
    shipment = held(session, actor, public_id)
    if shipment.state != State.REFUSED:
        raise Refused("ship.not_open", number=shipment.number)
    inside = select(col(ShipmentLot.lot_id)).where(col(ShipmentLot.shipment_id) == shipment.id)
    _refuse_unsendable(session.execute(select(Lot).where(col(Lot.id).in_(inside))).scalars().all())
    if shipment.order_id is not None:
        _refuse_under_way(session, session.get_one(MarketOrder, shipment.order_id), once_more)
    for name, value in given.model_dump().items():
        setattr(shipment, name, value)
    shipment.state, shipment.account_id = State.BOOKING, account.id
    shipment.attempt += 1
    shipment.asked_at = shipment.state_at = now
    shipment.problem = ""
    return shipment


def held(session: Session, actor: Actor, public_id: str, act: Act = Act.SHIP) -> Shipment:
    """A shipment of the actor's, its row locked."""
    shipment = admission.fetch(session, actor, act, Shipment, public_id=public_id)
    admission.lock(session, shipment)
    return shipment


def note_booked(session: Session, shipment_id: int, booked: Booked, now: datetime) -> Shipment:
    """The carrier gave it a number."""
    shipment = session.get_one(Shipment, shipment_id, with_for_update=True)
    shipment.fee_vnd = booked.fee_vnd if booked.fee_vnd is not None else shipment.fee_vnd
    shipment_steps.meet(shipment, booked.ext_number)
    shipment_steps.learn(session, shipment, [shipment_steps.booked(shipment)], now)
    return shipment


def note_unbooked(session: Session, shipment_id: int, attempt: int, *, sure: bool, problem: str) -> Shipment:
    """It was refused, or nobody knows. A refusal after a doubtful attempt leaves the doubt.

    A push that has settled it meanwhile is left alone.
    """
    shipment = session.get_one(Shipment, shipment_id, with_for_update=True)
    if shipment.state == State.BOOKING and shipment.attempt == attempt:
        is_sure = sure and not shipment.was_uncertain
        shipment.state = State.REFUSED if is_sure else State.UNCERTAIN
        shipment.was_uncertain = not is_sure
        shipment.problem = problem[:400]
    return shipment


def conclude(session: Session, actor: Actor, public_id: str, given: ConclusionIn, now: datetime) -> Shipment:
    """Settle a parcel of which nobody knew whether it was booked.

    Raises:
        Refused: it is settled already, or still being booked.
        Invalid: booked, and no number, or one that another parcel has.
    """
    shipment = held(session, actor, public_id)
    if not is_uncertain(shipment, now):
        raise Refused("ship.settled", number=shipment.number)
    if given.what == "booked":
        if not given.ext_number:
            raise Invalid([FieldProblem("ext_number", "error.empty")])
        _refuse_taken(session, shipment, given.ext_number)
        shipment_steps.meet(shipment, given.ext_number)
        shipment_steps.learn(session, shipment, [shipment_steps.booked(shipment)], now)
        return shipment
    shipment.state, shipment.state_at = State.REFUSED, now
    return shipment


def _refuse_taken(session: Session, shipment: Shipment, ext_number: str) -> None:
    """The carrier's number of another parcel: what it tells of that one would be told of this one, too."""
    same = (col(Shipment.account_id) == shipment.account_id, col(Shipment.ext_number) == ext_number)
    others = select(Shipment).where(*same, col(Shipment.id) != shipment.id).limit(1)
    other = session.execute(others).scalar_one_or_none()
    if other is not None:
        raise Invalid([FieldProblem("ext_number", "ship.number_taken", ext_number, {"number": other.number})])


def is_uncertain(shipment: Shipment, now: datetime) -> bool:
    """Whether nobody knows if it is booked: said so, or left behind by a call that ended without a word."""
    if shipment.state == State.BOOKING:
        return now - shipment.asked_at > IN_FLIGHT
    return shipment.state == State.UNCERTAIN


def ask_cancel(session: Session, actor: Actor, public_id: str, now: datetime) -> Shipment:
    """Write down that the carrier is about to be asked not to carry it.

    Raises:
        Refused: it has no number there, or is over.
    """
    shipment = held(session, actor, public_id)
    if not shipment.ext_number or shipment.is_over:
        raise Refused("ship.not_cancellable", number=shipment.number)
    shipment.cancel_asked_at = now
    return shipment


def note_cancelled(session: Session, shipment_id: int, now: datetime) -> None:
    """The carrier said that it will not carry it."""
    shipment = session.get_one(Shipment, shipment_id, with_for_update=True)
    shipment_steps.learn(session, shipment, [shipment_steps.cancelled(shipment)], now)
