"""New products and new texts: requests that Tiki's people and machines look at before anything shows.

Here they agree at once; under the fault ``late`` on these paths they take that fault's seconds.
"""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, Response, jsonify, request

from marketplaces.simulators.bench import Bench, Item, Shop
from marketplaces.simulators.store import Body
from marketplaces.simulators.tiki import clock
from marketplaces.simulators.tiki.envelope import TikiError
from marketplaces.simulators.tiki.guard import admit, json_body, page_asked, paging
from marketplaces.simulators.tiki.wares import FIRST_ITEM, warehouses, wares

MOST_ON_A_PAGE = 50
PRIMARY = frozenset({100_855, 100_856})
"""Categories that may hold products."""
WAITING = "awaiting_approve"


def add_requests(blueprint: Blueprint, bench: Bench) -> None:
    """Asking, tracking, listing."""

    @blueprint.post("/integration/<any('v2', 'v2.1'):version>/requests")
    def create_product(version: str) -> Response:
        shop, body = admit(bench), json_body()
        with bench.work():
            return jsonify(_file(bench, shop, "create_product", _checked(bench, shop, body)))

    @blueprint.post("/integration/<any('v2', 'v2.1'):version>/requests/updateProductInfo")
    def update_product_info(version: str) -> Response:
        shop, body = admit(bench), json_body()
        with bench.work():
            number = str(body.get("product_id"))
            if not any(ware.id == number for ware in wares(bench, shop)):
                raise TikiError(404, f"Product {number} is not found", source="product")
            return jsonify(_file(bench, shop, "update_product", body))

    @blueprint.get("/integration/v2/tracking/<track_id>")
    def track(track_id: str) -> Response:
        shop = admit(bench)
        with bench.work():
            settle(bench, shop)
        for filed in bench.notes("request", shop.id):
            if filed["track_id"] == track_id:
                shown = {name: filed[name] for name in ("track_id", "request_id", "state", "reason")}
                return jsonify(shown)
        raise TikiError(404, f"Track {track_id} is not found")

    @blueprint.get("/integration/<any('v2', 'v2.1'):version>/requests")
    def list_requests(version: str) -> Response:
        shop = admit(bench)
        page, limit = page_asked(MOST_ON_A_PAGE)
        with bench.work():
            settle(bench, shop)
        state = request.args.get("state", "")
        filed = [one for one in bench.notes("request", shop.id) if state in {"", one["state"]}][::-1]
        start = (page - 1) * limit
        with_products = "products" in request.args.get("include", "")
        data = [_shown(one, with_products) for one in filed[start : start + limit]]
        return jsonify(data=data, paging=paging(len(filed), page, limit))

    @blueprint.get("/integration/<any('v2', 'v2.1'):version>/requests/<int:number>")
    def show_request(version: str, number: int) -> Response:
        shop = admit(bench)
        with bench.work():
            settle(bench, shop)
        filed = bench.note("request", str(number))
        if filed is None or filed["shop"] != shop.id:
            raise TikiError(404, f"Request {number} is not found")
        return jsonify(_shown(filed, with_products=True))


def settle(bench: Bench, shop: Shop) -> None:
    """What was looked at by now takes effect."""
    for filed in bench.notes("request", shop.id):
        if filed["state"] == WAITING and filed["due_at"] <= bench.now():
            filed["state"] = "approved"
            _create(bench, shop, filed) if filed["kind"] == "create_product" else _rewrite(bench, shop, filed)
            bench.keep("request", filed["request_id"], filed, shop.id, int(filed["request_id"]))


def whole(body: Body, name: str, least: int) -> int:
    """A whole number of the body."""
    value = body.get(name)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= 10**10:
        raise TikiError(422, f"{name} is invalid", source="product")
    return value


