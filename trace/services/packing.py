"""Packing and pooling: grams of one or many lots become a new lot, and the sums must come out."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated

from pydantic import Field, field_validator
from sqlalchemy import select
from sqlmodel import Session, col

from trace.errors import Conflict, FieldProblem, Invalid, NotFound, Refused
from trace.records.lot import Lot, LotKind, LotLink, LotState
from trace.records.organisation import Organisation
from trace.records.plot import PackingHouse
from trace.records.product import Product
from trace.services import lot_events
from trace.services.admission import Act, Actor, visible
from trace.services.gates import crop_word
from trace.services.harvesting import LotIn, next_code, register_lot
from trace.services.holding import inherit, open_holds
from trace.services.intake import Count, Given, MaybeRow, RequestId, Weight, line
from trace.services.lineage import drawn_g
from trace.services.lot_states import lock_lots, lock_org, move, refuse_recalled, state_word
from trace.services.public_id import new_public_id
from trace.services.stamp_gates import free_g
from trace.standards.fault import Fault
from trace.standards.local_time import local_day
from trace.standards.search_key import fold_vi
from trace.texts.formats import kilograms

LOSS_NEEDS_REASON = 25
"""Per cent sorted out from which a reason is asked for (I4)."""
ROUNDING = 200
"""A two-hundredth, 0.5 per cent, more out than in is a matter of scales (I4)."""
USABLE = (LotState.OPEN, LotState.RELEASED, LotState.HOLD)


class Draw(Given):
    """Grams taken from a lot; without a weight, all that is left of it."""

    lot: Annotated[str, line(16, 1)]
    weight_g: Weight | None = None


class PackIn(Given):
    """What is packed (or pooled) from what. The result is ``units`` of the product, or ``weight_g``."""

    parents: Annotated[list[Draw], Field(min_length=1, max_length=200)]
    product: Annotated[str, line(16)] = ""
    units: Count = None
    weight_g: Weight | None = None
    packed_on: date
    best_before: date | None = None
    packing_house_id: MaybeRow = None
    loss_reason: Annotated[str, line(200)] = ""
    kind: LotKind = LotKind.PACK
    request_id: RequestId

    @field_validator("kind")
    @classmethod
    def _made_of_others(cls, kind: LotKind) -> LotKind:
        if kind is LotKind.HARVEST:
            raise Fault("field.choice", choices="pool, pack, processed")
        return kind


@dataclass(frozen=True)
class _Inputs:
    """The parents, locked, and the grams drawn from each."""

    draws: tuple[tuple[Lot, int], ...]

    @property
    def lots(self) -> list[Lot]:
        return [lot for lot, _ in self.draws]

    @property
    def weight_g(self) -> int:
        return sum(grams for _, grams in self.draws)


def pack_lot(session: Session, actor: Actor, given: PackIn, now: datetime) -> Lot:
    """Make a lot of others; the same ``request_id`` with the same content gives the same lot.

    The new lot is open, or on hold if any input is. Inputs that are used up become ``consumed``.

    Raises:
        NotFound: an input is not the actor's.
        Invalid: no weight, a packing day to come, a product or packing house not of this cooperative.
        Conflict: the request id came before with other content.
        Refused: ``gate.balance``, ``gate.date``, ``gate.recalled``, ``pool.over``, ``pool.loss``,
            ``pack.mixed``, ``pack.state``.
    """
    found = _find(session, actor, given)
    org = lock_org(session, found[0].org_id)
    lock_lots(session, [lot.id for lot in found])
    product = _product(session, found[0], given)
    weight_g = _weight(product, given)
    known = _sent_before(session, org, found, product, given)
    if known is not None:
        return known
    _check_inputs(session, found, given, now)
    inputs = _draw(session, found, given, weight_g)
    _check_balance(inputs, weight_g, given)
    lot = _new_lot(session, actor, org, inputs, product, weight_g, given, now)
    _link(session, actor, lot, inputs, given, now)
    return lot


def harvest_and_pack(
    session: Session, actor: Actor, given: LotIn, units: int | None, now: datetime
) -> tuple[Lot, Lot | None]:
    """Register a harvest and, where boxes are given, pack them at once: all of it or nothing.

    Raises:
        Everything ``register_lot`` and ``pack_lot`` raise.
    """
    lot = register_lot(session, actor, given, now)
    if units is None:
        return lot, None
    if lot.product_id is None:
        raise Invalid([FieldProblem("product", "pack.which_product", "")])
    values = {"parents": [Draw(lot=lot.public_id)], "units": units, "packed_on": local_day(lot.created_at)}
    own = hashlib.sha256(given.request_id.encode()).hexdigest()[:40]
    return lot, pack_lot(session, actor, PackIn(**values, request_id=f"dong-{own}"), now)


def _find(session: Session, actor: Actor, given: PackIn) -> list[Lot]:
    wanted = [draw.lot for draw in given.parents]
    rule = visible(actor, Act.WRITE_FARM, Lot)
    rows = session.execute(select(Lot).where(rule, col(Lot.public_id).in_(wanted))).scalars()
    found = {lot.public_id: lot for lot in rows}
    if len(set(wanted)) != len(wanted):
        raise Invalid([FieldProblem("parents", "pack.twice", None)])
    if len(found) != len(wanted) or len({lot.org_id for lot in found.values()}) != 1:
        raise NotFound()
    return [found[name] for name in wanted]


def _product(session: Session, first: Lot, given: PackIn) -> Product | None:
    if not given.product:
        return session.get(Product, first.product_id) if first.product_id else None
    question = select(Product).where(
        col(Product.public_id) == given.product, col(Product.org_id) == first.org_id, col(Product.is_active)
    )
    found: Product | None = session.execute(question).scalar_one_or_none()
    if found is None:
        raise Invalid([FieldProblem("product", "lot.product_unknown", given.product)])
    return found


def _weight(product: Product | None, given: PackIn) -> int:
    if given.weight_g is not None:
        return given.weight_g
    if given.units is None:
        raise Invalid([FieldProblem("units", "pack.how_much", "")])
    if product is None:
        raise Invalid([FieldProblem("product", "pack.which_product", "")])
    return given.units * product.unit_g


def _sent_before(
    session: Session, org: Organisation, parents: Sequence[Lot], product: Product | None, given: PackIn
) -> Lot | None:
    question = select(Lot).where(col(Lot.org_id) == org.id, col(Lot.request_id) == given.request_id)
    lot: Lot | None = session.execute(question).scalar_one_or_none()
    if lot is None:
        return None
    linked = select(col(LotLink.parent_id)).where(col(LotLink.child_id) == lot.id)
    kept = (lot.kind, lot.product_id, lot.weight_g, lot.packed_on, set(session.execute(linked).scalars()))
    sent = (given.kind, product.id if product else None, _weight(product, given), given.packed_on)
    if kept != (*sent, {parent.id for parent in parents}):
        raise Conflict("error.conflict", request_id=given.request_id)
    return lot


def _check_inputs(session: Session, parents: Sequence[Lot], given: PackIn, now: datetime) -> None:
    today = local_day(now)
    if given.packed_on > today:
        shape = {"date": given.packed_on, "date2": today}
        raise Invalid([FieldProblem("packed_on", "pack.future", given.packed_on, shape)])
    if given.best_before is not None and given.best_before < given.packed_on:
        shape = {"date": given.best_before, "date2": given.packed_on}
        raise Invalid([FieldProblem("best_before", "pack.best_before", given.best_before, shape)])
    for parent in parents:
        refuse_recalled(session, parent)
        if parent.state == LotState.CONSUMED:
            raise _short(parent, 0, parent.weight_g)
        if parent.state not in USABLE:
            raise Refused("pack.state", lot=parent.code, state=state_word(parent.state))
        made_on = parent.packed_on or parent.harvested_on
        if given.packed_on < made_on:
            raise Refused("gate.date", lot="", date=given.packed_on, lot2=parent.code, date2=made_on)
        if parent.crop != parents[0].crop:
            crops = {"crop": crop_word(parents[0].crop), "crop2": crop_word(parent.crop)}
            raise Refused("pack.mixed", lot=parents[0].code, lot2=parent.code, **crops)


def _draw(session: Session, parents: Sequence[Lot], given: PackIn, weight_g: int) -> _Inputs:
    """Grams from each parent (I3), those sold or behind its stamps left alone.

    One parent without a weight gives what is packed, no more.
    """
    draws = []
    for parent, draw in zip(parents, given.parents, strict=True):
        left = free_g(session, parent)
        whole = left if len(parents) > 1 else weight_g
        wanted = draw.weight_g if draw.weight_g is not None else whole
        if wanted > left or left <= 0:
            raise _short(parent, max(left, 0), wanted)
        draws.append((parent, wanted))
    return _Inputs(tuple(draws))


def _short(parent: Lot, left: int, wanted: int) -> Refused:
    figures = {"kg_max": kilograms(left), "kg": kilograms(wanted), "kg_over": kilograms(wanted - left)}
    return Refused("gate.balance", lot=parent.code, **figures)


def _check_balance(inputs: _Inputs, out_g: int, given: PackIn) -> None:
    """I4: no more out than in, within what scales differ; a large loss needs a reason."""
    loss_g = inputs.weight_g - out_g
    if -loss_g * ROUNDING > inputs.weight_g:
        figures = {"kg2": kilograms(out_g), "kg": kilograms(inputs.weight_g), "kg_over": kilograms(-loss_g)}
        raise Refused("pool.over", **figures)
    if loss_g * 100 > LOSS_NEEDS_REASON * inputs.weight_g and not given.loss_reason:
        raise Refused("pool.loss", pct=round(100 * loss_g / inputs.weight_g, 1), max=LOSS_NEEDS_REASON)


def _house(session: Session, org: Organisation, number: int | None) -> PackingHouse | None:
    if number is None:
        return None
    house = session.get(PackingHouse, number)
    if house is None or house.org_id != org.id:
        raise Invalid([FieldProblem("packing_house_id", "pack.house_unknown", number)])
    return house


def _new_lot(
    session: Session,
    actor: Actor,
    org: Organisation,
    inputs: _Inputs,
    product: Product | None,
    weight_g: int,
    given: PackIn,
    now: datetime,
) -> Lot:
    lots = inputs.lots
    first = lots[0]
    if product is not None and product.crop and product.crop != first.crop:
        crops = {"crop": crop_word(product.crop), "crop2": crop_word(first.crop)}
        raise Invalid([FieldProblem("product", "lot.product_crop", product.name, crops)])
    variety = first.variety if len({lot.variety for lot in lots}) == 1 else ""
    code = next_code(session, org.id, first.crop, variety or first.variety, given.packed_on)
    house = _house(session, org, given.packing_house_id)
    together = {(lot.commune_code, lot.old_commune_code) for lot in lots}
    place = first if len(together) == 1 else org
    shelf = product.shelf_life_days if product else None
    best_before = given.best_before or (given.packed_on + timedelta(days=shelf) if shelf else None)
    return Lot(
        public_id=new_public_id(),
        org_id=org.id,
        code=code,
        search_key=fold_vi(f"{code} {product.name if product else ''} {' '.join(one.code for one in lots)}"),
        kind=given.kind,
        state=LotState.OPEN,
        product_id=product.id if product else None,
        crop=first.crop,
        variety=variety,
        weight_g=weight_g,
        crates=given.units,
        household_id=_shared([lot.household_id for lot in lots]),
        plot_id=_shared([lot.plot_id for lot in lots]),
        growing_area_id=_shared([lot.growing_area_id for lot in lots]),
        packing_house_id=house.id if house else None,
        harvested_on=min(lot.harvested_on for lot in lots),
        packed_on=given.packed_on,
        best_before=best_before,
        acted_for=actor.acts_for,
        commune_scheme=place.commune_scheme,
        commune_code=place.commune_code,
        old_commune_scheme=place.old_commune_scheme,
        old_commune_code=place.old_commune_code,
        request_id=given.request_id,
        created_at=now,
        created_by=actor.account_id,
    )


def _shared(numbers: Sequence[int | None]) -> int | None:
    """What all inputs have in common, or nothing."""
    return numbers[0] if len(set(numbers)) == 1 else None


def _link(session: Session, actor: Actor, lot: Lot, inputs: _Inputs, given: PackIn, now: datetime) -> None:
    session.add(lot)
    session.flush()
    for parent, grams in inputs.draws:
        session.add(LotLink(parent_id=parent.id, child_id=lot.id, weight_g=grams))
    session.flush()
    lot_events.packed(session, actor, lot, inputs.draws, given.loss_reason, now)
    for parent in inputs.lots:
        for hold in open_holds(session, parent):
            inherit(session, actor, lot, parent, hold, now)
        if drawn_g(session, parent.id) == parent.weight_g:
            _use_up(session, actor, parent, now)


def _use_up(session: Session, actor: Actor, parent: Lot, now: datetime) -> None:
    if parent.state == LotState.HOLD:
        parent.state_before_hold = LotState.CONSUMED  # where it goes when the office lifts the hold
        parent.version += 1
        return
    move(parent, LotState.CONSUMED, now)
    lot_events.observed(session, actor, "consume", parent, now)
