"""Alibaba.com behind the Marketplace Protocol; the rooms beside this file do the work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from marketplaces.alibaba import listings, orders, pushes, tokens
from marketplaces.alibaba.gateway import Gateway
from marketplaces.alibaba.offers import AlibabaCounter
from marketplaces.http import Client
from marketplaces.interface import Capabilities, Clock
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


@strict("Alibaba.com")
class Alibaba:
    """One shop at Alibaba.com. ``credentials`` is None until its seller has agreed."""

    capabilities = Capabilities(
        max_window=orders.MAX_WINDOW,
        page_size=orders.PAGE_SIZE,
        batch_size=1,
        min_overlap=timedelta(minutes=30),
        access_life=timedelta(days=1),
        rate_per_s=2.0,
        push=True,
        needs_category=True,
        needs_picture=True,
        pictures_by_address=True,
        currency=listings.CURRENCY,
    )

    def __init__(self, http: Client, keys: AppKeys, credentials: Credentials | None, clock: Clock) -> None:
        self._keys = keys
        self._gateway = Gateway(http, keys, credentials, clock)

    def publish(self, offers: Sequence[Offer]) -> list[OfferResult]:
        """Send what differs; a new listing is looked for by our key before it is made."""
        return publish(AlibabaCounter(self._gateway), offers)

    def orders(self, window: Window, progress: str = "") -> Iterator[Page]:
        """By time of change, the list's pages until they are still, then one detail an order."""
        yield from orders.read_window(self._gateway, window, progress)

    def read_orders(self, ext_order_ids: Sequence[str]) -> Page:
        """One call each."""
        return orders.read_orders(self._gateway, ext_order_ids)

    def listings(self) -> Iterator[Listing]:
        """Everything not deleted, one for each product or SKU."""
        for shown in listings.read_listings(self._gateway):
            yield shown.listing

    def categories(self) -> Iterator[Category]:
        """Level by level, below the shelf that the option ``category_root`` names."""
        yield from listings.read_categories(self._gateway)

    def refresh(self, credentials: Credentials) -> Credentials:
        """The old refresh token may be dead once this returns, and when it fails as ``uncertain``."""
        return tokens.refresh(self._gateway, credentials)

    def authorize_url(self, redirect: str) -> str:
        """Alibaba.com's own page; ``redirect`` must be registered with the application."""
        return tokens.authorize_url(self._gateway, redirect)

    def exchange(self, code: str, ext_shop_id: str) -> Credentials:
        """``code`` as the browser brought it; the answer names the seller."""
        return tokens.exchange(self._gateway, code, ext_shop_id)

    def verify_push(self, headers: Mapping[str, str], url: str, body: bytes) -> bool:
        """Over our application's number and the raw body; the address is not signed."""
        return pushes.verify(self._keys, headers, body)

    def read_push(self, body: bytes) -> Push:
        """What to read again."""
        return pushes.read(body)
