"""Which households sold: a completed order's pieces came from a lot that holds what they picked."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select, union_all
from sqlmodel import Session, col

from trace.records.household import Household
from trace.records.lot import Lot, LotLink
from trace.records.sums import LotDay, LotMonth
from trace.records.training import TrainingAttendance, TrainingSession
from trace.services.figures.asking import EXPIRING_DAYS, Ask
from trace.services.figures.stored import Span, spans
from trace.services.lineage import portions

WITHIN = timedelta(days=EXPIRING_DAYS)


def sold_in_period(session: Session, ids: Sequence[int], ask: Ask) -> dict[int, int]:
    """One for each household that sold on a day asked about."""
    return dict.fromkeys(set(session.execute(_sellers(ask.since, ask.until)).scalars()) & set(ids), 1)


def sells_in_period(session: Session, ask: Ask) -> ColumnElement[bool]:
    """The same as a rule of households."""
    return col(Household.id).in_(_sellers(ask.since, ask.until))


def _sellers(since: date, until: date) -> Any:
    """The households of all that went into lots that were sold from."""
    sold = union_all(*(_sold_from(span, is_month=is_month) for span, is_month in spans(since, until)))
    above = select(sold.subquery().c[0].label("lot_id")).cte("above", recursive=True)
    parents = select(col(LotLink.parent_id)).join(above, above.c.lot_id == col(LotLink.child_id))
    lots = above.union(parents)
    picked = select(col(Lot.household_id)).join(lots, lots.c.lot_id == col(Lot.id))
    return picked.where(col(Lot.household_id).is_not(None))


def _sold_from(span: Span, *, is_month: bool) -> Any:
    """Lots a completed order of these days took something of; one stands once for each shop and day."""
    table, when = (LotMonth, col(LotMonth.month)) if is_month else (LotDay, col(LotDay.day))
    return select(col(table.lot_id)).where(col(table.sold_g) > 0, when.between(*span))


def sold_after_course(session: Session, ids: Sequence[int], ask: Ask) -> dict[int, int]:
    """One for each household that sold on the day of a session of the period or within 90 days after it."""
    days: dict[int, list[date]] = {}
    for household, day in sales_of_households(session, ask.since, ask.until + WITHIN):
        days.setdefault(household, []).append(day)
    found: dict[int, int] = {}
    for household, first in session.execute(_courses(ids, ask)):
        sold = any(first <= day <= first + WITHIN for day in days.get(household, ()))
        found[household] = max(found.get(household, 0), int(sold))
    return found


def _courses(ids: Sequence[int], ask: Ask) -> Any:
    """Each household with the day of each session of the period it came to."""
    return (
        select(col(TrainingAttendance.household_id), col(TrainingSession.held_on))
        .join(TrainingSession, col(TrainingSession.id) == col(TrainingAttendance.session_id))
        .where(col(TrainingAttendance.household_id).in_(ids))
        .where(col(TrainingSession.held_on).between(ask.since, ask.until))
        .where(col(TrainingSession.confirmed_at).is_not(None))
    )


def sales_of_households(session: Session, since: date, until: date) -> set[tuple[int, date]]:
    """Every household with each day of the period on which a completed order took what it had picked."""
    day = col(LotDay.day)
    sold: Any = (
        select(col(LotDay.lot_id), day).where(col(LotDay.sold_g) > 0, day.between(since, until)).distinct()
    )
    return {(household, day) for household, day in _pickers(session, session.execute(sold).all())}


def _pickers(session: Session, sold: Iterable[Any]) -> Iterable[tuple[int, date]]:
    """The households of all that went into the lots, walked up once for all of them."""
    days: dict[int, set[date]] = {}
    for lot, day in sold:
        days.setdefault(lot, set()).add(day)
    above = parents_of(session)
    while waiting := [*days]:
        for some in portions(waiting):
            picked = col(Lot.id).in_(some), col(Lot.household_id).is_not(None)
            for lot, household in session.execute(select(col(Lot.id), col(Lot.household_id)).where(*picked)):
                yield from ((household, day) for day in days[lot])
        up: dict[int, set[date]] = {}
        for lot in waiting:
            for parent in above.get(lot, ()):
                up.setdefault(parent, set()).update(days[lot])
        days = up


def parents_of(session: Session) -> dict[int, list[int]]:
    """What each lot was made of, of all lots: lots are far fewer than what is sold of them."""
    found: dict[int, list[int]] = {}
    for parent, child in session.execute(select(col(LotLink.parent_id), col(LotLink.child_id))):
        found.setdefault(child, []).append(parent)
    return found
