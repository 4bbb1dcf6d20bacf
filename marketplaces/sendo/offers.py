"""Sendo's counter. What its changes answer is not known, so that each is read back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from marketplaces.publishing import Shelf, Shown, changed_content, lacking, picture_addresses
from marketplaces.sendo.gateway import Gateway
from marketplaces.sendo.listings import Raw, Ware, read_wares
from marketplaces.values import Offer, OfferResult

PRODUCT = "product"
PRICES = "product/config/variant-price"

Key = tuple[str, str]


class SendoCounter:
    """One shop's shelf; see ``marketplaces.publishing``."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._wares: dict[Key, Ware] = {}

    def look(self, offers: Sequence[Offer]) -> tuple[list[Offer], Shelf]:
        """Each by its number, or by its SKU, which is unique in a shop. Weights are not compared."""
        found = [self._find(offer) for offer in offers]
        return found, {key: ware.shown for key, ware in self._wares.items()}

    def create(self, offer: Offer) -> OfferResult:
        """A double SKU is refused, so that an offer whose answer was lost is never made twice."""
        if refused := lacking(offer):
            return refused
        if not self._gateway.change("POST", PRODUCT, self._product(offer, picture_addresses(offer))):
            return OfferResult(offer.sku, "", "done", "rehearsed")
        return self._read_back(replace(offer, listing_id=None))

    def bring(self, offer: Offer, shown: Shown) -> OfferResult:
        """A text that differs sends the whole product; else price, stock and availability only."""
        ware = self._wares[shown.listing.ext_listing_id, shown.listing.ext_model_id]
        number = shown.listing.ext_listing_id
        if changed_content(offer, shown):
            sent = self._gateway.change("POST", PRODUCT, _whole(offer, ware))
        elif _is_priced(offer, ware):
            return OfferResult(offer.sku, number, "unchanged")
        else:
            sent = self._gateway.change("PUT", PRICES, [_price(offer, ware)])
        return self._read_back(offer) if sent else OfferResult(offer.sku, number, "done", "rehearsed")

    def _find(self, offer: Offer) -> Offer:
        by = ("id", offer.listing_id) if offer.listing_id else ("sku", offer.sku)
        wares = read_wares(self._gateway, *by)
        for ware in wares:
            had = ware.shown.listing
            self._wares[had.ext_listing_id, had.ext_model_id] = ware
        if offer.listing_id:
            return replace(offer, weight_g=0)
        for ware in wares:
            had = ware.shown.listing
            if had.sku == offer.sku:
                return replace(offer, listing_id=had.ext_listing_id, model_id=had.ext_model_id, weight_g=0)
        return offer

    def _read_back(self, offer: Offer) -> OfferResult:
        offer = self._find(offer)
        number = offer.listing_id or ""
        ware = self._wares.get((number, offer.model_id))
        if ware and _is_priced(offer, ware) and not changed_content(offer, ware.shown):
            return OfferResult(offer.sku, number, "done")
        return OfferResult(offer.sku, number, "unknown", "Sendo took it, and shows something else")

    def _product(self, offer: Offer, pictures: list[str]) -> Raw:
        return {
            "id": 0,
            "name": offer.name,
            "sku": offer.sku,
            "weight": offer.weight_g,
            "description": offer.description,
            "cat_4_id": int(offer.category_id),
            "unit_id": self._gateway.choices.unit_id,
            "avatar": {"picture_url": pictures[0]},
            "pictures": [{"picture_url": address} for address in pictures],
            "attributes": [],
            "is_promotion": False,
            "price": offer.price_vnd,
            "stock_quantity": offer.stock,
            "stock_availability": _wants_available(offer),
        }


def _wants_available(offer: Offer) -> bool:
    """Sendo takes no product as available that has no stock."""
    return offer.on_sale and offer.stock > 0


def _is_priced(offer: Offer, ware: Ware) -> bool:
    had = ware.shown.listing
    same = had.status != "blocked" and had.price_vnd == offer.price_vnd and had.stock == offer.stock
    wanted = offer.on_sale if had.ext_model_id else _wants_available(offer)
    return same and ware.is_available == wanted


def _price(offer: Offer, ware: Ware) -> Raw:
    """An absolute price, stock and availability; of a product with variants all of them, one changed."""
    had = ware.shown.listing
    entry: Raw = {"product_id": int(had.ext_listing_id), "is_config_variant": bool(had.ext_model_id)}
    if had.ext_model_id:
        available = offer.on_sale
        return {**entry, "stock_availability": available, "variants": _variants(offer, ware)}
    return {
        **entry,
        "price": offer.price_vnd,
        "stock_quantity": offer.stock,
        "stock_availability": _wants_available(offer),
    }


def _variants(offer: Offer, ware: Ware) -> list[Raw]:
    told = ware.raw.get("variants")
    variants = [dict(one) for one in told if isinstance(one, dict)] if isinstance(told, list) else []
    for variant in variants:
        if variant.get("variant_attribute_hash") == ware.shown.listing.ext_model_id:
            variant |= {"variant_price": offer.price_vnd, "variant_quantity": offer.stock}
    return variants


def _whole(offer: Offer, ware: Ware) -> Raw:
    """The product as it is, with what the offer gives in its place."""
    priced = {name: value for name, value in _price(offer, ware).items() if name != "product_id"}
    text = {name: value for name in ("name", "description") if (value := getattr(offer, name))}
    return {**ware.raw, **priced, **text, "id": int(ware.shown.listing.ext_listing_id)}
