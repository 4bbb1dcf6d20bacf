"""``nongsan shop``: shops on marketplaces and the mapping of their listings."""

from datetime import timedelta

import click
from sqlalchemy import select
from sqlmodel import Session, col

from marketplaces import directory
from marketplaces.http import Client
from marketplaces.interface import Marketplace, MarketplaceError
from marketplaces.values import Credentials
from trace.commands.terminal import actor_for, as_account, as_json, now, opened, say
from trace.db import reading, transaction
from trace.errors import NotFound, Refused
from trace.records.organisation import Organisation
from trace.records.shop import Listing, Shop
from trace.services import listings, market_access, shops
from trace.services.admission import Act, Actor
from trace.settings import Settings

REFRESH_LIFE = timedelta(days=30)


@click.group()
def shop() -> None:
    """Shops on marketplaces and the mapping of their listings."""


@shop.command()
@click.option("--marketplace", type=click.Choice(directory.names()), required=True)
@click.option("--ext-shop-id", default="", help="The marketplace's number of the shop.")
@click.option("--name", required=True, help="What people call it.")
@click.option("--org", "org_id", metavar="PUBLIC_ID", help="The cooperative (not needed with --as).")
@click.option("--access-token", default="", envvar="SHOP_ACCESS_TOKEN")
@click.option("--refresh-token", default="", envvar="SHOP_REFRESH_TOKEN")
@click.option("--expires-in", type=click.IntRange(min=1), help="Seconds of the access token.")
@as_account
@as_json
def add(
    marketplace: str,
    ext_shop_id: str,
    name: str,
    org_id: str | None,
    access_token: str,
    refresh_token: str,
    expires_in: int | None,
    login: str | None,
    *,
    as_json: bool,
) -> None:
    """Connect a shop whose tokens are at hand, or by the settings' keys where these open one shop."""
    with opened() as settings:
        adapter = _market(settings, marketplace)
        with transaction() as session:
            actor = _actor(session, login, org_id)
            market_access.check_connecting(session, actor, settings, marketplace, adapter.capabilities)
        if adapter.capabilities.keys_of_one_shop:
            pair = _by_keys(adapter, marketplace, ext_shop_id)
        else:
            pair = _at_hand(ext_shop_id, access_token, refresh_token, expires_in)
        with transaction() as session:
            new = shops.NewShop(marketplace, name, pair, adapter.capabilities.event_queue)
            made = shops.connect(session, actor, new, settings.sync_every_s, now())
            value = {"shop": shops.address(made), "id": made.id, "state": made.state}
    say(value, as_json=as_json, lines=[str(value["shop"])])


def _market(settings: Settings, marketplace: str) -> Marketplace:
    if marketplace not in settings.marketplaces:
        market_access.check_switched_on(marketplace, directory.shipped(marketplace))
    try:
        keys = market_access.app_keys(settings, marketplace)
        return directory.open_shop(marketplace, Client(), keys, None, now)
    except MarketplaceError as error:
        raise _no_token(marketplace, error) from None


def _by_keys(adapter: Marketplace, marketplace: str, ext_shop_id: str) -> Credentials:
    """The seller agreed when the keys were made."""
    try:
        return adapter.exchange("", ext_shop_id)
    except MarketplaceError as error:
        raise _no_token(marketplace, error) from None


def _no_token(marketplace: str, error: MarketplaceError) -> Refused:
    return Refused("shop.no_token", marketplace=directory.label(marketplace), reason=str(error))


def _at_hand(ext_shop_id: str, access: str, refresh: str, expires_in: int | None) -> Credentials:
    given = {"--ext-shop-id": ext_shop_id, "--access-token": access, "--refresh-token": refresh}
    missing = [name for name, value in given.items() if not value]
    if missing or expires_in is None:
        raise click.UsageError(f"Missing option '{(missing or ['--expires-in'])[0]}'.")
    at = now()
    return Credentials(access, refresh, at + timedelta(seconds=expires_in), at + REFRESH_LIFE, ext_shop_id)


def _actor(session: Session, login: str | None, org_id: str | None) -> Actor:
    """The account, or the owner as manager of the cooperative named (or of the only one there is)."""
    if login is not None:
        return actor_for(session, login)
    question = select(Organisation).where(col(Organisation.kind) == "cooperative")
    if org_id is not None:
        question = select(Organisation).where(col(Organisation.public_id) == org_id)
    found = session.execute(question.limit(2)).scalars().all()
    if len(found) != 1:
        raise NotFound("shop.which_org", got=org_id or "-")
    return actor_for(session, None, found[0])


@shop.command("list")
@as_account
@as_json
def list_(login: str | None, *, as_json: bool) -> None:
    """The shops: address, name, state, last success."""
    with opened(), reading() as session:
        found = shops.list_shops(session, actor_for(session, login))
    names = ("id", "marketplace", "ext_shop_id", "name", "state", "last_success_at", "last_error")
    values = [{name: getattr(one, name) for name in names} for one in found]
    lines = [f"{shops.address(one)}  {one.name}  {one.state}  {one.last_error}" for one in found]
    say(values, as_json=as_json, lines=lines)


@shop.command("map")
@click.argument("shop_said", metavar="SHOP")
@click.argument("listing", required=False)
@click.argument("product", required=False)
@click.option("--unit-g", type=click.IntRange(min=1), help="Grams of one piece (default: the product's).")
@as_account
@as_json
def map_(
    shop_said: str,
    listing: str | None,
    product: str | None,
    unit_g: int | None,
    login: str | None,
    *,
    as_json: bool,
) -> None:
    """Show a shop's listings, or map LISTING (number or SKU) to PRODUCT (public id or SKU)."""
    with opened(), transaction() as session:
        found = shops.find_shop(session, actor_for(session, login), Act.VIEW_SHOP, shop_said)
        actor = _owner_of(session, login, found)
        if listing and product:
            _map(session, actor, found, listing, product, unit_g)
        rows = listings.list_shelf(session, actor, found)
    values = [
        {
            "listing": row.listing.ext_listing_id,
            "sku": row.listing.ext_sku,
            "name": row.listing.ext_name,
            "product": row.product.public_id if row.product else None,
            "suggestion": row.suggestion.public_id if row.suggestion else None,
            "unit_g": row.listing.unit_g,
            "waiting_lines": row.waiting_lines,
        }
        for row in rows
    ]
    say(
        values, as_json=as_json, lines=[f"{one['listing']}  {one['sku']}  {one['product']}" for one in values]
    )


def _owner_of(session: Session, login: str | None, found: Shop) -> Actor:
    if login is not None:
        return actor_for(session, login)
    return actor_for(session, None, session.get_one(Organisation, found.org_id))


def _map(
    session: Session, actor: Actor, found: Shop, listing: str, product: str, unit_g: int | None
) -> Listing:
    shelf = listings.shelf_of(session, found.id).values()
    rows = [row for row in shelf if listing in {row.ext_listing_id, row.ext_sku}]
    goods = [one for one in listings.own_products(session, actor) if product in {one.public_id, one.sku}]
    if len(rows) != 1 or len(goods) != 1:
        raise NotFound("shop.map_unknown", listing=listing, product=product)
    return listings.map_listing(session, actor, found.id, rows[0].id, goods[0].public_id, unit_g, now())
