"""The EPCIS events of boxes and consignments, each appended in the transaction of its act."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from trace.records.consignment import Consignment
from trace.records.event import Event
from trace.records.logistic_unit import LogisticUnit
from trace.records.lot import Lot
from trace.records.plot import PackingHouse
from trace.services.admission import Actor
from trace.services.identifiers import advice_uri, lot_uri, party_uri, site_uri, unit_uris
from trace.services.logging_acts import append_event, body_of
from trace.services.lot_events import instant_of
from trace.standards import epcis
from trace.standards.epcis import Quantity, Scene


def boxed(
    session: Session, actor: Actor, units: Sequence[LogisticUnit], lot: Lot, weight_g: int, now: datetime
) -> None:
    """So many grams of a lot went into each of these boxes, which were packed at one place."""
    goods, place = Quantity(lot_uri(session, lot), weight_g=weight_g), _place(session, units[0])
    uris = unit_uris(session, units)
    for unit in units:
        scene = Scene(instant_of(unit.packed_on, now), "packing", "in_progress", place, place)
        event = epcis.aggregation_event(scene, "ADD", uris[unit.id], [goods])
        append_event(session, actor, "box", ("logistic_unit", unit.id), event, now, unit.org_id)


def stacked(
    session: Session, actor: Actor, pallet: LogisticUnit, boxes: Sequence[LogisticUnit], now: datetime
) -> None:
    """Boxes were put on a pallet."""
    place, uris = _place(session, pallet), unit_uris(session, [pallet, *boxes])
    scene = Scene(now, "packing", "in_progress", place, place)
    children = sorted(uris[box.id] for box in boxes)
    event = epcis.aggregation_event(scene, "ADD", uris[pallet.id], child_epcs=children)
    append_event(session, actor, "stack", ("logistic_unit", pallet.id), event, now, pallet.org_id)


def opened(session: Session, actor: Actor, unit: LogisticUnit, now: datetime) -> None:
    """Everything was taken out of a box, or off a pallet."""
    scene = Scene(now, "unpacking", "in_progress")
    event = epcis.aggregation_event(scene, "DELETE", unit_uris(session, [unit])[unit.id])
    append_event(session, actor, "unbox", ("logistic_unit", unit.id), event, now, unit.org_id)


def dispatched(
    session: Session,
    actor: Actor,
    one: Consignment,
    units: Sequence[LogisticUnit],
    papers: Mapping[str, Any],
    now: datetime,
) -> str:
    """The goods left; ``papers`` are facts of our own, treatments and numbers of papers among them."""
    advice = [("desadv", advice_uri(session, one))]
    scene = _between(session, one, now, "shipping", "in_transit", advice, papers)
    return _seen(session, actor, "dispatch", one, units, scene, now)


def received(
    session: Session,
    actor: Actor,
    one: Consignment,
    units: Sequence[LogisticUnit],
    said: Mapping[str, Any],
    now: datetime,
) -> str:
    """The units that arrived, by the receiver's word or by the number of a paper; ``said`` of differences."""
    papers = [("desadv", advice_uri(session, one))]
    if one.receipt_number:
        papers.append(("recadv", advice_uri(session, one, one.receipt_number)))
    disposition = "mismatch_quantity" if said else "in_progress"
    scene = _between(session, one, now, "receiving", disposition, papers, said)
    return _seen(session, actor, "receive", one, units, scene, now)


def called_back(
    session: Session,
    actor: Actor,
    one: Consignment,
    units: Sequence[LogisticUnit],
    reason: str,
    now: datetime,
) -> None:
    """The dispatch did not take place: a corrective event, and the old one once more, declared wrong."""
    advice = [("desadv", advice_uri(session, one))]
    scene = _between(session, one, now, "void_shipping", "in_progress", advice, {"reason": reason})
    corrective_id = _seen(session, actor, "void_dispatch", one, units, scene, now)
    wrong = session.execute(select(Event).where(col(Event.event_id) == one.dispatch_event)).scalars().first()
    if wrong is None:
        raise LookupError(f"consignment {one.number} names event {one.dispatch_event}, which is not there")
    declared = epcis.error_declaration(body_of(wrong), now, "did_not_occur", [corrective_id])
    append_event(session, actor, "void_dispatch", ("consignment", one.id), declared, now, one.org_id)


def _seen(
    session: Session,
    actor: Actor,
    act: str,
    one: Consignment,
    units: Sequence[LogisticUnit],
    scene: Scene,
    now: datetime,
) -> str:
    uris = sorted(unit_uris(session, units).values())
    event = epcis.object_event(scene, "OBSERVE", epcs=uris)
    return append_event(session, actor, act, ("consignment", one.id), event, now, one.org_id)


def _between(
    session: Session,
    one: Consignment,
    now: datetime,
    step: str,
    disposition: str,
    papers: Sequence[tuple[str, str]],
    said: Mapping[str, Any],
) -> Scene:
    sender = party_uri(session, one.org_id)
    receiver = party_uri(session, one.receiver_org_id) if one.receiver_org_id else ""
    buyer = receiver or advice_uri(session, one, f"{one.number}-buyer")
    extra = {"market": one.market, **({} if receiver else {"buyer": one.receiver_name}), **said}
    return Scene(
        now,
        step,
        disposition,
        transactions=papers,
        sources={"owning_party": sender, "possessing_party": sender},
        destinations={"owning_party": buyer, "possessing_party": buyer},
        extra={name: value for name, value in extra.items() if value},
    )


def _place(session: Session, unit: LogisticUnit) -> str | None:
    house = session.get(PackingHouse, unit.packing_house_id) if unit.packing_house_id else None
    return site_uri(session, house) if house else None
