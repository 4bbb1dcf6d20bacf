"""One offer brought to one product.

TikTok takes prices and stocks of live products only, and switches products and not SKUs. So a product that
is to go is given its price and stock first; one that comes back is switched on first, and waits for its
price and stock while TikTok reviews it.
"""

from __future__ import annotations

from dataclasses import replace

from marketplaces.interface import MarketplaceError
from marketplaces.reading import MalformedError
from marketplaces.tiktok.content import changed_content, price_of
from marketplaces.tiktok.errors import ZERO_STOCK, TikTokError
from marketplaces.tiktok.gateway import Gateway
from marketplaces.tiktok.listings import IN_REVIEW, LIVE, Ware, read_product
from marketplaces.tiktok.warehouses import main_warehouse, spread
from marketplaces.values import Offer, OfferResult, Outcome

SHUT = frozenset({"DRAFT", "FAILED", "PLATFORM_DEACTIVATED", "FREEZE"})
"""Words of products that no call of ours puts on sale again."""
WAITS = "TikTok Shop is reviewing the product; it takes price and stock after that"
NOT_LIVE = "TikTok Shop takes price and stock only while the product is on sale: send them with it"
SOLD_OUT = "sold out: kept off sale, as TikTok Shop takes no stock of 0"


class Visit:
    """Sends what differs, and knows what was sent."""

    def __init__(self, gateway: Gateway, offer: Offer, ware: Ware) -> None:
        self._gateway = gateway
        self._offer = offer
        self._ware = ware
        self._sent = 0
        self._rehearsed = False

    def bring(self) -> OfferResult:
        """A product that is to go goes, whatever becomes of the rest."""
        if self._offer.on_sale or not self._ware.is_out:
            return self._dress()
        try:
            result = self._dress()
        except (MarketplaceError, MalformedError):
            self._switch("deactivate")
            raise
        self._switch("deactivate")
        return self._told() if result.outcome in {"done", "unchanged"} else result

    def _dress(self) -> OfferResult:
        """Texts, then on sale, then price and stock."""
        if self._offer.on_sale and self._ware.status in SHUT:
            return self._told("refused", f"TikTok Shop has it as {self._ware.status}: see Seller Center")
        if changed := changed_content(self._offer, self._ware):
            self._change("edit", changed, self._ware.listing.ext_listing_id)
        if self._offer.on_sale and self._offer.stock and not self._ware.is_out:
            self._switch("activate")
            self._look_again()
        if not self._differs():
            return self._told()
        if self._ware.status == LIVE:
            return self._price_and_stock()
        if self._ware.status == IN_REVIEW:
            return self._told("unknown", WAITS)
        is_sold_out = self._offer.on_sale and not self._offer.stock
        return self._told(reason=SOLD_OUT) if is_sold_out else self._told("refused", NOT_LIVE)

    def _price_and_stock(self) -> OfferResult:
        offer, had = self._offer, self._ware.listing
        if had.price_vnd != offer.price_vnd:
            price = {"id": had.ext_model_id, "price": price_of(offer)}
            self._change("prices", {"skus": [price]}, had.ext_listing_id)
        if had.stock == offer.stock:
            return self._told()
        rows = spread(offer.stock, self._ware.stocks, self._main())
        stock = {"id": had.ext_model_id, "inventory": rows}
        try:
            self._change("stocks", {"skus": [stock]}, had.ext_listing_id)
        except TikTokError as error:
            if offer.stock or ZERO_STOCK not in error.codes or self._ware.siblings:
                raise
            self._switch("deactivate")
            return self._told(reason=SOLD_OUT)
        return self._told()

    def _main(self) -> str:
        stocks = self._ware.stocks
        return stocks[0][0] if len(stocks) == 1 else main_warehouse(self._gateway)

    def _differs(self) -> bool:
        had = self._ware.listing
        return (had.price_vnd, had.stock) != (self._offer.price_vnd, self._offer.stock)

    def _switch(self, which: str) -> None:
        """``activate`` or ``deactivate`` the product with all its SKUs."""
        self._change(which, {"product_ids": [self._ware.listing.ext_listing_id]})

    def _look_again(self) -> None:
        """Reviewed or live? In a rehearsal it is as if it had been switched."""
        if self._rehearsed:
            self._ware = replace(self._ware, status=LIVE)
            return
        had = self._ware.listing
        for ware in read_product(self._gateway, had.ext_listing_id):
            if ware.listing.ext_model_id == had.ext_model_id:
                self._ware = ware

    def _change(self, name: str, body: object, product: str = "") -> None:
        answer = self._gateway.change(name, body, product)
        self._sent += 1
        self._rehearsed = self._rehearsed or answer is None

    def _told(self, outcome: Outcome | None = None, reason: str = "") -> OfferResult:
        came: Outcome = outcome or ("done" if self._sent else "unchanged")
        said = reason or ("rehearsed" if self._rehearsed else "")
        return OfferResult(self._offer.sku, self._ware.listing.ext_listing_id, came, said)
