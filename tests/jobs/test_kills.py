"""A worker dies between two pages: what it kept stays kept, the rest is read by the next, once."""

from datetime import timedelta

import pytest

from marketplaces.values import Window
from tests.jobs.market import Stand, figures, figures_follow_facts, orders
from tests.jobs.test_pulling_orders import sell
from trace.db import reading, transaction
from trace.jobs import clock, pull_orders
from trace.jobs.shop_run import ShopRun
from trace.jobs.work import run_one
from trace.records.job import Job, JobState
from trace.services import leases, schedules


class Killed(BaseException):
    """As sudden as kill -9: no except clause of the product sees it."""


def kill(*_given: object) -> None:
    raise Killed


def kill_after_page(monkeypatch: pytest.MonkeyPatch, page: int) -> None:
    pages = iter(range(1, page + 1))

    def counting(_run: ShopRun) -> None:
        if next(pages, None) == page:
            raise Killed

    monkeypatch.setattr(ShopRun, "pause_point", counting)


def die_and_take_over(stand: Stand, monkeypatch: pytest.MonkeyPatch, page: int) -> Job:
    with transaction() as session:
        number = schedules.run_now(
            session, "sync_shop", str(stand.shop.id), stand.now(), shop_id=stand.shop.id
        )
    with monkeypatch.context() as patch:
        kill_after_page(patch, page)
        with pytest.raises(Killed):
            run_one(stand.desk, number)
    assert run_one(stand.desk, number) is None  # its lease still holds
    stand.travel(seconds=leases.LEASE.total_seconds() + 1)
    assert clock.reap(stand.desk) == 1
    assert run_one(stand.desk, number) == "done"
    with reading() as session:
        return session.get(Job, number)


@pytest.mark.parametrize("page", [1, 2, 3])
def test_killed_after_any_page_the_next_worker_goes_on_exactly(
    stand: Stand, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    sell(stand, 250, days=12)
    job = die_and_take_over(stand, monkeypatch, page)
    assert (job.attempt, job.fence, job.state) == (2, 2, JobState.DONE)
    assert figures() == stand.market.truth() != {}
    assert figures_follow_facts()


def test_killed_before_the_last_page_the_cursor_has_not_moved(
    lite: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    sell(lite, 250, days=12)
    with transaction() as session:
        number = schedules.run_now(session, "sync_shop", str(lite.shop.id), lite.now(), shop_id=lite.shop.id)
    kill_after_page(monkeypatch, 2)
    with pytest.raises(Killed):
        run_one(lite.desk, number)
    assert len(orders()) == 100
    assert lite.again().orders_cursor < lite.now() - timedelta(days=12)


def test_the_same_check_catches_a_cursor_moved_before_its_pages(
    lite: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = pull_orders.read_window

    def cursor_first(run: ShopRun, window: Window, progress: str) -> None:
        with run.writing() as session:
            pull_orders.move_cursor(session, run, window)
        honest(run, window, "")

    def forgetful(self: ShopRun, _session: object, **_progress: object) -> None:
        self.payload = {}

    monkeypatch.setattr(pull_orders, "read_window", cursor_first)
    monkeypatch.setattr(ShopRun, "keep", forgetful)
    sell(lite, 250, days=12)
    die_and_take_over(lite, monkeypatch, 2)
    assert figures() != lite.market.truth()


def test_a_worker_that_overslept_its_lease_writes_nothing_more(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It wakes after the second of three pages; meanwhile another has done the whole job."""
    sell(stand, 250, days=12)
    with transaction() as session:
        number = schedules.run_now(
            session, "sync_shop", str(stand.shop.id), stand.now(), shop_id=stand.shop.id
        )
    honest, slept = ShopRun.pause_point, []

    def sleeping(run: ShopRun) -> None:
        honest(run)
        if not slept:
            slept.append(run.job.fence)
            stand.travel(seconds=leases.LEASE.total_seconds() + 1)
            assert clock.reap(stand.desk) == 1
            assert run_one(stand.desk, number) == "done"

    monkeypatch.setattr(ShopRun, "pause_point", sleeping)
    assert run_one(stand.desk, number) == "lost"
    with reading() as session:
        job = session.get(Job, number)
    assert (slept, job.fence, job.state, job.error) == ([1], 2, JobState.DONE, "")
    assert figures() == stand.market.truth()


def test_a_job_that_kills_every_worker_is_dead_after_five(
    lite: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    sell(lite, 3, days=1)
    with transaction() as session:
        number = schedules.run_now(session, "sync_shop", str(lite.shop.id), lite.now(), shop_id=lite.shop.id)
    for _death in range(leases.TRIES):
        with monkeypatch.context() as patch:
            patch.setattr(pull_orders, "record_page", kill)
            with pytest.raises(Killed):
                run_one(lite.desk, number)
        lite.travel(seconds=leases.LEASE.total_seconds() + 1)
        clock.reap(lite.desk)
    with reading() as session:
        assert session.get(Job, number).state == JobState.DEAD
    assert run_one(lite.desk, number) is None


def test_a_stop_between_pages_gives_the_job_back_with_its_progress(lite: Stand) -> None:
    sell(lite, 250, days=12)
    with transaction() as session:
        number = schedules.run_now(session, "sync_shop", str(lite.shop.id), lite.now(), shop_id=lite.shop.id)
    lite.desk.stopping.set()
    assert run_one(lite.desk, number) == "given back"
    assert len(orders()) == 50
    lite.desk.stopping.clear()
    assert run_one(lite.desk, number) == "done"
    with reading() as session:
        assert session.get(Job, number).attempt == 1
    assert figures() == lite.market.truth()


def test_a_surprise_is_tried_again_later_and_the_worker_goes_on(
    lite: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    sell(lite, 3, days=1)

    def broken(*_given: object) -> None:
        raise ZeroDivisionError("planted")

    with monkeypatch.context() as patch:
        patch.setattr(pull_orders, "record_page", broken)
        job = lite.run()
    assert (job.state, job.error) == (JobState.PENDING, "ZeroDivisionError: planted")
    assert figures() == {}
    lite.travel(minutes=11)
    assert run_one(lite.desk) == "done"
    assert figures() == lite.market.truth()
