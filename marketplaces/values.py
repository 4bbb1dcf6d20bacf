"""What crosses the border between a marketplace and us: frozen values.

No value has a field for a buyer's name, phone, address or note, so none can be stored by mistake.
Money is integer đồng, weight is grams, every time is aware UTC. Where a marketplace counts in another
currency, its amounts are integers of that currency's smallest unit in fields ending in ``_minor``
(``marketplaces.money``), the fields in đồng hold 0, and whoever keeps exchange rates makes đồng of them.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

OrderStatus = Literal["unpaid", "placed", "completed", "cancelled", "returned", "unmapped"]
ListingStatus = Literal["on_sale", "off_sale", "blocked", "deleted"]
Outcome = Literal["done", "unchanged", "refused", "missing", "unknown"]
PushKind = Literal["order", "authorization", "listing", "other"]
Caution = Literal["", "frozen", "no_detail"]
"""What to tell whoever reads an order: the marketplace froze it; or refuses its lines and sums."""


@dataclass(frozen=True, slots=True)
class AppKeys:
    """Our application at one marketplace.

    ``push_secret`` signs pushes; empty means ``app_secret``. ``auth_url`` is where tokens are asked for;
    empty means ``base_url``. ``options`` answer what the marketplace's references leave open.
    """

    app_id: str
    app_secret: str = field(repr=False)
    base_url: str
    push_secret: str = field(default="", repr=False)
    auth_url: str = ""
    options: tuple[tuple[str, str], ...] = ()

    def option(self, name: str, default: str) -> str:
        """What the operator chose, or the documented default."""
        return dict(self.options).get(name, default)


@dataclass(frozen=True, slots=True)
class Credentials:
    """A seller's permission for one shop. ``refresh_expires_at`` is when the seller must agree again."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    access_expires_at: datetime
    refresh_expires_at: datetime | None
    ext_shop_id: str


@dataclass(frozen=True, slots=True)
class Picture:
    """An image to upload: its file name and its bytes (JPEG or PNG)."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Offer:
    """What one listing shall look like: absolute values, so that sending twice changes nothing.

    Without ``listing_id`` the adapter first looks for ``sku`` in the shop and creates the listing only
    when it is not there. Empty texts and empty pictures leave what the marketplace has. ``category_id``
    and one picture (``image_ids`` already uploaded, or ``pictures``) matter for a new listing only, and
    only where the capabilities say so. ``model_id`` names a variant of the listing. ``ticket`` is what an
    earlier result of this offer gave: then nothing is asked for anew, only what became of that.
    ``price_minor`` is the price in the currency of the capabilities, where that is not đồng; without it the
    price stays as it is.
    """

    sku: str
    name: str
    description: str
    price_vnd: int
    stock: int
    on_sale: bool
    weight_g: int
    listing_id: str | None = None
    model_id: str = ""
    category_id: str = ""
    image_ids: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    ticket: str = ""
    price_minor: int | None = None


@dataclass(frozen=True, slots=True)
class OfferResult:
    """What became of one offer.

    ``done`` the marketplace has it; ``unchanged`` it had it before; ``refused`` it said no (``reason``);
    ``missing`` the listing is gone there; ``unknown`` sent, but neither answer nor reading back told:
    offer again after a few minutes, for a slow marketplace may still be at work. ``ticket`` names a request
    for a new listing that people at the marketplace are looking at; give it back with the offer.
    """

    sku: str
    ext_listing_id: str
    outcome: Outcome
    reason: str = ""
    ticket: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """One thing on sale as the marketplace shows it; one per variant where a listing has variants.

    ``price_minor`` is its price where the marketplace counts in another currency than đồng. ``page_url`` is
    the page where buyers find it, as far as the marketplace itself told (``public_page``); "" otherwise.
    """

    ext_listing_id: str
    sku: str
    name: str
    price_vnd: int
    stock: int
    status: ListingStatus
    ext_model_id: str = ""
    price_minor: int | None = None
    page_url: str = ""

    def has_price_of(self, offer: Offer) -> bool:
        """Whether buyers pay what the offer asks, in the currency the marketplace counts in."""
        if self.price_minor is None:
            return self.price_vnd == offer.price_vnd
        return offer.price_minor in {None, self.price_minor}


@dataclass(frozen=True, slots=True)
class Category:
    """A shelf of the marketplace; only a ``leaf`` may hold listings."""

    ext_category_id: str
    name: str
    parent_id: str
    leaf: bool


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line of an order; the three quantities are units of the listing, the price is for one unit.

    In another currency than đồng the price is ``unit_price_minor``, and ``unit_price_vnd`` is 0.
    """

    ext_line_id: str
    ext_listing_id: str
    ext_model_id: str
    sku: str
    name: str
    quantity: int
    cancelled_quantity: int
    returned_quantity: int
    unit_price_vnd: int
    unit_price_minor: int | None = None

    @property
    def net_quantity(self) -> int:
        """Units neither cancelled nor returned."""
        return self.quantity - self.cancelled_quantity - self.returned_quantity

    @property
    def revenue_vnd(self) -> int:
        """What the net units earn."""
        return self.unit_price_vnd * self.net_quantity

    @property
    def facts(self) -> list[str | int]:
        """Every field that is given, in their order."""
        every = (getattr(self, name) for name in OrderLine.__slots__)
        return [value for value in every if value is not None]


