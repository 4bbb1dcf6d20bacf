"""What an offer says of a product, as TikTok wants it: long titles, HTML, amounts as text."""

from __future__ import annotations

import html

from marketplaces.interface import MarketplaceError
from marketplaces.tiktok.listings import Ware
from marketplaces.values import Offer

TITLE_LETTERS = range(25, 256)
"""How long a title in Vietnam may be."""


def content_of(offer: Offer) -> dict[str, object]:
    """The top-level properties the offer gives; TikTok blanks what is left out inside one."""
    content: dict[str, object] = {}
    if offer.name:
        content["title"] = offer.name
    if offer.description:
        lines = [html.escape(line, quote=False) for line in offer.description.splitlines() if line.strip()]
        content["description"] = "".join(f"<p>{line}</p>" for line in lines)
    if offer.weight_g:
        content["package_weight"] = _weight(offer.weight_g)
    return content


def as_said(offer: Offer, description: str) -> str:
    """What the offer said, where TikTok's description is what ``content_of`` makes of it; else TikTok's."""
    return offer.description if content_of(offer).get("description") == description else description


def changed_content(offer: Offer, ware: Ware) -> dict[str, object]:
    """Those that are otherwise now.

    Raises:
        MarketplaceError: the new title is too short or too long.
    """
    texts = {"title": ware.listing.name, "description": ware.description}
    had: dict[str, object] = {**texts, "package_weight": _weight(ware.weight_g)}
    changed = {name: value for name, value in content_of(offer).items() if value != had[name]}
    if "title" in changed and (reason := bad_title(offer.name)):
        raise MarketplaceError(reason, permanent=True, kind="refused")
    return changed


def bad_title(name: str) -> str:
    """Why TikTok would not take this title; empty when it would."""
    if len(name) in TITLE_LETTERS:
        return ""
    least, most = TITLE_LETTERS[0], TITLE_LETTERS[-1]
    return f"TikTok Shop wants a title of {least} to {most} letters, got {len(name)}: {name[:40]!r}"


def price_of(offer: Offer) -> dict[str, str]:
    """Amounts are texts."""
    return {"amount": str(offer.price_vnd), "currency": "VND"}


def _weight(grams: int) -> dict[str, str]:
    return {"value": f"{grams / 1000:.3f}", "unit": "KILOGRAM"}
