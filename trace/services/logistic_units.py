"""Boxes and pallets: grams of lots are put into them, and taken out again by opening them.

Boxes stand on pallets by ``pallets``.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from pydantic import Field
from sqlalchemy import func, select
from sqlmodel import Session, col

from trace.errors import Conflict, FieldProblem, Invalid, NotFound, Refused
from trace.records.logistic_unit import LogisticUnit, UnitContent, UnitKind
from trace.records.lot import Lot, LotState
from trace.records.plot import PackingHouse
from trace.services import consignment_events
from trace.services.admission import Act, Actor, fetch, own_org, visible
from trace.services.holding import refuse_held
from trace.services.intake import Day, Given, MaybeRow, RequestId, Weight, line
from trace.services.lot_room import room_g
from trace.services.lot_states import lock_lots, lock_org, refuse_recalled, state_word
from trace.services.public_id import new_public_id
from trace.services.sscc_numbers import take_ssccs
from trace.standards.local_time import local_day
from trace.texts.formats import kilograms

MOST_AT_ONCE = 500
"""Boxes made by one request: an event each."""
BOXABLE = (LotState.OPEN, LotState.RELEASED)


class UnitsIn(Given):
    """So many boxes or pallets, each with this weight of one lot."""

    lot: Annotated[str, line(16, 1)]
    kind: UnitKind = UnitKind.BOX
    count: Annotated[int, Field(ge=1, le=MOST_AT_ONCE)] = 1
    weight_g: Weight
    packed_on: Day
    packing_house_id: MaybeRow = None
    request_id: RequestId


def box_goods(session: Session, actor: Actor, given: UnitsIn, now: datetime) -> list[LogisticUnit]:
    """Put goods of one lot into new boxes; the same request gives the same boxes.

    Raises:
        NotFound: not the actor's lot.
        Invalid: a packing day to come, or a packing house of somebody else.
        Conflict: the request id came before with other content.
        Refused: ``gate.recalled``, ``gate.hold``, ``unit.lot_state``, ``gate.date``, ``gate.balance``.
    """
    lot = fetch(session, actor, Act.CONSIGN, Lot, public_id=given.lot)
    lock_org(session, lot.org_id)
    lock_lots(session, [lot.id])
    known = _sent_before(session, lot, given)
    if known:
        return known
    _check(session, lot, given, now)
    units = _new_units(session, actor, lot, given, now)
    consignment_events.boxed(session, actor, units, lot, given.weight_g, now)
    return units


def put_more(session: Session, actor: Actor, unit_id: int, given: UnitsIn, now: datetime) -> LogisticUnit:
    """Add goods of another lot to a pallet or box that is not under way.

    Raises:
        As ``box_goods``; ``Refused``: ``unit.opened``, ``unit.under_way``, ``unit.has_lot``.
    """
    lot = fetch(session, actor, Act.CONSIGN, Lot, public_id=given.lot)
    unit = held_unit(session, actor, unit_id)
    if unit.consignment_id is not None:
        raise Refused("unit.under_way", unit=unit.number)
    lock_lots(session, [lot.id])
    _check(session, lot, given.model_copy(update={"count": 1}), now)
    inside = {one.lot_id for one in contents_of(session, [unit.id])}
    if lot.id in inside:
        raise Refused("unit.has_lot", unit=unit.number, lot=lot.code)
    session.add(UnitContent(unit_id=unit.id, lot_id=lot.id, weight_g=given.weight_g))
    session.flush()
    consignment_events.boxed(session, actor, [unit], lot, given.weight_g, now)
    return unit


def open_unit(session: Session, actor: Actor, unit_id: int, now: datetime) -> LogisticUnit:
    """Take everything out of a box: its goods are free again; an opened box stays as it is.

    A pallet gives the boxes on it back as they are.

    Raises:
        NotFound: not the actor's.
        Refused: ``unit.under_way``: it stands in a consignment; ``unit.on_pallet``.
    """
    unit = held_unit(session, actor, unit_id, may_be_open=True)
    if unit.opened_at is not None:
        return unit
    if unit.consignment_id is not None:
        raise Refused("unit.under_way", unit=unit.number)
    refuse_on_pallet(session, unit)
    for box in boxes_on(session, [unit.id]):
        box.pallet_id = None
    unit.opened_at = now
    consignment_events.opened(session, actor, unit, now)
    return unit


def held_unit(session: Session, actor: Actor, unit_id: int, *, may_be_open: bool = False) -> LogisticUnit:
    """A unit of the actor's, its row locked.

    Raises:
        NotFound: not the actor's.
        Refused: ``unit.opened``.
    """
    visible(actor, Act.CONSIGN, LogisticUnit)
    question = (
        select(LogisticUnit)
        .where(col(LogisticUnit.id) == unit_id, col(LogisticUnit.org_id) == actor.org_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    unit: LogisticUnit | None = session.execute(question).scalar_one_or_none()
    if unit is None:
        raise NotFound()
    if unit.opened_at is not None and not may_be_open:
        raise Refused("unit.opened", unit=unit.number, time=unit.opened_at)
    return unit


def boxes_on(session: Session, pallet_ids: Sequence[int]) -> Sequence[LogisticUnit]:
    """The boxes that stand on these pallets, their rows locked, as every writer of them needs."""
    question = select(LogisticUnit).where(col(LogisticUnit.pallet_id).in_(pallet_ids))
    held = question.order_by(col(LogisticUnit.id)).with_for_update()
    return session.execute(held.execution_options(populate_existing=True)).scalars().all()


def refuse_on_pallet(session: Session, unit: LogisticUnit) -> None:
    """Refuse to move a box by itself while it stands on a pallet.

    Raises:
        Refused: ``unit.on_pallet`` with the pallet's number.
    """
    if unit.pallet_id is not None:
        pallet = session.get_one(LogisticUnit, unit.pallet_id)
        raise Refused("unit.on_pallet", unit=unit.number, number=pallet.number)


def contents_of(session: Session, unit_ids: Sequence[int]) -> Sequence[UnitContent]:
    """What lies in these units."""
    question = select(UnitContent).where(col(UnitContent.unit_id).in_(unit_ids))
    return session.execute(question.order_by(col(UnitContent.id))).scalars().all()


def weights_of(session: Session, unit_ids: Sequence[int]) -> dict[int, int]:
    """Grams in each unit."""
    grams: dict[int, int] = {}
    for one in contents_of(session, unit_ids):
        grams[one.unit_id] = grams.get(one.unit_id, 0) + one.weight_g
    return grams


def _sent_before(session: Session, lot: Lot, given: UnitsIn) -> list[LogisticUnit]:
    sent = (col(LogisticUnit.org_id) == lot.org_id, col(LogisticUnit.request_id) == given.request_id)
    question = select(LogisticUnit).where(*sent).order_by(col(LogisticUnit.id))
    units = list(session.execute(question).scalars())
    if units:
        inside = contents_of(session, [units[0].id])[0]
        kept = (len(units), units[0].kind, inside.lot_id, inside.weight_g)
        if kept != (given.count, given.kind, lot.id, given.weight_g):
            raise Conflict("error.conflict", request_id=given.request_id)
    return units


def _check(session: Session, lot: Lot, given: UnitsIn, now: datetime) -> None:
    today = local_day(now)
    if given.packed_on > today:
        shape = {"date": given.packed_on, "date2": today}
        raise Invalid([FieldProblem("packed_on", "pack.future", given.packed_on, shape)])
    _check_house(session, lot, given.packing_house_id)
    refuse_recalled(session, lot)
    refuse_held(session, lot)
    if lot.state not in BOXABLE:
        raise Refused("unit.lot_state", lot=lot.code, state=state_word(lot.state))
    made_on = lot.packed_on or lot.harvested_on
    if given.packed_on < made_on:
        raise Refused("gate.date", lot="", date=given.packed_on, lot2=lot.code, date2=made_on)
    wanted, left = given.count * given.weight_g, max(0, room_g(session, lot))
    if wanted > left:
        figures = {"kg_max": kilograms(left), "kg": kilograms(wanted), "kg_over": kilograms(wanted - left)}
        raise Refused("gate.balance", lot=lot.code, **figures)


def _check_house(session: Session, lot: Lot, number: int | None) -> None:
    house = session.get(PackingHouse, number) if number is not None else None
    if number is not None and (house is None or house.org_id != lot.org_id):
        raise Invalid([FieldProblem("packing_house_id", "pack.house_unknown", number)])


def _new_units(session: Session, actor: Actor, lot: Lot, given: UnitsIn, now: datetime) -> list[LogisticUnit]:
    house = given.packing_house_id or lot.packing_house_id
    told = (given.kind, given.packed_on, house, given.request_id)
    units = new_units(session, actor, given.count, told, now)
    session.add_all(UnitContent(unit_id=one.id, lot_id=lot.id, weight_g=given.weight_g) for one in units)
    session.flush()
    return units


def new_units(
    session: Session,
    actor: Actor,
    count: int,
    told: tuple[UnitKind, date, int | None, str],
    now: datetime,
) -> list[LogisticUnit]:
    """So many empty units with numbers of their own, and an SSCC each where the organisation has a prefix.

    ``told`` is kind, packing day, packing house and request. The organisation's row is locked by the caller.
    """
    kind, packed_on, house, request_id = told
    org_id = own_org(actor)
    first = _next_number(session, org_id)
    sign = "P" if kind is UnitKind.PALLET else "T"
    units = [
        LogisticUnit(
            public_id=new_public_id(),
            org_id=org_id,
            number=f"{sign}{first + place:06}",
            sscc=sscc,
            kind=kind,
            packed_on=packed_on,
            packing_house_id=house,
            request_id=request_id,
            place_in_request=place,
            created_at=now,
            created_by=actor.account_id,
        )
        for place, sscc in enumerate(take_ssccs(session, org_id, count, local_day(now)))
    ]
    session.add_all(units)
    session.flush()
    return units


def _next_number(session: Session, org_id: int) -> int:
    """The organisation's row is locked, so that two requests do not take one number."""
    question = select(func.count()).select_from(LogisticUnit).where(col(LogisticUnit.org_id) == org_id)
    return int(session.execute(question).scalar_one()) + 1
