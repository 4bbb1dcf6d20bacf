"""Claiming jobs and giving them back; each function is one short transaction."""

import random
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlmodel import Session

from trace.db import reading, transaction
from trace.jobs.desk import Desk
from trace.logbook import log
from trace.services import leases, print_queue
from trace.services.epcis import delivering
from trace.services.leases import Held, LeaseLost

BEATS_A_LEASE = 4
MOST_WAIT_S = 600.0


def claim(desk: Desk, job_id: int | None = None) -> Held | None:
    """Take the job due longest, or the one named; None when there is none to take.

    Prints and reports to subscribers are not among them: they have workers of their own (``claim_print``,
    ``claim_sending``, ``claim_delivery``), so that no shop waits for paper or for a stranger's server.
    """
    with desk.claiming:
        try:
            with transaction() as session:
                job = leases.claim(
                    session,
                    desk.owner,
                    desk.now(),
                    job_id=job_id,
                    lease=desk.lease,
                    but=(print_queue.KIND, print_queue.SEND, delivering.KIND),
                    full=desk.full(),
                )
        except IntegrityError:
            return None  # another worker took a job of the same shop at this very moment
        if job is not None:
            desk.engage(job.marketplace)
        return job


def claim_print(desk: Desk) -> Held | None:
    """Take the print whose cooperative's turn it is to have it drawn; None when none waits."""
    return _claim_turn(desk, print_queue.next_job)


def claim_sending(desk: Desk) -> Held | None:
    """The same for a print that goes to its printer."""
    return _claim_turn(desk, print_queue.next_sending)


def claim_delivery(desk: Desk) -> Held | None:
    """The same for a subscriber who is to be told of events."""
    return _claim_turn(desk, delivering.next_job)


def _claim_turn(desk: Desk, next_job: Callable[[Session, datetime], int | None]) -> Held | None:
    """The first look is a reading one: an idle worker takes no lock."""
    with reading() as session:
        if next_job(session, desk.now()) is None:
            return None
    with transaction() as session:
        chosen = next_job(session, desk.now())
        if chosen is None:
            return None
        job = leases.claim(session, desk.owner, desk.now(), job_id=chosen, lease=desk.lease)
    if job is not None:
        with desk.claiming:
            desk.engage(job.marketplace)
    return job


@contextmanager
def heartbeat(desk: Desk, job: Held) -> Iterator[None]:
    """Keep the lease alive from another thread for as long as the job runs here."""
    over = threading.Event()
    beat = threading.Thread(target=_beat, args=(desk, job, over), daemon=True)
    beat.start()
    try:
        yield
    finally:
        over.set()
        beat.join()


def _beat(desk: Desk, job: Held, over: threading.Event) -> None:
    while not over.wait(job.lease.total_seconds() / BEATS_A_LEASE):
        try:
            with transaction() as session:
                leases.hold(session, job, desk.now())
        except LeaseLost:
            return  # the next write of the job is refused
        except SQLAlchemyError as error:
            log.warning("heartbeat", job=job.id, error=type(error).__name__)


def finish(desk: Desk, job: Held, stats: Mapping[str, Any], error: str = "") -> None:
    """Done, or failed with a reason that repeating at once does not help."""
    with transaction() as session:
        leases.finish(session, job, desk.now(), stats, error)


def give_back(desk: Desk, job: Held) -> None:
    """For another worker, with the progress kept so far."""
    with transaction() as session:
        leases.give_back(session, job, desk.now())


def try_later(desk: Desk, job: Held, error: str) -> None:
    """After a surprise: again after a wait by chance, longer each time."""
    wait = random.uniform(0, min(MOST_WAIT_S, 10.0 * 2**job.attempt))  # noqa: S311
    with transaction() as session:
        leases.try_later(session, job, desk.now(), error, wait)
