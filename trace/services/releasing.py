"""Letting a lot go out."""

from datetime import datetime

from sqlmodel import Session

from trace.errors import Refused
from trace.records.lot import Lot, LotState
from trace.records.organisation import Organisation
from trace.records.plot import Plot
from trace.records.product import Product
from trace.services import lot_events
from trace.services.admission import Act, Actor, fetch
from trace.services.allocating import fill
from trace.services.going_out import refuse_unfit
from trace.services.harvesting import stops_of
from trace.services.holding import hold_by_rule, refuse_held
from trace.services.lineage import ancestors
from trace.services.lot_states import lock_lots, lock_org, move, refuse_recalled, state_word
from trace.services.site_standing import standing_stops
from trace.standards.local_time import local_day
from trace.texts.catalogs import Term


def release_lot(session: Session, actor: Actor, public_id: str, now: datetime) -> Lot:
    """Let a lot out; the cooperative's manager only, and only when nothing is missing.

    The gates are asked anew, because a diary entry may have come late: a lot they stop is **kept on
    hold**, so the caller commits and looks at the state. A released lot is given back as it is.

    Raises:
        NotAllowed: not a manager.
        NotFound: not the actor's lot.
        Refused: ``gate.recalled``, ``gate.hold``, ``gate.notreleased`` with what is missing, and the
            gates of ``going_out``.
    """
    lot = fetch(session, actor, Act.RELEASE_LOT, Lot, public_id=public_id)
    lock_org(session, lot.org_id)
    lock_lots(session, ancestors(session, lot.id))
    refuse_recalled(session, lot)
    refuse_held(session, lot)
    if lot.state == LotState.RELEASED:
        return lot
    missing = missing_items(session, lot, now)
    if missing or lot.state != LotState.OPEN:
        org = session.get_one(Organisation, lot.org_id)
        figures = {"lot": lot.code, "state": state_word(lot.state), "coop": org.name, "n": len(missing)}
        raise Refused("gate.notreleased", **figures, items=missing or [state_word(lot.state)])
    if recheck(session, actor, lot, now):
        return lot
    refuse_unfit(session, lot, session.get(Product, lot.product_id))
    move(lot, LotState.RELEASED, now)
    lot_events.observed(session, actor, "release", lot, now)
    session.flush()
    fill(session, [lot.product_id] if lot.product_id else [], now)  # orders may have waited for it
    return lot


def missing_items(session: Session, lot: Lot, now: datetime) -> list[Term]:
    """What a lot still lacks before it may go out."""
    product = session.get(Product, lot.product_id) if lot.product_id else None
    lacks = {
        "release.item.product": product is None,
        "release.item.place": not lot.commune_code,
        "release.item.weight": lot.weight_g <= 0,
        "release.item.fresh": lot.best_before is not None and lot.best_before < local_day(now),
    }
    return [Term(key) for key, is_lacking in lacks.items() if is_lacking]


def recheck(session: Session, actor: Actor, lot: Lot, now: datetime) -> bool:
    """Ask waiting time, materials and codes again for all that is in a lot; whether it is on hold now."""
    for number in ancestors(session, lot.id):
        source = session.get_one(Lot, number)
        plot = session.get(Plot, source.plot_id) if source.kind == "harvest" and source.plot_id else None
        for stop in stops_of(session, source, plot) if plot else standing_stops(session, source):
            hold_by_rule(session, actor, source, stop.rule, stop.figures, now)
    return lot.state == LotState.HOLD
