"""What waits for the office: lots on hold, with the holds it can lift."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import Session, col

from trace.records.lot import Hold, Lot
from trace.records.organisation import Organisation
from trace.services.admission import Act, Actor, visible


@dataclass(frozen=True)
class Held:
    """A hold that is to be decided; ``followers`` lots follow it."""

    hold: Hold
    lot: Lot
    org: Organisation
    followers: int


def open_cases(session: Session, actor: Actor, before: int | None = None, limit: int = 50) -> Sequence[Held]:
    """Holds that nobody has lifted and that follow no other, the oldest first; ``before`` pages on."""
    own = Hold.__table__.alias("follower")  # type: ignore[attr-defined]
    followers = (
        select(func.count()).where(own.c.cause_id == Hold.id, own.c.lifted_at.is_(None)).scalar_subquery()
    )
    question = (
        select(Hold, Lot, Organisation, followers)
        .join(Lot, col(Lot.id) == col(Hold.lot_id))
        .join(Organisation, col(Organisation.id) == col(Lot.org_id))
        .where(
            visible(actor, Act.VIEW_FARM, Lot),
            col(Hold.lifted_at).is_(None),
            col(Hold.cause_id).is_(None),
            col(Lot.state) != "recalled",
        )
        .order_by(col(Hold.id))
        .limit(limit)
    )
    if before is not None:
        question = question.where(col(Hold.id) > before)
    return [Held(hold, lot, org, int(n)) for hold, lot, org, n in session.execute(question)]
