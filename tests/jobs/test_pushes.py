"""Pushes: kept first, read once by number, whoever sends them however often."""

import json
from datetime import timedelta

from sqlalchemy import select
from sqlmodel import col

from marketplaces.values import Push
from tests.jobs.market import Stand, figures, orders
from trace.db import reading, transaction
from trace.jobs.work import run_one
from trace.records.job import Job
from trace.records.market_push import MarketPush
from trace.services import keeping, market_pushes


def told(stand: Stand, order: str, event: str = "e1", kind: str = "order") -> bool:
    push = Push(event, kind, stand.shop.ext_shop_id, order, stand.now())
    with transaction() as session:
        return market_pushes.take_in(session, "shopee", stand.shop.ext_shop_id, push, stand.now())


def waiting() -> list[Job]:
    with reading() as session:
        return list(session.execute(select(Job).where(col(Job.state) == "pending")).scalars())


def unread() -> list[MarketPush]:
    with reading() as session:
        return list(session.execute(select(MarketPush).where(col(MarketPush.read_at).is_(None))).scalars())


def test_the_order_a_push_names_is_read_by_its_number_and_no_list_is(stand: Stand) -> None:
    number = stand.market.order()
    assert told(stand, number)
    assert [job.kind for job in waiting()] == ["read_pushes"]
    assert run_one(stand.desk) == "done"
    assert set(orders()) == {number}
    assert figures() == stand.market.truth() != {}
    assert stand.market.calls("get_order_list") == []
    assert unread() == []


def test_a_push_sent_again_or_replayed_later_is_neither_kept_nor_read_again(stand: Stand) -> None:
    number = stand.market.order()
    assert told(stand, number)
    run_one(stand.desk)
    calls = len(stand.market.calls("get_order_detail"))
    stand.travel(days=3)
    assert not told(stand, number)
    assert waiting() == []
    assert len(stand.market.calls("get_order_detail")) == calls


def test_two_pushes_of_one_order_read_it_once(lite: Stand) -> None:
    number = lite.market.order()
    assert told(lite, number, "e1")
    assert told(lite, number, "e2")
    assert run_one(lite.desk) == "done"
    assert len(lite.market.calls("get_order_detail")) == 1
    assert unread() == []


def test_a_push_whose_reading_fails_is_read_by_the_next_job(stand: Stand) -> None:
    number = stand.market.order()
    told(stand, number)
    stand.market.control("fault", kind="500", share=1.0, on="/order/")
    assert run_one(stand.desk) == "failed"
    assert len(unread()) == 1
    stand.market.control("fault", kind="none")
    assert stand.run().state == "done"
    assert unread() == []
    assert figures() == stand.market.truth() != {}


def test_an_order_the_marketplace_denies_is_a_bad_record_and_the_others_are_read(lite: Stand) -> None:
    number = lite.market.order()
    told(lite, "NOWHERE", "e1")
    told(lite, number, "e2")
    assert run_one(lite.desk) == "done"
    assert set(orders()) == {number}
    with reading() as session:
        job = session.execute(select(Job).where(col(Job.kind) == "read_pushes")).scalar_one()
    assert json.loads(job.stats)["failed"] == 1


def test_what_is_no_order_has_the_whole_shop_read(lite: Stand) -> None:
    assert told(lite, "", kind="authorization")
    assert [job.kind for job in waiting()] == ["sync_shop"]
    run_one(lite.desk)
    assert unread() == []


def test_a_push_for_a_shop_that_is_not_ours_is_passed_over(lite: Stand) -> None:
    with transaction() as session:
        push = Push("e", "order", "1", "A1", None)
        assert not market_pushes.take_in(session, "shopee", "1", push, lite.now())
    assert unread() == []


def test_event_numbers_of_any_length_are_told_apart(lite: Stand) -> None:
    assert told(lite, "A1", "e" * 500)
    assert told(lite, "A1", "e" * 501)
    assert not told(lite, "A1", "e" * 500)


def test_read_pushes_are_forgotten_after_a_month_and_unread_ones_never(lite: Stand) -> None:
    told(lite, lite.market.order(), "read")
    run_one(lite.desk)
    told(lite, "A2", "unread")
    with transaction() as session:
        assert keeping.sweep(session, lite.now() + timedelta(days=31))["pushes"] == 1
    assert [row.event_id for row in unread()] == ["unread"]
