"""OCOP ratings that run out soon and have no decision after them: whom to remind, and how urgently."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from trace.records.organisation import Organisation
from trace.records.product import OcopRating, Product
from trace.services.admission import Act, Actor, visible


@dataclass(frozen=True)
class Ending:
    """A rating with its product; ``days_left`` counts from today to its last day, which still holds."""

    rating: OcopRating
    product: Product
    organisation: Organisation
    days_left: int
    step: int
    """The reminder that was reached last: 90, 30 or 7 days."""


def endings(session: Session, actor: Actor, today: date, steps: Sequence[int]) -> list[Ending]:
    """Ratings of products on the list that end within the first of ``steps`` days, the soonest first.

    A product with a decision that holds longer was renewed and is left out.
    """
    question = (
        select(OcopRating, Product, Organisation)
        .join(Product, col(Product.id) == col(OcopRating.product_id))
        .join(Organisation, col(Organisation.id) == col(Product.org_id))
        .where(visible(actor, Act.VIEW_FARM, Product), *ends_within(today, max(steps)))
        .order_by(col(OcopRating.valid_to), col(OcopRating.id))
    )
    rows = session.execute(question).all()
    return [_ending(rating, product, org, today, steps) for rating, product, org in rows]


def ends_within(today: date, days: int) -> tuple[Any, ...]:
    """The last rating of each product on the list, where it ends within so many days; of both joined."""
    other = OcopRating.__table__.alias("other")  # type: ignore[attr-defined]
    newest = select(func.max(other.c.valid_to)).where(other.c.product_id == col(Product.id)).scalar_subquery()
    return (
        col(Product.is_active),
        col(OcopRating.valid_to).between(today, today + timedelta(days=days)),
        col(OcopRating.valid_to) == newest,
    )


def _ending(
    rating: OcopRating, product: Product, org: Organisation, today: date, steps: Sequence[int]
) -> Ending:
    left = (rating.valid_to - today).days
    return Ending(rating, product, org, left, min(one for one in steps if one >= left))