def _file(bench: Bench, shop: Shop, kind: str, body: Body) -> Body:
    late = bench.faults.strike("late")
    number = str(bench.number("request", 1_121_408_707))
    filed = {
        "request_id": number,
        "track_id": secrets.token_hex(16),
        "shop": shop.id,
        "kind": kind,
        "state": WAITING,
        "reason": None,
        "created_at": bench.now(),
        "due_at": bench.now() + int(late.seconds if late else 0),
        "body": body,
    }
    bench.keep("request", number, filed, shop.id, int(number))
    return {"track_id": filed["track_id"], "state": "queuing"}


def _checked(bench: Bench, shop: Shop, body: Body) -> Body:
    """What the call refuses at once."""
    for name in ("name", "description", "image"):
        if not isinstance(body.get(name), str) or not body[name].strip():
            raise TikiError(422, f"{name} is required", source="product")
    if not body["image"].startswith(("http://", "https://")):
        raise TikiError(422, "image must be a public url", source="product")
    if body.get("category_id") not in PRIMARY:
        raise TikiError(422, "category_id must be primary", source="product")
    variants = body.get("variants")
    if not isinstance(variants, list) or len(variants) != 1 or not isinstance(variants[0], dict):
        raise TikiError(422, "variants must hold one variant", source="product")
    _check_variant(bench, shop, variants[0], whole(body, "market_price", 1))
    return body


def _check_variant(bench: Bench, shop: Shop, variant: Body, listed: int) -> None:
    if not isinstance(variant.get("sku"), str) or not variant["sku"]:
        raise TikiError(422, "sku is required", source="product")
    waiting = [one for one in bench.notes("request", shop.id) if one["state"] == WAITING]
    taken = {ware.sku for ware in wares(bench, shop)}
    taken |= {one["body"]["variants"][0]["sku"] for one in waiting if one["kind"] == "create_product"}
    if variant["sku"] in taken:
        raise TikiError(422, f"original_sku {variant['sku']} is existed", source="product")
    if whole(variant, "price", 1_000) * 10 < listed:
        raise TikiError(422, "Price is less than ten percent listing price", source="product")
    stocks = variant.get("warehouse_stocks") or []
    unknown = [
        entry.get("warehouseId") for entry in stocks if entry.get("warehouseId") not in warehouses(shop)
    ]
    if unknown:
        raise TikiError(422, f"Warehouse '{unknown}' are not found", source="inventory")
    for entry in stocks:
        whole(entry, "qtyAvailable", 0)


def _create(bench: Bench, shop: Shop, filed: Body) -> None:
    body, [variant] = filed["body"], filed["body"]["variants"]
    on_shelf = bool((body.get("meta_data") or {}).get("is_auto_turn_on", True))
    item = Item(
        id=str(bench.number("item", FIRST_ITEM)),
        shop=shop.id,
        sku=variant["sku"],
        name=body["name"],
        price_vnd=int(variant["price"]),
        stock=sum(int(entry["qtyAvailable"]) for entry in variant.get("warehouse_stocks") or []),
        description=body["description"],
        category=str(body["category_id"]),
        status=str(int(on_shelf)),
        images=[body["image"]],
        updated_at=bench.now(),
    )
    filed["product_id"] = item.id
    bench.save(item)


def _rewrite(bench: Bench, shop: Shop, filed: Body) -> None:
    body = filed["body"]
    for ware in wares(bench, shop):
        if ware.id == str(body["product_id"]):
            ware.item.name = body.get("name") or ware.item.name
            ware.item.description = body.get("description") or ware.item.description
            ware.item.updated_at = bench.now()
            bench.save(ware.item)


def _shown(filed: Body, with_products: bool) -> dict[str, Any]:
    return {
        "request_id": filed["request_id"],
        "state": filed["state"],
        "kind": filed["kind"],
        "created_at": clock.written(filed["created_at"]),
        "reasons": filed["reason"],
        "products": [_product(filed)] if with_products else [],
    }


def _product(filed: Body) -> dict[str, Any]:
    body = filed["body"]
    if filed["kind"] == "create_product":
        number = filed.get("product_id")
        named = {"product_id": int(number) if number else None, "original_sku": body["variants"][0]["sku"]}
    else:
        named = {"product_id": body["product_id"], "original_sku": None}
    return {**named, "name": body.get("name")}
