"""Accounts: made, let in by login and password, switched off."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select
from sqlmodel import Session, col

from trace.errors import FieldProblem, Invalid, NotAllowed, NotFound
from trace.records.account import Account, LoginSession, Role
from trace.records.organisation import Organisation
from trace.services.admission import Act, Actor, scope_of
from trace.services.admission import Scope as Reach
from trace.services.failed_tries import Limit, check_tries, note_try
from trace.services.passwords import hashed, is_password_of, password_problems

FAILURES_ALLOWED = 8
FAILURE_WINDOW = timedelta(minutes=15)
LOGIN = re.compile(r"[a-z0-9][a-z0-9._@+-]{2,63}")
"""What every keyboard types, and in one way only: đ and ứ are typed in several, and missing on some."""
LIMITS = (Limit(FAILURES_ALLOWED, FAILURE_WINDOW),)


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
        Invalid: login taken or malformed, a password that can not be one.
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
        password_hash=hashed(new.password),
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
    if not LOGIN.fullmatch(login):
        found.append(FieldProblem("login", "account.login_form", login))
    elif session.execute(select(col(Account.id)).where(col(Account.login) == login)).first():
        found.append(FieldProblem("login", "account.login_taken", login))
    found += password_problems(new.password, (login, new.name))
    if not new.name.strip():
        found.append(FieldProblem("name", "error.empty", new.name))
    return found


def sign_in(session: Session, login: str, password: str, now: datetime) -> Account | None:
    """The account, or None when login and password do not match (the caller then notes the failure).

    Raises:
        TooMany: this login failed too often of late; asked before the password is looked at.
    """
    check_login_tries(session, login, now)
    account = account_named(session, login)
    matches = is_password_of(account, password)
    return account if account and matches and _may_come_in(session, account) else None


def _may_come_in(session: Session, account: Account) -> bool:
    org = session.get(Organisation, account.org_id) if account.org_id is not None else None
    return account.is_active and (org is None or org.is_active)


def working() -> ColumnElement[bool]:
    """Accounts that are on, of organisations that have not ended."""
    ended = select(col(Organisation.id)).where(~col(Organisation.is_active))
    return col(Account.is_active) & (col(Account.org_id).is_(None) | col(Account.org_id).not_in(ended))


def check_login_tries(session: Session, login: str, now: datetime) -> None:
    """Whether somebody may try this login's password once more.

    Raises:
        TooMany: it failed too often of late.
    """
    check_tries(session, login.strip().lower(), LIMITS, now)


def note_failure(session: Session, login: str, now: datetime) -> int:
    """Remember a failed sign-in; how many tries are left."""
    return note_try(session, login.strip().lower(), LIMITS, now)


def account_named(session: Session, login: str) -> Account | None:
    """The account with this login."""
    question = select(Account).where(col(Account.login) == login.strip().lower())
    found: Account | None = session.execute(question).scalar_one_or_none()
    return found


def disable_account(session: Session, login: str) -> Account:
    """Switch an account off and end its sessions at once.

    Raises:
        NotFound: no such login.
    """
    account = account_named(session, login)
    if account is None:
        raise NotFound("account.unknown", login=login)
    account.is_active = False
    session.execute(delete(LoginSession).where(col(LoginSession.account_id) == account.id))
    return account
