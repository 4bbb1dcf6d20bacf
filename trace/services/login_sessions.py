"""Signed-in devices: opened, seen, listed, ended one by one. Of a session's secret the hash alone is kept."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from trace.errors import NotFound
from trace.records.account import Account, LoginSession
from trace.services.accounts import working

SEEN_EVERY = timedelta(minutes=5)
"""A session in use is noted so often, not with every page."""
MARK_BYTES = 8


@dataclass(frozen=True)
class SignedIn:
    """Whose session it is, and whether its last use was noted so long ago that it is to be noted again."""

    account: Account
    was_long_ago: bool


@dataclass(frozen=True)
class Device:
    """A signed-in device as its owner sees it; ``mark`` names it and opens nothing."""

    mark: str
    said: str
    since: datetime
    seen: datetime
    is_this: bool


def open_session(session: Session, account: Account, device: str, now: datetime, days: int) -> str:
    """A new session's secret, shown once; the database keeps its hash only."""
    secret = secrets.token_urlsafe(32)
    session.add(
        LoginSession(
            token_hash=hash_of(secret),
            account_id=account.id,
            created_at=now,
            seen_at=now,
            expires_at=now + timedelta(days=days),
            device=device[:160],
        )
    )
    return secret


def signed_in(session: Session, secret: str, now: datetime) -> SignedIn | None:
    """Whose live session this is."""
    question = (
        select(Account, col(LoginSession.seen_at))
        .join(LoginSession, col(LoginSession.account_id) == col(Account.id))
        .where(
            col(LoginSession.token_hash) == hash_of(secret),
            col(LoginSession.expires_at) > now,
            working(),
        )
    )
    found = session.execute(question).one_or_none()
    return SignedIn(found[0], was_long_ago=now - found[1] > SEEN_EVERY) if found else None


def note_seen(session: Session, secret: str, now: datetime) -> None:
    """Note that a session is in use."""
    mine = col(LoginSession.token_hash) == hash_of(secret)
    session.execute(update(LoginSession).where(mine, col(LoginSession.seen_at) < now).values(seen_at=now))


def devices_of(session: Session, account_id: int, secret: str, now: datetime) -> list[Device]:
    """Where an account is signed in: this device first, then by when each was last in use."""
    live = (col(LoginSession.account_id) == account_id, col(LoginSession.expires_at) > now)
    rows = session.execute(select(LoginSession).where(*live)).scalars().all()
    own = hash_of(secret)
    found = [
        Device(_mark(row.token_hash), row.device, row.created_at, row.seen_at, row.token_hash == own)
        for row in rows
    ]
    return sorted(found, key=lambda one: (not one.is_this, -one.seen.timestamp(), one.mark))


def end_session(session: Session, secret: str) -> None:
    """End one session."""
    session.execute(delete(LoginSession).where(col(LoginSession.token_hash) == hash_of(secret)))


def end_device(session: Session, account_id: int, mark: str) -> str:
    """End the session of an account that goes by this mark; what its device called itself.

    Raises:
        NotFound: this account has no such session.
    """
    mine = select(LoginSession).where(col(LoginSession.account_id) == account_id).with_for_update()
    rows: Sequence[LoginSession] = session.execute(mine).scalars().all()
    for row in rows:
        if _mark(row.token_hash) == mark:
            session.delete(row)
            return row.device
    raise NotFound("session.gone")


def end_other_sessions(session: Session, account_id: int, secret: str) -> int:
    """End every session of an account but this one; how many there were."""
    others = (col(LoginSession.account_id) == account_id, col(LoginSession.token_hash) != hash_of(secret))
    ended = delete(LoginSession).where(*others).returning(col(LoginSession.token_hash))
    return len(session.execute(ended).all())


def end_all_sessions(session: Session, account_id: int) -> int:
    """End every session of an account; how many there were."""
    return end_other_sessions(session, account_id, "")


def hash_of(secret: str) -> bytes:
    """What is kept of a session's secret."""
    return hashlib.sha256(secret.encode()).digest()


def _mark(token_hash: bytes) -> str:
    return token_hash[:MARK_BYTES].hex()
