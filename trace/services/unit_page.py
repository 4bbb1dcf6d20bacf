"""What the public reads of a box or pallet, and where the two parties of its consignment go on from there.

Its number, what it is, how many boxes stand on it, who packed it, and whether anything in it is recalled:
nothing of receiver, market, lots or weight.
"""

from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlmodel import Session, col

from trace.errors import NotFound
from trace.records.consignment import Consignment
from trace.records.logistic_unit import LogisticUnit, UnitContent
from trace.records.lot import Lot
from trace.records.organisation import Organisation
from trace.services.admission import Act, Actor, may
from trace.services.public_pages import RecallNotice, recalls_of


@dataclass(frozen=True)
class UnitPage:
    """A box or pallet; ``boxes`` are those on a pallet."""

    unit: LogisticUnit
    org: Organisation
    boxes: int
    recalls: tuple[RecallNotice, ...]


@dataclass(frozen=True)
class WayIn:
    """The page of the unit's consignment for one of its two parties: ``sent`` or ``arrival``."""

    side: str
    public_id: str


def unit_page(session: Session, public_id: str) -> UnitPage:
    """A unit by its unguessable name.

    Raises:
        NotFound: no such unit.
    """
    question = (
        select(LogisticUnit, Organisation)
        .join(Organisation, col(Organisation.id) == col(LogisticUnit.org_id))
        .where(col(LogisticUnit.public_id) == public_id)
    )
    row = session.execute(question).one_or_none()
    if row is None:
        raise NotFound()
    unit: LogisticUnit = row[0]
    boxes = select(func.count()).where(col(LogisticUnit.pallet_id) == unit.id)
    inside = select(col(UnitContent.lot_id)).join(
        LogisticUnit, col(LogisticUnit.id) == col(UnitContent.unit_id)
    )
    here = or_(col(LogisticUnit.id) == unit.id, col(LogisticUnit.pallet_id) == unit.id)
    recalls = recalls_of(session, col(Lot.id).in_(inside.where(here)))
    return UnitPage(unit, row[1], int(session.execute(boxes).scalar_one()), recalls)


def name_of_sscc(session: Session, sscc: str) -> str | None:
    """The public name of the unit with this SSCC; None where nothing here has it."""
    question = select(col(LogisticUnit.public_id)).where(col(LogisticUnit.sscc) == sscc)
    found: str | None = session.execute(question).scalar_one_or_none()
    return found


def way_in(session: Session, actor: Actor, unit: LogisticUnit) -> WayIn | None:
    """Where the sender's and the receiver's people go on; nothing for anybody else."""
    one = session.get(Consignment, unit.consignment_id) if unit.consignment_id else None
    if one is None or actor.org_id is None:
        return None
    if one.org_id == actor.org_id and may(actor, Act.VIEW_CONSIGNMENT):
        return WayIn("sent", one.public_id)
    is_theirs = one.receiver_org_id == actor.org_id and one.dispatched_at is not None
    return WayIn("arrival", one.public_id) if is_theirs and may(actor, Act.RECEIVE_GOODS) else None