@dataclass(frozen=True, slots=True)
class Order:
    """One order, last changed at ``modified_at`` by the marketplace's clock.

    ``status`` is the adapter's literal table applied to ``status_raw``; a word the table does not know
    is ``unmapped`` and never counted. With the caution ``no_detail`` there are no lines although the order
    has some: the marketplace lists it and refuses to show it.
    """

    ext_order_id: str
    status_raw: str
    status: OrderStatus
    created_at: datetime
    modified_at: datetime
    currency: str
    lines: tuple[OrderLine, ...]
    caution: Caution = ""

    @property
    def payload_hash(self) -> str:
        """SHA-256 over everything but ``modified_at``: equal hashes mean nothing to apply."""
        lines = [line.facts for line in self.lines]
        content = [self.ext_order_id, self.status_raw, self.created_at.isoformat(), self.currency, lines]
        content += [self.caution] if self.caution else []
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A record that could not be read; ``sample`` shows its allowed fields only, as JSON."""

    ext_order_id: str
    reason: str
    sample: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A batch of orders to commit together; giving ``progress`` back resumes after this page."""

    orders: tuple[Order, ...]
    progress: str
    bad: tuple[BadRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class Window:
    """A span of modification times, both ends included; raises ``ValueError`` when naive or reversed."""

    since: datetime
    until: datetime

    def __post_init__(self) -> None:
        if self.since.tzinfo is None or self.until.tzinfo is None:
            raise ValueError(f"a window needs aware times, got {self.since!r} to {self.until!r}")
        if self.since > self.until:
            raise ValueError(f"a window must not end before it begins: {self.since} to {self.until}")

    def split(self, span: timedelta) -> Iterator[Window]:
        """Cut into windows of at most ``span``, oldest first, which touch and leave nothing out."""
        since = self.since
        while self.until - since > span:
            yield Window(since, since + span)
            since += span
        yield Window(since, self.until)

    def slices(self, span: timedelta, after: int | None = None) -> Iterator[tuple[int, int]]:
        """The same in whole epoch seconds, rounded outwards; what lies before ``after`` was read already."""
        since, until = math.floor(self.since.timestamp()), math.ceil(self.until.timestamp())
        if after is not None:
            if after >= until:
                return
            since = after
        step = int(span.total_seconds())
        for start in range(since, max(until, since + 1), step):
            yield start, min(start + step, until)


@dataclass(frozen=True, slots=True)
class Push:
    """A marketplace's hint that something changed: never a fact, only a reason to read again."""

    event_id: str
    kind: PushKind
    ext_shop_id: str
    ext_order_id: str
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Events:
    """Hints pulled from a queue. Keeping ``bookmark`` confirms them, so keep it with what they led to."""

    hints: tuple[Push, ...]
    bookmark: str
