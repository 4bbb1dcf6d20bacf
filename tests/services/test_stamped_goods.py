"""A gram is stamped or packed on, never both: stamps and draws share one lot's weight."""

import threading
from datetime import datetime
from pathlib import Path

import pytest
from sqlmodel import select

from tests.services import farm, stamp_world
from tests.services.stamp_world import StampWorld
from trace.db import Database, reading, transaction
from trace.errors import Refused
from trace.records.lot import Lot, LotState
from trace.services import lot_pages, packing, releasing, stamp_pages
from trace.services.lineage import drawn_g
from trace.services.stamp_gates import active_stamps, free_g, room


@pytest.fixture
def stamps(database: Database, tmp_path: Path, now: datetime) -> StampWorld:
    return stamp_world.make_world(tmp_path, now)


def released(stamps: StampWorld, kg: int = 100) -> Lot:
    return stamps.lot(weight_g=kg * 1000, packed_on=None, harvested_on=farm.DAY)


def pack(stamps: StampWorld, lot: Lot, units: int) -> Lot:
    with transaction() as session:
        return packing.pack_lot(session, stamps.coop.hand, farm.pack_in(lot, units=units), stamps.now)


def test_what_was_packed_on_takes_no_stamps_any_more(stamps: StampWorld) -> None:
    lot, roll = released(stamps), stamps.roll(200)
    pack(stamps, lot, 60)
    with pytest.raises(Refused) as refused:
        stamps.activate(roll, roll.first, roll.first + 59, lot)
    assert (refused.value.key, refused.value.params["left"], refused.value.params["kg_max"]) == (
        "gate.over",
        40,
        40,
    )
    stamps.activate(roll, roll.first, roll.first + 39, lot)
    with reading() as session:
        assert stamp_pages.choices(session, stamps.actor).lots == []


def test_what_carries_stamps_is_not_packed_on_as_if_it_did_not(stamps: StampWorld) -> None:
    lot, roll = released(stamps), stamps.roll(200)
    stamps.activate(roll, roll.first, roll.first + 89, lot)
    with pytest.raises(Refused) as refused:
        pack(stamps, lot, 11)
    assert (refused.value.key, refused.value.params["kg_max"]) == ("gate.balance", 10)
    assert pack(stamps, lot, 10).weight_g == 10_000


def test_stamps_that_were_withdrawn_free_their_goods(stamps: StampWorld) -> None:
    lot, roll = released(stamps), stamps.roll(200)
    stamps.activate(roll, roll.first, roll.first + 99, lot)
    stamps.void(roll, roll.first, roll.first + 49, reason="spoiled")
    assert pack(stamps, lot, 50).weight_g == 50_000


def test_the_page_of_a_lot_says_what_packing_says_after_stamps_were_withdrawn(stamps: StampWorld) -> None:
    lot, roll = released(stamps), stamps.roll(200)
    stamps.activate(roll, roll.first, roll.first + 99, lot)
    stamps.void(roll, roll.first, roll.first + 49, reason="spoiled")
    with reading() as session:
        page = lot_pages.lot_detail(session, stamps.coop.hand, lot.public_id)
        assert (page.active, page.left_g) == (50, free_g(session, page.lot)) == (50, 50_000)
        assert not page.may_be_mistake  # its stamps may hang on boxes


def test_one_harvest_never_gives_more_stamps_than_its_weight_down_the_chain(stamps: StampWorld) -> None:
    lot, roll = released(stamps), stamps.roll(500)
    stamps.activate(roll, roll.first, roll.first + 29, lot)
    child = pack(stamps, lot, 70)
    with transaction() as session:
        releasing.release_lot(session, stamps.actor, child.public_id, stamps.now)
    stamps.activate(roll, roll.first + 30, roll.first + 99, child)
    for one in (lot, child):
        with reading() as session:
            found = session.get_one(Lot, one.id)
            assert room(session, found, stamps.coop.product).left <= 1
    assert _sum_of_stamps() == 100


def _sum_of_stamps() -> int:
    with reading() as session:
        return sum(active_stamps(session, lot.id) for lot in session.exec(select(Lot)).all())


def test_packers_and_stampers_at_once_share_the_weight(stamps: StampWorld) -> None:
    lot, roll = released(stamps), stamps.roll(400)
    start, refusals = threading.Barrier(8), []

    def work(turn: int) -> None:
        start.wait()
        try:
            if turn % 2:
                pack(stamps, lot, 20)
            else:
                first = roll.first + 20 * turn
                stamps.activate(roll, first, first + 19, lot, request=f"cung-luc-{turn}")
        except Refused as refused:
            refusals.append(refused.key)

    threads = [threading.Thread(target=work, args=(turn,)) for turn in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading() as session:
        grams = drawn_g(session, lot.id) + 1000 * active_stamps(session, lot.id)
    assert grams == 100_000
    assert len(refusals) == 3


def test_a_lot_with_stamps_and_packed_out_stays_in_trade(stamps: StampWorld) -> None:
    lot, roll = released(stamps), stamps.roll(100)
    stamps.activate(roll, roll.first, roll.first + 49, lot)
    pack(stamps, lot, 50)
    with reading() as session:
        assert session.get_one(Lot, lot.id).state == LotState.RELEASED
        assert active_stamps(session, lot.id) == 50
