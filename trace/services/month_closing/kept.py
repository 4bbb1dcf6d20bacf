"""Closed months as they are kept."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

from sqlalchemy import select
from sqlmodel import Session, col

from trace.records.month_closing import (
    ClosingLook,
    FigureRevision,
    FrozenFigure,
    FrozenRows,
    MonthClosing,
)
from trace.services.month_closing.packing import Share, unpacked
from trace.services.month_closing.shares import Place


@dataclass
class Kept:
    """The rows of one kind that a figure was made of."""

    share: float | None = None
    portions: list[bytes] = field(default_factory=list)

    def shares(self) -> Iterator[Share]:
        """What each counted for, rising."""
        for data in self.portions:
            yield from unpacked(data)


def written(value: Fraction | None) -> str | None:
    """A figure as it is kept: exactly."""
    return None if value is None else str(value)


def read_value(value: str | None) -> Fraction | None:
    """A kept figure."""
    return None if value is None else Fraction(value)


def all_closings(session: Session) -> Sequence[MonthClosing]:
    """Every closed month, the latest first."""
    return session.execute(select(MonthClosing).order_by(col(MonthClosing.month).desc())).scalars().all()


def closing_of(session: Session, month: str) -> MonthClosing | None:
    """The month's closing, if it is closed."""
    question = select(MonthClosing).where(col(MonthClosing.month) == month)
    found: MonthClosing | None = session.execute(question).scalar_one_or_none()
    return found


def figures_of(session: Session, closing: MonthClosing, dimension: str = "") -> Sequence[FrozenFigure]:
    """The figures of a closed month: the wholes, or all parts of one cut."""
    own = (col(FrozenFigure.closing_id) == closing.id, col(FrozenFigure.dimension) == dimension)
    return session.execute(select(FrozenFigure).where(*own).order_by(col(FrozenFigure.id))).scalars().all()


def wholes_of(session: Session, closing: MonthClosing) -> dict[str, FrozenFigure]:
    """The whole figures of a closed month, by name."""
    return {row.measure: row for row in figures_of(session, closing)}


def rows_of(session: Session, closing: MonthClosing, measure: str) -> dict[Place, Kept]:
    """The kept rows of a figure; kinds that had none are not in it."""
    own = (col(FrozenRows.closing_id) == closing.id, col(FrozenRows.measure) == measure)
    order = (col(FrozenRows.side), col(FrozenRows.source), col(FrozenRows.place))
    found: dict[Place, Kept] = {}
    for row in session.execute(select(FrozenRows).where(*own).order_by(*order)).scalars():
        found.setdefault((row.side, row.source), Kept(row.share)).portions.append(row.data)
    return found


def revisions_of(session: Session, closing: MonthClosing) -> dict[str, list[FigureRevision]]:
    """What was noted of each figure since, in order."""
    own = col(FigureRevision.closing_id) == closing.id
    rows = session.execute(select(FigureRevision).where(own).order_by(col(FigureRevision.id))).scalars()
    found: dict[str, list[FigureRevision]] = {}
    for row in rows:
        found.setdefault(row.measure, []).append(row)
    return found


def look_of(session: Session, closing: MonthClosing) -> ClosingLook | None:
    """When the month was last compared with the rows."""
    return session.get(ClosingLook, closing.id)


def is_looked_at_after(session: Session, closing: MonthClosing, at: datetime) -> bool:
    """Whether a look later than this moment stands, as after a clock that ran ahead: none before it notes
    anything."""
    look = look_of(session, closing)
    return look is not None and look.looked_at > at
