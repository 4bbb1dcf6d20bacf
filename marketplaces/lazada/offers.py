"""Lazada's counter: how listings are looked for, made and changed there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from marketplaces.interface import MarketplaceError
from marketplaces.lazada.errors import kind_of
from marketplaces.lazada.gateway import Gateway
from marketplaces.lazada.listings import find_skus, read_listings
from marketplaces.publishing import Shelf, Shown, changed_content
from marketplaces.reading import MalformedError, Record
from marketplaces.values import Listing, Offer, OfferResult, Outcome

CREATE = "/product/create"
UPDATE = "/product/update"
PRICE_QUANTITY = "/product/price_quantity/update"
DEACTIVATE = "/product/deactivate"
UPLOAD = "/image/upload"
MOST_PICTURES = 8
BOX_CM = "30x20x20"

Step = tuple[str, dict[str, object], str]


class LazadaCounter:
    """One shop's shelf; see ``marketplaces.publishing``."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def look(self, offers: Sequence[Offer]) -> tuple[list[Offer], Shelf]:
        """By the seller's SKU first; the whole shop only for listings that now have another one."""
        names = list(dict.fromkeys(offer.sku for offer in offers if offer.sku))
        had = {shown.listing.ext_listing_id: shown for shown in find_skus(self._gateway, names)}
        by_sku = {shown.listing.sku: number for number, shown in had.items()}
        if any(offer.listing_id and offer.listing_id not in had for offer in offers):
            had |= {shown.listing.ext_listing_id: shown for shown in read_listings(self._gateway)}
        found = [
            replace(offer, listing_id=offer.listing_id or by_sku.get(offer.sku), model_id="")
            for offer in offers
        ]
        return found, {(number, ""): shown for number, shown in had.items()}

    def create(self, offer: Offer) -> OfferResult:
        """A category and a picture are a must. What shall not be on sale is made empty and taken off."""
        if not offer.category_id:
            return OfferResult(offer.sku, "", "refused", "a new listing needs the number of a category")
        if not (offer.image_ids or offer.pictures):
            return OfferResult(offer.sku, "", "refused", "a new listing needs a picture")
        stock = offer.stock if offer.on_sale else 0
        answer = self._gateway.change(CREATE, _product(self._new(offer, stock)))
        if answer is None:
            return OfferResult(offer.sku, "", "done", "rehearsed")
        data = answer.record("data")
        made = [sku.identifier("sku_id") for sku in data.records("sku_list")]
        if len(made) != 1:
            raise MalformedError(f"data.sku_list: expected one SKU, got {len(made)}")
        if not offer.on_sale:
            as_made = Listing(made[0], offer.sku, offer.name, offer.price_vnd, stock, "on_sale")
            shown = Shown(as_made, offer.description, offer.weight_g, data.identifier("item_id"))
            self.bring(replace(offer, listing_id=made[0]), shown)
        return OfferResult(offer.sku, made[0], "done")

    def bring(self, offer: Offer, shown: Shown) -> OfferResult:
        """Off the shelf first, onto the shelf last."""
        number = shown.listing.ext_listing_id
        steps = [step for step in (_content(offer, shown), _figures(offer, shown)) if step]
        if (shown.listing.status == "on_sale") != offer.on_sale:
            steps.insert(len(steps) if offer.on_sale else 0, _flip(offer, shown))
        answers = [self._change(*step) for step in steps]
        rehearsed = any(answer is None for answer in answers)
        outcome: Outcome = "done" if steps else "unchanged"
        return OfferResult(offer.sku, number, outcome, "rehearsed" if rehearsed else "")

    def _change(self, api: str, body: dict[str, object], name: str) -> Record | None:
        """A call may answer well and still name the SKU it could not change."""
        answer = self._gateway.change(api, body, name)
        for fault in answer.records("detail", optional=True) if answer else []:
            kind = kind_of(fault.text("code", default=""))
            reason = fault.text("message", default="no reason given")[:200]
            raise MarketplaceError(f"Lazada: {reason}", permanent=True, kind=kind)
        return answer

    def _new(self, offer: Offer, stock: int) -> dict[str, object]:
        length, width, height = self._box()
        sku = {
            "SellerSku": offer.sku,
            "price": str(offer.price_vnd),
            "quantity": str(stock),
            "package_weight": _kilograms(offer),
            "package_length": length,
            "package_width": width,
            "package_height": height,
        }
        brand = self._gateway.keys.option("brand", "No Brand")
        attributes = {"name": offer.name, "description": offer.description, "brand": brand}
        return {
            "PrimaryCategory": offer.category_id,
            "Images": {"Image": self._images(offer)},
            "Attributes": attributes,
            "Skus": {"Sku": [sku]},
        }

    def _box(self) -> list[str]:
        """Length, width and height in centimetres, which Lazada wants of every parcel."""
        told = self._gateway.keys.option("package_cm", BOX_CM)
        sides = told.split("x")
        if len(sides) != 3 or not all(side.isascii() and side.isdigit() for side in sides):
            message = f"Lazada: package_cm must be length x width x height such as {BOX_CM}, got {told!r}"
            raise MarketplaceError(message, permanent=True, kind="setup")
        return sides

    def _images(self, offer: Offer) -> list[str]:
        images = list(offer.image_ids)
        for picture in offer.pictures[: MOST_PICTURES - len(images)]:
            answer = self._gateway.upload(UPLOAD, picture.name, picture.content)
            images.append(answer.record("data").record("image").text("url") if answer else picture.name)
        return images


def _content(offer: Offer, shown: Shown) -> Step | None:
    changed = changed_content(offer, shown)
    if not changed:
        return None
    sku = {"SkuId": shown.listing.ext_listing_id}
    if "weight_g" in changed:
        sku["package_weight"] = _kilograms(offer)
    wanted = {"name": offer.name, "description": offer.description}
    attributes = {name: text for name, text in wanted.items() if name in changed}
    more = {"Attributes": attributes} if attributes else {}
    return UPDATE, _product({"ItemId": shown.holder, **more, "Skus": {"Sku": [sku]}}), "payload"


def _figures(offer: Offer, shown: Shown) -> Step | None:
    """Price and quantity go in one call; what is left out stays as it is."""
    had = shown.listing
    told = {"ItemId": shown.holder, "SkuId": had.ext_listing_id}
    sku = dict(told)
    if had.price_vnd != offer.price_vnd:
        sku["Price"] = str(offer.price_vnd)
    if had.stock != offer.stock:
        sku["Quantity"] = str(offer.stock)
    return (PRICE_QUANTITY, _product({"Skus": {"Sku": [sku]}}), "payload") if sku != told else None


def _flip(offer: Offer, shown: Shown) -> Step:
    number = shown.listing.ext_listing_id
    if offer.on_sale:
        skus = {"Sku": [{"SkuId": number, "Status": "active"}]}
        return UPDATE, _product({"ItemId": shown.holder, "Skus": skus}), "payload"
    return DEACTIVATE, _product({"ItemId": shown.holder, "Skus": {"SkuId": [number]}}), "apiRequestBody"


def _product(product: dict[str, object]) -> dict[str, object]:
    return {"Request": {"Product": product}}


def _kilograms(offer: Offer) -> str:
    return f"{offer.weight_g / 1000:g}"
