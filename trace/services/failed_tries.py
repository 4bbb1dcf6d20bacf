"""Wrong passwords and codes, counted for as long as a limit looks back: guessing is slow."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlmodel import Session, col

from trace.errors import TooMany
from trace.records.account import LoginFailure

KEPT = timedelta(days=1)


@dataclass(frozen=True)
class Limit:
    """So many wrong tries within a span of at most a day, and none more until the span is over."""

    allowed: int
    within: timedelta


def check_tries(session: Session, subject: str, limits: Sequence[Limit], now: datetime) -> None:
    """Whether somebody may try once more; to be asked before anything is compared.

    Raises:
        TooMany: too many wrong tries of late.
    """
    for limit in limits:
        if _failures(session, subject, now - limit.within) >= limit.allowed:
            wait = int(limit.within.total_seconds())
            raise TooMany("login.locked", wait, minutes=wait // 60, time=now + limit.within)


def note_try(session: Session, subject: str, limits: Sequence[Limit], now: datetime) -> int:
    """Remember a wrong try; how many are left."""
    session.add(LoginFailure(subject=_kept(subject), failed_at=now))
    session.execute(delete(LoginFailure).where(col(LoginFailure.failed_at) < now - KEPT))
    session.flush()
    return min(max(0, one.allowed - _failures(session, subject, now - one.within)) for one in limits)


def _failures(session: Session, subject: str, since: datetime) -> int:
    question = select(func.count()).where(
        col(LoginFailure.subject) == _kept(subject), col(LoginFailure.failed_at) > since
    )
    return int(session.execute(question).scalar_one())


def _kept(subject: str) -> str:
    return hashlib.sha256(subject.encode()).hexdigest()[:40]
