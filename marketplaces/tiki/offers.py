"""Tiki's counter: price, stock and shelf go through at once; new products and new texts are requests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from marketplaces.interface import MarketplaceError
from marketplaces.publishing import Shelf, Shown, changed_content, lacking, picture_addresses
from marketplaces.tiki import reviews
from marketplaces.tiki.gateway import Gateway
from marketplaces.tiki.listings import Product, read_product, read_products
from marketplaces.tiki.warehouses import read_warehouses, spread_of
from marketplaces.values import Offer, OfferResult, Outcome

UPDATE = "products/updateSku"
REQUESTS = "requests"
REWRITE = "requests/updateProductInfo"


class TikiCounter:
    """One shop's shelf; see ``marketplaces.publishing``."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._products: dict[str, Product] = {}
        self._warehouses: list[int] = []

    def look(self, offers: Sequence[Offer]) -> tuple[list[Offer], Shelf]:
        """The whole shelf: it is short, and one call brings fifty. What it does not show is not compared."""
        products = {one.shown.listing.ext_listing_id: one for one in read_products(self._gateway)}
        by_sku = {one.shown.listing.sku: number for number, one in products.items()}
        found = []
        for offer in offers:
            number = offer.listing_id or by_sku.get(offer.sku)
            if number and number in products and offer.description:
                products[number] = self._described(number, products[number])
            found.append(_comparable(replace(offer, listing_id=number), products.get(number or "")))
        self._products = products
        return found, {(number, ""): product.shown for number, product in products.items()}

    def _described(self, number: str, product: Product) -> Product:
        """Lists leave the description out."""
        text = read_product(self._gateway.get(f"products/{number}")).shown.description
        return replace(product, shown=replace(product.shown, description=text))

    def create(self, offer: Offer) -> OfferResult:
        """A request, unless one about this SKU is being looked at or the offer brings its ticket."""
        if refused := lacking(offer):
            return refused
        outcome, reason, ticket = self._ask(offer)
        if outcome != "done" or reason:
            return OfferResult(offer.sku, "", outcome, reason, ticket if outcome == "unknown" else "")
        [found], _ = self.look([replace(offer, listing_id=None)])
        if found.listing_id:
            return OfferResult(offer.sku, found.listing_id, "done")
        doubt = "approved, and not among the shop's products yet"
        return OfferResult(offer.sku, "", "unknown", doubt, ticket)

    def _ask(self, offer: Offer) -> tuple[Outcome, str, str]:
        if offer.ticket:
            return *reviews.follow(self._gateway, offer.ticket), offer.ticket
        return self._file(offer.sku, "", REQUESTS, self._request(offer, picture_addresses(offer)))

    def bring(self, offer: Offer, shown: Shown) -> OfferResult:
        """One call for price, stock and shelf; a text that differs is a request besides."""
        number = offer.listing_id or ""
        changes, content = self._changes(offer, shown), self._content(offer, shown)
        outcome: Outcome = "done" if changes or content else "unchanged"
        reason = ""
        if changes:
            reason = self._update({"product_id": int(number), **changes})
        if content:
            body = {"product_id": int(number), **content}
            outcome, reason, _ = self._file(offer.sku, number, REWRITE, body)
        return OfferResult(offer.sku, number, outcome, reason)

    def _update(self, body: object) -> str:
        """Price, stock and shelf are approved by themselves; any other state is a no."""
        answer = self._gateway.change("PUT", UPDATE, body)
        state = answer.text("state") if answer else "approved"
        if state != "approved":
            raise MarketplaceError(f"Tiki: the change is {state[:40]}", permanent=True, kind="refused")
        return "" if answer else "rehearsed"

    def _content(self, offer: Offer, shown: Shown) -> dict[str, str]:
        differs = changed_content(offer, shown)
        return {name: getattr(offer, name) for name in ("name", "description") if name in differs}

    def _file(self, sku: str, number: str, path: str, body: object) -> tuple[Outcome, str, str]:
        """Send a request, unless one about the same is being looked at; what became of it, and its ticket."""
        waiting = reviews.find_waiting(self._gateway, sku, number)
        if waiting:
            return "unknown", reviews.under_review(waiting), reviews.ticket_of(waiting)
        filed = self._gateway.change("POST", path, body)
        if filed is None:
            return "done", "rehearsed", ""
        ticket = reviews.track_of(filed)
        return *reviews.follow(self._gateway, ticket), ticket

    def _changes(self, offer: Offer, shown: Shown) -> dict[str, object]:
        changes: dict[str, object] = {}
        if shown.listing.price_vnd != offer.price_vnd:
            changes["price"] = offer.price_vnd
        if (shown.listing.status == "on_sale") != offer.on_sale:
            changes["active"] = int(offer.on_sale)
        spread = self._products[shown.listing.ext_listing_id].spread
        if not spread or shown.listing.stock != offer.stock:
            changes |= spread_of(offer.stock, self._own_warehouses(), spread)
        return changes

    def _own_warehouses(self) -> list[int]:
        self._warehouses = self._warehouses or read_warehouses(self._gateway)
        return self._warehouses

    def _request(self, offer: Offer, pictures: list[str]) -> dict[str, object]:
        home = self._own_warehouses()[0]
        variant = {
            "sku": offer.sku,
            "price": offer.price_vnd,
            "inventory_type": self._gateway.choices.inventory_type,
            "seller_warehouse": str(home),
            "warehouse_stocks": [{"warehouseId": home, "qtyAvailable": offer.stock}],
        }
        return {
            "category_id": int(offer.category_id),
            "name": offer.name,
            "description": offer.description,
            "market_price": offer.price_vnd,
            "attributes": {},
            "image": pictures[0],
            "images": pictures,
            "option_attributes": [],
            "variants": [variant],
            "certificate_files": [],
            "meta_data": {"is_auto_turn_on": offer.on_sale},
        }


def _comparable(offer: Offer, product: Product | None) -> Offer:
    """Without what the shop does not show: weights never, descriptions not everywhere."""
    if product is None:
        return offer
    return replace(offer, weight_g=0, description=offer.description if product.shown.description else "")
