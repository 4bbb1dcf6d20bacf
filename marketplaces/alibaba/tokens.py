"""The seller's agreement: a link, a code that works once, and tokens whose lives the answer tells.

How long they live is told differently by every source, so only ``expires_in`` of the answer counts. Whether
a refresh gives a new refresh token is not known: what comes back is kept, and without one the old one stays.
"""

from __future__ import annotations

from urllib.parse import urlencode

from marketplaces.agreeing import parted_state
from marketplaces.alibaba.gateway import Gateway
from marketplaces.interface import MarketplaceError
from marketplaces.open_platform.tokens import later
from marketplaces.reading import MalformedError, Record
from marketplaces.values import Credentials

FROM_CODE = "/auth/token/create"
FROM_REFRESH = "/auth/token/refresh"


def authorize_url(gateway: Gateway, redirect: str) -> str:
    """The link for the seller's browser; ``redirect`` must be the address registered with the application."""
    address, state = parted_state(redirect)
    query = {
        "response_type": "code",
        "force_auth": "true",
        "client_id": gateway.keys.app_id,
        "redirect_uri": address,
        **({"state": state} if state else {}),
    }
    return f"{gateway.auth_url.removesuffix('/rest')}/oauth/authorize?{urlencode(query)}"


def exchange(gateway: Gateway, code: str, ext_shop_id: str) -> Credentials:
    """Tokens for the code the browser brought back; which shop it is for, the answer says."""
    return _credentials(gateway, gateway.open_session(FROM_CODE, [("code", code)]), ext_shop_id, "")


def refresh(gateway: Gateway, credentials: Credentials) -> Credentials:
    """New tokens; the old refresh token may be dead from now on."""
    answer = gateway.open_session(FROM_REFRESH, [("refresh_token", credentials.refresh_token)])
    return _credentials(gateway, answer, credentials.ext_shop_id, credentials.refresh_token)


def _credentials(gateway: Gateway, answer: Record, ext_shop_id: str, old: str) -> Credentials:
    """Unreadable tokens are ``uncertain``: the code or the refresh token may be spent all the same."""
    now = gateway.clock()
    try:
        return Credentials(
            access_token=answer.identifier("access_token"),
            refresh_token=old
            if old and not answer.has("refresh_token")
            else answer.identifier("refresh_token"),
            access_expires_at=later(now, answer.number("expires_in", minimum=1)),
            refresh_expires_at=later(now, answer.number("refresh_expires_in")),
            ext_shop_id=_shop(answer, ext_shop_id),
        )
    except MalformedError as error:
        raise MarketplaceError(f"Alibaba.com: unreadable tokens: {error}", kind="uncertain") from None


def _shop(answer: Record, wanted: str) -> str:
    """The seller's number, which pushes name too; the one we know already when the answer names none.

    Raises:
        MarketplaceError: another seller agreed than the one asked for.
    """
    if wanted and not answer.has("user_info"):
        return wanted
    found = answer.record("user_info").identifier("seller_id")
    if wanted and found != wanted:
        message = f"Alibaba.com: the seller of shop {found} agreed, not the one of {wanted}"
        raise MarketplaceError(message, permanent=True, kind="refused")
    return found
