"""Which lots may go into another lot, and the grams of each that nobody has taken."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlmodel import Session, col

from trace.records.lot import Lot
from trace.services.admission import Act, Actor, fetch, visible
from trace.services.pack_inputs import USABLE
from trace.services.place_search import lies_in_named
from trace.services.stamp_gates import free_by_lot
from trace.standards.search_key import fold_vi

MOST = 100
"""Lots a form offers; the others are found by search."""


@dataclass(frozen=True)
class Poolable:
    """A lot to draw from and the grams it still has."""

    lot: Lot
    free_g: int


@dataclass(frozen=True)
class PoolChoices:
    """What a pooling form offers: lots of one crop, the first chosen ones first, and the other crops."""

    crop: str
    crops: Sequence[str]
    rows: Sequence[Poolable]
    chosen: frozenset[str]


def pool_choices(
    session: Session, actor: Actor, *, crop: str = "", q: str = "", chosen: Sequence[str] = ()
) -> PoolChoices:
    """Lots of one crop that still have goods, the newest first; only one crop goes into a lot.

    ``chosen`` are public ids that stay offered whatever is searched for; the first of them names the crop
    where none is given.

    Raises:
        NotFound: the first chosen lot is not the actor's.
    """
    mine = (visible(actor, Act.WRITE_FARM, Lot), col(Lot.state).in_(USABLE))
    grown = select(col(Lot.crop)).where(*mine).distinct().order_by(col(Lot.crop))
    crops = session.execute(grown).scalars().all()
    if chosen and not crop:
        crop = fetch(session, actor, Act.WRITE_FARM, Lot, public_id=chosen[0]).crop
    crop = crop if crop in crops else (crops[0] if crops else "")
    of_crop = select(Lot).where(*mine, col(Lot.crop) == crop).order_by(col(Lot.id).desc())
    kept = session.execute(of_crop.where(col(Lot.public_id).in_(chosen[:MOST]))).scalars().all()
    found = of_crop.where(col(Lot.id).not_in([lot.id for lot in kept]))
    if q:
        named = col(Lot.search_key).contains(fold_vi(q), autoescape=True)
        found = found.where(or_(named, lies_in_named(q, Lot)))
    lots = [*kept, *session.execute(found.limit(MOST)).scalars()]
    free = free_by_lot(session, lots)
    rows = [Poolable(lot, free[lot.id]) for lot in lots if free[lot.id] > 0]
    return PoolChoices(crop, crops, rows, frozenset(lot.public_id for lot in kept))
