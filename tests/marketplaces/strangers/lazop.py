"""``lazop-sdk``, Lazada's own client, at Lazada and at the gateway of the same family at Alibaba.com.

Alibaba.com's client is that one renamed, and is on no registry.
"""

import importlib
import json
from abc import ABC
from typing import Any
from unittest.mock import patch

from tests.marketplaces.strangers import Refused, Stranger


class LazopSdk(Stranger, ABC):
    """Imported, it opens a log in the home folder; it would write secrets there."""

    no = frozenset({"IncompleteSignature"})

    def begin(self) -> None:
        with patch("os.path.expanduser", lambda _path: str(self.home)):
            self.module = importlib.import_module("lazop_sdk.base")
        self.module.__dict__["logApiError"] = lambda *_told: None
        app = self.stall.market.app_id
        self.client = self.module.LazopClient(f"{self.stall.address}/rest", app, self.secret)

    def ask(self, verb: str, api: str, token: str, **given: str) -> Any:
        request = self.module.LazopRequest(api, verb)
        for name, value in given.items():
            request.add_api_param(name, value)
        answer = self.client.execute(request, token or None)
        if answer.code != "0":
            raise Refused(answer.code)
        return answer.body

    def renew(self) -> None:
        told = self.ask("POST", "/auth/token/refresh", "", refresh_token=self.refresh)
        self.access, self.refresh = told["access_token"], told["refresh_token"]


class AtLazada(LazopSdk):
    """At home."""

    market = "lazada"

    def orders(self) -> set[str]:
        asked = {"update_after": "2026-01-01T00:00:00+07:00", "limit": "50"}
        told = self.ask("GET", "/orders/get", self.access, **asked)["data"]
        return {str(one["order_id"]) for one in told["orders"]}

    def pieces(self, order: str) -> int:
        return len(self.ask("GET", "/order/items/get", self.access, order_id=order)["data"])

    def _product(self) -> Any:
        (product,) = self.ask("GET", "/products/get", self.access, filter="all")["data"]["products"]
        return product

    def shelf(self) -> tuple[int, int]:
        (sku,) = self._product()["skus"]
        return int(float(sku["price"])), int(sku["quantity"])

    def set_price(self, price: int) -> None:
        self._update(f"<Price>{price}</Price>")

    def set_stock(self, stock: int) -> None:
        self._update(f"<Quantity>{stock}</Quantity>")

    def _update(self, changed: str) -> None:
        product = self._product()
        named = f"<ItemId>{product['item_id']}</ItemId><SkuId>{product['skus'][0]['SkuId']}</SkuId>"
        payload = f"<Request><Product><Skus><Sku>{named}{changed}</Sku></Skus></Product></Request>"
        self.ask("POST", "/product/price_quantity/update", self.access, payload=payload)


class AtAlibaba(LazopSdk):
    """With Alibaba.com's paths."""

    market = "alibaba"
    price = 275

    def orders(self) -> set[str]:
        asked = {"role": "seller", "start_page": "0", "page_size": "50"}
        told = self.ask("POST", "/alibaba/order/list", self.access, **asked)["value"]
        return {one["trade_id"] for one in told["order_list"]}

    def pieces(self, order: str) -> int:
        told = self.ask("POST", "/alibaba/order/get", self.access, e_trade_id=order)["value"]
        return sum(int(float(row["quantity"])) for row in told["order_products"])

    def shelf(self) -> tuple[int, int]:
        asked = {"page_index": "1", "page_size": "20"}
        told = self.ask("POST", "/alibaba/icbu/product/search/v2", self.access, **asked)["result"]
        trade = told["product_info"][0]["trade_info"]
        return round(100 * float(trade["price"]["tiered_price"][0]["price"])), int(trade["inventory"])

    def set_price(self, price: int) -> None:
        tier = {"quantity": 1, "price": f"{price / 100:.2f}"}
        told = {"price_type": "TIERED", "currency": "USD", "tiered_price": [tier]}
        self._edit("/icbu/product/edit-price", price=json.dumps(told))

    def set_stock(self, stock: int) -> None:
        self._edit("/icbu/product/edit-inventory", inventory=str(stock))

    def _edit(self, api: str, **changed: str) -> None:
        self.ask("POST", api, self.access, product_id=self.listing, **changed)
