"""What a receiver is shown of consignments sent to it: the list, one of them, the lots made of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from trace.errors import NotFound
from trace.records.consignment import Consignment, ConsignmentState
from trace.records.lot import Lot, LotLink
from trace.records.organisation import Organisation
from trace.services.admission import Act, Actor, fetch, may, visible
from trace.services.arrival_lots import lots_made_of
from trace.services.consignment_pages import ConsignmentList, ConsignmentPage, listed, page_of


def arrival_list(session: Session, actor: Actor, before: int | None = None) -> ConsignmentList:
    """Consignments sent to the actor's organisation; drafts are nobody's business."""
    rule = visible(actor, Act.RECEIVE_GOODS, Consignment) & col(Consignment.dispatched_at).is_not(None)
    found = listed(session, rule, before)
    names = select(col(Organisation.id), col(Organisation.name))
    senders = names.where(col(Organisation.id).in_({one.org_id for one in found.rows}))
    return replace(found, senders={int(row[0]): str(row[1]) for row in session.execute(senders)})


def arrival_page(session: Session, actor: Actor, public_id: str, now: datetime) -> ConsignmentPage:
    """One consignment sent to the actor's organisation.

    Raises:
        NotFound: there is none, or it has not left.
    """
    one = fetch(session, actor, Act.RECEIVE_GOODS, Consignment, public_id=public_id)
    if one.dispatched_at is None:
        raise NotFound()
    return page_of(session, one, now)


def arrival_number(session: Session, actor: Actor, public_id: str) -> str:
    """The number of a consignment sent to the actor's organisation."""
    return fetch(session, actor, Act.RECEIVE_GOODS, Consignment, public_id=public_id).number


def taken_in(session: Session, actor: Actor, page: ConsignmentPage) -> Sequence[tuple[Lot, str]] | None:
    """The lots a receiver has made of it, each with the code of the sender's lot.

    None where the actor makes none, or not yet.
    """
    if not may(actor, Act.TAKE_IN) or page.one.state != ConsignmentState.RECEIVED:
        return None
    made = lots_made_of(session, page.one)
    source = select(col(LotLink.child_id), col(Lot.code)).join(Lot, col(Lot.id) == col(LotLink.parent_id))
    rows = session.execute(source.where(col(LotLink.child_id).in_([lot.id for lot in made])))
    codes = {int(row[0]): str(row[1]) for row in rows}
    return [(lot, codes[lot.id]) for lot in made]
