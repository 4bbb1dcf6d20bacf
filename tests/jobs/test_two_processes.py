"""Two ``nongsan work`` commands on one PostgreSQL: each due sync runs once, whatever befalls one of them."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.databases import PostgresTemplates
from tests.jobs.market import Market, figures, figures_follow_facts, orders
from tests.jobs.workers import WATCHED, Floor, Worker, open_floor, until
from trace.db import open_database, transaction, use_database
from trace.jobs import clock
from trace.jobs.desk import Desk
from trace.jobs.work import run_one
from trace.keyring import use_keyring
from trace.records.job import Job, JobState
from trace.services import leases, schedules
from trace.settings import Settings

SHOPS, ROUNDS = 6, 4
LEASE_S = 4
LONG = 600
"""Orders of a sync that goes on for seconds: twelve pages, each answered after 0.6 s."""

OpenFloor = Callable[..., Floor]


@pytest.fixture
def floor(postgres_templates: PostgresTemplates, market: Market, tmp_path: Path) -> Iterator[OpenFloor]:
    """Shops over a fresh PostgreSQL; the test looks on through connections of its own."""
    with postgres_templates.fresh() as url:
        opened = open_database(url)
        use_database(opened)
        yield lambda count, **more: open_floor(market, url, tmp_path, count, **more)
        use_database(None)
        use_keyring(None)
        opened.close()


def sell(floor: Floor, count: int, *, changed: timedelta | None = None) -> None:
    """So many orders in each shop, of the last ten days; changed so long ago, or when they were made."""
    now = datetime.now(UTC) - (timedelta(hours=1) if changed is None else changed)
    for shop in floor.shops:
        made = [now - timedelta(days=10) * (n / count) for n in range(count)]
        asked = [
            {
                "at": int(at.timestamp()),
                "updated_at": int((at if changed is None else now).timestamp()),
                "lines": [{"listing": ("VAI-1KG", "VAI-5KG")[n % 2], "quantity": 1 + n % 3}],
                "status": ("placed", "completed", "unpaid")[n % 3],
            }
            for n, at in enumerate(made)
        ]
        floor.market.control("order", shop=shop.ext_shop_id, orders=asked)


def test_every_due_sync_runs_once_however_often_it_is_due(floor: OpenFloor) -> None:
    work = floor(SHOPS, lease_s=60)
    with work.two_workers() as workers:
        for turn in range(1, ROUNDS + 1):
            sell(work, 3, changed=timedelta())
            work.all_due()
            done = {shop.id: turn for shop in work.shops}
            until(lambda want=done: turns_done(work) == want, f"every shop's sync number {turn}")
        names = {f"/{worker.process.pid}/": worker.name for worker in workers}
    jobs = work.jobs()
    assert len(jobs) == SHOPS * ROUNDS
    assert {(job.state, job.attempt, job.fence) for job in jobs} == {(JobState.DONE, 1, 1)}
    assert len({(job.shop_id, job.due_at) for job in jobs}) == SHOPS * ROUNDS
    asked = [tuple(sorted(query.items())) for query in work.market.calls("get_order_list")]
    assert len(asked) == len(set(asked)) == SHOPS * ROUNDS
    assert {holder_of(job.lease_owner, names) for job in jobs} == {"one", "two"}
    assert figures() == work.market.truth() != {}
    assert figures_follow_facts()
    assert_no_stale_write(work, workers)


def turns_done(floor: Floor) -> Counter[int]:
    return Counter(job.shop_id for job in floor.jobs() if job.state == JobState.DONE)


def holder_of(owner: str, names: dict[str, str]) -> str:
    return next(name for part, name in names.items() if part in owner)


def stale_writes(floor: Floor, workers: list[Worker]) -> list[object]:
    """Writes to a shop's rows by a process that did not hold the shop's job then."""
    pids = {worker.name: f"/{worker.process.pid}/" for worker in workers}
    seen = [row for row in floor.writes() if row.writer in pids]
    return [row for row in seen if pids[row.writer] not in (row.holder or "")]


def assert_no_stale_write(floor: Floor, workers: list[Worker]) -> None:
    assert {row.place for row in floor.writes() if row.writer} == set(WATCHED)
    assert stale_writes(floor, workers) == []


def begun(floor: Floor, workers: list[Worker]) -> tuple[Job, Worker, Worker]:
    """One shop's long sync is under way: the job, who holds it and who does not."""
    sell(floor, LONG)
    floor.market.control("fault", kind="slow", share=1.0, seconds=0.6, on="get_order_detail")
    floor.all_due()
    job = until(lambda: len(orders()) >= 100 and floor.running(), "two pages are kept")
    holder, other = sorted(workers, key=lambda one: f"/{one.process.pid}/" not in job.lease_owner)
    return job, holder, other


