"""The four counts of Decision 1034/QĐ-BTTTT as they stand today, beside the published ones."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, distinct, func, select
from sqlmodel import Session, col

from trace.records.household import Household
from trace.records.market_order import BaselineFigure, ShopDay
from trace.records.organisation import Organisation
from trace.records.shop import Listing, Shop, ShopState
from trace.services.admission import Actor
from trace.services.baseline import published
from trace.services.statistics import reach

NAMES = ("households_on_platforms", "households_trained", "products_on_platforms", "transactions")
SHOWN_AS_CONNECTED = (ShopState.CONNECTED, ShopState.NEEDS_LOGIN)


@dataclass(frozen=True)
class Indicator:
    """One count today, and what the province published under the same name, oldest first."""

    name: str
    today: int
    published: tuple[BaselineFigure, ...]


def indicators(session: Session, actor: Actor, since: date, until: date) -> list[Indicator]:
    """The four counts within the actor's reach; transactions are those of the period.

    Households on platforms: of cooperatives with a connected shop. Trained: with a training day.
    Products on platforms: with a listing on sale. Transactions: completed orders.
    """
    inside = reach(actor)
    today = {
        "households_on_platforms": _households(session, inside, _has_shop()),
        "households_trained": _households(session, inside, col(Household.trained_on).is_not(None)),
        "products_on_platforms": _products(session, inside),
        "transactions": _transactions(session, inside, since, until),
    }
    figures = published(session)
    return [Indicator(name, today[name], tuple(f for f in figures if f.indicator == name)) for name in NAMES]


def _has_shop() -> ColumnElement[bool]:
    connected = select(col(Shop.org_id)).where(col(Shop.state).in_(SHOWN_AS_CONNECTED))
    return col(Household.org_id).in_(connected)


def _households(session: Session, inside: ColumnElement[bool], rule: ColumnElement[bool]) -> int:
    question = (
        select(func.count(col(Household.id)))
        .join(Organisation, col(Organisation.id) == col(Household.org_id))
        .where(inside, rule)
    )
    return int(session.execute(question).scalar_one())


def _products(session: Session, inside: ColumnElement[bool]) -> int:
    question = (
        select(func.count(distinct(col(Listing.product_id))))
        .join(Shop, col(Shop.id) == col(Listing.shop_id))
        .join(Organisation, col(Organisation.id) == col(Shop.org_id))
        .where(inside, col(Listing.on_sale), col(Listing.is_missing).is_(False))
    )
    return int(session.execute(question).scalar_one())


def _transactions(session: Session, inside: ColumnElement[bool], since: date, until: date) -> int:
    question = (
        select(func.sum(col(ShopDay.transactions)))
        .join(Shop, col(Shop.id) == col(ShopDay.shop_id))
        .join(Organisation, col(Organisation.id) == col(Shop.org_id))
        .where(inside, col(ShopDay.day).between(since, until))
    )
    return int(session.execute(question).scalar_one() or 0)
