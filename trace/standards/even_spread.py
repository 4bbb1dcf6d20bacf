"""An amount spread evenly over days: what of it falls on some of them."""

from collections.abc import Iterator
from datetime import date, timedelta


def falling(amount: int, first: date, last: date, since: date, until: date) -> int:
    """What of ``amount``, spread over the days from ``first`` to ``last``, falls on ``since`` to ``until``.

    Parts of days that follow each other make the whole, to the last unit.

    >>> june = date(2026, 6, 1), date(2026, 6, 30)
    >>> falling(100, *june, date(2026, 6, 1), date(2026, 6, 10)), falling(100, *june, *june)
    (33, 100)
    >>> falling(100, *june, date(2026, 6, 11), date(2026, 12, 31))
    67
    """
    days = (last - first).days + 1

    def until_end_of(day: date) -> int:
        return amount * min(max((day - first).days + 1, 0), days) // days

    return until_end_of(until) - until_end_of(since - timedelta(days=1)) if since <= until else 0


def day_by_day(amount: int, first: date, last: date, since: date, until: date) -> Iterator[tuple[date, int]]:
    """What falls on each day from ``first`` to ``last`` that is one from ``since`` to ``until``.

    >>> june = date(2026, 6, 1), date(2026, 6, 30)
    >>> [grams for _, grams in day_by_day(100, *june, date(2026, 6, 29), date(2026, 12, 31))]
    [3, 4]
    >>> sum(grams for _, grams in day_by_day(100, *june, *june))
    100
    """
    days, before = (last - first).days + 1, max((since - first).days, 0)
    reached = amount * before // days
    for number in range(before, (min(until, last) - first).days + 1):
        now = amount * (number + 1) // days
        yield first + timedelta(days=number), now - reached
        reached = now
