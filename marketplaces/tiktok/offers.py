"""TikTok's counter: how products are looked for, made and changed there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace

from marketplaces.interface import MarketplaceError
from marketplaces.publishing import Shelf, Shown
from marketplaces.tiktok.content import as_said, bad_title, content_of, price_of
from marketplaces.tiktok.gateway import Gateway
from marketplaces.tiktok.listings import Ware, find_by_sku, read_product
from marketplaces.tiktok.visit import Visit
from marketplaces.tiktok.warehouses import main_warehouse
from marketplaces.values import Listing, Offer, OfferResult

MOST_PICTURES = 9


class TikTokCounter:
    """One shop's shelf; see ``marketplaces.publishing``."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._wares: dict[tuple[str, str], Ware] = {}

    def look(self, offers: Sequence[Offer]) -> tuple[list[Offer], Shelf]:
        """New offers are looked for by SKU; an offer without a variant means a product's only one."""
        skus = [offer.sku for offer in offers if not offer.listing_id]
        had = find_by_sku(self._gateway, skus) if skus else {}
        found = [_at(offer, had.get(offer.sku)) for offer in offers]
        for offer in {one.listing_id: one for one in found if one.listing_id}.values():
            self._read(offer)
        found = [self._with_model(offer) for offer in found]
        said = {(offer.listing_id, offer.model_id): offer for offer in found}
        return found, {key: _shown(ware, said.get(key)) for key, ware in self._wares.items()}

    def create(self, offer: Offer) -> OfferResult:
        """TikTok reviews it before it is on sale. The key makes a repeated request one."""
        reason = _why_not(offer)
        if reason:
            return OfferResult(offer.sku, "", "refused", reason)
        stock = {"warehouse_id": main_warehouse(self._gateway), "quantity": offer.stock}
        body = {
            **content_of(offer),
            "save_mode": "LISTING",
            "category_id": offer.category_id,
            "main_images": [{"uri": uri} for uri in self._pictures(offer)],
            "skus": [{"seller_sku": offer.sku, "price": price_of(offer), "inventory": [stock]}],
        }
        answer = self._gateway.change("create", {**body, "idempotency_key": _key(offer)})
        if answer is None:
            return OfferResult(offer.sku, "", "done", "rehearsed")
        return OfferResult(offer.sku, answer.identifier("product_id"), "done")

    def bring(self, offer: Offer, shown: Shown) -> OfferResult:
        """See ``visit``."""
        ware = self._wares[offer.listing_id or "", shown.listing.ext_model_id]
        return Visit(self._gateway, offer, ware).bring()

    def _read(self, offer: Offer) -> None:
        """Take a product onto the shelf: one TikTok refuses to show as frozen, an unknown one not."""
        number = offer.listing_id or ""
        self._wares = {key: ware for key, ware in self._wares.items() if key[0] != number}
        if not (number.isascii() and number.isalnum()):
            return
        try:
            wares = read_product(self._gateway, number)
        except MarketplaceError as error:
            if error.kind not in {"missing", "refused"}:
                raise
            frozen = Listing(number, offer.sku, "", 0, 0, "blocked", offer.model_id)
            wares = [Ware(frozen, "FREEZE", "", 0, (), 0)] if error.kind == "refused" else []
        self._wares.update({(number, ware.listing.ext_model_id): ware for ware in wares})

    def _with_model(self, offer: Offer) -> Offer:
        models = [model for number, model in self._wares if number == offer.listing_id]
        return replace(offer, model_id=models[0]) if len(models) == 1 and not offer.model_id else offer

    def _pictures(self, offer: Offer) -> list[str]:
        uris = list(offer.image_ids)
        for picture in offer.pictures[: MOST_PICTURES - len(uris)]:
            answer = self._gateway.upload("upload", picture.name, picture.content)
            uris.append(answer.identifier("uri") if answer else picture.name)
        return uris


def _shown(ware: Ware, offer: Offer | None) -> Shown:
    description = as_said(offer, ware.description) if offer else ware.description
    return Shown(ware.listing, description, ware.weight_g)


def _at(offer: Offer, known: Listing | None) -> Offer:
    if offer.listing_id or known is None:
        return offer
    return replace(offer, listing_id=known.ext_listing_id, model_id=known.ext_model_id)


def _why_not(offer: Offer) -> str:
    if not offer.on_sale:
        return "a new listing is on sale at once: offer it when it is to be sold"
    if not offer.category_id:
        return "a new listing needs the number of a category"
    if not (offer.image_ids or offer.pictures):
        return "a new listing needs a picture"
    if not (offer.weight_g and offer.description):
        return "a new listing needs a weight and a description"
    return bad_title(offer.name)


def _key(offer: Offer) -> str:
    """The same for the same offer, so that TikTok knows a repeated request again."""
    told = [*content_of(offer).items(), offer.sku, offer.category_id, offer.price_vnd, offer.stock]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode(errors="replace")).hexdigest()
