"""Making listings look like our offers: read first, send only what differs, read back what is in doubt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from marketplaces.interface import MarketplaceError
from marketplaces.reading import MalformedError, Record
from marketplaces.shopee.gateway import Gateway
from marketplaces.shopee.listings import Shown, read_listings, read_shown
from marketplaces.values import Offer, OfferResult, Outcome

ADD = "/api/v2/product/add_item"
UPDATE = "/api/v2/product/update_item"
PRICE = "/api/v2/product/update_price"
STOCK = "/api/v2/product/update_stock"
UNLIST = "/api/v2/product/unlist_item"
UPLOAD = "/api/v2/media_space/upload_image"
CHANNELS = "/api/v2/logistics/get_channel_list"
MOST_PICTURES = 9

Shelf = Mapping[tuple[str, str], Shown]


def publish(gateway: Gateway, offers: Sequence[Offer]) -> list[OfferResult]:
    """One result an offer. A failure of the whole shop is raised with the results so far."""
    results: list[OfferResult] = []
    try:
        offers = _find_by_sku(gateway, offers)
        shelf = _shelf(gateway, (offer.listing_id for offer in offers if offer.listing_id))
        for offer in offers:
            results.append(_publish_one(gateway, offer, shelf))
    except MarketplaceError as error:
        error.results = tuple(results)
        raise
    return results


def _find_by_sku(gateway: Gateway, offers: Sequence[Offer]) -> list[Offer]:
    """Shopee takes no idempotency key: an offer sent before, whose answer was lost, is found by its SKU."""
    if all(offer.listing_id for offer in offers):
        return list(offers)
    had = {listing.sku: listing for listing in read_listings(gateway) if listing.sku}
    found = []
    for offer in offers:
        known = None if offer.listing_id else had.get(offer.sku)
        number = known.ext_listing_id if known else offer.listing_id
        model = known.ext_model_id if known else offer.model_id
        found.append(replace(offer, listing_id=number, model_id=model))
    return found


def _publish_one(gateway: Gateway, offer: Offer, shelf: Shelf) -> OfferResult:
    number = offer.listing_id or ""
    try:
        if not number:
            return _create(gateway, offer)
        shown = shelf.get((number, offer.model_id))
        return _bring(gateway, offer, shown) if shown else _absent(offer, shelf)
    except MarketplaceError as error:
        if error.kind == "refused":
            return OfferResult(offer.sku, number, "refused", str(error))
        if error.kind == "missing":
            return OfferResult(offer.sku, number, "missing", str(error))
        if error.kind == "uncertain":
            return _look_again(gateway, offer, str(error))
        raise
    except MalformedError as error:
        return _look_again(gateway, offer, f"Shopee: unreadable {error}")


def _absent(offer: Offer, shelf: Shelf) -> OfferResult:
    variants = sorted(model for number, model in shelf if number == offer.listing_id)
    if variants:
        reason = (
            f"the listing's variants are {', '.join(variants)}; the offer names {offer.model_id or 'none'}"
        )
        return OfferResult(offer.sku, offer.listing_id or "", "refused", reason)
    return OfferResult(offer.sku, offer.listing_id or "", "missing", "the listing is gone")


def _bring(gateway: Gateway, offer: Offer, shown: Shown) -> OfferResult:
    """Send what differs: off the shelf first, onto the shelf last."""
    item, model = int(offer.listing_id or 0), int(offer.model_id or 0)
    steps: list[tuple[str, object]] = []
    if content := _content(offer, shown):
        steps.append((UPDATE, {"item_id": item, **content}))
    if shown.listing.price_vnd != offer.price_vnd:
        price = {"model_id": model, "original_price": offer.price_vnd}
        steps.append((PRICE, {"item_id": item, "price_list": [price]}))
    if shown.listing.stock != offer.stock:
        stock = {"model_id": model, "seller_stock": [{"stock": offer.stock}]}
        steps.append((STOCK, {"item_id": item, "stock_list": [stock]}))
    if (shown.listing.status == "on_sale") != offer.on_sale:
        flip = (UNLIST, {"item_list": [{"item_id": item, "unlist": not offer.on_sale}]})
        steps.insert(len(steps) if offer.on_sale else 0, flip)
    answers = [_change(gateway, path, body) for path, body in steps]
    rehearsed = any(answer is None for answer in answers)
    outcome: Outcome = "done" if steps else "unchanged"
    return OfferResult(offer.sku, str(item), outcome, "rehearsed" if rehearsed else "")


def _content(offer: Offer, shown: Shown) -> dict[str, object]:
    content: dict[str, object] = {}
    if offer.name and offer.name != shown.listing.name:
        content["item_name"] = offer.name
    if offer.description and offer.description != shown.description:
        content["description"] = offer.description
    if offer.weight_g and offer.weight_g != shown.weight_g:
        content["weight"] = offer.weight_g / 1000
    return content


def _change(gateway: Gateway, path: str, body: object) -> Record | None:
    """A batch call answers well even when its only item failed: the reason stands in a list."""
    answer = gateway.change(path, body)
    failures = answer.records("failure_list", optional=True) if answer else []
    for failure in failures:
        reason = failure.text("failed_reason", default="no reason given")[:200]
        raise MarketplaceError(f"Shopee: {reason}", permanent=True, kind="refused")
    return answer


def _create(gateway: Gateway, offer: Offer) -> OfferResult:
    if not (offer.category_id.isascii() and offer.category_id.isdigit()):
        return OfferResult(offer.sku, "", "refused", "a new listing needs the number of a category")
    if not (offer.image_ids or offer.pictures):
        return OfferResult(offer.sku, "", "refused", "a new listing needs a picture")
    body = {
        "item_name": offer.name,
        "description": offer.description,
        "item_sku": offer.sku,
        "category_id": int(offer.category_id),
        "original_price": offer.price_vnd,
        "weight": offer.weight_g / 1000,
        "seller_stock": [{"stock": offer.stock}],
        "image": {"image_id_list": _images(gateway, offer)},
        "logistic_info": _channels(gateway),
        "brand": {"brand_id": 0, "original_brand_name": "No Brand"},
        "item_status": "NORMAL" if offer.on_sale else "UNLIST",
    }
    answer = gateway.change(ADD, body)
    if answer is None:
        return OfferResult(offer.sku, "", "done", "rehearsed")
    return OfferResult(offer.sku, answer.identifier("item_id"), "done")


def _images(gateway: Gateway, offer: Offer) -> list[str]:
    images = list(offer.image_ids)
    for picture in offer.pictures[: MOST_PICTURES - len(images)]:
        answer = gateway.upload(UPLOAD, picture.name, picture.content)
        images.append(answer.record("image_info").identifier("image_id") if answer else picture.name)
    return images


def _channels(gateway: Gateway) -> list[dict[str, object]]:
    """The shop's own carriers, those it has switched on."""
    records = gateway.get(CHANNELS).records("logistics_channel_list")
    return [
        {"logistic_id": record.integer("logistics_channel_id"), "enabled": True}
        for record in records
        if record.flag("enabled", default=False)
    ]


