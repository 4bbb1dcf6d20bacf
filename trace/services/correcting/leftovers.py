"""A lot of which nothing is left is used up; one of which a correction left something is so no more."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlmodel import Session

from trace.records.lot import Lot, LotState
from trace.services import lot_events
from trace.services.admission import Actor
from trace.services.holding import open_holds_of
from trace.services.lineage import drawn_by_lot
from trace.services.lot_states import give_back
from trace.services.pack_writing import use_up

IN_USE = (LotState.OPEN, LotState.RELEASED, LotState.HOLD)


def settle(session: Session, actor: Actor, lots: Iterable[Lot], now: datetime) -> None:
    """Bring the states of locked lots up to what was drawn from them."""
    lots = list(lots)
    drawn = drawn_by_lot(session, [lot.id for lot in lots])
    emptied, again = [], []
    for lot in lots:
        is_used_up = LotState.CONSUMED in (lot.state, lot.state_before_hold)
        is_empty = drawn.get(lot.id, 0) == lot.weight_g
        if is_empty and not is_used_up and lot.state in IN_USE:
            emptied.append(lot)
        elif is_used_up and not is_empty:
            again.append(lot)
    use_up(session, actor, emptied, now)
    _give_back(session, actor, again, now)
    session.flush()


def _give_back(session: Session, actor: Actor, lots: Sequence[Lot], now: datetime) -> None:
    holds = open_holds_of(session, [lot.id for lot in lots])
    for lot in lots:
        give_back(lot, is_held=lot.id in holds)
    if lots:
        lot_events.all_observed(session, actor, "reopen", lots, now)
