"""People who press at the same moment: mass balance holds, one act is done once, a recall misses nothing."""

import threading
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from tests import world
from tests.services import farm
from tests.services.stamp_world import all_faults, make_world
from trace.db import Database, reading, transaction
from trace.errors import NongsanError
from trace.records.diary_entry import DiaryEntry
from trace.records.lot import Lot, LotLink, LotState
from trace.records.recall import RecallLot
from trace.records.stamp import StampActivation
from trace.services import diary, harvesting, holding, packing, recalling, releasing

WORDS = recalling.RecallIn(reason="Nghi còn thuốc trên quả", phone="0220 000 0000")
WHY = holding.HoldIn(reason="Chờ kết quả mẫu")


@pytest.fixture
def coop(database: Database, now: datetime) -> world.Coop:
    with transaction() as session:
        return farm.found(session, now)


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run the acts together; what each returned, or how it was refused. Anything else is a fault."""
    ready, answers = threading.Barrier(len(acts)), dict[int, object]()

    def run(number: int, act: Callable[[], object]) -> None:
        ready.wait()
        try:
            answers[number] = act()
        except (NongsanError, DBAPIError) as error:
            answers[number] = error

    threads = [threading.Thread(target=run, args=one) for one in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(answers) == len(acts)
    assert not [one for one in answers.values() if isinstance(one, DBAPIError)], answers
    return [answers[n] for n in range(len(acts))]


def written(verb: Callable[..., object], *given: object) -> Callable[[], object]:
    def act() -> object:
        with transaction() as session:
            return verb(session, *given)

    return act


def harvested(coop: world.Coop, now: datetime, kg: int = 100) -> Lot:
    with transaction() as session:
        return farm.harvest(session, coop, now, kg=kg)


def test_two_packs_of_one_lot_never_take_more_than_it_weighs(coop: world.Coop, now: datetime) -> None:
    for _ in range(4):
        lot = harvested(coop, now)
        packs = [farm.pack_in(units=60, draws=[{"lot": lot.public_id, "weight_g": 60_000}]) for _ in range(3)]
        answers = at_once(*(written(packing.pack_lot, coop.hand, pack, now) for pack in packs))
        with reading() as session:
            links = session.exec(select(LotLink).where(LotLink.parent_id == lot.id)).all()
        assert sum(link.weight_g for link in links) <= 100_000
        assert sum(isinstance(one, Lot) for one in answers) == 1


def test_a_recall_catches_a_lot_that_is_packed_meanwhile(coop: world.Coop, now: datetime) -> None:
    for _ in range(4):
        lot = harvested(coop, now)
        at_once(
            written(packing.pack_lot, coop.hand, farm.pack_in(lot, units=100), now),
            written(recalling.open_recall, coop.boss, lot.public_id, WORDS, now),
        )
        with reading() as session:
            links = session.exec(select(LotLink).where(LotLink.parent_id == lot.id)).all()
            made = {link.child_id for link in links}
            reached = {row.lot_id for row in session.exec(select(RecallLot)).all()}
            assert {lot.id, *made} <= reached
            assert {session.get_one(Lot, one).state for one in {lot.id, *made}} == {LotState.RECALLED}


def test_a_hold_wins_over_a_release_at_the_same_moment(coop: world.Coop, now: datetime) -> None:
    for _ in range(4):
        lot = harvested(coop, now)
        at_once(
            written(releasing.release_lot, coop.boss, lot.public_id, now),
            written(holding.hold_lot, coop.hand, lot.public_id, WHY, now),
        )
        with reading() as session:
            assert session.get_one(Lot, lot.id).state == LotState.HOLD
            assert len(farm.holds_of(session, lot)) == 1


def test_one_interval_is_activated_once(database: Database, now: datetime, tmp_path: Path) -> None:
    stamps = make_world(tmp_path, now)
    for _ in range(3):
        lots, roll = [stamps.lot(weight_g=50_000) for _ in range(2)], stamps.roll(20)
        span = (roll.first, roll.last)
        at_once(*(partial(stamps.activate, roll, *span, lot, f"cung-luc-{lot.id}") for lot in lots))
        with reading() as session:
            rows = session.exec(select(StampActivation).where(StampActivation.block_id == roll.id)).all()
        assert len(rows) == 1
    assert all_faults() == []


def test_a_form_sent_twice_at_once_is_done_once(coop: world.Coop, now: datetime) -> None:
    lot_in = farm.lot_in(coop.plot, product=coop.product.public_id)
    spray = farm.spray_in(coop.plot, farm.DAY)
    lot = harvested(coop, now)
    pack = farm.pack_in(lot, units=50)
    with reading() as session:
        before = farm.count(session, Lot)
    for verb, given in (
        (harvesting.register_lot, lot_in),
        (diary.write_entry, spray),
        (packing.pack_lot, pack),
    ):
        answers = at_once(*(written(verb, coop.hand, given, now) for _ in range(4)))
        assert not [one for one in answers if isinstance(one, Exception)], answers
    with reading() as session:
        assert farm.count(session, Lot) == before + 2
        assert farm.count(session, DiaryEntry) == 1
