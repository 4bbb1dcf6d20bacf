"""Sums that follow rows, by day and by month: kept in the transaction that writes the rows.

A month's row has the first of the month as its ``month``. A row of nothing but noughts does not stand;
only of prices, of lots and of harvests one may, which was something before.
"""

from datetime import date
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from trace.records.columns import BigId, big, ref


def _part() -> Any:
    """A number that is a part of the key."""
    return Field(primary_key=True, sa_type=BigId, sa_column_kwargs={"autoincrement": False})


class ListingSums(SQLModel):
    """Of one listing: orders placed or completed, and its lines in them net of what went back.

    ``unpriced`` of its orders count without their revenue, which is not known yet. ``priced_`` are pieces
    and what they earned in lines whose revenue is known and of which any piece is left.
    """

    orders: int
    transactions: int
    quantity: int = big()
    revenue_vnd: int = big()
    unpriced: int = 0
    priced_quantity: int = big(0)
    priced_vnd: int = big(0)


class ShopSums(SQLModel):
    """Of one shop, each order once however many lines it has.

    Orders, transactions, quantity and revenue take in totals that were typed by hand; the others are of
    orders alone: ``made`` were placed, completed, cancelled or returned, ``ended`` completed or returned,
    ``twice`` bear the number of another order of the day (letter case and blanks aside).
    """

    orders: int
    transactions: int
    quantity: int = big()
    revenue_vnd: int = big()
    unpriced: int = 0
    cancelled: int = 0
    returned: int = 0
    made: int = 0
    ended: int = 0
    twice: int = 0


class PriceSums(SQLModel):
    """Net pieces in lines of one listing of which one piece earned the same, where the revenue is known.

    That is ``earned_vnd`` for ``pieces``: for one piece where this is whole đồng, else as the lines say.
    """

    quantity: int = big()


class LotSums(SQLModel):
    """Of orders placed or completed of one shop: grams of one product that were given from one lot.

    ``sold_g`` of them are of completed orders.
    """

    grams: int = big()
    sold_g: int = big()


class SalesDay(ListingSums, table=True):
    """One listing on one day."""

    __tablename__ = "sales_day"
    __table_args__ = (Index(None, "day"),)

    listing_id: int = ref("listing.id", index=False, primary_key=True)
    day: date = Field(primary_key=True)


class SalesMonth(ListingSums, table=True):
    """One listing in one month."""

    __tablename__ = "sales_month"
    __table_args__ = (Index(None, "month"),)

    listing_id: int = ref("listing.id", index=False, primary_key=True)
    month: date = Field(primary_key=True)


class ShopDay(ShopSums, table=True):
    """One shop on one day."""

    __tablename__ = "shop_day"
    __table_args__ = (Index(None, "day"),)

    shop_id: int = ref("shop.id", index=False, primary_key=True)
    day: date = Field(primary_key=True)


class ShopMonth(ShopSums, table=True):
    """One shop in one month."""

    __tablename__ = "shop_month"
    __table_args__ = (Index(None, "month"),)

    shop_id: int = ref("shop.id", index=False, primary_key=True)
    month: date = Field(primary_key=True)


class PriceDay(PriceSums, table=True):
    """One listing, what a piece earned, one day."""

    __tablename__ = "price_day"
    __table_args__ = (Index(None, "day"),)

    listing_id: int = ref("listing.id", index=False, primary_key=True)
    day: date = Field(primary_key=True)
    earned_vnd: int = _part()
    pieces: int = _part()


class PriceMonth(PriceSums, table=True):
    """The same in one month."""

    __tablename__ = "price_month"
    __table_args__ = (Index(None, "month"),)

    listing_id: int = ref("listing.id", index=False, primary_key=True)
    month: date = Field(primary_key=True)
    earned_vnd: int = _part()
    pieces: int = _part()


