"""What became of lots: stamps, orders, parcels, holds and recalls; one question each, nothing of a buyer."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import BigInteger, cast, func, select
from sqlmodel import Session, col

from trace.records.allocation import Allocation
from trace.records.carrier import CarrierAccount
from trace.records.consignment import Consignment, ReceivedLot
from trace.records.logistic_unit import LogisticUnit, UnitContent
from trace.records.lot import Hold
from trace.records.market_order import MarketOrder
from trace.records.organisation import Organisation
from trace.records.recall import Recall, RecallLot
from trace.records.shipment import OURS, Shipment, ShipmentLot
from trace.records.shop import Shop
from trace.records.stamp import StampActivation, StampVoid
from trace.services.holding import why
from trace.services.lineage import portions
from trace.services.stamp_gates import touching
from trace.services.stamp_ranges import Range
from trace.texts.catalogs import Term


@dataclass(frozen=True)
class StampRange:
    """Serials of one key that were activated for a lot and are not withdrawn."""

    lot_id: int
    kid: int
    range: Range
    at: datetime


@dataclass(frozen=True)
class Sale:
    """Pieces of one lot in one order, named by the marketplace's own number."""

    lot_id: int
    marketplace: str
    shop: str
    number: str
    status: str
    ordered_at: datetime
    pieces: int
    grams: int


@dataclass(frozen=True)
class Parcel:
    """A parcel that holds goods of a lot, and the order it was sent for; ``number`` is the carrier's."""

    lot_id: int
    public_id: str
    carrier: str
    number: str
    state: str
    at: datetime
    weight_g: int
    pieces: int
    order: str


@dataclass(frozen=True)
class Sent:
    """Boxes with goods of a lot that left in a consignment; ``number`` is the sender's."""

    lot_id: int
    public_id: str
    number: str
    receiver: str
    market: str
    state: str
    day: date
    boxes: int
    grams: int


@dataclass(frozen=True)
class Arrived:
    """A lot was made of what came in a consignment of another organisation."""

    lot_id: int
    number: str
    sender: str
    at: datetime


@dataclass(frozen=True)
class Stop:
    """An open hold of a lot; ``cause_id`` names the hold of an input that it follows."""

    id: int
    lot_id: int
    why: Term | str
    since: datetime
    cause_id: int | None


@dataclass(frozen=True)
class CalledBack:
    """A recall that reached a lot."""

    lot_id: int
    root_id: int
    number: str
    reason: str
    since: datetime
    is_closed: bool


def _asked(session: Session, question: Any, column: Any, ids: Collection[int]) -> Iterator[Any]:
    for some in portions(ids):
        yield from session.execute(question.where(column.in_(some)))


def stamp_ranges(session: Session, ids: Collection[int]) -> dict[int, list[StampRange]]:
    """Live stamp ranges by lot, rising by key and serial; ranges that touch are joined."""
    lot = col(StampActivation.lot_id)
    rows = list(_asked(session, select(StampActivation), lot, ids))
    active = sorted((row[0] for row in rows), key=lambda one: (one.lot_id, one.kid, one.first))
    cut = select(col(StampActivation.id), col(StampVoid.first), col(StampVoid.last))
    gone: dict[int, list[Range]] = {}
    for number, first, last in _asked(session, cut.join(StampVoid, touching()), lot, ids):
        gone.setdefault(number, []).append(Range(first, last))
    found: dict[int, list[StampRange]] = {}
    for one in active:
        mine = found.setdefault(one.lot_id, [])
        for left in Range(one.first, one.last).without(gone.get(one.id, ())):
            _join(mine, StampRange(one.lot_id, one.kid, left, one.activated_at))
    return found


def _join(mine: list[StampRange], new: StampRange) -> None:
    last = mine[-1] if mine else None
    if last and (last.kid, last.range.last + 1, last.at) == (new.kid, new.range.first, new.at):
        mine[-1] = StampRange(new.lot_id, new.kid, Range(last.range.first, new.range.last), new.at)
    else:
        mine.append(new)


