"""Issuing: no serial twice, none lost, the same request the same block; killed, raced and restored."""

import random
import re
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

import nongsan
from tests import world
from tests.services.stamp_kills import Kill, acknowledged, as_acknowledged, in_child, issuing, rotating
from tests.services.stamp_world import StampWorld, all_faults, make_world
from trace.db import Database, reading, transaction
from trace.errors import Conflict, Invalid, NotAllowed, NotFound, Refused, Unavailable
from trace.keyring import Keyring, current_keyring
from trace.records.account import Role
from trace.records.stamp import (
    SERIALS,
    BlockState,
    KeyState,
    StampActivation,
    StampBlock,
    StampKeyRow,
    StampVoid,
)
from trace.services import stamp_keys, stamp_marks
from trace.services.admission import Actor
from trace.services.public_id import new_public_id
from trace.services.stamp_marks import Mark
from trace.standards import stamp_code

ADMIN = Actor(None, Role.ADMIN)


@pytest.fixture
def stamps(database: Database, tmp_path: Path, now: datetime) -> StampWorld:
    return make_world(tmp_path, now)


def in_threads(work: Callable[[int], object], n: int = 8) -> None:
    with ThreadPoolExecutor(n) as pool:
        list(pool.map(work, range(n)))


def blocks() -> list[StampBlock]:
    with reading() as session:
        return list(session.exec(select(StampBlock).order_by(StampBlock.kid, StampBlock.first)).all())


def test_eight_threads_times_25_never_overlap_and_lose_nothing(stamps: StampWorld) -> None:
    def work(i: int) -> None:
        for n in range(25):
            stamps.issue(1 + (i * 25 + n) % 90, request_id=f"{i}-{n}")

    in_threads(work)
    assert all_faults() == []
    assert len(blocks()) == 200
    with reading() as session:
        counter = session.get(StampKeyRow, 0).next_serial
    assert counter == sum(block.count for block in blocks()) == stamp_marks.end_of(stamps.places.marks, 0)


def test_eight_threads_with_one_request_get_one_block(stamps: StampWorld) -> None:
    got: list[int] = []
    in_threads(lambda _i: got.append(stamps.issue(50, request_id="một lần").id))
    assert len(set(got)) == 1
    assert len(got) == 8
    assert len(blocks()) == 1


def test_taking_the_highest_and_adding_one_overlaps_and_is_found_out(stamps: StampWorld) -> None:
    """The wrong way, planted: what every check above would say of it."""
    ready = threading.Barrier(4)

    def work(i: int) -> None:
        with reading() as session:
            highest = session.exec(select(func.max(StampBlock.first + StampBlock.count))).one()
        ready.wait(timeout=120)
        for shift in range(4):
            try:
                with transaction() as session:
                    session.add(bare_block(stamps, (highest or 0) + shift, 10, f"{i}"))
                return
            except IntegrityError:
                continue

    in_threads(work, 4)
    assert any(fault.startswith("R1") for fault in all_faults())


def bare_block(stamps: StampWorld, first: int, count: int, request_id: str) -> StampBlock:
    return StampBlock(
        public_id=new_public_id(),
        kid=0,
        first=first,
        count=count,
        org_id=stamps.coop.org.id,
        state=BlockState.PRINTED,
        request_id=request_id,
        created_at=stamps.now,
    )


def test_the_checks_find_planted_double_use_and_too_many_stamps(stamps: StampWorld) -> None:
    block, lot = stamps.roll(20), stamps.lot(weight_g=10_000)
    with transaction() as session:
        for first, last in ((0, 7), (5, 12)):
            row = {"block_id": block.id, "kid": 0, "first": first, "last": last, "lot_id": lot.id}
            session.add(StampActivation(**row, activated_at=stamps.now, request_id=f"{first}"))
    found = all_faults()
    assert {fault[:2] for fault in found} == {"R2", "R3"}


def crash_points() -> list[str]:
    services = Path(nongsan.ROOT) / "trace" / "services"
    found = set()
    for path in (*services.glob("stamp*.py"), Path(nongsan.ROOT) / "trace" / "commands" / "stamps.py"):
        found |= set(re.findall(r'crashpoint\("([^"]+)"\)', path.read_text(encoding="utf-8")))
    return sorted(found)


def test_there_are_crash_points() -> None:
    assert len(crash_points()) == 8


