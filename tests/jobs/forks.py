"""A worker in a forked process of its own that dies by SIGKILL after so many commits, or writes.

Forking pays for the imports once; the child opens connections of its own.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import event

from tests.jobs.market import Stand
from trace.db import current_database, open_database, use_database
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


def dying(work: Callable[[], object], writes: int) -> None:
    """Do the work in this process, which is killed before its write of this number; a commit is one too."""
    left = iter(range(writes))

    def count(*_given: object) -> None:
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    def statement(_connection: object, _cursor: object, said: str, *_given: object) -> None:
        if not said.lstrip().upper().startswith("SELECT"):
            count()

    engine = current_database().writer
    event.listen(engine, "before_cursor_execute", statement)
    event.listen(engine, "commit", count)
    work()


def ended(number: int) -> int:
    """How a child ended, once it has."""
    _, status = os.waitpid(number, 0)
    end = os.waitstatus_to_exitcode(status)
    assert end in {0, -signal.SIGKILL}, f"the child stumbled: {end}"
    return end


@contextmanager
def child(work: Callable[[], object]) -> Iterator[int]:
    """The number of a forked process that does ``work``.

    It keeps the engines and with them what they compiled, and opens connections anew.
    """
    database = current_database()
    number = os.fork()
    if number == 0:
        end = 1
        inherited = database.writer.pool, database.reader.pool  # SQLite's must not be closed by two
        try:
            database.writer.dispose(close=False)
            database.reader.dispose(close=False)
            use_database(database)
            work()
            end = 0 if inherited else 1
        finally:
            os._exit(end)
    yield number
