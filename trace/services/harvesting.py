"""Registering what was picked: a harvest lot and the gates it passes at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from sqlalchemy import select
from sqlmodel import Session, col

from trace.errors import Conflict, FieldProblem, Invalid, Refused
from trace.records.lot import Lot, LotKind, LotState
from trace.records.plot import Plot
from trace.records.product import Product
from trace.services import gates, harvest_figures, lot_events
from trace.services.admission import Act, Actor, fetch
from trace.services.gate_facts import GateFacts
from trace.services.gates import Stop, YieldFigures
from trace.services.holding import hold_by_rule, hold_new
from trace.services.households import require_help
from trace.services.intake import Count, Day, Given, RequestId, Row, Weight, line
from trace.services.lot_codes import LotCodes
from trace.services.lot_states import lock_lots, lock_org, move, state_word, was_real
from trace.services.public_id import new_public_id
from trace.services.site_standing import standing_stops
from trace.standards.local_time import local_day
from trace.standards.search_key import fold_vi
from trace.texts.formats import kilograms

EARLIEST = 366
"""Days back a harvest may lie when it is written down."""


class Picked(Given):
    """What was picked, as a form or a row of a file says it; ``weight_g`` takes typed text too."""

    weight_g: Weight
    harvested_on: Day
    crates: Count = None
    yield_reason: Annotated[str, line(400)] = ""


class LotIn(Picked):
    """A harvest lot as given. ``product`` is a product's public id.

    ``ask_twin`` makes a second lot of the same plot and day a question instead of a lot.
    """

    plot_id: Row
    product: Annotated[str, line(16)] = ""
    draft: bool = False
    ask_twin: bool = False
    request_id: RequestId


class HarvestFacts(GateFacts):
    """What all gates of a harvest ask, the standing of its growing area among it."""

    def standing_stops(self, lot: Lot) -> list[Stop]:
        """The noes of the codes a lot was picked under."""
        return standing_stops(self.session, lot)


@dataclass(frozen=True)
class Harvest:
    """A harvest lot that may be written, and the gates that put it on hold."""

    lot: Lot
    plot: Plot
    stops: Sequence[Stop]


def register_lot(session: Session, actor: Actor, given: LotIn, now: datetime) -> Lot:
    """Write a harvest lot down; the same ``request_id`` with the same content gives the same lot.

    Raises:
        NotFound: the plot or product is not the actor's.
        Invalid: the harvest day is to come, or more than a year ago.
        Conflict: the request id came before with other content.
        Refused: ``helped.no_consent``; ``gate.yield.warn`` or ``gate.yield`` without a reason; ``lot.twin``.
    """
    plot = fetch(session, actor, Act.WRITE_FARM, Plot, id=given.plot_id)
    require_help(session, actor, plot.household_id)
    product = _product(session, plot, given.product)
    check_day(given.harvested_on, now)
    lock_org(session, plot.org_id)
    known = _sent_before(session, plot, product, given)
    if known is not None:
        return known
    if given.ask_twin:
        _ask_twin(session, plot, given.harvested_on)
    code = LotCodes(session, plot.org_id).next(plot.crop, plot.variety, given.harvested_on)
    lot = new_lot(actor, plot, product, given, code, now)
    write_harvests(session, actor, [judged(HarvestFacts(session), lot, plot)], now)
    return lot


def judged(facts: HarvestFacts, lot: Lot, plot: Plot) -> Harvest:
    """What the gates say of a lot that is about to be written; drafts are asked when they are opened.

    Raises:
        Refused: ``gate.yield.warn`` or ``gate.yield`` without a reason.
    """
    over = _over_yield(facts, plot, lot)
    return Harvest(lot, plot, [] if lot.state == LotState.DRAFT else stops_now(facts, lot, plot, over))


def write_harvests(session: Session, actor: Actor, made: Sequence[Harvest], now: datetime) -> None:
    """Write new harvest lots of one organisation, which is locked, with all that is told of them."""
    lots = [one.lot for one in made]
    session.add_all(lots)
    session.flush()
    lot_events.harvested(session, actor, [(one.lot, one.plot) for one in made], now)
    hold_new(session, actor, [(one.lot, stop) for one in made for stop in one.stops], now)
    harvest_figures.add(session, [entry for lot in lots for entry in harvest_figures.entry(lot)])


def open_draft(session: Session, actor: Actor, public_id: str, now: datetime) -> Lot:
    """Open a draft: the gates are asked now.

    Raises:
        NotFound, Refused: as ``register_lot``; ``lot.cannot_move`` for a lot that is no draft.
    """
    lot = fetch(session, actor, Act.WRITE_FARM, Lot, public_id=public_id)
    require_help(session, actor, lot.household_id)
    lock_org(session, lot.org_id)
    lock_lots(session, [lot.id])
    if lot.state != LotState.DRAFT:  # a held lot goes back to open too, but by the office's hand alone
        states = {"state": state_word(lot.state), "state2": state_word(LotState.OPEN)}
        raise Refused("lot.cannot_move", lot=lot.code, **states)
    plot = session.get_one(Plot, lot.plot_id)
    over = over_yield(session, plot, lot)
    move(lot, LotState.OPEN, now)
    lot_events.observed(session, actor, "open", lot, now)
    for stop in stops_of(session, lot, plot, over):
        hold_by_rule(session, actor, lot, stop.rule, stop.figures, now)
    harvest_figures.add(session, harvest_figures.entry(lot))
    return lot


def _product(session: Session, plot: Plot, public_id: str) -> Product | None:
    """The product by its public id, of the plot's own organisation and crop."""
    if not public_id:
        return None
    question = select(Product).where(
        col(Product.public_id) == public_id, col(Product.org_id) == plot.org_id, col(Product.is_active)
    )
    found: Product | None = session.execute(question).scalar_one_or_none()
    problem = product_problem(found, plot, public_id)
    if problem is not None:
        raise Invalid([problem])
    return found


