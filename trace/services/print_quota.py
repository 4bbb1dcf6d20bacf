"""How much one cooperative may have printed: at once, and on one day."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from trace.errors import Refused
from trace.records.organisation import Organisation
from trace.records.stamp import ON_PAPER, OPEN_RUNS, OPEN_SENDINGS, PrintRun, RunState
from trace.services.stamp_printing import LIST
from trace.standards.local_time import day_bounds, local_day


@dataclass(frozen=True)
class Quota:
    """``open_runs`` prints waiting, being made or being sent at once; ``a_day`` stamps from midnight to
    midnight.
    """

    open_runs: int
    a_day: int


def refuse_over(session: Session, org_id: int, count: int, quota: Quota, now: datetime) -> None:
    """Ask whether ``count`` more stamps (0 for a file made again) may be printed now.

    The organisation's row is held, so that two orders at once are counted one after the other.

    Raises:
        Refused: ``print.quota.open`` or ``gate.quota``.
    """
    held = select(Organisation).where(col(Organisation.id) == org_id).with_for_update(key_share=True)
    org = session.execute(held).scalar_one()
    waiting = open_runs(session, org_id)
    if waiting >= quota.open_runs:
        raise Refused("print.quota.open", coop=org.name, n=waiting, max=quota.open_runs)
    midnight, next_midnight = day_bounds(local_day(now))
    printed = stamps_since(session, org_id, midnight)
    if count and printed + count > quota.a_day:
        figures = {"n": printed, "want": count, "max": quota.a_day, "time": next_midnight}
        raise Refused("gate.quota", coop=org.name, **figures)


def open_runs(session: Session, org_id: int) -> int:
    """Prints of an organisation that wait, or are being made or sent."""
    sending = (col(PrintRun.state) == RunState.READY) & col(PrintRun.sending).in_(OPEN_SENDINGS)
    is_open = col(PrintRun.state).in_(OPEN_RUNS) | sending
    question = select(func.count()).where(col(PrintRun.org_id) == org_id, is_open)
    return int(session.execute(question).scalar_one())


def stamps_since(session: Session, org_id: int, since: datetime) -> int:
    """Stamps an organisation ordered to be printed since a moment; what came to nothing is not counted."""
    question = select(func.sum(PrintRun.last - PrintRun.first + 1)).where(
        col(PrintRun.org_id) == org_id,
        col(PrintRun.state).in_(ON_PAPER),
        col(PrintRun.format) != LIST,
        col(PrintRun.asked_at) >= since,
    )
    return int(session.execute(question).scalar_one() or 0)
