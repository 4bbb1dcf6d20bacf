"""Calls of an account at a carrier with a token that is good: renewed when it is due or was refused."""

from collections.abc import Callable

from marketplaces.carriers.interface import Carrier
from marketplaces.interface import MarketplaceError
from trace.db import reading
from trace.jobs.desk import Run
from trace.services import carrier_accounts
from trace.services.carrier_accounts import Access


def with_carrier(run: Run, account_id: int, work: Callable[[Carrier], None]) -> None:
    """Do the work; when its token is refused, once more with a new one.

    Raises:
        MarketplaceError: after the account's row says so, where somebody has to sign in.
    """
    held = _held(run, account_id)
    try:
        if held.is_due:
            held = _renewed(run, held)
        try:
            work(run.desk.open_carrier(held.carrier, held.token, run.calls))
        except MarketplaceError as error:
            if error.kind != "expired_token":
                raise
            work(run.desk.open_carrier(held.carrier, _renewed(run, held).token, run.calls))
    except MarketplaceError as error:
        if error.relogin or error.kind == "expired_token":
            with run.writing() as session:
                carrier_accounts.need_login(session, account_id, str(error))
        raise


def _held(run: Run, account_id: int) -> Access:
    with reading() as session:
        return carrier_accounts.access(session, account_id, run.desk.now())


def _renewed(run: Run, held: Access) -> Access:
    """A new token, kept before its first use; whoever was faster is followed."""
    if held.login is None:
        message = "the token has ended, and no password was left to renew it"
        raise MarketplaceError(message, permanent=True, kind="relogin")
    token = run.desk.open_carrier(held.carrier, None, run.calls).login(held.login)
    with run.writing() as session:
        carrier_accounts.swap_token(session, held, token, run.desk.now())
    return _held(run, held.account_id)
