"""Connecting a shop: choose, agree on the marketplace's own page, come back; ``shop_setup`` goes on."""

import time
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from marketplaces import directory
from marketplaces.by_file import BY_FILE
from marketplaces.interface import MarketplaceError
from marketplaces.values import Credentials, Listing
from trace.db import reading, transaction
from trace.errors import NotFound, Refused
from trace.records.shop import Shop, ShopState
from trace.services import connecting, listings, market_access, shops
from trace.services.admission import Act
from trace.texts.catalogs import t
from trace.web.door import Door
from trace.web.form_state import FormState, kept
from trace.web.market_calls import capabilities_of, open_market
from trace.web.refusals import said
from trace.web.visitor import actor, face_language, now, settings

door = Door("shop_connect", __name__, url_prefix="/htx/gian-hang")

Answer = str | AnyResponse | tuple[str, int]


@dataclass(frozen=True)
class Way:
    """A marketplace one may connect a shop at, or why not; ``by_keys`` when no page of its own asks."""

    name: str
    obstacle: tuple[str, str] = ("", "")
    by_keys: bool = False


@dataclass(frozen=True)
class Arrival:
    """What the test call found."""

    credentials: Credentials
    shown: list[Listing]
    seconds: float


@door.page("/ket-noi", Act.MANAGE_SHOP)
def choose() -> str:
    """The marketplaces this installation has an application for."""
    return _choose(FormState())


def _choose(form: FormState) -> str:
    offered = [_way(name) for name in directory.names() if _is_shown(name)]
    offered.sort(key=lambda way: way.obstacle != ("", ""))
    has_app = any(way.name in settings().marketplaces for way in offered)
    by_file = [(name, name in settings().file_marketplaces) for name in sorted(BY_FILE)]
    page = {"offered": offered, "has_app": has_app, "by_file": by_file}
    return render_template("cooperative/shops/connect.html", form=form, **page)


def _is_shown(marketplace: str) -> bool:
    """Those with an application; one that is shipped switched off is shown with the reason."""
    return marketplace in settings().marketplaces or directory.shipped(marketplace).is_closed


def _way(marketplace: str) -> Way:
    """How to a marketplace; keys that fit nothing show when they are tried, in full."""
    try:
        can = capabilities_of(marketplace)
        with reading() as session:
            market_access.check_connecting(session, actor(), settings(), marketplace, can)
    except Refused as error:
        return Way(marketplace, said(error, face_language()))
    except MarketplaceError:
        return Way(marketplace)
    return Way(marketplace, by_keys=can.keys_of_one_shop)


@door.page("/ket-noi/<marketplace>", Act.MANAGE_SHOP)
def leave(marketplace: str) -> Answer:
    """Go to the marketplace's page with a mark that is good once.

    A link, not a form: the page's own policy lets forms go nowhere else.
    """
    if marketplace not in directory.names() or not _is_shown(marketplace):
        raise NotFound()
    try:
        can = capabilities_of(marketplace)
        with transaction() as session:
            market_access.check_connecting(session, actor(), settings(), marketplace, can)
            mark = connecting.begin(session, actor(), marketplace, now())
        back = f"{settings().public_url}{url_for('shop_connect.come_back')}?state={mark}"
        return redirect(open_market(marketplace).authorize_url(back))
    except MarketplaceError as error:
        return _refused(marketplace, error)
    except Refused as error:
        return _choose(kept(error, {})), error.status


@door.page("/tro-ve", Act.MANAGE_SHOP)
def come_back() -> Answer:
    """The seller agreed: check the mark, take the tokens, call once, keep all of it."""
    brought = {name: request.args.get(name, "") for name in ("state", "code", "shop_id")}
    with transaction() as session:
        marketplace = connecting.end(session, actor(), brought["state"], now())
    try:
        arrival = _arrive(marketplace, brought["code"], brought["shop_id"])
        shop = _keep(marketplace, arrival)
    except MarketplaceError as error:
        return _refused(marketplace, error)
    except Refused as error:
        return _choose(kept(error, {})), error.status
    figures = {"shop": shop.name, "n": len(arrival.shown), "seconds": max(0.1, round(arrival.seconds, 1))}
    flash(t(face_language(), "shop.test.ok", **figures), "ok")
    following = "shop_setup.show" if shop.state == ShopState.PENDING else "shops.show"
    return redirect(url_for(following, shop_id=shop.id), 303)


def _arrive(marketplace: str, code: str, shop_id: str) -> Arrival:
    """The calls, no transaction open."""
    credentials = open_market(marketplace).exchange(code, shop_id)
    begun = time.monotonic()
    shown = list(open_market(marketplace, credentials).listings())
    return Arrival(credentials, shown, time.monotonic() - begun)


def _keep(marketplace: str, arrival: Arrival) -> Shop:
    name = f"{directory.label(marketplace)} {arrival.credentials.ext_shop_id}"
    has_queue = open_market(marketplace).capabilities.event_queue
    new = shops.NewShop(marketplace, name, arrival.credentials, has_queue, is_guided=True)
    with transaction() as session:
        shop = shops.connect(session, actor(), new, settings().sync_every_s, now())
        listings.record_shelf(session, shop.id, arrival.shown, now())
    return shop


def _refused(marketplace: str, error: MarketplaceError) -> tuple[str, int]:
    reason = t(face_language(), "shop.test.bad", marketplace=directory.label(marketplace), reason=str(error))
    return _choose(FormState(refusal=(reason, ""))), 409
