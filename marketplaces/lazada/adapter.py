"""Lazada behind the Marketplace Protocol; the rooms beside this file do the work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from marketplaces.http import Client
from marketplaces.interface import Capabilities, Clock
from marketplaces.lazada import listings, orders, pushes, tokens
from marketplaces.lazada.gateway import Gateway
from marketplaces.lazada.offers import LazadaCounter
from marketplaces.publishing import publish
from marketplaces.reading import strict
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


@strict("Lazada")
class Lazada:
    """One shop at Lazada. ``credentials`` is None until its seller has agreed."""

    capabilities = Capabilities(
        max_window=orders.MAX_WINDOW,
        page_size=orders.PAGE_SIZE,
        batch_size=orders.BATCH_SIZE,
        min_overlap=timedelta(minutes=30),
        access_life=timedelta(days=7),
        rate_per_s=5.0,
        push=True,
        needs_category=True,
        needs_picture=True,
        picture_bytes=1_000_000,  # the call's page; a guide says 3 MB
        picture_least_side=330,
        picture_most_side=5_000,
    )

    def __init__(self, http: Client, keys: AppKeys, credentials: Credentials | None, clock: Clock) -> None:
        self._keys = keys
        self._gateway = Gateway(http, keys, credentials, clock)

    def publish(self, offers: Sequence[Offer]) -> list[OfferResult]:
        """Send what differs; a new listing is looked for by SKU before it is made."""
        return publish(LazadaCounter(self._gateway), offers)

    def orders(self, window: Window, progress: str = "") -> Iterator[Page]:
        """By ``updated_at``, oldest first."""
        yield from orders.read_window(self._gateway, window, progress)

    def read_orders(self, ext_order_ids: Sequence[str]) -> Page:
        """Each head by itself, rows fifty orders at a time."""
        return orders.read_orders(self._gateway, ext_order_ids)

    def listings(self) -> Iterator[Listing]:
        """Everything not deleted, one for each SKU."""
        for shown in listings.read_listings(self._gateway):
            yield shown.listing

    def categories(self) -> Iterator[Category]:
        """By their Vietnamese names."""
        yield from listings.read_categories(self._gateway)

    def refresh(self, credentials: Credentials) -> Credentials:
        """The old refresh token may be dead once this returns, and when it fails as ``uncertain``."""
        return tokens.refresh(self._gateway, credentials)

    def authorize_url(self, redirect: str) -> str:
        """Lazada's own page; ``redirect`` must be registered there."""
        return tokens.authorize_url(self._gateway, redirect)

    def exchange(self, code: str, ext_shop_id: str) -> Credentials:
        """``code`` as the browser brought it; the answer names the shop."""
        return tokens.exchange(self._gateway, code, ext_shop_id)

    def verify_push(self, headers: Mapping[str, str], url: str, body: bytes) -> bool:
        """Over our application's number and the raw body; the address is not signed."""
        return pushes.verify(self._keys, headers, body)

    def read_push(self, body: bytes) -> Push:
        """What to read again."""
        return pushes.read(body)
