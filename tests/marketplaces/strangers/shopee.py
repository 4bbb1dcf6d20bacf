"""``pyshopee``, a client for Shopee."""

import importlib
import sys
import time
from types import ModuleType
from typing import Any
from unittest.mock import patch

from tests.marketplaces.strangers import Refused, Stranger


class PyShopee(Stranger):
    """It names a browser's driver, for a way of signing in that nobody takes here."""

    market = "shopee"
    no = frozenset({"403", "'access_token'"})

    def begin(self) -> None:
        driver = ModuleType("selenium")
        driver.__dict__["webdriver"] = None
        with patch.dict(sys.modules, {"selenium": driver}):
            module = importlib.import_module("pyshopee2.client")
        self.client = module.Client(self.stall.shop_id, self.stall.market.app_id, self.secret, "")
        self.client.host = self.stall.address
        self.client.access_token = self.access

    def orders(self) -> set[str]:
        now = int(time.time())
        asked = {"time_range_field": "update_time", "time_from": now - 3_600, "time_to": now + 60}
        told = self.client.order.get_order_list(**asked, page_size=50)
        return {one["order_sn"] for one in _response(told)["order_list"]}

    def pieces(self, order: str) -> int:
        asked = {"order_sn_list": order, "response_optional_fields": "item_list"}
        (told,) = _response(self.client.order.get_order_detail(**asked))["order_list"]
        return sum(item["model_quantity_purchased"] for item in told["item_list"])

    def shelf(self) -> tuple[int, int]:
        asked = {"offset": 0, "page_size": 50, "item_status": "NORMAL"}
        (listed,) = _response(self.client.product.get_item_list(**asked))["item"]
        told = self.client.product.get_item_base_info(item_id_list=listed["item_id"])
        (item,) = _response(told)["item_list"]
        stock = item["stock_info_v2"]["summary_info"]["total_available_stock"]
        return item["price_info"][0]["original_price"], stock

    def set_price(self, price: int) -> None:
        prices = [{"model_id": 0, "original_price": price}]
        _response(self.client.product.update_price(item_id=int(self.listing), price_list=prices))

    def set_stock(self, stock: int) -> None:
        stocks = [{"model_id": 0, "seller_stock": [{"stock": stock}]}]
        _response(self.client.product.update_stock(item_id=int(self.listing), stock_list=stocks))

    def renew(self) -> None:
        shop, app = self.stall.shop_id, self.stall.market.app_id
        try:
            self.client.get_access_token(shop, app, self.secret, self.refresh)
        except KeyError as error:  # it looks for tokens in whatever was answered
            raise Refused(str(error)) from error


def _response(answer: dict[str, Any]) -> Any:
    if answer["error"]:
        raise Refused(str(answer["error"]))
    return answer["response"]
