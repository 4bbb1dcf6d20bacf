"""Setting up shops, applications, tokens and listings; seeding twice is seeding once."""

from __future__ import annotations

from typing import Any

from marketplaces.simulators.asking import Ask, part, parts, text, whole
from marketplaces.simulators.bench import App, Bench, Item, Shop, Token
from marketplaces.simulators.dialect import Dialect


def seed(bench: Bench, dialect: Dialect, ask: Ask) -> dict[str, Any]:
    """Make sure that the shop is there as asked for, and answer with its keys, tokens and listings.

    A shop that is there (by id, or by name) keeps its application, tokens, orders and listings; given
    values replace, missing listings are added by SKU, tokens are made anew only when they are dead.
    """
    known = _known_shop(bench, ask)
    app = _app(bench, dialect, part(ask, "app"), known)
    shop = _shop(bench, dialect, ask, app, known)
    tokens = part(ask, "tokens")
    life = whole(tokens, "expires_in", dialect.access_life_s)
    access = _token(bench, shop, "access", shop.access, text(tokens, "access", ""), life)
    refresh = _token(
        bench, shop, "refresh", shop.refresh, text(tokens, "refresh", ""), dialect.refresh_life_s
    )
    shop.access, shop.refresh = access.id, refresh.id
    bench.save(shop)
    items = [_item(bench, dialect, shop, listing) for listing in parts(ask, "listings")]
    return {
        "app": {"id": app.id, "secret": app.secret, "push_secret": app.push_secret},
        "shop": shop.id,
        "name": shop.name,
        "tokens": {
            "access": access.id,
            "refresh": refresh.id,
            "expires_in": access.expires_at - bench.now(),
        },
        "listings": [{"id": item.id, "sku": item.sku} for item in items],
    }


def _known_shop(bench: Bench, ask: Ask) -> Shop | None:
    wanted, name = text(ask, "shop", ""), text(ask, "name", "")
    shops = bench.shops()
    return next((shop for shop in shops if shop.id == wanted or (not wanted and shop.name == name)), None)


def _app(bench: Bench, dialect: Dialect, ask: Ask, shop: Shop | None) -> App:
    """The one named, the one the shop has, or the first there is."""
    named = text(ask, "id", "") or (shop.app if shop else "")
    known = bench.app(named) if named else next(iter(bench.apps()), None)
    if known is None:
        known = App(named or str(bench.number("app", dialect.numbers["app"])), dialect.new_secret())
    known.secret = text(ask, "secret", known.secret)
    known.push_secret = text(ask, "push_secret", known.push_secret)
    known.redirect = text(ask, "redirect", known.redirect)
    bench.save(known)
    return known


def _shop(bench: Bench, dialect: Dialect, ask: Ask, app: App, known: Shop | None) -> Shop:
    name = text(ask, "name", "")
    if known is not None:
        known.name = name or known.name
        known.app = app.id
        return known
    number = text(ask, "shop", "") or str(bench.number("shop", dialect.numbers["shop"]))
    return Shop(number, name or f"{dialect.label} {number}", app.id)


def _token(bench: Bench, shop: Shop, kind: str, had: str, wanted: str, life_s: int) -> Token:
    known = bench.token(wanted or had)
    if known and known.app == shop.app and not known.dead and known.expires_at > bench.now():
        return known
    return bench.mint(kind, shop.id, shop.app, life_s, wanted)


def _item(bench: Bench, dialect: Dialect, shop: Shop, ask: Ask) -> Item:
    sku = text(ask, "sku")
    for item in bench.items(shop.id):
        if item.sku == sku:
            return item
    status = text(ask, "status", "on_sale")
    item = Item(
        id=text(ask, "id", "") or str(bench.number("item", dialect.numbers["item"])),
        shop=shop.id,
        sku=sku,
        name=text(ask, "name", sku),
        price_vnd=whole(ask, "price_vnd", 0),
        stock=whole(ask, "stock", 0),
        description=text(ask, "description", ""),
        weight_g=whole(ask, "weight_g", 1000),
        category=text(ask, "category", ""),
        status=dialect.shelf.get(status, status),
        models=[_model(bench, model) for model in parts(ask, "models")],
        updated_at=bench.now(),
    )
    bench.save(item)
    return item


def _model(bench: Bench, ask: Ask) -> dict[str, Any]:
    return {
        "id": text(ask, "id", "") or str(bench.number("model", 90_000_001)),
        "sku": text(ask, "sku"),
        "price_vnd": whole(ask, "price_vnd"),
        "stock": whole(ask, "stock", 0),
    }
