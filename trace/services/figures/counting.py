"""Numbers made of rows: totals the database adds up, and quantiles of what weighted rows say."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Integer, Select, SQLColumnExpression, distinct, func, literal, select
from sqlmodel import Session

from trace.services.admission import Actor
from trace.services.figures.asking import Ask, Dimension
from trace.services.figures.fact import Fact
from trace.services.lineage import portions

Bag = int | Counter[int]
"""What rows are gathered in, so that parts can be put together and taken out: a sum, or values by weight."""
Bags = Mapping[str, Bag]
"""A bag by key of the asked dimension; by the empty key where none is asked, or a row has none."""
Judge = Callable[[Session, Sequence[int], Ask], Mapping[int, int]]
"""What rows count for where a question to the database can not say it: amount by row, absent ones nothing."""
Rule = Callable[[Session, Ask], SQLColumnExpression[bool]]
"""Whether a row counts, which depends on the days asked about."""


class Timing(StrEnum):
    """Of when a figure is: what happened in the period, what held on its last day, what stands today."""

    PERIOD = "period"
    UNTIL = "until"
    TODAY = "today"


class Count(ABC):
    """A number made of rows."""

    dimensions: frozenset[Dimension]
    """What it can be cut by."""
    timing: Timing

    @abstractmethod
    def behind(self, ask: Ask) -> "tuple[Rows, ...]":
        """The counts over rows a person can look at, which together make this one."""

    @abstractmethod
    def gathered(self, session: Session, actor: Actor, ask: Ask, by: Dimension | None) -> Bags:
        """The rows' bag for each value of ``by``, or of the whole."""

    def is_parted(self, ask: Ask) -> bool:
        """Whether each row stands in one part of the cut only, so that the parts' bags make the whole's."""
        return False

    def shares_bag(self, other: "Count | None") -> bool:
        """Whether the other reads the same bag: another quantile of the same amounts."""
        return False

    def read(self, bag: Bag | None) -> int | None:
        """The number a bag holds; of no bag that of no rows."""
        return bag if isinstance(bag, int) else 0


@dataclass(frozen=True, kw_only=True)
class Rows(Count):
    """A number made of the rows of ``fact`` that fit ``where``.

    Each row counts for ``amount``, or what the ``judge`` says; without both, once. A ``rule`` says of which
    rows the judge says anything, and these count for ``amount``: so the database adds up what a judge would
    be asked row by row. ``holds`` says of when rows are that belong to no day.
    """

    fact: Fact
    where: tuple[SQLColumnExpression[bool], ...] = ()
    amount: SQLColumnExpression[int] | None = None
    judge: Judge | None = None
    rule: Rule | None = None
    holds: Timing = Timing.TODAY

    @property
    def dimensions(self) -> frozenset[Dimension]:  # type: ignore[override]
        """What its rows know."""
        return self.fact.dimensions

    @property
    def timing(self) -> Timing:  # type: ignore[override]
        """The period's where rows have a day."""
        return Timing.PERIOD if self.fact.happens else self.holds

    def behind(self, ask: Ask) -> "tuple[Rows, ...]":
        """Its own rows."""
        return (self,)

    def is_parted(self, ask: Ask) -> bool:
        """Rows that come once have one value of each dimension."""
        return not self.fact.knowing(ask.dimensions).is_split

    def narrowed(self, question: Any, fact: Fact, actor: Actor, ask: Ask) -> Select[Any]:
        """The rows a question is about, inside the actor's reach."""
        return fact.narrowed(question, actor, ask).where(*self.where)

    @property
    def each(self) -> SQLColumnExpression[int]:
        """What one row counts for, where no judge says it."""
        return literal(1, Integer) if self.amount is None else self.amount

    def judged(self, session: Session, ids: Iterable[int], ask: Ask) -> dict[int, int]:
        """What the judge says of rows, asked by the portion; none twice where the question remembers."""
        wanted = set(ids)
        found = {} if ask.known is None else ask.known.setdefault((self.judge, ask.since, ask.until), {})
        for some in portions(wanted - found.keys()):
            found |= dict.fromkeys(some, 0) | (dict(self.judge(session, some, ask)) if self.judge else {})
        return {number: found[number] for number in wanted}


