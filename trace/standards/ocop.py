"""OCOP, "one commune one product": groups, stars by score, and how long a rating holds.

Decision 148/QD-TTg of 24 February 2023 names six groups and a certificate of 36 months. Scores and
months are rule rows with dates, because the criteria change with each programme period.
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from trace.standards.fault import Fault

GROUPS: Final = ("food", "drink", "herbal", "handicraft", "ornamental", "tourism")
"""Food; drinks; medicinal and herbal; handicraft; ornamental plants and animals; tourism services."""


@dataclass(frozen=True)
class Band:
    """Stars given from this score (of 100) upwards, to the next band."""

    stars: int
    from_score: float


BANDS_2023: Final = (Band(1, 0), Band(2, 30), Band(3, 50), Band(4, 70), Band(5, 90))
"""First value of the rule row: 3 stars from 50, 4 from 70, 5 from 90 points."""


def validate(group: str) -> str:
    """The group's name; raises ``standard.ocop_group``.

    >>> validate("food")
    'food'
    """
    if group not in GROUPS:
        raise Fault("standard.ocop_group", expected=", ".join(GROUPS), got=group[:40])
    return group


def stars(score: float, bands: Sequence[Band]) -> int:
    """The stars of the highest band the score reaches; raises ``standard.ocop_score``.

    >>> [stars(score, BANDS_2023) for score in (49.9, 50, 89.9, 90)]
    [2, 3, 4, 5]
    """
    reached = [band for band in bands if band.from_score <= score <= 100]
    if not reached:
        raise Fault("standard.ocop_score", expected="0..100", got=score)
    return max(reached, key=lambda band: band.from_score).stars


def valid_to(issued: date, months: int = 36) -> date:
    """The last day on which the rating holds: the same day of the month, so many months on.

    In a month without that day its last day (Civil Code 2015, article 148).

    >>> valid_to(date(2024, 2, 29)), valid_to(date(2024, 1, 31), 1)
    (datetime.date(2027, 2, 28), datetime.date(2024, 2, 29))
    """
    year, month = divmod(issued.year * 12 + issued.month - 1 + months, 12)
    return date(year, month + 1, min(issued.day, calendar.monthrange(year, month + 1)[1]))


def holds_on(day: date, issued: date, months: int = 36) -> bool:
    """Whether a rating issued on one day holds on another; its last day counts.

    >>> holds_on(date(2027, 2, 28), date(2024, 2, 28)), holds_on(date(2027, 3, 1), date(2024, 2, 28))
    (True, False)
    """
    return issued <= day <= valid_to(issued, months)
