"""A cooperative that prints: orders in one line, workers that are processes and may be killed."""

import os
import secrets
import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests import world
from tests.services.stamp_world import StampWorld
from trace.crashpoint import arm
from trace.db import open_database, reading, transaction, use_database
from trace.jobs import work
from trace.jobs.desk import Desk
from trace.keyring import make_master_key, use_keyring
from trace.records.stamp import PrintRun, StampBlock
from trace.services import instance_facts, print_runs, stamp_keys
from trace.services.admission import Actor
from trace.services.print_files import place_of
from trace.services.print_jobs import PrintOrder, plan_print
from trace.services.print_quota import Quota
from trace.services.stamp_marks import Places
from trace.settings import Settings

URL = "http://localhost"
NO_LIMIT = Quota(1_000_000, 10**12)


@dataclass
class PrintWorld:
    """One instance with its master key in a file, so that other processes can work over it."""

    url: str
    settings: Settings
    stamps: StampWorld
    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def desk(self, owner: str = "one") -> Desk:
        return Desk(self.settings, owner, now=self.now)

    def order(
        self, block: StampBlock, actor: Actor | None = None, *, send: bool = False, **given: Any
    ) -> PrintRun:
        """Order a print of the whole block unless told otherwise."""
        quota, request_id = given.pop("quota", NO_LIMIT), given.pop("request_id", secrets.token_hex(8))
        order, actor = PrintOrder(block.public_id, **given), actor or self.stamps.actor
        with reading() as session:
            plan = plan_print(session, actor, order, URL, self.now(), preview=True)
        with transaction() as session:
            return print_runs.order_print(session, actor, plan, request_id, quota, self.now(), send=send)

    def run(self, public_id: str) -> PrintRun:
        with reading() as session:
            return print_runs.find_run(session, self.stamps.actor, public_id).run

    def files(self) -> list[str]:
        """What lies in the folder, hidden names too."""
        folder = self.settings.prints
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []

    def file_of(self, run: PrintRun) -> bytes:
        return place_of(self.settings.prints, run).read_bytes()

    def worker(self, crash_at: str = "", take: Callable[[Desk], str | None] = work.run_one_print) -> "Worker":
        """A forked process that draws (or sends) prints until none waits, and dies at the named point, the
        ``name:hit``-th time it is passed.
        """
        read_end, write_end = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                os.environ["CRASH_AT"] = crash_at  # for the process that draws
                name, _, hit = crash_at.partition(":")
                arm(name, int(hit or 1))
                use_database(open_database(self.url))
                os.write(write_end, b"ready\n")
                while take(self.desk("forked")):
                    pass
            finally:
                os._exit(0)
        os.close(write_end)
        return Worker(pid, read_end)


@dataclass
class Worker:
    """A process of ours that may be killed."""

    pid: int
    told: int

    def wait_until_ready(self) -> None:
        os.read(self.told, 6)

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        self.end()

    def end(self) -> int:
        """Wait for its end; how it came."""
        _, status = os.waitpid(self.pid, 0)
        os.close(self.told)
        return os.waitstatus_to_exitcode(status)


def make_print_world(url: str, folder: Path, **chosen: Any) -> PrintWorld:
    """A founded instance in ``folder`` over the database in use, with these settings."""
    settings = Settings(instance=folder, database_url=url, public_url=URL, **chosen)
    use_keyring(make_master_key(settings.master_key))
    now = datetime.now(UTC)
    places = Places(settings.key_folder, settings.marks)
    with transaction() as session:
        instance_facts.found(session, public_url=URL, is_demo=False)
        stamp_keys.ensure_key(session, places.key_folder, now, places.marks)
        coop = world.make_coop(session, now)
    return PrintWorld(url, settings, StampWorld(places, coop, now))
