"""A worker in a forked process of its own that dies by SIGKILL after so many commits.

Forking pays for the imports once; the child opens connections of its own.
"""

import os
import signal

from sqlalchemy import event

from tests.jobs.market import Stand
from trace.db import open_database, use_database
from trace.jobs import clock
from trace.jobs.work import run_one
from trace.services import leases


def dies(stand: Stand, url: str, number: int, commits: int) -> bool:
    """Run the job in a child that is killed as its commit of this number begins; whether it was."""
    child = os.fork()
    if child == 0:
        _be_killed(stand, url, number, commits)
    _, status = os.waitpid(child, 0)
    end = os.waitstatus_to_exitcode(status)
    assert end in {0, -signal.SIGKILL}, f"the worker ended by itself: {end}"
    return end == -signal.SIGKILL


def _be_killed(stand: Stand, url: str, number: int, commits: int) -> None:
    end = 1
    try:
        database = open_database(url)
        use_database(database)
        left = iter(range(commits))

        def count(_connection: object) -> None:
            if next(left, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(database.writer, "commit", count)
        run_one(stand.desk, number)
        end = 0
    finally:
        os._exit(end)


def take_over(stand: Stand, number: int) -> None:
    """Another worker, once the lease of the dead one is over."""
    stand.travel(seconds=leases.LEASE.total_seconds() + 1)
    clock.reap(stand.desk)
    run_one(stand.desk, number)
