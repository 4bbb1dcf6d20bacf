"""What failures do to a shop: paused, longer each time, tried again by itself; never off for good."""

import random
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from marketplaces.interface import MarketplaceError
from trace.records.shop import Shop, ShopState
from trace.services import schedules

SYNC = "sync_shop"
FAULTS_ALLOWED = 3
FIRST_PAUSE_S = 60.0
LONGEST_PAUSE_S = 3_600.0


def note_success(session: Session, shop_id: int, now: datetime) -> None:
    """The shop answered well to the end."""
    shop = session.get_one(Shop, shop_id, with_for_update=True)
    calm(shop)
    shop.last_success_at = now


def calm(shop: Shop) -> None:
    """Faults are over: nothing is counted against the shop any more."""
    shop.failures, shop.paused_until, shop.last_error = 0, None, ""


def note_failure(session: Session, shop_id: int, error: MarketplaceError, now: datetime) -> Shop:
    """Write down a failure: a seconds' wait is obeyed, a lost permission asks for a sign-in, and after
    three faults in a row the shop is paused, twice as long each time, up to an hour.

    A pause ends by itself with one try: the first call after it closes the circuit or doubles the pause.
    A day's quota is the application's: every shop of the marketplace rests until it is renewed.
    """
    if error.kind == "quota":
        _rest_marketplace(session, shop_id, now + timedelta(seconds=error.retry_after or FIRST_PAUSE_S))
    shop = session.get_one(Shop, shop_id, with_for_update=True)
    shop.last_error = f"{error.kind}: {error}"[:600]
    if error.relogin:
        shop.state = ShopState.NEEDS_LOGIN
        schedules.enable_shop(session, shop.id, enabled=False)
        return shop
    if error.kind in {"rate_limit", "quota"}:
        shop.paused_until = now + timedelta(seconds=error.retry_after or FIRST_PAUSE_S)
    else:
        shop.failures += 1
        if shop.failures >= FAULTS_ALLOWED:
            shop.paused_until = now + timedelta(seconds=pause_s(shop.failures))
    if shop.paused_until:
        schedules.postpone(session, shop.id, SYNC, shop.paused_until)
    return shop


def _rest_marketplace(session: Session, shop_id: int, until: datetime) -> None:
    """In the order of their numbers, so that two workers who hear of it at once do not lock each other."""
    marketplace = session.get_one(Shop, shop_id).marketplace
    rule = (col(Shop.marketplace) == marketplace, col(Shop.state) == ShopState.CONNECTED)
    every = select(Shop).where(*rule).order_by(col(Shop.id)).with_for_update()
    for shop in session.execute(every.execution_options(populate_existing=True)).scalars().all():
        shop.paused_until = max(shop.paused_until or until, until)
        schedules.postpone(session, shop.id, SYNC, shop.paused_until)


def pause_s(failures: int) -> float:
    """Seconds of pause after so many faults in a row: doubling, at most an hour, a fifth by chance."""
    whole = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** min(12, failures - FAULTS_ALLOWED))
    return whole * random.uniform(0.8, 1.0)  # noqa: S311
