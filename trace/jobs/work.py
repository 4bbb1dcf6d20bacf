"""Workers: threads that claim one job after another, and the runner that holds them and the clock."""

import os
import secrets
import socket
import threading
from collections.abc import Callable

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.exc import SQLAlchemyError

from marketplaces.interface import MarketplaceError
from trace.jobs import clock, queue
from trace.jobs.desk import Desk, Run, Stopping
from trace.jobs.kinds import KINDS
from trace.logbook import log
from trace.services.leases import Held, LeaseLost
from trace.settings import Settings

LOOK_EVERY_S = 1.0
PRINT_LOOK_EVERY_S = 0.3
"""Somebody waits before the screen for a small print."""
GRACE_S = 25.0
DELIVERIES = 2
"""Subscribers told at once: their servers are strangers', and may hang."""
THREADS = 8
"""Workers mostly wait for marketplaces: as many as leave some free when two of them hang."""


def new_desk(settings: Settings) -> Desk:
    """A desk whose owner name is this process's alone."""
    return Desk(settings, f"{socket.gethostname()[:30]}/{os.getpid()}/{secrets.token_hex(3)}")


def run_one(desk: Desk, job_id: int | None = None) -> str | None:
    """Claim and run one job; its end (``done``, ``failed``, ``lost``, ...), or None when none was due."""
    return _run_held(desk, queue.claim(desk, job_id))


def run_one_print(desk: Desk) -> str | None:
    """The same for the next print, whose turn it is among the cooperatives."""
    return _run_held(desk, queue.claim_print(desk))


def run_one_sending(desk: Desk) -> str | None:
    """The same for the next print that goes to its printer."""
    return _run_held(desk, queue.claim_sending(desk))


def run_one_delivery(desk: Desk) -> str | None:
    """The same for the next subscriber who is to be told of events."""
    return _run_held(desk, queue.claim_delivery(desk))


def _run_held(desk: Desk, job: Held | None) -> str | None:
    if job is None:
        return None
    run = Run(desk, job)
    try:
        with desk.worker_of(job.marketplace), queue.heartbeat(desk, job):
            end = _run(run)
    except LeaseLost as lost:
        log.warning("lease lost", job=job.id, kind=job.kind, fence=job.fence, why=str(lost))
        return "lost"
    log.info("job", job=job.id, kind=job.kind, subject=job.subject, end=end, **_figures(run))
    return end


def _run(run: Run) -> str:
    desk, job = run.desk, run.job
    try:
        KINDS[job.kind](run)
    except LeaseLost:
        raise
    except Stopping:
        queue.give_back(desk, job)
        return "given back"
    except MarketplaceError as error:
        queue.finish(desk, job, _figures(run), f"{error.kind}: {error}")
        return "failed"
    # The one broad except: whatever a job stumbles over, the worker goes on and the job is tried again.
    except Exception as error:  # noqa: BLE001
        log.exception("job stumbled", job=job.id, kind=job.kind)
        queue.try_later(desk, job, f"{type(error).__name__}: {error}")
        return "stumbled"
    queue.finish(desk, job, _figures(run))
    return "done"


def _figures(run: Run) -> dict[str, object]:
    calls = run.calls
    if not calls.made:
        return run.stats
    told = {"calls": calls.made, "again": calls.again, "call_faults": calls.failed}
    return {**run.stats, **told, "request_ids": calls.request_ids}


class Runner:
    """The clock and the workers of one process; as many draw and send prints as the settings allow, and two
    tell subscribers of events."""

    def __init__(self, desk: Desk, threads: int, ticker: BackgroundScheduler) -> None:
        self.desk = desk
        self._clock = ticker
        self._threads = [self._thread(f"worker-{n}", run_one, LOOK_EVERY_S) for n in range(threads)]
        prints = range(desk.settings.print_children)
        self._threads += [self._thread(f"print-{n}", run_one_print, PRINT_LOOK_EVERY_S) for n in prints]
        sendings = range(desk.settings.printers_at_once)
        self._threads += [self._thread(f"send-{n}", run_one_sending, LOOK_EVERY_S) for n in sendings]
        told = range(DELIVERIES)
        self._threads += [self._thread(f"tell-{n}", run_one_delivery, LOOK_EVERY_S) for n in told]

    def _thread(self, name: str, take: Callable[[Desk], str | None], every_s: float) -> threading.Thread:
        return threading.Thread(target=self._work, args=(take, every_s), name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        clock.plan_house(self.desk)
        clock.tick(self.desk)
        self._clock.start()
        for thread in self._threads:
            thread.start()

    def stop(self, grace_s: float = GRACE_S) -> bool:
        """Take no new job, give running ones back between two pages; whether all ended in time."""
        self.desk.stopping.set()
        if self._clock.running:
            self._clock.shutdown(wait=False)
        for thread in self._threads:
            thread.join(grace_s / len(self._threads))
        return not any(thread.is_alive() for thread in self._threads)

    def _work(self, take: Callable[[Desk], str | None], every_s: float) -> None:
        while not self.desk.stopping.is_set():
            try:
                found = take(self.desk)
            except SQLAlchemyError as error:
                log.error("worker waits for the database", error=type(error).__name__)
                found = None
            if found is None:
                self.desk.stopping.wait(every_s)


def start(settings: Settings, threads: int = THREADS) -> Runner:
    """Start clock and workers over the database in use; ``stop()`` ends them within 25 seconds."""
    desk = new_desk(settings)
    desk.threads = threads
    runner = Runner(desk, threads, clock.make_clock(desk))
    runner.start()
    return runner
