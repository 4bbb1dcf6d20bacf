"""Registering what was picked: a harvest lot and the gates it passes at once."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from sqlalchemy import select
from sqlmodel import Session, col

from trace.errors import Conflict, FieldProblem, Invalid, Refused
from trace.records.lot import Lot, LotKind, LotState
from trace.records.plot import Plot
from trace.records.product import Product
from trace.services import gates, harvest_figures, lot_events
from trace.services.admission import Act, Actor, fetch
from trace.services.gates import Stop, YieldFigures
from trace.services.holding import hold_by_rule
from trace.services.households import require_help
from trace.services.intake import Count, Day, Given, RequestId, Row, Weight, line
from trace.services.lot_states import lock_lots, lock_org, move, state_word
from trace.services.public_id import new_public_id
from trace.services.rules import variety_key
from trace.services.site_standing import standing_stops
from trace.standards.local_time import local_day
from trace.standards.search_key import fold_vi
from trace.texts.formats import kilograms

EARLIEST = 366
"""Days back a harvest may lie when it is written down."""
_LETTERS = {("lychee", "thieu"): "VT", ("lychee", ""): "VT", ("carrot", ""): "CR", ("guava", ""): "OI"}


class LotIn(Given):
    """A harvest lot as given. ``product`` is a product's public id; ``weight_g`` takes typed text too.

    ``ask_twin`` makes a second lot of the same plot and day a question instead of a lot.
    """

    plot_id: Row
    product: Annotated[str, line(16)] = ""
    weight_g: Weight
    harvested_on: Day
    crates: Count = None
    yield_reason: Annotated[str, line(400)] = ""
    draft: bool = False
    ask_twin: bool = False
    request_id: RequestId


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
    lot = _new_lot(session, actor, plot, product, given, now)
    over = over_yield(session, plot, lot)
    session.add(lot)
    session.flush()
    lot_events.harvested(session, actor, lot, plot, now)
    if not given.draft:
        _pass_gates(session, actor, lot, plot, over, now)
    harvest_figures.add(session, harvest_figures.entry(lot))
    return lot


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
    _pass_gates(session, actor, lot, plot, over, now)
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
    question = (
        select(Lot)
        .where(col(Lot.plot_id) == plot_id, col(Lot.harvested_on) == day, col(Lot.kind) == LotKind.HARVEST)
        .order_by(col(Lot.id).desc())
        .limit(1)
    )
    found: Lot | None = session.execute(question).scalar_one_or_none()
    return found


def _new_lot(
    session: Session, actor: Actor, plot: Plot, product: Product | None, given: LotIn, now: datetime
) -> Lot:
    code = next_code(session, plot.org_id, plot.crop, plot.variety, given.harvested_on)
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


def next_code(session: Session, org_id: int, crop: str, variety: str, day: date) -> str:
    """Letters of the crop, month and day, running number: ``VT-0612-03``. The organisation is locked."""
    prefix = f"{_letters(crop, variety)}-{day:%m%d}-"
    question = select(col(Lot.code)).where(
        col(Lot.org_id) == org_id, col(Lot.code).startswith(prefix, autoescape=True)
    )
    taken = {str(code)[len(prefix) :] for code in session.execute(question).scalars()}
    highest = max((int(tail) for tail in taken if tail.isascii() and tail.isdigit()), default=0)
    return f"{prefix}{highest + 1:02}"


def _letters(crop: str, variety: str) -> str:
    exact = _LETTERS.get((crop, variety_key(variety)))
    if exact:
        return exact
    if crop == "lychee":
        return "VS"  # vải sớm: the early varieties
    bare = "".join(letter for letter in fold_vi(crop) if letter.isascii() and letter.isalpha())
    return _LETTERS.get((crop, "")) or (bare[:2].upper() or "LO")


def over_yield(session: Session, plot: Plot, lot: Lot) -> YieldFigures | None:
    """The figures that go over a limit, the worse first; without a reason the lot is refused.

    Raises:
        Refused: ``gate.yield.warn`` or ``gate.yield``.
    """
    found = gates.season_yields(session, plot, lot.harvested_on, lot.weight_g, without=lot.id)
    return over_limit(found, lot.yield_reason)


def over_limit(found: Sequence[YieldFigures], reason: str) -> YieldFigures | None:
    """Of a season's figures the worst that goes over its limit, where a reason is told.

    Raises:
        Refused: ``gate.yield.warn`` or ``gate.yield`` without a reason.
    """
    worst = max(found, key=lambda figures: figures.share, default=None)
    if worst is None or not worst.is_warned:
        return None
    if not reason:
        stop = worst.stop() if worst.is_stopped else worst.warning()
        raise stop.refusal()
    return worst if worst.is_stopped else None


def _pass_gates(
    session: Session, actor: Actor, lot: Lot, plot: Plot, over: YieldFigures | None, now: datetime
) -> None:
    for stop in stops_of(session, lot, plot, over):
        hold_by_rule(session, actor, lot, stop.rule, stop.figures, now)


def stops_of(session: Session, lot: Lot, plot: Plot, over: YieldFigures | None = None) -> list[Stop]:
    """The gates that say no to a harvest lot now."""
    found = [
        gates.waiting_stop(session, plot, lot.harvested_on, lot.code),
        gates.banned_stop(session, plot, lot.harvested_on, lot.code),
        over.stop() if over else None,
        *standing_stops(session, lot),
    ]
    return [stop for stop in found if stop is not None]
