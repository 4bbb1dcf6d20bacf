"""The clock: an in-memory APScheduler with three fixed jobs, and nothing of it is ever stored.

Its job stores may not be shared between processes; rows and conditional updates may. Any number of
clocks over one database do each due run once.
"""

from apscheduler.schedulers.background import BackgroundScheduler

from trace.db import transaction
from trace.jobs.desk import Desk
from trace.jobs.kinds import HOUSE_KINDS, NIGHTLY_S
from trace.logbook import log
from trace.services import leases, print_queue, schedules
from trace.services.file_exchange import fetching

TICK_S, MEND_S = 5, 300


def make_clock(desk: Desk) -> BackgroundScheduler:
    """A scheduler that is not started yet."""
    clock = BackgroundScheduler(timezone="UTC")
    for turn, every_s in ((tick, TICK_S), (reap, desk.lease.total_seconds() / 2), (mend, MEND_S)):
        clock.add_job(
            turn,
            "interval",
            seconds=every_s,
            args=[desk],
            id=turn.__name__,
            replace_existing=True,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
    return clock


def tick(desk: Desk) -> int:
    """Due schedules become jobs; how many."""
    with transaction() as session:
        return schedules.make_due_jobs(session, desk.now())


def reap(desk: Desk) -> int:
    """Jobs whose worker is gone wait for another; how many. A print whose job is dead has failed."""
    with transaction() as session:
        freed = leases.reap(session, desk.now())
        print_queue.fail_orphans(session, desk.now())
    return freed


def mend(desk: Desk) -> int:
    """Schedules a wrong clock put far ahead come back; how many."""
    with transaction() as session:
        return schedules.mend_clock(session, desk.now())


def plan_house(desk: Desk) -> None:
    """Have the schedules of the instance's own jobs, and of the servers that the settings name.

    Each by itself: one who held many rows of them while another clock turns them over would wait for it
    while it waits for him.
    """
    servers = desk.settings.report_servers
    for name, (_, every_s) in HOUSE_KINDS.items():
        first = schedules.tonight(desk.now()) if every_s >= NIGHTLY_S else desk.now()
        with transaction() as session:
            schedules.ensure(session, name, "", every_s, first)
    with transaction() as session:
        unknown = fetching.plan(session, servers, desk.settings.sync_every_s, desk.now())
    for name in unknown:
        log.warning("report server of no shop", name=name, setting=f"[report_servers.{name}]")
