"""Schedules, claims and clocks: each due run once, whoever's clock ticks and whoever works."""

import itertools
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError
from sqlmodel import col

import nongsan
from tests import world
from tests.jobs.market import Stand
from trace.db import Database, reading, transaction
from trace.jobs import clock, queue, work
from trace.jobs.desk import Desk
from trace.jobs.kinds import SHOP_KINDS
from trace.records.job import Job, JobState, Schedule
from trace.records.scan import Scan
from trace.records.shop import Shop
from trace.services import leases, schedules
from trace.settings import Settings
from trace.texts.catalogs import t


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    return Desk(Settings(instance=tmp_path), "one")


def jobs() -> list[Job]:
    with reading() as session:
        return list(session.execute(select(Job).order_by(col(Job.id))).scalars())


def test_a_schedule_missed_for_a_day_runs_once(desk: Desk) -> None:
    now = desk.now()
    with transaction() as session:
        schedules.ensure(session, "housekeep", "", 60, now - timedelta(days=1))
    assert (clock.tick(desk), clock.tick(desk), len(jobs())) == (1, 0, 1)


def test_eight_clocks_ticking_at_once_make_one_job(desk: Desk) -> None:
    with transaction() as session:
        schedules.ensure(session, "housekeep", "", 3600, desk.now())
    made, together = [], threading.Barrier(8)

    def turn() -> None:
        together.wait()
        made.append(clock.tick(desk))

    threads = [threading.Thread(target=turn) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sum(made), len(jobs())) == (1, 1)


def test_a_worker_that_starts_while_another_clock_turns_is_no_hindrance(desk: Desk) -> None:
    """Both change the schedules of the house; on PostgreSQL one of them was told of a deadlock, and ended."""
    clock.plan_house(desk)
    faults: list[OperationalError] = []
    over = threading.Event()

    def turn() -> None:
        try:
            while not over.is_set():
                with transaction() as session:
                    session.execute(update(Schedule).values(next_due_at=desk.now() - timedelta(seconds=1)))
                clock.tick(desk)
        except OperationalError as error:
            faults.append(error)

    turning = threading.Thread(target=turn)
    turning.start()
    try:
        for _ in range(25):
            clock.plan_house(desk)
    finally:
        over.set()
        turning.join()
    assert faults == []


def test_a_job_still_open_is_not_queued_twice(desk: Desk) -> None:
    with transaction() as session:
        first = schedules.run_now(session, "housekeep", "", desk.now())
        assert schedules.add_job(session, "housekeep", "", desk.now()) is None
        assert schedules.run_now(session, "housekeep", "", desk.now()) == first


def test_a_clock_jump_neither_stops_nor_floods(desk: Desk) -> None:
    real = desk.now
    with transaction() as session:
        schedules.ensure(session, "housekeep", "", 60, desk.now())
    desk.now = lambda: real() + timedelta(days=1)
    assert clock.tick(desk) == 1
    assert work.run_one(desk) == "done"
    desk.now = real
    assert clock.tick(desk) == 0
    assert clock.mend(desk) == 1
    assert clock.tick(desk) == 1


