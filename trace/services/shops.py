"""Shops on marketplaces: connected, working, paused for a while, in need of a new sign-in, stopped.

A failing shop is paused, longer each time, and tried again by itself; it is never switched off for good
by anyone but a person.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from marketplaces.by_file import is_by_file
from marketplaces.values import Credentials
from trace.errors import NotFound, Refused
from trace.records.shop import Shop, ShopState
from trace.services import admission, schedules
from trace.services.admission import Act, Actor
from trace.services.logging_acts import append_leaf
from trace.services.shop_circuit import SYNC, calm
from trace.services.shop_claiming import claim
from trace.services.shop_tokens import store_tokens
from trace.standards.local_time import local_day

TOKENS, RECONCILE, EVENTS = "refresh_tokens", "reconcile", "pull_events"
SHELF = "read_shelf"
TOKENS_EVERY_S = 1_200
DAY_S = 86_400
LEAST_EVENTS_S = 20
"""A queue of events is asked five times between two readings of the orders: one short call each."""


@dataclass(frozen=True)
class NewShop:
    """What a shop is made from once its seller has agreed."""

    marketplace: str
    name: str
    credentials: Credentials
    has_event_queue: bool = False
    is_guided: bool = False
    """A person is led on from here: nothing is read before they saw what will come."""


def connect(session: Session, actor: Actor, new: NewShop, every_s: int, now: datetime) -> Shop:
    """Keep a shop's tokens and start its schedules; a shop that was here before goes on where it was.

    A new one of a guided connecting waits for ``begin``: only its tokens are renewed until then.

    Raises:
        Refused: another cooperative has connected this shop.
    """
    org = admission.own_org(actor)
    admission.scope_of(actor, Act.MANAGE_SHOP)
    number = new.credentials.ext_shop_id
    shop, is_new = claim(session, org, new.marketplace, number, new.name[:160], now)
    if not is_new and not new.is_guided:  # who signs in anew keeps the name people gave the shop
        shop.name = new.name[:160] or shop.name
    calm(shop)
    store_tokens(session, shop, new.credentials, now)
    if new.is_guided and shop.orders_cursor is None:
        shop.state = ShopState.PENDING
        _schedule_tokens(session, shop, now)
        schedules.enable_shop(session, shop.id, enabled=True)
    else:
        start(session, shop, every_s, now, has_event_queue=new.has_event_queue)
    body = {"shop": f"{shop.marketplace}/{shop.ext_shop_id}", "org": org, "by": actor.account_id}
    append_leaf(session, "shop_connected", body, now)
    return shop


def begin(
    session: Session, actor: Actor, shop_id: int, every_s: int, now: datetime, *, has_event_queue: bool
) -> Shop:
    """End a guided connecting: from now on orders are read and listings sent. Doing it twice changes nothing.

    Raises:
        Refused: the shop was stopped meanwhile, or its seller must agree again.
    """
    shop = admission.fetch(session, actor, Act.MANAGE_SHOP, Shop, id=shop_id)
    admission.lock(session, shop)
    if shop.state == ShopState.CONNECTED:
        return shop
    if shop.state != ShopState.PENDING:
        raise Refused("shop.not_connected", shop=shop.name)
    start(session, shop, every_s, now, has_event_queue=has_event_queue)
    append_leaf(session, "shop_begun", {"shop": shop.id, "by": actor.account_id}, now)
    return shop


def start(session: Session, shop: Shop, every_s: int, now: datetime, *, has_event_queue: bool) -> None:
    """The shop works: everything it does by the clock is scheduled."""
    shop.state = ShopState.CONNECTED
    _schedule(session, shop, every_s, now)
    if has_event_queue:
        every = max(LEAST_EVENTS_S, every_s // 5)
        schedules.ensure(session, EVENTS, str(shop.id), every, now, shop_id=shop.id, jitter_s=every // 10)
    schedules.enable_shop(session, shop.id, enabled=True)


def _schedule(session: Session, shop: Shop, every_s: int, now: datetime) -> None:
    name = str(shop.id)
    jitter = max(1, every_s // 10)
    schedules.ensure(session, SYNC, name, every_s, now, shop_id=shop.id, jitter_s=jitter)
    _schedule_tokens(session, shop, now)
    schedules.ensure(session, RECONCILE, name, DAY_S, schedules.tonight(now), shop_id=shop.id, jitter_s=1_800)


def _schedule_tokens(session: Session, shop: Shop, now: datetime) -> None:
    renew_at = now + timedelta(seconds=TOKENS_EVERY_S)
    schedules.ensure(session, TOKENS, str(shop.id), TOKENS_EVERY_S, renew_at, shop_id=shop.id, jitter_s=120)


def stop(session: Session, actor: Actor, shop_id: int, now: datetime) -> Shop:
    """Disconnect: nothing is read or sent any more; the orders read so far stay in the figures."""
    shop = admission.fetch(session, actor, Act.MANAGE_SHOP, Shop, id=shop_id)
    shop.state = ShopState.DISABLED
    schedules.enable_shop(session, shop.id, enabled=False)
    append_leaf(session, "shop_stopped", {"shop": shop.id, "by": actor.account_id}, now)
    return shop


def list_shops(session: Session, actor: Actor) -> Sequence[Shop]:
    """The shops the actor may see, oldest first."""
    rule = admission.visible(actor, Act.VIEW_SHOP, Shop)
    return session.execute(select(Shop).where(rule).order_by(col(Shop.id))).scalars().all()


def find_shop(session: Session, actor: Actor, act: Act, said: str) -> Shop:
    """A shop by ``marketplace/number``, by the marketplace's number alone where only one has it, or by ours.

    Raises:
        NotFound: none, or several.
    """
    market, _, number = said.rpartition("/")
    rule = [admission.visible(actor, act, Shop)]
    if market:
        rule.append(col(Shop.marketplace) == market)
    found = session.execute(select(Shop).where(*rule)).scalars().all()
    exact: list[Shop] = [shop for shop in found if shop.ext_shop_id == number]
    if not exact and not market:
        exact = [shop for shop in found if str(shop.id) == said]
    if len(exact) != 1:
        raise NotFound("shop.unknown", got=said, choices=", ".join(map(address, found)) or "–")
    return exact[0]


def address(shop: Shop) -> str:
    """``marketplace/number``: how commands name a shop."""
    return f"{shop.marketplace}/{shop.ext_shop_id}"


def sync_now(session: Session, actor: Actor, shop_id: int, now: datetime) -> int:
    """Have the shop's orders read and its listings sent at once, whatever the pause; the job's number."""
    shop = admission.fetch(session, actor, Act.MANAGE_SHOP, Shop, id=shop_id)
    shop.paused_until = None
    return queue_sync(session, shop, now)


def sync_soon(session: Session, actor: Actor, shop_id: int, now: datetime) -> bool:
    """As ``sync_now``; a shop kept by files waits for its next export instead, and False is said."""
    shop = admission.fetch(session, actor, Act.MANAGE_SHOP, Shop, id=shop_id)
    if is_by_file(shop.marketplace):
        return False
    sync_now(session, actor, shop_id, now)
    return True


def queue_sync(session: Session, shop: Shop, now: datetime) -> int:
    """As ``sync_now``, for whoever was let through already (the machine's owner).

    Raises:
        Refused: the shop is not connected, or it is kept by files and nobody can be called.
    """
    refuse_by_file(shop)
    if shop.state != ShopState.CONNECTED:
        raise Refused("shop.not_connected", shop=shop.name)
    return schedules.run_now(session, SYNC, str(shop.id), now, shop_id=shop.id)


def read_shelf_now(session: Session, actor: Actor, shop_id: int, now: datetime) -> int:
    """Have the shop's shelf read again; the job's number.

    Raises:
        Refused: it is kept by files.
    """
    shop = admission.fetch(session, actor, Act.MANAGE_SHOP, Shop, id=shop_id)
    refuse_by_file(shop)
    return schedules.run_now(session, SHELF, str(shop.id), now, shop_id=shop.id)


def refuse_by_file(shop: Shop) -> None:
    """Nothing is ever asked of a marketplace that has no interface.

    Raises:
        Refused: ``shop.by_file``.
    """
    if is_by_file(shop.marketplace):
        raise Refused("shop.by_file", shop=shop.name)


def is_weekly(now: datetime) -> bool:
    """Whether tonight's comparison is the long one: Sundays in Vietnam."""
    return local_day(now).weekday() == 6
