"""What the forms of lots and of the diary offer, with the last lot's values first."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlmodel import Session, col

from trace.records.household import Consent, Household, Purpose
from trace.records.lot import Lot, LotKind
from trace.records.plot import PackingHouse, Plot
from trace.records.product import Product
from trace.services.admission import Act, Actor, visible


@dataclass(frozen=True)
class Choices:
    """What a form offers, with the last lot's values first."""

    plots: Sequence[tuple[Plot, Household]]
    products: Sequence[Product]
    houses: Sequence[PackingHouse]
    last: Lot | None
    last_product: str


def _helped(actor: Actor) -> list[ColumnElement[bool]]:
    """For the digital team: households of its commune that agreed to be helped."""
    if not actor.acts_for:
        return []
    agreed = select(col(Consent.household_id)).where(
        col(Consent.purpose) == Purpose.HELP, col(Consent.withdrawn_at).is_(None)
    )
    return [col(Household.commune_code) == actor.commune_code, col(Household.id).in_(agreed)]


def choices(session: Session, actor: Actor) -> Choices:
    """Plots, products and packing houses the actor may write for."""
    plots = (
        select(Plot, Household)
        .join(Household, col(Household.id) == col(Plot.household_id))
        .where(visible(actor, Act.WRITE_FARM, Plot), *_helped(actor))
        .order_by(col(Plot.name), col(Plot.id))
        .limit(2_000)
    )
    rows = session.execute(plots).all()
    orgs = {plot.org_id for plot, _ in rows} | ({actor.org_id} if actor.org_id else set())
    products = select(Product).where(col(Product.org_id).in_(orgs), col(Product.is_active))
    houses = select(PackingHouse).where(col(PackingHouse.org_id).in_(orgs))
    last = select(Lot).where(visible(actor, Act.WRITE_FARM, Lot), col(Lot.kind) == LotKind.HARVEST)
    newest: Lot | None = session.execute(last.order_by(col(Lot.id).desc()).limit(1)).scalar_one_or_none()
    made_of = _last_product(session, newest) if newest else None
    return Choices(
        plots=rows,
        products=session.execute(products.order_by(col(Product.name)).limit(500)).scalars().all(),
        houses=session.execute(houses.order_by(col(PackingHouse.name)).limit(100)).scalars().all(),
        last=newest,
        last_product=made_of.public_id if made_of else "",
    )


def _last_product(session: Session, newest: Lot) -> Product | None:
    """What the last lot of this crop was for: the newest harvest itself may not have said."""
    own = col(Lot.org_id) == newest.org_id, col(Lot.crop) == newest.crop
    named = (
        select(Product).join(Lot, col(Lot.product_id) == col(Product.id)).where(*own, col(Product.is_active))
    )
    found: Product | None = session.execute(named.order_by(col(Lot.id).desc()).limit(1)).scalar_one_or_none()
    return found
