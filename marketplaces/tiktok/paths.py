"""Paths of the calls. TikTok versions each call by itself and drops old versions, so that each may be chosen.

The option ``version.<name>`` replaces a version, for instance ``version.orders = "202507"``.
"""

from __future__ import annotations

from urllib.parse import quote

from marketplaces.values import AppKeys

PATHS: dict[str, tuple[str, str]] = {
    "shops": ("202309", "/authorization/{version}/shops"),
    "order_search": ("202309", "/order/{version}/orders/search"),
    "orders": ("202507", "/order/{version}/orders"),
    "cancellations": ("202309", "/return_refund/{version}/cancellations/search"),
    "returns": ("202309", "/return_refund/{version}/returns/search"),
    "categories": ("202309", "/product/{version}/categories"),
    "warehouses": ("202309", "/logistics/{version}/warehouses"),
    "upload": ("202309", "/product/{version}/images/upload"),
    "product_search": ("202502", "/product/{version}/products/search"),
    "create": ("202309", "/product/{version}/products"),
    "product": ("202309", "/product/{version}/products/{product}"),
    "edit": ("202509", "/product/{version}/products/{product}/partial_edit"),
    "prices": ("202309", "/product/{version}/products/{product}/prices/update"),
    "stocks": ("202309", "/product/{version}/products/{product}/inventory/update"),
    "activate": ("202309", "/product/{version}/products/activate"),
    "deactivate": ("202309", "/product/{version}/products/deactivate"),
}
OF_NO_SHOP = frozenset({"shops", "upload"})
"""Calls that TikTok refuses when they carry a shop's cipher."""


def path_of(keys: AppKeys, name: str, product: str = "") -> str:
    """The path of a call in the version chosen for it."""
    version, template = PATHS[name]
    return template.format(version=keys.option(f"version.{name}", version), product=quote(product, safe=""))
