"""Shops on marketplaces, their tokens, listings."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from trace.records.columns import big, blob, check, maybe_ref, one_of, pk, ref


class ShopState(StrEnum):
    """Whether the connection works."""

    PENDING = "pending"
    CONNECTED = "connected"
    NEEDS_LOGIN = "needs_login"
    DISABLED = "disabled"


class Shop(SQLModel, table=True):
    """A cooperative's shop on one marketplace; the circuit columns pause a failing one."""

    __tablename__ = "shop"
    __table_args__ = (UniqueConstraint("marketplace", "ext_shop_id"), one_of("state", ShopState))

    id: int = pk()
    org_id: int = ref("organisation.id")
    marketplace: str = Field(max_length=16)
    ext_shop_id: str = Field(max_length=64)
    name: str = Field(max_length=160)
    state: str = Field(default=ShopState.PENDING, max_length=12)
    buffer_units: int = 0
    failures: int = 0
    paused_until: datetime | None = None
    last_error: str = Field(default="", max_length=600)
    last_success_at: datetime | None = None
    orders_cursor: datetime | None = None
    events_bookmark: str = Field(default="", max_length=400)
    created_at: datetime


class ShopToken(SQLModel, table=True):
    """Sealed tokens of a shop; ``version`` rises with every refresh (compare and swap).

    Who refreshes holds the lease for longer than the call may take; the others wait for the new version.
    """

    __tablename__ = "shop_token"

    shop_id: int = ref("shop.id", index=False, primary_key=True)
    access_sealed: bytes = blob()
    refresh_sealed: bytes = blob()
    access_expires_at: datetime
    refresh_expires_at: datetime | None = None
    version: int = 1
    lease_owner: str | None = Field(default=None, max_length=64)
    lease_until: datetime | None = None
    updated_at: datetime


class Listing(SQLModel, table=True):
    """An item on a shop's shelf. Its product may be unknown: kept, and not in product figures.

    ``stock`` is what the manager counted, or what was last sent where the listing ``follows_lots``.
    ``title`` is what we call it there; empty means by the product's name.
    ``price_minor`` is the price last sent to a shop of another currency, and ``price_rate_id`` the rate that
    made it; it stays until the manager asks for a price again.

    ``seen_at`` is when the shop's shelf was last read and this stood there; ``seen_stock``,
    ``seen_price_vnd`` (none in another currency) and ``page_url`` are what the shop showed then, whatever we
    wish it to show.

    Hashes per field group (content, price, stock, status): desired by us, sent, confirmed by the shop.
    """

    __tablename__ = "listing"
    __table_args__ = (
        UniqueConstraint("shop_id", "ext_listing_id"),
        check("unit", "unit_g IS NULL OR unit_g > 0"),
        check("price", "price_vnd IS NULL OR price_vnd >= 0"),
    )

    id: int = pk()
    shop_id: int = ref("shop.id", index=False)
    ext_listing_id: str = Field(max_length=64)
    ext_name: str = Field(default="", max_length=240)
    ext_sku: str = Field(default="", max_length=64)
    title: str = Field(default="", max_length=240)
    ext_status: str = Field(default="", max_length=32)
    product_id: int | None = maybe_ref("product.id")
    unit_g: int | None = big(default=None, nullable=True)
    price_vnd: int | None = big(default=None, nullable=True)
    price_minor: int | None = big(default=None, nullable=True)
    price_rate_id: int | None = maybe_ref("exchange_rate.id", index=False)
    stock: int | None = None
    follows_lots: bool = False
    on_sale: bool = True
    is_missing: bool = False
    desired: str = Field(default="{}", max_length=400)
    sent: str = Field(default="{}", max_length=400)
    confirmed: str = Field(default="{}", max_length=400)
    last_error: str = Field(default="", max_length=600)
    seen_at: datetime | None = None
    seen_stock: int | None = None
    seen_price_vnd: int | None = big(default=None, nullable=True)
    page_url: str | None = Field(default=None, max_length=500)
    created_at: datetime
    updated_at: datetime
