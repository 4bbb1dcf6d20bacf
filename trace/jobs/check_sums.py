"""Every night all sums are held against the rows they follow; a difference is an alarm."""

from trace.db import reading
from trace.jobs.desk import Run
from trace.services import recounting


def check_sums(run: Run) -> None:
    """Compare in one view of all rows, with no lock; tell what differs, and mend nothing unasked."""
    with reading() as session:
        found = recounting.differences(session)
    with run.writing() as session:
        recounting.tell(session, found, run.desk.now())
    run.add(differences=found.count)
