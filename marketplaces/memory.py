"""A marketplace inside the process: for demonstrations, and for tests of everything above the adapters.

``world(base_url)`` is the marketplace itself, one for each base address such as ``memory:demo``; the
adapter ``Memory`` sees one shop of it through tokens that expire and rotate like a real one's.
"""

from __future__ import annotations

import hmac
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from urllib.parse import quote

from marketplaces.http import Client
from marketplaces.interface import Capabilities, Clock, ErrorKind, MarketplaceError
from marketplaces.reading import Record, header, parse, strict
from marketplaces.values import (
    AppKeys,
    Category,
    Credentials,
    Listing,
    Offer,
    OfferResult,
    Order,
    OrderLine,
    OrderStatus,
    Page,
    Push,
    Window,
)

ACCESS_LIFE = timedelta(hours=4)
REFRESH_LIFE = timedelta(days=30)
STATUSES: dict[str, OrderStatus] = {
    "unpaid": "unpaid",
    "placed": "placed",
    "completed": "completed",
    "cancelled": "cancelled",
    "returned": "returned",
}


@dataclass(slots=True)
class World:
    """The marketplace's own state; ``failures`` are raised by the next calls, one each."""

    listings: dict[tuple[str, str], Listing] = field(default_factory=dict)
    orders: dict[tuple[str, str], Order] = field(default_factory=dict)
    access: dict[str, str] = field(default_factory=dict)
    refresh: dict[str, str] = field(default_factory=dict)
    failures: list[ErrorKind] = field(default_factory=list)
    page_size: int = 50
    lock: threading.RLock = field(default_factory=threading.RLock)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def open_shop(self, shop: str, now: datetime) -> Credentials:
        """A new pair of tokens for the shop; its earlier ones are dead."""
        with self.lock:
            number = next(self.numbers)
            self.access[shop] = f"access-{number}"
            self.refresh[shop] = f"refresh-{number}"
            return Credentials(
                self.access[shop], self.refresh[shop], now + ACCESS_LIFE, now + REFRESH_LIFE, shop
            )

    def place(
        self,
        shop: str,
        lines: Sequence[tuple[str, int]],
        at: datetime,
        status: str = "placed",
        order: str = "",
    ) -> Order:
        """A buyer orders ``(listing id, quantity)`` pairs at the listings' prices."""
        with self.lock:
            ordered = tuple(
                _line(str(place), self.listings[shop, listing], quantity)
                for place, (listing, quantity) in enumerate(lines, start=1)
            )
            identifier = order or f"M{next(self.numbers):08d}"
            placed = Order(identifier, status, _class_of(status), at, at, "VND", ordered)
            self.orders[shop, identifier] = placed
            return placed

    def change(self, shop: str, order: str, status: str, at: datetime) -> Order:
        """The order's status is now ``status``."""
        with self.lock:
            changed = replace(
                self.orders[shop, order], status_raw=status, status=_class_of(status), modified_at=at
            )
            self.orders[shop, order] = changed
            return changed


@cache
def world(base_url: str) -> World:
    """The world behind one base address, the same one each time."""
    return World()