def sales(session: Session, ids: Collection[int]) -> dict[int, list[Sale]]:
    """Orders by lot, oldest first."""
    lot = col(Allocation.lot_id)
    question = (
        select(
            lot, col(Shop.marketplace), col(Shop.name), col(MarketOrder.ext_order_id),
            col(MarketOrder.status), col(MarketOrder.ordered_at), col(Allocation.pieces),
            col(Allocation.pieces) * col(Allocation.unit_g),
        )
        .join(MarketOrder, col(MarketOrder.id) == col(Allocation.order_id))
        .join(Shop, col(Shop.id) == col(MarketOrder.shop_id))
        .order_by(col(MarketOrder.ordered_at), col(MarketOrder.id))
    )  # fmt: skip
    return _by_lot(Sale(*row) for row in _asked(session, question, lot, ids))


def parcels(session: Session, ids: Collection[int]) -> dict[int, list[Parcel]]:
    """Parcels a carrier was given, by lot, oldest first."""
    lot = col(ShipmentLot.lot_id)
    question = (
        select(
            lot, col(Shipment.public_id), col(CarrierAccount.carrier), col(Shipment.ext_number),
            col(Shipment.state), col(Shipment.created_at), col(Shipment.weight_g), col(Shipment.pieces),
            func.coalesce(col(MarketOrder.ext_order_id), ""),
        )
        .join(Shipment, col(Shipment.id) == col(ShipmentLot.shipment_id))
        .outerjoin(MarketOrder, col(MarketOrder.id) == col(Shipment.order_id))
        .join(CarrierAccount, col(CarrierAccount.id) == col(Shipment.account_id))
        .where(col(Shipment.state).not_in(sorted(OURS)))
        .order_by(col(Shipment.id))
    )  # fmt: skip
    return _by_lot(Parcel(*row) for row in _asked(session, question, lot, ids))


def consignments(session: Session, ids: Collection[int]) -> dict[int, list[Sent]]:
    """Consignments that left with goods of the lots, oldest first; one that was called back is none."""
    lot = col(UnitContent.lot_id)
    question = (
        select(
            lot, col(Consignment.public_id), col(Consignment.number), col(Consignment.receiver_name),
            col(Consignment.market), col(Consignment.state), col(Consignment.dispatched_on), func.count(),
            cast(func.sum(UnitContent.weight_g), BigInteger),
        )
        .join(LogisticUnit, col(LogisticUnit.id) == col(UnitContent.unit_id))
        .join(Consignment, col(Consignment.id) == col(LogisticUnit.consignment_id))
        .where(col(Consignment.dispatched_on).is_not(None))
        .group_by(lot, col(Consignment.id))
        .order_by(col(Consignment.id))
    )  # fmt: skip
    return _by_lot(Sent(*row) for row in _asked(session, question, lot, ids))


def arrivals(session: Session, ids: Collection[int]) -> dict[int, list[Arrived]]:
    """The consignment each received lot came in."""
    lot = col(ReceivedLot.lot_id)
    question = (
        select(lot, col(Consignment.number), col(Organisation.name), col(Consignment.received_at))
        .join(Consignment, col(Consignment.id) == col(ReceivedLot.consignment_id))
        .join(Organisation, col(Organisation.id) == col(Consignment.org_id))
        .order_by(lot)
    )
    return _by_lot(Arrived(*row) for row in _asked(session, question, lot, ids))


def stops(session: Session, ids: Collection[int]) -> dict[int, list[Stop]]:
    """Open holds by lot, oldest first."""
    lot = col(Hold.lot_id)
    question = select(Hold).where(col(Hold.lifted_at).is_(None)).order_by(col(Hold.id))
    rows = (row[0] for row in _asked(session, question, lot, ids))
    return _by_lot(Stop(one.id, one.lot_id, why(one), one.opened_at, one.cause_id) for one in rows)


def recalls_of(session: Session, ids: Collection[int]) -> dict[int, list[CalledBack]]:
    """Recalls by lot, the first that reached it first."""
    lot = col(RecallLot.lot_id)
    question = (
        select(lot, col(Recall.root_lot_id), col(Recall.number), col(Recall.reason), col(Recall.opened_at),
               col(Recall.closed_at).is_not(None))
        .join(Recall, col(Recall.id) == col(RecallLot.recall_id))
        .order_by(col(Recall.id))
    )  # fmt: skip
    return _by_lot(CalledBack(*row) for row in _asked(session, question, lot, ids))


Row = TypeVar("Row", Sale, Parcel, Sent, Arrived, Stop, CalledBack)


def _by_lot(rows: Iterator[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(row.lot_id, []).append(row)
    return found
