"""Seeded hauls of one shop through sales, faults and deaths: in the end the figures are the shop's.

Every run takes a short one of each kind; ``make soak`` and ``make chaos`` take the long ones. A list that
slips at the same place on every look hides an order from any number of looks: the nightly reading finds it.
"""

import json
import random
from collections import Counter
from contextlib import suppress
from datetime import timedelta

import pytest

from tests.jobs.market import Stand, figures, figures_follow_facts, orders
from tests.jobs.test_kills import Killed, kill_after_page
from tests.jobs.test_pulling_orders import sell
from tests.jobs.test_reconciling import alarms
from trace.jobs import clock
from trace.jobs.work import run_one
from trace.services import leases

FAULTS = ("429", "500", "cut", "html", "bad_json", "duplicate", "shuffle", "page_shift", "expired", "late")
DAY = timedelta(days=1)


def disturb(stand: Stand, chance: random.Random) -> None:
    """Up to two faults, each for a few calls; a renewal of tokens whose answer is lost is another story."""
    stand.market.control("fault", kind="none")
    for kind in chance.sample(FAULTS, chance.randint(0, 2)):
        seconds = 0 if kind == "429" else 300
        stand.market.control("fault", kind=kind, times=chance.randint(1, 4), seconds=seconds, on="/order")


def change(stand: Stand, chance: random.Random, numbers: list[str]) -> None:
    """Some of the orders go on."""
    for number in chance.sample(numbers, min(len(numbers), 5)):
        stand.market.control("status", order=number, status=chance.choice(("completed", "cancelled")))


def die(stand: Stand, chance: random.Random, patch: pytest.MonkeyPatch) -> bool:
    """A worker dies after one of the first pages, if there are so many; the next takes over."""
    died, number = True, stand.due()
    with patch.context() as planted, suppress(Killed):
        kill_after_page(planted, chance.randint(1, 3))
        run_one(stand.desk, number)
        died = False
    stand.travel(seconds=leases.LEASE.total_seconds() + 1)
    assert clock.reap(stand.desk) == died
    run_one(stand.desk, number)
    return died


def night(stand: Stand) -> int:
    """The nightly reading, undisturbed; how many orders it had to bring or to mend."""
    stand.market.control("fault", kind="none")
    job = stand.run("reconcile")
    assert job.state == "done", job.error
    return int(json.loads(job.stats).get("differences", 0))


def haul(stand: Stand, patch: pytest.MonkeyPatch, seed: int, rounds: int, deaths: float) -> Counter[str]:
    """So many rounds with a nightly reading each day, then a day in peace; how it went meanwhile."""
    chance, seen, slept = random.Random(seed), Counter[str](), stand.ahead
    for _round in range(rounds):
        minutes = chance.randint(5, 200)
        stand.travel(minutes=minutes)
        numbers = sell(stand, chance.randint(1, 150), days=0.9 * minutes / 1_440)
        disturb(stand, chance)
        if chance.random() < deaths:
            seen["died"] += die(stand, chance, patch)
        else:
            seen[stand.run().state] += 1
        change(stand, chance, numbers)
        if stand.ahead - slept > DAY:
            seen["healed"] += night(stand)
            slept = stand.ahead
    stand.market.control("fault", kind="none")
    assert stand.run().state == "done"
    stand.travel(hours=2)
    assert stand.run().state == "done"
    seen["healed"] += night(stand)
    assert night(stand) == 0
    assert figures() == stand.market.truth() != {}
    assert figures_follow_facts()
    return seen


def test_an_order_hidden_from_every_look_is_found_and_told_at_night(stand: Stand) -> None:
    numbers = sell(stand, 150, days=0.5)
    stand.market.control("fault", kind="page_shift", share=1.0, on="/order/get_order_list")
    assert stand.run().state == "done"
    (hidden,) = set(numbers) - set(orders())
    stand.market.control("fault", kind="none")
    stand.travel(hours=2)
    assert stand.run().state == "done"
    assert set(numbers) - set(orders()) == {hidden}, "only the nightly reading reaches back so far"
    assert night(stand) == 1
    assert json.loads(alarms()[0].detail)["missing"] == [hidden]
    assert figures() == stand.market.truth() != {}
    assert figures_follow_facts()


@pytest.mark.parametrize("deaths", [0.0, 0.5])
def test_a_short_haul_ends_with_the_shops_figures(
    lite: Stand, monkeypatch: pytest.MonkeyPatch, deaths: float
) -> None:
    seen = haul(lite, monkeypatch, seed=1, rounds=8, deaths=deaths)
    assert seen["done"]
    assert bool(seen["died"]) == bool(deaths)


@pytest.mark.soak
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("seed", range(2, 6))
def test_a_long_haul_of_faults_ends_with_the_shops_figures(
    stand: Stand, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    seen = haul(stand, monkeypatch, seed, rounds=60, deaths=0.0)
    assert seen["done"]


@pytest.mark.chaos
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("seed", range(6, 10))
def test_a_long_haul_of_faults_and_deaths_ends_with_the_shops_figures(
    stand: Stand, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    seen = haul(stand, monkeypatch, seed, rounds=40, deaths=0.5)
    assert seen["died"] > 3
