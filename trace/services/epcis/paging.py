"""Where the next page begins: a token that is signed, bound to its question and its reader, and ages.

It holds the last row's place in the order and the newest row there was when the first page was read:
what arrives meanwhile never moves a page.
"""

import base64
import binascii
import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final

from trace.keyring import current_keyring
from trace.services.epcis.exceptions import wrong_parameter

LASTS: Final = timedelta(hours=1)
PURPOSE: Final = b"epcis-page"
MARK_BYTES: Final = 16


@dataclass(frozen=True)
class Place:
    """After this row: the value it was ordered by, its number, the newest row of the first page, and how
    many events may still come where the question bounds them."""

    key: str
    row: int = 0
    top: int = 0
    left: int | None = None


def seal(place: Place, binding: str, now: datetime) -> tuple[str, datetime]:
    """The token of a place, and until when it is taken."""
    until = now + LASTS
    body = json.dumps([*asdict(place).values(), int(until.timestamp())]).encode()
    return base64.urlsafe_b64encode(_mark(body, binding) + body).decode().rstrip("="), until


def unseal(token: str, binding: str, now: datetime) -> Place:
    """The place in a token.

    Raises:
        EpcisException: QueryParameterException: not ours, of another question or reader, or too old.
    """
    try:
        raw = base64.urlsafe_b64decode(token.encode() + b"=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        raw = b""
    body = raw[MARK_BYTES:]
    if raw[:MARK_BYTES] != _mark(body, binding) or not body:
        raise wrong_parameter("nextPageToken", "Link rel=next", token)
    *place, until = json.loads(body)
    if now.timestamp() > until:
        raise wrong_parameter("nextPageToken", f"< {LASTS}", token)
    return Place(*place)


def _mark(body: bytes, binding: str) -> bytes:
    return current_keyring().mark(PURPOSE, binding.encode(), body)
