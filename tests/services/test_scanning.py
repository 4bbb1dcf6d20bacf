"""From a code to its verdict on both databases, and what groups of scans leave behind."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from tests import stamped, world
from trace.db import Database, reading, transaction
from trace.errors import Invalid, NotAllowed, NotFound
from trace.records.lot import LotKind, LotLink
from trace.records.scan import Alarm, GhostDay, Scan, StampSeen
from trace.records.stamp import BlockState, KeyState, StampKeyRow
from trace.services import scan_notes, scanning
from trace.services.clone_rules import clear_clone
from trace.services.figures.answering import answer
from trace.services.figures.asking import Ask
from trace.services.figures.catalogue import BY_NAME
from trace.services.scan_notes import AlarmNote, store_notes
from trace.services.scanning import Reader
from trace.services.verdicts import State
from trace.standards import stamp_code
from trace.standards.local_time import local_day


def reader(number: int, network: int | None = None, **more: Any) -> Reader:
    """A device that brings its cookie, in a network of its own unless told."""
    own = number if network is None else network
    return Reader(number.to_bytes(16), True, b"4" + own.to_bytes(3), b"phone", **more)


@dataclass
class Shop:
    """A released lot's block of a hundred stamps on the shelf."""

    coop: world.Coop
    lot: Any
    block: Any
    now: datetime

    def code(self, serial: int) -> str:
        with reading() as session:
            return stamped.code_of(session, self.block.kid, serial)

    def look(
        self, who: Reader, serial: int = 0, after: timedelta = timedelta(0), mark: int = 0
    ) -> scanning.Reading:
        with reading() as session:
            return scanning.read_stamp(session, self.code(serial), who, self.now + after, lambda _kid: mark)

    def scan(self, who: Reader, serial: int = 0, after: timedelta = timedelta(0)) -> scanning.Reading:
        """Look, and store what is to be stored."""
        found = self.look(who, serial, after)
        note = scanning.note_of(found, who, self.now + after)
        if note is not None:
            with transaction() as session:
                store_notes(session, [note], self.now + after)
        return found

    def row(self, serial: int = 0) -> StampSeen | None:
        with reading() as session:
            return session.get(StampSeen, (self.block.kid, serial))


@pytest.fixture
def shop(database: Database, now: datetime, tmp_path: Path) -> Shop:
    with transaction() as session:
        coop = world.make_coop(session, now)
        lot = world.make_lot(session, now, coop.plot, coop.product, kind=LotKind.PACK)
        block = stamped.make_block(session, now, coop, tmp_path)
        stamped.activate(session, now, block, lot, 0, 89)
    return Shop(coop, lot, block, now)


def test_the_first_device_is_first_and_the_next_is_not(shop: Shop) -> None:
    assert shop.scan(reader(1)).state is State.FIRST
    second = shop.scan(reader(2))
    assert (second.state, second.devices) == (State.SEEN, 2)


def test_the_same_device_within_thirty_minutes_changes_nothing(shop: Shop) -> None:
    shop.scan(reader(1))
    again = shop.scan(reader(1), after=timedelta(minutes=29))
    assert (again.state, again.wants_claim) == (State.FIRST, False)
    row = shop.row()
    assert (row.devices, row.scans) == (1, 1)


def test_later_looks_of_one_device_are_scans_of_one_device(shop: Shop) -> None:
    shop.scan(reader(1))
    shop.scan(reader(1), after=timedelta(hours=1))
    row = shop.row()
    assert (row.devices, row.scans) == (1, 2)


def test_a_device_is_known_again_when_its_cookie_comes_after_its_first_look(shop: Shop) -> None:
    shop.scan(reader(9))
    fresh = replace(reader(1), is_known=False)
    shop.scan(fresh)
    shop.scan(replace(fresh, is_known=True), after=timedelta(hours=1))
    assert shop.row().devices == 2


def test_without_a_cookie_first_is_never_said_twice(shop: Shop) -> None:
    nameless = replace(reader(1), is_known=False)
    shop.scan(nameless)
    again = shop.scan(replace(nameless, cookie=b"another fresh one"))
    assert again.state is State.SEEN
    assert shop.row().devices == 1


def test_who_only_previews_leaves_nothing_and_is_not_first(shop: Shop) -> None:
    found = shop.scan(reader(1, watches=False))
    assert (found.state, found.history) == (State.SEEN, False)
    assert shop.row() is None
    assert shop.scan(reader(2)).state is State.FIRST


def test_eight_devices_make_a_suspect_and_an_alarm_without_a_code(shop: Shop) -> None:
    states = [shop.scan(reader(n), after=timedelta(minutes=n)).state for n in range(1, 9)]
    assert states == [State.FIRST, *[State.SEEN] * 6, State.CLONE_SUSPECT]
    with reading() as session:
        alarm = session.execute(select(Alarm)).scalar_one()
    assert (alarm.kind, alarm.subject, alarm.org_id) == (
        "clone_suspect",
        f"clone/{shop.block.kid}/0",
        shop.coop.org.id,
    )
    assert shop.code(0) not in alarm.detail


