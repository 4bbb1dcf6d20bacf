"""``tiktok-shop-api``, a client made from TikTok's own definitions."""

import importlib
import time
from collections.abc import Callable
from typing import Any

from tests.marketplaces.strangers import Refused, Stranger


class TikTokShopApi(Stranger):
    """It takes a host without a path."""

    market = "tiktok"
    no = frozenset({"106001", "36009004"})

    def begin(self) -> None:
        self.api = importlib.import_module("tiktok_shop_api")
        self.models = importlib.import_module("tiktok_shop_api.generated.models")
        app, root = self.stall.market.app_id, self.stall.address
        self.auth = self.api.TikTokShopAuth(app, self.secret, base_url=root)
        self.client = self.api.TikTokShop(app, self.secret, access_token=self.access, base_url=root)

    def _ask(self, call: Callable[..., Any], *given: Any, **more: Any) -> Any:
        try:
            return call(*given, **more).to_dict()["data"]
        except self.api.TikTokShopError as error:
            raise Refused(str(error.code)) from error

    def _shop(self) -> Any:
        (shop,) = self._ask(self.client.authorization.get_authorized_shops)["shops"]
        return self.client.with_shop(shop_cipher=shop["cipher"])

    def orders(self) -> set[str]:
        since = self.models.GetOrderListRequest.from_dict({"update_time_ge": int(time.time()) - 3_600})
        told = self._ask(self._shop().orders.get_order_list, body=since, page_size=50)
        return {one["id"] for one in told["orders"]}

    def pieces(self, order: str) -> int:
        (told,) = self._ask(self._shop().orders.get_order_detail, ids=[order])["orders"]
        return len(told["line_items"])

    def _sku(self) -> Any:
        (product,) = self._ask(self._shop().products.search_products, page_size=50)["products"]
        (sku,) = product["skus"]
        return sku

    def shelf(self) -> tuple[int, int]:
        sku = self._sku()
        return int(sku["price"]["tax_exclusive_price"]), sku["inventory"][0]["quantity"]

    def set_price(self, price: int) -> None:
        told = {"id": self._sku()["id"], "price": {"amount": str(price), "currency": "VND"}}
        body = self.models.UpdatePriceRequest.from_dict({"skus": [told]})
        self._ask(self._shop().products.update_price, self.listing, body=body)

    def set_stock(self, stock: int) -> None:
        sku = self._sku()
        place = {"warehouse_id": sku["inventory"][0]["warehouse_id"], "quantity": stock}
        body = {"skus": [{"id": sku["id"], "inventory": [place]}]}
        told = self.models.UpdateInventoryRequest.from_dict(body)
        assert not self._ask(self._shop().products.update_inventory, self.listing, body=told).get("errors")

    def renew(self) -> None:
        try:
            told = self.auth.refresh(self.refresh)
        except self.api.TikTokShopError as error:
            raise Refused(str(error.code)) from error
        self.client = self.client.with_shop(access_token=told.access_token)
