"""Alibaba.com's counter: how listings are looked for, made and changed there. Prices are sent in dollars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from marketplaces.alibaba.gateway import Gateway, as_json
from marketplaces.alibaba.listings import CURRENCY, LANGUAGE, Product, find_products, read_product
from marketplaces.interface import MarketplaceError
from marketplaces.money import from_minor
from marketplaces.publishing import Shelf, Shown, changed_content, lacking, picture_addresses
from marketplaces.reading import MalformedError
from marketplaces.values import Listing, Offer, OfferResult, Outcome

CREATE = "/alibaba/icbu/product/listing/v2"
UPDATE = "/alibaba/icbu/product/update/v2"
PRICE = "/icbu/product/edit-price"
INVENTORY = "/icbu/product/edit-inventory"
STATUS = "/alibaba/icbu/product/batch/update/status"
MOST_PICTURES = 6

Step = tuple[str, Mapping[str, str]]


class AlibabaCounter:
    """One shop's shelf; see ``marketplaces.publishing``."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._products: dict[str, Product] = {}

    def look(self, offers: Sequence[Offer]) -> tuple[list[Offer], Shelf]:
        """By number where it is known, else by our own key."""
        self._products = {}
        found = [self._find(offer) for offer in offers]
        shelf = {
            (number, shown.listing.ext_model_id): shown
            for number, product in self._products.items()
            for shown in product.shown
        }
        return found, shelf

    def create(self, offer: Offer) -> OfferResult:
        """The answer is the product's number; its review goes on afterwards."""
        refusal = lacking(offer)
        if refusal:
            return refusal
        if offer.price_minor is None:
            return OfferResult(offer.sku, "", "refused", f"no exchange rate gives its price in {CURRENCY}")
        answer = self._gateway.change(CREATE, product_info=as_json(self._new(offer)))
        if answer is None:
            return OfferResult(offer.sku, "", "done", "rehearsed")
        number = answer.identifier("data")
        if not offer.on_sale:
            self._send(*_flip(number, on_sale=False))
        return OfferResult(offer.sku, number, "done")

    def bring(self, offer: Offer, shown: Shown) -> OfferResult:
        """Off the shelf first, onto the shelf last."""
        had = shown.listing
        steps = [
            step for step in (_content(offer, shown), self._price(offer, had), _stock(offer, had)) if step
        ]
        if (had.status == "on_sale") != offer.on_sale:
            flip = _flip(had.ext_listing_id, on_sale=offer.on_sale)
            steps.insert(len(steps) if offer.on_sale else 0, flip)
        sent = [self._send(*step) for step in steps]
        refusal = self._why_not_price(offer, had)
        if refusal:
            return OfferResult(offer.sku, had.ext_listing_id, "refused", refusal)
        outcome: Outcome = "done" if steps else "unchanged"
        return OfferResult(offer.sku, had.ext_listing_id, outcome, "" if all(sent) else "rehearsed")

    def _find(self, offer: Offer) -> Offer:
        if offer.listing_id:
            if offer.listing_id not in self._products:
                product = read_product(self._gateway, offer.listing_id)
                self._products |= {product.number: product} if product else {}
            return offer
        for product in find_products(self._gateway, offer.sku):
            for shown in product.shown:
                if shown.listing.sku == offer.sku:
                    self._products[product.number] = product
                    model = shown.listing.ext_model_id
                    return replace(offer, listing_id=product.number, model_id=model)
        return offer

    def _send(self, api: str, given: Mapping[str, str]) -> bool:
        """Whether it was sent at all; a change of the shelf also says which products it reached."""
        answer = self._gateway.change(api, **given)
        if answer is not None and api == STATUS:
            reached = [str(number) for number in answer.items("updated_product_ids")]
            if given["product_id_list"] != f"[{','.join(reached)}]":
                message = f"Alibaba.com: {given['action']} did not reach the product"
                raise MarketplaceError(message, permanent=True, kind="refused")
        return answer is not None

    def _why_not_price(self, offer: Offer, had: Listing) -> str:
        """Why the price stays as it is although another is wished; all else was sent all the same."""
        steps = self._products[had.ext_listing_id].steps
        if had.has_price_of(offer) or had.ext_model_id or len(steps) == 1:
            return ""
        return f"its price has {len(steps)} steps, or is a range: set it at Alibaba.com"

    def _price(self, offer: Offer, had: Listing) -> Step | None:
        if had.has_price_of(offer) or self._why_not_price(offer, had):
            return None
        price, number = _dollars(offer), had.ext_listing_id
        if had.ext_model_id:
            given = {"sku_price": as_json([{"sku_id": _figure(had.ext_model_id), "price": price}])}
        else:
            given = {"price": as_json(_tiered(price, self._products[number].steps[0]))}
        return PRICE, {"product_id": number, **given}

    def _new(self, offer: Offer) -> dict[str, object]:
        option = self._gateway.keys.option
        pictures = [{"image_url": address} for address in picture_addresses(offer)[:MOST_PICTURES]]
        template = option("shipping_template_id", "")
        logistics = {"shipping_template_id": template, "weight": f"{offer.weight_g / 1000:g}"}
        return {
            "basic_info": {
                "title": offer.name,
                "description": offer.description,
                "keywords": offer.name,
                "language": option(*LANGUAGE),
                "product_image": pictures,
                "model_number": offer.sku,
            },
            "category_info": {"category_id": _figure(offer.category_id)},
            "trade_info": {
                "price": _tiered(_dollars(offer), 1),
                "inventory": offer.stock,
                "moq": 1,
                "unit": option("unit", "Piece"),
            },
            "logistics_info": {name: text for name, text in logistics.items() if text not in {"", "0"}},
        }


def _content(offer: Offer, shown: Shown) -> Step | None:
    changed = changed_content(offer, shown)
    if not changed:
        return None
    basic: dict[str, object] = {"product_id": _figure(shown.listing.ext_listing_id)}
    texts = {"name": ("title", offer.name), "description": ("description", offer.description)}
    basic |= {theirs: text for name, (theirs, text) in texts.items() if name in changed}
    product: dict[str, object] = {"basic_info": basic}
    if "weight_g" in changed:
        product["logistics_info"] = {"weight": f"{offer.weight_g / 1000:g}"}
    return UPDATE, {"product_info": as_json(product)}


def _stock(offer: Offer, had: Listing) -> Step | None:
    """Absolute, by the one of the two parameters that fits: both at once are refused."""
    if had.stock == offer.stock:
        return None
    if had.ext_model_id:
        skus = [{"sku_id": _figure(had.ext_model_id), "inventory": offer.stock}]
        return INVENTORY, {"product_id": had.ext_listing_id, "sku_inventory": as_json(skus)}
    return INVENTORY, {"product_id": had.ext_listing_id, "inventory": str(offer.stock)}


def _flip(number: str, *, on_sale: bool) -> Step:
    """The whole product, with all its SKUs."""
    return STATUS, {"product_id_list": f"[{number}]", "action": "online" if on_sale else "offline"}


def _tiered(price: str, quantity: int) -> dict[str, object]:
    steps = [{"quantity": quantity, "price": price}]
    return {"price_type": "TIERED", "currency": CURRENCY, "tiered_price": steps}


def _dollars(offer: Offer) -> str:
    if offer.price_minor is None:
        raise MalformedError(f"offer {offer.sku}: no price in {CURRENCY}")
    return str(from_minor(offer.price_minor, CURRENCY))


def _figure(text: str) -> int | str:
    """A number as a number, as the documentation wants them inside of JSON."""
    return int(text) if text.isascii() and text.isdigit() else text
