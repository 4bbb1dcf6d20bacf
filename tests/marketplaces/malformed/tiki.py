"""Tiki's answers, good and spoilt."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from marketplaces.wire import Call
from tests.marketplaces.malformed.sample import Sample, without

PRODUCT = {"id": 2166152, "sku": "2890002166152", "seller_product_code": "VAI", "name": "Vải"}
ITEM = {
    "id": 191564100,
    "product": PRODUCT,
    "qty": 2,
    "price": 55000,
    "invoice": {"price": 55000.0, "quantity": 2, "row_total": 110000.0},
    "confirmation": {"status": "waiting"},
}
ORDER = {
    "code": "A1",
    "status": "shipping",
    "is_rma": False,
    "created_at": "2026-11-19 08:00:00",
    "updated_at": "2026-11-19 09:00:00",
    "customer": {"id": 7, "full_name": "Nguyễn Văn Kín"},
    "shipping": {"address": {"full_name": "Nguyễn Văn Kín", "phone": "0900000001", "street": "1 Phố Kín"}},
    "items": [ITEM],
}


def order_with(**changes: Any) -> dict[str, Any]:
    return {**deepcopy(ORDER), **changes}


def item_with(**changes: Any) -> dict[str, Any]:
    return order_with(items=[{**ITEM, **changes}])


def bare(**invoice: Any) -> dict[str, Any]:
    """An item that has its quantity and price in its invoice only."""
    return order_with(items=[{**without(without(ITEM, "qty"), "price"), "invoice": invoice}])


BAD_ORDERS: list[Any] = [
    *(without(ORDER, name) for name in ("code", "status", "created_at", "updated_at", "items")),
    *(order_with(items=[without(ITEM, name)]) for name in ("id", "product")),
    bare(),
    bare(price=55000, quantity=-2),
    bare(price="55000", quantity=2),
    order_with(code=["A1"]),
    order_with(code=""),
    order_with(code={"A1": 1}),
    order_with(status=None),
    order_with(status=["shipping"]),
    order_with(status="ship\0ping"),
    order_with(is_rma="no"),
    order_with(created_at="19/11/2026 08:00"),
    order_with(created_at="2026-11-19T08:00:00Z"),
    order_with(created_at="0001-01-01 00:00:00"),
    order_with(created_at=1795000000),
    order_with(updated_at="2026-13-41 25:61:61"),
    order_with(updated_at=""),
    order_with(updated_at=True),
    order_with(items={}),
    order_with(items=[]),
    order_with(items=[None]),
    order_with(items="VAI"),
    order_with(items=[ITEM, ITEM]),
    item_with(qty=-3),
    item_with(qty=2.5),
    item_with(qty="2"),
    item_with(qty=10**30),
    item_with(price=-55000),
    item_with(price=55000.5),
    item_with(price=[55000]),
    item_with(product=None),
    item_with(product=[PRODUCT]),
    item_with(product=without(PRODUCT, "id")),
    item_with(product={**PRODUCT, "id": 0}),
    item_with(product={**PRODUCT, "name": "\ud800"}),
    item_with(product={**PRODUCT, "seller_product_code": 7}),
    item_with(confirmation=["waiting"]),
    None,
    "A1",
    [],
    7,
]


def answer(orders: Sequence[Any]) -> Any:
    paging = {"total": 1, "current_page": 1, "per_page": 50, "last_page": 1, "from": 0, "to": 1}
    return {"data": orders, "paging": paging}


def others(call: Call, numbers: Sequence[str]) -> Any:
    return {"data": [], "paging": {"total": 0, "last_page": 0}}


TIKI = Sample(
    market="tiki",
    spoilt="/v2/orders",
    order=ORDER,
    answer=answer,
    others=others,
    renamed=lambda order, number: {**order, "code": number},
    bad_orders=BAD_ORDERS,
    buyer=("Kín", "0900000001"),
)