def taken_over(floor: Floor, other: Worker) -> Job | None:
    """The job in the other's hands, once it has kept a page."""
    job = floor.running()
    wrote = any(row.writer == other.name and row.place == "market_order" for row in floor.writes())
    return job if wrote and job is not None and f"/{other.process.pid}/" in job.lease_owner else None


def finished(floor: Floor) -> Job:
    """The job at its end, with everything counted once."""
    job = until(lambda: next((one for one in floor.jobs() if one.state == JobState.DONE), None), "the end")
    assert len(floor.jobs()) == 1
    assert figures() == floor.market.truth() != {}
    assert figures_follow_facts()
    return job


def test_killed_in_mid_run_the_other_takes_over_after_the_lease(floor: OpenFloor) -> None:
    work = floor(1, lease_s=LEASE_S)
    with work.two_workers() as workers:
        held, holder, other = begun(work, workers)
        holder.process.kill()
        holder.process.wait()
        left = work.running() or held
        until(lambda: taken_over(work, other), "the other goes on")
        job = finished(work)
    assert job.fence == job.attempt > left.fence
    assert job.started_at >= left.lease_until
    asked = [query["order_sn_list"].split(",") for query in work.market.calls("get_order_detail")]
    assert len(set(chain(*asked))) == LONG
    assert len(list(chain(*asked))) <= LONG + 50 * (job.fence - 1)
    assert_no_stale_write(work, workers)


def test_frozen_past_its_lease_it_wakes_up_and_writes_nothing(floor: OpenFloor) -> None:
    """It wakes while the other is at work on the very same job: only the fence tells them apart."""
    work = floor(1, lease_s=LEASE_S)
    with work.two_workers() as workers:
        held, holder, other = begun(work, workers)
        holder.freeze()
        until(lambda: taken_over(work, other), "the other goes on")
        before = len(work.writes())
        holder.thaw()
        until(lambda: holder.said("lease lost") or stale_writes(work, workers), "it learns of it")
        assert work.running() is not None
        job = finished(work)
    assert job.fence == job.attempt > held.fence
    assert len(work.writes()) > before
    assert_no_stale_write(work, workers)


def test_a_transaction_that_froze_keeps_no_other_job_waiting(floor: OpenFloor) -> None:
    """It holds the lock of one job's row; the other job goes on, and the database ends it within a minute."""
    floor(0, lease_s=LEASE_S)
    past = datetime.now(UTC) - timedelta(hours=1)
    with transaction() as session:
        frozen, free = (schedules.add_job(session, "housekeep", str(n), past) for n in range(2))
        for number in (frozen, free):
            assert leases.claim(session, "gone", past, job_id=number)
    with transaction() as freezing:
        assert freezing.execute(text("SHOW idle_in_transaction_session_timeout")).scalar() == "1min"
        freezing.get(Job, frozen, with_for_update=True)
        with transaction() as session:
            session.execute(text("SET LOCAL lock_timeout = '10s'"))
            assert leases.reap(session, datetime.now(UTC)) == 1
            assert session.get(Job, free).state == JobState.PENDING
    with transaction() as session:
        assert leases.reap(session, datetime.now(UTC)) == 1


def test_a_clock_that_looked_before_another_turned_makes_no_second_run(
    floor: OpenFloor, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between its look and its turn the other clock turns, and the job is run and over."""
    floor(0, lease_s=LEASE_S)
    desk, honest, turned = Desk(settings, "test"), schedules.next_due, []
    with transaction() as session:
        schedules.ensure(session, "housekeep", "", 3600, desk.now())

    def overtaken(every_s: int, jitter_s: int, now: datetime) -> datetime:
        if not turned:
            turned.append("the other")
            assert (clock.tick(desk), run_one(desk)) == (1, "done")
        return honest(every_s, jitter_s, now)

    monkeypatch.setattr(schedules, "next_due", overtaken)
    assert (clock.tick(desk), turned) == (0, ["the other"])
    assert run_one(desk) is None
