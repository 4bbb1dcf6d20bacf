"""A destroyed lot's stamps stand for nothing: they are withdrawn in the same act, and only they."""

import threading
from datetime import datetime
from pathlib import Path

import pytest
from sqlmodel import select

from tests.services import farm
from tests.services.stamp_world import StampWorld, all_faults, make_world
from trace.db import Database, reading, transaction
from trace.errors import Refused
from trace.records.event import Event
from trace.records.lot import Lot, LotState
from trace.services import destroying, packing, stamp_ledgers
from trace.services.logging_acts import body_of
from trace.services.stamp_gates import active_stamps
from trace.services.stamp_ledgers import Ledger


@pytest.fixture
def stamps(database: Database, tmp_path: Path, now: datetime) -> StampWorld:
    return make_world(tmp_path, now)


def destroy(stamps: StampWorld, lot: Lot) -> None:
    with transaction() as session:
        destroying.destroy_lot(session, stamps.actor, lot.public_id, "dập nát", stamps.now)


def destroyed(stamps: StampWorld, lot: Lot) -> bool:
    """Whether it was; another refusal than the passing one is a fault."""
    try:
        destroy(stamps, lot)
    except Refused as refusal:
        if refusal.key != "lot.being_stamped":
            raise
        return False
    return True


def ledger(stamps: StampWorld, block: object) -> Ledger:
    with reading() as session:
        return stamp_ledgers.look_at(session, stamps.actor, block.public_id).ledger


def test_every_stamp_of_a_destroyed_lot_is_void_and_no_other(stamps: StampWorld) -> None:
    block, gone, kept = stamps.roll(100), stamps.lot(), stamps.lot()
    stamps.activate(block, 0, 39, gone)
    stamps.activate(block, 40, 49, kept)
    stamps.activate(block, 60, 79, gone)
    stamps.void(block, 10, 14)
    destroy(stamps, gone)
    with reading() as session:
        assert session.get_one(Lot, gone.id).state == LotState.DESTROYED
        assert (active_stamps(session, gone.id), active_stamps(session, kept.id)) == (0, 10)
    assert ledger(stamps, block) == Ledger(given=100, used=10, spoiled=0, void=60, stock=30)
    assert all_faults() == []


def test_what_was_packed_on_before_is_not_told_as_destroyed(stamps: StampWorld) -> None:
    lot = stamps.lot()
    with transaction() as session:
        given = farm.pack_in(lot, units=100, packed_on=lot.packed_on)
        packing.pack_lot(session, stamps.actor, given, stamps.now)
    destroy(stamps, lot)
    with reading() as session:
        [event] = session.exec(select(Event).where(Event.act == "destroy")).all()
        assert body_of(event)["quantityList"][0]["quantity"] == 400


def test_a_lot_without_stamps_is_destroyed_alone(stamps: StampWorld) -> None:
    lot = stamps.lot()
    destroy(stamps, lot)
    with reading() as session:
        assert session.get_one(Lot, lot.id).state == LotState.DESTROYED


def test_a_refused_destroying_leaves_the_stamps(stamps: StampWorld) -> None:
    block, lot = stamps.roll(10), stamps.lot()
    stamps.activate(block, 0, 9, lot)
    with transaction() as session:
        session.get_one(Lot, lot.id).state = LotState.CONSUMED
    with pytest.raises(Refused, match="lot\\.cannot_move"):
        destroy(stamps, lot)
    with reading() as session:
        assert active_stamps(session, lot.id) == 10


def test_stamping_and_destroying_at_once_never_leave_an_active_stamp(stamps: StampWorld) -> None:
    for _round in range(6):
        block, lot = stamps.roll(40), stamps.lot()
        start = threading.Barrier(2)

        def stamp(block: object = block, lot: Lot = lot, start: threading.Barrier = start) -> None:
            start.wait()
            for first in range(0, 40, 10):
                try:
                    stamps.activate(block, first, first + 9, lot)
                except Refused:
                    return

        thread = threading.Thread(target=stamp)
        thread.start()
        start.wait()
        while not destroyed(stamps, lot):
            continue
        thread.join()
        with reading() as session:
            assert active_stamps(session, lot.id) == 0
    assert all_faults() == []
