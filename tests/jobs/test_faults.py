"""Marketplaces misbehave: the counts stay exact, pages are taken whole or not at all, nobody storms."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

import pytest

from marketplaces import progress
from marketplaces.http import Patience
from marketplaces.interface import ErrorKind, MarketplaceError
from marketplaces.shopee import orders as shopee_orders
from marketplaces.shopee.gateway import Gateway
from marketplaces.values import Page
from tests.jobs.market import Stand, figures, figures_follow_facts, orders
from tests.jobs.test_pulling_orders import sell
from trace.db import reading, transaction
from trace.jobs import shop_run
from trace.jobs.work import run_one
from trace.records.job import Job, JobState
from trace.records.shop import Shop, ShopState
from trace.services import schedules, shop_circuit

ANSWERED_AMISS = ("429", "500", "cut", "html", "bad_json")


@pytest.mark.parametrize("kind", [*ANSWERED_AMISS, "duplicate", "shuffle", "expired"])
def test_a_third_of_the_calls_spoilt_and_still_every_order_counts_once(lite: Stand, kind: str) -> None:
    sell(lite, 130, days=2)
    lite.market.control("fault", kind=kind, share=0.3, seconds=0, on="/order/")
    for _try in range(12):
        if lite.run().state == "done":
            break
    assert figures() == lite.market.truth() != {}
    assert figures_follow_facts()


def test_pages_that_shift_while_they_are_read_lose_no_order(lite: Stand) -> None:
    sell(lite, 250, days=2)
    lite.market.control("fault", kind="page_shift", times=2)
    lite.run()
    assert figures() == lite.market.truth()


def test_the_same_check_catches_paging_only_once(lite: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "MOST_LOOKS", 1)
    sell(lite, 250, days=2)
    lite.market.control("fault", kind="page_shift", times=2)
    lite.run()
    assert figures() != lite.market.truth()


def test_orders_listed_late_are_found_by_the_overlap(lite: Stand) -> None:
    sell(lite, 5, days=1)
    lite.run()
    lite.market.order()
    lite.market.control("fault", kind="late", times=1, seconds=900)
    lite.run()
    assert figures() != lite.market.truth()
    lite.travel(minutes=16)
    lite.run()
    assert figures() == lite.market.truth()


@pytest.mark.parametrize("kind", ["500", "html", "cut"])
def test_a_shop_that_never_answers_is_paused_longer_each_time_and_loses_nothing(
    lite: Stand, kind: str
) -> None:
    numbers = sell(lite, 8, days=1)
    lite.market.control("fault", kind=kind, share=1.0, on="get_order_list")
    pauses = []
    for _failure in range(5):
        job = lite.run()
        assert job.state == "failed"
        paused = lite.again().paused_until
        pauses.append((paused - lite.now()).total_seconds() if paused else 0)
    assert pauses[:2] == [0, 0]
    assert 40 < pauses[2] <= 60 < pauses[3] <= 120 < pauses[4] <= 240
    assert (lite.again().orders_cursor, orders()) == (None, {})
    lite.market.control("fault", kind="none")
    assert lite.run().state == "done"
    assert (set(orders()), lite.again().failures) == (set(numbers), 0)


def test_a_paused_shop_is_not_called(lite: Stand) -> None:
    with transaction() as session:
        shop = session.get(Shop, lite.shop.id)
        shop.paused_until = lite.now().replace(year=lite.now().year + 1)
        number = schedules.run_now(session, "sync_shop", str(shop.id), lite.now(), shop_id=shop.id)
    assert run_one(lite.desk, number) == "done"
    with reading() as session:
        assert json.loads(session.get(Job, number).stats) == {"skipped": "paused"}


def test_a_long_wait_asked_for_is_obeyed(lite: Stand) -> None:
    lite.market.control("fault", kind="429", times=1, seconds=900, on="get_order_list")
    assert lite.run().state == "failed"
    shop = lite.again()
    assert 880 < (shop.paused_until - lite.now()).total_seconds() <= 900
    assert shop.failures == 0


def calls_over_least(stand: Stand, faults: list[tuple[str, int]]) -> float:
    """Calls of whole readings with four in ten answers bad, until done, over those of a reading without.

    The client's own patience is the product's (four tries); a try that fails costs 1 / 0.6 = 1.67.
    """
    stand.desk.patience = Patience(first_s=0.0, most_s=0.0)
    sell(stand, 1_000, days=14)
    least = json.loads(stand.run().stats)["calls"]
    spent = 0
    for kind, seed in faults:
        with transaction() as session:
            session.get(Shop, stand.shop.id).orders_cursor = None
        stand.market.control("fault", kind=kind, share=0.4, seconds=0, on="/order/", seed=seed)
        job = None
        while job is None or job.state != "done":
            job = stand.run()
            spent += json.loads(job.stats)["calls"]
        stand.market.control("fault", kind="none")
        assert figures() == stand.market.truth() != {}
    return spent / (least * len(faults))


def test_four_in_ten_answers_bad_costs_at_most_twice_the_calls(lite: Stand) -> None:
    """Six readings of 45 calls: by chance alone the ratio's deviation is 0.06."""
    faults = [("429", 1), ("500", 2), ("cut", 3), ("429", 4), ("500", 5), ("cut", 6)]
    assert calls_over_least(lite, faults) <= 2.0


