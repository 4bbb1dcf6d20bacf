"""Listings on their way to a shop, their pictures, and the marketplaces' shelves they may stand on."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from trace.records.columns import big, blob, check, maybe_ref, one_of, pk, ref


class NewListingState(StrEnum):
    """How far it is. Out of ``sending`` only what the marketplace says or shows leads."""

    WAITING = "waiting"
    SENDING = "sending"
    """It may have gone out: it is looked for on the shelf before anything is sent again."""
    MADE = "made"
    """The marketplace took it; it is not on the shelf yet."""
    DONE = "done"
    REFUSED = "refused"


class NewListing(SQLModel, table=True):
    """What a manager wants put on sale in one shop, known there by ``sku``.

    ``reason`` is the marketplace's own words, ``reason_key`` ours where we stopped it. ``ticket`` names a
    request the marketplace is looking at, ``asked_at`` when it was last called about this.
    """

    __tablename__ = "new_listing"
    __table_args__ = (
        UniqueConstraint("shop_id", "sku"),
        one_of("state", NewListingState),
        check("unit", "unit_g > 0"),
        check("price", "price_vnd > 0"),
    )

    id: int = pk()
    shop_id: int = ref("shop.id", index=False)
    product_id: int = ref("product.id")
    sku: str = Field(max_length=64)
    title: str = Field(max_length=240)
    unit_g: int = big()
    price_vnd: int = big()
    stock: int | None = None
    follows_lots: bool = False
    category_id: str = Field(default="", max_length=64)
    state: str = Field(default=NewListingState.WAITING, max_length=12)
    ticket: str = Field(default="", max_length=80)
    ext_listing_id: str = Field(default="", max_length=64)
    reason: str = Field(default="", max_length=600)
    reason_key: str = Field(default="", max_length=40)
    tries: int = 0
    asked_at: datetime | None = None
    listing_id: int | None = maybe_ref("listing.id", index=False)
    created_at: datetime
    updated_at: datetime


class NewListingPicture(SQLModel, table=True):
    """A picture as the shop takes it; ``had_width`` and ``had_height`` where it was enlarged."""

    __tablename__ = "new_listing_picture"

    id: int = pk()
    new_listing_id: int = ref("new_listing.id")
    image_id: int = big()
    """The product's picture it was made from, which may be gone since."""
    position: int
    sha256: str = Field(max_length=64, index=True)
    width: int
    height: int
    had_width: int | None = None
    had_height: int | None = None
    data: bytes = blob()


class MarketCategory(SQLModel, table=True):
    """A shelf of a marketplace that may hold listings, with the names of those above it."""

    __tablename__ = "market_category"
    __table_args__ = (UniqueConstraint("marketplace", "ext_category_id"),)

    id: int = pk()
    marketplace: str = Field(max_length=16)
    ext_category_id: str = Field(max_length=64)
    path: str = Field(max_length=600)
    search_key: str = Field(max_length=600)
    read_at: datetime
