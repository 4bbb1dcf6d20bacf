"""People's passwords: hashed by Argon2id, compared in their composed form."""

import secrets
from collections.abc import Sequence

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from trace.errors import FieldProblem
from trace.records.account import Account
from trace.standards.fault import Fault
from trace.standards.passwords import check_password, composed

# RFC 9106's second profile made lighter for two-core machines: 19 MiB, 2 passes (OWASP, 80 ms here).
_hasher = PasswordHasher(memory_cost=19 * 1024, time_cost=2, parallelism=1)
# Hashed once, so that an unknown login takes as long as a wrong password.
_nobody = _hasher.hash(secrets.token_urlsafe(24))

SERVICE = "nongsan"


def hashed(password: str) -> str:
    """What is kept of a password."""
    return _hasher.hash(_bytes(password))


def is_password_of(account: Account | None, password: str) -> bool:
    """Whether it is this account's password; of nobody it is none, found out in the same time."""
    try:
        return _hasher.verify(account.password_hash if account else _nobody, _bytes(password))
    except (VerifyMismatchError, InvalidHashError):
        return False


def password_problems(
    password: str, about: Sequence[str], *, has_factor: bool = False, field: str = "password"
) -> list[FieldProblem]:
    """Why it can not be the password of somebody with this login and name; nothing where it can."""
    try:
        check_password(password, (*about, SERVICE), has_factor=has_factor)
    except Fault as fault:
        return [FieldProblem(field, fault.key, None, fault.params)]
    return []


def _bytes(password: str) -> bytes:
    return composed(password).encode("utf-8", "surrogatepass")
