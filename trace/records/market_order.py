"""Order facts that counting needs, and nothing about a buyer; their sums stand in ``sums``."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from trace.records.columns import big, check, maybe_ref, one_of, pk, ref


class OrderStatus(StrEnum):
    """The five meanings a marketplace's own status may have, and the one for a word not yet understood."""

    UNPAID = "unpaid"
    PLACED = "placed"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    RETURNED = "returned"
    UNMAPPED = "unmapped"


class Caution(StrEnum):
    """What else the marketplace says of an order: it froze it, or it shows none of its lines."""

    NONE = ""
    FROZEN = "frozen"
    NO_DETAIL = "no_detail"


UNPAID = text("status = 'unpaid'")
ABROAD = text("currency <> 'VND'")
UNRATED = text("currency <> 'VND' AND NOT is_priced")
UNMAPPED = text("status = 'unmapped'")
CAUTIOUS = text("caution <> ''")


class MarketOrder(SQLModel, table=True):
    """One order as the marketplace last told it. ``day`` is its creation day at +07:00.

    ``rate_id`` is the rate that made đồng of another ``currency`` (empty where the marketplace told none).
    An order that is not ``is_priced`` counts, and what it earned is not known yet.
    """

    __tablename__ = "market_order"
    __table_args__ = (
        UniqueConstraint("shop_id", "ext_order_id"),
        one_of("status", OrderStatus),
        Index(None, "shop_id", "day"),
        Index(None, "day"),
        Index("ix_market_order_unpaid", "shop_id", sqlite_where=UNPAID, postgresql_where=UNPAID),
        Index("ix_market_order_abroad", "currency", "day", sqlite_where=ABROAD, postgresql_where=ABROAD),
        Index("ix_market_order_unrated", "shop_id", sqlite_where=UNRATED, postgresql_where=UNRATED),
        Index("ix_market_order_unmapped", "shop_id", sqlite_where=UNMAPPED, postgresql_where=UNMAPPED),
        Index("ix_market_order_cautious", "shop_id", sqlite_where=CAUTIOUS, postgresql_where=CAUTIOUS),
        one_of("caution", Caution),
    )

    id: int = pk()
    shop_id: int = ref("shop.id", index=False)
    ext_order_id: str = Field(max_length=64)
    ext_modified_at: datetime
    status_raw: str = Field(max_length=48)
    status: str = Field(max_length=12)
    ordered_at: datetime
    day: date
    currency: str = Field(default="VND", max_length=3)
    rate_id: int | None = maybe_ref("exchange_rate.id", index=False)
    is_priced: bool = True
    caution: str = Field(default="", max_length=12)
    payload_hash: str = Field(max_length=64)
    first_seen_at: datetime
    changed_at: datetime


class MarketOrderLine(SQLModel, table=True):
    """One line; ``net_quantity`` and what it earned are net of cancelled and returned pieces.

    In another currency ``_minor`` holds its smallest unit, and đồng are 0 until a rate is known.
    """

    __tablename__ = "market_order_line"
    __table_args__ = (
        UniqueConstraint("order_id", "ext_line_id"),
        check("quantity", "quantity >= 0 AND net_quantity >= 0"),
    )

    id: int = pk()
    order_id: int = ref("market_order.id", index=False)
    ext_line_id: str = Field(max_length=96)
    listing_id: int = ref("listing.id")
    quantity: int
    net_quantity: int
    unit_price_vnd: int = big()
    revenue_vnd: int = big()
    unit_price_minor: int | None = big(default=None, nullable=True)
    revenue_minor: int | None = big(default=None, nullable=True)


class OrderStatusChange(SQLModel, table=True):
    """History: an order had this status since we learned it."""

    __tablename__ = "order_status_change"

    id: int = pk()
    order_id: int = ref("market_order.id")
    status_raw: str = Field(max_length=48)
    status: str = Field(max_length=12)
    ext_modified_at: datetime
    learned_at: datetime


class BaselineFigure(SQLModel, table=True):
    """A figure the province published, with its source note."""

    __tablename__ = "baseline_figure"
    __table_args__ = (UniqueConstraint("indicator", "as_of", "scope"),)

    id: int = pk()
    indicator: str = Field(max_length=48)
    scope: str = Field(default="hai-duong", max_length=48)
    as_of: date
    value: int = big()
    unit: str = Field(max_length=16)
    note: str = Field(default="", max_length=400)
    source: str = Field(max_length=240)
