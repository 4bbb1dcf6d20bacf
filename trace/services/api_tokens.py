"""Tokens of programs: shown once, kept as a hash, revocable."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, or_, select, update
from sqlmodel import Session, col

from trace.errors import NotFound
from trace.records.account import Account, ApiToken
from trace.services import accounts

PREFIX = "ns_"


def issue_token(
    session: Session, login: str, name: str, now: datetime, days: int | None = None
) -> tuple[ApiToken, str]:
    """A new token of an account and its secret, which is shown this once.

    Raises:
        NotFound: no such account, or it is switched off.
    """
    question = select(Account).where(col(Account.login) == login.strip().lower(), accounts.working())
    account: Account | None = session.execute(question).scalar_one_or_none()
    if account is None:
        raise NotFound("account.unknown", login=login)
    secret = PREFIX + secrets.token_urlsafe(32)
    row = ApiToken(
        token_hash=_hash(secret),
        account_id=account.id,
        name=name[:80],
        created_at=now,
        expires_at=now + timedelta(days=days) if days else None,
    )
    session.add(row)
    session.flush()
    return row, secret


def account_of_token(session: Session, secret: str, now: datetime) -> Account | None:
    """Whose live token this is."""
    token = live_token(session, secret, now)
    return session.get(Account, token.account_id) if token is not None else None


def live_token(session: Session, secret: str, now: datetime) -> ApiToken | None:
    """The row of a token that opens something."""
    question = select(ApiToken).where(
        col(ApiToken.token_hash) == _hash(secret), col(ApiToken.id).in_(live(now))
    )
    found: ApiToken | None = session.execute(question).scalar_one_or_none()
    return found


def live(now: datetime, *rules: ColumnElement[bool]) -> Select[int]:
    """The numbers of all tokens that hold, of accounts that work and keep ``rules``."""
    not_over = or_(col(ApiToken.expires_at).is_(None), col(ApiToken.expires_at) > now)
    of_accounts = select(col(ApiToken.id)).join(Account, col(ApiToken.account_id) == col(Account.id))
    return of_accounts.where(col(ApiToken.revoked_at).is_(None), not_over, accounts.working(), *rules)


def revoke_tokens(session: Session, account_id: int, now: datetime) -> int:
    """End every token of an account; how many there were."""
    live = (col(ApiToken.account_id) == account_id) & col(ApiToken.revoked_at).is_(None)
    ended = session.execute(update(ApiToken).where(live).values(revoked_at=now).returning(col(ApiToken.id)))
    return len(ended.all())


def tokens_of(session: Session, account_id: int, now: datetime) -> Sequence[ApiToken]:
    """The tokens of an account that hold, the newest first."""
    mine = col(ApiToken.id).in_(live(now, col(Account.id) == account_id))
    return session.execute(select(ApiToken).where(mine).order_by(col(ApiToken.id).desc())).scalars().all()


def revoke_token(session: Session, account_id: int, token_id: int, now: datetime) -> ApiToken:
    """End one token of an account; one that is over stays as it is.

    Raises:
        NotFound: this account has no such token.
    """
    row = session.get(ApiToken, token_id)
    if row is None or row.account_id != account_id:
        raise NotFound()
    row.revoked_at = row.revoked_at or now
    return row


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
