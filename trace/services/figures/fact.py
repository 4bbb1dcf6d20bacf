"""Rows that figures count: where they lie, which column is which dimension, and what one of them shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BindParameter, FromClause, SQLColumnExpression, String, bindparam, cast, func

from trace.services.figures.asking import Dimension

SINCE: BindParameter[date] = bindparam("since")
UNTIL: BindParameter[date] = bindparam("until")
"""The question's days, for rules that look at them (stars held on the last day, say)."""


@dataclass(frozen=True)
class Cell:
    """One column of the rows behind a figure: its name, how it is meant (as in ``web.tables``), its value."""

    name: str
    kind: str
    value: SQLColumnExpression[Any]


@dataclass(frozen=True)
class Fact:
    """Rows of one kind. ``source`` joins each to its organisation; ``day`` is empty for what stands today.

    ``keys`` hold one plain value a row, or empty; ``cells`` begin with what people call the row by.
    """

    name: str
    source: FromClause
    id: SQLColumnExpression[int]
    day: SQLColumnExpression[date] | None
    keys: Mapping[Dimension, SQLColumnExpression[Any]]
    cells: tuple[Cell, ...]

    @property
    def dimensions(self) -> frozenset[Dimension]:
        """What these rows can be cut by."""
        return frozenset(self.keys)


def calendar(day: SQLColumnExpression[date]) -> dict[Dimension, SQLColumnExpression[Any]]:
    """Day, month (``2026-06``) and year of a day, the same text on both databases."""
    written = cast(day, String)
    return {
        Dimension.DAY: written,
        Dimension.MONTH: func.substr(written, 1, 7),
        Dimension.YEAR: func.substr(written, 1, 4),
    }
