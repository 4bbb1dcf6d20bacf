"""The shape every adapter has, what it can do, and the one way it fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

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

if TYPE_CHECKING:
    from marketplaces.http import Client

Clock = Callable[[], datetime]

ErrorKind = Literal[
    "expired_token",  # the access token is not accepted: refresh, build the adapter anew, repeat
    "relogin",  # the seller must agree again; refreshing cannot help
    "rate_limit",  # too fast; wait retry_after
    "quota",  # the application's day is used up; wait retry_after
    "unavailable",  # not reached, or it said it cannot answer now; nothing was done there
    "uncertain",  # a change was sent and no good answer came: it may or may not have happened
    "malformed",  # an answer that is not what the reference promises
    "refused",  # the marketplace says no to this very request
    "missing",  # the thing asked for is not there
    "setup",  # keys, address or permission of our application are wrong: a person must look
    "clock",  # our clock and the marketplace's differ too much
]


class MarketplaceError(Exception):
    """Any failure of an adapter.

    ``permanent`` says that repeating cannot help before something changes; ``retry_after`` is seconds
    to wait where known; ``relogin`` that the seller must agree again. ``results`` holds the offers that
    were finished before a publishing run broke off. The message names no token and no buyer.
    """

    def __init__(
        self,
        message: str,
        permanent: bool = False,
        retry_after: float | None = None,
        relogin: bool = False,
        kind: ErrorKind = "unavailable",
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after = retry_after
        self.relogin = relogin or kind == "relogin"
        self.kind = kind
        self.results: tuple[OfferResult, ...] = ()


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a marketplace allows, said beforehand instead of being discovered by failure.

    ``max_window`` is the longest span one request may ask for (adapters split longer ones themselves),
    ``min_overlap`` how far each reading must reach back over the last one, ``batch_size`` how many
    orders one detail request takes, ``rate_per_s`` the pace one shop bears, ``longest_description`` the
    letters a listing's text may have. ``most_pictures`` a new listing may have, and of each picture
    ``picture_bytes`` and ``picture_least_side``, ``picture_most_side`` in pixels. 0: the references do not
    say; the operator may, by the option of that name. Without ``takes_new`` no listing can be made from here.

    Without ``gives_refresh_token``, ``refresh`` asks anew with the application's own keys, as often as
    wanted. ``keys_of_one_shop`` says that these keys open one shop and that no page of the marketplace asks
    its seller: ``authorize_url`` leads straight back, ``exchange`` needs no code, and the settings name the
    cooperative that may connect. With ``event_queue`` the adapter is an
    ``EventQueue``. ``pictures_by_address`` means that nothing can be uploaded: ``Offer.image_ids`` are
    public addresses. Without ``tells_unpaid`` no status says that an order waits for its payment.
    ``is_closed`` means shipped switched off: nothing is called and nobody connects before the operator
    sets the option that the marketplace's page in ``docs/marketplaces`` names. ``currency`` is the one that
    prices are set in there.
    """

    max_window: timedelta
    page_size: int
    batch_size: int
    min_overlap: timedelta
    access_life: timedelta
    rate_per_s: float
    push: bool
    needs_category: bool = False
    needs_picture: bool = False
    rotates_refresh_token: bool = True
    gives_refresh_token: bool = True
    keys_of_one_shop: bool = False
    event_queue: bool = False
    pictures_by_address: bool = False
    tells_unpaid: bool = True
    is_closed: bool = False
    longest_description: int = 0
    most_pictures: int = 0
    picture_bytes: int = 0
    picture_least_side: int = 0
    picture_most_side: int = 0
    takes_new: bool = True
    currency: str = "VND"


class Marketplace(Protocol):
    """One shop at one marketplace. Every method may raise ``MarketplaceError`` and nothing else."""

    capabilities: Capabilities

    def publish(self, offers: Sequence[Offer]) -> list[OfferResult]:
        """Make the listings look like the offers; one result an offer, in their order."""

    def orders(self, window: Window, progress: str = "") -> Iterator[Page]:
        """Every order modified in the window, in pages; one order may come more than once."""

    def read_orders(self, ext_order_ids: Sequence[str]) -> Page:
        """These orders as they are now (after a push, or to try a bad record again)."""

    def listings(self) -> Iterator[Listing]:
        """Everything the shop offers or has paused."""

    def categories(self) -> Iterator[Category]:
        """The marketplace's shelves."""

    def refresh(self, credentials: Credentials) -> Credentials:
        """A new pair of tokens. The old refresh token may be dead at once: store before use."""

    def authorize_url(self, redirect: str) -> str:
        """Where the seller agrees; the marketplace then sends the browser to ``redirect``."""

    def exchange(self, code: str, ext_shop_id: str) -> Credentials:
        """Turn the code brought by the browser into tokens; a code works once."""

    def verify_push(self, headers: Mapping[str, str], url: str, body: bytes) -> bool:
        """Whether this push was signed by the marketplace for ``url`` (as registered there)."""

    def read_push(self, body: bytes) -> Push:
        """What a verified push is about."""


@runtime_checkable
class EventQueue(Protocol):
    """A marketplace that keeps its hints in a queue instead of pushing them."""

    def pull_events(self, bookmark: str) -> Events:
        """The hints after ``bookmark``; an empty bookmark begins."""


class Adapter(Protocol):
    """How every adapter is built; ``capabilities`` are those before any option is set."""

    capabilities: Capabilities

    def __call__(
        self, http: Client, keys: AppKeys, credentials: Credentials | None, clock: Clock
    ) -> Marketplace:
        """``credentials`` is None until the seller has agreed."""
