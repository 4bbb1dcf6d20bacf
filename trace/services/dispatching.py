"""Letting a consignment go, and calling it back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from sqlmodel import Session

from trace.errors import Refused
from trace.records.consignment import Consignment, ConsignmentState
from trace.records.logistic_unit import LogisticUnit
from trace.records.lot import Lot, LotState
from trace.services import consignment_events
from trace.services.admission import Actor
from trace.services.consigning import held, state_term, units_in
from trace.services.export_gates import Goods, checklist
from trace.services.holding import refuse_held
from trace.services.intake import Given, line
from trace.services.logistic_units import held_unit
from trace.services.lot_states import lock_lots, refuse_recalled, state_word
from trace.standards.local_time import local_day

State = ConsignmentState
SENDABLE = (LotState.RELEASED, LotState.CONSUMED)


class CancelIn(Given):
    """Why a consignment does not go."""

    reason: Annotated[str, line(400, 5)]


def dispatch(session: Session, actor: Actor, public_id: str, now: datetime) -> Consignment:
    """The goods leave today; a consignment that left is given back as it is.

    Consignment, boxes and lots are locked in this order, so that neither a recall nor another dispatch
    comes between the question and the answer.

    Raises:
        NotFound: not the actor's.
        Refused: ``consignment.not_draft``, ``consignment.empty``, ``gate.recalled``, ``gate.hold``,
            ``consignment.lot_state``, ``gate.export`` with all that is lacking.
    """
    one = held(session, actor, public_id)
    if one.state in (State.DISPATCHED, State.RECEIVED):
        return one
    if one.state != State.DRAFT:
        raise Refused("consignment.not_draft", number=one.number, state=state_term(one.state))
    units = _held_units(session, actor, one)
    if not units:
        raise Refused("consignment.empty", number=one.number)
    today = local_day(now)
    goods = checklist(session, one, today).goods
    _refuse_unsendable(session, lock_lots(session, list(goods.lots)))
    found = checklist(session, one, today)
    found.refuse_lacking()
    one.asked, one.codes = len(found.lines), found.codes
    one.weight_g = sum(content.weight_g for content in goods.contents)
    one.state, one.dispatched_on = State.DISPATCHED, today
    one.dispatched_at, one.dispatched_by = now, actor.account_id
    said = _said(found.goods, one)
    one.dispatch_event = consignment_events.dispatched(session, actor, one, units, said, now)
    session.flush()
    return one


def cancel(session: Session, actor: Actor, public_id: str, given: CancelIn, now: datetime) -> Consignment:
    """Give a draft up, or say that a dispatch did not take place; its boxes are free again.

    Raises:
        NotFound: not the actor's.
        Refused: ``consignment.arrived``: the receiver has it.
    """
    one = held(session, actor, public_id)
    if one.state == State.CANCELLED:
        return one
    if one.state == State.RECEIVED:
        raise Refused("consignment.arrived", number=one.number, time=one.received_at)
    units = _held_units(session, actor, one)
    if one.state == State.DISPATCHED:
        consignment_events.called_back(session, actor, one, units, given.reason, now)
    for unit in units:
        unit.consignment_id = None
    one.state, one.cancelled_at, one.cancel_reason = State.CANCELLED, now, given.reason
    session.flush()
    return one


def _held_units(session: Session, actor: Actor, one: Consignment) -> list[LogisticUnit]:
    return [held_unit(session, actor, unit.id) for unit in units_in(session, one)]


def _refuse_unsendable(session: Session, lots: Sequence[Lot]) -> None:
    for lot in lots:
        refuse_recalled(session, lot)
        refuse_held(session, lot)
        if lot.state not in SENDABLE:
            raise Refused("consignment.lot_state", lot=lot.code, state=state_word(lot.state))


def _said(goods: Goods, one: Consignment) -> dict[str, Any]:
    """What the event tells of treatments, papers and codes, as one text each."""
    treatments = [
        ":".join(str(part) for part in (row.kind, row.document, row.facility, row.treated_on, row.dose or ""))
        for row in goods.treatments
    ]
    papers = [f"{row.kind}:{row.number}:{row.issued_on}" for row in goods.papers]
    return {"treatments": "; ".join(treatments), "papers": "; ".join(papers), "siteCodes": one.codes}
