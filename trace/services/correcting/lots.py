"""Correcting a lot: the right figures are written, the gates asked again, and a corrective event told."""

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from trace.errors import FieldProblem, Invalid, Refused
from trace.records.lot import Lot, LotKind, LotState
from trace.services import harvest_figures, lot_events
from trace.services.admission import Act, Actor, fetch, scope_of
from trace.services.allocating import fill
from trace.services.correcting import harvests, packs
from trace.services.correcting.gates_again import ask_again
from trace.services.correcting.given import CorrectIn
from trace.services.correcting.leftovers import settle
from trace.services.lineage import ancestors, descendants, portions
from trace.services.lot_states import lock_lots, lock_org, refuse_recalled, state_word

FACTS = ("weight_g", "harvested_on", "packed_on", "plot_id", "packing_house_id")


def correct_lot(session: Session, actor: Actor, public_id: str, given: CorrectIn, now: datetime) -> Lot:
    """Put a lot's figures right. Whether it is on hold afterwards is for the caller to look at.

    A lot that went out, itself or in a lot made of it, is corrected by the manager, with a reason; what the
    gates then say no to is put on hold, and holds stay until the office lifts them.

    Raises:
        NotAllowed: the role corrects nothing, or not what went out.
        NotFound: not the actor's lot, or not its plot.
        Invalid: a day to come, no reason where one is asked, a field the kind of lot has not.
        Refused: ``gate.recalled``, ``correct.received``, ``correct.stale``, ``correct.state``,
            ``correct.nothing``, ``correct.destroyed``,
            ``correct.under``, ``correct.after_written``, ``correct.sold_before``, ``correct.crop``,
            ``gate.date``, ``gate.balance``, ``pool.over``, ``pool.loss``; ``gate.yield`` and
            ``gate.yield.warn`` without a reason; ``correct.untold``.
    """
    lot = held_family(session, actor, public_id)
    refuse_received(lot)
    _refuse_stale(lot, given)
    if lot.state == LotState.DESTROYED:
        raise Refused("correct.state", lot=lot.code, state=state_word(lot.state))
    if refuse_unentitled(session, actor, lot) and not given.reason:
        raise Invalid([FieldProblem("reason", "correct.why", "")])
    wrong = lot_events.making_event(session, lot)
    before = [getattr(lot, name) for name in FACTS]
    was = harvest_figures.entry(lot, -1)
    is_harvest = lot.kind == LotKind.HARVEST
    said = {"corrects": wrong.event_id}
    if is_harvest:
        right, stops = harvests.put_right(session, actor, lot, given, now, said)
    else:
        right, stops = packs.put_right(session, actor, lot, given, now, said)
    if before == [getattr(lot, name) for name in FACTS] and not packs.draws_changed(wrong, right):
        raise Refused("correct.nothing", lot=lot.code)
    lot.version += 1
    session.flush()
    lot_events.corrected(session, actor, lot, wrong, right, given.reason, now)
    settle(session, actor, [lot], now)
    ask_again(session, actor, lot, stops, now)
    fill(session, [lot.product_id] if lot.product_id else [], now)  # orders may have waited for the grams
    harvest_figures.add(session, [*was, *harvest_figures.entry(lot)])
    return lot


def _refuse_stale(lot: Lot, given: CorrectIn) -> None:
    """A form holds every figure it showed: one opened before another's change would take that back."""
    if given.version is not None and given.version != lot.version:
        raise Refused("correct.stale", lot=lot.code)


def refuse_received(lot: Lot) -> None:
    """What was received is known from the receipt: it is not this organisation's to tell otherwise.

    Raises:
        Refused: ``correct.received``.
    """
    if lot.kind == LotKind.RECEIVED:
        raise Refused("correct.received", lot=lot.code)


def held_family(session: Session, actor: Actor, public_id: str) -> Lot:
    """The lot, locked with all it was made of and all that was made of it.

    Raises:
        NotAllowed, NotFound: not the actor's to correct.
        Refused: ``gate.recalled``.
    """
    lot = fetch(session, actor, Act.CORRECT_LOT, Lot, public_id=public_id)
    lock_org(session, lot.org_id)
    lock_lots(session, sorted({*ancestors(session, lot.id), *descendants(session, lot.id)}))
    refuse_recalled(session, lot)
    return lot


def refuse_unentitled(session: Session, actor: Actor, lot: Lot) -> bool:
    """Whether goods of the lot went out; then it is for the manager.

    Raises:
        NotAllowed: somebody else.
    """
    is_out = any(
        session.execute(
            select(col(Lot.id)).where(col(Lot.id).in_(some), col(Lot.released_at).is_not(None)).limit(1)
        ).first()
        for some in portions(descendants(session, lot.id))
    )
    if is_out:
        scope_of(actor, Act.CORRECT_OUT)
    return is_out
