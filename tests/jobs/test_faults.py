"""Marketplaces misbehave: the counts stay exact, pages are taken whole or not at all, nobody storms."""

import json

import pytest

from marketplaces.shopee import orders as shopee_orders
from tests.jobs.market import Stand, figures, figures_follow_facts, orders
from tests.jobs.test_pulling_orders import sell
from trace.db import reading, transaction
from trace.records.shop import Shop, ShopState
from trace.services import shops

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
    monkeypatch.setattr(shopee_orders, "MOST_LOOKS", 1)
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
    from trace.jobs.work import run_one
    from trace.services import schedules

    with transaction() as session:
        shop = session.get(Shop, lite.shop.id)
        shop.paused_until = lite.now().replace(year=lite.now().year + 1)
        number = schedules.run_now(session, "sync_shop", str(shop.id), lite.now(), shop_id=shop.id)
    assert run_one(lite.desk, number) == "done"
    with reading() as session:
        from trace.records.job import Job

        assert json.loads(session.get(Job, number).stats) == {"skipped": "paused"}


def test_a_long_wait_asked_for_is_obeyed(lite: Stand) -> None:
    lite.market.control("fault", kind="429", times=1, seconds=900, on="get_order_list")
    assert lite.run().state == "failed"
    shop = lite.again()
    assert 880 < (shop.paused_until - lite.now()).total_seconds() <= 900
    assert shop.failures == 0


def test_four_in_ten_answers_bad_costs_at_most_two_and_a_half_times_the_calls(lite: Stand) -> None:
    sell(lite, 60, days=80)
    clean = json.loads(lite.run().stats)["calls"]
    with transaction() as session:
        session.get(Shop, lite.shop.id).orders_cursor = None
    lite.market.control("fault", kind="500", share=0.4, on="/order/")
    job = lite.run()
    assert job.state == "done"
    assert json.loads(job.stats)["calls"] <= 2.5 * clean
    assert figures() == lite.market.truth()


def test_a_lost_permission_asks_for_a_sign_in_and_stops_calling(lite: Stand) -> None:
    lite.market.control("expire", what="access")
    lite.market.control("expire", what="refresh")
    assert lite.run().state == "failed"
    assert lite.again().state == ShopState.NEEDS_LOGIN
    assert json.loads(lite.run().stats) == {"skipped": "needs_login"}


def test_pauses_never_pass_an_hour() -> None:
    assert max(shops.pause_s(n) for n in range(3, 10_000, 7)) <= 3_600
