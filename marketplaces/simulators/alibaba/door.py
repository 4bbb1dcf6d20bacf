"""Every way a call may come in: the path in the address or in ``method``, either verb, either gateway."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response

from marketplaces.simulators.alibaba import orders, products, shelf, tokens
from marketplaces.simulators.alibaba.envelope import BusinessError, GatewayError, bad, good, unsuccessful
from marketplaces.simulators.alibaba.guard import api_name
from marketplaces.simulators.bench import Bench
from marketplaces.simulators.store import Body

METHODS = ["GET", "POST"]
CALLS: dict[str, Callable[[Bench], Body]] = {
    "/auth/token/create": tokens.from_code,
    "/auth/token/refresh": tokens.from_refresh,
    "/alibaba/order/list": orders.list_orders,
    "/alibaba/order/get": orders.get_order,
    "/alibaba/icbu/category/get/v2": products.get_categories,
    "/alibaba/icbu/product/get/v2": products.get_product,
    "/alibaba/icbu/product/search/v2": products.search,
    "/alibaba/icbu/product/status/get/v2": products.get_status,
    "/alibaba/icbu/product/list/shipping/templates": products.get_templates,
    "/alibaba/icbu/product/listing/v2": shelf.create,
    "/alibaba/icbu/product/update/v2": shelf.update,
    "/alibaba/icbu/product/batch/update/status": shelf.set_status,
    "/icbu/product/edit-price": shelf.edit_price,
    "/icbu/product/edit-inventory": shelf.edit_inventory,
}
OLD_CALLS: dict[str, Callable[[Bench], Body]] = {
    "alibaba.seller.order.list": orders.list_old,
    "alibaba.icbu.product.get": products.get_product,
}


def add_door(blueprint: Blueprint, bench: Bench) -> None:
    """Both gateways."""

    @blueprint.route("/rest", methods=METHODS)
    @blueprint.route("/rest/<path:_api>", methods=METHODS)
    def rest(_api: str = "") -> Response:
        return _answer(bench, CALLS)

    @blueprint.route("/sync", methods=METHODS)
    def sync() -> Response:
        return _answer(bench, CALLS | OLD_CALLS)

    @blueprint.errorhandler(GatewayError)
    def refuse(error: GatewayError) -> Response:
        return bad(error)

    @blueprint.errorhandler(BusinessError)
    def say_no(error: BusinessError) -> Response:
        return unsuccessful(error)


def _answer(bench: Bench, calls: dict[str, Callable[[Bench], Body]]) -> Response:
    call = calls.get(api_name())
    if call is None:
        raise GatewayError("InvalidApiPath", "The specified API does not exist.")
    with bench.work():
        try:
            return good(call(bench))
        except GatewayError as error:  # what the gateway noted on the way stays: a token that died
            return bad(error)
