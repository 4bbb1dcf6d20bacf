"""Which days the demonstration tells of: the last lychee season, and the weeks up to today."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from trace.standards.local_time import VN, local_day

SEASON_SHOWS_FROM = (6, 1)
"""By the first of June enough early lychee is picked; before it, last year's season is told."""


@dataclass(frozen=True)
class Days:
    """The calendar of one loading: ``now`` and the lychee year it tells."""

    now: datetime

    @property
    def today(self) -> date:
        """Today in Vietnam."""
        return local_day(self.now)

    @property
    def year(self) -> int:
        """The year of the lychee season told."""
        begun = (self.today.month, self.today.day) >= SEASON_SHOWS_FROM
        return self.today.year if begun else self.today.year - 1

    def season(self, month: int, day: int) -> date:
        """A day of the lychee year."""
        return date(self.year, month, day)

    def ago(self, days: int) -> date:
        """So many days before today."""
        return self.today - timedelta(days=days)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """The instant at which a clock in Vietnam shows this."""
    return datetime.combine(day, time(hour, minute), tzinfo=VN).astimezone(UTC)
