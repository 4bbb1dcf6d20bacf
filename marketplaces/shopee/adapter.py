"""Shopee behind the Marketplace Protocol; the rooms beside this file do the work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from marketplaces.http import Client
from marketplaces.interface import Capabilities, Clock
from marketplaces.publishing import publish
from marketplaces.reading import strict
from marketplaces.shopee import listings, orders, pushes, tokens
from marketplaces.shopee.gateway import Gateway
from marketplaces.shopee.offers import ShopeeCounter
from marketplaces.values import (
    AppKeys,
    Category,
    Credentials,
    Listing,
    Offer,
    OfferResult,
    Page,
    Push,
    Window,
)


@strict("Shopee")
class Shopee:
    """One shop at Shopee. ``credentials`` is None until its seller has agreed."""

    capabilities = Capabilities(
        max_window=orders.MAX_WINDOW,
        page_size=orders.PAGE_SIZE,
        batch_size=orders.BATCH_SIZE,
        min_overlap=timedelta(minutes=30),
        access_life=timedelta(hours=4),
        rate_per_s=5.0,
        push=True,
        needs_category=True,
        needs_picture=True,
        most_pictures=8,  # "fewer than nine" of the upload's own page; the item's page says up to nine
        picture_bytes=10_000_000,
    )

    def __init__(self, http: Client, keys: AppKeys, credentials: Credentials | None, clock: Clock) -> None:
        self._keys = keys
        self._gateway = Gateway(http, keys, credentials, clock)

    def publish(self, offers: Sequence[Offer]) -> list[OfferResult]:
        """Send what differs; a new listing is looked for by SKU before it is made."""
        return publish(ShopeeCounter(self._gateway), offers)

    def orders(self, window: Window, progress: str = "") -> Iterator[Page]:
        """By ``update_time``, in slices of at most 15 days."""
        yield from orders.read_window(self._gateway, window, progress)

    def read_orders(self, ext_order_ids: Sequence[str]) -> Page:
        """Details only, fifty at a time."""
        return orders.read_orders(self._gateway, ext_order_ids)

    def listings(self) -> Iterator[Listing]:
        """Everything not deleted, one for each variant."""
        yield from listings.read_listings(self._gateway)

    def categories(self) -> Iterator[Category]:
        """By their Vietnamese names."""
        yield from listings.read_categories(self._gateway)

    def refresh(self, credentials: Credentials) -> Credentials:
        """The old refresh token is dead once this returns, and may be when it fails as ``uncertain``."""
        return tokens.refresh(self._gateway, credentials)

    def authorize_url(self, redirect: str) -> str:
        """A link that lives five minutes."""
        return tokens.authorize_url(self._gateway, redirect)

    def exchange(self, code: str, ext_shop_id: str) -> Credentials:
        """``code`` and ``shop_id`` as the browser brought them."""
        return tokens.exchange(self._gateway, code, ext_shop_id)

    def verify_push(self, headers: Mapping[str, str], url: str, body: bytes) -> bool:
        """Over the raw body and the address exactly as registered."""
        return pushes.verify(self._keys, headers, url, body)

    def read_push(self, body: bytes) -> Push:
        """What to read again."""
        return pushes.read(body)
