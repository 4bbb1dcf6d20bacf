"""Signed-in devices: opened, seen, listed, ended one by one. Of a session's secret the hash alone is kept."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from trace.errors import NotFound
from trace.records.account import Account, LoginSession, Way
from trace.records.second_factor import SecondFactor
from trace.services.accounts import working
from trace.services.second_factor import has_factor

SEEN_EVERY = timedelta(minutes=5)
"""A session in use is noted so often, not with every page."""
ENTERING = timedelta(minutes=15)
MARK_BYTES = 8


@dataclass(frozen=True)
class SignedIn:
    """Whose session it is and what was shown in it.

    ``was_long_ago``: its last use was noted so long ago that it is to be noted again.
    """

    account: Account
    was_long_ago: bool
    has_factor: bool
    has_shown_factor: bool
    way: Way


@dataclass(frozen=True)
class Device:
    """A signed-in device as its owner sees it; ``mark`` names it and opens nothing."""

    mark: str
    said: str
    since: datetime
    seen: datetime
    is_this: bool
    way: Way
    waits: bool
    """Whether it has not shown the second factor the account has."""


def open_session(
    session: Session,
    account: Account,
    device: str,
    now: datetime,
    days: int,
    *,
    way: Way = Way.PASSWORD,
    has_shown_factor: bool = False,
) -> str:
    """A new session's secret, shown once; the database keeps its hash only.

    With ``days`` 0 it is one that waits for the second factor, for a quarter of an hour.
    """
    secret = secrets.token_urlsafe(32)
    session.add(
        LoginSession(
            token_hash=hash_of(secret),
            account_id=account.id,
            created_at=now,
            seen_at=now,
            expires_at=now + (timedelta(days=days) or ENTERING),
            device=device[:160],
            way=way,
            has_shown_factor=has_shown_factor,
        )
    )
    return secret


def signed_in(session: Session, secret: str, now: datetime) -> SignedIn | None:
    """Whose live session this is."""
    factor = (col(SecondFactor.account_id) == col(Account.id)) & col(SecondFactor.confirmed_at).is_not(None)
    question = (
        select(Account, LoginSession, col(SecondFactor.confirmed_at))
        .join(LoginSession, col(LoginSession.account_id) == col(Account.id))
        .outerjoin(SecondFactor, factor)
        .where(
            col(LoginSession.token_hash) == hash_of(secret),
            col(LoginSession.expires_at) > now,
            working(),
        )
    )
    found = session.execute(question).one_or_none()
    if found is None:
        return None
    account, row, confirmed_at = found
    return SignedIn(
        account,
        was_long_ago=now - row.seen_at > SEEN_EVERY,
        has_factor=confirmed_at is not None,
        has_shown_factor=row.has_shown_factor,
        way=Way(row.way),
    )


def note_seen(session: Session, secret: str, now: datetime) -> None:
    """Note that a session is in use."""
    mine = col(LoginSession.token_hash) == hash_of(secret)
    session.execute(update(LoginSession).where(mine, col(LoginSession.seen_at) < now).values(seen_at=now))


def devices_of(session: Session, account_id: int, secret: str, now: datetime) -> list[Device]:
    """Where an account is signed in: this device first, then by when each was last in use."""
    live = (col(LoginSession.account_id) == account_id, col(LoginSession.expires_at) > now)
    rows = session.execute(select(LoginSession).where(*live)).scalars().all()
    own, factor = hash_of(secret), has_factor(session, account_id)
    found = [
        Device(
            mark=_mark(row.token_hash),
            said=row.device,
            since=row.created_at,
            seen=row.seen_at,
            is_this=row.token_hash == own,
            way=Way(row.way),
            waits=factor and not row.has_shown_factor,
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (not one.is_this, -one.seen.timestamp(), one.mark))


def note_factor(session: Session, secret: str) -> None:
    """The second factor was shown in this session."""
    mine = col(LoginSession.token_hash) == hash_of(secret)
    session.execute(update(LoginSession).where(mine).values(has_shown_factor=True))


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
