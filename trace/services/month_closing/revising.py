"""What a closed month's figures have become is noted beside them; what was frozen stays.

A revision is written when a figure, its formula's version or any row behind it is otherwise than at the last
look, and also when all is as it was frozen again. It knows between which two looks that happened.
"""

import json
from collections.abc import Sequence
from dataclasses import astuple
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from trace.records.month_closing import ClosingLook, FigureRevision, FrozenFigure, MonthClosing
from trace.services.admission import Actor, lock
from trace.services.month_closing.comparing import Standing, standings
from trace.services.month_closing.kept import written

State = tuple[int, int | None, int | None, str]
"""Version, both counts, the mark of changed rows: what makes two looks the same."""


def find(session: Session, actor: Actor, closing: MonthClosing) -> list[tuple[FrozenFigure, Standing]]:
    """How every figure of a closed month stands now; takes long, and writes nothing."""
    return list(standings(session, actor, closing))


def note(
    session: Session,
    closing: MonthClosing,
    found: Sequence[tuple[FrozenFigure, Standing]],
    now: datetime,
) -> int:
    """Note what differs from the last look; how many revisions. A later look is not overtaken by this one."""
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
