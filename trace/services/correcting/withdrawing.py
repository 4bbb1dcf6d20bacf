"""A lot that was written down by mistake never was: it is withdrawn, while nothing hangs on it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlmodel import Session, col

from trace.errors import Refused
from trace.records.allocation import Allocation
from trace.records.event import Event
from trace.records.logistic_unit import UnitContent
from trace.records.lot import Lot, LotKind, LotLink, LotState
from trace.records.shipment import ShipmentLot
from trace.records.stamp import StampActivation, StampBlock
from trace.row_log import update_logged
from trace.services import harvest_figures, lot_events
from trace.services.admission import Act, Actor, visible
from trace.services.correcting.bounds import refuse_giving_back
from trace.services.correcting.given import WithdrawIn
from trace.services.correcting.leftovers import settle
from trace.services.correcting.lots import held_family, refuse_received, refuse_unentitled
from trace.services.holding import refuse_held
from trace.services.lineage import portions
from trace.services.lot_states import WITHDRAWABLE, lock_lots, lock_org, never_was, state_word

HANGING: tuple[tuple[str, Any], ...] = (
    ("lots", LotLink.parent_id),
    ("stamps", StampActivation.lot_id),
    ("stamps", StampBlock.lot_id),
    ("orders", Allocation.lot_id),
    ("boxes", UnitContent.lot_id),
    ("parcels", ShipmentLot.lot_id),
)
"""What may be made of a lot or be stuck on it, sold or sent from it."""
_UNUSED = (LotState.DRAFT, LotState.OPEN)


def withdraw_lot(session: Session, actor: Actor, public_id: str, given: WithdrawIn, now: datetime) -> Lot:
    """Declare that a lot never was. It is destroyed and counts in no sum; inputs get their grams back.

    Raises:
        NotAllowed, NotFound: as ``correct_lot``.
        Refused: ``gate.recalled``, ``gate.hold``, ``correct.received``, ``correct.state``,
            ``correct.destroyed``, and a ``correct.hangs`` that says what hangs on it.
    """
    lot = held_family(session, actor, public_id)
    refuse_received(lot)
    refuse_held(session, lot)
    if lot.state not in WITHDRAWABLE:
        raise Refused("correct.state", lot=lot.code, state=state_word(lot.state))
    refuse_unentitled(session, actor, lot)
    _refuse_hanging(session, lot)
    wrong = lot_events.making_event(session, lot)
    links = _links_into(session, [lot.id])
    parents = [session.get_one(Lot, link.parent_id) for link in links]
    for parent in parents:
        refuse_giving_back(parent)
    _unlink(session, links)
    was = _declare(session, actor, [(lot, wrong)], given, now)
    settle(session, actor, parents, now)
    harvest_figures.add(session, was)
    return lot


def withdraw_all(
    session: Session, actor: Actor, lot_ids: Collection[int], given: WithdrawIn, now: datetime
) -> set[int]:
    """Declare the same of many lots at once; the numbers of those it was done to.

    A lot of which ``withdraw_lot`` would say no, or that was released, stays as it is.
    """
    mine = _locked_orgs(session, actor, lot_ids)
    links: dict[int, list[LotLink]] = {}
    for link in _links_into(session, mine):
        links.setdefault(link.child_id, []).append(link)
    sources = {link.parent_id for some in links.values() for link in some}
    lots = {lot.id: lot for lot in lock_lots(session, sorted({*mine, *sources}))}
    told, hangs = lot_events.making_events(session, mine), hanging_on(session, mine)

    def may_go(lot: Lot) -> bool:
        kept = lot.id in hangs or lot.id not in told or lot.kind == LotKind.RECEIVED
        parents = (lots[link.parent_id] for link in links.get(lot.id, ()))
        lost = any(parent.state == LotState.DESTROYED for parent in parents)
        return lot.state in _UNUSED and not kept and not lost

    going = [lots[number] for number in mine if may_go(lots[number])]
    cut = [link for lot in going for link in links.get(lot.id, ())]
    _unlink(session, cut)
    was = _declare(session, actor, [(lot, told[lot.id]) for lot in going], given, now)
    settle(session, actor, [lots[number] for number in sorted({link.parent_id for link in cut})], now)
    harvest_figures.add(session, was)
    return {lot.id for lot in going}


def _locked_orgs(session: Session, actor: Actor, lot_ids: Collection[int]) -> list[int]:
    """Those of the lots that the actor may correct; whose they are is locked."""
    orgs, mine = set(), []
    for some in portions(lot_ids):
        rule = visible(actor, Act.CORRECT_LOT, Lot)
        rows = session.execute(select(col(Lot.id), col(Lot.org_id)).where(rule, col(Lot.id).in_(some)))
        for number, org_id in rows:
            mine.append(number)
            orgs.add(org_id)
    for org_id in sorted(orgs):
        lock_org(session, org_id)
    return sorted(mine)


def _links_into(session: Session, lot_ids: Collection[int]) -> list[LotLink]:
    """What went into these lots."""
    into = col(LotLink.child_id)
    return [
        link
        for some in portions(lot_ids)
        for link in session.execute(select(LotLink).where(into.in_(some)).order_by(col(LotLink.id))).scalars()
    ]


def _unlink(session: Session, links: Sequence[LotLink]) -> None:
    for some in portions([link.id for link in links]):
        gone = delete(LotLink).where(col(LotLink.id).in_(some))
        update_logged(session, gone, "lot_link", some)


def _declare(
    session: Session,
    actor: Actor,
    mistakes: Sequence[tuple[Lot, Event]],
    given: WithdrawIn,
    now: datetime,
) -> list[harvest_figures.Entry]:
    """Say of locked lots that they never were; what that takes out of the sums."""
    was = [entry for lot, _ in mistakes for entry in harvest_figures.entry(lot, -1)]
    for lot, _ in mistakes:
        never_was(lot)
    session.flush()
    lot_events.withdrawn(session, actor, mistakes, given.reason, now)
    return was


def hanging_on(session: Session, lots: Collection[int]) -> dict[int, str]:
    """Lots on which something hangs, each with what: a name of ``HANGING``."""
    found: dict[int, str] = {}
    for some in portions(lots):
        for kind, column in HANGING:
            for number in session.execute(
                select(col(column)).where(col(column).in_(some)).distinct()
            ).scalars():
                found.setdefault(number, kind)
    return found


def _refuse_hanging(session: Session, lot: Lot) -> None:
    kind = hanging_on(session, {lot.id}).get(lot.id)
    if kind is not None:
        raise Refused(f"correct.hangs.{kind}", lot=lot.code)
