"""A lot of which nothing is left is used up; one of which a correction left something is so no more."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from trace.records.lot import Lot, LotState
from trace.services import lot_events
from trace.services.admission import Actor
from trace.services.holding import open_holds
from trace.services.lineage import drawn_g
from trace.services.lot_states import give_back
from trace.services.packing import use_up

IN_USE = (LotState.OPEN, LotState.RELEASED, LotState.HOLD)


def settle(session: Session, actor: Actor, lots: Iterable[Lot], now: datetime) -> None:
    """Bring the states of locked lots up to what was drawn from them."""
    for lot in lots:
        is_used_up = LotState.CONSUMED in (lot.state, lot.state_before_hold)
        is_empty = drawn_g(session, lot.id) == lot.weight_g
        if is_empty and not is_used_up and lot.state in IN_USE:
            use_up(session, actor, lot, now)
        elif is_used_up and not is_empty:
            give_back(lot, is_held=bool(open_holds(session, lot)))
            lot_events.observed(session, actor, "reopen", lot, now)
    session.flush()
