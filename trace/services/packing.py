"""Packing and pooling: grams of one or many lots become a new lot, and the sums must come out."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from trace.errors import Conflict, FieldProblem, Invalid, NotFound
from trace.records.lot import Lot, LotLink, LotState
from trace.records.organisation import Organisation
from trace.records.plot import PackingHouse
from trace.records.product import Product
from trace.services.admission import Act, Actor, visible
from trace.services.gates import crop_word
from trace.services.harvesting import LotIn, register_lot
from trace.services.holding import open_holds_of
from trace.services.households import require_help
from trace.services.lot_codes import LotCodes
from trace.services.lot_states import lock_lots, lock_org
from trace.services.pack_inputs import Draw, Inputs, PackIn, check_balance, check_inputs, draw_from
from trace.services.pack_writing import Packing, write_packs
from trace.services.public_id import new_public_id
from trace.services.site_standing import standing_stops
from trace.services.stamp_gates import free_by_lot
from trace.standards.local_time import local_day
from trace.standards.search_key import fold_vi


def pack_lot(session: Session, actor: Actor, given: PackIn, now: datetime) -> Lot:
    """Make a lot of others; the same ``request_id`` with the same content gives the same lot.

    The new lot is open, or on hold if any input is or the packing house's code does not stand. Inputs
    that are used up become ``consumed``.

    Raises:
        NotFound: an input is not the actor's.
        Invalid: no weight, a packing day to come, a product or packing house not of this cooperative.
        Conflict: the request id came before with other content.
        Refused: ``gate.balance``, ``gate.date``, ``gate.recalled``, ``pool.over``, ``pool.loss``,
            ``pack.mixed``, ``pack.state``.
    """
    found = _find(session, actor, given)
    for lot in found:
        require_help(session, actor, lot.household_id)
    org = lock_org(session, found[0].org_id)
    lock_lots(session, [lot.id for lot in found])
    product = _product(session, found[0], given)
    known = _sent_before(session, org, found, product, given)
    if known is not None:
        return known
    inputs = judged(session, found, product, given, free_by_lot(session, found), now)
    house = house_of(session, org.id, given.packing_house_id)
    lot = new_pack(actor, org, inputs, product, house, given, LotCodes(session, org.id), now)
    holds = open_holds_of(session, [parent.id for parent in found])
    stops = standing_stops(session, lot)
    write_packs(session, actor, [Packing(lot, inputs, given.loss_reason, holds, stops)], now)
    return lot


def judged(
    session: Session,
    found: Sequence[Lot],
    product: Product | None,
    given: PackIn,
    left: Mapping[int, int],
    now: datetime,
) -> Inputs:
    """What goes into a lot that may be packed of locked lots, of which so many grams are ``left``.

    Raises:
        Invalid, Refused: as ``pack_lot``.
    """
    weight_g = weight_of(product, given)
    check_inputs(session, found, given, now)
    inputs = draw_from(found, given, weight_g, left)
    check_balance(inputs, weight_g, given.loss_reason)
    if product is not None and product.crop and product.crop != found[0].crop:
        crops = {"crop": crop_word(product.crop), "crop2": crop_word(found[0].crop)}
        raise Invalid([FieldProblem("product", "lot.product_crop", product.name, crops)])
    return inputs


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


def weight_of(product: Product | None, given: PackIn) -> int:
    """Grams that are packed: as weighed, else so many boxes of the product.

    Raises:
        Invalid: ``pack.how_much``, ``pack.which_product``.
    """
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
    sent = (given.kind, product.id if product else None, weight_of(product, given), given.packed_on)
    if kept != (*sent, {parent.id for parent in parents}):
        raise Conflict("error.conflict", request_id=given.request_id)
    return lot


def house_of(session: Session, org_id: int, number: int | None) -> PackingHouse | None:
    """The packing house of an organisation.

    Raises:
        Invalid: ``pack.house_unknown``.
    """
    if number is None:
        return None
    house = session.get(PackingHouse, number)
    if house is None or house.org_id != org_id:
        raise Invalid([FieldProblem("packing_house_id", "pack.house_unknown", number)])
    return house


def new_pack(
    actor: Actor,
    org: Organisation,
    inputs: Inputs,
    product: Product | None,
    house: PackingHouse | None,
    given: PackIn,
    codes: LotCodes,
    now: datetime,
) -> Lot:
    """A packed lot that was judged and is not written yet."""
    lots = inputs.lots
    first = lots[0]
    origin = origin_of(lots, org)
    code = codes.next(first.crop, origin["variety"] or first.variety, given.packed_on)
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
        weight_g=weight_of(product, given),
        crates=given.units,
        packing_house_id=house.id if house else None,
        packed_on=given.packed_on,
        best_before=best_before,
        acted_for=actor.acts_for,
        request_id=given.request_id,
        created_at=now,
        created_by=actor.account_id,
        **origin,
    )


def origin_of(lots: Sequence[Lot], org: Organisation) -> dict[str, Any]:
    """What a packed lot has of its inputs: what they have in common, the earliest day, else the cooperative's
    own commune."""
    first = lots[0]
    together = {(lot.commune_code, lot.old_commune_code) for lot in lots}
    place = first if len(together) == 1 else org
    return {
        "variety": first.variety if len({lot.variety for lot in lots}) == 1 else "",
        "household_id": _shared([lot.household_id for lot in lots]),
        "plot_id": _shared([lot.plot_id for lot in lots]),
        "growing_area_id": _shared([lot.growing_area_id for lot in lots]),
        "harvested_on": min(lot.harvested_on for lot in lots),
        "commune_scheme": place.commune_scheme,
        "commune_code": place.commune_code,
        "old_commune_scheme": place.old_commune_scheme,
        "old_commune_code": place.old_commune_code,
    }


def _shared(numbers: Sequence[int | None]) -> int | None:
    """What all inputs have in common, or nothing."""
    return numbers[0] if len(set(numbers)) == 1 else None
