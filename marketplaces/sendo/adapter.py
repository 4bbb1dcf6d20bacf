"""Sendo behind the Marketplace Protocol; the rooms beside this file do the work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from marketplaces.http import Client
from marketplaces.interface import Capabilities, Clock
from marketplaces.publishing import publish
from marketplaces.reading import strict
from marketplaces.sendo import listings, orders, pushes, tokens
from marketplaces.sendo.choices import is_on
from marketplaces.sendo.gateway import Gateway
from marketplaces.sendo.offers import SendoCounter
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


@strict("Sendo")
class Sendo:
    """One shop at Sendo. Switched off until the operator's option says that the service lives."""

    capabilities = Capabilities(
        max_window=timedelta(days=2),  # touches three days at most, which is what one search takes
        page_size=orders.PAGE_SIZE,
        batch_size=1,
        min_overlap=timedelta(minutes=30),
        access_life=tokens.LIFE,
        rate_per_s=2.0,
        push=True,
        needs_category=True,
        needs_picture=True,
        rotates_refresh_token=False,
        gives_refresh_token=False,
        keys_of_one_shop=True,
        pictures_by_address=True,
        tells_unpaid=False,
        is_closed=True,
    )

    def __init__(self, http: Client, keys: AppKeys, credentials: Credentials | None, clock: Clock) -> None:
        self._keys = keys
        self._gateway = Gateway(http, keys, credentials, clock)
        if is_on(keys):
            self.capabilities = replace(Sendo.capabilities, is_closed=False)

    def publish(self, offers: Sequence[Offer]) -> list[OfferResult]:
        """Send what differs, and read it back; a new listing is looked for by SKU before it is made."""
        return publish(SendoCounter(self._gateway), offers)

    def orders(self, window: Window, progress: str = "") -> Iterator[Page]:
        """By the day of the last change, whole days."""
        yield from orders.read_window(self._gateway, window, progress)

    def read_orders(self, ext_order_ids: Sequence[str]) -> Page:
        """One call an order."""
        return orders.read_orders(self._gateway, ext_order_ids)

    def listings(self) -> Iterator[Listing]:
        """Everything not deleted, one for each variant; a call for each product."""
        yield from listings.read_listings(self._gateway)

    def categories(self) -> Iterator[Category]:
        """Level by level."""
        yield from listings.read_categories(self._gateway)

    def refresh(self, credentials: Credentials) -> Credentials:
        """Logs in again; the token before is useless from now on."""
        return tokens.login(self._gateway, credentials.ext_shop_id)

    def authorize_url(self, redirect: str) -> str:
        """Straight back: whoever has the shop's keys is let in."""
        return redirect

    def exchange(self, code: str, ext_shop_id: str) -> Credentials:
        """A token, and the number of the shop these keys belong to; no code is needed."""
        return tokens.login(self._gateway, ext_shop_id)

    def verify_push(self, headers: Mapping[str, str], url: str, body: bytes) -> bool:
        """By the shop's key in the body and the mark in the address; nothing is signed."""
        return is_on(self._keys) and pushes.verify(self._keys, url, body)

    def read_push(self, body: bytes) -> Push:
        """What to read again."""
        return pushes.read(body)