def test_many_devices_of_one_network_make_no_suspect(shop: Shop) -> None:
    states = {shop.scan(reader(n, network=5)).state for n in range(1, 40)}
    assert State.CLONE_SUSPECT not in states
    with reading() as session:
        stored = session.execute(select(func.count()).select_from(Scan)).scalar_one()
    assert stored == scan_notes.MOST_PER_NETWORK


def test_staff_clear_a_suspect_with_a_note_and_a_leaf(shop: Shop) -> None:
    for n in range(1, 9):
        shop.scan(reader(n))
    later = shop.now + timedelta(hours=1)
    with transaction() as session:
        clear_clone(session, shop.coop.hand, shop.block.kid, 0, "Hộp trưng bày ở hội chợ", later)
    assert shop.look(reader(20), after=timedelta(hours=2)).state is State.SEEN
    with reading() as session:
        assert session.execute(select(Alarm)).scalar_one().note == "Hộp trưng bày ở hội chợ"


def test_the_share_of_suspected_copies_falls_when_a_suspect_is_cleared(shop: Shop) -> None:
    for n in range(1, 9):
        shop.scan(reader(n))
    shop.scan(reader(1), serial=1)
    day = local_day(shop.now)

    def share() -> Fraction | None:
        with reading() as session:
            return answer(session, shop.coop.boss, BY_NAME["suspected_copies"], Ask(day, day)).whole.value

    assert share() == Fraction(1, 2)
    with transaction() as session:
        later = shop.now + timedelta(minutes=1)
        clear_clone(session, shop.coop.hand, shop.block.kid, 0, "Hộp trưng bày ở hội chợ", later)
    assert share() == 0


def test_nobody_else_clears_it_and_never_without_a_note(shop: Shop) -> None:
    shop.scan(reader(1))
    with transaction() as session:
        other = world.make_coop(session, shop.now)
        with pytest.raises(NotFound):
            clear_clone(session, other.boss, shop.block.kid, 0, "lý do", shop.now)
        with pytest.raises(Invalid):
            clear_clone(session, shop.coop.boss, shop.block.kid, 0, " ", shop.now)
        with pytest.raises(NotFound):
            clear_clone(session, shop.coop.boss, shop.block.kid, 1, "chưa ai quét", shop.now)
        admin = replace(shop.coop.boss, role=world.Role.ADMIN)
        with pytest.raises(NotAllowed):
            clear_clone(session, admin, shop.block.kid, 0, "lý do", shop.now)


def test_every_state_of_an_allocated_stamp(shop: Shop) -> None:
    with transaction() as session:
        lot = world.make_lot(session, shop.now, shop.coop.plot, shop.coop.product)
        stamped.void(session, shop.now, shop.block, 10, 19)
        stamped.activate(session, shop.now, shop.block, lot, 90, 94)
        stamped.recall(session, shop.now, lot)
    assert shop.look(reader(1), 10).state is State.VOIDED
    assert shop.look(reader(1), 90).state is State.RECALLED
    assert shop.look(reader(1), 95).state is State.NOT_ACTIVATED
    assert shop.look(reader(1), 20, timedelta(days=8)).state is State.EXPIRED
    assert shop.look(reader(1), 20, timedelta(days=7)).state is State.FIRST


def test_the_edges_of_intervals_hold(shop: Shop) -> None:
    with transaction() as session:
        stamped.void(session, shop.now, shop.block, 10, 19)
    voided = [serial for serial in range(100) if shop.look(reader(1), serial).state is State.VOIDED]
    waiting = [serial for serial in range(100) if shop.look(reader(1), serial).state is State.NOT_ACTIVATED]
    assert (voided, waiting) == (list(range(10, 20)), list(range(90, 100)))


def test_an_interrupted_block_is_withdrawn(shop: Shop, tmp_path: Path) -> None:
    with transaction() as session:
        block = stamped.make_block(
            session,
            shop.now,
            shop.coop,
            tmp_path,
            5,
            state=BlockState.INTERRUPTED,
            org_id=None,
            product_id=None,
        )
    found = shop.look(reader(1), block.first)
    assert found.state is State.VOIDED
    assert found.info.org_name is None


def test_a_lot_that_descends_from_a_recalled_one_is_recalled(shop: Shop) -> None:
    with transaction() as session:
        root = world.make_lot(session, shop.now, shop.coop.plot)
        world.add(session, LotLink(parent_id=root.id, child_id=shop.lot.id, weight_g=1_000))
        stamped.recall(session, shop.now, root, shop.lot)
    assert shop.look(reader(1)).state is State.RECALLED


def test_a_recall_shows_through_void_and_key(shop: Shop) -> None:
    with transaction() as session:
        stamped.recall(session, shop.now, shop.lot)
        stamped.void(session, shop.now, shop.block, 0, 0)
    found = shop.look(reader(1))
    assert found.state is State.VOIDED
    assert found.info.is_recalled


