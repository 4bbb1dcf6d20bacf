"""Whole numbers made of rows: totals the database adds up, and quantiles of what weighted rows say."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, SQLColumnExpression, select
from sqlmodel import Session

from trace.services.admission import Actor
from trace.services.figures.asking import Ask, Dimension
from trace.services.figures.fact import Fact
from trace.services.statistics import reach

Numbers = Mapping[str, int]
"""A number by key of the asked dimension; by the empty key where none is asked, or a row has none."""


@dataclass(frozen=True, kw_only=True)
class Count(ABC):
    """A number made of the rows of ``fact`` that fit ``where``.

    ``rows``, where the fact is a table of sums, is the same number over the rows those follow.
    """

    fact: Fact
    where: tuple[SQLColumnExpression[bool], ...] = ()
    rows: "tuple[Count, ...]" = ()

    @property
    def dimensions(self) -> frozenset[Dimension]:
        """What the number can be cut by."""
        return self.fact.dimensions

    @property
    def behind(self) -> "tuple[Count, ...]":
        """The counts over rows a person can look at, which together make this one."""
        return self.rows or (self,)

    def narrowed(self, question: Select[Any], actor: Actor, ask: Ask) -> Select[Any]:
        """The rows a question is about, inside the actor's reach."""
        fact = self.fact
        rules = [reach(actor), *self.where, *(fact.keys[name] == value for name, value in ask.only.items())]
        if fact.day is not None:
            rules.append(fact.day.between(ask.since, ask.until))
        return question.select_from(fact.source).where(*rules)

    @abstractmethod
    def found(self, session: Session, actor: Actor, ask: Ask, by: Dimension | None) -> Numbers:
        """The number for each value of ``by``, or the whole."""


@dataclass(frozen=True, kw_only=True)
class Total(Count):
    """What ``value``, an aggregate, makes of the rows."""

    value: SQLColumnExpression[int]

    def found(self, session: Session, actor: Actor, ask: Ask, by: Dimension | None) -> Numbers:
        """The total for each value of ``by``, or the whole."""
        key = self.fact.keys[by] if by else None
        question = select(self.value) if key is None else select(key, self.value).group_by(key)
        rows = session.execute(self.narrowed(question, actor, ask), days_of(ask))
        return {key_of(row[:-1]): int(row[-1] or 0) for row in rows}


@dataclass(frozen=True, kw_only=True)
class Quantile(Count):
    """The least ``value`` up to which ``share`` of all ``weight`` lies; rows without a value are left out."""

    value: SQLColumnExpression[int]
    weight: SQLColumnExpression[int]
    share: float

    def found(self, session: Session, actor: Actor, ask: Ask, by: Dimension | None) -> Numbers:
        """The quantile for each value of ``by``, or of all rows."""
        keys = [self.fact.keys[by]] if by else []
        question = select(*keys, self.value, self.weight).where(self.value.is_not(None), self.weight > 0)
        groups: dict[str, list[tuple[int, int]]] = {}
        for row in session.execute(self.narrowed(question, actor, ask), days_of(ask)):
            groups.setdefault(key_of(row[:-2]), []).append((int(row[-2]), int(row[-1])))
        return {key: quantile(values, self.share) for key, values in groups.items()}


def quantile(weighted: Iterable[tuple[int, int]], share: float) -> int:
    """The least value at which the weights, added up from the smallest value, reach ``share`` of them all."""
    ordered = sorted(weighted)
    wanted = share * sum(weight for _, weight in ordered)
    reached = 0
    for value, weight in ordered:
        reached += weight
        if reached >= wanted:
            return value
    return ordered[-1][0]


def days_of(ask: Ask) -> dict[str, Any]:
    """The question's days, for rules that look at them."""
    return {"since": ask.since, "until": ask.until}


def key_of(grouped: Sequence[Any]) -> str:
    """A group's key as text; empty where the rows have none."""
    return "" if not grouped or grouped[0] is None else str(grouped[0])
