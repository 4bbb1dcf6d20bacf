"""Days and numbers in an address, read the same way by every page."""

from datetime import date

from flask import request

from trace.errors import FieldProblem

FIRST, LAST = date(2000, 1, 1), date(2999, 12, 31)
"""What figures are asked of: far enough from both ends of the calendar to count days from."""
MOST_ROW = 2**63 - 1
"""No database can be asked for the row of a larger number."""


def day_asked(name: str, fallback: date, problems: list[FieldProblem]) -> date:
    """The day in the address, ``fallback`` where it says none; what does not fit goes to ``problems``."""
    said = request.args.get(name)
    if not said:
        return fallback
    try:
        found = date.fromisoformat(said)
    except ValueError:
        found = date.min
    if not FIRST <= found <= LAST:
        problems.append(FieldProblem(name, "error.value", said[:40], {"expected": "2026-06-30"}))
        return fallback
    return found


def row_number(text: str) -> int:
    """A row's number, for ``request.args.get(type=row_number)``: what is none counts as not said.

    Raises:
        ValueError: no row has such a number.
    """
    found = int(text)
    if not 0 <= found <= MOST_ROW:
        raise ValueError(text[:40])
    return found
