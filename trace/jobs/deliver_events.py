"""Telling subscribers of events: one job looks whose time it is, another tells one subscriber.

What a report holds is written down before it is sent, and that it was taken after: a worker that dies in
between leaves it to be sent once more, under the same id and with the same bytes.
"""

import random

from trace.crashpoint import crashpoint
from trace.db import reading
from trace.jobs.desk import Run
from trace.jobs.webhook import Outcome, Postman
from trace.services.epcis import delivering
from trace.services.epcis.delivering import Look
from trace.services.epcis.notices import Notice, notice

MOST_REPORTS = 50
"""In one job; the next goes on where it ended."""


def plan_deliveries(run: Run) -> None:
    """Subscriptions whose token is gone end; for those that are due a job is queued."""
    with run.writing() as session:
        run.add(ended=delivering.end_dead(session, run.desk.now()))
        run.add(planned=delivering.plan(session, run.desk.now()))


def deliver_events(run: Run) -> None:
    """Tell one subscriber what is new, report by report, until nothing is left or one is not taken."""
    postman = run.desk.postman or Postman(run.desk.settings.epcis_hosts)
    for _ in range(MOST_REPORTS):
        run.pause_point()
        seen = _look(run)
        if seen is None or not _is_begun(run, seen):
            return
        sending = _next_notice(run)
        if sending is None:
            continue
        crashpoint("report begun")
        outcome = postman.post(sending.dest, sending.body, sending.headers)
        crashpoint("report sent")
        if not _note(run, sending, outcome):
            return


def _look(run: Run) -> Look | None:
    """What is new; nothing where the subscription is gone, rests or waits."""
    now = run.desk.now()
    with reading() as session:
        row = delivering.active(session, run.job.subject, now)
        if row is None or (row.next_due_at > now and (row.schedule or row.failures)):
            return None
        return delivering.look(session, row, now)


def _is_begun(run: Run, seen: Look) -> bool:
    """Whether a report is to be sent, or, of much that did not fit, more is to be read."""
    now = run.desk.now()
    with run.writing() as session:
        row = delivering.active(session, run.job.subject, now, to_write=True)
        return row is not None and (delivering.begin(session, row, seen, now) or row.more)


def _next_notice(run: Run) -> Notice | None:
    with reading() as session:
        row = delivering.active(session, run.job.subject, run.desk.now())
        return notice(session, row) if row is not None and row.batch_at is not None else None


def _note(run: Run, sent: Notice, outcome: Outcome) -> bool:
    """Whether the job goes on at once."""
    now = run.desk.now()
    run.add(told=outcome.is_taken, failed=not outcome.is_taken)
    with run.writing() as session:
        row = delivering.active(session, run.job.subject, now, to_write=True)
        if row is None:
            return False
        if outcome.is_taken:
            delivering.note_told(session, row, sent.delivery, now)
            return True
        chance = random.random()  # noqa: S311 - spreads load
        return delivering.note_failure(session, row, outcome.problem, outcome.status, chance, now)
