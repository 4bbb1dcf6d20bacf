"""Day figures from order facts: never counted apart, always recomputed from the rows they follow.

orders = placed + completed; transactions = completed; quantity and revenue leave out what was
cancelled or returned; the day is the order's creation day at +07:00. A day's totals that a person entered
are a fact too, for a shop and day of which no order is known. unpriced are the orders whose revenue is not
known: they count, and earn nothing yet.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, case, delete, func, insert, literal, select, tuple_
from sqlmodel import Session, col

from trace.records.file_exchange import DayTotal
from trace.records.market_order import MarketOrder, MarketOrderLine, OrderStatus, SalesDay, ShopDay
from trace.records.shop import Listing

COUNTED = (OrderStatus.PLACED.value, OrderStatus.COMPLETED.value)
COLUMNS = ("orders", "transactions", "quantity", "revenue_vnd", "unpriced")
MOST_KEYS = 400
"""Keys a statement: SQLite takes 32,766 values, PostgreSQL plans long lists slowly."""

Key = tuple[int, date]
Sums = tuple[int, int, int, int, int]
NOTHING: Sums = (0, 0, 0, 0, 0)


@dataclass(frozen=True)
class Difference:
    """A stored figure its facts do not bear out; sums as in ``COLUMNS``."""

    table: str
    key: int
    day: date
    stored: Sums
    facts: Sums


@dataclass(frozen=True)
class _Figures:
    """One table of day figures and the fact column it is summed by; a shop's orders may lack their lines."""

    table: type[SalesDay] | type[ShopDay]
    name: str
    by: Any
    entered_by: Any
    """The same column where totals were entered by hand."""
    takes_lineless: bool

    @property
    def own(self) -> Any:
        return getattr(self.table, self.name)

    def from_orders(self) -> Select[Any]:
        """The sums of orders, one row for each key and day with a counted order."""
        number, status = col(MarketOrder.id), col(MarketOrder.status)
        completed = case((status == OrderStatus.COMPLETED.value, number))
        unpriced = case((col(MarketOrder.is_priced).is_(False), number))
        its_lines = col(MarketOrderLine.order_id) == number
        return (
            select(
                self.by.label("key"),
                col(MarketOrder.day).label("day"),
                func.count(number.distinct()),
                func.count(completed.distinct()),
                func.sum(col(MarketOrderLine.net_quantity)),
                func.sum(col(MarketOrderLine.revenue_vnd)),
                func.count(unpriced.distinct()),
            )
            .join(MarketOrderLine, its_lines, isouter=self.takes_lineless)
            .where(status.in_(COUNTED))
            .group_by(self.by, col(MarketOrder.day))
        )

    def entered(self) -> Select[Any]:
        """Totals that were entered by hand and that no report has ended."""
        return select(
            self.entered_by.label("key"),
            col(DayTotal.day).label("day"),
            col(DayTotal.orders),
            col(DayTotal.transactions),
            col(DayTotal.quantity),
            col(DayTotal.revenue_vnd),
            literal(0),
        ).where(col(DayTotal.ended_at).is_(None))

    def stored(self) -> Select[Any]:
        """The sums as they are stored."""
        return select(self.own, col(self.table.day), *(getattr(self.table, name) for name in COLUMNS))


BY_LISTING = _Figures(
    SalesDay,
    "listing_id",
    col(MarketOrderLine.listing_id),
    col(DayTotal.listing_id),
    takes_lineless=False,
)
BY_SHOP = _Figures(ShopDay, "shop_id", col(MarketOrder.shop_id), col(DayTotal.shop_id), takes_lineless=True)


def recompute(session: Session, listing_days: Collection[Key], shop_days: Collection[Key]) -> None:
    """Bring the figures of the touched keys up to their facts; call it in the facts' transaction."""
    session.flush()
    for figures, keys in ((BY_LISTING, listing_days), (BY_SHOP, shop_days)):
        for some in _batches(sorted(keys)):
            days = {
                day for _, day in some
            }  # no index finds pairs: SQLite went through all lines of a listing
            own = and_(
                tuple_(figures.own, col(figures.table.day)).in_(some), col(figures.table.day).in_(days)
            )
            session.execute(delete(figures.table).where(own))
            touched = and_(
                tuple_(figures.by, col(MarketOrder.day)).in_(some),
                col(MarketOrder.day).in_(days),
                col(MarketOrder.shop_id).in_(_shops_of(figures, some)),
            )
            by_hand = tuple_(figures.entered_by, col(DayTotal.day)).in_(some)
            ordered = session.execute(figures.from_orders().where(touched)).all()
            _store(session, figures, [*ordered, *session.execute(figures.entered().where(by_hand)).all()])


def _shops_of(figures: _Figures, keys: Collection[Key]) -> Any:
    """The shops of these keys, for the index by shop and day."""
    numbers = {key for key, _ in keys}
    return numbers if figures is BY_SHOP else select(col(Listing.shop_id)).where(col(Listing.id).in_(numbers))


def recount(session: Session, *, check: bool = False) -> list[Difference]:
    """Compare every figure with its facts; unless ``check``, put the facts' figures in their place."""
    session.flush()
    found: list[Difference] = []
    for figures in (BY_LISTING, BY_SHOP):
        ordered = session.execute(figures.from_orders()).all()
        facts = _by_key([*ordered, *session.execute(figures.entered()).all()])
        stored = _by_key(session.execute(figures.stored()).all())
        found += [
            Difference(figures.table.__tablename__, *key, stored.get(key, NOTHING), facts.get(key, NOTHING))
            for key in sorted(facts.keys() | stored.keys())
            if facts.get(key) != stored.get(key)
        ]
        if not check:
            session.execute(delete(figures.table))
            _store(session, figures, [(*key, *sums) for key, sums in facts.items()])
    return found


def _store(session: Session, figures: _Figures, rows: Collection[Any]) -> None:
    names = (figures.name, "day", *COLUMNS)
    values = [dict(zip(names, (key, day, *_whole(sums)), strict=True)) for key, day, *sums in rows]
    if values:
        session.execute(insert(figures.table), values)


def _by_key(rows: Collection[Any]) -> dict[Key, Sums]:
    return {(key, day): _whole(sums) for key, day, *sums in rows}


def _whole(sums: Sequence[Any]) -> Sums:
    """Orders without lines have no sum of them."""
    a, b, c, d, e = (int(value or 0) for value in sums)
    return a, b, c, d, e


def _batches(keys: list[Key]) -> Iterator[list[Key]]:
    for start in range(0, len(keys), MOST_KEYS):
        yield keys[start : start + MOST_KEYS]
