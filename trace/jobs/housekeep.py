"""Emptying and deleting what is kept no longer than needed."""

from datetime import timedelta

from trace.db import reading
from trace.jobs.desk import Run
from trace.services import keeping, print_files, print_runs, problem_reports, scan_notes
from trace.services.notices import noting

PARTS = timedelta(days=1)
"""After which a hidden file that nobody finished is nobody's."""


def housekeep(run: Run) -> None:
    """Nameless marks of old scans are emptied; old sessions, keys, jobs and files of stamps are deleted."""
    now = run.desk.now()
    with run.writing() as session:
        run.add(**keeping.sweep(session, now))
    with run.writing() as session:
        before = now - timedelta(days=run.desk.settings.scan_marks_days)
        run.add(marks=scan_notes.forget_marks(session, before))
    with run.writing() as session:
        before = now - timedelta(days=run.desk.settings.problem_contact_days)
        run.add(contacts=problem_reports.forget_contacts(session, before))
    with run.writing() as session:
        run.add(notices=noting.forget_notices(session, now))
    with reading() as session:
        kept = print_runs.kept_runs(session, now - timedelta(days=run.desk.settings.print_files_days))
    run.add(print_files=print_files.sweep(run.desk.settings.prints, kept, now - PARTS))