def test_eight_workers_take_each_of_sixty_jobs_once(desk: Desk) -> None:
    with transaction() as session:
        for n in range(60):
            schedules.add_job(session, "housekeep", str(n), desk.now())
    taken: list[int] = []

    def take_all(name: str) -> None:
        own = Desk(desk.settings, name)
        while held := queue.claim(own):
            taken.append(held.id)

    threads = [threading.Thread(target=take_all, args=(f"w{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(taken), len(set(taken))) == (60, 60)


def test_two_jobs_of_one_shop_never_run_together(desk: Desk, now: datetime) -> None:
    with transaction() as session:
        org = world.make_org(session, now)
        shop = world.add(
            session, Shop(org_id=org.id, marketplace="shopee", ext_shop_id="1", name="G", created_at=now)
        )
        for kind in ("sync_shop", "reconcile", "read_shelf"):
            schedules.add_job(session, kind, "1", desk.now(), shop_id=shop.id)
    got, together = [], threading.Barrier(6)

    def take(name: str) -> None:
        together.wait()
        got.append(queue.claim(Desk(desk.settings, name)))

    threads = [threading.Thread(target=take, args=(f"w{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    held = [one for one in got if one]
    assert len(held) == 1
    queue.finish(desk, held[0], {})
    assert queue.claim(desk) is not None


def test_a_heartbeat_keeps_the_lease_of_a_slow_job(desk: Desk) -> None:
    desk.settings = desk.settings.model_copy(update={"job_lease_s": 2})
    with transaction() as session:
        schedules.add_job(session, "housekeep", "", desk.now())
    job = queue.claim(desk)
    with queue.heartbeat(desk, job):
        time.sleep(3.0)
        assert clock.reap(desk) == 0
    time.sleep(2.5)
    assert clock.reap(desk) == 1


def test_a_stale_fence_is_refused_and_its_write_is_undone(desk: Desk, now: datetime) -> None:
    with transaction() as session:
        schedules.add_job(session, "housekeep", "", desk.now())
    stale = queue.claim(desk)
    with transaction() as session:
        assert leases.reap(session, desk.now() + timedelta(minutes=2)) == 1
    fresh = queue.claim(Desk(desk.settings, "two"))
    assert (stale.fence, fresh.fence) == (1, 2)

    def write_too_late() -> None:
        with transaction() as session:
            world.make_org(session, now, name="never")
            leases.hold(session, stale, desk.now())

    with pytest.raises(leases.LeaseLost):
        write_too_late()
    with pytest.raises(leases.LeaseLost):
        queue.finish(desk, stale, {})
    with reading() as session:
        from trace.records.organisation import Organisation

        assert session.execute(select(func.count(col(Organisation.id)))).scalar() == 0
    queue.finish(Desk(desk.settings, "two"), fresh, {})
    assert jobs()[0].state == JobState.DONE


WORKER = """
import sys, time, threading
from datetime import timedelta
import nongsan
from trace.db import open_database, use_database
from trace.keyring import Keyring, use_keyring
from trace.settings import Settings
from trace.jobs import clock, kinds, work
from trace.logbook import start_logging
from pathlib import Path
import logging
start_logging(level=logging.CRITICAL)

clock.TICK_S = 0.1
kinds.KINDS["sync_shop"] = lambda run: time.sleep(0.02)
use_database(open_database(sys.argv[1]))
use_keyring(Keyring(bytes(32)))
runner = work.start(Settings(instance=Path(sys.argv[2])), threads=2)
print("ready", flush=True)
sys.stdin.readline()
print("ended" if runner.stop() else "still running", flush=True)
"""


SHOPS, TURNS = 10, 3


def open_shops(start: datetime) -> None:
    """Ten shops, each due every second from ``start`` on."""
    with transaction() as session:
        org = world.make_org(session, start)
        for n in range(SHOPS):
            shop = world.add(
                session,
                Shop(org_id=org.id, marketplace="shopee", ext_shop_id=str(n), name="G", created_at=start),
            )
            schedules.ensure(session, "sync_shop", str(shop.id), 1, start, shop_id=shop.id)


def done_runs() -> list[Job]:
    return [job for job in jobs() if job.kind == "sync_shop" and job.state == JobState.DONE]


def is_enough(runs: list[Job]) -> bool:
    """Every shop had its turns, and both processes worked."""
    turns = Counter(job.shop_id for job in runs)
    return (
        len({job.lease_owner for job in runs}) == 2 and len(turns) == SHOPS and min(turns.values()) >= TURNS
    )


@contextmanager
def workers(url: str, folder: Path) -> Iterator[list[subprocess.Popen[str]]]:
    """Two processes, each with its clock and two workers, both ready."""
    script = folder / "worker.py"
    script.write_text(WORKER)
    command = [sys.executable, str(script), url, str(folder)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    env = {**os.environ, "PYTHONPATH": nongsan.ROOT}
    processes = [subprocess.Popen(command, env=env, **pipes) for _ in range(2)]
    try:
        assert [process.stdout.readline().strip() for process in processes] == ["ready", "ready"]
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.communicate()


def test_two_processes_over_one_sqlite_file_run_each_due_sync_once(
    sqlite: Database, sqlite_url: str, tmp_path: Path
) -> None:
    """With a short job, many times over; two real commands on PostgreSQL are in ``test_two_processes``."""
    start = datetime.now(UTC)
    open_shops(start)
    with workers(sqlite_url, tmp_path) as processes:
        deadline = time.monotonic() + 60
        while not is_enough(done_runs()) and time.monotonic() < deadline:
            time.sleep(0.3)
        ends = [process.communicate("stop\n", timeout=25)[0].strip() for process in processes]
    seconds = (datetime.now(UTC) - start).total_seconds()
    runs = [job for job in jobs() if job.kind == "sync_shop"]
    assert ends == ["ended", "ended"]
    assert is_enough(done_runs())
    assert all(job.fence == 1 and job.attempt == 1 for job in done_runs())
    for shop, count in Counter(job.shop_id for job in runs).items():
        dues = sorted(job.due_at for job in runs if job.shop_id == shop)
        assert count <= seconds + 1
        assert min((b - a).total_seconds() for a, b in itertools.pairwise(dues)) >= 1.0


def test_the_runner_syncs_by_itself_and_stops_in_time(lite: Stand) -> None:
    lite.market.order()
    runner = work.Runner(lite.desk, 2, clock.make_clock(lite.desk))
    runner.start()
    try:
        deadline = time.monotonic() + 40
        while lite.again().last_success_at is None and time.monotonic() < deadline:
            time.sleep(0.05)
    finally:
        begun = time.monotonic()
        assert runner.stop()
    assert time.monotonic() - begun < 25
    assert lite.again().last_success_at is not None
    with reading() as session:
        kinds = set(session.execute(select(col(Job.kind)).distinct()).scalars())
    assert {"sync_shop", "sequence_log", "housekeep"} <= kinds


def test_housekeeping_empties_old_marks_of_scans_and_keeps_the_scans(desk: Desk) -> None:
    now = desk.now()
    with transaction() as session:
        coop = world.make_coop(session, now)
        lot = world.make_lot(session, now, coop.plot, coop.product)
        for days in (desk.settings.scan_marks_days + 1, desk.settings.scan_marks_days - 1):
            at = now - timedelta(days=days)
            values = {"kid": 1, "serial": days, "lot_id": lot.id, "org_id": coop.org.id, "state": "seen"}
            session.add(Scan(**values, scanned_at=at, province="", device=b"d" * 16, network=b"n" * 16))
        schedules.run_now(session, "housekeep", "", now)
    assert work.run_one(desk)
    with reading() as session:
        marks = session.execute(select(Scan.device, Scan.network).order_by(col(Scan.scanned_at))).all()
    assert [tuple(one) for one in marks] == [(None, None), (b"d" * 16, b"n" * 16)]


def test_every_job_of_a_shop_has_a_name_people_read() -> None:
    named = {kind: [t(lang, f"shops.kind.{kind}") for lang in ("vi", "en")] for kind in SHOP_KINDS}
    assert all(all(names) for names in named.values())
