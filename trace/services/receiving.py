"""Receipt of a consignment: by the other party, box by box, or by the sender from the other's paper."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field
from sqlmodel import Session

from trace.errors import FieldProblem, Invalid, NotFound, Refused
from trace.records.consignment import Consignment, ConsignmentState, DifferenceKind, ReceiptDifference
from trace.records.logistic_unit import LogisticUnit
from trace.services import consignment_events
from trace.services.admission import Act, Actor
from trace.services.consigning import held, state_term, units_in
from trace.services.intake import Given, Row, line
from trace.services.logistic_units import weights_of
from trace.texts.formats import kilograms

State = ConsignmentState
LOST = (DifferenceKind.MISSING, DifferenceKind.WRONG)
"""Of such a box nothing arrived."""


class DifferenceIn(Given):
    """One box that did not arrive as it was sent. A missing or wrong one is missing whole.

    A pallet that is missing or wrong is so with every box on it.
    """

    unit: Row
    kind: DifferenceKind
    weight_g: Annotated[int, Field(ge=0)] = 0
    note: Annotated[str, line(240)] = ""


class ReceiptIn(Given):
    """What arrived: whole where no difference is named. ``number`` is the receiver's own paper."""

    number: Annotated[str, line(64)] = ""
    differences: Annotated[tuple[DifferenceIn, ...], Field(max_length=500)] = ()


def receive(session: Session, actor: Actor, public_id: str, given: ReceiptIn, now: datetime) -> Consignment:
    """The other party says what arrived; saying it again changes nothing.

    Raises:
        NotFound: not sent to the actor's organisation, or not sent yet.
        Invalid: a box that is not in it, named twice, or lighter than what is missing.
        Refused: ``consignment.not_under_way``.
    """
    one = held(session, actor, public_id, Act.RECEIVE_GOODS)
    if one.state == State.DRAFT or one.dispatched_at is None:
        raise NotFound()
    return _receive(session, actor, one, given, now)


def receive_for(
    session: Session, actor: Actor, public_id: str, given: ReceiptIn, now: datetime
) -> Consignment:
    """The sender writes down the receipt of a business without an account, by the number of its paper.

    Raises:
        NotFound: not the actor's.
        Invalid: no number; differences as ``receive``.
        Refused: ``consignment.theirs_to_say``: the receiver has an account; ``consignment.not_under_way``.
    """
    one = held(session, actor, public_id)
    if one.receiver_org_id is not None:
        raise Refused("consignment.theirs_to_say", number=one.number, buyer=one.receiver_name)
    if not given.number:
        raise Invalid([FieldProblem("number", "error.empty", "")])
    return _receive(session, actor, one, given, now)


def _receive(
    session: Session, actor: Actor, one: Consignment, given: ReceiptIn, now: datetime
) -> Consignment:
    if one.state == State.RECEIVED:
        return one
    if one.state != State.DISPATCHED:
        raise Refused("consignment.not_under_way", number=one.number, state=state_term(one.state))
    units = units_in(session, one)
    differences = _differences(session, one, units, given)
    session.add_all(differences)
    one.state, one.received_at, one.received_by = State.RECEIVED, now, actor.account_id
    one.receipt_number = given.number
    session.flush()
    said = {"differences": _as_text(units, differences)} if differences else {}
    gone = {row.unit_id for row in differences if row.kind in LOST}
    arrived = [unit for unit in units if unit.id not in gone]
    consignment_events.received(session, actor, one, arrived or units, said, now)
    return one


def _differences(
    session: Session, one: Consignment, units: Sequence[LogisticUnit], given: ReceiptIn
) -> list[ReceiptDifference]:
    weights = weights_of(session, [unit.id for unit in units])
    numbers = {unit.id: unit.number for unit in units}
    said = _with_boxes(units, given.differences)
    if len({row.unit for row in said}) != len(said):
        raise Invalid([FieldProblem("differences", "receipt.twice", None)])
    rows = []
    for row in said:
        if row.unit not in numbers:
            raise Invalid([FieldProblem("differences", "receipt.not_inside", row.unit)])
        whole = weights.get(row.unit, 0)
        if row.weight_g > whole:
            figures = {"unit": numbers[row.unit], "kg": kilograms(row.weight_g), "kg_max": kilograms(whole)}
            raise Invalid([FieldProblem("differences", "receipt.over", kilograms(row.weight_g), figures)])
        is_whole = row.kind in LOST
        if not is_whole and row.weight_g == 0:
            raise Invalid([FieldProblem("differences", "receipt.how_much", numbers[row.unit])])
        rows.append(
            ReceiptDifference(
                consignment_id=one.id,
                unit_id=row.unit,
                kind=row.kind,
                weight_g=whole if is_whole else row.weight_g,
                note=row.note,
            )
        )
    return rows


def _with_boxes(units: Sequence[LogisticUnit], said: Sequence[DifferenceIn]) -> list[DifferenceIn]:
    """A pallet that did not arrive, and the boxes on it by their own numbers.

    Raises:
        Invalid: ``receipt.name_boxes``: part of what stands on a pallet is told by box.
    """
    on_pallet: dict[int, list[LogisticUnit]] = {}
    for unit in units:
        if unit.pallet_id is not None:
            on_pallet.setdefault(unit.pallet_id, []).append(unit)
    rows = []
    for row in said:
        boxes = on_pallet.get(row.unit, [])
        if boxes and row.kind not in LOST:
            raise Invalid([FieldProblem("differences", "receipt.name_boxes", row.unit)])
        rows += [row, *(row.model_copy(update={"unit": box.id}) for box in boxes)]
    return rows


def _as_text(units: Sequence[LogisticUnit], rows: Sequence[ReceiptDifference]) -> str:
    numbers: dict[int, Any] = {unit.id: unit.number for unit in units}
    return "; ".join(f"{numbers[row.unit_id]}:{row.kind}:{kilograms(row.weight_g)}kg" for row in rows)
