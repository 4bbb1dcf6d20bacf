"""What the stamp pages show and read: choices of a form, typed serials, a look before activating."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field
from sqlalchemy import ColumnElement, select
from sqlmodel import Session, col

from trace.records.lot import Lot, LotState
from trace.records.plot import PackingHouse
from trace.records.product import Product
from trace.records.stamp import BlockState, StampBlock
from trace.services import stamp_opening
from trace.services.admission import Act, Actor, Scope, may, scope_of, visible
from trace.services.intake import Given, RequestId, line
from trace.services.label_designs import own_designs
from trace.services.lineage import drawn_by_lot, drawn_g
from trace.services.stamp_accounts import totals
from trace.services.stamp_gates import Room, active_by_lot, packed_lot, product_for
from trace.services.stamp_ranges import Range, read_serial
from trace.services.stamping import MAX_COUNT
from trace.standards import quantity
from trace.texts.formats import kilograms

MOST_LOTS = 100

Serial = Annotated[int, BeforeValidator(lambda said: read_serial(said) if isinstance(said, str) else said)]
"""A serial as printed or as plain digits."""
Amount = Annotated[
    int,
    BeforeValidator(lambda said: quantity.count(said) if isinstance(said, str) else said),
    Field(ge=1, le=MAX_COUNT),
]
"""How many stamps."""


class OrderIn(Given):
    """Stamps to take: for a lot, or as a roll of a product."""

    count: Amount
    lot: str = ""
    product: str = ""
    design: Annotated[str, line(32)] = ""
    request_id: RequestId


class LotOrderIn(OrderIn):
    """Stamps to take for a lot, which must be chosen."""

    lot: Annotated[str, line(16, 1)]


class RangeIn(Given):
    """Serials from one to another."""

    first: Serial
    last: Serial
    request_id: RequestId


class ActivateIn(RangeIn):
    """A range for a lot."""

    lot: Annotated[str, line(16, 1)]


class VoidIn(RangeIn):
    """A range to withdraw."""

    reason: Annotated[str, line(160, 1)]


class CodesIn(Given):
    """The codes on the first and the last stamp, and the lot they go to."""

    first_code: Annotated[str, line(40, 1)]
    last_code: Annotated[str, line(40, 1)]
    lot: Annotated[str, line(16, 1)]
    request_id: RequestId


@dataclass(frozen=True)
class LotChoice:
    """A released lot with a product: how many stamps its weight still asks for; 0 when only the
    tolerance is left."""

    public_id: str
    code: str
    product: str
    due: int


@dataclass(frozen=True)
class DesignOffer:
    """A design of one's own, and the product it is for; empty where it is for all."""

    public_id: str
    name: str
    product: str


@dataclass(frozen=True)
class Choices:
    """What the forms offer; ``last_design`` is the one of the stamps that were taken last."""

    lots: Sequence[LotChoice]
    products: Sequence[Product]
    designs: Sequence[DesignOffer] = ()
    last_design: str = ""


@dataclass(frozen=True)
class Look:
    """An activation before it is done: the figures of ``act.count``."""

    block: str
    serials: Range
    lot: str
    unit_kg: Decimal
    stamps_kg: Decimal
    lot_kg: Decimal


def choices(session: Session, actor: Actor) -> Choices:
    """Lots that take stamps, newest first, those full by weight last; products a roll may be printed for."""
    question = (
        select(Lot, Product)
        .join(Product, col(Product.id) == col(Lot.product_id))
        .where(_packs(actor), col(Lot.state) == LotState.RELEASED)
        .order_by(col(Lot.id).desc())
        .limit(MOST_LOTS)
    )
    found = session.execute(question).all()
    ids = [lot.id for lot, _ in found]
    active, drawn = active_by_lot(session, ids), drawn_by_lot(session, ids)
    rooms = [
        (lot, product, Room(lot.weight_g - drawn.get(lot.id, 0), product.unit_g, active.get(lot.id, 0)))
        for lot, product in found
    ]
    lots = [
        LotChoice(lot.public_id, lot.code, product.name, room.due)
        for lot, product, room in rooms
        if room.left
    ]
    mine = visible(actor, Act.ISSUE_STAMPS, Product)
    products = select(Product).where(mine, col(Product.is_active)).order_by(col(Product.name))
    goods = session.execute(products).scalars().all()
    designs = _designs(session, actor, {product.id: product.name for product in goods})
    last = _last_design(session, actor) if designs else ""
    return Choices(sorted(lots, key=lambda lot: lot.due == 0), goods, designs, last)


def _designs(session: Session, actor: Actor, goods: Mapping[int, str]) -> list[DesignOffer]:
    """Those for all products, and those for one that is still sold."""
    return [
        DesignOffer(row.public_id, row.name, goods[row.product_id] if row.product_id else "")
        for row in own_designs(session, actor)
        if row.product_id is None or row.product_id in goods
    ]


def _last_design(session: Session, actor: Actor) -> str:
    mine = visible(actor, Act.ISSUE_STAMPS, StampBlock) & (col(StampBlock.state) != BlockState.INTERRUPTED)
    question = select(col(StampBlock.design)).where(mine).order_by(col(StampBlock.id).desc()).limit(1)
    return session.execute(question).scalar() or ""


def choices_for(session: Session, actor: Actor) -> Choices:
    """The same, and nothing for those who only withdraw stamps."""
    return choices(session, actor) if may(actor, Act.ACTIVATE) else Choices((), ())


def _packs(actor: Actor) -> ColumnElement[bool]:
    if scope_of(actor, Act.ACTIVATE) is not Scope.PACKS:
        return visible(actor, Act.ACTIVATE, Lot)
    houses = select(col(PackingHouse.id)).where(col(PackingHouse.org_id) == actor.org_id)
    return col(Lot.packing_house_id).in_(houses)


def look(session: Session, actor: Actor, given: CodesIn) -> Look:
    """What activating these codes would do; nothing is written.

    Raises:
        NotFound, Invalid, Refused: as ``activate_by_codes`` would for the codes and the lot.
    """
    block, serials = stamp_opening.open_pair(session, actor, given.first_code, given.last_code)
    lot = packed_lot(session, actor, given.lot, to_change=False)
    unit_g = product_for(session, lot, block.product_id).unit_g
    total_g = unit_g * serials.count
    weights = (kilograms(unit_g), kilograms(total_g), kilograms(lot.weight_g - drawn_g(session, lot.id)))
    return Look(block.public_id, serials, lot.code, *weights)


def stock_total(session: Session, actor: Actor) -> int:
    """Stamps in the actor's reach that are neither used nor void."""
    return totals(session, actor).stock
