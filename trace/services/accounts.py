"""Accounts, passwords and sessions kept on the server."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import ColumnElement, delete, func, select
from sqlmodel import Session, col

from trace.errors import FieldProblem, Invalid, NotAllowed, NotFound, TooMany
from trace.records.account import Account, LoginFailure, LoginSession, Role
from trace.records.organisation import Organisation
from trace.services.admission import Act, Actor, scope_of
from trace.services.admission import Scope as Reach

# RFC 9106's second profile made lighter for two-core machines: 19 MiB, 2 passes (OWASP, 80 ms here).
_hasher = PasswordHasher(memory_cost=19 * 1024, time_cost=2, parallelism=1)
# Hashed once, so that an unknown login takes as long as a wrong password.
_nobody = _hasher.hash(secrets.token_urlsafe(24))

MIN_PASSWORD = 15
FAILURES_ALLOWED = 8
FAILURE_WINDOW = timedelta(minutes=15)
SEEN_EVERY = timedelta(minutes=5)


@dataclass(frozen=True)
class NewAccount:
    """What an account is made from."""

    login: str
    name: str
    password: str
    role: Role
    org_id: int | None = None
    household_id: int | None = None
    commune_code: str | None = None
    language: str = "vi"


def add_account(session: Session, actor: Actor | None, new: NewAccount, now: datetime) -> Account:
    """Make an account; ``actor`` None is the command line of the machine's owner.

    Raises:
        Invalid: login taken or malformed, password too short.
        NotAllowed: the actor may not make accounts of this role or organisation.
    """
    if actor is not None:
        _may_make(actor, new)
    problems = _problems(session, new)
    if problems:
        raise Invalid(problems)
    account = Account(
        login=new.login.strip().lower(),
        name=new.name.strip(),
        password_hash=_hasher.hash(new.password),
        role=new.role,
        org_id=new.org_id,
        household_id=new.household_id,
        commune_code=new.commune_code,
        language=new.language,
        created_at=now,
    )
    session.add(account)
    session.flush()
    return account


def _may_make(actor: Actor, new: NewAccount) -> None:
    scope = scope_of(actor, Act.MANAGE_ACCOUNTS)
    inside = scope is Reach.ALL or new.org_id == actor.org_id
    allowed = {
        Role.ADMIN: set(Role),
        Role.OFFICE: {Role.OFFICE, Role.COMMUNE_OFFICER, Role.DIGITAL_TEAM},
        Role.COOP_MANAGER: {Role.COOP_STAFF, Role.COOP_MANAGER, Role.FARMER},
        Role.PACKING_HOUSE: {Role.PACKING_HOUSE},
    }
    if not inside or new.role not in allowed[actor.role]:
        raise NotAllowed("error.not_allowed", roles=(Role.ADMIN.value,))


def _problems(session: Session, new: NewAccount) -> list[FieldProblem]:
    login = new.login.strip().lower()
    found = []
    if not 3 <= len(login) <= 64 or any(letter.isspace() for letter in login):
        found.append(FieldProblem("login", "account.login_form", login))
    elif session.execute(select(col(Account.id)).where(col(Account.login) == login)).first():
        found.append(FieldProblem("login", "account.login_taken", login))
    if len(new.password) < MIN_PASSWORD:
        shape = {"min": MIN_PASSWORD, "n": len(new.password)}
        found.append(FieldProblem("password", "password.short", None, shape))
    if not new.name.strip():
        found.append(FieldProblem("name", "error.empty", new.name))
    return found


def sign_in(session: Session, login: str, password: str, now: datetime) -> Account | None:
    """The account, or None when login and password do not match (the caller then notes the failure).

    Raises:
        TooMany: this login failed too often of late; asked before the password is looked at.
    """
    subject = _subject(login)
    since = now - FAILURE_WINDOW
    failures = _failures(session, subject, since)
    if failures >= FAILURES_ALLOWED:
        minutes = int(FAILURE_WINDOW.total_seconds() // 60)
        wait = int(FAILURE_WINDOW.total_seconds())
        raise TooMany("login.locked", wait, minutes=minutes, time=now + FAILURE_WINDOW)
    account = _by_login(session, login)
    matches = _matches(account.password_hash if account else _nobody, password)
    return account if account and matches and _may_come_in(session, account) else None


def _may_come_in(session: Session, account: Account) -> bool:
    org = session.get(Organisation, account.org_id) if account.org_id is not None else None
    return account.is_active and (org is None or org.is_active)


def working() -> ColumnElement[bool]:
    """Accounts that are on, of organisations that have not ended."""
    ended = select(col(Organisation.id)).where(~col(Organisation.is_active))
    return col(Account.is_active) & (col(Account.org_id).is_(None) | col(Account.org_id).not_in(ended))


def note_failure(session: Session, login: str, now: datetime) -> int:
    """Remember a failed sign-in; how many tries are left."""
    subject = _subject(login)
    session.add(LoginFailure(subject=subject, failed_at=now))
    session.execute(delete(LoginFailure).where(col(LoginFailure.failed_at) < now - timedelta(days=1)))
    session.flush()
    return max(0, FAILURES_ALLOWED - _failures(session, subject, now - FAILURE_WINDOW))


def _by_login(session: Session, login: str) -> Account | None:
    question = select(Account).where(col(Account.login) == login.strip().lower())
    found: Account | None = session.execute(question).scalar_one_or_none()
    return found


def _subject(login: str) -> str:
    return hashlib.sha256(login.strip().lower().encode()).hexdigest()[:40]


def _failures(session: Session, subject: str, since: datetime) -> int:
    question = select(func.count()).where(
        col(LoginFailure.subject) == subject, col(LoginFailure.failed_at) > since
    )
    return int(session.execute(question).scalar_one())


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def open_session(session: Session, account: Account, device: str, now: datetime, days: int) -> str:
    """A new session's secret, shown once; the database keeps its hash only."""
    secret = secrets.token_urlsafe(32)
    session.add(
        LoginSession(
            token_hash=_hash(secret),
            account_id=account.id,
            created_at=now,
            seen_at=now,
            expires_at=now + timedelta(days=days),
            device=device[:160],
        )
    )
    return secret


def account_of_session(session: Session, secret: str, now: datetime) -> Account | None:
    """Whose live session this is."""
    question = (
        select(Account)
        .join(LoginSession, col(LoginSession.account_id) == col(Account.id))
        .where(
            col(LoginSession.token_hash) == _hash(secret),
            col(LoginSession.expires_at) > now,
            working(),
        )
    )
    found: Account | None = session.execute(question).scalar_one_or_none()
    return found


def end_session(session: Session, secret: str) -> None:
    """End one session."""
    session.execute(delete(LoginSession).where(col(LoginSession.token_hash) == _hash(secret)))


def end_all_sessions(session: Session, account_id: int) -> int:
    """End every session of an account; how many there were."""
    ended = delete(LoginSession).where(col(LoginSession.account_id) == account_id)
    return len(session.execute(ended.returning(col(LoginSession.token_hash))).all())


def disable_account(session: Session, login: str) -> Account:
    """Switch an account off and end its sessions at once.

    Raises:
        NotFound: no such login.
    """
    account = _by_login(session, login)
    if account is None:
        raise NotFound("account.unknown", login=login)
    account.is_active = False
    end_all_sessions(session, account.id)
    return account


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
