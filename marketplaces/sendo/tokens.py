"""Logging in: a token of eight hours, and the shop's number written in it."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime, timedelta

from marketplaces.interface import MarketplaceError
from marketplaces.reading import MalformedError, Record
from marketplaces.sendo.gateway import Gateway
from marketplaces.values import Credentials

LIFE = timedelta(hours=8)


def login(gateway: Gateway, ext_shop_id: str) -> Credentials:
    """A token for the shop's keys; every earlier one is useless from now on.

    Raises:
        MarketplaceError: the keys open another shop than was meant, or nobody says which one.
    """
    try:
        token = gateway.login().text("token")
    except MalformedError as error:
        raise MarketplaceError(f"Sendo: unreadable token: {error}", kind="malformed") from None
    claims = _claims(token)
    number = _store(claims) or ext_shop_id
    if not number or ext_shop_id not in {"", number}:
        message = f"Sendo: these keys open shop {number or '?'}, not {ext_shop_id[:30]!r}"
        raise MarketplaceError(message, permanent=True, kind="setup")
    return Credentials(token, "", _end(claims, gateway.clock()), None, number)


def _claims(token: str) -> Record:
    """What the token says of itself; nothing when it is no JWT. It is ours, so it need not be verified."""
    part = token.partition(".")[2].partition(".")[0]
    try:
        said = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        return Record(said, "token")
    except (binascii.Error, ValueError, RecursionError):
        return Record({}, "token")


def _store(claims: Record) -> str:
    try:
        return claims.identifier("StoreId")
    except MalformedError:
        return ""


def _end(claims: Record, now: datetime) -> datetime:
    """When the token says it ends, but no later than eight hours from now."""
    try:
        return min(now + LIFE, claims.moment("exp"))
    except MalformedError:
        return now + LIFE
