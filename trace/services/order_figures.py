"""Sums of orders by day and month: never counted apart, always recomputed from the rows they follow.

orders = placed + completed; transactions = completed; quantity and revenue leave out what was
cancelled or returned; the day is the order's creation day at +07:00. A day's totals that a person entered
are a fact too, for a shop and day of which no order is known. A month is the sum of its days, brought up
with them: whoever writes a shop's orders holds the shop, so that no two write one month at a time.
"""

from collections.abc import Collection, Iterator, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    delete,
    func,
    insert,
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
from trace.services.month_touches import SALES, touch, touch_shops
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

_KEYS: Any = bindparam("keys", expanding=True)
_DAYS: Any = bindparam("days", expanding=True)
_THINGS: Any = bindparam("things", expanding=True)


def recompute(session: Session, listing_days: Collection[Key], shop_days: Collection[Key]) -> None:
    """Bring the sums of the touched keys up to orders and lines; call it in the facts' transaction."""
    touch(session, SALES, (day for _, day in {*listing_days, *shop_days}))
    for kept, keys in ((BY_LISTING, listing_days), (BY_SHOP, shop_days), (BY_PRICE, listing_days)):
        _bring_up(session, kept, keys)


def recompute_lots(session: Session, shop_days: Collection[Key]) -> None:
    """The same for what lots gave on these days."""
    _bring_up(session, BY_LOT, shop_days)


def _bring_up(session: Session, kept: Kept, keys: Collection[Key]) -> None:
    session.flush()
    is_sqlite = session.connection().dialect.name == "sqlite"
    months = {(key, month_of(day)) for key, day in keys}
    for table, touched in ((kept.days, keys), (kept.months, months)):
        for some in _batches(sorted(touched)):
            for statement in _statements(kept, table, is_sqlite=is_sqlite):
                session.connection().execute(statement, _named(some))


def _named(keys: Collection[Key]) -> dict[str, Any]:
    """What the statements are given."""
    days = sorted({day for _, day in keys})
    things = sorted({thing for thing, _ in keys})
    span = {"first": days[0], "after": next_month(days[-1])}
    return {"keys": keys, "days": days, "things": things, **span}


@cache
def _statements(kept: Kept, table: type[SQLModel], *, is_sqlite: bool) -> tuple[Any, ...]:
    """What brings up keys of a table, put together once: building them cost more than they do."""
    facts = _of_rows(kept) if table is kept.days else [_of_days(kept)]
    names, rows = kept.names(table), table.__table__  # type: ignore[attr-defined]
    known = _one_of(kept.own(table), kept.when(table))
    if not kept.more:
        whole = _added_up(kept, facts)
        return delete(rows).where(known), insert(rows).from_select((*names, *kept.columns), whole)
    # By one statement: rows of which nothing is left stay, with noughts.
    noughts: Any = (literal_column("0").label(name) for name in kept.columns)
    had = select(*(getattr(table, name) for name in names), *noughts).where(known)
    whole, _sums = _sum(kept, [*facts, had])
    statement: Any = (sqlite if is_sqlite else postgresql).insert(rows)
    statement = statement.from_select((*names, *kept.columns), whole)
    new = {name: statement.excluded[name] for name in kept.columns}
    return (statement.on_conflict_do_update(index_elements=names, set_=new),)


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


def _one_of(own: Any, when: Any) -> ColumnElement[bool]:
    """No index finds pairs: without the days SQLite went through all lines of a listing."""
    return and_(tuple_(own, when).in_(_KEYS), when.in_(_DAYS))


def _of_rows(kept: Kept) -> list[Any]:
    """The rows of these keys."""
    shops = kept.shops_of(_THINGS)
    return [
        part.asked(kept.columns).where(_one_of(part.key, part.day), part.shop.in_(shops))
        for part in kept.parts
    ]


def _of_days(kept: Kept) -> Any:
    """The stored days of these months, each by its month's first."""
    own, day = kept.own(kept.days), kept.when(kept.days)
    values = (getattr(kept.days, name) for name in (*kept.more, *kept.columns))
    rules = (own.in_(_THINGS), day >= bindparam("first"), day < bindparam("after"))
    days = select(own.label("key"), month_of_day(day).label("month"), *values).where(*rules).subquery()
    return select(days).where(_one_of(days.c.key, days.c.month))


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
    touch_shops(session, shops)
    for kept in ALL:
        whose = kept.of_shops(shops)
        _write(session, kept, kept.days, kept.own(kept.days).in_(whose), _of_all(kept, shops))
        own, names = kept.own(kept.days), (*kept.more, *kept.columns)
        values = (getattr(kept.days, name) for name in names)
        days = select(own.label("key"), month_of_day(kept.when(kept.days)).label("day"), *values)
        _write(session, kept, kept.months, kept.own(kept.months).in_(whose), [days.where(own.in_(whose))])
    touch_shops(session, shops)


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