def product_problem(product: Product | None, plot: Plot, said: str) -> FieldProblem | None:
    """What is wrong with a product for a plot: nobody's, or of another crop; None where it fits."""
    if product is None:
        return FieldProblem("product", "lot.product_unknown", said)
    if product.crop and product.crop != plot.crop:
        shape = {"crop": gates.crop_word(product.crop), "crop2": gates.crop_word(plot.crop)}
        return FieldProblem("product", "lot.product_crop", product.name, shape)
    return None


def check_day(day: date, now: datetime) -> None:
    """A harvest is written down on its day or later, and within a year.

    Raises:
        Invalid: ``lot.future``, ``lot.too_old``.
    """
    today = local_day(now)
    if day > today:
        raise Invalid([FieldProblem("harvested_on", "lot.future", day, {"date": day, "date2": today})])
    if (today - day).days > EARLIEST:
        raise Invalid([FieldProblem("harvested_on", "lot.too_old", day, {"date": day, "days": EARLIEST})])


def _sent_before(session: Session, plot: Plot, product: Product | None, given: LotIn) -> Lot | None:
    question = select(Lot).where(col(Lot.org_id) == plot.org_id, col(Lot.request_id) == given.request_id)
    lot: Lot | None = session.execute(question).scalar_one_or_none()
    if lot is None:
        return None
    sent = (given.plot_id, product.id if product else None, given.weight_g, given.harvested_on, given.crates)
    kept = (lot.plot_id, lot.product_id, lot.weight_g, lot.harvested_on, lot.crates)
    if sent != kept or given.yield_reason != lot.yield_reason or lot.kind != LotKind.HARVEST:
        raise Conflict("error.conflict", request_id=given.request_id)
    return lot


def _ask_twin(session: Session, plot: Plot, day: date) -> None:
    twin = twin_of(session, plot.id, day)
    if twin is not None:
        figures = {"plot": plot.name, "lot": twin.code, "kg": kilograms(twin.weight_g), "date": day}
        raise Refused("lot.twin.day", **figures, public_id=twin.public_id)


def twin_of(session: Session, plot_id: int, day: date) -> Lot | None:
    """The newest harvest lot of this plot and day."""
    found: Lot | None = session.execute(twins_of([plot_id], day, day).limit(1)).scalar_one_or_none()
    return found


def twins_of(plot_ids: Sequence[int], since: date, until: date) -> Any:
    """The question for harvest lots of plots and days that nobody declared a mistake, newest first."""
    return (
        select(Lot)
        .where(
            col(Lot.plot_id).in_(plot_ids),
            col(Lot.harvested_on).between(since, until),
            col(Lot.kind) == LotKind.HARVEST,
            was_real(),
        )
        .order_by(col(Lot.id).desc())
    )


def new_lot(actor: Actor, plot: Plot, product: Product | None, given: LotIn, code: str, now: datetime) -> Lot:
    """A harvest lot that is not written yet."""
    return Lot(
        public_id=new_public_id(),
        org_id=plot.org_id,
        code=code,
        search_key=search_key_of(code, plot, product),
        kind=LotKind.HARVEST,
        state=LotState.DRAFT if given.draft else LotState.OPEN,
        product_id=product.id if product else None,
        crop=plot.crop,
        variety=plot.variety,
        weight_g=given.weight_g,
        crates=given.crates,
        household_id=plot.household_id,
        plot_id=plot.id,
        growing_area_id=plot.growing_area_id,
        harvested_on=given.harvested_on,
        yield_reason=given.yield_reason,
        acted_for=actor.acts_for,
        commune_scheme=plot.commune_scheme,
        commune_code=plot.commune_code,
        old_commune_scheme=plot.old_commune_scheme,
        old_commune_code=plot.old_commune_code,
        request_id=given.request_id,
        created_at=now,
        created_by=actor.account_id,
    )


def search_key_of(code: str, plot: Plot, product: Product | None) -> str:
    """What a harvest lot is found by."""
    return fold_vi(f"{code} {plot.name} {plot.code} {product.name if product else ''}")


def over_yield(session: Session, plot: Plot, lot: Lot) -> YieldFigures | None:
    """The figures that go over a limit, the worse first; without a reason the lot is refused.

    Raises:
        Refused: ``gate.yield.warn`` or ``gate.yield``.
    """
    return _over_yield(GateFacts(session), plot, lot)


def _over_yield(facts: GateFacts, plot: Plot, lot: Lot) -> YieldFigures | None:
    found = gates.season_yields(facts, plot, lot.harvested_on, lot.weight_g, without=lot.id)
    worst = max(found, key=lambda figures: figures.share, default=None)
    if worst is None or not worst.is_warned:
        return None
    if not lot.yield_reason:
        stop = worst.stop() if worst.is_stopped else worst.warning()
        raise stop.refusal()
    return worst if worst.is_stopped else None


def stops_of(session: Session, lot: Lot, plot: Plot, over: YieldFigures | None = None) -> list[Stop]:
    """The gates that say no to a harvest lot now."""
    return stops_now(HarvestFacts(session), lot, plot, over)


def stops_now(facts: HarvestFacts, lot: Lot, plot: Plot, over: YieldFigures | None = None) -> list[Stop]:
    """The same, with what was asked for before."""
    found = [
        gates.waiting_stop(facts, plot, lot.harvested_on, lot.code),
        gates.banned_stop(facts, plot, lot.harvested_on, lot.code),
        over.stop() if over else None,
        *facts.standing_stops(lot),
    ]
    return [stop for stop in found if stop is not None]
