"""Closing a month and looking at closed ones: all is asked first, and written in short transactions."""

from trace.db import reading
from trace.errors import Refused
from trace.jobs.desk import Run
from trace.services import month_touches
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
    """Note what rows of closed months have told since: only what was touched is read, and a month whole.

    Notes of what was touched go last: a run that breaks off leaves them to the next, and so does one whose
    clock is behind that of an earlier look, which noted nothing.
    """
    with reading() as session:
        seen = month_touches.seen(session)
        days = run.desk.settings.closed_months_proof_days
        months = revising.plan(session, kept.all_closings(session), seen, run.desk.now(), days)
    is_behind = False
    for closing, touched in months:
        run.pause_point()
        now = run.desk.now()
        with reading() as session:
            found = revising.find(session, closing_jobs.HOUSE, closing, touched)
        with run.writing() as session:
            noted = revising.note(session, closing, found, now, is_whole=touched is None)
            is_behind |= kept.is_looked_at_after(session, closing, now)
            run.add(revisions=noted, figures_read=len(found), months_whole=int(touched is None))
    if is_behind:
        run.stats["skipped"] = "a later look stands"
        return
    with run.writing() as session:
        month_touches.forget(session, seen)
