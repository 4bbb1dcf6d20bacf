"""What is asked of a figure: days, what one row stands for, what only counts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from trace.standards.local_time import day_bounds


class Dimension(StrEnum):
    """What a table of figures has one row for, and what a question can be narrowed by."""

    DAY = "day"
    MONTH = "month"
    SEASON = "season"
    """The calendar year, as the yield gate counts a season."""
    PROVINCE = "province"
    COMMUNE = "commune"
    OLD_DISTRICT = "old_district"
    OLD_COMMUNE = "old_commune"
    COOPERATIVE = "cooperative"
    PRODUCT = "product"
    OCOP_GROUP = "ocop_group"
    STARS = "stars"
    CROP = "crop"
    """What grows, lychee apart by its early and its main crop."""
    VARIETY = "variety"
    MARKETPLACE = "marketplace"
    MARKET = "market"
    GROWING_AREA = "growing_area"
    PACKING_HOUSE = "packing_house"
    SCANNED_IN = "scanned_in"
    """The province a scan came from, which is the cooperative's own for no other figure."""


IN_TIME = frozenset({Dimension.DAY, Dimension.MONTH, Dimension.SEASON})
EXPIRING_DAYS = 90
"""How far ahead a paper is said to run out soon, and how long after a course a sale counts for it."""


@dataclass(frozen=True)
class Ask:
    """From ``since`` to ``until``, both days included, at +07:00.

    ``by`` empty asks for one figure; ``only`` narrows to one value of each dimension named, the empty value
    to what has none. Ages are counted up to ``at``, without it up to the end of the last day.
    """

    since: date
    until: date
    by: Dimension | None = None
    only: Mapping[Dimension, str] = field(default_factory=dict)
    at: datetime | None = None
    span: tuple[date, date] | None = None
    """Only rows of these days, while rules that look at the question's days look at all of them."""
    known: dict[Any, dict[int, int]] | None = field(default=None, compare=False, repr=False)
    """What judges said already, where several cuts of the same rows are asked from one view of them."""

    @property
    def dimensions(self) -> frozenset[Dimension]:
        """Every dimension the question names."""
        return frozenset(self.only) | ({self.by} if self.by else frozenset())

    @property
    def days(self) -> dict[str, Any]:
        """What rules that look at the question's days are given (``fact.SINCE`` and its neighbours)."""
        before = day_bounds(self.until)[1]
        return {
            "since": self.since,
            "until": self.until,
            "first": self.span[0] if self.span else self.since,
            "last": self.span[1] if self.span else self.until,
            "since_at": day_bounds(self.since)[0],
            "before_at": before,
            "soon": self.until + timedelta(days=EXPIRING_DAYS),
            "at": self.at or before,
        }
