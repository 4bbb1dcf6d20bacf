"""A harvest lot's right weight, day and plot."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import select
from sqlmodel import Session, col

from trace.errors import FieldProblem, Invalid, NotFound, Refused
from trace.records.lot import Lot, LotLink, LotState
from trace.records.organisation import Organisation
from trace.records.plot import Plot
from trace.records.product import Product
from trace.services import lot_events
from trace.services.admission import Act, Actor, fetch
from trace.services.correcting.bounds import refuse_late, refuse_too_light
from trace.services.correcting.given import CorrectIn
from trace.services.gate_facts import GateFacts
from trace.services.gates import Stop, crop_word, season_yields
from trace.services.harvesting import check_day, over_yield, search_key_of, stops_of
from trace.services.lineage import descendants
from trace.services.packing import origin_of

Right = tuple[Mapping[str, object], list[Stop]]


def put_right(
    session: Session, actor: Actor, lot: Lot, given: CorrectIn, now: datetime, said: Mapping[str, str]
) -> Right:
    """Write the figures into a locked lot; what tells of it now, and the gates that say no."""
    _refuse_foreign_fields(given)
    plot = _plot(session, actor, lot, given.plot_id)
    if given.weight_g is not None and given.weight_g != lot.weight_g:
        refuse_too_light(session, lot, given.weight_g)
        lot.weight_g = given.weight_g
    moves = plot.id != lot.plot_id
    if moves:
        _stand_on(session, lot, plot)
    if given.made_on is not None and given.made_on != lot.harvested_on:
        _check_day(session, lot, given.made_on, now)
        lot.harvested_on, moves = given.made_on, True
    if not lot.yield_reason and _is_much(session, plot, lot):
        lot.yield_reason = given.reason
    over = over_yield(session, plot, lot)
    session.flush()
    if moves:
        _tell_descendants(session, lot)
    stops = [] if lot.state == LotState.DRAFT else stops_of(session, lot, plot, over)
    return lot_events.harvest_event(session, lot, plot, lot.created_at, **said), stops


def _is_much(session: Session, plot: Plot, lot: Lot) -> bool:
    found = season_yields(GateFacts(session), plot, lot.harvested_on, lot.weight_g, without=lot.id)
    return any(figures.is_warned for figures in found)


def _refuse_foreign_fields(given: CorrectIn) -> None:
    for name in ("units", "packing_house_id", "parents"):
        if getattr(given, name):
            raise Invalid([FieldProblem(name, "field.unknown", "")])


def _plot(session: Session, actor: Actor, lot: Lot, number: int | None) -> Plot:
    if number is None or number == lot.plot_id:
        return session.get_one(Plot, lot.plot_id)
    plot = fetch(session, actor, Act.CORRECT_LOT, Plot, id=number)
    if plot.org_id != lot.org_id:
        raise NotFound()
    if plot.crop != lot.crop:
        crops = {"crop": crop_word(lot.crop), "crop2": crop_word(plot.crop)}
        raise Refused("correct.crop", lot=lot.code, plot=plot.name, **crops)
    return plot


def _stand_on(session: Session, lot: Lot, plot: Plot) -> None:
    """A lot's place is its plot's; its code was printed and stays."""
    lot.plot_id, lot.household_id, lot.growing_area_id = plot.id, plot.household_id, plot.growing_area_id
    lot.variety = plot.variety
    lot.commune_scheme, lot.commune_code = plot.commune_scheme, plot.commune_code
    lot.old_commune_scheme, lot.old_commune_code = plot.old_commune_scheme, plot.old_commune_code
    product = session.get(Product, lot.product_id) if lot.product_id else None
    lot.search_key = search_key_of(lot.code, plot, product)


def _check_day(session: Session, lot: Lot, day: date, now: datetime) -> None:
    try:
        check_day(day, now)
    except Invalid as error:
        raise Invalid(
            [FieldProblem("made_on", one.key, one.got, one.params) for one in error.problems]
        ) from None
    refuse_late(session, lot, day)


def _tell_descendants(session: Session, lot: Lot) -> None:
    """What lots made of this one have of their inputs; inputs come before what is made of them."""
    for number in descendants(session, lot.id):
        child = session.get_one(Lot, number)
        if child.id == lot.id or child.org_id != lot.org_id:
            continue  # a receiver's lot says what its papers said when it came
        made_of = select(Lot).join(LotLink, col(LotLink.parent_id) == col(Lot.id))
        parents = session.execute(made_of.where(col(LotLink.child_id) == child.id).order_by(col(LotLink.id)))
        origin = origin_of(list(parents.scalars()), session.get_one(Organisation, child.org_id))
        changed = {name: value for name, value in origin.items() if getattr(child, name) != value}
        for name, value in changed.items():
            setattr(child, name, value)
        child.version += bool(changed)
        session.flush()
