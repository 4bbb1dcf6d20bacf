"""Closing a month and looking at closed ones: all is asked first, and written in short transactions."""

from trace.db import reading
from trace.errors import Refused
from trace.jobs.desk import Run
from trace.services.month_closing import closing_jobs, freezing, kept, revising


def close_month(run: Run) -> None:
    """Close the month the job names, for who asked for it; a month that is closed stays as it is."""
    month = run.job.subject
    with reading() as session:
        actor = closing_jobs.asked_by(session, run.payload)
        if kept.closing_of(session, month) is not None:
            return
        try:
            made = freezing.draft(session, actor, month, run.desk.now(), run.desk.settings.open_data_least)
        except Refused as refusal:
            run.stats["refused"] = refusal.key
            return
    run.pause_point()
    with run.writing() as session:
        _closing, is_first = freezing.keep(session, actor, made)
    run.add(closed=int(is_first))


def revise_months(run: Run) -> None:
    """Note what rows of closed months have told since."""
    with reading() as session:
        closings = kept.all_closings(session)
    for closing in closings:
        run.pause_point()
        now = run.desk.now()
        with reading() as session:
            found = revising.find(session, closing_jobs.HOUSE, closing)
        with run.writing() as session:
            run.add(revisions=revising.note(session, closing, found, now))
