"""Everyone one step down from lots under recall: orders, parcels, organisations that took goods over.

Buyers are reached through the marketplace by the order's number, receivers of parcels through the carrier
by its number: nothing of either is kept here.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from trace.records.consignment import Consignment
from trace.records.logistic_unit import LogisticUnit, UnitContent
from trace.records.lot import Lot, LotKind, LotLink
from trace.records.organisation import Organisation
from trace.services.admission import Act, Actor, visible
from trace.services.lineage import portions
from trace.services.tracing import goods
from trace.services.tracing.goods import Parcel, Sale
from trace.standards.local_time import local_day


@dataclass(frozen=True)
class Contact:
    """One to be told: ``way`` is order, parcel or partner, and says through whom.

    ``via`` is a marketplace's or carrier's name in code, empty for an organisation, which ``phone`` reaches.
    ``grams`` are 0 where a parcel of several lots does not say how much is of these.
    """

    way: str
    via: str
    who: str
    number: str
    day: date
    state: str
    lots: tuple[str, ...]
    pieces: int
    grams: int
    phone: str = ""


def contacts_of(session: Session, actor: Actor, lot_ids: Collection[int]) -> list[Contact]:
    """Organisations first, then orders, then parcels, the oldest first; a cooperative's of its own lots.

    Raises:
        NotAllowed: the actor opens no recall.
    """
    codes = _own_codes(session, actor, lot_ids)
    sales = [one for some in goods.sales(session, codes).values() for one in some]
    parcels = [one for some in goods.parcels(session, codes).values() for one in some]
    partners = [*_consignees(session, codes), *_partners(session, codes)]
    return [*partners, *_orders(sales, codes), *_parcels(parcels, codes)]


def _own_codes(session: Session, actor: Actor, lot_ids: Collection[int]) -> dict[int, str]:
    rule = visible(actor, Act.OPEN_RECALL, Lot)
    found: dict[int, str] = {}
    for some in portions(lot_ids):
        rows = session.execute(select(col(Lot.id), col(Lot.code)).where(col(Lot.id).in_(some), rule))
        found |= {row[0]: row[1] for row in rows}
    return found


def _consignees(session: Session, codes: dict[int, str]) -> list[Contact]:
    """Businesses that boxes of these lots were sent to; those with an account have a telephone here."""
    question = (
        select(Consignment, col(UnitContent.lot_id), func.sum(UnitContent.weight_g), func.count())
        .join(LogisticUnit, col(LogisticUnit.consignment_id) == col(Consignment.id))
        .join(UnitContent, col(UnitContent.unit_id) == col(LogisticUnit.id))
        .where(col(Consignment.dispatched_on).is_not(None))
        .group_by(col(Consignment.id), col(UnitContent.lot_id))
        .order_by(col(Consignment.id), col(UnitContent.lot_id))
    )
    found = []
    for some in portions(codes):
        for one, lot_id, grams, boxes in session.execute(question.where(col(UnitContent.lot_id).in_(some))):
            org = session.get(Organisation, one.receiver_org_id) if one.receiver_org_id else None
            told = (
                "partner",
                "",
                one.receiver_name,
                one.number,
                one.dispatched_on,
                one.state,
                (codes[lot_id],),
            )
            found.append(Contact(*told, int(boxes), int(grams), (org.phone if org else None) or ""))
    return found


def _partners(session: Session, codes: dict[int, str]) -> list[Contact]:
    """Organisations that made lots of theirs of these; of what they received, ``_consignees`` tells."""
    given: Any = aliased(Lot)
    question = (
        select(col(LotLink.parent_id), col(LotLink.weight_g), Lot, Organisation)
        .join(given, given.id == col(LotLink.parent_id))
        .join(Lot, col(Lot.id) == col(LotLink.child_id))
        .join(Organisation, col(Organisation.id) == col(Lot.org_id))
        .where(given.org_id != col(Lot.org_id), col(Lot.kind) != LotKind.RECEIVED)
        .order_by(col(Lot.id))
    )
    found = []
    for some in portions(codes):
        for parent, grams, lot, org in session.execute(question.where(col(LotLink.parent_id).in_(some))):
            day = lot.packed_on or lot.harvested_on
            told = ("partner", "", org.name, lot.code, day, "", (codes[parent],), 0, int(grams))
            found.append(Contact(*told, org.phone or ""))
    return found


def _orders(sales: list[Sale], codes: dict[int, str]) -> list[Contact]:
    by_order: dict[tuple[str, str, str], list[Sale]] = {}
    for one in sales:
        by_order.setdefault((one.marketplace, one.shop, one.number), []).append(one)
    found = [
        Contact("order", *key, _day(some[0].ordered_at), some[0].status, _lots(some, codes),
                sum(one.pieces for one in some), sum(one.grams for one in some))
        for key, some in by_order.items()
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.day, one.via, one.number))


def _parcels(parcels: list[Parcel], codes: dict[int, str]) -> list[Contact]:
    by_parcel: dict[str, list[Parcel]] = {}
    for one in parcels:
        by_parcel.setdefault(one.public_id, []).append(one)
    found = []
    for some in by_parcel.values():
        one, lots = some[0], _lots(some, codes)
        grams = one.weight_g if len(lots) == 1 else 0
        told = ("parcel", one.carrier, one.order, one.number, _day(one.at), one.state)
        found.append(Contact(*told, lots, one.pieces, grams))
    return sorted(found, key=lambda one: (one.day, one.number))


def _lots(some: list[Any], codes: dict[int, str]) -> tuple[str, ...]:
    return tuple(sorted({codes[one.lot_id] for one in some}))


def _day(moment: datetime) -> date:
    return local_day(moment)
