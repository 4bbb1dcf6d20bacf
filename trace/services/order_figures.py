"""Sums of orders by day and month: never counted apart, always recomputed from the rows they follow.

orders = placed + completed; transactions = completed; quantity and revenue leave out what was
cancelled or returned; the day is the order's creation day at +07:00. A day's totals that a person entered
are a fact too, for a shop and day of which no order is known. A month is the sum of its days, brought up
with them: whoever writes a shop's orders holds the shop, so that no two write one month at a time.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta
from operator import itemgetter
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
    literal_column,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, col

from trace.records.organisation import Organisation
from trace.records.shop import Shop
from trace.services.figures.instants import month_of_day
from trace.services.order_kept import ALL, BY_LISTING, BY_LOT, BY_PRICE, BY_SHOP, Kept, Key
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


def recompute(session: Session, listing_days: Collection[Key], shop_days: Collection[Key]) -> None:
    """Bring the sums of the touched keys up to orders and lines; call it in the facts' transaction."""
    for kept, keys in ((BY_LISTING, listing_days), (BY_SHOP, shop_days), (BY_PRICE, listing_days)):
        _bring_up(session, kept, keys)


def recompute_lots(session: Session, shop_days: Collection[Key]) -> None:
    """The same for what lots gave on these days."""
    _bring_up(session, BY_LOT, shop_days)


def _bring_up(session: Session, kept: Kept, keys: Collection[Key]) -> None:
    session.flush()
    put = _renew if kept.more else _replace
    for some in _batches(sorted(keys)):
        put(session, kept, kept.days, some, _of_rows(kept, some))
    for some in _batches(sorted({(key, month_of(day)) for key, day in keys})):
        put(session, kept, kept.months, some, [_of_days(kept, some)])


def _renew(session: Session, kept: Kept, table: type[SQLModel], keys: Collection[Key], facts: Any) -> None:
    """As ``_replace`` by one statement: rows of which nothing is left stay, with noughts."""
    names = kept.names(table)
    noughts: Any = (literal_column("0").label(name) for name in kept.columns)
    known = _one_of(kept.own(table), kept.when(table), keys)
    had = select(*(getattr(table, name) for name in names), *noughts).where(known)
    whole, _sums = _sum(kept, [*facts, had])
    dialect = sqlite if session.connection().dialect.name == "sqlite" else postgresql
    statement: Any = dialect.insert(table).from_select((*names, *kept.columns), whole)
    new = {name: statement.excluded[name] for name in kept.columns}
    session.execute(statement.on_conflict_do_update(index_elements=names, set_=new))


def _replace(session: Session, kept: Kept, table: type[SQLModel], keys: Collection[Key], facts: Any) -> None:
    """Put in place of these keys' sums what ``facts`` (key, day, more, sums) add up to."""
    own, when = kept.own(table), kept.when(table)
    _write(session, kept, table, _one_of(own, when, keys), facts)


def _write(session: Session, kept: Kept, table: type[SQLModel], which: Any, facts: Any) -> None:
    """Put ``facts`` in place of the stored sums that ``which`` names."""
    session.execute(delete(table).where(which))
    session.execute(insert(table).from_select((*kept.names(table), *kept.columns), _added_up(kept, facts)))


def _added_up(kept: Kept, facts: Sequence[Any]) -> Select[Any]:
    """Facts by key, day and more; no row where all comes to nought."""
    whole, sums = _sum(kept, facts)
    return whole.having(or_(*(one != 0 for one in sums)))


def _sum(kept: Kept, facts: Sequence[Any]) -> tuple[Select[Any], list[ColumnElement[int]]]:
    """Facts added up, and their sums."""
    columns = [*union_all(*facts).subquery().c]
    parts, values = columns[: 2 + len(kept.more)], columns[2 + len(kept.more) :]
    sums: list[ColumnElement[int]] = [func.coalesce(func.sum(value), 0) for value in values]
    return select(*parts, *sums).group_by(*parts), sums


