"""Recalls: one lot and everything made from it, in one transaction; closed by two people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, NamedTuple

from sqlalchemy import func, select
from sqlmodel import Session, col

from trace.errors import FieldProblem, Invalid, NotFound, Refused
from trace.records.account import Account
from trace.records.lot import Lot
from trace.records.recall import Recall, RecallLot
from trace.records.shop import Listing
from trace.records.stamp import StampActivation
from trace.row_log import insert_logged
from trace.services import harvest_figures, lot_events
from trace.services.admission import Act, Actor, fetch, scope_of, visible
from trace.services.intake import Count, Given, line
from trace.services.lineage import descendants, linked_by_lot, portions
from trace.services.listing_offers import pause_products
from trace.services.logging_acts import append_leaf
from trace.services.lot_states import lock_rows, recall_all, recall_of
from trace.services.public_id import new_public_id
from trace.standards.local_time import VN
from trace.texts.catalogs import Term

MAX_ROUNDS = 20
"""How often the reach of a recall is asked again while others still pack from it."""


class RecallIn(Given):
    """What the public reads. ``lots`` is the number of lots the opener typed, as on the page."""

    reason: Annotated[str, line(400, 5)]
    reason_en: Annotated[str, line(400)] = ""
    phone: Annotated[str, line(20, 8)]
    lots: Count = None


@dataclass(frozen=True)
class Reach:
    """What a recall of a lot touches. ``weight_g`` is what was not made into another lot of the list."""

    lots: tuple[Lot, ...]
    weight_g: int
    stamps: int
    listings: int


def reach_of(session: Session, actor: Actor, public_id: str) -> Reach:
    """What a recall would touch; asks only. A drill is this, with a clock beside it.

    Raises:
        NotAllowed, NotFound: who may not open it, does not see it.
    """
    lot = fetch(session, actor, Act.OPEN_RECALL, Lot, public_id=public_id)
    lots: list[Lot] = []
    for some in portions(descendants(session, lot.id)):
        found = session.execute(select(Lot).where(col(Lot.id).in_(some)).order_by(col(Lot.id)))
        lots += found.scalars()
    return _reach(session, tuple(lots))


def _reach(session: Session, lots: tuple[Lot, ...]) -> Reach:
    linked_g = stamps = 0
    for some in portions([lot.id for lot in lots]):
        linked_g += sum(linked_by_lot(session, some).values())
        count = func.sum(StampActivation.last - StampActivation.first + 1)
        asked = select(func.coalesce(count, 0)).where(col(StampActivation.lot_id).in_(some))
        stamps += int(session.execute(asked).scalar_one())
    products = {lot.product_id for lot in lots if lot.product_id}
    listings = select(func.count()).where(col(Listing.product_id).in_(products), col(Listing.on_sale))
    return Reach(
        lots=lots,
        weight_g=sum(lot.weight_g for lot in lots) - linked_g,
        stamps=stamps,
        listings=int(session.execute(listings).scalar_one()),
    )


def open_recall(session: Session, actor: Actor, public_id: str, given: RecallIn, now: datetime) -> Recall:
    """Recall a lot and everything made from it; opening it twice with the same words gives the same recall.

    What the shops sell of these products is paused in the same transaction.

    Raises:
        NotAllowed, NotFound: not the actor's to recall.
        Invalid: the typed number of lots is not what the recall reaches now.
        Refused: ``gate.recalled``: another recall reached the lot before.
    """
    root = fetch(session, actor, Act.OPEN_RECALL, Lot, public_id=public_id)
    reached = _lock_reach(session, root.id)
    before = recall_of(session, root.id)
    if before is not None:
        if (before.root_lot_id, before.reason, before.phone) == (root.id, given.reason, given.phone):
            return before
        raise Refused("gate.recalled", number=before.number, date=before.opened_at.astimezone(VN).date())
    if given.lots is not None and given.lots != len(reached):
        raise Invalid([FieldProblem("lots", "recall.count", given.lots, {"n": len(reached)})])
    recall = _new_recall(session, actor, root, given, now)
    insert_logged(session, "recall_lot", [{"recall_id": recall.id, "lot_id": lot_id} for lot_id in reached])
    drafts = harvest_figures.drafts_among(session, reached)
    recall_all(session, reached)
    lots = _figures(session, reached)
    lot_events.all_observed(session, actor, "recall", lots, now, recall=recall.number)
    pause_products(session, {lot.product_id for lot in lots if lot.product_id is not None}, now)
    record = {"number": recall.number, "root": root.code, "lots": len(lots), "by": actor.account_id}
    append_leaf(session, "recall_opened", record, now)
    harvest_figures.add(session, drafts)
    return recall


class _Figures(NamedTuple):
    """What a recall needs to know of a lot: ten thousand of them are no rows to make objects of."""

    id: int
    org_id: int
    code: str
    weight_g: int
    version: int
    product_id: int | None


def _figures(session: Session, ids: Sequence[int]) -> list[_Figures]:
    columns = [getattr(Lot, name) for name in _Figures._fields]
    question = select(*columns).order_by(col(Lot.id))
    return [
        _Figures(*row)
        for some in portions(ids)
        for row in session.execute(question.where(col(Lot.id).in_(some)))
    ]


def _lock_reach(session: Session, lot_id: int) -> list[int]:
    """Numbers of all lots in reach, locked: once they are, nobody can make another lot of them."""
    ids: list[int] = []
    for _ in range(MAX_ROUNDS):
        found = descendants(session, lot_id)
        if found == ids:
            return ids
        ids = found
        lock_rows(session, ids)
    raise Refused("recall.moving", n=len(ids))


def _new_recall(session: Session, actor: Actor, root: Lot, given: RecallIn, now: datetime) -> Recall:
    recall = Recall(
        number=new_public_id(20),
        org_id=root.org_id,
        root_lot_id=root.id,
        reason=given.reason,
        reason_en=given.reason_en,
        phone=given.phone,
        opened_at=now,
        opened_by=actor.account_id,
    )
    session.add(recall)
    session.flush()
    recall.number = f"TH-{now.astimezone(VN).year}-{recall.id:04}"
    session.flush()
    return recall


def propose_close(session: Session, actor: Actor, number: str, now: datetime) -> Recall:
    """The first of two people says that a recall may end; saying it again changes nothing.

    Raises:
        NotAllowed: not the office.
        NotFound: no such recall.
        Refused: ``recall.closed_already``; ``recall.nobody`` for an actor without an account.
    """
    recall = _to_close(session, actor, number)
    if recall.close_proposed_at is None:
        recall.close_proposed_at, recall.close_proposed_by = now, actor.account_id
        append_leaf(session, "recall_close_proposed", {"number": number, "by": actor.account_id}, now)
    return recall


def close(session: Session, actor: Actor, number: str, now: datetime) -> Recall:
    """The second person closes a recall; its lots stay recalled.

    Raises:
        NotAllowed, NotFound, Refused: as ``propose_close``; ``recall.not_proposed``; ``recall.same_person``
            for who opened it or confirmed first.
    """
    recall = _to_close(session, actor, number)
    if recall.close_proposed_at is None:
        raise Refused("recall.not_proposed", number=number)
    if actor.account_id in (recall.opened_by, recall.close_proposed_by):
        raise Refused("recall.same_person", number=number)
    recall.closed_at, recall.closed_by = now, actor.account_id
    root = session.get_one(Lot, recall.root_lot_id)
    lot_events.observed(session, actor, "close_recall", root, now, recall=number)
    append_leaf(session, "recall_closed", {"number": number, "by": actor.account_id}, now)
    return recall


def _to_close(session: Session, actor: Actor, number: str) -> Recall:
    scope_of(actor, Act.CLOSE_RECALL)
    question = select(Recall).where(col(Recall.number) == number).with_for_update()
    recall: Recall | None = session.execute(question).scalar_one_or_none()
    if recall is None:
        raise NotFound()
    if actor.account_id is None:
        raise Refused("recall.nobody", number=number)
    if recall.closed_at is not None:
        raise Refused("recall.closed_already", number=number, date=recall.closed_at.astimezone(VN).date())
    return recall


def recalls(session: Session, actor: Actor, limit: int = 100) -> Sequence[tuple[Recall, Lot, int]]:
    """Recalls the actor may see, open ones first, then the newest; with root lot and number of lots."""
    size = select(func.count()).where(col(RecallLot.recall_id) == Recall.id).scalar_subquery()
    question = (
        select(Recall, Lot, size)
        .join(Lot, col(Lot.id) == col(Recall.root_lot_id))
        .where(visible(actor, Act.VIEW_FARM, Recall))
        .order_by(col(Recall.closed_at).is_(None).desc(), col(Recall.id).desc())
        .limit(limit)
    )
    return [(recall, lot, int(n)) for recall, lot, n in session.execute(question)]


def recall_numbered(session: Session, actor: Actor, number: str) -> tuple[Recall, list[Lot]]:
    """A recall and its lots.

    Raises:
        NotFound: no such recall in the actor's sight.
    """
    recall = fetch(session, actor, Act.VIEW_FARM, Recall, number=number)
    question = (
        select(Lot)
        .join(RecallLot, col(RecallLot.lot_id) == col(Lot.id))
        .where(col(RecallLot.recall_id) == recall.id)
        .order_by(col(Lot.id))
    )
    return recall, list(session.execute(question).scalars())


def first_confirmation(session: Session, recall: Recall) -> dict[str, object] | None:
    """Who confirmed first, for the text ``recall.close.first``."""
    if recall.close_proposed_at is None or recall.closed_at is not None:
        return None
    account = session.get(Account, recall.close_proposed_by) if recall.close_proposed_by else None
    role = Term(f"role.{account.role}") if account else "?"
    return {"role": role, "time": recall.close_proposed_at}
