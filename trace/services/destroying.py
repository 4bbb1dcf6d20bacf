"""Taking a lot out of the world: its goods are gone, so its stamps stand for nothing and are withdrawn."""

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from trace.errors import Refused
from trace.records.lot import Lot, LotState
from trace.records.stamp import StampActivation, StampBlock
from trace.services import lot_events
from trace.services.admission import Act, Actor, fetch, lock
from trace.services.holding import refuse_held
from trace.services.lot_room import room_g
from trace.services.lot_states import lock_lots, move, refuse_recalled
from trace.services.stamp_activating import voids_in
from trace.services.stamp_gates import range_of
from trace.services.stamp_voiding import withdraw


def destroy_lot(session: Session, actor: Actor, public_id: str, reason: str, now: datetime) -> Lot:
    """Destroy an open or released lot and withdraw its stamps; the cooperative's manager only.

    What was packed on into other lots before is theirs and stays. Locks are taken in the order block,
    lot, as everywhere.

    Raises:
        NotAllowed: not a manager.
        NotFound: not the actor's lot.
        Refused: ``gate.recalled``, ``gate.hold``, ``lot.cannot_move``; ``lot.being_stamped`` when stamps
            of another block became the lot's at this very moment.
    """
    lot = fetch(session, actor, Act.RELEASE_LOT, Lot, public_id=public_id)
    blocks = _blocks_of(session, lot)
    for block in blocks:
        lock(session, block)
    lock_lots(session, [lot.id])
    refuse_recalled(session, lot)
    refuse_held(session, lot)
    if {block.id for block in _blocks_of(session, lot)} != {block.id for block in blocks}:
        raise Refused("lot.being_stamped", lot=lot.code)
    move(lot, LotState.DESTROYED, now)
    lot_events.destroyed(session, actor, lot, max(0, room_g(session, lot)), reason[:400], now)
    for block in blocks:
        _withdraw_all(session, actor, block, lot, now)
    return lot


def _blocks_of(session: Session, lot: Lot) -> list[StampBlock]:
    used = select(col(StampActivation.block_id)).where(col(StampActivation.lot_id) == lot.id)
    question = select(StampBlock).where(col(StampBlock.id).in_(used)).order_by(col(StampBlock.id))
    return list(session.execute(question).scalars())


def _withdraw_all(session: Session, actor: Actor, block: StampBlock, lot: Lot, now: datetime) -> None:
    mine = (col(StampActivation.block_id) == block.id, col(StampActivation.lot_id) == lot.id)
    for row in session.execute(select(StampActivation).where(*mine)).scalars().all():
        whole = range_of(row)
        gone = [range_of(void) for void in voids_in(session, block, whole)]
        for part in whole.without(gone):
            request_id = f"destroy-{lot.public_id}-{part.first}"
            withdraw(session, actor, block, part, "destroyed", request_id, now)
