"""Sums of listings, of shops, of harvests and of scans, by day and by month, as rows that figures add up.

Where no time is asked for, a thing's sums are added up before it is joined to what it belongs to: there are
far more sums than things.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from trace.records.organisation import Organisation
from trace.records.plot import GrowingArea
from trace.records.product import Product
from trace.records.shop import Listing, Shop
from trace.records.sums import (
    HarvestDay,
    HarvestMonth,
    LotDay,
    LotMonth,
    PriceDay,
    PriceMonth,
    SalesDay,
    SalesMonth,
    ScanDay,
    ScanMonth,
    ShopDay,
    ShopMonth,
)
from trace.services import harvest_figures, scan_figures
from trace.services.figures.asking import Dimension
from trace.services.figures.counting import Rows
from trace.services.figures.fact import FIRST, LAST, Fact, Keys, calendar, table
from trace.services.figures.facts.placing import growing, in_place
from trace.services.figures.facts.sales import ITS_PRODUCT, OF_LISTING, OF_SHOP, OWNER
from trace.services.figures.facts.stamps import OF_STAMP
from trace.services.figures.stored import Stored
from trace.services.order_sums import OF_LISTING as LISTING_SUMS
from trace.services.order_sums import OF_LOT as LOT_SUMS
from trace.services.order_sums import OF_PRICE as PRICE_SUMS
from trace.services.order_sums import OF_SHOP as SHOP_SUMS

Made = Callable[[Any, Fact], Rows]
"""A number of a source's columns: ``made(columns, fact)``."""


@dataclass(frozen=True)
class Sums:
    """Two tables of the same sums, by day and by month, and what their things are joined to."""

    days: Any
    months: Any
    things: Sequence[str]
    columns: Sequence[str]
    joined: Callable[[Any], Any]
    keys: Callable[[Any], Keys]

    def counted(self, made: Made) -> Stored:
        """A number of these sums."""
        day, month = table(self.days), table(self.months)
        by_month = calendar(month.c.month)
        by_month.pop(Dimension.DAY)
        return Stored(
            days=made(day.c, self._fact(day, day.c.day, calendar(day.c.day))),
            days_together=self._together(made, day, day.c.day),
            months=made(month.c, self._fact(month, month.c.month, by_month)),
            months_together=self._together(made, month, month.c.month),
        )

    def counted_by_day(self, made: Made) -> Stored:
        """A number that looks at each day, which no month tells."""
        day = table(self.days)
        rows = made(day.c, self._fact(day, day.c.day, calendar(day.c.day)))
        return Stored(rows, rows, rows, rows)

    def _together(self, made: Made, record: Any, when: Any) -> Rows:
        own = [record.c[name] for name in self.things]
        used = _Used(record.c)
        made(used, self._fact(record, None, {}))
        sums = (func.sum(record.c[name]).label(name) for name in self.columns if name in used.names)
        added = select(*own, *sums).where(when.between(FIRST, LAST)).group_by(*own).subquery(record.name)
        return made(added.c, self._fact(added, None, {}))

    def _fact(self, source: Any, when: Any, times: Keys) -> Fact:
        keys = {**times, **self.keys(source.c)}
        return Fact(source.name, self.joined(source), source.c[self.things[0]], keys, (), day=when)


class _Used:
    """Columns that remember which of them a number is made of: adding up the others cost more than it."""

    def __init__(self, columns: Any) -> None:
        self.columns, self.names = columns, set[str]()

    def __getitem__(self, name: str) -> Any:
        self.names.add(name)
        return self.columns[name]

    __getattr__ = __getitem__


def _with_owner(source: Any, shop_id: Any) -> Any:
    return source.join(table(Shop), col(Shop.id) == shop_id).join(table(Organisation), OWNER)


def _of_listing(source: Any) -> Any:
    listed = source.join(table(Listing), col(Listing.id) == source.c.listing_id)
    return _with_owner(listed, col(Listing.shop_id)).outerjoin(table(Product), ITS_PRODUCT)


def _of_goods(source: Any) -> Any:
    owned = _with_owner(source, source.c.shop_id)
    return owned.join(table(Product), col(Product.id) == source.c.product_id)


def _of_scans(source: Any) -> Any:
    owned = source.join(table(Organisation), col(Organisation.id) == source.c.org_id)
    return owned.outerjoin(table(Product), col(Product.id) == source.c.product_id)


def _of_harvest(source: Any) -> Any:
    owned = source.join(table(Organisation), col(Organisation.id) == source.c.org_id)
    return owned.outerjoin(table(GrowingArea), col(GrowingArea.id) == source.c.growing_area_id)


def _harvest_keys(c: Any) -> Keys:
    return {
        Dimension.COOPERATIVE: col(Organisation.public_id),
        **in_place(c.commune_code, func.nullif(c.old_commune_code, "")),
        **growing(c.crop, c.variety),
        Dimension.GROWING_AREA: col(GrowingArea.code),
    }


LISTINGS = Sums(SalesDay, SalesMonth, ("listing_id",), LISTING_SUMS, _of_listing, lambda _: OF_LISTING)
SHOPS = Sums(
    ShopDay, ShopMonth, ("shop_id",), SHOP_SUMS, lambda s: _with_owner(s, s.c.shop_id), lambda _: OF_SHOP
)
PRICES = Sums(
    PriceDay,
    PriceMonth,
    ("listing_id", "earned_vnd", "pieces"),
    PRICE_SUMS,
    _of_listing,
    lambda _: OF_LISTING,
)
GIVEN = Sums(LotDay, LotMonth, ("shop_id", "product_id"), LOT_SUMS, _of_goods, lambda _: OF_LISTING)
"""What lots gave, by the product it was given for."""
SCANNED = Sums(
    ScanDay,
    ScanMonth,
    scan_figures.THING,
    scan_figures.COLUMNS,
    _of_scans,
    lambda c: {**OF_STAMP, Dimension.SCANNED_IN: c.province},
)
HARVESTS = Sums(
    HarvestDay,
    HarvestMonth,
    harvest_figures.THING,
    harvest_figures.COLUMNS,
    _of_harvest,
    _harvest_keys,
)
