"""Orders of a real (simulated) marketplace: what it sold is what we count, whatever happens on the way."""

import json
from datetime import timedelta

from tests.jobs.market import Stand, figures, figures_follow_facts, orders


def sell(stand: Stand, count: int, *, days: float = 20) -> list[str]:
    """So many orders, spread evenly over the last days."""
    base = stand.now() - timedelta(days=days)
    step = timedelta(days=days) / (count + 1)
    asked = [
        {
            "at": int((base + step * n).timestamp()),
            "lines": [{"listing": ("VAI-1KG", "VAI-5KG")[n % 2], "quantity": 1 + n % 3}],
            "status": ("placed", "completed", "unpaid")[n % 3],
        }
        for n in range(1, count + 1)
    ]
    return [one["order"] for one in stand.market.control("order", orders=asked)["orders"]]


def test_a_shop_s_orders_become_its_day_figures(stand: Stand) -> None:
    sell(stand, 30)
    job = stand.run()
    assert (job.state, job.error) == ("done", "")
    assert json.loads(job.stats)["new"] == 30
    assert figures() == stand.market.truth() != {}
    assert figures_follow_facts()


def test_reading_again_counts_nothing_twice(stand: Stand) -> None:
    sell(stand, 12, days=0.01)
    stand.run()
    before = figures()
    job = stand.run()
    assert json.loads(job.stats)["unchanged"] == 12
    assert figures() == before == stand.market.truth()


def test_an_order_cancelled_after_forty_days_is_taken_out_of_its_day(stand: Stand) -> None:
    numbers = sell(stand, 6, days=1)
    stand.run()
    counted = figures()
    for _twice in range(2):  # a refresh token lives 30 days
        stand.travel(days=20)
        stand.run()
    stand.market.control("cancel", order=numbers[0])
    stand.run()
    assert orders()[numbers[0]].status == "cancelled"
    assert figures() == stand.market.truth() != counted
    assert figures_follow_facts()


def test_a_returned_piece_lowers_quantity_and_revenue_and_keeps_the_order(stand: Stand) -> None:
    number = stand.market.order(lines=[{"listing": "VAI-1KG", "quantity": 3}], status="completed")
    stand.run()
    stand.market.control("return", order=number, lines=[{"listing": "VAI-1KG", "quantity": 1}])
    stand.run()
    assert list(figures().values()) == [(1, 1, 2, 110_000)]
    assert figures() == stand.market.truth()


def test_a_word_nobody_knows_is_kept_and_not_counted(stand: Stand) -> None:
    number = stand.market.order()
    stand.market.control("status", order=number, status="TELEPORTED")
    stand.run()
    assert (orders()[number].status, orders()[number].status_raw) == ("unmapped", "TELEPORTED")
    assert figures() == {}
    stand.market.control("complete", order=number)
    stand.run()
    assert figures() == stand.market.truth() != {}
