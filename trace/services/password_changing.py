"""A password takes another's place: by who knows the old one, or by the machine's owner."""

from datetime import datetime

from sqlmodel import Session

from trace.errors import FieldProblem, Invalid, NotFound
from trace.records.account import Account
from trace.services import phone_sign_in, second_factor
from trace.services.accounts import account_named, check_login_tries
from trace.services.admission import lock
from trace.services.login_sessions import end_all_sessions, end_other_sessions
from trace.services.passwords import hashed, is_password_of, password_problems
from trace.services.second_factor import has_factor
from trace.standards.passwords import LEAST_ALONE


def knows_password(session: Session, account: Account, password: str, now: datetime) -> bool:
    """Whether who is signed in knows the password; the caller notes a wrong one as a failed sign-in.

    Raises:
        TooMany: this login failed too often of late.
    """
    check_login_tries(session, account.login, now)
    return is_password_of(account, password)


def change_password(session: Session, account_id: int, password: str, secret: str) -> int:
    """Give an account its new password; every session but ``secret`` ends, how many there were.

    Raises:
        Invalid: it can not be a password (field ``new``).
    """
    _put(session, session.get_one(Account, account_id), password, "new")
    return end_other_sessions(session, account_id, secret)


def reset_password(session: Session, login: str, password: str, *, drops_factor: bool = False) -> int:
    """The machine's owner gives an account a password; all its sessions end, how many there were.

    ``drops_factor`` forgets the second factor too: the telephone is gone. The new password then stands alone.

    Raises:
        NotFound: no such login.
        Invalid: it can not be a password.
    """
    account = account_named(session, login)
    if account is None:
        raise NotFound("account.unknown", login=login)
    if drops_factor:
        second_factor.switch_off(session, account.id)
    _put(session, account, password, "password")
    return end_all_sessions(session, account.id)


def switch_factor_off(session: Session, account: Account, password: str) -> None:
    """Forget the second factor of who showed both this password and a code; the password then stands alone.

    Raises:
        Invalid: the password is too short for that: it is to be changed first.
    """
    problems = password_problems(password, (account.login, account.name))
    if problems:
        raise Invalid([FieldProblem("password", "factor.password_first", None, {"min": LEAST_ALONE})])
    second_factor.switch_off(session, account.id)


def _put(session: Session, account: Account, password: str, field: str) -> None:
    lock(session, account)
    about, factor = (account.login, account.name), has_factor(session, account.id)
    problems = password_problems(password, about, has_factor=factor, field=field)
    if problems:
        raise Invalid(problems)
    account.password_hash = hashed(password)
    phone_sign_in.forget(session, account.id)