@strict("memory")
class Memory:
    """The adapter over a ``World``; ``http`` is not used."""

    capabilities = Capabilities(
        max_window=timedelta(days=15),
        page_size=50,
        batch_size=50,
        min_overlap=timedelta(0),
        access_life=ACCESS_LIFE,
        rate_per_s=1000.0,
        push=True,
    )

    def __init__(self, http: Client, keys: AppKeys, credentials: Credentials | None, clock: Clock) -> None:
        self._keys = keys
        self._credentials = credentials
        self._clock = clock
        self._world = world(keys.base_url)

    def publish(self, offers: Sequence[Offer]) -> list[OfferResult]:
        """One result an offer; nothing here is refused for want of a category or a picture."""
        with self._world.lock:
            shop = self._enter()
            return [self._publish(shop, offer) for offer in offers]

    def orders(self, window: Window, progress: str = "") -> Iterator[Page]:
        """Orders by modification time, then by number; the progress is the last one given."""
        with self._world.lock:
            shop = self._enter()
            found = sorted(
                (order.modified_at, order.ext_order_id, order)
                for (owner, _), order in self._world.orders.items()
                if owner == shop and window.since <= order.modified_at <= window.until
            )
        left = [
            (key, order) for at, number, order in found if (key := f"{at.isoformat()} {number}") > progress
        ]
        for start in range(0, len(left), self._world.page_size):
            page = left[start : start + self._world.page_size]
            yield Page(tuple(order for _, order in page), page[-1][0])

    def read_orders(self, ext_order_ids: Sequence[str]) -> Page:
        """An unknown number raises ``missing``."""
        with self._world.lock:
            shop = self._enter()
            try:
                return Page(tuple(self._world.orders[shop, number] for number in ext_order_ids), "")
            except KeyError as absent:
                raise MarketplaceError(f"no order {absent}", permanent=True, kind="missing") from None

    def listings(self) -> Iterator[Listing]:
        """Everything of the shop, oldest first."""
        with self._world.lock:
            shop = self._enter()
            yield from [listing for (owner, _), listing in self._world.listings.items() if owner == shop]

    def categories(self) -> Iterator[Category]:
        """One shelf."""
        self._enter()
        yield Category("1", "Nông sản", "", leaf=True)

    def refresh(self, credentials: Credentials) -> Credentials:
        """A refresh token works once."""
        with self._world.lock:
            shop = credentials.ext_shop_id
            if self._world.refresh.get(shop) != credentials.refresh_token:
                raise MarketplaceError("this refresh token was used before", permanent=True, kind="relogin")
            return self._world.open_shop(shop, self._clock())

    def authorize_url(self, redirect: str) -> str:
        """Straight back, with a code that ``exchange`` takes."""
        return f"{redirect}{'&' if '?' in redirect else '?'}code=agreed&shop_id={quote(self._keys.app_id)}"

    def exchange(self, code: str, ext_shop_id: str) -> Credentials:
        """Any shop may agree with the code of ``authorize_url``."""
        if code != "agreed":
            raise MarketplaceError("this code is not known", permanent=True, kind="relogin")
        return self._world.open_shop(ext_shop_id, self._clock())

    def verify_push(self, headers: Mapping[str, str], url: str, body: bytes) -> bool:
        """The header ``Authorization`` holds HMAC-SHA256 over the address, a bar and the body, in hex."""
        key = (self._keys.push_secret or self._keys.app_secret).encode()
        expected = hmac.new(key, url.encode() + b"|" + body, "sha256").hexdigest()
        return hmac.compare_digest(expected.encode(), header(headers, "Authorization").encode())

    def read_push(self, body: bytes) -> Push:
        """``{"id", "shop", "order", "at"}``, the time in epoch seconds."""
        record = Record(parse(body), "push")
        shop, order = record.identifier("shop"), record.identifier("order")
        return Push(record.identifier("id"), "order", shop, order, record.moment("at"))

    def _enter(self) -> str:
        """The shop these credentials open."""
        if self._world.failures:
            kind = self._world.failures.pop(0)
            raise MarketplaceError(f"made to fail: {kind}", kind=kind)
        held = self._credentials
        if held is None:
            raise MarketplaceError("no seller has agreed yet", permanent=True, kind="relogin")
        if self._world.access.get(held.ext_shop_id) != held.access_token:
            raise MarketplaceError("the access token is not accepted", kind="expired_token")
        return held.ext_shop_id

    def _publish(self, shop: str, offer: Offer) -> OfferResult:
        shelf = self._world.listings
        by_sku = (number for (owner, number), had in shelf.items() if owner == shop and had.sku == offer.sku)
        number = offer.listing_id or next(by_sku, None)
        before = shelf.get((shop, number)) if number else None
        if number and before is None:
            return OfferResult(offer.sku, number, "missing", "no such listing")
        number = number or f"L{next(self._world.numbers):06d}"
        wanted = Listing(
            number,
            offer.sku,
            offer.name,
            offer.price_vnd,
            offer.stock,
            "on_sale" if offer.on_sale else "off_sale",
        )
        shelf[shop, number] = wanted
        return OfferResult(offer.sku, number, "unchanged" if before == wanted else "done")


def _class_of(status: str) -> OrderStatus:
    return STATUSES.get(status, "unmapped")


def _line(number: str, listing: Listing, quantity: int) -> OrderLine:
    return OrderLine(
        number, listing.ext_listing_id, "", listing.sku, listing.name, quantity, 0, 0, listing.price_vnd
    )
