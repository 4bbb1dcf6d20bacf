"""Sums of orders by day and month: never counted apart, always recomputed from the rows they follow.

orders = placed + completed; transactions = completed; quantity and revenue leave out what was
cancelled or returned; the day is the order's creation day at +07:00. A day's totals that a person entered
are a fact too, for a shop and day of which no order is known. A month is the sum of its days, brought up
with them: whoever writes a shop's orders holds the shop, so that no two write one month at a time.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlmodel import Session, SQLModel, col

from trace.records.shop import Listing, Shop
from trace.records.sums import SalesDay, SalesMonth, ShopDay, ShopMonth
from trace.services import order_sums
from trace.services.figures.instants import month_of_day
from trace.services.order_sums import Part
from trace.services.sums import (
    MOST_KEYS,
    Difference,
    Place,
    Row,
    differing,
    month_of,
    next_month,
    streamed,
)

SHOPS_AT_ONCE = 20
"""How many are recounted by one statement: what it holds in memory grows with them."""

ONE_DAY = timedelta(days=1)

Key = tuple[int, date]


@dataclass(frozen=True, eq=False)
class Kept:
    """Sums of one kind of thing: a table of days, one of months, and the rows they are made of."""

    days: type[SQLModel]
    months: type[SQLModel]
    name: str
    columns: tuple[str, ...]
    parts: tuple[Part, ...]

    @property
    def tables(self) -> tuple[str, str]:
        """The names of both."""
        return str(self.days.__tablename__), str(self.months.__tablename__)

    def own(self, table: type[SQLModel]) -> Any:
        """The column of the thing."""
        return getattr(table, self.name)

    def when(self, table: type[SQLModel]) -> Any:
        """The column of the day, or of the month's first."""
        return getattr(table, "day" if table is self.days else "month")

    def stored(self, table: type[SQLModel]) -> Any:
        """The sums as they are stored."""
        return select(self.own(table), self.when(table), *(getattr(table, name) for name in self.columns))

    def of_shops(self, shops: Collection[int]) -> Any:
        """The things that belong to these shops."""
        return shops if self is BY_SHOP else select(col(Listing.id)).where(col(Listing.shop_id).in_(shops))

    def shops_of(self, keys: Collection[Key]) -> Any:
        """The shops of these things, for the index by shop and day."""
        numbers = {key for key, _ in keys}
        if self is BY_SHOP:
            return numbers
        return select(col(Listing.shop_id)).where(col(Listing.id).in_(numbers))


BY_LISTING = Kept(SalesDay, SalesMonth, "listing_id", order_sums.OF_LISTING, order_sums.LISTING_PARTS)
BY_SHOP = Kept(ShopDay, ShopMonth, "shop_id", order_sums.OF_SHOP, order_sums.SHOP_PARTS)


def recompute(session: Session, listing_days: Collection[Key], shop_days: Collection[Key]) -> None:
    """Bring the sums of the touched keys up to their facts; call it in the facts' transaction."""
    session.flush()
    for kept, keys in ((BY_LISTING, listing_days), (BY_SHOP, shop_days)):
        for some in _batches(sorted(keys)):
            _replace(session, kept, kept.days, some, _of_rows(kept, some))
        for some in _batches(sorted({(key, month_of(day)) for key, day in keys})):
            _replace(session, kept, kept.months, some, _of_days(kept, some))


def _replace(session: Session, kept: Kept, table: type[SQLModel], keys: Collection[Key], facts: Any) -> None:
    """Put in place of these keys' sums what ``facts`` (key, day, sums) add up to."""
    own, when = kept.own(table), kept.when(table)
    _write(session, kept, table, _one_of(own, when, keys), facts)


def _write(session: Session, kept: Kept, table: type[SQLModel], which: Any, facts: Any) -> None:
    """Put ``facts`` in place of the stored sums that ``which`` names."""
    session.execute(delete(table).where(which))
    names = (kept.own(table).name, kept.when(table).name, *kept.columns)
    session.execute(insert(table).from_select(names, _added_up(facts)))