class LotDay(LotSums, table=True):
    """One shop, product and lot on one day."""

    __tablename__ = "lot_sale_day"
    __table_args__ = (Index(None, "day"),)

    shop_id: int = ref("shop.id", index=False, primary_key=True)
    day: date = Field(primary_key=True)
    product_id: int = ref("product.id", index=False, primary_key=True)
    lot_id: int = ref("lot.id", index=False, primary_key=True)


class LotMonth(LotSums, table=True):
    """The same in one month."""

    __tablename__ = "lot_sale_month"
    __table_args__ = (Index(None, "month"), Index(None, "lot_id"))

    shop_id: int = ref("shop.id", index=False, primary_key=True)
    month: date = Field(primary_key=True)
    product_id: int = ref("product.id", index=False, primary_key=True)
    lot_id: int = ref("lot.id", index=False, primary_key=True)


class HarvestSums(SQLModel):
    """Harvest of one cooperative, commune, crop, variety and growing area: what counts in figures.

    No old commune is the empty text, no growing area nought.
    """

    grams: int = big()


class HarvestDay(HarvestSums, table=True):
    """One day of picking."""

    __tablename__ = "harvest_day"
    __table_args__ = (Index(None, "day"),)

    org_id: int = ref("organisation.id", index=False, primary_key=True)
    day: date = Field(primary_key=True)
    commune_code: str = Field(max_length=8, primary_key=True)
    old_commune_code: str = Field(max_length=8, primary_key=True)
    crop: str = Field(max_length=32, primary_key=True)
    variety: str = Field(max_length=48, primary_key=True)
    growing_area_id: int = _part()


class HarvestMonth(HarvestSums, table=True):
    """One month."""

    __tablename__ = "harvest_month"
    __table_args__ = (Index(None, "month"),)

    org_id: int = ref("organisation.id", index=False, primary_key=True)
    month: date = Field(primary_key=True)
    commune_code: str = Field(max_length=8, primary_key=True)
    old_commune_code: str = Field(max_length=8, primary_key=True)
    crop: str = Field(max_length=32, primary_key=True)
    variety: str = Field(max_length=48, primary_key=True)
    growing_area_id: int = _part()


class ScanSums(SQLModel):
    """Scans of stamps of one cooperative and product, from one province as it was recorded.

    ``early`` are those of stamps that were not activated yet. Scans of nobody's stamps are in none.
    """

    scans: int = big()
    early: int = big(0)


class ScanDay(ScanSums, table=True):
    """One day in Vietnam; ``product_id`` is nought where the stamp's lot, or its product, is not known."""

    __tablename__ = "scan_day"
    __table_args__ = (Index(None, "day"),)

    org_id: int = ref("organisation.id", index=False, primary_key=True)
    product_id: int = _part()
    province: str = Field(max_length=8, primary_key=True)
    day: date = Field(primary_key=True)


class ScanMonth(ScanSums, table=True):
    """The same in one month."""

    __tablename__ = "scan_month"
    __table_args__ = (Index(None, "month"),)

    org_id: int = ref("organisation.id", index=False, primary_key=True)
    product_id: int = _part()
    province: str = Field(max_length=8, primary_key=True)
    month: date = Field(primary_key=True)


class StampSums(SQLModel):
    """Stamps of anybody that were scanned, each once, by the day of their scan ``before`` the day or month;
    year 1 where there was none. ``is_suspect``: only scans that looked like a copy, cleared or not.
    """

    before: date
    is_suspect: bool
    stamps: int = big()


class StampDay(StampSums, table=True):
    """One day in Vietnam."""

    __tablename__ = "stamp_day"

    day: date = Field(primary_key=True)
    before: date = Field(primary_key=True)
    is_suspect: bool = Field(primary_key=True)


class StampMonth(StampSums, table=True):
    """One month."""

    __tablename__ = "stamp_month"

    month: date = Field(primary_key=True)
    before: date = Field(primary_key=True)
    is_suspect: bool = Field(primary_key=True)