@pytest.mark.parametrize("point", crash_points())
def test_every_crash_point_is_hit_and_healed(stamps: StampWorld, database_url: str, point: str) -> None:
    lot = stamps.lot(weight_g=1_000_000_000)
    work = rotating(stamps, point) if "key" in point else issuing(stamps, 7, lot.public_id, point, hit=7)
    ended, lines = in_child(database_url, work)
    assert ended == -signal.SIGKILL
    answered = list(acknowledged(lines))
    assert len(answered) == (0 if "key" in point else 6)
    retried = stamps.issue(9, request_id="sau khi chết")
    assert all_faults() == []
    kept = {as_acknowledged(block) for block in blocks()}
    assert set(answered) <= kept
    died_marked = point in {"after mark", "after fsync", "after update", "before commit"}
    interrupted = [block for block in blocks() if block.state == BlockState.INTERRUPTED]
    assert len(interrupted) == died_marked
    if died_marked:
        with reading() as session:
            void = session.exec(select(StampVoid)).one()
        assert (void.first, void.last) == (interrupted[0].first, retried.first - 1)
        assert interrupted[0].org_id is None


def test_deaths_in_a_row_at_the_same_place_heal_too(stamps: StampWorld, database_url: str) -> None:
    lot = stamps.lot(weight_g=1_000_000_000)
    for seed in range(5):
        ended, lines = in_child(database_url, issuing(stamps, seed, lot.public_id, "before commit"))
        assert (ended, lines) == (-signal.SIGKILL, [])
    stamps.issue(3)
    assert all_faults() == []
    assert [block.state for block in blocks()] == [BlockState.INTERRUPTED, BlockState.ISSUED]


def test_random_kills_lose_no_answered_block_and_give_no_serial_twice(
    stamps: StampWorld, database_url: str
) -> None:
    survive(stamps, database_url, seed=20260612, kills=20)


@pytest.mark.chaos
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("seed", range(1, 11))
def test_a_hundred_kills_of_each_seed_lose_no_answered_block_and_give_no_serial_twice(
    stamps: StampWorld, database_url: str, seed: int
) -> None:
    survive(stamps, database_url, seed, kills=100)


def survive(stamps: StampWorld, database_url: str, seed: int, kills: int) -> None:
    """Issue and be killed at a random moment, so often: what was answered stands, and stands once."""
    chance = random.Random(seed)
    lot = stamps.lot(weight_g=1_000_000_000)
    answered, killed = [], 0
    for child in range(kills):
        kill = Kill(chance.randint(1, 4), chance.uniform(0, 0.02))
        ended, lines = in_child(database_url, issuing(stamps, child, lot.public_id), kill)
        killed += ended == -signal.SIGKILL
        answered += acknowledged(lines)
    stamps.issue(1)
    assert killed == kills
    assert len(answered) > 2 * kills
    assert all_faults() == []
    kept = [as_acknowledged(block) for block in blocks()]
    assert set(answered) <= set(kept)
    assert len({block.request_id for block in kept}) == len(kept)
    again = [
        as_acknowledged(replay(stamps, block, lot.public_id)) for block in kept if "-" in block.request_id
    ]
    assert set(again) <= set(kept)
    assert all_faults() == []


def replay(stamps: StampWorld, done: object, lot: str) -> StampBlock:
    if not re.fullmatch(r"\d+-\d+", done.request_id):
        return next(block for block in blocks() if block.request_id == done.request_id)
    order = {"lot": lot} if int(done.request_id.split("-")[1]) % 5 == 4 else {}
    return stamps.issue(done.count, request_id=done.request_id, **order)


def test_the_same_request_with_another_order_is_refused(stamps: StampWorld) -> None:
    stamps.issue(10, request_id="cuộn 1")
    for order in (
        {"count": 11},
        {"count": 10, "design": "other"},
        {"count": 10, "product": stamps.coop.product.public_id},
    ):
        with pytest.raises(Conflict):
            stamps.issue(order.pop("count"), request_id="cuộn 1", **order)
    assert len(blocks()) == 1


def test_two_cooperatives_may_choose_the_same_request_id(stamps: StampWorld, now: datetime) -> None:
    with transaction() as session:
        other = world.make_coop(session, now)
    assert stamps.issue(10, request_id="1").id != stamps.issue(10, request_id="1", actor=other.boss).id