def _added_up(facts: Any) -> Select[Any]:
    """Facts (key, day, sums) by key and day; no row where all comes to nought."""
    key, day, *values = facts.subquery().c
    sums = [func.coalesce(func.sum(value), 0) for value in values]
    return select(key, day, *sums).group_by(key, day).having(or_(*(one != 0 for one in sums)))


def _one_of(own: Any, when: Any, keys: Collection[Key]) -> ColumnElement[bool]:
    """No index finds pairs: without the days SQLite went through all lines of a listing."""
    return and_(tuple_(own, when).in_(keys), when.in_({day for _, day in keys}))


def _of_rows(kept: Kept, keys: Collection[Key]) -> Any:
    """The rows of these keys."""
    shops = kept.shops_of(keys)
    asked = (
        part.asked(kept.columns).where(_one_of(part.key, part.day, keys), part.shop.in_(shops))
        for part in kept.parts
    )
    return union_all(*asked)


def _of_days(kept: Kept, months: Collection[Key]) -> Any:
    """The stored days of these months, each by its month's first."""
    own, day = kept.own(kept.days), kept.when(kept.days)
    firsts = sorted({first for _, first in months})
    month = case(*((day.between(first, next_month(first) - ONE_DAY), literal(first)) for first in firsts))
    values = (getattr(kept.days, name) for name in kept.columns)
    days = (
        select(own.label("key"), month.label("month"), *values)
        .where(own.in_({key for key, _ in months}), day >= firsts[0], day < next_month(firsts[-1]))
        .subquery()
    )
    return select(days).where(_one_of(days.c.key, days.c.month, months))


def differences(session: Session) -> Iterator[tuple[Place, Difference]]:
    """Where sums are not what their facts say, and of which shops: some at a time."""
    for shops in _shops(session):
        for kept in (BY_LISTING, BY_SHOP):
            facts = _added_up(_of_all(kept, shops)).order_by("key", "day")
            days, months = (_stored(session, kept, table, shops) for table in (kept.days, kept.months))
            found = differing(kept.tables, streamed(session, facts), (days, months))
            yield from ((shops, one) for one in found)


def mend(session: Session, shops: Collection[int]) -> None:
    """Write all sums of these shops anew, by statements alone: no row of them passes through here."""
    session.execute(
        select(col(Shop.id)).where(col(Shop.id).in_(shops)).order_by(col(Shop.id)).with_for_update()
    )
    for kept in (BY_LISTING, BY_SHOP):
        whose = kept.of_shops(shops)
        _write(session, kept, kept.days, kept.own(kept.days).in_(whose), _of_all(kept, shops))
        own, values = kept.own(kept.days), (getattr(kept.days, name) for name in kept.columns)
        days = select(own.label("key"), month_of_day(kept.when(kept.days)).label("day"), *values)
        _write(session, kept, kept.months, kept.own(kept.months).in_(whose), days.where(own.in_(whose)))


def _shops(session: Session) -> Iterator[tuple[int, ...]]:
    numbers = list(session.execute(select(col(Shop.id)).order_by(col(Shop.id))).scalars())
    for start in range(0, len(numbers), SHOPS_AT_ONCE):
        yield tuple(numbers[start : start + SHOPS_AT_ONCE])


def _of_all(kept: Kept, shops: Collection[int]) -> Any:
    """The rows of these shops."""
    return union_all(*(part.asked(kept.columns).where(part.shop.in_(shops)) for part in kept.parts))


def _stored(session: Session, kept: Kept, table: type[SQLModel], shops: Collection[int]) -> Iterator[Row]:
    own = kept.own(table)
    question = kept.stored(table).where(own.in_(kept.of_shops(shops)))
    return streamed(session, question.order_by(own, kept.when(table)))


def _batches(keys: list[Key]) -> Iterator[list[Key]]:
    for start in range(0, len(keys), MOST_KEYS):
        yield keys[start : start + MOST_KEYS]
