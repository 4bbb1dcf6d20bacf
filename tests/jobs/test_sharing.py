"""What workers share: the pace of an application, and themselves among the marketplaces."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from marketplaces.pace import LentPace
from tests import world
from trace.db import Database, transaction
from trace.jobs import queue
from trace.jobs.desk import Desk
from trace.records.shop import Shop
from trace.services import market_pace, schedules
from trace.settings import Settings

START = datetime(2026, 6, 12, 2, 30, tzinfo=UTC)


class Watch:
    """A clock that only sleeping moves; one for each process."""

    def __init__(self) -> None:
        self.at = 0.0

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds


def process(rate: float, burst: int = 2) -> tuple[LentPace, Watch]:
    watch = Watch()

    def lend(bucket: str, calls: int) -> float:
        with transaction() as session:
            moment = START + timedelta(seconds=watch.at)
            return market_pace.book(session, bucket, calls, rate, burst, moment)

    return LentPace(lend, rate, clock=watch.now, sleep=watch.sleep), watch


def most_within(moments: list[float], span_s: float) -> int:
    return max(sum(1 for other in moments if at <= other < at + span_s) for at in moments)


def test_two_processes_together_keep_the_pace_of_one(database: Database) -> None:
    (one, one_watch), (two, two_watch) = process(4.0), process(4.0)
    moments = []
    for _ in range(40):
        for pace, watch in ((one, one_watch), (two, two_watch)):
            pace.take("app")
            moments.append(watch.at)
    assert max(moments) >= 80 / 4.0 - 2.0
    assert most_within(moments, 5.0) <= 5 * 4 + 2 + 2 * 4


def test_one_process_alone_has_the_whole_pace(database: Database) -> None:
    pace, watch = process(4.0)
    for _ in range(40):
        pace.take("app")
    assert watch.at <= 40 / 4.0 + 1.0


def test_buckets_do_not_wait_for_each_other(database: Database) -> None:
    pace, watch = process(1.0)
    for bucket in range(50):
        pace.take(f"shop-{bucket}")
    assert watch.at <= 1.0


def test_idling_saves_up_no_more_than_the_burst(database: Database) -> None:
    pace, watch = process(2.0, burst=3)
    pace.take("app")
    watch.at += 3_600
    begun = watch.at
    for _ in range(20):
        pace.take("app")
    assert watch.at - begun >= (20 - 3 - 2) / 2.0


def test_a_row_a_wrong_clock_put_far_ahead_is_begun_anew(database: Database) -> None:
    with transaction() as session:
        market_pace.book(session, "app", 1, 1.0, 1, START + timedelta(days=1))
        assert market_pace.book(session, "app", 1, 1.0, 1, START) == 0.0


def test_threads_of_both_databases_book_each_call_once(database: Database) -> None:
    waits: list[float] = []

    def book() -> None:
        for _ in range(20):
            with transaction() as session:
                waits.append(market_pace.book(session, "app", 1, 10.0, 1, START))

    threads = [threading.Thread(target=book) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(round(wait * 10) for wait in waits) == [0, *range(79)]


@pytest.fixture
def desk(database: Database, tmp_path: object) -> Desk:
    return Desk(Settings(instance=tmp_path), "test", threads=6, now=lambda: START)


def shops_due(desk: Desk, *marketplaces: str) -> None:
    with transaction() as session:
        coop = world.make_coop(session, START)
        for number, name in enumerate(marketplaces):
            values = {"org_id": coop.org.id, "marketplace": name, "ext_shop_id": str(number), "name": name}
            shop = world.add(session, Shop(**values, created_at=START))
            schedules.run_now(session, "sync_shop", str(shop.id), START, shop_id=shop.id)


def test_one_marketplace_holds_a_third_of_the_workers_at_most(desk: Desk) -> None:
    shops_due(desk, "slow", "slow", "slow", "slow", "quick")
    taken = [queue.claim(desk) for _ in range(4)]
    assert [job and job.marketplace for job in taken] == ["slow", "slow", "quick", None]


def test_a_worker_that_is_done_makes_room(desk: Desk) -> None:
    shops_due(desk, "slow", "slow", "slow")
    first, _second = queue.claim(desk), queue.claim(desk)
    assert queue.claim(desk) is None
    with desk.worker_of(first.marketplace):
        queue.finish(desk, first, {})
    assert queue.claim(desk).marketplace == "slow"


def test_a_job_named_by_a_person_is_taken_though_its_marketplace_is_busy(desk: Desk) -> None:
    shops_due(desk, "slow", "slow", "slow")
    jobs = [queue.claim(desk) for _ in range(2)]
    third = ({1, 2, 3} - {job.id for job in jobs}).pop()
    assert queue.claim(desk, third).id == third
