"""What all sums by day and month share: months, adding up, and being held against their facts."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from heapq import merge
from itertools import groupby, repeat
from operator import itemgetter
from typing import Any

from sqlalchemy import Select
from sqlmodel import Session

Sums = tuple[int, ...]
Row = tuple[Any, ...]
"""Key, day or month, sums."""


@dataclass(frozen=True)
class PickedIn:
    """Harvests of a month, by its first."""

    month: date


Place = tuple[int, ...] | date | PickedIn
"""Whose sums are brought up together: of some shops, of scans in a month (its first), of stamps (no shop), of
harvests in a month."""
AT_ONCE = 2_000
"""Rows taken from the database at a time where all are read."""
MOST_KEPT = 1_000
"""Differences kept one by one; all are counted, and their places known."""
MOST_KEYS = 400
"""Keys a statement: SQLite takes 32,766 values, PostgreSQL plans long lists slowly."""


@dataclass(frozen=True)
class Difference:
    """A stored sum its facts do not bear out; ``day`` is a month's first where the table is of months.

    ``key`` is the thing's number, or what it is told apart by. ``stored`` and ``facts`` hold the table's
    columns in their order.
    """

    table: str
    key: Any
    day: date
    stored: Sums
    facts: Sums


@dataclass
class Found:
    """What a comparison came upon: the first differences, how many each table has, and their places."""

    named: list[Difference] = field(default_factory=list)
    tables: Counter[str] = field(default_factory=Counter)
    places: dict[Place, None] = field(default_factory=dict)

    def add(self, place: Place, one: Difference) -> None:
        """Take in one more."""
        self.tables[one.table] += 1
        self.places[place] = None
        if len(self.named) < MOST_KEPT:
            self.named.append(one)

    @property
    def count(self) -> int:
        """How many there are."""
        return self.tables.total()


def month_of(day: date) -> date:
    """The first of its month."""
    return day.replace(day=1)


def next_month(day: date) -> date:
    """The first of the month after."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def together(rows: Iterable[Sequence[Any]]) -> dict[Any, Sums]:
    """Rows of (key, day, sums) added up by key and day; what comes to nothing is left out."""
    found: dict[Any, Sums] = {}
    for key, day, *sums in rows:
        had = found.get((key, day))
        whole = tuple(int(value or 0) for value in sums)
        found[key, day] = whole if had is None else tuple(map(sum, zip(had, whole, strict=True)))
    return {key: sums for key, sums in found.items() if any(sums)}


def streamed(session: Session, question: Select[Any]) -> Iterator[Row]:
    """The rows of a question a portion at a time, however many there are."""
    return iter(session.execute(question, execution_options={"yield_per": AT_ONCE}))


def differing(
    tables: tuple[str, str],
    facts: Iterable[Row],
    stored: tuple[Iterable[Row], Iterable[Row]],
    thing: Callable[[Row], Any] = itemgetter(0),
) -> Iterator[Difference]:
    """Where stored days and months are not what the facts by day say.

    All three come by rising ``thing``; of one thing all days are held, of the next none yet.
    """
    tagged = (zip(repeat(which), rows) for which, rows in enumerate((facts, *stored)))
    rising = merge(*tagged, key=lambda one: thing(one[1]))
    for _, found in groupby(rising, key=lambda one: thing(one[1])):
        sides: tuple[list[Row], list[Row], list[Row]] = ([], [], [])
        for which, row in found:
            sides[which].append(row)
        days = together(sides[0])
        months = together((key, month_of(day), *sums) for (key, day), sums in days.items())
        yield from compared(tables[0], sides[1], days)
        yield from compared(tables[1], sides[2], months)


def compared(table: str, rows: Iterable[Any], facts: dict[Any, Sums]) -> Iterator[Difference]:
    """Where stored rows (key, day, sums) and facts by key and day differ."""
    stored = {(key, day): tuple(sums) for key, day, *sums in rows}
    for key in sorted(facts.keys() | stored.keys()):
        nothing = (0,) * len(facts.get(key) or stored[key])
        if facts.get(key) != stored.get(key):
            yield Difference(table, key[0], key[1], stored.get(key, nothing), facts.get(key, nothing))
