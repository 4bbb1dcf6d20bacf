"""Codes of the time: RFC 6238 over RFC 4226, as authenticator apps make them.

Six digits, steps of 30 seconds, HMAC-SHA-1, a secret of 20 bytes: what every app reads from an ``otpauth``
URI.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote, urlencode

STEP_S = 30
DIGITS = 6
SECRET_BYTES = 20
DRIFT = 1
"""So many steps a telephone's clock may be early or late (RFC 6238, 5.2)."""


def new_secret() -> bytes:
    """A secret nobody knows yet."""
    return secrets.token_bytes(SECRET_BYTES)


def step_at(moment: datetime) -> int:
    """The number of the 30-second step a moment lies in."""
    return int(moment.timestamp()) // STEP_S


def code_of(secret: bytes, step: int, digits: int = DIGITS, digest: str = "sha1") -> str:
    """The code of a step.

    >>> code_of(b"12345678901234567890", 1, digits=8)
    '94287082'
    """
    whole = hmac.new(secret, step.to_bytes(8, "big"), digest).digest()
    at = whole[-1] & 15
    number = int.from_bytes(whole[at : at + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**digits:0{digits}}"


def step_of_code(secret: bytes, code: str, now: datetime, after: int) -> int | None:
    """The step whose code this is, of those near ``now`` and newer than ``after``; None where it is none."""
    middle, found = step_at(now), None
    for step in range(middle - DRIFT, middle + DRIFT + 1):
        if hmac.compare_digest(code_of(secret, step).encode(), code.encode()) and step > after:
            found = step
    return found


def typed_secret(secret: bytes) -> str:
    """The secret as it is typed into an app: Base32 in groups of four."""
    said = base64.b32encode(secret).decode().rstrip("=")
    return " ".join(said[at : at + 4] for at in range(0, len(said), 4))


def uri_of(secret: bytes, label: str, issuer: str) -> str:
    """What an app reads from a QR code (Key Uri Format).

    >>> uri_of(bytes(20), "htx 1", "nongsan")
    'otpauth://totp/nongsan:htx%201?secret=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA&issuer=nongsan'
    """
    asked = urlencode({"secret": typed_secret(secret).replace(" ", ""), "issuer": issuer}, quote_via=quote)
    return f"otpauth://totp/{quote(issuer, safe='')}:{quote(label, safe='')}?{asked}"
