"""Emptying and deleting what is kept no longer than needed."""

from datetime import timedelta

from trace.jobs.desk import Run
from trace.services import keeping, scan_notes


def housekeep(run: Run) -> None:
    """Nameless marks of old scans are emptied; old sessions, keys and jobs are deleted."""
    now = run.desk.now()
    with run.writing() as session:
        run.add(**keeping.sweep(session, now))
    with run.writing() as session:
        before = now - timedelta(days=run.desk.settings.scan_marks_days)
        run.add(marks=scan_notes.forget_marks(session, before))