@pytest.mark.parametrize("count", [0, -5, 1_000_001])
def test_a_count_out_of_bounds_is_refused(stamps: StampWorld, count: int) -> None:
    with pytest.raises(Invalid):
        stamps.issue(count)


def test_a_request_id_must_be_there_and_short(stamps: StampWorld) -> None:
    for request_id in ("x" * 65,):
        with pytest.raises(Invalid):
            stamps.issue(1, request_id=request_id)


def test_who_may_not_issue(stamps: StampWorld, now: datetime) -> None:
    for role in (Role.OFFICE, Role.ADMIN, Role.FARMER, Role.COMMUNE_OFFICER, Role.DIGITAL_TEAM):
        with pytest.raises(NotAllowed):
            stamps.issue(1, actor=Actor(None, role, stamps.coop.org.id))


def forget_last_blocks(n: int) -> None:
    """What a backup from ``n`` blocks ago knows."""
    with transaction() as session:
        lost = session.exec(select(StampBlock).order_by(col(StampBlock.id).desc()).limit(n)).all()
        oldest, counter = min(block.id for block in lost), min(block.first for block in lost)
        session.execute(text(f"DELETE FROM stamp_block WHERE id >= {oldest}"))
        session.execute(text(f"UPDATE stamp_key SET next_serial = {counter}"))


def test_a_restored_old_copy_issues_nothing_until_a_new_key(stamps: StampWorld) -> None:
    printed = set()
    for _ in range(5):
        block = stamps.issue(20)
        printed |= {(block.kid, serial) for serial in range(block.first, block.last + 1)}
    forget_last_blocks(3)
    for _ in range(3):
        with pytest.raises(Refused, match=r"gate\.key"):
            stamps.issue(20)
    with transaction() as session:
        stamp_keys.rotate(session, ADMIN, stamps.places, stamps.now)
    for _ in range(10):
        block = stamps.issue(20)
        assert not printed & {(block.kid, serial) for serial in range(block.first, block.last + 1)}


def test_a_copy_one_block_old_leaves_that_block_void(stamps: StampWorld) -> None:
    lost = [stamps.issue(20), stamps.issue(30)][1]
    forget_last_blocks(1)
    fresh = stamps.issue(10)
    assert fresh.first == lost.last + 1
    assert [block.state for block in blocks()][1] == BlockState.INTERRUPTED
    assert all_faults() == []


def test_a_lost_mark_file_stops_issuing(stamps: StampWorld) -> None:
    stamps.issue(20)
    stamps.places.marks.unlink()
    with pytest.raises(Refused, match=r"gate\.key"):
        stamps.issue(20)


def test_a_torn_last_line_was_never_committed(stamps: StampWorld) -> None:
    stamps.issue(20)
    with stamps.places.marks.open("ab") as file:
        file.write(b"0\t20\t1")
    assert stamps.issue(5).first == 20
    assert stamps.places.marks.read_bytes().count(b"\n") == 2
    assert all_faults() == []


def test_a_foreign_line_stops_issuing(stamps: StampWorld) -> None:
    stamps.issue(20)
    with stamps.places.marks.open("ab") as file:
        file.write(b"not ours\n")
    with pytest.raises(Refused, match=r"gate\.key"):
        stamps.issue(5)


def test_a_mark_written_by_a_connection_that_was_lost_is_healed(stamps: StampWorld) -> None:
    """Its row lock was gone before its line was written, so the line reaches beyond a committed one."""
    stamps.issue(20)
    with stamp_marks.locked(stamps.places.marks) as file:
        stamp_marks.append(file, Mark(0, 0, 27, "late"))
    assert stamps.issue(5).first == 27
    assert all_faults() == []


def test_serials_run_out_and_a_new_key_goes_on(stamps: StampWorld) -> None:
    with transaction() as session:
        session.get(StampKeyRow, 0).next_serial = SERIALS - 10
        session.add(bare_block(stamps, 0, SERIALS - 10, "all"))
    stamps.places.marks.write_bytes(Mark(0, 0, SERIALS - 10, "all").as_line())
    with pytest.raises(Refused) as caught:
        stamps.issue(11)
    assert (caught.value.key, caught.value.params["left"]) == ("key.serials", 10)
    assert stamps.issue(10).last == SERIALS - 1
    with transaction() as session:
        stamp_keys.rotate(session, ADMIN, stamps.places, stamps.now)
    assert (stamps.issue(11).kid, stamps.issue(1).first) == (1, 11)


