"""A telephone is let in by a code on the screen of a device that is in: shown, looked at, used once."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, select, update
from sqlmodel import Session, col

from trace.records.account import Account, LoginSession
from trace.records.phone_ticket import PhoneTicket
from trace.services.accounts import working
from trace.services.login_sessions import hash_of

GOOD_FOR = timedelta(minutes=2)
SALT_BYTES = 16


@dataclass(frozen=True)
class Shown:
    """What the device shows: a code and its seconds, or which telephone came in by it."""

    code: str
    seconds: int
    is_used: bool = False
    device: str = ""


def begin(session: Session, account_id: int, own_secret: str, now: datetime) -> str:
    """A new code for this device's screen; the account's older ones end."""
    session.get(Account, account_id, with_for_update=True)  # two at once do not both leave one
    forget(session, account_id)
    salt = secrets.token_bytes(SALT_BYTES)
    code = _code(own_secret, salt)
    session.add(
        PhoneTicket(
            account_id=account_id,
            secret_hash=hash_of(code),
            salt=salt,
            session_hash=hash_of(own_secret),
            created_at=now,
            expires_at=now + GOOD_FOR,
        )
    )
    return code


def shown(session: Session, account_id: int, own_secret: str, now: datetime) -> Shown | None:
    """What this device has to show, if it made a code that is not over."""
    mine = (col(PhoneTicket.account_id) == account_id, col(PhoneTicket.session_hash) == hash_of(own_secret))
    row: PhoneTicket | None = session.execute(select(PhoneTicket).where(*mine)).scalar_one_or_none()
    if row is None:
        return None
    if row.used_at is not None:
        return Shown("", 0, is_used=True, device=row.device)
    left = int((row.expires_at - now).total_seconds())
    return Shown(_code(own_secret, row.salt), left) if left > 0 else None


def whose(session: Session, code: str, now: datetime) -> Account | None:
    """Whom a code would let in; looking uses nothing up."""
    question = select(Account).join(PhoneTicket, col(PhoneTicket.account_id) == col(Account.id))
    found: Account | None = session.execute(question.where(*_good(code, now), working())).scalar_one_or_none()
    return found


def use(session: Session, code: str, device: str, now: datetime) -> Account | None:
    """Whom it lets in, this once; None where it is used, over, or nobody's."""
    taking = update(PhoneTicket).where(*_good(code, now)).values(used_at=now, device=device[:160])
    taken = session.execute(taking.returning(col(PhoneTicket.account_id))).scalar_one_or_none()
    if taken is None:
        return None
    question = select(Account).where(col(Account.id) == taken, working())
    found: Account | None = session.execute(question).scalar_one_or_none()
    return found


def forget(session: Session, account_id: int) -> None:
    """No code of this account lets anybody in any more."""
    session.execute(delete(PhoneTicket).where(col(PhoneTicket.account_id) == account_id))


def _good(code: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    device = exists().where(
        col(LoginSession.token_hash) == col(PhoneTicket.session_hash),
        col(LoginSession.account_id) == col(PhoneTicket.account_id),
        col(LoginSession.expires_at) > now,
    )
    fresh = (col(PhoneTicket.used_at).is_(None), col(PhoneTicket.expires_at) > now)
    return (col(PhoneTicket.secret_hash) == hash_of(code), *fresh, device)


def _code(own_secret: str, salt: bytes) -> str:
    raw = hmac.new(own_secret.encode(), b"telephone/" + salt, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
