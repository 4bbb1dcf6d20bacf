"""The seller's agreement: a link, a code that works once, and tokens at a host of their own.

A refresh gives a new pair, but the life of the refresh token goes on from the first agreement: however
often tokens are renewed, the seller must agree again when it ends.
"""

from __future__ import annotations

from urllib.parse import urlencode

from marketplaces.agreeing import parted_state
from marketplaces.interface import MarketplaceError
from marketplaces.lazada.gateway import Gateway
from marketplaces.open_platform.tokens import later
from marketplaces.reading import MalformedError, Record
from marketplaces.values import Credentials

FROM_CODE = "/auth/token/create"
FROM_REFRESH = "/auth/token/refresh"
COUNTRY = "vn"
SELLERS = ("country_user_info", "country_user_info_list")


def authorize_url(gateway: Gateway, redirect: str) -> str:
    """The link for the seller's browser; ``redirect`` must be the address registered with Lazada."""
    address, state = parted_state(redirect)
    query = {
        "response_type": "code",
        "force_auth": "true",
        "client_id": gateway.keys.app_id,
        "redirect_uri": address,
        "country": gateway.keys.option("country", COUNTRY),
        **({"state": state} if state else {}),
    }
    return f"{gateway.auth_url.removesuffix('/rest')}/oauth/authorize?{urlencode(query)}"


def exchange(gateway: Gateway, code: str, ext_shop_id: str) -> Credentials:
    """Tokens for the code the browser brought back; which shop it is for, the answer says."""
    return _credentials(gateway, gateway.open_session(FROM_CODE, [("code", code)]), ext_shop_id)


def refresh(gateway: Gateway, credentials: Credentials) -> Credentials:
    """A new pair; the old refresh token may be dead from now on."""
    answer = gateway.open_session(FROM_REFRESH, [("refresh_token", credentials.refresh_token)])
    return _credentials(gateway, answer, credentials.ext_shop_id)


def _credentials(gateway: Gateway, answer: Record, ext_shop_id: str) -> Credentials:
    """An unreadable pair is ``uncertain``: the code or the refresh token is spent all the same."""
    now = gateway.clock()
    try:
        # One public client was answered with the fields wrapped in ``data``.
        record = answer.record("data") if answer.has("data") else answer
        return Credentials(
            access_token=record.identifier("access_token"),
            refresh_token=record.identifier("refresh_token"),
            access_expires_at=later(now, record.number("expires_in", minimum=1)),
            refresh_expires_at=later(now, record.number("refresh_expires_in")),
            ext_shop_id=_shop(record, gateway.keys.option("country", COUNTRY), ext_shop_id),
        )
    except MalformedError as error:
        raise MarketplaceError(f"Lazada: unreadable tokens: {error}", kind="uncertain") from None


def _shop(record: Record, country: str, wanted: str) -> str:
    """The seller in our country; the one we know already when the answer names none.

    Raises:
        MarketplaceError: another seller agreed than the one asked for.
    """
    sellers = [seller for name in SELLERS for seller in record.records(name, optional=True)]
    here = [
        seller.identifier("seller_id") for seller in sellers if seller.text("country", default="") == country
    ]
    if wanted and (wanted in here or not here):
        return wanted
    if not here:
        raise MalformedError(
            f"country_user_info: expected a seller in {country!r}, got {len(sellers)} others"
        )
    if wanted:
        message = f"Lazada: the seller of shop {here[0]} agreed, not the one of {wanted}"
        raise MarketplaceError(message, permanent=True, kind="refused")
    return here[0]
