"""Making listings look like our offers: read first, send only what differs, read back what is in doubt.

The walk is the same at every marketplace; how to look, to create and to change is each one's ``Counter``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from marketplaces.interface import MarketplaceError
from marketplaces.reading import MalformedError
from marketplaces.values import Listing, Offer, OfferResult


@dataclass(frozen=True, slots=True)
class Shown:
    """A listing with what an offer may change besides; ``holder`` is the product it is a variant of."""

    listing: Listing
    description: str
    weight_g: int
    holder: str = ""


Shelf = Mapping[tuple[str, str], Shown]
"""What the shop shows, by listing and variant."""


class Counter(Protocol):
    """One shop as publishing needs it. Every method may raise ``MarketplaceError`` or ``MalformedError``."""

    def look(self, offers: Sequence[Offer]) -> tuple[list[Offer], Shelf]:
        """The offers, each with the listing its SKU was found at, and those listings as they are."""

    def create(self, offer: Offer) -> OfferResult:
        """Make a new listing."""

    def bring(self, offer: Offer, shown: Shown) -> OfferResult:
        """Send what differs."""


def publish(counter: Counter, offers: Sequence[Offer]) -> list[OfferResult]:
    """One result an offer. A failure of the whole shop is raised with the results so far."""
    results: list[OfferResult] = []
    try:
        found, shelf = counter.look(offers)
        for offer in found:
            results.append(_publish_one(counter, offer, shelf))
    except MarketplaceError as error:
        error.results = tuple(results)
        raise
    return results


def changed_content(offer: Offer, shown: Shown) -> frozenset[str]:
    """Which of ``name``, ``description`` and ``weight_g`` the offer gives otherwise than they are."""
    pairs = {
        "name": (offer.name, shown.listing.name),
        "description": (offer.description, shown.description),
        "weight_g": (offer.weight_g, shown.weight_g),
    }
    return frozenset(name for name, (wanted, had) in pairs.items() if wanted and wanted != had)


def picture_addresses(offer: Offer) -> list[str]:
    """The offer's pictures that lie at a public address, for shops that fetch them themselves."""
    return [address for address in offer.image_ids if address.startswith(("https://", "http://"))]


def lacking(offer: Offer) -> OfferResult | None:
    """Why a new listing cannot be made: no category's number, no picture's address; None when it can."""
    if not (offer.category_id.isascii() and offer.category_id.isdigit()):
        return OfferResult(offer.sku, "", "refused", "a new listing needs the number of a category")
    if not picture_addresses(offer):
        return OfferResult(offer.sku, "", "refused", "a new listing needs a picture's public address")
    return None


def _publish_one(counter: Counter, offer: Offer, shelf: Shelf) -> OfferResult:
    number = offer.listing_id or ""
    try:
        if not number:
            return counter.create(offer)
        shown = shelf.get((number, offer.model_id))
        return counter.bring(offer, shown) if shown else _absent(offer, shelf)
    except MarketplaceError as error:
        if error.kind == "refused":
            return OfferResult(offer.sku, number, "refused", str(error))
        if error.kind == "missing":
            return OfferResult(offer.sku, number, "missing", str(error))
        if error.kind == "uncertain":
            return _look_again(counter, offer, str(error))
        raise
    except MalformedError as error:
        return _look_again(counter, offer, f"unreadable {error}")


def _absent(offer: Offer, shelf: Shelf) -> OfferResult:
    number = offer.listing_id or ""
    variants = sorted(model for listing, model in shelf if listing == number)
    if not variants:
        return OfferResult(offer.sku, number, "missing", "the listing is gone")
    reason = f"the listing's variants are {', '.join(variants)}; the offer names {offer.model_id or 'none'}"
    return OfferResult(offer.sku, number, "refused", reason)


def _look_again(counter: Counter, offer: Offer, doubt: str) -> OfferResult:
    """After a change without an answer: what does the shop show now?"""
    try:
        [offer], shelf = counter.look([offer])
    except (MarketplaceError, MalformedError):
        return OfferResult(offer.sku, offer.listing_id or "", "unknown", doubt)
    number = offer.listing_id or ""
    shown = shelf.get((number, offer.model_id))
    if shown and _is_as_wished(offer, shown):
        return OfferResult(offer.sku, number, "done", "read back")
    return OfferResult(offer.sku, number, "unknown", doubt)


def _is_as_wished(offer: Offer, shown: Shown) -> bool:
    had = shown.listing
    same = had.has_price_of(offer) and had.stock == offer.stock
    return same and (had.status == "on_sale") == offer.on_sale and not changed_content(offer, shown)
