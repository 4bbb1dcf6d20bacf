"""Renewing a shop's tokens before they end: by one worker, stored before their first use."""

import threading

from marketplaces.interface import MarketplaceError
from trace.db import reading, transaction
from trace.jobs.desk import Calls, Desk
from trace.services import shop_tokens
from trace.services.shop_tokens import Tokens

LOOK_EVERY_S = 0.2


def fresh_tokens(
    desk: Desk, shop_id: int, marketplace: str, calls: Calls | None = None, rejected: int | None = None
) -> Tokens:
    """Tokens good for calls now: renewed at 80 % of their life, or when version ``rejected`` was refused.

    Raises:
        MarketplaceError: they ended, and no new ones were given.
    """
    tokens = _read(shop_id)
    wanted = tokens.version == rejected or desk.now() >= tokens.renew_at
    if not wanted:
        return tokens
    try:
        return _renew(desk, shop_id, marketplace, tokens, calls)
    except MarketplaceError as error:
        alive = desk.now() < tokens.credentials.access_expires_at
        if error.relogin or tokens.version == rejected or not alive:
            raise
        return tokens  # a passing fault; the old ones still work


def _renew(desk: Desk, shop_id: int, marketplace: str, seen: Tokens, calls: Calls | None) -> Tokens:
    """Renew, or wait for whoever is at it; a lease outlives the slowest call, so that waiting ends."""
    owner = f"{desk.owner}/{threading.get_ident()}"[:64]
    waited = 0.0
    while waited <= shop_tokens.LEASE.total_seconds():
        with transaction() as session:
            if shop_tokens.take_lease(session, shop_id, seen.version, owner, desk.now()):
                break
        desk.sleep(LOOK_EVERY_S)
        waited += LOOK_EVERY_S
        tokens = _read(shop_id)
        if tokens.version != seen.version:
            return tokens
    else:
        raise MarketplaceError("another worker has been renewing the tokens for too long")
    return _ask(desk, shop_id, marketplace, seen, owner, calls)


def _ask(desk: Desk, shop_id: int, marketplace: str, seen: Tokens, owner: str, calls: Calls | None) -> Tokens:
    try:
        pair = desk.open(marketplace, seen.credentials, calls).refresh(seen.credentials)
    except MarketplaceError:
        with transaction() as session:
            shop_tokens.end_lease(session, shop_id, owner)
        tokens = _read(shop_id)
        if tokens.version != seen.version:
            return tokens  # the seller signed in anew meanwhile: those are good
        raise
    with transaction() as session:
        shop_tokens.swap_tokens(session, shop_id, seen.version, pair, desk.now())
    return _read(shop_id)


def _read(shop_id: int) -> Tokens:
    with reading() as session:
        return shop_tokens.read_tokens(session, shop_id)
