"""The nightly comparison: what slipped through is found, told to a person, and mended."""

import json
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlmodel import col

from tests.jobs.market import Stand, figures, figures_follow_facts
from tests.jobs.test_pulling_orders import sell
from trace.db import reading, transaction
from trace.records.market_order import MarketOrder, MarketOrderLine, OrderStatusChange
from trace.records.scan import Alarm
from trace.services import recounting


def alarms() -> list[Alarm]:
    with reading() as session:
        return list(session.execute(select(Alarm)).scalars())


def two_hours_later(stand: Stand, count: int = 10) -> list[str]:
    """Orders of the last days, read, and far enough behind the cursor to be compared."""
    numbers = sell(stand, count, days=5)
    stand.run()
    stand.travel(hours=2)
    stand.run()
    return numbers


def lose(number: str) -> None:
    """As if a page had been skipped."""
    with transaction() as session:
        order = session.execute(
            select(MarketOrder).where(col(MarketOrder.ext_order_id) == number)
        ).scalar_one()
        for table in (MarketOrderLine, OrderStatusChange):
            session.execute(delete(table).where(col(table.order_id) == order.id))
        session.execute(delete(MarketOrder).where(col(MarketOrder.id) == order.id))
        recounting.recount(session)


def test_when_all_agrees_nothing_is_raised(stand: Stand) -> None:
    two_hours_later(stand)
    told = json.loads(stand.run("reconcile").stats)
    assert (told["ours"], told["theirs"], told["differences"]) == (10, 10, 0)
    assert alarms() == []


def test_a_lost_order_is_told_and_brought_back(stand: Stand) -> None:
    numbers = two_hours_later(stand)
    lose(numbers[3])
    assert figures() != stand.market.truth()
    stand.run("reconcile")
    (alarm,) = alarms()
    assert (alarm.kind, json.loads(alarm.detail)["missing"]) == ("sync_gap", [numbers[3]])
    assert alarm.org_id == stand.coop.org.id
    assert figures() == stand.market.truth()
    assert figures_follow_facts()


def test_an_order_the_marketplace_never_had_is_told(lite: Stand) -> None:
    numbers = two_hours_later(lite)
    with transaction() as session:
        one = col(MarketOrder.ext_order_id) == numbers[0]
        session.execute(update(MarketOrder).where(one).values(ext_order_id="OURS-ALONE"))
    lite.run("reconcile")
    told = json.loads(alarms()[0].detail)
    assert (told["extra"], told["missing"]) == (["OURS-ALONE"], [numbers[0]])


def test_a_shop_that_differs_again_raises_its_one_alarm_again(lite: Stand) -> None:
    numbers = two_hours_later(lite)
    for number in numbers[:2]:
        lose(number)
        lite.run("reconcile")
    (alarm,) = alarms()
    assert (alarm.times, alarm.cleared_at) == (2, None)


def test_orders_newer_than_the_last_reading_are_not_called_lost(lite: Stand) -> None:
    two_hours_later(lite)
    lite.market.order()
    assert json.loads(lite.run("reconcile").stats)["differences"] == 0


def test_sundays_reach_back_forty_five_days() -> None:
    from datetime import UTC, datetime

    from trace.services.shops import is_weekly

    sunday = datetime(2026, 6, 6, 20, tzinfo=UTC)  # three in the morning of the 7th in Vietnam
    assert is_weekly(sunday)
    assert not is_weekly(sunday - timedelta(hours=6))
