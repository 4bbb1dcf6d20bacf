"""Writing packed lots that were judged, one of a form or a thousand of a file, with all that is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from trace.records.lot import Hold, Lot, LotState
from trace.row_log import insert_logged
from trace.services import lot_events
from trace.services.admission import Actor
from trace.services.gates import Stop
from trace.services.holding import follow_new, hold_new
from trace.services.lineage import drawn_by_lot
from trace.services.lot_states import move
from trace.services.pack_inputs import Inputs


@dataclass(frozen=True)
class Packing:
    """A packed lot that may be written: what goes into it, and what puts it on hold.

    ``holds`` are the open ones of its inputs, by their numbers; ``stops`` are its own.
    """

    lot: Lot
    inputs: Inputs
    loss_reason: str
    holds: Mapping[int, Sequence[Hold]]
    stops: Sequence[Stop]

    @property
    def followed(self) -> list[tuple[Lot, Hold]]:
        """The holds of inputs that the lot follows, each with the input."""
        return [(lot, hold) for lot in self.inputs.lots for hold in self.holds.get(lot.id, ())]


def write_packs(session: Session, actor: Actor, made: Sequence[Packing], now: datetime) -> None:
    """Write packed lots of one organisation, which is locked as their inputs are.

    Inputs that are used up become ``consumed``; a lot is on hold if any input is.
    """
    session.add_all([one.lot for one in made])
    session.flush()
    links = [
        {"parent_id": parent.id, "child_id": one.lot.id, "weight_g": grams}
        for one in made
        for parent, grams in one.inputs.draws
    ]
    insert_logged(session, "lot_link", links)
    lot_events.packed(session, actor, [(one.lot, one.inputs.draws, one.loss_reason) for one in made], now)
    follow_new(session, actor, [(one.lot, *pair) for one in made for pair in one.followed], now)
    parents = {parent.id: parent for one in made for parent in one.inputs.lots}
    drawn = drawn_by_lot(session, parents)
    use_up(session, actor, [lot for lot in parents.values() if drawn.get(lot.id) == lot.weight_g], now)
    hold_new(session, actor, [(one.lot, stop) for one in made for stop in one.stops], now)


def use_up(session: Session, actor: Actor, parents: Sequence[Lot], now: datetime) -> None:
    """Nothing is left of locked lots; those on hold are used up when the office lifts the hold."""
    gone = [parent for parent in parents if parent.state != LotState.HOLD]
    for parent in parents:
        if parent.state == LotState.HOLD:
            parent.state_before_hold = LotState.CONSUMED  # where it goes when the office lifts the hold
            parent.version += 1
        else:
            move(parent, LotState.CONSUMED, now)
    if gone:
        lot_events.all_observed(session, actor, "consume", gone, now)
