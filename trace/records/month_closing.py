"""Months closed once: the figures as they stood, the rows they were made of, and what those told later.

Rows of these tables are written once and never changed (``Guarded.is_final``), but for when somebody last
looked.
"""

from datetime import date, datetime

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from trace.records.columns import big, blob, check, maybe_ref, pk, ref


class MonthClosing(SQLModel, table=True):
    """A month the office closed. ``month`` is written ``2026-06``; figures are as of ``closed_at``."""

    __tablename__ = "month_closing"
    __table_args__ = (check("month", "length(month) = 7"),)

    id: int = pk()
    month: str = Field(max_length=7, unique=True)
    closed_at: datetime
    closed_by: int | None = maybe_ref("account.id", index=False)


class FrozenFigure(SQLModel, table=True):
    """A figure of a closed month: the whole (``dimension`` empty), or one part of a cut.

    ``value`` is ``top`` times ``scale`` over ``bottom`` as a fraction (``17/3``), ``top`` itself where there
    is no bottom, and empty where nothing was recorded. ``version`` is that of the formula, ``timing`` says of
    when the figure was: the period, its last day, or the moment of closing (``counting.Timing``).
    """

    __tablename__ = "frozen_figure"
    __table_args__ = (UniqueConstraint("closing_id", "measure", "dimension", "key"),)

    id: int = pk()
    closing_id: int = ref("month_closing.id", index=False)
    measure: str = Field(max_length=40)
    version: int
    timing: str = Field(max_length=8)
    dimension: str = Field(default="", max_length=16)
    key: str = Field(default="", max_length=64)
    name: str = Field(default="", max_length=160)
    scale: int
    top: int | None = big(default=None, nullable=True)
    bottom: int | None = big(default=None, nullable=True)
    value: str | None = Field(default=None, max_length=60)


class FrozenRows(SQLModel, table=True):
    """Some of the rows a whole figure was made of: number, amount and weight of each, packed.

    ``side`` is ``top`` or ``bottom``, ``source`` the kind of rows in it, ``place`` the portion. The count is
    the sum of the amounts, or where ``share`` is filled the least amount up to which that share of all weight
    lies.
    """

    __tablename__ = "frozen_rows"
    __table_args__ = (
        UniqueConstraint("closing_id", "measure", "side", "source", "place"),
        check("side", "side IN ('top', 'bottom')"),
    )

    id: int = pk()
    closing_id: int = ref("month_closing.id", index=False)
    measure: str = Field(max_length=40)
    side: str = Field(max_length=6)
    source: int
    place: int
    share: float | None = None
    rows: int
    data: bytes = blob()


class FigureRevision(SQLModel, table=True):
    """What a closed month's figure has become since: seen first at ``noted_at``, not yet at ``unchanged_at``.

    ``changed`` rows count otherwise than at the closing; ``rows`` is JSON of the first of them: side, source,
    number, what it counted for, what it counts for now. ``mark`` covers all of them.
    """

    __tablename__ = "figure_revision"
    __table_args__ = (UniqueConstraint("closing_id", "measure", "number"),)

    id: int = pk()
    closing_id: int = ref("month_closing.id", index=False)
    measure: str = Field(max_length=40)
    number: int
    version: int
    top: int | None = big(default=None, nullable=True)
    bottom: int | None = big(default=None, nullable=True)
    value: str | None = Field(default=None, max_length=60)
    changed: int
    rows: str = Field(default="[]", sa_type=Text)
    mark: str = Field(max_length=64)
    unchanged_at: datetime
    noted_at: datetime


class MonthTouch(SQLModel, table=True):
    """A transaction wrote facts of this month, given by its first: of ``sales``, or of ``scans``.

    A row of its own each time: nobody waits for another, and it is seen when its facts are and not before.
    Whoever looks at closed months takes away those it has seen.
    """

    __tablename__ = "month_touch"
    __table_args__ = (check("subject", "subject IN ('sales', 'scans')"),)

    id: int = pk()
    subject: str = Field(max_length=8)
    month: date


class ClosingLook(SQLModel, table=True):
    """When a closed month was last compared with the rows, and when last with all of them."""

    __tablename__ = "closing_look"

    closing_id: int = ref("month_closing.id", index=False, primary_key=True)
    looked_at: datetime
    proved_at: datetime | None = None
