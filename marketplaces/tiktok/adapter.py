"""TikTok Shop behind the Marketplace Protocol; the rooms beside this file do the work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from marketplaces.http import Client
from marketplaces.interface import Capabilities, Clock, MarketplaceError
from marketplaces.publishing import publish
from marketplaces.reading import strict
from marketplaces.tiktok import listings, orders, pushes, sources, tokens
from marketplaces.tiktok.gateway import Gateway
from marketplaces.tiktok.offers import TikTokCounter
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


@strict("TikTok Shop")
class TikTok:
    """One shop at TikTok Shop. ``credentials`` is None until its seller has agreed."""

    capabilities = Capabilities(
        max_window=orders.MAX_WINDOW,
        page_size=orders.PAGE_SIZE,
        batch_size=sources.BATCH_SIZE,
        min_overlap=timedelta(minutes=30),
        access_life=timedelta(days=7),
        rate_per_s=1.0,
        push=True,
        needs_category=True,
        needs_picture=True,
        most_pictures=9,
        picture_bytes=10_000_000,
        picture_least_side=300,
        picture_most_side=4_000,
    )

    def __init__(self, http: Client, keys: AppKeys, credentials: Credentials | None, clock: Clock) -> None:
        self._keys = keys
        self._gateway = Gateway(http, keys, credentials, clock)
        self.capabilities = replace(type(self).capabilities, rate_per_s=_rate(keys))

    def publish(self, offers: Sequence[Offer]) -> list[OfferResult]:
        """Send what differs; a new listing is looked for by SKU before it is made."""
        return publish(TikTokCounter(self._gateway), offers)

    def orders(self, window: Window, progress: str = "") -> Iterator[Page]:
        """By the time of change of orders, of cancellations and of returns."""
        yield from orders.read_window(self._gateway, window, progress)

    def read_orders(self, ext_order_ids: Sequence[str]) -> Page:
        """Details, fifty at a time, with what was returned of them."""
        return orders.read_orders(self._gateway, ext_order_ids)

    def listings(self) -> Iterator[Listing]:
        """Everything not deleted, one for each SKU."""
        yield from listings.read_listings(self._gateway)

    def categories(self) -> Iterator[Category]:
        """By their Vietnamese names."""
        yield from listings.read_categories(self._gateway)

    def refresh(self, credentials: Credentials) -> Credentials:
        """Take the old refresh token for dead once this returns, and when it fails as ``uncertain``."""
        return tokens.refresh(self._gateway, credentials)

    def authorize_url(self, redirect: str) -> str:
        """The seller comes back to where the application's console says; only ``state`` travels along."""
        return tokens.authorize_url(self._gateway, redirect)

    def exchange(self, code: str, ext_shop_id: str) -> Credentials:
        """``code`` as the browser brought it; which shop it is good for is asked for."""
        return tokens.exchange(self._gateway, code, ext_shop_id)

    def verify_push(self, headers: Mapping[str, str], url: str, body: bytes) -> bool:
        """Over the application's key and the raw body; ``url`` is not signed."""
        return pushes.verify(self._keys, headers, body)

    def read_push(self, body: bytes) -> Push:
        """What to read again."""
        return pushes.read(body)


def _rate(keys: AppKeys) -> float:
    """Calls a second of one kind for one shop: TikTok's quota moves, so that an operator may say it."""
    said = keys.option("rate_per_s", "1")
    try:
        rate = float(said)
    except ValueError:
        rate = 0.0
    if not 0.01 <= rate <= 100:
        message = f"TikTok Shop: rate_per_s must be a number from 0.01 to 100, got {said!r}"
        raise MarketplaceError(message, permanent=True, kind="setup")
    return rate
