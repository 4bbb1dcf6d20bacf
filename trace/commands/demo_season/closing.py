"""The last month is closed by the office: what shops tell of it afterwards stands beside it as revisions."""

from trace.commands.demo_season.cast import Cast
from trace.db import reading, transaction
from trace.services.month_closing import closing_jobs, freezing, revising
from trace.services.month_closing.months import months_before
from trace.standards.local_time import local_day


def close_last_month(cast: Cast) -> None:
    """Close it, and have looked at it once."""
    now = cast.days.now
    month = months_before(local_day(now), 1)[0]
    with reading() as session:
        made = freezing.draft(session, closing_jobs.HOUSE, month, now)
    with transaction() as session:
        closing, _ = freezing.keep(session, closing_jobs.HOUSE, made)
        revising.note(session, closing, (), now)
