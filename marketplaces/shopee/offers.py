"""Shopee's counter: how listings are looked for, made and changed there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from marketplaces.interface import MarketplaceError
from marketplaces.publishing import Shelf, Shown, changed_content
from marketplaces.reading import Record
from marketplaces.shopee.gateway import Gateway
from marketplaces.shopee.listings import read_listings, read_shown
from marketplaces.values import Offer, OfferResult, Outcome

ADD = "/api/v2/product/add_item"
UPDATE = "/api/v2/product/update_item"
PRICE = "/api/v2/product/update_price"
STOCK = "/api/v2/product/update_stock"
UNLIST = "/api/v2/product/unlist_item"
UPLOAD = "/api/v2/media_space/upload_image"
CHANNELS = "/api/v2/logistics/get_channel_list"
MOST_PICTURES = 9


class ShopeeCounter:
    """One shop's shelf; see ``marketplaces.publishing``."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def look(self, offers: Sequence[Offer]) -> tuple[list[Offer], Shelf]:
        """Without a listing by SKU: Shopee takes no idempotency key, and an answer may have been lost."""
        found = list(offers)
        if not all(offer.listing_id for offer in offers):
            had = {listing.sku: listing for listing in read_listings(self._gateway) if listing.sku}
            found = [
                replace(offer, listing_id=known.ext_listing_id, model_id=known.ext_model_id)
                if not offer.listing_id and (known := had.get(offer.sku))
                else offer
                for offer in offers
            ]
        return found, self._shelf(offer.listing_id for offer in found if offer.listing_id)

    def create(self, offer: Offer) -> OfferResult:
        """A category and a picture are a must."""
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
            "image": {"image_id_list": self._images(offer)},
            "logistic_info": self._channels(),
            "brand": {"brand_id": 0, "original_brand_name": "No Brand"},
            "item_status": "NORMAL" if offer.on_sale else "UNLIST",
        }
        answer = self._gateway.change(ADD, body)
        if answer is None:
            return OfferResult(offer.sku, "", "done", "rehearsed")
        return OfferResult(offer.sku, answer.identifier("item_id"), "done")

    def bring(self, offer: Offer, shown: Shown) -> OfferResult:
        """Off the shelf first, onto the shelf last."""
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
        answers = [self._change(path, body) for path, body in steps]
        rehearsed = any(answer is None for answer in answers)
        outcome: Outcome = "done" if steps else "unchanged"
        return OfferResult(offer.sku, str(item), outcome, "rehearsed" if rehearsed else "")

    def _change(self, path: str, body: object) -> Record | None:
        """A batch call answers well even when its only item failed: the reason stands in a list."""
        answer = self._gateway.change(path, body)
        failures = answer.records("failure_list", optional=True) if answer else []
        for failure in failures:
            reason = failure.text("failed_reason", default="no reason given")[:200]
            raise MarketplaceError(f"Shopee: {reason}", permanent=True, kind="refused")
        return answer

    def _images(self, offer: Offer) -> list[str]:
        images = list(offer.image_ids)
        for picture in offer.pictures[: MOST_PICTURES - len(images)]:
            answer = self._gateway.upload(UPLOAD, picture.name, picture.content)
            images.append(answer.record("image_info").identifier("image_id") if answer else picture.name)
        return images

    def _channels(self) -> list[dict[str, object]]:
        """The shop's own carriers, those it has switched on."""
        records = self._gateway.get(CHANNELS).records("logistics_channel_list")
        return [
            {"logistic_id": record.integer("logistics_channel_id"), "enabled": True}
            for record in records
            if record.flag("enabled", default=False)
        ]

    def _shelf(self, numbers: Iterable[str]) -> Shelf:
        """Listings by number and variant; a number that is no number is on no shelf."""
        asked = [number for number in dict.fromkeys(numbers) if number.isascii() and number.isdigit()]
        return {
            (shown.listing.ext_listing_id, shown.listing.ext_model_id): shown
            for shown in read_shown(self._gateway, asked)
        }


def _content(offer: Offer, shown: Shown) -> dict[str, object]:
    changed = changed_content(offer, shown)
    told: dict[str, tuple[str, object]] = {
        "name": ("item_name", offer.name),
        "description": ("description", offer.description),
        "weight_g": ("weight", offer.weight_g / 1000),
    }
    return dict(told[name] for name in told if name in changed)
