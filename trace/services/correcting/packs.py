"""A packed lot's right weight, day and packing house, and what was taken from its inputs."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from trace.errors import FieldProblem, Invalid, Refused
from trace.records.event import Event
from trace.records.lot import Lot, LotLink, LotState
from trace.records.product import Product
from trace.services import lot_events
from trace.services.admission import Actor
from trace.services.correcting.bounds import refuse_giving_back, refuse_late, refuse_too_light
from trace.services.correcting.given import CorrectIn
from trace.services.correcting.leftovers import settle
from trace.services.gates import Stop
from trace.services.logging_acts import body_of
from trace.services.lot_states import state_word
from trace.services.pack_inputs import USABLE, Inputs, check_balance, short_of
from trace.services.packing import house_of
from trace.services.site_standing import standing_stops
from trace.services.stamp_gates import free_g
from trace.standards.local_time import local_day

Right = tuple[Mapping[str, object], list[Stop]]
_INPUTS = "inputQuantityList"


def put_right(
    session: Session, actor: Actor, lot: Lot, given: CorrectIn, now: datetime, said: Mapping[str, str]
) -> Right:
    """Write the figures into a locked lot and its links; what tells of it now, and the gates that say no."""
    if given.plot_id is not None:
        raise Invalid([FieldProblem("plot_id", "field.unknown", given.plot_id)])
    reason = given.reason or lot_events.loss_reason_of(lot_events.making_event(session, lot))
    _weigh(session, lot, given)
    if given.packing_house_id is not None:
        house = house_of(session, lot.org_id, given.packing_house_id)
        lot.packing_house_id = house.id if house else None
    links = {link.parent_id: link for link in _links(session, lot)}
    parents = [session.get_one(Lot, number) for number in links]
    if given.made_on is not None and given.made_on != lot.packed_on:
        _pack_on(session, lot, parents, given.made_on, now)
    _draw(session, parents, links, given)
    inputs = Inputs(tuple((parent, links[parent.id].weight_g) for parent in parents))
    check_balance(inputs, lot.weight_g, reason)
    session.flush()
    settle(session, actor, parents, now)
    right = lot_events.packing_event(session, lot, inputs.draws, reason, lot.created_at, **said)
    return right, standing_stops(session, lot)


def draws_changed(wrong: Event, right: Mapping[str, object]) -> bool:
    """Whether something else was taken from the inputs than was told."""
    return bool(body_of(wrong).get(_INPUTS) != right.get(_INPUTS))


def _weigh(session: Session, lot: Lot, given: CorrectIn) -> None:
    product = session.get(Product, lot.product_id) if lot.product_id else None
    if given.units is not None and product is None:
        raise Invalid([FieldProblem("units", "pack.which_product", given.units)])
    weight_g = given.units * product.unit_g if given.units and product else given.weight_g
    if weight_g is None or weight_g == lot.weight_g:
        return
    refuse_too_light(session, lot, weight_g)
    lot.weight_g = weight_g
    if lot.crates is not None or given.units is not None:
        lot.crates = weight_g // product.unit_g if product and weight_g % product.unit_g == 0 else None


def _pack_on(session: Session, lot: Lot, parents: list[Lot], day: date, now: datetime) -> None:
    """The last good day follows where it was reckoned from the packing day."""
    today = local_day(now)
    if day > today:
        shape = {"date": day, "date2": today}
        raise Invalid([FieldProblem("made_on", "pack.future", day, shape)])
    for parent in parents:
        made_on = parent.packed_on or parent.harvested_on
        if day < made_on:
            raise Refused("gate.date", lot=lot.code, date=day, lot2=parent.code, date2=made_on)
    refuse_late(session, lot, day)
    product = session.get(Product, lot.product_id) if lot.product_id else None
    shelf = timedelta(days=product.shelf_life_days or 0) if product else timedelta()
    if lot.packed_on is not None and lot.best_before == lot.packed_on + shelf:
        lot.best_before = day + shelf
    elif lot.best_before is not None and lot.best_before < day:
        shape = {"date": lot.best_before, "date2": day}
        raise Invalid([FieldProblem("made_on", "pack.best_before", day, shape)])
    lot.packed_on = day


def _links(session: Session, lot: Lot) -> list[LotLink]:
    question = select(LotLink).where(col(LotLink.child_id) == lot.id).order_by(col(LotLink.id))
    return list(session.execute(question).scalars())


def _draw(session: Session, parents: list[Lot], links: Mapping[int, LotLink], given: CorrectIn) -> None:
    """Grams of inputs there are already: no input comes, none goes."""
    known: dict[str, Lot] = {parent.public_id: parent for parent in parents}
    for draw in given.parents:
        parent = known.get(draw.lot)
        if parent is None or draw.weight_g is None:
            raise Invalid([FieldProblem("parents", "correct.not_input", draw.lot)])
        link = links[parent.id]
        if draw.weight_g > link.weight_g:
            _refuse_short(session, parent, link.weight_g, draw.weight_g)
        elif draw.weight_g < link.weight_g:
            refuse_giving_back(parent)
        link.weight_g = draw.weight_g


def _refuse_short(session: Session, parent: Lot, had_g: int, wanted_g: int) -> None:
    left: Any = free_g(session, parent) + had_g
    if parent.state not in (*USABLE, LotState.CONSUMED):
        raise Refused("pack.state", lot=parent.code, state=state_word(parent.state))
    if wanted_g > left:
        raise short_of(parent, left, wanted_g)
