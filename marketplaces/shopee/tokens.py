"""The seller's agreement: a link, a code that works once, and a refresh token that works once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from marketplaces.interface import MarketplaceError
from marketplaces.reading import MalformedError, Record
from marketplaces.shopee.gateway import Gateway
from marketplaces.values import Credentials

AUTHORIZE = "/api/v2/shop/auth_partner"
FROM_CODE = "/api/v2/auth/token/get"
FROM_REFRESH = "/api/v2/auth/access_token/get"
REFRESH_LIFE = timedelta(days=30)
AN_EPOCH_S = 1_000_000_000  # one documented sample of expire_in is a moment instead of seconds left


def authorize_url(gateway: Gateway, redirect: str) -> str:
    """The signed link for the seller's browser; Shopee lets it live five minutes."""
    query = (*gateway.public_query(AUTHORIZE), ("redirect", redirect))
    return f"{gateway.address(AUTHORIZE)}?{urlencode(query)}"


def exchange(gateway: Gateway, code: str, ext_shop_id: str) -> Credentials:
    """Tokens for the code the browser brought back."""
    shop = shop_number(ext_shop_id)
    body = {"code": code, "partner_id": int(gateway.keys.app_id), "shop_id": shop}
    return _credentials(gateway.open_session(FROM_CODE, body), ext_shop_id, gateway.clock())


def refresh(gateway: Gateway, credentials: Credentials) -> Credentials:
    """A new pair; the old refresh token is dead from now on."""
    shop = shop_number(credentials.ext_shop_id)
    body = {
        "refresh_token": credentials.refresh_token,
        "partner_id": int(gateway.keys.app_id),
        "shop_id": shop,
    }
    return _credentials(gateway.open_session(FROM_REFRESH, body), credentials.ext_shop_id, gateway.clock())


def shop_number(ext_shop_id: str) -> int:
    """Shopee wants whole numbers in bodies."""
    if not (ext_shop_id.isascii() and ext_shop_id.isdigit() and len(ext_shop_id) <= 18):
        message = f"Shopee: shop_id must be digits, got {ext_shop_id[:30]!r}"
        raise MarketplaceError(message, permanent=True, kind="setup")
    return int(ext_shop_id)


def _credentials(record: Record, ext_shop_id: str, now: datetime) -> Credentials:
    """An unreadable pair is ``uncertain``: the code or the refresh token is spent all the same."""
    try:
        return Credentials(
            access_token=record.identifier("access_token"),
            refresh_token=record.identifier("refresh_token"),
            access_expires_at=_expiry(record, now),
            refresh_expires_at=now + REFRESH_LIFE,
            ext_shop_id=ext_shop_id,
        )
    except MalformedError as error:
        raise MarketplaceError(f"Shopee: unreadable tokens: {error}", kind="uncertain") from None


def _expiry(record: Record, now: datetime) -> datetime:
    value = record.integer("expire_in", minimum=1)
    if value > AN_EPOCH_S:
        return record.moment("expire_in").astimezone(UTC)
    return now + timedelta(seconds=value)
