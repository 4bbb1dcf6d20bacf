"""Where the next page begins: a token that is signed, bound to its question and its reader, and ages.

It holds the last row's place in the order and the newest row there was when the first page was read:
what arrives meanwhile never moves a page. Of tokens only those are kept that were given back early.
"""

import base64
import binascii
import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlmodel import Session

from trace.keyring import current_keyring
from trace.records.capture import EndedPageToken
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


def seal(place: Place, question: str, reader: str, now: datetime) -> tuple[str, datetime]:
    """The token of a place, and until when it is taken."""
    until = now + LASTS
    body = json.dumps([*asdict(place).values(), int(until.timestamp())]).encode()
    marks = _mark(body, reader) + _mark(body, question, reader)
    return base64.urlsafe_b64encode(marks + body).decode().rstrip("="), until


def unseal(token: str, question: str, reader: str, now: datetime) -> Place:
    """The place in a token.

    Raises:
        EpcisException: QueryParameterException: not ours, of another question or reader, or too old.
    """
    marks, body = _parted(token)
    if not body or marks[MARK_BYTES:] != _mark(body, question, reader):
        raise wrong_parameter("nextPageToken", "Link rel=next", token)
    *place, until = json.loads(body)
    if now.timestamp() > until:
        raise wrong_parameter("nextPageToken", f"< {LASTS}", token)
    return Place(*place)


def end(session: Session, token: str, reader: str) -> None:
    """Let a reader's own token open nothing from now on; any other text is passed over alike."""
    marks, body = _parted(token)
    if not body or marks[:MARK_BYTES] != _mark(body, reader):
        return
    until = datetime.fromtimestamp(json.loads(body)[-1], UTC)
    if session.get(EndedPageToken, _hash(token)) is None:
        session.add(EndedPageToken(token_hash=_hash(token), until=until))


def refuse_ended(session: Session, token: str) -> None:
    """The token was not given back.

    Raises:
        EpcisException: QueryParameterException.
    """
    if session.get(EndedPageToken, _hash(token)) is not None:
        raise wrong_parameter("nextPageToken", "Link rel=next", token)


def _parted(token: str) -> tuple[bytes, bytes]:
    try:
        raw = base64.urlsafe_b64decode(token.encode() + b"=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        raw = b""
    return raw[: 2 * MARK_BYTES], raw[2 * MARK_BYTES :]


def _hash(token: str) -> bytes:
    return hashlib.sha256(b"".join(_parted(token))).digest()


def _mark(body: bytes, *binding: str) -> bytes:
    return current_keyring().mark(PURPOSE, body, *(part.encode() for part in binding))
