"""The EPCIS event of each act on a lot, appended in the act's own transaction."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time
from typing import Protocol

from sqlalchemy import select
from sqlmodel import Session, col

from trace.errors import Refused
from trace.records.event import Event
from trace.records.lot import Hold, Lot, LotState
from trace.records.plot import PackingHouse, Plot
from trace.services.admission import Actor
from trace.services.identifiers import Named, lot_uri, lot_uris, plot_uris, site_uri
from trace.services.lineage import portions
from trace.services.logging_acts import Told, append_event, append_events, body_of
from trace.services.lot_states import WITHDRAW
from trace.standards import epcis
from trace.standards.epcis import PREFIX, Quantity, Scene
from trace.standards.local_time import VN, local_day

MAKING = ("harvest", "pack", "correct")
"""Acts whose events tell how a lot came to be."""
LOSS_REASON = "lossReason"
Packed = tuple[Lot, Sequence[tuple[Lot, int]], str]
"""A packed lot, the grams drawn from each input, and the reason of a loss."""
NOON = time(12)
"""Stands for the hour where only a day was told."""


def instant_of(day: date, now: datetime) -> datetime:
    """When something of ``day`` happened: now if that is today, else noon in Vietnam."""
    return now if day >= local_day(now) else datetime.combine(day, NOON, tzinfo=VN)


def harvested(session: Session, actor: Actor, made: Sequence[tuple[Lot, Plot]], now: datetime) -> None:
    """Fruit was picked on these plots and became these lots."""
    lots, places = lot_uris(session, [lot for lot, _ in made]), plot_uris(session, [plot for _, plot in made])
    told = (
        Told(("lot", lot.id), _picked(lot, lots[lot.id], places[plot.id], now, {}), lot.org_id)
        for lot, plot in made
    )
    append_events(session, actor, "harvest", told, now)


def harvest_event(
    session: Session, lot: Lot, plot: Plot, written_at: datetime, **said: str
) -> Mapping[str, object]:
    """What tells of the picking, as it was known when it was written down."""
    place = plot_uris(session, [plot])[plot.id]
    return _picked(lot, lot_uri(session, lot), place, written_at, said)


def _picked(
    lot: Lot, uri: str, place: str, written_at: datetime, said: Mapping[str, str]
) -> Mapping[str, object]:
    at = instant_of(lot.harvested_on, written_at)
    scene = Scene(at, "commissioning", "active", place, place, extra=_said(said))
    about = {"kind": lot.kind, "crop": lot.crop, "variety": lot.variety, "harvestedOn": str(lot.harvested_on)}
    return epcis.object_event(scene, "ADD", [Quantity(uri, weight_g=lot.weight_g)], ilmd=_said(about))


def packed(session: Session, actor: Actor, made: Sequence[Packed], now: datetime) -> None:
    """Grams of lots became other lots."""
    uris = lot_uris(
        session, [one for lot, draws, _ in made for one in (lot, *(parent for parent, _ in draws))]
    )
    told = (
        Told(("lot", lot.id), _packing(session, lot, draws, uris, _lost(reason), now), lot.org_id)
        for lot, draws, reason in made
    )
    append_events(session, actor, "pack", told, now)


def packing_event(
    session: Session,
    lot: Lot,
    inputs: Sequence[tuple[Lot, int]],
    loss_reason: str,
    written_at: datetime,
    **said: str,
) -> Mapping[str, object]:
    """What tells of the packing, with what was sorted out, as it was known when it was written down."""
    uris = lot_uris(session, [lot, *(parent for parent, _ in inputs)])
    return _packing(session, lot, inputs, uris, _lost(loss_reason) | said, written_at)


def _lost(reason: str) -> dict[str, str]:
    return {LOSS_REASON: reason}


def _packing(
    session: Session,
    lot: Lot,
    inputs: Sequence[tuple[Lot, int]],
    uris: Mapping[int, str],
    said: Mapping[str, str],
    written_at: datetime,
) -> Mapping[str, object]:
    house = session.get(PackingHouse, lot.packing_house_id) if lot.packing_house_id else None
    place = site_uri(session, house) if house else None
    scene = Scene(_packed_at(lot, inputs, written_at), "packing", "active", place, place, extra=_said(said))
    sources = [Quantity(uris[parent.id], weight_g=grams) for parent, grams in inputs]
    about = {"kind": lot.kind, "crop": lot.crop, "packedOn": lot.packed_on, "bestBefore": lot.best_before}
    return epcis.transformation_event(
        scene,
        sources,
        [Quantity(uris[lot.id], weight_g=lot.weight_g)],
        loss_g=sum(grams for _, grams in inputs) - lot.weight_g,
        ilmd=_said(about),
    )


def making_event(session: Session, lot: Lot) -> Event:
    """The event that says today how a lot came to be: the newest one, for those before are declared wrong.

    Raises:
        Refused: ``correct.untold``: the lot was made without its act.
    """
    found = making_events(session, [lot.id])
    if not found:
        raise Refused("correct.untold", lot=lot.code)
    return found[lot.id]


def making_events(session: Session, lot_ids: Collection[int]) -> dict[int, Event]:
    """The same of many lots, of those that were made by their act."""
    found: dict[int, Event] = {}
    for some in portions(lot_ids):
        about = (col(Event.subject_kind) == "lot", col(Event.subject_id).in_(some))
        made = (col(Event.act).in_(MAKING), col(Event.declares).is_(False))
        for one in session.execute(select(Event).where(*about, *made).order_by(col(Event.id))).scalars():
            found[one.subject_id] = one
    return found


def loss_reason_of(made: Event) -> str:
    """The reason of a loss, as it was told."""
    return str(body_of(made).get(f"{PREFIX}:{LOSS_REASON}", ""))


def corrected(
    session: Session,
    actor: Actor,
    lot: Lot,
    wrong: Event,
    right: Mapping[str, object],
    why: str,
    now: datetime,
) -> None:
    """How a lot came to be is told anew, and what was told before is declared to have held wrong figures."""
    told = append_event(session, actor, "correct", ("lot", lot.id), right, now, lot.org_id)
    declared = epcis.error_declaration(body_of(wrong), now, "incorrect_data", [told], note=why)
    _append(session, actor, "correct", lot, declared, now)


def withdrawn(
    session: Session, actor: Actor, mistakes: Sequence[tuple[Lot, Event]], why: str, now: datetime
) -> None:
    """Lots were written down by mistake: what told of their making did not take place."""

    def told(lot: Lot, wrong: Event) -> Told:
        declared = epcis.error_declaration(body_of(wrong), now, "did_not_occur", note=why)
        return Told(("lot", lot.id), declared, lot.org_id)

    append_events(session, actor, WITHDRAW, (told(*one) for one in mistakes), now)


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
    "reopen": ("inspecting", "active"),
    "release": ("accepting", "sellable_accessible"),
    "hold": ("holding", "non_conformant"),
    "lift_hold": ("accepting", "conformant"),
    "consume": ("inspecting", "inactive"),
    "destroy": ("destroying", "destroyed"),
    "recall": ("holding", "recalled"),
    "close_recall": ("inspecting", "recalled"),
}

_LIFTED_TO = {
    LotState.HOLD: "hold",
    LotState.RELEASED: "release",
    LotState.RECALLED: "recall",
    LotState.CONSUMED: "consume",
}
"""What goods are after one of their holds was lifted, as the act that says so; else they conform."""


def observed(session: Session, actor: Actor, act: str, lot: Lot, now: datetime, **said: str) -> None:
    """Something was decided about a lot: opened, released, held, lifted, used up, recalled.

    A lifted hold leaves goods in the state they are in then.
    """
    step = _LIFTED_TO.get(LotState(lot.state), act) if act == "lift_hold" else act
    _append(session, actor, act, lot, _decided(step, lot, _goods(session, lot), now, said), now)


def destroyed(session: Session, actor: Actor, lot: Lot, weight_g: int, reason: str, now: datetime) -> None:
    """So many grams of a lot are gone: what was packed on, sold or boxed before is not among them."""
    goods = Quantity(lot_uri(session, lot), weight_g=weight_g)
    _append(session, actor, "destroy", lot, _decided("destroy", lot, goods, now, {"reason": reason}), now)


def all_observed(
    session: Session, actor: Actor, act: str, lots: Sequence[Seen], now: datetime, **said: str
) -> None:
    """The same of many lots, one event each; nothing is asked of the database between them."""
    uris = lot_uris(session, lots)

    def told(lot: Seen) -> Told:
        goods = Quantity(uris[lot.id], weight_g=lot.weight_g)
        return Told(("lot", lot.id), _decided(act, lot, goods, now, said), lot.org_id)

    append_events(session, actor, act, map(told, lots), now)


def held(session: Session, actor: Actor, holds: Sequence[tuple[Lot, Hold]], now: datetime) -> None:
    """Lots were put on hold, each for a reason of its own."""
    uris = lot_uris(session, [lot for lot, _ in holds])

    def told(lot: Lot, hold: Hold) -> Told:
        goods, said = Quantity(uris[lot.id], weight_g=lot.weight_g), {"rule": hold.rule, "hold": str(hold.id)}
        return Told(("lot", lot.id), _decided("hold", lot, goods, now, said), lot.org_id)

    append_events(session, actor, "hold", (told(*one) for one in holds), now)


def _decided(
    step: str, lot: Seen, goods: Quantity, now: datetime, said: Mapping[str, str]
) -> dict[str, object]:
    lasting = ("recalled",) if step == "recall" else ()
    action = "DELETE" if step == "destroy" else "OBSERVE"
    scene = Scene(now, *_STEPS[step], extra=_said({**said, "lotVersion": str(lot.version)}))
    return epcis.object_event(scene, action, [goods], becomes=lasting)


def _goods(session: Session, lot: Lot) -> Quantity:
    return Quantity(lot_uri(session, lot), weight_g=lot.weight_g)


def _said(fields: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in fields.items() if value}


def _append(
    session: Session, actor: Actor, act: str, lot: Lot, event: Mapping[str, object], now: datetime
) -> None:
    append_event(session, actor, act, ("lot", lot.id), event, now, lot.org_id)
