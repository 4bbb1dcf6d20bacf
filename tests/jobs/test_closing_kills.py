"""Whoever dies while a month is closed or looked at, and whatever is written meanwhile: never half a month,
never two, and figures that are the rows of one moment."""

import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import SQLModel, col

from tests.jobs.closing_world import JUNE, OFFICE, Stall, open_stall, scan
from tests.jobs.forks import child, ended
from tests.services.test_selling_figures import order
from trace.db import Database, reading, transaction
from trace.jobs.desk import Run
from trace.jobs.work import run_one
from trace.records.event import LogLeaf
from trace.records.lot import Lot
from trace.records.market_order import MarketOrder
from trace.records.month_closing import FrozenFigure, FrozenRows, MonthClosing, MonthTouch
from trace.records.open_row import OpenRow
from trace.records.scan import Scan
from trace.services import leases
from trace.services.month_closing import freezing, kept, proving

HELD = {FrozenFigure: "figures", FrozenRows: "rows", OpenRow: "published"}
"""The tables of a closing, and what of a draft goes into them."""


@pytest.fixture
def stall(database: Database, now: datetime, tmp_path: Path) -> Stall:
    return open_stall(now, tmp_path)


@pytest.fixture
def lite(sqlite: Database, now: datetime, tmp_path: Path) -> Stall:
    """The same, for tests whose subject is not the database."""
    return open_stall(now, tmp_path)


def ask_once(stall: Stall) -> None:
    """What a closing asks is compiled here, and not by every child anew."""
    with reading() as session:
        freezing.draft(session, OFFICE, "2026-06", stall.at)


def how_many(table: type[SQLModel], *where: Any) -> int:
    with reading() as session:
        return int(session.execute(select(func.count()).select_from(table).where(*where)).scalar_one())


def leaves() -> int:
    return how_many(LogLeaf, col(LogLeaf.kind) == "month_closed")


def is_whole(month: str = "2026-06") -> bool:
    """Whether the month is closed; whole and once, or there is no sign of it."""
    with reading() as session:
        closing = kept.closing_of(session, month)
    if closing is None:
        assert [how_many(table) for table in (MonthClosing, *HELD)] == [0] * 4
        assert leaves() == 0
        return False
    assert (how_many(MonthClosing), leaves()) == (1, 1)
    with reading() as session:
        made = freezing.draft(session, OFFICE, month, closing.closed_at)
        assert list(proving.faults(session, closing)) == []
        for table, name in HELD.items():
            rows = session.execute(select(table).order_by(table.id)).scalars().all()
            wanted = getattr(made, name)
            told = [{key: getattr(row, key) for key in one} for row, one in zip(rows, wanted, strict=True)]
            assert told == wanted, name
    return True


DEATHS, MOST_WRITES, LONGEST_S = leases.TRIES - 1, 24, 1.0
HAULS = [(1, 2), *(pytest.param(seed, DEATHS, marks=pytest.mark.chaos) for seed in range(2, 26))]
LOOKS = [(1, 1), *HAULS[1:]]


def die(stall: Stall, number: int, chance: random.Random, *, timed: bool) -> None:
    """A worker of this job dies somewhere; its lease is over."""
    if timed:
        stall.dies_after(number, chance.random() * LONGEST_S)
    else:
        stall.dies(number, chance.randrange(MOST_WRITES))
    stall.reap()


@pytest.mark.parametrize(("seed", "deaths"), HAULS)
def test_a_month_whose_closing_dies_is_closed_whole_or_not(stall: Stall, seed: int, deaths: int) -> None:
    ask_once(stall)
    chance, number = random.Random(seed), stall.ordered("close_month", "2026-06")
    for death in range(deaths):
        die(stall, number, chance, timed=death % 2 == 1)
        is_whole()
    run_one(stall.desk, number)
    assert is_whole()


def _late(stall: Stall, chance: random.Random) -> None:
    stall.tell(order(f"N{chance.random()}", "completed", at=chance.randrange(1, 600)))


def _cancelled(stall: Stall, chance: random.Random) -> None:
    stall.tell(order(chance.choice(("S1", "S2")), "cancelled", changed=700))


def _looked_at(stall: Stall, chance: random.Random) -> None:
    stall.scan(scan(stall, chance.randrange(6, 60), JUNE + timedelta(hours=chance.randrange(200))))


def _weighed(stall: Stall, _chance: random.Random) -> None:
    with transaction() as session:
        session.get_one(Lot, stall.lot.id).weight_g += 5_000


CHANGES = (_late, _cancelled, _looked_at, _weighed)


