"""Rows that figures count: where they lie, which column is which dimension, and what one of them shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    FromClause,
    Select,
    SQLColumnExpression,
    String,
    bindparam,
    cast,
    func,
)
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import UTCDateTime

from trace.services.admission import Actor
from trace.services.figures.asking import Ask, Dimension
from trace.services.figures.instants import local_day_of
from trace.services.statistics import reach

SINCE: BindParameter[date] = bindparam("since")
UNTIL: BindParameter[date] = bindparam("until")
FIRST: BindParameter[date] = bindparam("first")
LAST: BindParameter[date] = bindparam("last")
"""The days rows are of, where a question is put together of several spans; else the question's own."""
SOON: BindParameter[date] = bindparam("soon")
SINCE_AT: BindParameter[datetime] = bindparam("since_at", type_=UTCDateTime())
BEFORE_AT: BindParameter[datetime] = bindparam("before_at", type_=UTCDateTime())
AT: BindParameter[datetime] = bindparam("at", type_=UTCDateTime())
"""The question's days, for rules that look at them (stars held on the last day, say): ``Ask.days``."""

Keys = dict[Dimension, SQLColumnExpression[Any]]


@dataclass(frozen=True)
class Cell:
    """One column of the rows behind a figure: its name, its value, and how that is meant.

    The kinds are those of ``services.tables``, ``moment`` for an instant, ``code`` for a number that
    is a name, or the catalog words a value is one of.
    """

    name: str
    kind: str
    value: SQLColumnExpression[Any]


@dataclass(frozen=True)
class Fact:
    """Rows of one kind, each joined to its organisation by ``source``.

    A row belongs to a ``day`` or an instant (``at``), or to none where it stands today. ``keys`` hold one
    plain value a row, or empty; ``cells`` begin with what people call the row by. Where ``is_split``, a row
    comes once for each thing it is joined to, and only its ``id`` is counted; ``finer`` are the same rows
    joined to more. ``written`` is when a row was last heard of; rows of shops (``is_sold``) are as fresh as
    the shop that was read longest ago. Rows that are written anew with every change are known again by
    ``lasting``, rows they are joined to; ``passing`` ones are deleted after a while. Where ``is_indexed``, an
    index has the rows in the order they were ``written``.
    """

    name: str
    source: FromClause
    id: SQLColumnExpression[int]
    keys: Mapping[Dimension, SQLColumnExpression[Any]]
    cells: tuple[Cell, ...]
    day: SQLColumnExpression[Any] | None = None
    at: SQLColumnExpression[Any] | None = None
    written: SQLColumnExpression[Any] | None = None
    is_split: bool = False
    is_sold: bool = False
    finer: Fact | None = None
    lasting: Fact | None = None
    passing: bool = False
    is_indexed: bool = False

    @property
    def dimensions(self) -> frozenset[Dimension]:
        """What these rows can be cut by."""
        return frozenset(self.finer.keys if self.finer else self.keys)

    @property
    def happens(self) -> bool:
        """Whether a row belongs to a day."""
        return self.day is not None or self.at is not None

    def knowing(self, dimensions: frozenset[Dimension]) -> Fact:
        """These rows, joined no further than the dimensions ask for."""
        return self if self.finer is None or dimensions <= set(self.keys) else self.finer.knowing(dimensions)

    def key(self, by: Dimension) -> ColumnElement[str]:
        """The value of a dimension as text, empty where a row has none."""
        return func.coalesce(cast(self.keys[by], String), "")

    def narrowed(self, question: Any, actor: Actor, ask: Ask) -> Select[Any]:
        """The rows a question is about, inside the actor's reach.

        Raises:
            NotAllowed: the role sees no figures.
        """
        rules = [reach(actor, self.keys.get(Dimension.COMMUNE))]
        rules += (self.key(name) == value for name, value in ask.only.items())
        if self.day is not None:
            rules.append(self.day.between(FIRST, LAST))
        if self.at is not None:
            rules += (self.at >= SINCE_AT, self.at < BEFORE_AT)
        found: Select[Any] = question.select_from(self.source).where(*rules)
        return found


def table(record: type[SQLModel]) -> Any:
    """A record's table, for joins."""
    return record.__table__  # type: ignore[attr-defined]


def calendar(day: SQLColumnExpression[Any]) -> Keys:
    """Day, month (``2026-06``) and season of a day, the same text on both databases."""
    return _calendar(cast(day, String))


def calendar_at(at: SQLColumnExpression[Any]) -> Keys:
    """The same of an instant: its day in Vietnam."""
    return _calendar(local_day_of(at))


def _calendar(written: ColumnElement[str]) -> Keys:
    return {
        Dimension.DAY: written,
        Dimension.MONTH: func.substr(written, 1, 7),
        Dimension.SEASON: func.substr(written, 1, 4),
    }
