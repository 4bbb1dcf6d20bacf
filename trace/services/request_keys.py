"""Idempotency keys: a request that was answered is not done again, however often it is sent.

The key's row is written first, in the transaction of the act itself. So an act and its key are kept
together or not at all, and of two senders at once the second waits for the first and finds its row.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from trace.errors import Conflict
from trace.records.account import RequestKey
from trace.services.intake import Given, RequestId

LONGEST_PLACE = 400


class KeyIn(Given):
    """A key as a program or a form sends it."""

    request_id: RequestId


@dataclass(frozen=True)
class Sent:
    """Who sent a request, under which key, and a keyed mark of what it says."""

    account_id: int
    key: str
    content_hash: bytes


def take_key(session: Session, sent: Sent, now: datetime) -> tuple[RequestKey, bool]:
    """The key's row, and whether this request is the first with it.

    Raises:
        Conflict: the key came before with other content; nothing is done.
    """
    values = {"account_id": sent.account_id, "key": sent.key, "content_hash": sent.content_hash}
    values |= {"status": 0, "location": "", "body": b"", "created_at": now}
    adding = _insert(session).values(**values).on_conflict_do_nothing()
    added = session.connection().execute(adding.returning(col(RequestKey.id))).first()
    row = known_key(session, sent)
    if row is None or row.content_hash != sent.content_hash:
        raise Conflict("error.conflict", request_id=sent.key)
    return row, added is not None


def known_key(session: Session, sent: Sent) -> RequestKey | None:
    """The row of a key that came before, whatever its content."""
    question = select(RequestKey).where(
        col(RequestKey.account_id) == sent.account_id, col(RequestKey.key) == sent.key
    )
    found: RequestKey | None = session.execute(question).scalar_one_or_none()
    return found


def keep_answer(row: RequestKey, status: int, location: str) -> None:
    """What a resent request is answered: the redirect of the first."""
    row.status, row.location = status, location[:LONGEST_PLACE]


def _insert(session: Session) -> Any:
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    return dialect.insert(RequestKey)