@dataclass(frozen=True, kw_only=True)
class Total(Rows):
    """What the rows count for, added up; rows that come more than once (``Fact.is_split``) once."""

    def gathered(self, session: Session, actor: Actor, ask: Ask, by: Dimension | None) -> Bags:
        """The sum for each value of ``by``, or the whole."""
        fact = self.fact.knowing(ask.dimensions)
        keys = [fact.key(by).label("cut")] if by else []
        if self.judge is not None and self.rule is None:
            return self._judged(session, self.narrowed(select(*keys, fact.id), fact, actor, ask), ask)
        value = func.count(distinct(fact.id)) if fact.is_split else func.sum(self.each)
        question = self.narrowed(select(*keys, value), fact, actor, ask)
        if self.rule is not None:
            question = question.where(self.rule(session, ask))
        rows = session.execute(question.group_by("cut") if keys else question, ask.days)
        return {_key(row[:-1]): int(row[-1] or 0) for row in rows}

    def _judged(self, session: Session, question: Select[Any], ask: Ask) -> Bags:
        rows = [(_key(row[:-1]), int(row[-1])) for row in session.execute(question.distinct(), ask.days)]
        amounts = self.judged(session, (number for _, number in rows), ask)
        sums: Counter[str] = Counter()
        for key, number in rows:
            sums[key] += amounts.get(number, 0)
        return dict(sums)


@dataclass(frozen=True, kw_only=True)
class Quantile(Rows):
    """The least amount up to which ``share`` of all ``weight`` lies; none where no row weighs anything."""

    share: float
    weight: SQLColumnExpression[int] | None = None

    def shares_bag(self, other: Count | None) -> bool:
        """Where the amounts are of the same rows."""
        names = ("fact", "where", "amount", "judge", "weight")
        return isinstance(other, Quantile) and all(getattr(self, n) is getattr(other, n) for n in names)

    def gathered(self, session: Session, actor: Actor, ask: Ask, by: Dimension | None) -> Bags:
        """Amounts by weight for each value of ``by``, or of all rows."""
        fact = self.fact.knowing(ask.dimensions)
        keys = [fact.key(by).label("cut")] if by else []
        weight = func.count() if self.weight is None else func.sum(self.weight)
        question = self.narrowed(select(*keys, self.each.label("made"), weight), fact, actor, ask)
        bags: dict[str, Counter[int]] = {}
        grouped = question.group_by(*(["cut"] if keys else []), "made")
        for row in session.execute(grouped, ask.days):
            if row[-2] is not None and row[-1]:
                bags.setdefault(_key(row[:-2]), Counter())[int(row[-2])] += int(row[-1])
        return bags

    def read(self, bag: Bag | None) -> int | None:
        """The quantile."""
        return quantile(bag.items(), self.share) if isinstance(bag, Counter) else None


@dataclass(frozen=True)
class Added(Count):
    """Several sums together."""

    counts: tuple[Count, ...]

    @property
    def dimensions(self) -> frozenset[Dimension]:  # type: ignore[override]
        """What all of them know."""
        return frozenset.intersection(*(one.dimensions for one in self.counts))

    @property
    def timing(self) -> Timing:  # type: ignore[override]
        """That of the first."""
        return self.counts[0].timing

    def behind(self, ask: Ask) -> tuple[Rows, ...]:
        """The rows of each."""
        return tuple(rows for one in self.counts for rows in one.behind(ask))

    def is_parted(self, ask: Ask) -> bool:
        """Where all are."""
        return all(one.is_parted(ask) for one in self.counts)

    def gathered(self, session: Session, actor: Actor, ask: Ask, by: Dimension | None) -> Bags:
        """The sums for each value of ``by``, or the whole."""
        sums: Counter[str] = Counter()
        for one in self.counts:
            for key, bag in one.gathered(session, actor, ask, by).items():
                sums[key] += one.read(bag) or 0
        return dict(sums)


def together(bags: Iterable[Bag | None]) -> Bag | None:
    """Bags of different rows as one; none where there is none."""
    found: Bag | None = None
    for bag in bags:
        if bag is not None:
            found = bag if found is None else found + bag  # type: ignore[operator]
    return found


def swapped(whole: Bag | None, now: Bag | None, before: Bag | None) -> Bag | None:
    """The whole with one part as it was before."""
    if any(isinstance(one, Counter) for one in (whole, now, before)):
        kept = Counter(_values(whole))
        kept.subtract(_values(now))
        kept.update(_values(before))
        return +kept or None
    return (whole or 0) - (now or 0) + (before or 0)  # type: ignore[operator]


def _values(bag: Bag | None) -> Counter[int]:
    return bag if isinstance(bag, Counter) else Counter()


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


def _key(grouped: Sequence[Any]) -> str:
    return str(grouped[0]) if grouped else ""
