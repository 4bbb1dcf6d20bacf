"""Closing asked for on a page: a job, because reading a month's rows may take minutes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from trace.records.account import Account, Role
from trace.records.job import Job, JobState
from trace.services import schedules
from trace.services.admission import Actor, actor_of
from trace.services.month_closing import freezing
from trace.services.month_closing.kept import closing_of

KIND = "close_month"
HOUSE = Actor(None, Role.OFFICE)
"""The house itself, which looks at what it keeps."""


@dataclass(frozen=True)
class Asked:
    """A closing that was asked for: still under way, or refused by what it found."""

    month: str
    is_open: bool
    refused: str


def ask(session: Session, actor: Actor, month: str, now: datetime) -> bool:
    """Have the month closed; false where it is closed already.

    Raises:
        NotAllowed: not the office's.
        Invalid: no month.
        Refused: the month is not over.
    """
    freezing.check(actor, month, now)
    if closing_of(session, month) is not None:
        return False
    schedules.add_job(session, KIND, month, now, payload={"account": actor.account_id})
    return True


def asked_by(session: Session, payload: Mapping[str, Any]) -> Actor:
    """Who asked: the account as it is now, so that one who may no longer close does not."""
    number = payload.get("account")
    return HOUSE if number is None else actor_of(session.get_one(Account, number))


def asked(session: Session) -> list[Asked]:
    """What was asked for and has not led to a closing, the newest of each month."""
    rows = session.execute(select(Job).where(col(Job.kind) == KIND).order_by(col(Job.id))).scalars()
    found = {}
    for row in rows:
        is_open = row.state in (JobState.PENDING, JobState.RUNNING)
        refused = row.figures.get("refused") or ("closing.stumbled" if row.state == JobState.DEAD else "")
        if (is_open or refused) and closing_of(session, row.subject) is None:
            found[row.subject] = Asked(row.subject, is_open, str(refused))
    return list(found.values())
