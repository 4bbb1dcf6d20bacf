"""What a closed month's figures have become is noted beside them; what was frozen stays.

A revision is written when a figure, its formula's version or any row behind it is otherwise than at the last
look, and also when all is as it was frozen again. It knows between which two looks that happened.

A look need not read what no transaction touched since the last one (``month_touches``); from time to time
each month is read whole all the same, as a proof.
"""

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import astuple
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from trace.records.month_closing import ClosingLook, FigureRevision, FrozenFigure, MonthClosing
from trace.services.admission import Actor, lock
from trace.services.figures.catalogue import BY_NAME
from trace.services.month_closing.comparing import Standing, standings
from trace.services.month_closing.depending import subjects_of
from trace.services.month_closing.freezing import ask_of
from trace.services.month_closing.kept import look_of, written
from trace.services.month_closing.months import days_of
from trace.services.month_touches import Seen

State = tuple[int, int | None, int | None, str]
"""Version, both counts, the mark of changed rows: what makes two looks the same."""


def plan(
    session: Session, closings: Sequence[MonthClosing], seen: Seen, now: datetime, days: int
) -> list[tuple[MonthClosing, Collection[str] | None]]:
    """Each month with the subjects touched since its last look; with nothing where it is to be read whole.

    That is a month never read whole, and the one read whole longest ago if ``days`` have passed since.
    """
    proved = {one.id: look.proved_at if (look := look_of(session, one)) else None for one in closings}
    known = [(at, number) for number, at in proved.items() if at is not None]
    oldest = min(known, default=None)
    if oldest is not None and oldest[0] <= now - timedelta(days=days):
        proved[oldest[1]] = None
    return [
        (one, seen.subjects.get(days_of(one.month)[0], frozenset()) if proved[one.id] else None)
        for one in closings
    ]


def find(
    session: Session, actor: Actor, closing: MonthClosing, touched: Collection[str] | None = None
) -> list[tuple[FrozenFigure, Standing]]:
    """How the figures of a closed month stand now: all, or those that ``touched`` may have changed.

    Writes nothing, and takes long where much is read.
    """
    unread = None if touched is None else _unread(session, closing, touched)
    return list(standings(session, actor, closing, unread))


def _unread(
    session: Session, closing: MonthClosing, touched: Collection[str]
) -> Callable[[FrozenFigure], bool]:
    """Whether nothing that a figure is made of was touched, and its formula is that of the last look."""
    last, ask = _last(session, closing), ask_of(closing.month, closing.closed_at)

    def unread(frozen: FrozenFigure) -> bool:
        measure = BY_NAME[frozen.measure]
        subjects = subjects_of(measure, ask)
        known = last[measure.name].version if measure.name in last else frozen.version
        return subjects is not None and not subjects & set(touched) and known == measure.version

    return unread


def note(
    session: Session,
    closing: MonthClosing,
    found: Sequence[tuple[FrozenFigure, Standing]],
    now: datetime,
    *,
    is_whole: bool = True,
) -> int:
    """Note what differs from the last look; how many revisions. A later look is not overtaken by this one.

    ``is_whole`` says that all figures were read.
    """
    row = session.get_one(MonthClosing, closing.id)
    lock(session, row)
    look = session.get(ClosingLook, closing.id) or ClosingLook(closing_id=closing.id, looked_at=row.closed_at)
    if look.looked_at > now:
        return 0
    last = _last(session, closing)
    made = 0
    for frozen, one in found:
        revision = last.get(one.measure.name)
        if _state(one) == (_noted(revision) if revision else _frozen(frozen)):
            continue
        session.add(_revision(closing, one, revision.number + 1 if revision else 1, look.looked_at, now))
        made += 1
    look.looked_at = now
    look.proved_at = now if is_whole else look.proved_at
    session.add(look)
    return made


def _last(session: Session, closing: MonthClosing) -> dict[str, FigureRevision]:
    own = select(FigureRevision).where(col(FigureRevision.closing_id) == closing.id)
    rows = session.execute(own.order_by(col(FigureRevision.number))).scalars()
    return {row.measure: row for row in rows}


def _state(one: Standing) -> State:
    return one.measure.version, one.top, one.bottom, one.mark


def _noted(row: FigureRevision) -> State:
    return row.version, row.top, row.bottom, row.mark


def _frozen(row: FrozenFigure) -> State:
    return row.version, row.top, row.bottom, ""


def _revision(
    closing: MonthClosing, one: Standing, number: int, unchanged_at: datetime, now: datetime
) -> FigureRevision:
    return FigureRevision(
        closing_id=closing.id,
        measure=one.measure.name,
        number=number,
        version=one.measure.version,
        top=one.top,
        bottom=one.bottom,
        value=written(one.value),
        changed=one.changed,
        rows=json.dumps([astuple(change) for change in one.first]),
        mark=one.mark,
        unchanged_at=unchanged_at,
        noted_at=now,
    )
