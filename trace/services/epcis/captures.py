"""What became of documents that were sent: an organisation's own."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import Session, col

from trace.errors import NotFound
from trace.records.capture import Capture
from trace.services.admission import Actor, own_org
from trace.services.epcis.paging import Place


def capture_named(session: Session, actor: Actor, public_id: str) -> Capture:
    """One capture.

    Raises:
        NotFound: none of the actor's organisation.
    """
    question = select(Capture).where(
        col(Capture.org_id) == own_org(actor), col(Capture.public_id) == public_id
    )
    found: Capture | None = session.execute(question).scalar_one_or_none()
    if found is None:
        raise NotFound("epcis.absent")
    return found


def captures(
    session: Session, actor: Actor, size: int, after: Place | None
) -> tuple[Sequence[Capture], Place | None]:
    """A page of captures, the newest first."""
    question = select(Capture).where(col(Capture.org_id) == own_org(actor))
    if after is not None:
        question = question.where(col(Capture.id) < after.row)
    found = session.execute(question.order_by(col(Capture.id).desc()).limit(size + 1)).scalars().all()
    rows = found[:size]
    return rows, Place("", rows[-1].id) if len(found) > size else None