def figures_are_noted(stall: Stall) -> None:
    """Nothing is left to be noted, each revision says something else than the one before it, and the last of
    the sales and scans is what the rows come to."""
    assert stall.missed() == 0
    told = stall.revisions()
    for name, some in told.items():
        assert [one.number for one in some] == [*range(1, len(some) + 1)], name
        said = [(one.version, one.top, one.bottom, one.mark) for one in some]
        assert [one for one in pairwise(said) if one[0] == one[1]] == [], name
    orders = how_many(MarketOrder, col(MarketOrder.status) != "cancelled")
    for name, count in (("orders", orders), ("scans", how_many(Scan))):
        some = [one for key, of in told.items() for one in of if key.endswith(f" {name}")]
        assert not some or some[-1].top == count, name


@pytest.mark.parametrize(("seed", "deaths"), LOOKS)
def test_a_look_that_dies_and_is_run_again_misses_nothing_and_notes_nothing_twice(
    stall: Stall, seed: int, deaths: int
) -> None:
    chance = random.Random(seed)
    stall.close()
    stall.look()
    for death in range(deaths):
        chance.choice(CHANGES)(stall, chance)
        die(stall, stall.ordered("revise_months"), chance, timed=death % 2 == 1)
    stall.look()
    assert how_many(MonthTouch) == 0
    figures_are_noted(stall)


def test_two_processes_that_close_a_month_at_one_moment_close_it_once(stall: Stall) -> None:
    ask_once(stall)
    ready, go = os.pipe(), os.pipe()

    def close() -> None:
        with reading() as session:
            made = freezing.draft(session, OFFICE, "2026-06", stall.at)
        os.write(ready[1], b"r")
        os.read(go[0], 1)
        with transaction() as session:
            freezing.keep(session, OFFICE, made)

    with child(close) as one, child(close) as other:
        for _ in range(2):
            os.read(ready[0], 1)
        os.write(go[1], b"gg")
        assert (ended(one), ended(other)) == (0, 0)
    for end in (*ready, *go):
        os.close(end)
    assert is_whole()


def test_a_worker_that_slept_through_its_lease_closes_nothing_a_second_time(lite: Stall) -> None:
    stall = lite
    ask_once(stall)
    number = stall.ordered("close_month", "2026-06")

    def sleep(_run: Run) -> None:
        os.kill(os.getpid(), signal.SIGSTOP)

    def work() -> None:
        Run.pause_point = sleep  # type: ignore[method-assign]  # of the child alone
        assert run_one(stall.desk, number) == "lost"

    with child(work) as sleeper:
        os.waitpid(sleeper, os.WUNTRACED)
        stall.reap()
        assert run_one(stall.desk, number) == "done"
        os.kill(sleeper, signal.SIGCONT)
        assert ended(sleeper) == 0
    assert is_whole()


@contextmanager
def selling(stall: Stall, pause_s: float) -> Iterator[None]:
    """Meanwhile another process writes an order, then a scan, and so on, until it is killed."""

    def sell() -> None:
        for n in range(1, 1_000):
            stall.tell(order(f"W{n}", "completed", at=1 + n % 600))
            stall.scan(scan(stall, 5 + n, JUNE))
            time.sleep(pause_s)

    before = how_many(Scan)
    with child(sell) as seller:
        while how_many(Scan) < before + 2:
            time.sleep(0.01)
        yield
        os.kill(seller, signal.SIGKILL)
        ended(seller)


def test_a_month_closed_while_orders_and_scans_come_in_is_of_one_moment(
    stall: Stall,
) -> None:
    """The seller writes one order, then one scan: at any moment there is at most one order more. Looks
    meanwhile leave nothing out in the end.
    """
    before = how_many(MarketOrder), how_many(Scan)
    with selling(stall, 0.01):
        closing = stall.close()
    with reading() as session:
        kept_rows = {name: kept.rows_of(session, closing, name)[("top", 0)] for name in ("orders", "scans")}
        assert list(proving.faults(session, closing)) == []
        numbers = session.execute(select(col(MarketOrder.id)).order_by(col(MarketOrder.id))).scalars().all()
    orders, scans = ([one.id for one in kept_rows[name].shares()] for name in ("orders", "scans"))
    assert orders == numbers[: len(orders)]
    assert before[0] < len(orders) < len(numbers)
    assert 0 <= (len(orders) - before[0]) - (len(scans) - before[1]) <= 1
    stall.look()
    with selling(stall, 0.01):
        assert stall.look()["months_whole"] == 0
    assert stall.look()["months_whole"] == 0
    figures_are_noted(stall)
