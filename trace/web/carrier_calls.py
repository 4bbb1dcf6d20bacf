"""Calls to a carrier while a person waits: short, few, and never inside a transaction."""

from collections.abc import Callable
from typing import TypeVar

from marketplaces.carriers import directory
from marketplaces.carriers.interface import Carrier
from marketplaces.carriers.values import Pass
from marketplaces.http import Client
from marketplaces.interface import MarketplaceError
from trace.db import reading, transaction
from trace.services import carrier_accounts
from trace.services.carrier_accounts import Access, carrier_keys
from trace.web.market_calls import PATIENCE, TIMEOUTS
from trace.web.visitor import now, settings

T = TypeVar("T")


def open_carrier(carrier: str, token: Pass | None = None) -> Carrier:
    """The adapter; raises ``MarketplaceError`` where the settings do not name the carrier."""
    client = Client(timeouts=TIMEOUTS, patience=PATIENCE)
    return directory.open_carrier(carrier, client, carrier_keys(settings(), carrier), token, now)


def call(account_id: int, work: Callable[[Carrier], T]) -> T:
    """Do the work with the account's token, once more with a new one when that was refused.

    A refused token means that nothing was done, so that a booking may be sent with the next one.

    Raises:
        MarketplaceError: after the account's row says so, where somebody has to sign in.
    """
    held = _held(account_id)
    try:
        try:
            return work(open_carrier(held.carrier, held.token))
        except MarketplaceError as error:
            if error.kind != "expired_token" or held.login is None:
                raise
        return work(open_carrier(held.carrier, _renewed(held).token))
    except MarketplaceError as error:
        if error.relogin or error.kind == "expired_token":
            with transaction() as session:
                carrier_accounts.need_login(session, account_id, str(error))
        raise


def _held(account_id: int) -> Access:
    with reading() as session:
        return carrier_accounts.access(session, account_id, now())


def _renewed(held: Access) -> Access:
    """Kept before its first use; whoever was faster is followed."""
    if held.login is not None:
        token = open_carrier(held.carrier).login(held.login)
        with transaction() as session:
            carrier_accounts.swap_token(session, held, token, now())
    return _held(held.account_id)
