"""When a report is due, and which days it tells of then; all at +07:00."""

from datetime import UTC, date, datetime, time, timedelta

from trace.records.report import Rhythm, Span
from trace.standards.local_time import VN, local_day, year_before

Days = tuple[date, date]


def next_due(rhythm: Rhythm, day: int, hour: int, after: datetime) -> datetime:
    """The first due time later than ``after``: each day, on a weekday (1 is Monday) or day of the month.

    >>> next_due(Rhythm.WEEK, 1, 7, datetime(2026, 6, 12, 2, 30, tzinfo=UTC)).isoformat()
    '2026-06-15T00:00:00+00:00'
    """
    candidate = local_day(after)
    for _ in range(63):
        due = datetime.combine(candidate, time(hour), tzinfo=VN).astimezone(UTC)
        if due > after and _fits(rhythm, day, candidate):
            return due
        candidate += timedelta(days=1)
    raise AssertionError(f"no due time for {rhythm} {day}")


def _fits(rhythm: Rhythm, day: int, candidate: date) -> bool:
    if rhythm is Rhythm.WEEK:
        return candidate.isoweekday() == day
    return rhythm is Rhythm.DAY or candidate.day == day


def days_of(span: Span, due_at: datetime) -> Days:
    """The days a report due then tells of, all of them over: yesterday, last week from Monday to Sunday,
    last month, the season (the calendar year) up to yesterday.

    >>> [str(day) for day in days_of(Span.WEEK, datetime(2026, 6, 15, tzinfo=UTC))]
    ['2026-06-08', '2026-06-14']
    """
    yesterday = local_day(due_at) - timedelta(days=1)
    return _ending(span, yesterday)


def before(span: Span, days: Days) -> Days:
    """What it is compared with: the day, week or month before; of a season the same days of last year.

    >>> [str(day) for day in before(Span.MONTH, (date(2026, 5, 1), date(2026, 5, 31)))]
    ['2026-04-01', '2026-04-30']
    """
    since, until = days
    if span is Span.SEASON:
        return year_before(since), year_before(until)
    return _ending(span, since - timedelta(days=1))


def _ending(span: Span, last: date) -> Days:
    """The last whole span that is over by the end of this day."""
    if span is Span.WEEK:
        sunday = last - timedelta(days=last.isoweekday() % 7)
        return sunday - timedelta(days=6), sunday
    if span is Span.MONTH:
        end = last if (last + timedelta(days=1)).day == 1 else last.replace(day=1) - timedelta(days=1)
        return end.replace(day=1), end
    return (last.replace(month=1, day=1), last) if span is Span.SEASON else (last, last)
