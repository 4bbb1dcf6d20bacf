"""The EPCIS event of each act on a lot, appended in the act's own transaction."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Protocol

from sqlmodel import Session

from trace.records.lot import Lot
from trace.records.plot import PackingHouse, Plot
from trace.services.admission import Actor
from trace.services.identifiers import Named, lot_uri, lot_uris, plot_uri, site_uri
from trace.services.logging_acts import Told, append_event, append_events
from trace.standards import epcis
from trace.standards.epcis import Quantity, Scene
from trace.standards.local_time import VN, local_day


def instant_of(day: date, now: datetime) -> datetime:
    """When something of ``day`` happened: now if that is today, else noon in Vietnam."""
    return now if day >= local_day(now) else datetime.combine(day, time(12), tzinfo=VN)


def harvested(session: Session, actor: Actor, lot: Lot, plot: Plot, now: datetime) -> None:
    """Fruit was picked and became a lot."""
    place = plot_uri(session, plot)
    scene = Scene(instant_of(lot.harvested_on, now), "commissioning", "active", place, place)
    about = {"kind": lot.kind, "crop": lot.crop, "variety": lot.variety, "harvestedOn": str(lot.harvested_on)}
    event = epcis.object_event(scene, "ADD", [_goods(session, lot)], ilmd=_said(about))
    _append(session, actor, "harvest", lot, event, now)


def packed(
    session: Session,
    actor: Actor,
    lot: Lot,
    inputs: Sequence[tuple[Lot, int]],
    loss_reason: str,
    now: datetime,
) -> None:
    """Grams of these lots became another lot."""
    house = session.get(PackingHouse, lot.packing_house_id) if lot.packing_house_id else None
    place = site_uri(session, house) if house else None
    extra = _said({"lossReason": loss_reason})
    scene = Scene(_packed_at(lot, inputs, now), "packing", "active", place, place, extra=extra)
    sources = [Quantity(lot_uri(session, parent), weight_g=grams) for parent, grams in inputs]
    about = {"kind": lot.kind, "crop": lot.crop, "packedOn": lot.packed_on, "bestBefore": lot.best_before}
    event = epcis.transformation_event(
        scene,
        sources,
        [_goods(session, lot)],
        loss_g=sum(grams for _, grams in inputs) - lot.weight_g,
        ilmd=_said(about),
    )
    _append(session, actor, "pack", lot, event, now)


def taken_in(session: Session, actor: Actor, lot: Lot, source: Lot, now: datetime) -> None:
    """What arrived of another organisation's lot became a lot here: the same goods under a new name."""
    scene = Scene(now, "repackaging", "active")
    about = {"kind": lot.kind, "crop": lot.crop, "packedOn": lot.packed_on, "bestBefore": lot.best_before}
    given = [Quantity(lot_uri(session, source), weight_g=lot.weight_g)]
    event = epcis.transformation_event(scene, given, [_goods(session, lot)], ilmd=_said(about))
    _append(session, actor, "take_in", lot, event, now)


def _packed_at(lot: Lot, inputs: Sequence[tuple[Lot, int]], now: datetime) -> datetime:
    """Noon of a day that is over, but not before an input that was made later that day."""
    day = lot.packed_on or lot.harvested_on
    made = [one.created_at for one, _ in inputs if local_day(one.created_at) == day]
    return max([instant_of(day, now), *made])


class Seen(Named, Protocol):
    """What an observation tells of a lot."""

    @property
    def weight_g(self) -> int:
        """How much of it there is."""

    @property
    def version(self) -> int:
        """How often it was moved."""


_STEPS = {
    "open": ("inspecting", "active"),
    "release": ("accepting", "conformant"),
    "hold": ("holding", "non_conformant"),
    "lift_hold": ("inspecting", "conformant"),
    "consume": ("inspecting", "inactive"),
    "destroy": ("destroying", "destroyed"),
    "recall": ("holding", "recalled"),
}


def observed(session: Session, actor: Actor, act: str, lot: Lot, now: datetime, **said: str) -> None:
    """Something was decided about a lot: opened, released, held, lifted, used up, destroyed, recalled."""
    all_observed(session, actor, act, [lot], now, **said)


def all_observed(
    session: Session, actor: Actor, act: str, lots: Sequence[Seen], now: datetime, **said: str
) -> None:
    """The same of many lots, one event each; nothing is asked of the database between them."""
    step, disposition = _STEPS[act]
    lasting = ("recalled",) if act == "recall" else ()
    action = "DELETE" if act == "destroy" else "OBSERVE"
    uris = lot_uris(session, lots)

    def told(lot: Seen) -> Told:
        scene = Scene(now, step, disposition, extra=_said({**said, "lotVersion": str(lot.version)}))
        goods = [Quantity(uris[lot.id], weight_g=lot.weight_g)]
        return Told(("lot", lot.id), epcis.object_event(scene, action, goods, becomes=lasting), lot.org_id)

    append_events(session, actor, act, map(told, lots), now)


def _goods(session: Session, lot: Lot) -> Quantity:
    return Quantity(lot_uri(session, lot), weight_g=lot.weight_g)


def _said(fields: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in fields.items() if value}


def _append(
    session: Session, actor: Actor, act: str, lot: Lot, event: Mapping[str, object], now: datetime
) -> None:
    append_event(session, actor, act, ("lot", lot.id), event, now, lot.org_id)
