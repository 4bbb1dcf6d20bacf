"""Vietnam's time: the day a thing counts for, and the instants at which that day begins and ends.

Instants are aware and in UTC; days are Vietnam's, at +07:00 since 1975 and without summer time.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from trace.standards.fault import Fault

VN = ZoneInfo("Asia/Ho_Chi_Minh")


def require_aware(at: datetime) -> datetime:
    """The instant itself; an instant without a zone raises ``standard.naive_time``."""
    if at.tzinfo is None or at.utcoffset() is None:
        raise Fault("standard.naive_time", expected="2026-06-05T14:30:00+07:00", got=at.isoformat())
    return at


def local_day(at: datetime) -> date:
    """The day in Vietnam at this instant.

    >>> local_day(datetime(2026, 6, 4, 17, 0, tzinfo=UTC))
    datetime.date(2026, 6, 5)
    """
    return require_aware(at).astimezone(VN).date()


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """First instant of the day and of the next one, in UTC; the end is not part of the day.

    >>> [at.isoformat() for at in day_bounds(date(2026, 6, 5))]
    ['2026-06-04T17:00:00+00:00', '2026-06-05T17:00:00+00:00']
    """
    start, end = (
        datetime.combine(day + timedelta(days=days), time.min, tzinfo=VN).astimezone(UTC) for days in (0, 1)
    )
    return start, end


def year_before(day: date) -> date:
    """The same day of the year before; the 28th for the 29th of February.

    >>> year_before(date(2028, 2, 29))
    datetime.date(2027, 2, 28)
    """
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if is_leap_day else day.day)


def from_epoch(seconds: float) -> datetime:
    """The instant so many seconds after 1970-01-01T00:00Z, in UTC.

    Raises ``standard.epoch`` where no such instant exists: not a number, or beyond year 9999.

    >>> from_epoch(0).isoformat()
    '1970-01-01T00:00:00+00:00'
    """
    try:
        return datetime.fromtimestamp(seconds, tz=UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise Fault("standard.epoch", expected="0..253402300799", got=seconds) from error
