"""Tiki behind the Marketplace Protocol; the rooms beside this file do the work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from marketplaces.http import Client
from marketplaces.interface import Capabilities, Clock, MarketplaceError
from marketplaces.publishing import publish
from marketplaces.reading import strict
from marketplaces.tiki import events, listings, orders, tokens
from marketplaces.tiki.gateway import Gateway
from marketplaces.tiki.offers import TikiCounter
from marketplaces.values import (
    AppKeys,
    Category,
    Credentials,
    Events,
    Listing,
    Offer,
    OfferResult,
    Page,
    Push,
    Window,
)


@strict("Tiki")
class Tiki:
    """One seller at Tiki, through an in-house application of that seller's."""

    capabilities = Capabilities(
        max_window=timedelta(days=15),
        page_size=50,
        batch_size=1,
        min_overlap=timedelta(minutes=30),
        access_life=timedelta(hours=1),
        rate_per_s=10.0,
        push=False,
        needs_category=True,
        needs_picture=True,
        rotates_refresh_token=False,
        gives_refresh_token=False,
        keys_of_one_shop=True,
        event_queue=True,
        pictures_by_address=True,
    )

    def __init__(self, http: Client, keys: AppKeys, credentials: Credentials | None, clock: Clock) -> None:
        self._http, self._keys, self._clock = http, keys, clock
        self._shop = credentials.ext_shop_id if credentials else ""
        self._gateway = Gateway(http, keys, credentials, clock)

    def publish(self, offers: Sequence[Offer]) -> list[OfferResult]:
        """Send what differs; a new listing is looked for by SKU before it is asked for."""
        return publish(TikiCounter(self._gateway), offers)

    def orders(self, window: Window, progress: str = "") -> Iterator[Page]:
        """By ``updated_at``, oldest first."""
        yield from orders.read_window(self._gateway, window, progress)

    def read_orders(self, ext_order_ids: Sequence[str]) -> Page:
        """One call an order."""
        return orders.read_orders(self._gateway, ext_order_ids)

    def listings(self) -> Iterator[Listing]:
        """One for each product, which is one for each variant."""
        for product in listings.read_products(self._gateway):
            yield product.shown.listing

    def categories(self) -> Iterator[Category]:
        """Only primary ones hold products."""
        yield from listings.read_categories(self._gateway)

    def refresh(self, credentials: Credentials) -> Credentials:
        """Asked for anew with the application's keys; the token before lives on to its end."""
        return tokens.ask(self._gateway, credentials.ext_shop_id)

    def authorize_url(self, redirect: str) -> str:
        """Straight back: the seller agreed when the application was linked to the shop in Tiki's console."""
        return redirect

    def exchange(self, code: str, ext_shop_id: str) -> Credentials:
        """A token, and the number of the shop these keys belong to; no code is needed."""
        fresh = tokens.ask(self._gateway, ext_shop_id)
        return tokens.of_seller(fresh, Gateway(self._http, self._keys, fresh, self._clock))

    def pull_events(self, bookmark: str) -> Events:
        """What happened since the bookmark; keep the new one together with what it led to."""
        return events.pull(self._gateway, bookmark, self._shop)

    def verify_push(self, headers: Mapping[str, str], url: str, body: bytes) -> bool:
        """Tiki pushes nothing about orders, so that nothing is from Tiki."""
        return False

    def read_push(self, body: bytes) -> Push:
        """There is none to read."""
        raise MarketplaceError("Tiki pushes nothing", permanent=True, kind="refused")
