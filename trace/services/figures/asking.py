"""What is asked of a figure: days, what one row stands for, what only counts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Dimension(StrEnum):
    """What a table of figures has one row for, and what a question can be narrowed by."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    PROVINCE = "province"
    COMMUNE = "commune"
    OLD_COMMUNE = "old_commune"
    COOPERATIVE = "cooperative"
    PRODUCT = "product"
    OCOP_GROUP = "ocop_group"
    STARS = "stars"
    MARKETPLACE = "marketplace"
    VARIETY = "variety"
    MARKET = "market"


@dataclass(frozen=True)
class Ask:
    """From ``since`` to ``until``, both days included, at +07:00.

    ``by`` empty asks for one figure; ``only`` narrows to one value of each dimension named.
    A figure that stands rather than happens (households, listings) is that of today.
    """

    since: date
    until: date
    by: Dimension | None = None
    only: Mapping[Dimension, str] = field(default_factory=dict)

    @property
    def dimensions(self) -> frozenset[Dimension]:
        """Every dimension the question names."""
        return frozenset(self.only) | ({self.by} if self.by else frozenset())
