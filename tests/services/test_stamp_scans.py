"""What the page of a suspected copy shows of its scans, on both databases."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert
from sqlmodel import Session

from tests import stamped, world
from trace.db import Database, reading, transaction
from trace.records.lot import LotKind
from trace.records.scan import Scan, StampSeen
from trace.records.stamp import StampBlock
from trace.services.stamp_scans import SHOWN, StampScans, scans_of

Stall = tuple[world.Coop, StampBlock, datetime]


@pytest.fixture
def stall(database: Database, now: datetime, tmp_path: Path) -> Stall:
    with transaction() as session:
        coop = world.make_coop(session, now)
        lot = world.make_lot(session, now, coop.plot, coop.product, kind=LotKind.PACK)
        block = stamped.make_block(session, now, coop, tmp_path)
        stamped.activate(session, now, block, lot, 0, 89)
        session.add(StampSeen(kid=block.kid, serial=3, first_at=now, first_device=b"1", scans=1, devices=1))
    return coop, block, now


def scanned(stall: Stall, devices: list[int | None]) -> StampScans:
    """Stamp 3 looked at by each of these in turn, a minute apart; none is a device whose mark was emptied."""
    _, block, now = stall
    with transaction() as session:
        rows = [_scan(block, now + timedelta(minutes=n), who) for n, who in enumerate(devices)]
        session.connection().execute(insert(Scan), rows)
    with reading() as session:
        return found(session, stall)


def _scan(block: StampBlock, at: datetime, who: int | None) -> dict[str, object]:
    mark = None if who is None else who.to_bytes(16)
    one = Scan(kid=block.kid, serial=3, scanned_at=at, state="SEEN", device=mark)
    return one.model_dump(exclude={"id"})


def found(session: Session, stall: Stall) -> StampScans:
    coop, block, _ = stall
    return scans_of(session, coop.boss, block.public_id, 3)


def test_devices_are_numbered_in_the_order_they_first_looked(stall: Stall) -> None:
    told = scanned(stall, [5, 9, 5, None, 1])
    assert [one.device for one in told.looks] == [3, None, 1, 2, 1]


def test_a_device_keeps_its_number_when_its_first_look_is_too_old_to_be_shown(stall: Stall) -> None:
    told = scanned(stall, [*range(1, 51), *[60] * SHOWN, 7])
    assert told.total == 51 + SHOWN
    assert len(told.looks) == SHOWN
    assert [one.device for one in told.looks[:2]] == [7, 51]
