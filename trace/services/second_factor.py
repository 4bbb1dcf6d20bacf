"""The second factor, six digits of a telephone or a code on paper: begun, confirmed, asked for, ended."""

import base64
import hashlib
import secrets
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, func, select, update
from sqlmodel import Session, col

from trace.errors import NotFound, Refused
from trace.keyring import current_keyring
from trace.records.account import Account, LoginSession, Role
from trace.records.second_factor import RecoveryCode, SecondFactor
from trace.services.admission import POLICY, Act
from trace.services.failed_tries import Limit, check_tries, note_try
from trace.standards import totp

LIMITS = (Limit(5, timedelta(minutes=15)), Limit(20, timedelta(days=1)))
"""Of a million codes three are good at once: twenty tries a day find one in some forty years."""
TO_CONFIRM = timedelta(minutes=15)
"""A secret that was begun and left is shown to nobody who comes later."""
RECOVERY_CODES = 10
RECOVERY_BYTES = 10
GROUP = 4


class Standing(StrEnum):
    """How far somebody is let in whose password was right."""

    OPEN = "open"
    CODE = "code"
    """There is a second factor, which this session has not shown."""
    ENROL = "enrol"
    """There is none, and this role may do nothing without one."""


def is_for_role(role: Role) -> bool:
    """Whether this role needs one: the office, which reaches every cooperative, and who may change keys."""
    return role is Role.OFFICE or role in POLICY[Act.MANAGE_KEYS]


def standing(role: Role, *, has_factor: bool, has_shown: bool, is_demanded: bool) -> Standing:
    """How far a session is let in; ``is_demanded`` is what the settings say of roles that need one."""
    if has_shown:
        return Standing.OPEN
    if has_factor:
        return Standing.CODE
    return Standing.ENROL if is_demanded and is_for_role(role) else Standing.OPEN


def has_factor(session: Session, account_id: int) -> bool:
    """Whether an account has a second factor that counts."""
    row = session.get(SecondFactor, account_id)
    return row is not None and row.confirmed_at is not None


def begin(session: Session, account_id: int, now: datetime) -> bytes:
    """A secret for an app to keep; it counts once confirmed. Begun twice, the newer one stands.

    Raises:
        Refused: ``factor.there``: one that counts is there already.
    """
    session.get(Account, account_id, with_for_update=True)  # two at once do not both make one
    row = session.get(SecondFactor, account_id, with_for_update=True)
    if row is not None and row.confirmed_at is not None:
        raise Refused("factor.there")
    secret = totp.new_secret()
    sealed = current_keyring().seal(secret, secret_place(account_id))
    if row is None:
        session.add(SecondFactor(account_id=account_id, secret_sealed=sealed, created_at=now))
    else:
        row.secret_sealed, row.created_at = sealed, now
    return secret


def secret_to_confirm(session: Session, account_id: int, now: datetime) -> bytes | None:
    """The secret that was begun of late and does not count yet; one that counts is shown to nobody."""
    row = session.get(SecondFactor, account_id)
    return _secret(row) if row is not None and row.confirmed_at is None and _is_fresh(row, now) else None


def confirm(session: Session, account_id: int, code: str, now: datetime) -> list[str] | None:
    """Let the begun secret count and hand out codes for paper; None where the code is not of it.

    Raises:
        NotFound: none was begun of late.
        Refused: ``factor.there``: it counts already.
        TooMany: too many wrong codes of late.
    """
    row = session.get(SecondFactor, account_id, with_for_update=True)
    if row is not None and row.confirmed_at is not None:
        raise Refused("factor.there")
    if row is None or not _is_fresh(row, now):
        raise NotFound("factor.unbegun")
    if not _is_taken(session, row, code, now):
        return None
    row.confirmed_at = now
    return new_recovery_codes(session, account_id)


def check_code(session: Session, account_id: int, code: str, now: datetime) -> bool:
    """Whether it is a code of the telephone or one on paper; taken, it opens nothing again.

    A wrong one is noted here, so the transaction is to be kept.

    Raises:
        NotFound: the account has no second factor.
        TooMany: too many wrong codes of late.
    """
    row = session.get(SecondFactor, account_id, with_for_update=True)
    if row is None or row.confirmed_at is None:
        raise NotFound("factor.unbegun")
    return _is_taken(session, row, code, now)


def _is_taken(session: Session, row: SecondFactor, code: str, now: datetime) -> bool:
    subject = f"code of account {row.account_id}"
    check_tries(session, subject, LIMITS, now)
    said = "".join(code.split())
    step = totp.step_of_code(_secret(row), said, now, row.last_step)
    if step is not None:
        row.last_step = step
        return True
    if row.confirmed_at is not None and _uses_paper(session, row.account_id, said, now):
        return True
    note_try(session, subject, LIMITS, now)
    return False


def _uses_paper(session: Session, account_id: int, said: str, now: datetime) -> bool:
    rule = (
        col(RecoveryCode.account_id) == account_id,
        col(RecoveryCode.code_hash) == _hash(account_id, said),
        col(RecoveryCode.used_at).is_(None),
    )
    used = update(RecoveryCode).where(*rule).values(used_at=now).returning(col(RecoveryCode.id))
    return session.execute(used).first() is not None


def new_recovery_codes(session: Session, account_id: int) -> list[str]:
    """Ten codes for paper, shown this once; older ones open nothing any more."""
    session.execute(delete(RecoveryCode).where(col(RecoveryCode.account_id) == account_id))
    codes = [base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode() for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(account_id=account_id, code_hash=_hash(account_id, one)) for one in codes)
    return ["-".join(one[at : at + GROUP] for at in range(0, len(one), GROUP)) for one in codes]


def codes_left(session: Session, account_id: int) -> int:
    """How many codes on paper are good still."""
    unused = (col(RecoveryCode.account_id) == account_id, col(RecoveryCode.used_at).is_(None))
    return int(session.execute(select(func.count()).where(*unused)).scalar_one())


def switch_off(session: Session, account_id: int) -> bool:
    """Forget an account's second factor; whether there was one. What was shown of it counts no more."""
    row = session.get(SecondFactor, account_id, with_for_update=True)
    session.execute(delete(RecoveryCode).where(col(RecoveryCode.account_id) == account_id))
    mine = update(LoginSession).where(col(LoginSession.account_id) == account_id)
    session.execute(mine.values(has_shown_factor=False))
    if row is not None:
        session.delete(row)
    return row is not None


def secret_place(account_id: int) -> str:
    """Where a sealed secret belongs."""
    return f"account/{account_id}/second-factor"


def _is_fresh(row: SecondFactor, now: datetime) -> bool:
    return now - row.created_at < TO_CONFIRM


def _secret(row: SecondFactor) -> bytes:
    return current_keyring().unseal(row.secret_sealed, secret_place(row.account_id))


def _hash(account_id: int, code: str) -> bytes:
    plain = code.replace("-", "").upper()
    return hashlib.sha256(f"{account_id}/{plain}".encode()).digest()
