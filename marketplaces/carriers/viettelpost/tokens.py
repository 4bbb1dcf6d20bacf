"""The account's two logins: a short token first, and a long one for it."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import UTC, datetime

from marketplaces.carriers.values import Login, Pass
from marketplaces.carriers.viettelpost.gateway import Gateway
from marketplaces.reading import EARLIEST_EPOCH_S, LATEST_EPOCH_S, MalformedError, Record

MS = 1_000


def login(gateway: Gateway, account: Login) -> Pass:
    """A long-lived token, with the end that ViettelPost says: clients assume from a day to two years."""
    short = gateway.login("/v2/user/Login", account)
    long = gateway.login("/v2/user/ownerconnect", account, short.text("token"))
    return _pass(long)


def _pass(data: Record) -> Pass:
    token = data.text("token")
    if not token.strip() or not token.isascii():
        raise MalformedError("data.token: expected a token")
    if data.has("expired"):
        return Pass(token, datetime.fromtimestamp(_epoch_ms(data) / MS, UTC))
    return pass_of(token)


def _epoch_ms(data: Record) -> int:
    at = data.number("expired")
    if not EARLIEST_EPOCH_S * MS <= at <= LATEST_EPOCH_S * MS:
        raise MalformedError("data.expired: expected epoch milliseconds")
    return at


def pass_of(token: str) -> Pass:
    """A token made in ViettelPost's portal; its end is read in it where it says one."""
    part = token.partition(".")[2].partition(".")[0]
    try:
        said = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        return Pass(token, Record(said, "token").moment("exp"))
    except (binascii.Error, MalformedError, ValueError, RecursionError):
        return Pass(token, None)