def _one_of(own: Any, when: Any, keys: Collection[Key]) -> ColumnElement[bool]:
    """No index finds pairs: without the days SQLite went through all lines of a listing."""
    return and_(tuple_(own, when).in_(keys), when.in_({day for _, day in keys}))


def _of_rows(kept: Kept, keys: Collection[Key]) -> list[Any]:
    """The rows of these keys."""
    shops = kept.shops_of(keys)
    return [
        part.asked(kept.columns).where(_one_of(part.key, part.day, keys), part.shop.in_(shops))
        for part in kept.parts
    ]


def _of_days(kept: Kept, months: Collection[Key]) -> Any:
    """The stored days of these months, each by its month's first."""
    own, day = kept.own(kept.days), kept.when(kept.days)
    firsts = sorted({first for _, first in months})
    month = case(*((day.between(first, next_month(first) - ONE_DAY), literal(first)) for first in firsts))
    values = (getattr(kept.days, name) for name in (*kept.more, *kept.columns))
    days = (
        select(own.label("key"), month.label("month"), *values)
        .where(own.in_({key for key, _ in months}), day >= firsts[0], day < next_month(firsts[-1]))
        .subquery()
    )
    return select(days).where(_one_of(days.c.key, days.c.month, months))


def differences(session: Session) -> Iterator[tuple[Place, Difference]]:
    """Where sums are not what their facts say, and of which shops: some at a time."""
    for shops in _shops(session):
        for kept in ALL:
            facts = kept.keyed(
                streamed(session, _added_up(kept, _of_all(kept, shops)).order_by("key", "day"))
            )
            days, months = (_stored(session, kept, table, shops) for table in (kept.days, kept.months))
            found = differing(kept.tables, facts, (days, months), _thing if kept.more else itemgetter(0))
            yield from ((shops, one) for one in found)


def _thing(row: Row) -> Any:
    return row[0][0]


def mend(session: Session, shops: Collection[int]) -> None:
    """Write all sums of these shops anew, by statements alone: no row of them passes through here.

    Their organisations are held first, as by whoever writes orders or gives lots out.
    """
    owners = select(col(Shop.org_id)).where(col(Shop.id).in_(shops))
    own_orgs = select(col(Organisation.id)).where(col(Organisation.id).in_(owners))
    session.execute(own_orgs.order_by(col(Organisation.id)).with_for_update(key_share=True))
    session.execute(
        select(col(Shop.id)).where(col(Shop.id).in_(shops)).order_by(col(Shop.id)).with_for_update()
    )
    for kept in ALL:
        whose = kept.of_shops(shops)
        _write(session, kept, kept.days, kept.own(kept.days).in_(whose), _of_all(kept, shops))
        own, names = kept.own(kept.days), (*kept.more, *kept.columns)
        values = (getattr(kept.days, name) for name in names)
        days = select(own.label("key"), month_of_day(kept.when(kept.days)).label("day"), *values)
        _write(session, kept, kept.months, kept.own(kept.months).in_(whose), [days.where(own.in_(whose))])


def _shops(session: Session) -> Iterator[tuple[int, ...]]:
    numbers = list(session.execute(select(col(Shop.id)).order_by(col(Shop.id))).scalars())
    for start in range(0, len(numbers), SHOPS_AT_ONCE):
        yield tuple(numbers[start : start + SHOPS_AT_ONCE])


def _of_all(kept: Kept, shops: Collection[int]) -> list[Any]:
    """The rows of these shops."""
    return [part.asked(kept.columns).where(part.shop.in_(shops)) for part in kept.parts]


def _stored(session: Session, kept: Kept, table: type[SQLModel], shops: Collection[int]) -> Iterator[Row]:
    own = kept.own(table)
    question = kept.stored(table).where(own.in_(kept.of_shops(shops)))
    return kept.keyed(streamed(session, question.order_by(own, kept.when(table))))


def _batches(keys: list[Key]) -> Iterator[list[Key]]:
    for start in range(0, len(keys), MOST_KEYS):
        yield keys[start : start + MOST_KEYS]
