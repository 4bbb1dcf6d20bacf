"""The first page of a cooperative: what waits, and the season's sums."""

from datetime import datetime

import pytest

from tests import world
from tests.services import consignment_world as export
from tests.services import farm
from tests.services.test_arrival_lots import WORDS, received, sent
from trace.db import Database, reading, transaction
from trace.services import packing, recalling, receiving, today
from trace.services.admission import actor_of
from trace.services.receiving import ReceiptIn


@pytest.fixture
def coop(database: Database, now: datetime) -> world.Coop:
    with transaction() as session:
        return farm.found(session, now)


@pytest.fixture
def them(coop: world.Coop, now: datetime) -> world.Coop:
    with transaction() as session:
        return world.make_coop(session, now)


def waiting(coop: world.Coop, now: datetime, kind: str) -> list[today.Todo]:
    with reading() as session:
        return [one for one in today.todos(session, coop.hand, now) if one.kind == kind]


def packed_g(coop: world.Coop, now: datetime) -> int:
    with reading() as session:
        return today.season(session, coop.hand, now).packed_g


def test_a_pack_stays_packed_when_somebody_takes_a_part_of_it_in(
    coop: world.Coop, them: world.Coop, now: datetime
) -> None:
    with transaction() as session:
        goods = export.lot(session, now, coop, kind="pack", packed_on=farm.DAY)
    assert packed_g(coop, now) == 500_000
    with transaction() as session:
        received(session, now, coop, them, goods)
    assert (packed_g(coop, now), packed_g(them, now)) == (500_000, 0)


def test_what_is_packed_again_counts_once(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        picked = farm.harvest(session, coop, now)
        pool_in = farm.pack_in(picked, units=None, weight_g=480_000, kind="pool")
        pool = packing.pack_lot(session, coop.hand, pool_in, now)
    assert packed_g(coop, now) == 480_000
    with transaction() as session:
        packing.pack_lot(session, coop.hand, farm.pack_in(pool, units=100), now)
    assert packed_g(coop, now) == 480_000


def test_a_recall_waits_with_everybody_it_reaches_until_it_is_closed(
    coop: world.Coop, them: world.Coop, now: datetime
) -> None:
    with transaction() as session:
        goods = export.lot(session, now, coop)
        (theirs,) = received(session, now, coop, them, goods)
        recall = recalling.open_recall(session, coop.boss, goods.public_id, WORDS, now)
    for who, lot in ((coop, goods), (them, theirs)):
        (todo,) = waiting(who, now, "recalled")
        assert (todo.subject, todo.detail) == (lot.public_id, WORDS.reason)
        assert todo.title.params == {"lot": lot.code, "number": recall.number}
        with reading() as session:
            assert today.todos(session, who.hand, now)[0] == todo
    with transaction() as session:
        first, second = (actor_of(world.make_office(session, now)) for _ in range(2))
        recalling.propose_close(session, first, recall.number, now)
        recalling.close(session, second, recall.number, now)
    assert waiting(coop, now, "recalled") == waiting(them, now, "recalled") == []


def test_a_recall_of_a_neighbours_goods_is_none_of_ours(
    coop: world.Coop, them: world.Coop, now: datetime
) -> None:
    with transaction() as session:
        goods = export.lot(session, now, coop)
        recalling.open_recall(session, coop.boss, goods.public_id, WORDS, now)
    assert len(waiting(coop, now, "recalled")) == 1
    assert waiting(them, now, "recalled") == []


def test_goods_on_their_way_wait_to_be_confirmed(coop: world.Coop, them: world.Coop, now: datetime) -> None:
    with transaction() as session:
        one = sent(session, now, coop, them, export.lot(session, now, coop))
    (todo,) = waiting(them, now, "arrival")
    assert (todo.subject, todo.title.params) == (one.public_id, {"number": one.number})
    assert todo.detail.params["coop"] == coop.org.name
    assert waiting(coop, now, "arrival") == []
    with transaction() as session:
        receiving.receive(session, them.hand, one.public_id, ReceiptIn(), now)
    assert waiting(them, now, "arrival") == []
