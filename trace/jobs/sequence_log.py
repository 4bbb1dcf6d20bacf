"""Giving the log's new leaves their places, one job at a time."""

from trace.jobs.desk import Run
from trace.services import logging_acts

BATCH = 5_000


def sequence_log(run: Run) -> None:
    """Place leaves until none waits; each batch under the job's fence."""
    while True:
        with run.writing() as session:
            placed = logging_acts.give_positions(session, BATCH)
        run.add(placed=placed)
        if placed < BATCH:
            return
        run.pause_point()