def test_a_rotated_key_opens_its_stamps_still(stamps: StampWorld) -> None:
    old = stamps.issue(10)
    with transaction() as session:
        stamp_keys.rotate(session, ADMIN, stamps.places, stamps.now)
        rows = {row.kid: row.state for row in session.exec(select(StampKeyRow)).all()}
        code = stamp_code.encode(stamp_keys.key_for(session, old.kid), 5)
        assert stamp_code.open_code(stamp_keys.key_for(session, 0), code) == 5
        assert stamp_keys.key_for(session, 17) is None
    assert rows == {0: KeyState.VERIFY_ONLY, 1: KeyState.ACTIVE}


def test_a_compromised_active_key_is_replaced(stamps: StampWorld) -> None:
    since = stamps.now - timedelta(days=2)
    with transaction() as session:
        stamp_keys.compromise(session, ADMIN, 0, since, stamps.places, stamps.now)
    with reading() as session:
        lines = stamp_keys.list_keys(session, ADMIN)
    assert [(line.key_id, line.state, line.compromised_at) for line in lines] == [
        (0, KeyState.COMPROMISED, since),
        (1, KeyState.ACTIVE, None),
    ]
    later = stamps.now + timedelta(hours=1)
    with pytest.raises(Invalid), transaction() as session:
        stamp_keys.compromise(session, ADMIN, 1, later, stamps.places, stamps.now)
    with pytest.raises(NotFound), transaction() as session:
        stamp_keys.compromise(session, ADMIN, 9, since, stamps.places, stamps.now)


def test_only_the_administrator_touches_keys(stamps: StampWorld) -> None:
    for role in (Role.OFFICE, Role.COOP_MANAGER):
        with pytest.raises(NotAllowed), transaction() as session:
            stamp_keys.rotate(session, Actor(None, role, 1), stamps.places, stamps.now)


def test_keys_lie_sealed_on_disk_and_in_the_database(stamps: StampWorld) -> None:
    with reading() as session:
        key = stamp_keys.key_for(session, 0)
        wrapped = session.get(StampKeyRow, 0).wrapped
    path = stamps.places.key_folder / "00.key"
    assert path.stat().st_mode & 0o077 == 0
    assert bytes.fromhex(path.read_text()) == wrapped
    assert key.tag_key not in wrapped
    assert key.permutation_key not in wrapped
    with pytest.raises(Unavailable):
        current_keyring().unwrap_stamp_key(wrapped, 1)
    with pytest.raises(Unavailable):
        Keyring(bytes(32)).unwrap_stamp_key(wrapped, 0)


def test_keys_that_a_restored_copy_lacks_come_back_to_verify(stamps: StampWorld) -> None:
    with transaction() as session:
        stamp_keys.rotate(session, ADMIN, stamps.places, stamps.now)
    block = stamps.issue(10)
    with reading() as session:
        code = stamp_code.encode(stamp_keys.key_for(session, block.kid), block.first)
    with transaction() as session:  # the copy is from before the rotation
        session.execute(text("DELETE FROM stamp_block"))
        session.execute(text("DELETE FROM stamp_key WHERE kid = 1"))
        session.execute(text("UPDATE stamp_key SET state = 'active'"))
    with transaction() as session:
        assert stamp_keys.take_back_keys(session, ADMIN, stamps.places, stamps.now) == [1]
        assert stamp_code.open_code(stamp_keys.key_for(session, 1), code) == block.first
    assert stamps.issue(10).kid == 2


def test_a_key_number_is_above_all_in_the_marks_too(stamps: StampWorld) -> None:
    with stamps.places.marks.open("wb") as file:
        file.write(Mark(6, 0, 10, "elsewhere").as_line())
    with transaction() as session:
        assert stamp_keys.rotate(session, ADMIN, stamps.places, stamps.now).kid == 7
    assert stamps.issue(3).kid == 7


def test_the_registry_ends_at_31_keys(stamps: StampWorld) -> None:
    with stamps.places.marks.open("wb") as file:
        file.write(Mark(30, 0, 10, "last").as_line())
    with pytest.raises(Refused, match=r"key\.exhausted"), transaction() as session:
        stamp_keys.rotate(session, ADMIN, stamps.places, stamps.now)
