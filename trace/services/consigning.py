"""Consignments before they leave: for whom, with which boxes, treatments and papers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from sqlalchemy import func, select
from sqlmodel import Session, col

from trace.errors import FieldProblem, Invalid, Refused
from trace.records.consignment import Consignment, ConsignmentState
from trace.records.logistic_unit import LogisticUnit
from trace.records.organisation import Organisation
from trace.services.admission import Act, Actor, fetch, lock, own_org
from trace.services.intake import Given, line
from trace.services.logistic_units import boxes_on, held_unit, refuse_on_pallet
from trace.services.lot_states import lock_org
from trace.services.public_id import new_public_id
from trace.services.sites import Market
from trace.standards.local_time import VN
from trace.texts.catalogs import Term

HOME = "VN"
State = ConsignmentState


class ConsignmentIn(Given):
    """To whom, and for which market. ``receiver`` is an organisation's public id, else a name is given."""

    market: Market = HOME
    receiver: Annotated[str, line(16)] = ""
    receiver_name: Annotated[str, line(160)] = ""
    exporter: Annotated[str, line(160)] = ""


def draft(session: Session, actor: Actor, given: ConsignmentIn, now: datetime) -> Consignment:
    """Begin a consignment of the actor's organisation.

    Raises:
        Invalid: nobody to receive it, an unknown organisation, or the sender itself.
    """
    org = lock_org(session, own_org(actor))
    receiver = _receiver(session, org, given)
    one = Consignment(
        public_id=new_public_id(),
        org_id=org.id,
        number=_next_number(session, org.id, now),
        market=given.market,
        receiver_org_id=receiver.id if receiver else None,
        receiver_name=receiver.name if receiver else given.receiver_name,
        exporter=given.exporter,
        created_at=now,
        created_by=actor.account_id,
    )
    session.add(one)
    session.flush()
    return one


def receivers(session: Session, actor: Actor) -> Sequence[Organisation]:
    """Organisations that can be sent to by their account."""
    question = select(Organisation).where(
        col(Organisation.id) != own_org(actor),
        col(Organisation.is_active),
        col(Organisation.kind) != "office",
    )
    return session.execute(question.order_by(col(Organisation.search_key)).limit(300)).scalars().all()


def put_in(session: Session, actor: Actor, public_id: str, unit_ids: Sequence[int]) -> int:
    """Put boxes into a consignment; those that stand in it already stay. How many were put in.

    A pallet goes with the boxes on it.

    Raises:
        NotFound: the consignment or a box is not the actor's.
        Refused: ``consignment.not_draft``, ``unit.opened``, ``unit.elsewhere``, ``unit.on_pallet``.
    """
    one = held_draft(session, actor, public_id)
    put = 0
    for unit_id in sorted(set(unit_ids)):
        unit = held_unit(session, actor, unit_id)
        refuse_on_pallet(session, unit)
        if unit.consignment_id not in (None, one.id):
            other = session.get_one(Consignment, unit.consignment_id)
            raise Refused("unit.elsewhere", unit=unit.number, number=other.number)
        put += unit.consignment_id is None
        for moved in (unit, *boxes_on(session, [unit.id])):
            moved.consignment_id = one.id
    session.flush()
    return put


def take_out(session: Session, actor: Actor, public_id: str, unit_ids: Sequence[int]) -> int:
    """Take boxes out of a draft; those that do not stand in it are left alone. How many were taken out.

    Raises:
        NotFound, Refused: as ``put_in``.
    """
    one = held_draft(session, actor, public_id)
    units = [held_unit(session, actor, unit_id) for unit_id in sorted(set(unit_ids))]
    inside = [unit for unit in units if unit.consignment_id == one.id]
    for unit in inside:
        refuse_on_pallet(session, unit)
        for moved in (unit, *boxes_on(session, [unit.id])):
            moved.consignment_id = None
    session.flush()
    return len(inside)


def held(session: Session, actor: Actor, public_id: str, act: Act = Act.CONSIGN) -> Consignment:
    """A consignment in the actor's reach, its row locked."""
    one = fetch(session, actor, act, Consignment, public_id=public_id)
    lock(session, one)
    return one


def held_draft(session: Session, actor: Actor, public_id: str) -> Consignment:
    """A draft of the actor's, locked.

    Raises:
        NotFound: not the actor's.
        Refused: ``consignment.not_draft``.
    """
    one = held(session, actor, public_id)
    if one.state != State.DRAFT:
        raise Refused("consignment.not_draft", number=one.number, state=state_term(one.state))
    return one


def state_term(state: str) -> Term:
    """A consignment's state in the reader's words."""
    return Term(f"consignment.state.{state}")


def units_in(session: Session, one: Consignment) -> Sequence[LogisticUnit]:
    """The boxes and pallets of a consignment, in their order."""
    question = select(LogisticUnit).where(col(LogisticUnit.consignment_id) == one.id)
    return session.execute(question.order_by(col(LogisticUnit.id))).scalars().all()


def _receiver(session: Session, org: Organisation, given: ConsignmentIn) -> Organisation | None:
    if not given.receiver:
        if len(given.receiver_name) < 2:
            raise Invalid([FieldProblem("receiver_name", "consignment.no_receiver", given.receiver_name)])
        return None
    question = select(Organisation).where(
        col(Organisation.public_id) == given.receiver, col(Organisation.is_active)
    )
    found: Organisation | None = session.execute(question).scalar_one_or_none()
    if found is None or found.id == org.id:
        raise Invalid([FieldProblem("receiver", "consignment.receiver_unknown", given.receiver)])
    return found


def _next_number(session: Session, org_id: int, now: datetime) -> str:
    """The organisation's row is locked, so that two drafts do not take one number."""
    mine = select(func.count()).select_from(Consignment).where(col(Consignment.org_id) == org_id)
    count = int(session.execute(mine).scalar_one()) + 1
    return f"CH-{now.astimezone(VN).year}-{count:04}"