def _look_again(gateway: Gateway, offer: Offer, doubt: str) -> OfferResult:
    """After a change without an answer: what does the shop show now?"""
    try:
        [offer] = _find_by_sku(gateway, [offer])
        number = offer.listing_id or ""
        shown = _shelf(gateway, [number] if number else []).get((number, offer.model_id))
    except (MarketplaceError, MalformedError):
        return OfferResult(offer.sku, offer.listing_id or "", "unknown", doubt)
    if shown and _is_as_wished(offer, shown):
        return OfferResult(offer.sku, number, "done", "read back")
    return OfferResult(offer.sku, number, "unknown", doubt)


def _is_as_wished(offer: Offer, shown: Shown) -> bool:
    had = shown.listing
    same = had.price_vnd == offer.price_vnd and had.stock == offer.stock
    return same and (had.status == "on_sale") == offer.on_sale and not _content(offer, shown)


def _shelf(gateway: Gateway, numbers: Iterable[str]) -> dict[tuple[str, str], Shown]:
    """Listings by number and variant; a number that is no number is on no shelf."""
    asked = [number for number in dict.fromkeys(numbers) if number.isascii() and number.isdigit()]
    return {
        (shown.listing.ext_listing_id, shown.listing.ext_model_id): shown
        for shown in read_shown(gateway, asked)
    }
