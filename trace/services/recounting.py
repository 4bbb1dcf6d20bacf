"""All sums held against the rows they follow: what differs is told, and put right."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from trace.logbook import log
from trace.records.scan import Alarm
from trace.services import order_figures, scan_figures
from trace.services.sums import Difference

SUMS_DIFFER = "sums_differ"
SUBJECT = "sums"
MOST_NAMED = 50


def differences(session: Session) -> list[Difference]:
    """Every stored sum that its facts do not bear out, those of orders first."""
    session.flush()
    return [*order_figures.differences(session), *scan_figures.differences(session)]


def mend(session: Session, found: Sequence[Difference]) -> None:
    """Bring sums that were found to differ up to their facts as they are now."""
    order_figures.mend(session, found)
    scan_figures.mend(session, found)


def recount(session: Session, *, check: bool = False) -> list[Difference]:
    """Compare every sum with its facts; unless ``check``, put right those that differ."""
    found = differences(session)
    if found and not check:
        mend(session, found)
    return found


def tell(session: Session, found: Sequence[Difference], now: datetime) -> None:
    """Raise (or raise again) the one alarm of sums that differ; it ends when a comparison finds none."""
    alarm = session.execute(select(Alarm).where(col(Alarm.subject) == SUBJECT)).scalar_one_or_none()
    if not found:
        if alarm is not None and alarm.cleared_at is None:
            alarm.cleared_at = now
        return
    if alarm is None:
        alarm = Alarm(kind=SUMS_DIFFER, subject=SUBJECT, times=0, raised_at=now, last_at=now)
        session.add(alarm)
    alarm.times, alarm.last_at, alarm.cleared_at = alarm.times + 1, now, None
    tables = Counter(one.table for one in found)
    named = [{**vars(one), "day": one.day.isoformat()} for one in found[:MOST_NAMED]]
    alarm.detail = json.dumps({"differences": len(found), "tables": tables, "first": named})
    log.error("sums.differ", differences=len(found), **tables)
    session.flush()


def standing(session: Session) -> tuple[int, datetime] | None:
    """How many sums differed at the last comparison, and when that was; nothing where they agree."""
    rule = (col(Alarm.subject) == SUBJECT, col(Alarm.cleared_at).is_(None))
    found = session.execute(select(Alarm).where(*rule)).scalar_one_or_none()
    return (json.loads(found.detail)["differences"], found.last_at) if found else None