def test_the_same_check_catches_progress_that_ends_with_its_job(
    lite: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shop_run, "is_to_go_on", lambda *_asked: False)
    assert calls_over_least(lite, [("500", 5), ("cut", 6)]) > 2.0


@contextmanager
def breaking_off_after(batches: int, kind: ErrorKind = "unavailable") -> Iterator[None]:
    """The marketplace gives so many batches of details, and then none."""
    given = iter(range(batches))
    honest = shopee_orders.read_orders

    def breaking(gateway: Gateway, numbers: Sequence[str]) -> Page:
        if next(given, None) is None:
            raise MarketplaceError("planted", kind=kind)
        return honest(gateway, numbers)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shopee_orders, "read_orders", breaking)
        yield


def details_read(stand: Stand, kind: str = "sync_shop") -> tuple[str, int]:
    job = stand.run(kind)
    return job.state, json.loads(job.stats).get("seen", 0)


@pytest.mark.parametrize("batches", [1, 2, 3, 4, 5])
def test_the_job_after_a_failed_one_asks_only_for_what_is_not_read_yet(lite: Stand, batches: int) -> None:
    sell(lite, 260, days=12)
    with breaking_off_after(batches):
        assert details_read(lite) == ("failed", 50 * batches)
        assert details_read(lite) == ("failed", 0)
    assert details_read(lite) == ("done", 260 - 50 * batches)
    assert figures() == lite.market.truth() != {}
    assert figures_follow_facts()


def test_a_job_skipped_meanwhile_hands_the_progress_on(stand: Stand) -> None:
    sell(stand, 130, days=12)
    with breaking_off_after(2):
        assert details_read(stand) == ("failed", 100)
    with transaction() as session:
        session.get(Shop, stand.shop.id).state = ShopState.DISABLED
    assert json.loads(stand.run().stats) == {"skipped": "disabled"}
    with transaction() as session:
        session.get(Shop, stand.shop.id).state = ShopState.CONNECTED
    assert details_read(stand) == ("done", 30)


def test_progress_is_out_of_date_once_another_job_has_read_on(lite: Stand) -> None:
    sell(lite, 130, days=12)
    with breaking_off_after(2):
        assert details_read(lite) == ("failed", 100)
    assert details_read(lite, "pull_orders") == ("done", 130)
    assert details_read(lite) == ("done", 0)


@pytest.mark.parametrize("kind", ["refused", "malformed"])
def test_progress_that_may_itself_be_at_fault_is_not_tried_twice(lite: Stand, kind: ErrorKind) -> None:
    """A page's cursor may have grown too old: after one failure its window is begun anew."""
    sell(lite, 130, days=12)
    with breaking_off_after(2):
        assert details_read(lite) == ("failed", 100)
    with breaking_off_after(0, kind):
        assert details_read(lite) == ("failed", 0)
    assert details_read(lite) == ("done", 130)


def test_progress_nothing_came_of_in_ten_failures_is_given_up(lite: Stand) -> None:
    sell(lite, 130, days=12)
    with breaking_off_after(2):
        assert details_read(lite) == ("failed", 100)
    with breaking_off_after(0):
        for _failure in range(shop_run.TRIES_IN_VAIN - 1):
            assert details_read(lite) == ("failed", 0)
    assert details_read(lite) == ("done", 130)


def test_a_dead_job_hands_nothing_on(stand: Stand) -> None:
    left = {"until": "whatever killed it"}
    with transaction() as session:
        subject, shop = str(stand.shop.id), stand.shop.id
        add = partial(schedules.add_job, session, "sync_shop", subject, stand.now(), shop_id=shop)
        session.get(Job, add(payload=left)).state = JobState.FAILED
        session.flush()
        heir = session.get(Job, add())
        assert json.loads(heir.payload) == left
        heir.state = JobState.DEAD
        session.flush()
        assert session.get(Job, add()).payload == "{}"


def test_a_lost_permission_asks_for_a_sign_in_and_stops_calling(lite: Stand) -> None:
    lite.market.control("expire", what="access")
    lite.market.control("expire", what="refresh")
    assert lite.run().state == "failed"
    assert lite.again().state == ShopState.NEEDS_LOGIN
    assert json.loads(lite.run().stats) == {"skipped": "needs_login"}


def test_pauses_never_pass_an_hour() -> None:
    assert max(shop_circuit.pause_s(n) for n in range(3, 10_000, 7)) <= 3_600
