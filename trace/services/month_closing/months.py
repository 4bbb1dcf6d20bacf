"""Calendar months as they are written: ``2026-06``."""

import re
from datetime import date, timedelta

from trace.errors import FieldProblem, Invalid

_WRITTEN = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])", re.ASCII)


def days_of(month: str) -> tuple[date, date]:
    """The first and the last day.

    Raises:
        Invalid: it is no month of this century.

    >>> days_of("2028-02")
    (datetime.date(2028, 2, 1), datetime.date(2028, 2, 29))
    """
    found = _WRITTEN.fullmatch(month)
    if found is None:
        raise Invalid([FieldProblem("thang", "error.value", month[:20], {"expected": "2026-06"})])
    first = date(int(found[1]), int(found[2]), 1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def month_of(day: date) -> str:
    """The month a day lies in.

    >>> month_of(date(2026, 6, 12))
    '2026-06'
    """
    return f"{day:%Y-%m}"


def months_before(day: date, count: int) -> list[str]:
    """The months that are over on this day, the last one first.

    >>> months_before(date(2026, 2, 1), 3)
    ['2026-01', '2025-12', '2025-11']
    """
    found, first = [], day.replace(day=1)
    for _ in range(count):
        first = (first - timedelta(days=1)).replace(day=1)
        found.append(month_of(first))
    return found
