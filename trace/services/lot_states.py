"""The states of a lot: the table of moves, and the one function that makes them.

::

    draft -> open -> released -> consumed | destroyed
                \\        |
                 hold <---+      back to where it came from, by the office
    any state -> recalled        final
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, select, update
from sqlmodel import Session, col

from trace.errors import Refused
from trace.records.event import Event
from trace.records.lot import Lot, LotState
from trace.records.organisation import Organisation
from trace.records.recall import Recall, RecallLot
from trace.records.shop import Shop
from trace.row_log import update_logged
from trace.services.lineage import portions
from trace.texts.catalogs import Term

S = LotState
WITHDRAW = "withdraw"
"""The act of declaring that a lot was written down by mistake."""
MISTAKE = "mistake"
"""In place of its state, the word for a lot that was withdrawn: no goods of it were destroyed."""
WITHDRAWABLE = (S.DRAFT, S.OPEN, S.RELEASED)
MOVES: Mapping[LotState, frozenset[LotState]] = {
    S.DRAFT: frozenset((S.OPEN, S.RECALLED)),
    S.OPEN: frozenset((S.HOLD, S.RELEASED, S.CONSUMED, S.DESTROYED, S.RECALLED)),
    S.HOLD: frozenset((S.OPEN, S.RELEASED, S.CONSUMED, S.RECALLED)),
    S.RELEASED: frozenset((S.HOLD, S.CONSUMED, S.DESTROYED, S.RECALLED)),
    S.CONSUMED: frozenset((S.RECALLED,)),
    S.DESTROYED: frozenset((S.RECALLED,)),
    S.RECALLED: frozenset(),
}
"""Where a lot may go. An open harvest lot is consumed by packing; from hold only back, or recalled."""


def move(lot: Lot, to: LotState, now: datetime) -> None:
    """Put a lot, whose row is locked, into another state; every move raises its version.

    Raises:
        Refused: ``lot.cannot_move``: the table has no such move; nothing is changed.
    """
    state = LotState(lot.state)
    if to not in MOVES[state] or (state is S.HOLD and to is not S.RECALLED and to != lot.state_before_hold):
        raise Refused("lot.cannot_move", lot=lot.code, state=state_word(state), state2=state_word(to))
    lot.state_before_hold = state if to is S.HOLD else None
    lot.state = to
    lot.version += 1
    if to is S.RELEASED and state is not S.HOLD:
        lot.released_at = now


def recall_all(session: Session, ids: Sequence[int]) -> None:
    """As ``move`` to recalled, which is reached from every state, of many lots whose rows are locked.

    Those recalled before stay as they are.
    """
    for some in portions(ids):
        going = update(Lot).where(col(Lot.id).in_(some), col(Lot.state) != S.RECALLED)
        values = {"state": S.RECALLED, "state_before_hold": None, "version": col(Lot.version) + 1}
        update_logged(session, going.values(values), "lot", some)


def give_back(lot: Lot, *, is_held: bool) -> None:
    """A used up lot, locked, of which a correction leaves something: it stands again where it stood."""
    stood = S.RELEASED if lot.released_at is not None else S.OPEN
    lot.state, lot.state_before_hold = (S.HOLD, stood) if is_held else (stood, None)
    lot.version += 1


def never_was(lot: Lot) -> None:
    """A lot, locked, that was written down by mistake: destroyed, and a draft too, which no act destroys."""
    lot.state = S.DESTROYED
    lot.version += 1


def was_real() -> ColumnElement[bool]:
    """The lots nobody declared a mistake: those that count in sums of what was picked and packed."""
    said = (
        col(Event.act) == WITHDRAW,
        col(Event.subject_kind) == "lot",
        col(Event.subject_id) == col(Lot.id),
    )
    return ~exists().where(*said)


def counts() -> ColumnElement[bool]:
    """The lots that stand in figures: no drafts, and nothing written down by mistake."""
    return and_(col(Lot.state) != S.DRAFT, was_real())


def is_mistake() -> ColumnElement[bool]:
    """The lots that stand as mistakes: withdrawn, and not recalled since."""
    return and_(col(Lot.state) == S.DESTROYED, ~was_real())


def state_word(state: str) -> Term:
    """A state in the reader's words."""
    return Term(f"lot.state.{state}")


def lock_lots(session: Session, ids: Sequence[int]) -> list[Lot]:
    """Hold the rows until the transaction ends, read anew, in the order of their numbers."""
    question = select(Lot).order_by(col(Lot.id)).with_for_update().execution_options(populate_existing=True)
    return [
        lot
        for some in portions(ids)
        for lot in session.execute(question.where(col(Lot.id).in_(some))).scalars()
    ]


def lock_rows(session: Session, ids: Sequence[int]) -> None:
    """As ``lock_lots``, of lots that nobody looks at here."""
    question = select(col(Lot.id)).order_by(col(Lot.id)).with_for_update()
    for some in portions(ids):
        session.execute(question.where(col(Lot.id).in_(some))).all()


def lock_org(session: Session, org_id: int) -> Organisation:
    """One writer at a time numbers lots and sums yields of an organisation.

    Weaker than a full row lock, so that rows which merely refer to the organisation are not kept waiting.
    """
    return _locked(session, org_id)


def lock_owner(session: Session, shop_id: int) -> Organisation:
    """The same of the organisation whose shop it is."""
    return _locked(session, select(col(Shop.org_id)).where(col(Shop.id) == shop_id).scalar_subquery())


def _locked(session: Session, org_id: Any) -> Organisation:
    question = select(Organisation).where(col(Organisation.id) == org_id).with_for_update(key_share=True)
    org: Organisation = session.execute(question).scalar_one()
    return org


def refuse_recalled(session: Session, lot: Lot) -> None:
    """Refuse to go on with a lot under recall.

    Raises:
        Refused: ``gate.recalled`` with the recall's number and day.
    """
    if lot.state != S.RECALLED:
        return
    recall = recall_of(session, lot.id)
    number, since = (recall.number, recall.opened_at.date()) if recall else ("?", None)
    raise Refused("gate.recalled", number=number, date=since)


def recall_of(session: Session, lot_id: int) -> Recall | None:
    """The first recall that reached a lot."""
    question = (
        select(Recall)
        .join(RecallLot, col(RecallLot.recall_id) == col(Recall.id))
        .where(col(RecallLot.lot_id) == lot_id)
        .order_by(col(Recall.id))
        .limit(1)
    )
    found: Recall | None = session.execute(question).scalar_one_or_none()
    return found
