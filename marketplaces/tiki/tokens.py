"""Tokens for the application's own keys: an in-house application of one seller, without a refresh token."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from marketplaces.interface import MarketplaceError
from marketplaces.reading import MalformedError
from marketplaces.tiki.gateway import Gateway
from marketplaces.values import Credentials


def ask(gateway: Gateway, ext_shop_id: str) -> Credentials:
    """A token for our keys; the same at the first time and at every renewal."""
    record = gateway.open_session((("grant_type", "client_credentials"),))
    try:
        return Credentials(
            access_token=record.identifier("access_token"),
            refresh_token="",
            access_expires_at=gateway.clock() + timedelta(seconds=record.integer("expires_in", minimum=1)),
            refresh_expires_at=None,
            ext_shop_id=ext_shop_id,
        )
    except (MalformedError, OverflowError) as error:
        raise MarketplaceError(f"Tiki: unreadable token: {error}", kind="malformed") from None


def of_seller(credentials: Credentials, gateway: Gateway) -> Credentials:
    """The same with the number of the seller whose keys these are.

    Raises:
        MarketplaceError: another shop was meant.
    """
    number = gateway.get("sellers/me").identifier("id")
    if credentials.ext_shop_id not in {"", number}:
        message = f"Tiki: these keys open shop {number}, not {credentials.ext_shop_id[:30]!r}"
        raise MarketplaceError(message, permanent=True, kind="setup")
    return replace(credentials, ext_shop_id=number)
