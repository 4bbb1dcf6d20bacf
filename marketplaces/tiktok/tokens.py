"""The seller's agreement: a link, a code that works once within half an hour, and tokens that turn over."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlencode

from marketplaces.agreeing import parted_state
from marketplaces.interface import MarketplaceError
from marketplaces.reading import LATEST_EPOCH_S, MalformedError, Record
from marketplaces.tiktok.gateway import Gateway
from marketplaces.values import Credentials

FROM_CODE = "/api/v2/token/get"
FROM_REFRESH = "/api/v2/token/refresh"
AGREE = "/open/authorize"
AGREE_BY_KEY = "/oauth/authorize"
SELLERS = "https://services.tiktokshop.com"
REFUSED = frozenset({"", "null"})
SELLER = 0


def authorize_url(gateway: Gateway, redirect: str) -> str:
    """The link for the seller's browser. Where TikTok sends it back stands in the application's console.

    With the option ``service_id`` it is the link of markets outside the US; without it the older one,
    which names the application by its key. The ``state`` of ``redirect`` travels along and comes back.
    """
    _, state = parted_state(redirect)
    service = gateway.keys.option("service_id", "")
    if service:
        host = gateway.keys.option("authorize_url", SELLERS).rstrip("/")
        return f"{host}{AGREE}?{urlencode({'service_id': service, 'state': state})}"
    query = {"app_key": gateway.keys.app_id, "state": state}
    return f"{gateway.auth_url}{AGREE_BY_KEY}?{urlencode(query)}"


def exchange(gateway: Gateway, code: str, ext_shop_id: str) -> Credentials:
    """Tokens for the code the browser brought back, and the shop they are good for.

    The browser does not say which shop: without ``ext_shop_id`` it is the only one there is, or the only
    Vietnamese one.

    Raises:
        MarketplaceError: also when the seller declined, or agreed for several shops.
    """
    if code in REFUSED:
        raise MarketplaceError("TikTok Shop: the seller did not agree", permanent=True, kind="relogin")
    query = (("auth_code", code), ("grant_type", "authorized_code"))
    pair = _credentials(gateway.open_session(FROM_CODE, query), ext_shop_id)
    covered = gateway.with_credentials(pair).shops()
    vietnamese = [shop for shop in covered if shop.region == "VN"]
    choice = [shop for shop in covered if shop.ext_shop_id == ext_shop_id] if ext_shop_id else vietnamese
    chosen = choice or ([] if ext_shop_id else covered)
    if len(chosen) != 1:
        had = ", ".join(shop.ext_shop_id for shop in covered) or "none"
        message = f"TikTok Shop: the agreement must cover one shop to connect; it covers {had}"
        raise MarketplaceError(message, permanent=True, kind="setup")
    return _credentials_for(pair, chosen[0].ext_shop_id)


def refresh(gateway: Gateway, credentials: Credentials) -> Credentials:
    """A new pair. Whether the old refresh token lives on is not known: take it for dead."""
    query = (("refresh_token", credentials.refresh_token), ("grant_type", "refresh_token"))
    try:
        record = gateway.open_session(FROM_REFRESH, query)
    except MarketplaceError as error:
        if error.kind in {"refused", "missing", "expired_token"}:
            raise MarketplaceError(str(error), permanent=True, kind="relogin") from None
        raise
    return _credentials(record, credentials.ext_shop_id)


def _credentials(record: Record, ext_shop_id: str) -> Credentials:
    """An unreadable pair is ``uncertain``: the code or the refresh token may be spent all the same."""
    try:
        kind = record.integer("user_type", default=SELLER)
        if kind != SELLER:
            message = f"TikTok Shop: the account that agreed is no seller (user_type {kind})"
            raise MarketplaceError(message, permanent=True, kind="relogin")
        return Credentials(
            access_token=record.identifier("access_token"),
            refresh_token=record.identifier("refresh_token"),
            access_expires_at=record.moment("access_token_expire_in"),
            refresh_expires_at=_end(record),
            ext_shop_id=ext_shop_id,
        )
    except MalformedError as error:
        raise MarketplaceError(f"TikTok Shop: unreadable tokens: {error}", kind="uncertain") from None


def _end(record: Record) -> datetime | None:
    """Live answers name a day some 99 years away, which says no more than that no end is known."""
    value = record.integer("refresh_token_expire_in")
    if value > LATEST_EPOCH_S:
        return None
    return record.moment("refresh_token_expire_in").astimezone(UTC)


def _credentials_for(pair: Credentials, ext_shop_id: str) -> Credentials:
    return Credentials(
        pair.access_token, pair.refresh_token, pair.access_expires_at, pair.refresh_expires_at, ext_shop_id
    )
