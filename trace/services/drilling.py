"""Recall drills: everything a recall would find, found and timed; only the drill's own row is written."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from trace.records.account import Account
from trace.records.lot import Lot
from trace.records.recall import RecallDrill
from trace.services.admission import Act, Actor, fetch, visible
from trace.services.public_id import new_public_id
from trace.services.recalling import Reach, reach_of
from trace.services.tracing.contacts import Contact, contacts_of

GOAL = timedelta(hours=24)
"""In how long a drill should be over: the target of the ministry's indicator and of FSMA 204."""
Watch = Callable[[], float]


@dataclass(frozen=True)
class DrillPage:
    """A drill with what it reaches now and whom it would have to tell."""

    drill: RecallDrill
    lot: Lot
    who: str
    reach: Reach
    contacts: Sequence[Contact]


def begin(session: Session, actor: Actor, public_id: str, now: datetime, watch: Watch) -> RecallDrill:
    """Begin a drill on a lot: find what a recall would touch, with ``watch`` (seconds) beside it.

    Raises:
        NotAllowed, NotFound: as for a recall.
    """
    began = watch()
    reach = reach_of(session, actor, public_id)
    contacts = contacts_of(session, actor, [lot.id for lot in reach.lots])
    searched_ms = round(1000 * (watch() - began))
    lot = fetch(session, actor, Act.OPEN_RECALL, Lot, public_id=public_id)
    drill = RecallDrill(
        public_id=new_public_id(),
        org_id=lot.org_id,
        lot_id=lot.id,
        started_at=now,
        started_by=actor.account_id,
        searched_ms=searched_ms,
        lots=len(reach.lots),
        weight_g=reach.weight_g,
        stamps=reach.stamps,
        listings=reach.listings,
        contacts=len(contacts),
    )
    session.add(drill)
    session.flush()
    return drill


def finish(session: Session, actor: Actor, drill_id: str, now: datetime) -> RecallDrill:
    """Everybody who had to be told is known and could be called: the clock stops, once.

    Raises:
        NotAllowed, NotFound: not the actor's drill.
    """
    drill = fetch(session, actor, Act.OPEN_RECALL, RecallDrill, public_id=drill_id)
    if drill.finished_at is None:
        drill.finished_at, drill.finished_by = now, actor.account_id
        session.flush()
    return drill


def drills(session: Session, actor: Actor, limit: int = 100) -> Sequence[tuple[RecallDrill, Lot, str]]:
    """Drills in the actor's sight, the newest first, with lot and the name of who began each."""
    question = (
        select(RecallDrill, Lot, col(Account.name))
        .join(Lot, col(Lot.id) == col(RecallDrill.lot_id))
        .outerjoin(Account, col(Account.id) == col(RecallDrill.started_by))
        .where(visible(actor, Act.OPEN_RECALL, RecallDrill))
        .order_by(col(RecallDrill.id).desc())
        .limit(limit)
    )
    return [(drill, lot, name or "") for drill, lot, name in session.execute(question)]


def drill_page(session: Session, actor: Actor, drill_id: str) -> DrillPage:
    """One drill.

    Raises:
        NotAllowed, NotFound: not the actor's.
    """
    drill = fetch(session, actor, Act.OPEN_RECALL, RecallDrill, public_id=drill_id)
    lot = session.get_one(Lot, drill.lot_id)
    who = session.get(Account, drill.started_by) if drill.started_by else None
    reach = reach_of(session, actor, lot.public_id)
    contacts = contacts_of(session, actor, [one.id for one in reach.lots])
    return DrillPage(drill, lot, who.name if who else "", reach, contacts)
