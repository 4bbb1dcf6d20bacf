"""Which sums of orders are kept by day and month: of listings, of shops, of prices, and of what lots gave."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlmodel import SQLModel, col

from trace.records.shop import Listing
from trace.records.sums import (
    LotDay,
    LotMonth,
    PriceDay,
    PriceMonth,
    SalesDay,
    SalesMonth,
    ShopDay,
    ShopMonth,
)
from trace.services import order_sums
from trace.services.order_sums import Part
from trace.services.sums import Row

Key = tuple[int, date]
"""A shop or listing, and a day."""


@dataclass(frozen=True, eq=False)
class Kept:
    """Sums of one kind of thing: a table of days, one of months, and the rows they are made of."""

    days: type[SQLModel]
    months: type[SQLModel]
    name: str
    columns: tuple[str, ...]
    parts: tuple[Part, ...]
    more: tuple[str, ...] = ()
    """What else the thing's rows of a day are told apart by."""

    @property
    def is_of_shops(self) -> bool:
        """Whether the thing is a shop; else it is a listing."""
        return self.name == "shop_id"

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

    def names(self, table: type[SQLModel]) -> tuple[str, ...]:
        """What a row is known by."""
        return self.own(table).name, self.when(table).name, *self.more

    def stored(self, table: type[SQLModel]) -> Any:
        """The sums as they are stored, but rows of noughts where these may stand."""
        found = select(*(getattr(table, name) for name in (*self.names(table), *self.columns)))
        return found.where(or_(*(getattr(table, name) != 0 for name in self.columns))) if self.more else found

    def keyed(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Rows of key, day, ``more`` and sums as rows of key, day and sums."""
        many = len(self.more)
        return (((key, *rest[:many]) if many else key, day, *rest[many:]) for key, day, *rest in rows)

    def of_shops(self, shops: Collection[int]) -> Any:
        """The things that belong to these shops."""
        return shops if self.is_of_shops else select(col(Listing.id)).where(col(Listing.shop_id).in_(shops))

    def shops_of(self, things: Any) -> Any:
        """The shops of these things, for the index by shop and day."""
        if self.is_of_shops:
            return things
        return select(col(Listing.shop_id)).where(col(Listing.id).in_(things))


BY_LISTING = Kept(SalesDay, SalesMonth, "listing_id", order_sums.OF_LISTING, order_sums.LISTING_PARTS)
BY_SHOP = Kept(ShopDay, ShopMonth, "shop_id", order_sums.OF_SHOP, order_sums.SHOP_PARTS)

BY_PRICE = Kept(
    PriceDay,
    PriceMonth,
    "listing_id",
    order_sums.OF_PRICE,
    order_sums.PRICE_PARTS,
    ("earned_vnd", "pieces"),
)
BY_LOT = Kept(LotDay, LotMonth, "shop_id", order_sums.OF_LOT, order_sums.LOT_PARTS, ("product_id", "lot_id"))
ALL = (BY_LISTING, BY_SHOP, BY_PRICE, BY_LOT)
