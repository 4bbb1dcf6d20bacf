"""Who signs in with an account of another service: ways begun and ended, and whose account that is here.

The browser keeps one secret for one way; nonce and PKCE verifier are made of it, so that nothing in the
database helps whoever reads it to end a way.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlmodel import Session, col

from trace.errors import Refused
from trace.records.account import Account
from trace.records.openid import OpenIdAttempt, OpenIdLink
from trace.services.accounts import working

GOOD_FOR = timedelta(minutes=10)


@dataclass(frozen=True)
class Way:
    """One way to the other service: what the browser keeps, and what is made of it."""

    browser: str
    state: str

    @property
    def nonce(self) -> str:
        """Comes back in the signed answer: it is the answer to this way."""
        return self._made("nonce")

    @property
    def verifier(self) -> str:
        """PKCE (RFC 7636): shows that who trades the code in is who began."""
        return self._made("verifier")

    def _made(self, purpose: str) -> str:
        raw = hmac.new(self.browser.encode(), f"{purpose}/{self.state}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@dataclass(frozen=True)
class Begun:
    """What was known when the way began."""

    account_id: int | None
    further: str


def begin(session: Session, account_id: int | None, further: str, now: datetime) -> Way:
    """A new way; ``account_id`` is whose account is to be linked, None where somebody signs in."""
    session.execute(delete(OpenIdAttempt).where(col(OpenIdAttempt.created_at) < now - GOOD_FOR))
    way = Way(secrets.token_urlsafe(32), secrets.token_urlsafe(32))
    row = OpenIdAttempt(state_hash=_hash(way.state), browser_hash=_hash(way.browser), created_at=now)
    row.account_id, row.further = account_id, further[:400]
    session.add(row)
    return way


def end(session: Session, way: Way, now: datetime) -> Begun | None:
    """What a way was begun for, once; None where this browser began none like it, or too long ago."""
    rule = (
        col(OpenIdAttempt.state_hash) == _hash(way.state),
        col(OpenIdAttempt.browser_hash) == _hash(way.browser),
        col(OpenIdAttempt.created_at) > now - GOOD_FOR,
    )
    ended = delete(OpenIdAttempt).where(*rule)
    found = session.execute(
        ended.returning(col(OpenIdAttempt.account_id), col(OpenIdAttempt.further))
    ).first()
    return Begun(found[0], found[1]) if found else None


def who_hash(issuer: str, claim: str, value: str) -> bytes:
    """The mark of an account of the other service."""
    return hashlib.sha256("\0".join((issuer, claim, value)).encode()).digest()


def account_linked_to(session: Session, who: bytes) -> Account | None:
    """Whose account it opens, if that is in use."""
    linked = col(OpenIdLink.account_id) == col(Account.id)
    question = select(Account).join(OpenIdLink, linked).where(col(OpenIdLink.who_hash) == who, working())
    found: Account | None = session.execute(question).scalar_one_or_none()
    return found


def link_of(session: Session, account_id: int) -> OpenIdLink | None:
    """What opens an account, if anything does."""
    question = select(OpenIdLink).where(col(OpenIdLink.account_id) == account_id)
    found: OpenIdLink | None = session.execute(question).scalar_one_or_none()
    return found


def link(session: Session, account_id: int, who: bytes, now: datetime) -> None:
    """Let an account of the other service open this one, in place of what did before.

    Raises:
        Refused: ``openid.taken``: it opens another account here.
    """
    session.get(Account, account_id, with_for_update=True)
    taken = select(OpenIdLink).where(col(OpenIdLink.who_hash) == who)
    found: OpenIdLink | None = session.execute(taken).scalar_one_or_none()
    if found is not None and found.account_id != account_id:
        raise Refused("openid.taken")
    unlink(session, account_id)
    session.add(OpenIdLink(account_id=account_id, who_hash=who, linked_at=now))
    session.flush()


def unlink(session: Session, account_id: int) -> bool:
    """Nothing of the other service opens this account any more; whether anything did."""
    mine = delete(OpenIdLink).where(col(OpenIdLink.account_id) == account_id)
    return session.execute(mine.returning(col(OpenIdLink.id))).first() is not None


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
