"""What must hold before stamps become one lot's: its state, its goods, and how many fit its weight."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlmodel import Session, col

from trace.errors import NotFound, Refused
from trace.records.lot import Lot, LotState
from trace.records.organisation import Organisation
from trace.records.plot import PackingHouse
from trace.records.product import Product
from trace.records.stamp import StampActivation, StampVoid
from trace.services.admission import Act, Actor, Scope, fetch, lock, scope_of
from trace.services.holding import refuse_held
from trace.services.lineage import drawn_by_lot, drawn_g
from trace.services.lot_room import boxed_by_lot, sold_by_lot
from trace.services.lot_states import refuse_recalled, state_word
from trace.services.releasing import missing_items
from trace.services.stamp_ranges import Range
from trace.texts.catalogs import Term
from trace.texts.formats import kilograms

TOLERANCE_PERCENT = 2
"""How much more than its packed weight a lot may carry in stamps."""


@dataclass(frozen=True)
class Room:
    """How many stamps a lot takes at ``unit_g`` each; ``active`` are there already.

    ``weight_g`` is what was not packed on into another lot: a gram is stamped or packed on, never both.
    """

    weight_g: int
    unit_g: int
    active: int

    @property
    def most(self) -> int:
        """Stamps in all, tolerance included."""
        return self.weight_g * (100 + TOLERANCE_PERCENT) // (100 * self.unit_g)

    @property
    def due(self) -> int:
        """Stamps the weight alone still asks for: what a form offers, the tolerance kept for odd boxes."""
        return max(0, self.weight_g // self.unit_g - self.active)

    @property
    def left(self) -> int:
        """Stamps that can still be activated."""
        return max(0, self.most - self.active)


def packed_lot(session: Session, actor: Actor, public_id: str, *, to_change: bool = True) -> Lot:
    """The lot, if the actor may activate stamps for it: a cooperative its own, a packing house those it
    packs. It is locked unless nothing is ``to_change``.

    Raises:
        NotFound: no such lot, or not theirs.
    """
    if scope_of(actor, Act.ACTIVATE) is not Scope.PACKS:
        lot = fetch(session, actor, Act.ACTIVATE, Lot, public_id=public_id)
    else:
        lot = _of_packing_house(session, actor, public_id)
    if to_change:
        lock(session, lot)
    return lot


def _of_packing_house(session: Session, actor: Actor, public_id: str) -> Lot:
    question = (
        select(Lot)
        .join(PackingHouse, col(PackingHouse.id) == col(Lot.packing_house_id))
        .where(col(Lot.public_id) == public_id, col(PackingHouse.org_id) == actor.org_id)
    )
    found: Lot | None = session.execute(question).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def refuse_unready(session: Session, lot: Lot, now: datetime) -> None:
    """Only a released lot takes stamps; what it lacks for release is named.

    Raises:
        Refused: ``gate.recalled``, ``gate.hold`` or ``gate.notreleased``.
    """
    refuse_recalled(session, lot)
    refuse_held(session, lot)
    if lot.state != LotState.RELEASED:
        missing = missing_items(session, lot, now)
        raise Refused(
            "gate.notreleased",
            lot=lot.code,
            state=state_word(lot.state),
            coop=session.get_one(Organisation, lot.org_id).name,
            n=len(missing),
            items=missing or Term("stamps.see_lot"),
        )


def product_for(session: Session, lot: Lot, block_product_id: int | None) -> Product:
    """What a stamp of the block stands on in this lot.

    Raises:
        Refused: neither names a product, or the roll was made for another one.
    """
    product_id = lot.product_id or block_product_id
    if product_id is None:
        raise Refused("gate.noproduct", lot=lot.code)
    product = session.get_one(Product, product_id)
    if block_product_id not in (None, product_id):
        other = session.get_one(Product, block_product_id)
        raise Refused("gate.product", lot=lot.code, product=product.name, product2=other.name)
    return product


def room(session: Session, lot: Lot, product: Product) -> Room:
    """How many stamps of this product the lot still takes; all activations count, void stamps do not."""
    kept_g = lot.weight_g - drawn_g(session, lot.id)
    return Room(kept_g, product.unit_g, active_stamps(session, lot.id))


def free_g(session: Session, lot: Lot) -> int:
    """Grams of a lot that may be packed on: not packed on, not behind its stamps, not sold or boxed."""
    return free_by_lot(session, [lot])[lot.id]


def free_by_lot(session: Session, lots: Sequence[Lot]) -> dict[int, int]:
    """The same for each of many lots."""
    ids = [lot.id for lot in lots]
    drawn, active = drawn_by_lot(session, ids), active_by_lot(session, ids)
    sold, boxed = sold_by_lot(session, ids), boxed_by_lot(session, ids)
    made = {lot.product_id for lot in lots if lot.product_id is not None}
    units = select(col(Product.id), col(Product.unit_g)).where(col(Product.id).in_(made))
    unit_g = {int(number): int(grams) for number, grams in session.execute(units)}
    return {
        lot.id: left_g(
            lot,
            drawn.get(lot.id, 0),
            active.get(lot.id, 0) * unit_g.get(lot.product_id or 0, 0),
            sold.get(lot.id, 0) + boxed.get(lot.id, 0),
        )
        for lot in lots
    }


def left_g(lot: Lot, drawn_g: int, stamped_g: int, gone_g: int) -> int:
    """What nobody has taken: the pieces sold or boxed are the stamped ones, so the larger of both counts."""
    return max(0, lot.weight_g - drawn_g - max(stamped_g, gone_g))


def refuse_over(room: Room, lot: Lot, count: int) -> None:
    """No more stamps than goods (invariant I1).

    Raises:
        Refused: ``gate.over`` with the figures.
    """
    if count > room.left:
        raise Refused(
            "gate.over",
            n=count,
            kg=kilograms(room.unit_g),
            kg2=kilograms(count * room.unit_g),
            lot=lot.code,
            kg_max=kilograms(room.weight_g),
            m=room.active,
            left=room.left,
        )


def active_stamps(session: Session, lot_id: int) -> int:
    """Stamps activated for a lot and not void."""
    return active_by_lot(session, [lot_id]).get(lot_id, 0)


def active_by_lot(session: Session, lot_ids: Sequence[int]) -> dict[int, int]:
    """Stamps activated and not void, for each of the lots that has any."""
    lot, mine = col(StampActivation.lot_id), col(StampActivation.lot_id).in_(lot_ids)
    length = StampActivation.last - StampActivation.first + 1
    activated = select(lot, func.sum(length)).where(mine).group_by(lot)
    gone = (
        select(lot, func.sum(withdrawn()))
        .select_from(StampActivation)
        .join(StampVoid, touching())
        .where(mine)
        .group_by(lot)
    )
    counts = {int(lot_id): int(n) for lot_id, n in session.execute(activated)}
    for lot_id, n in session.execute(gone):
        counts[int(lot_id)] -= int(n)
    return counts


def withdrawn() -> ColumnElement[int]:
    """How many serials an activation and a void range beside it share."""
    void_is_later = col(StampVoid.first) > col(StampActivation.first)
    void_is_sooner = col(StampVoid.last) < col(StampActivation.last)
    first = case((void_is_later, col(StampVoid.first)), else_=col(StampActivation.first))
    last = case((void_is_sooner, col(StampVoid.last)), else_=col(StampActivation.last))
    return last - first + 1


def touching() -> ColumnElement[bool]:
    """Joins an activation with the void ranges it shares serials with."""
    return and_(
        col(StampVoid.block_id) == col(StampActivation.block_id),
        col(StampVoid.first) <= col(StampActivation.last),
        col(StampVoid.last) >= col(StampActivation.first),
    )


def range_of(row: StampActivation | StampVoid) -> Range:
    """The serials of an interval row."""
    return Range(row.first, row.last)