def test_a_compromised_key_spares_what_was_activated_before(shop: Shop) -> None:
    def since(at: datetime) -> None:
        with transaction() as session:
            key = session.get(StampKeyRow, shop.block.kid)
            key.state, key.compromised_at = KeyState.COMPROMISED, at

    since(shop.now + timedelta(hours=1))
    assert shop.look(reader(1), 0).state is State.FIRST
    assert shop.look(reader(1), 95).state is State.KEY_SUSPECT
    since(shop.now - timedelta(hours=1))
    assert shop.look(reader(1), 0).state is State.KEY_SUSPECT


def test_a_right_tag_in_no_block_is_a_leak_above_the_mark_and_a_loss_below_it(shop: Shop) -> None:
    leaked = shop.look(reader(1), 100)
    assert (leaked.state, leaked.alarm) == (
        State.UNALLOCATED,
        AlarmNote("leaked_key", f"leaked_key/{shop.block.kid}"),
    )
    assert shop.look(reader(1), 100, mark=101).state is State.UNAVAILABLE
    with transaction() as session:
        session.get(StampKeyRow, shop.block.kid).next_serial = 200
    lost = shop.look(reader(1), 199)
    assert (lost.state, lost.alarm.kind) == (State.UNAVAILABLE, "lost_rows")


def test_another_key_number_or_a_wrong_tag_is_forged(shop: Shop) -> None:
    code = shop.code(0)
    letters = stamp_code.ALPHABET
    for place in (0, 9, 17):
        other = letters[(letters.index(code[place]) + 1) % 32]
        body = code[:place] + other + code[place + 1 : 18]
        whole = next(body + last for last in letters if stamp_code.is_valid(body + last))
        with reading() as session:
            found = scanning.read_stamp(session, whole, reader(1), shop.now)
        assert found.state is State.FORGED


def test_looks_at_codes_nobody_issued_are_counted_by_day_and_nothing_else_is_kept(shop: Shop) -> None:
    forged = scanning.Reading(State.FORGED, shop.code(0))
    leaked = shop.look(reader(1), 100)
    late = shop.now.replace(hour=17)  # the next day in Vietnam
    looks = [(forged, shop.now), (forged, shop.now), (leaked, shop.now), (forged, late)]
    quiet = replace(reader(2), watches=False)
    assert scanning.ghost_of(forged, quiet, shop.now) is None
    assert scanning.ghost_of(shop.look(reader(1)), reader(1), shop.now) is None
    for found, at in looks:  # some in a group, some in one of their own
        with transaction() as session:
            store_notes(session, [scanning.ghost_of(found, reader(1), at)] * 2, at)
    day = local_day(shop.now)
    with reading() as session:
        rows = session.scalars(select(GhostDay).order_by(col(GhostDay.day), col(GhostDay.state))).all()
        assert [(row.day, row.state, row.looks) for row in rows] == [
            (day, "FORGED", 4),
            (day, "UNALLOCATED", 2),
            (day + timedelta(days=1), "FORGED", 2),
        ]
        assert session.scalars(select(Scan)).all() == []


def test_a_group_counts_each_device_once_and_wakes_alarms(shop: Shop) -> None:
    notes = []
    for n in range(1, 6):
        found = shop.look(reader(n))
        notes += [scanning.note_of(found, reader(n), shop.now)] * 2
    alarm = AlarmNote("leaked_key", "leaked_key/0")
    with transaction() as session:
        won = store_notes(session, [*notes, alarm, alarm], shop.now)
    assert won[0] is True
    assert {id(note) for note, first in zip(notes, won, strict=False) if first} == {id(notes[0])}
    row = shop.row()
    assert (row.devices, row.scans) == (5, 5)
    with reading() as session:
        raised = session.execute(select(Alarm)).scalar_one()
    assert raised.times == 2


def test_a_scan_before_activation_gives_no_row_and_an_alarm(shop: Shop) -> None:
    shop.scan(reader(1), 95)
    assert shop.row(95) is None
    with reading() as session:
        assert session.execute(select(Alarm)).scalar_one().kind == "not_activated"


def test_the_cooperatives_own_packing_tests_leave_nothing(shop: Shop) -> None:
    shop.scan(reader(1, org_id=shop.coop.org.id), 95)
    with reading() as session:
        assert session.execute(select(func.count()).select_from(Scan)).scalar_one() == 0


def test_marks_say_nothing_across_stamps_and_are_forgotten(shop: Shop) -> None:
    shop.scan(reader(1), 0)
    shop.scan(reader(1), 1)
    with reading() as session:
        marks = session.execute(select(col(Scan.device), col(Scan.network))).all()
    assert len({mark for pair in marks for mark in pair}) == 4
    with transaction() as session:
        assert scan_notes.forget_marks(session, shop.now + timedelta(days=35)) == 2
    with reading() as session:
        assert set(map(tuple, session.execute(select(col(Scan.device), col(Scan.network))))) == {(None, None)}
        assert {row.first_device for row in session.execute(select(StampSeen)).scalars()} == {b""}
