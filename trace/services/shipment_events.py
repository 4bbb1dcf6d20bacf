"""Parcels in the record: given to the carrier, delivered, back again; each told once, whoever tells it late.

A parcel names its lots and not how much of each is in it, so the events name classes without a quantity.
Who gets it is in no event.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from trace.records.account import Role
from trace.records.event import Event
from trace.records.lot import Lot
from trace.records.shipment import Shipment, ShipmentLot, ShipmentState
from trace.services.admission import Actor
from trace.services.identifiers import lot_uris, parcel_uri
from trace.services.logging_acts import append_event
from trace.standards import epcis
from trace.standards.epcis import Scene, Unweighed

CARRIER = Actor(None, Role.COOP_STAFF)
"""Nobody here: what a carrier tells has no account."""
SUBJECT = "shipment"
S = ShipmentState
ACTS: Mapping[ShipmentState, str] = {
    S.PICKED_UP: "ship",
    S.IN_TRANSIT: "ship",
    S.OUT_FOR_DELIVERY: "ship",
    S.DELIVERED: "deliver",
    S.RETURNED: "ship_back",
}
"""What a parcel's state tells, if anything."""
_STEPS = {
    "ship": ("shipping", "in_transit"),
    "deliver": ("receiving", None),
    "ship_back": ("receiving", "returned"),
}


def tell_steps(
    session: Session, shipment: Shipment, steps: Iterable[tuple[ShipmentState, datetime]], now: datetime
) -> None:
    """Tell of states a parcel came into, which was not told before, as of the earliest time that is known."""
    first: dict[str, datetime] = {}
    for state, at in steps:
        act = ACTS.get(state)
        if act is not None:
            first[act] = min(first.get(act, at), at, now)
    untold = first.keys() - _told(session, shipment) if first else ()
    uris = _goods(session, shipment) if untold else []
    for act in sorted(untold, key=lambda one: first[one]) if uris else ():
        step, disposition = _STEPS[act]
        advice = [("desadv", parcel_uri(session, shipment))]
        scene = Scene(first[act], step, disposition, transactions=advice)
        event = epcis.object_event(scene, "OBSERVE", [Unweighed(uri) for uri in uris])
        append_event(session, CARRIER, act, (SUBJECT, shipment.id), event, now, shipment.org_id)


def _told(session: Session, shipment: Shipment) -> set[str]:
    about = (col(Event.subject_kind) == SUBJECT, col(Event.subject_id) == shipment.id)
    return set(session.execute(select(col(Event.act)).where(*about)).scalars())


def _goods(session: Session, shipment: Shipment) -> list[str]:
    inside = select(col(ShipmentLot.lot_id)).where(col(ShipmentLot.shipment_id) == shipment.id)
    lots = session.execute(select(Lot).where(col(Lot.id).in_(inside)).order_by(col(Lot.id))).scalars().all()
    return list(lot_uris(session, lots).values()) if lots else []
