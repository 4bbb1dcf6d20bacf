"""What all sums by day and month share: months, adding up, and being held against their facts."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

Sums = tuple[int, ...]
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


def compared(table: str, rows: Iterable[Any], facts: dict[Any, Sums]) -> Iterator[Difference]:
    """Where stored rows (key, day, sums) and facts by key and day differ."""
    stored = {(key, day): tuple(sums) for key, day, *sums in rows}
    for key in sorted(facts.keys() | stored.keys()):
        nothing = (0,) * len(facts.get(key) or stored[key])
        if facts.get(key) != stored.get(key):
            yield Difference(table, key[0], key[1], stored.get(key, nothing), facts.get(key, nothing))
