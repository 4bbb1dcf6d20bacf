"""Counts that are exactly right, at every marketplace: faults, late and old changes, kills at any commit.

Each season is played with a seed against the marketplace's own simulator; in the end our figures are its
truth, order by order and day by day. ``make test`` plays three short ones each, ``make soak`` long ones.
A kill between a marketplace's new tokens and the commit that keeps them loses the pair for good, where the
old one died when the new one was made: the shop then asks its seller to agree again, and goes on from there.
"""

import random
from pathlib import Path

import pytest

from marketplaces.simulators.lazada.reverse import RETURNED_WORD
from tests.jobs.forks import dies, take_over
from tests.jobs.market import Market, Stand, figures, figures_follow_facts, open_stand, orders
from tests.jobs.test_hauls import DAY, disturb, night
from tests.jobs.test_pulling_orders import sell
from tests.marketplaces.stalls import MARKETS
from trace.db import Database

LATE_CANCEL_DAYS = 41


def change(stand: Stand, chance: random.Random, numbers: list[str]) -> None:
    """Some of the orders go on, are cancelled or returned, a few a while ago and unseen till now."""
    chance.shuffle(numbers)
    for _ in range(min(len(numbers), 8)):
        number = numbers.pop()
        deed = chance.choice(("complete", "cancel", "return", "cancel"))
        back_s = chance.choice((0, 0, 0, 600))
        at = int(stand.now().timestamp()) - back_s
        stand.market.control(deed, order=number, at=at)


def season(stand: Stand, url: str, seed: int, count: int, rounds: int) -> dict[str, int]:
    """So many orders in so many rounds, each read under faults and now and then by a worker that dies."""
    chance, seen, slept = random.Random(seed), {"died": 0, "healed": 0, "agreed": 0}, stand.ahead
    numbers = sell(stand, count // 4, days=30)
    for _round in range(rounds):
        minutes = chance.randint(20, 240)
        stand.travel(minutes=minutes)
        numbers += sell(stand, count * 3 // 4 // rounds, days=0.9 * minutes / 1_440)
        disturb(stand, chance)
        number = stand.due()
        seen["died"] += dies(stand, url, number, commits=chance.randint(0, 12))
        take_over(stand, number)
        seen["agreed"] += stand.agree_if_asked()
        change(stand, chance, numbers)
        if stand.ahead - slept > DAY:
            seen["healed"] += night(stand)
            slept = stand.ahead
    return seen


def settle(stand: Stand, chance: random.Random) -> None:
    """Forty days on, some of the first orders are cancelled; then a day in peace and its night."""
    stand.market.control("fault", kind="none")
    early = sorted(number for number, row in orders().items() if row.status in {"unpaid", "placed"})
    for _step in range(2):  # tokens of thirty days live on because they are used
        stand.travel(days=LATE_CANCEL_DAYS / 2)
        assert stand.run().state == "done"
    for number in chance.sample(early, min(len(early), 10)):
        stand.market.control("cancel", order=number)
    stand.travel(hours=2)
    assert stand.run().state == "done"
    night(stand)


def play(stand: Stand, url: str, seed: int, count: int, rounds: int) -> dict[str, int]:
    seen = season(stand, url, seed, count, rounds)
    settle(stand, random.Random(seed))
    assert figures() == stand.market.truth() != {}
    assert figures_follow_facts()
    return seen


@pytest.fixture
def each(sqlite: Database, any_market: Market, tmp_path: Path) -> Stand:
    """A connected shop at each marketplace."""
    return open_stand(any_market, tmp_path)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_season_of_faults_and_deaths_ends_with_the_marketplaces_figures(
    each: Stand, sqlite_url: str, seed: int
) -> None:
    seen = play(each, sqlite_url, seed, count=200, rounds=6)
    assert seen["died"]


@pytest.mark.parametrize("seed", [4, 5])
def test_returns_that_only_reverse_orders_tell_end_with_lazadas_figures(
    sqlite: Database, market_of_session: Market, sqlite_url: str, tmp_path: Path, seed: int
) -> None:
    market = Market(market_of_session.root, MARKETS["lazada"])
    market.control("reset")
    market.control("switch", name="returned_rows", value="no")
    stand = open_stand(market, tmp_path)
    stand.desk.settings.marketplaces["lazada"].options["returned_reverse"] = RETURNED_WORD
    play(stand, sqlite_url, seed, count=200, rounds=6)
    assert "returned" in {row.status for row in orders().values()}


@pytest.mark.soak
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("seed", range(10, 30))
def test_a_long_season_ends_with_the_marketplaces_figures(
    any_market: Market, database: Database, database_url: str, tmp_path: Path, seed: int
) -> None:
    seen = play(open_stand(any_market, tmp_path), database_url, seed, count=5_000, rounds=40)
    assert seen["died"]
