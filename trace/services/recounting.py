"""All sums held against the rows they follow: what differs is told, and put right."""

import json
from datetime import date, datetime
from itertools import chain

from sqlalchemy import select
from sqlmodel import Session, col

from trace.logbook import log
from trace.records.scan import Alarm
from trace.services import harvest_figures, order_figures, scan_figures, stamp_figures
from trace.services.sums import Difference, Found, PickedIn, Place

SUMS_DIFFER = "sums_differ"
SUBJECT = "sums"
MOST_NAMED = 50
_KINDS = (order_figures, scan_figures, stamp_figures, harvest_figures)


def differences(session: Session) -> Found:
    """Stored sums that their facts do not bear out, those of orders first; memory does not grow with them."""
    session.flush()
    found = Found()
    for place, one in chain.from_iterable(one.differences(session) for one in _KINDS):
        found.add(place, one)
    return found


def mend(session: Session, place: Place) -> None:
    """Bring the sums of one place up to its facts as they are now."""
    if isinstance(place, PickedIn):
        harvest_figures.mend(session, place.month)
    elif isinstance(place, date):
        scan_figures.mend(session, place)
    elif place:
        order_figures.mend(session, place)
    else:
        stamp_figures.mend(session)


def recount(session: Session, *, check: bool = False) -> list[Difference]:
    """Compare every sum with its facts; unless ``check``, put right those that differ. Names the first."""
    found = differences(session)
    for place in () if check else found.places:
        mend(session, place)
    return found.named


def tell(session: Session, found: Found, now: datetime) -> None:
    """Raise (or raise again) the one alarm of sums that differ; it ends when a comparison finds none."""
    alarm = session.execute(select(Alarm).where(col(Alarm.subject) == SUBJECT)).scalar_one_or_none()
    if not found.count:
        if alarm is not None and alarm.cleared_at is None:
            alarm.cleared_at = now
        return
    if alarm is None:
        alarm = Alarm(kind=SUMS_DIFFER, subject=SUBJECT, times=0, raised_at=now, last_at=now)
        session.add(alarm)
    alarm.times, alarm.last_at, alarm.cleared_at = alarm.times + 1, now, None
    named = [{**vars(one), "day": one.day.isoformat()} for one in found.named[:MOST_NAMED]]
    alarm.detail = json.dumps({"differences": found.count, "tables": found.tables, "first": named})
    log.error("sums.differ", differences=found.count, **found.tables)
    session.flush()


def standing(session: Session) -> tuple[int, datetime] | None:
    """How many sums differed at the last comparison, and when that was; nothing where they agree."""
    rule = (col(Alarm.subject) == SUBJECT, col(Alarm.cleared_at).is_(None))
    found = session.execute(select(Alarm).where(*rule)).scalar_one_or_none()
    return (json.loads(found.detail)["differences"], found.last_at) if found else None
