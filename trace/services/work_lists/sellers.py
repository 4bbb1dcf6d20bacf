"""Who is on a marketplace and sells nothing: whole cooperatives, and households whose harvest found no buyer.

A cooperative waits where it has had a connected shop for the whole period and no order in it. Of one that
sells, those households wait who picked in the period, a week ago or longer, and nothing of it was ordered:
who picked nothing has nothing to sell, and is no work.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Date, Select, exists, func, literal, or_, select
from sqlmodel import col

from trace.records.household import Household
from trace.records.lot import Lot, LotKind, LotLink
from trace.records.organisation import Organisation
from trace.records.shop import Shop
from trace.records.sums import LotMonth, ShopDay
from trace.records.work_decision import WorkKind
from trace.services.figures.fact import table
from trace.services.figures.measures.people import CONNECTED
from trace.services.lot_states import counts
from trace.services.work_lists.item import Look, Source, Told, columns
from trace.standards.local_time import day_bounds
from trace.texts.catalogs import Term
from trace.texts.formats import kilograms

DAYS: Final = 90
FRESH_DAYS: Final = 7
"""What was picked later is still on its way to buyers."""


def _since(look: Look) -> date:
    return look.today - timedelta(days=DAYS)


def _has_shop(look: Look) -> ColumnElement[bool]:
    """A shop that was there for the whole period."""
    begun = col(Shop.created_at) < day_bounds(_since(look))[0]
    return exists().where(col(Shop.org_id) == col(Organisation.id), col(Shop.state).in_(CONNECTED), begun)


def _sells(look: Look) -> ColumnElement[bool]:
    sold: Any = select(col(ShopDay.shop_id)).join(Shop, col(Shop.id) == col(ShopDay.shop_id))
    rules = (
        col(Shop.org_id) == col(Organisation.id),
        col(ShopDay.day) >= _since(look),
        col(ShopDay.orders) > 0,
    )
    found: ColumnElement[bool] = sold.where(*rules).correlate(Organisation).exists()
    return found


def _cooperatives(look: Look) -> Select[Any]:
    org, since = Organisation, literal(_since(look), Date)
    return select(*columns(col(org.id), col(org.id), col(org.commune_code), since)).where(
        look.inside(), col(org.is_active), _has_shop(look), ~_sells(look)
    )


def _told_cooperatives(look: Look, keys: Sequence[int]) -> dict[int, Told]:
    org = Organisation
    homes = select(func.count()).where(
        col(Household.org_id) == col(org.id), col(Household.erased_at).is_(None)
    )
    last = (
        select(func.max(col(ShopDay.day)))
        .join(Shop, col(Shop.id) == col(ShopDay.shop_id))
        .where(col(Shop.org_id) == col(org.id), col(ShopDay.orders) > 0)
    )
    asked = (homes.correlate(org).scalar_subquery(), last.correlate(org).scalar_subquery())
    found = {}
    for row, n, day in look.session.execute(select(org, *asked).where(col(org.id).in_(keys))):
        sold = Term("work.why.last_sale", {"date": day}) if day else Term("work.why.never_sold")
        figures = {"n": int(n), "days": DAYS}
        found[row.id] = Told(row.name, [Term("work.why.seller", figures), sold], row.public_id)
    return found


def _picked_on(look: Look) -> ColumnElement[bool]:
    """In the period, long enough ago."""
    return col(Lot.harvested_on).between(_since(look), look.today - timedelta(days=FRESH_DAYS))


def _picked(look: Look) -> tuple[ColumnElement[bool], ...]:
    """Lots that households picked in the period, long enough ago."""
    return (col(Lot.kind) == LotKind.HARVEST, counts(), _picked_on(look), col(Lot.household_id).is_not(None))


def _own_picked(look: Look) -> tuple[ColumnElement[bool], ...]:
    return (col(Lot.household_id) == col(Household.id), *_picked(look))


def _sold(look: Look) -> ColumnElement[bool]:
    """Of whose harvest, or of what was made of it, somebody ordered.

    Asked of one household after the other, so that a count ends with the hundredth that waits; from lots
    down, for these are far fewer than what was sold, and one order is enough. Nearly everybody's lot was
    ordered from as it is or as the pack made of it: these two steps are asked first, and only where they
    find nothing the way down is walked to its end.
    """
    own = (col(Lot.household_id) == col(Household.id), _picked_on(look))
    picked: Any = select(col(Lot.id).label("lot_id")).where(*own)
    packed: Any = (
        select(col(LotLink.child_id).label("lot_id"))
        .join(Lot, col(Lot.id) == col(LotLink.parent_id))
        .where(*own)
    )
    goods: Any = picked.correlate(table(Household)).cte("goods", recursive=True, nesting=True)
    made = select(col(LotLink.child_id)).join(goods, goods.c.lot_id == col(LotLink.parent_id))
    return or_(*(_ordered(lots) for lots in (picked, packed, select(goods.union(made)))))


def _ordered(lots: Any) -> ColumnElement[bool]:
    """Whether orders that stand took anything of one of these lots of a household, as sums by month tell."""
    some, given = lots.correlate(table(Household)).subquery(), LotMonth
    question = select(col(given.lot_id)).join(some, some.c.lot_id == col(given.lot_id))
    found: ColumnElement[bool] = question.where(col(given.grams) > 0).correlate(table(Household)).exists()
    return found


def _households(look: Look) -> Select[Any]:
    home, org = Household, Organisation
    first = select(func.min(col(Lot.harvested_on))).where(*_own_picked(look)).correlate(table(home))
    picks = select(col(Lot.id)).where(*_own_picked(look)).correlate(table(home)).exists()
    return (
        select(*columns(col(home.id), col(home.org_id), col(home.commune_code), first.scalar_subquery()))
        .join(org, col(org.id) == col(home.org_id))
        .where(look.inside(home), col(home.erased_at).is_(None), _has_shop(look), _sells(look))
        .where(~_sold(look), picks)
    )


def _told_households(look: Look, keys: Sequence[int]) -> dict[int, Told]:
    """By their codes: who they are stands on their cooperative's page of them."""
    picked: Any = (
        select(Household, func.sum(col(Lot.weight_g)), func.max(col(Lot.harvested_on)))
        .join(Lot, col(Lot.household_id) == col(Household.id))
        .where(col(Household.id).in_(keys), *_picked(look))
        .group_by(Household.__table__)  # type: ignore[attr-defined]
    )
    found = {}
    for home, grams, day in look.session.execute(picked):
        figures = {"kg": kilograms(int(grams)), "days": DAYS, "date": day}
        found[home.id] = Told(home.code, [Term("work.why.household", figures)], str(home.id))
    return found


COOPERATIVES = Source(WorkKind.SELLER, _cooperatives, _told_cooperatives, by_day=True)
HOUSEHOLDS = Source(WorkKind.HOUSEHOLD, _households, _told_households, by_day=True)
