"""Activating and withdrawing: every rule refuses with its name and its figures, and changes nothing."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from tests import world
from tests.effort import Effort, effort
from tests.services.stamp_world import StampWorld, all_faults, make_world
from trace.db import Database, reading, transaction
from trace.errors import Conflict, Invalid, NotFound, Refused
from trace.records.account import Role
from trace.records.event import Event, LogLeaf
from trace.records.lot import LotState
from trace.records.organisation import OrgKind
from trace.records.plot import SiteStatusChange
from trace.records.stamp import BlockState, StampActivation, StampBlock
from trace.services import holding, rules, stamp_activating, stamp_keys, stamp_ledgers, stamp_printing
from trace.services.admission import Actor, actor_of
from trace.services.holding import HoldIn
from trace.standards import stamp_code
from trace.texts.catalogs import t


@pytest.fixture
def stamps(database: Database, tmp_path: Path, now: datetime) -> StampWorld:
    return make_world(tmp_path, now)


def refusal(stamps: StampWorld, *wanted: object, **more: object) -> Refused:
    """The refusal of an activation; nothing was written, and its text can be said."""
    before = rows()
    with pytest.raises(Refused) as caught:
        stamps.activate(*wanted, **more)
    assert rows() == before
    for lang in ("vi", "en"):
        assert t(lang, caught.value.key, **{"phone": "0", **caught.value.params})
    return caught.value


def rows() -> int:
    with reading() as session:
        return sum(
            len(session.exec(world_select(table)).all()) for table in (StampActivation, Event, LogLeaf)
        )


def world_select(table: type) -> object:
    from sqlmodel import select

    return select(table)


def test_a_roll_is_activated_in_parts(stamps: StampWorld) -> None:
    block, lot = stamps.roll(100), stamps.lot()
    stamps.activate(block, 0, 39, lot)
    stamps.activate(block, 60, 99, lot)
    with reading() as session:
        page = stamp_ledgers.look_at(session, stamps.actor, block.public_id)
    assert [(s.serials.first, s.serials.last, s.standing) for s in page.segments] == [
        (0, 39, "used"),
        (40, 59, "stock"),
        (60, 99, "used"),
    ]
    assert all_faults() == []


def test_a_block_for_a_lot_is_active_at_once(stamps: StampWorld) -> None:
    lot = stamps.lot(weight_g=100_000)
    block = stamps.issue(100, lot=lot.public_id)
    with reading() as session:
        counts = stamp_ledgers.ledger(session, stamps.actor, block.public_id)
    assert (counts.given, counts.used, counts.stock) == (100, 100, 0)
    with pytest.raises(Refused, match=r"gate\.over"):
        stamps.issue(3, lot=lot.public_id)
    assert all_faults() == []


def test_the_event_names_lot_and_serials_and_never_a_code(stamps: StampWorld) -> None:
    block, lot = stamps.roll(100), stamps.lot()
    stamps.activate(block, 10, 19, lot)
    with reading() as session:
        event = session.exec(world_select(Event)).one()
        key = stamp_keys.key_for(session, block.kid)
        leaves = "".join(leaf.body for leaf in session.exec(world_select(LogLeaf)).all())
    assert '"nongsan:firstSerial":10' in event.body
    assert '"nongsan:count":10' in event.body
    assert lot.code in event.body
    for serial in range(10, 20):
        assert stamp_code.encode(key, serial) not in event.body + leaves


def test_overlap_names_lot_time_and_what_is_free(stamps: StampWorld) -> None:
    block, lot, other = stamps.roll(100), stamps.lot(), stamps.lot()
    stamps.activate(block, 20, 49, lot)
    said = refusal(stamps, block, 40, 69, other)
    assert said.key == "gate.overlap"
    assert (said.params["first"], said.params["last"], said.params["n"]) == ("000.040", "000.049", 10)
    assert said.params["lot2"] == lot.code
    assert said.params["free"] == ["000.000–000.019", "000.050–000.099"]


def test_void_stamps_are_named_with_the_two_ranges_that_remain(stamps: StampWorld) -> None:
    block, lot = stamps.roll(100), stamps.lot()
    stamps.void(block, 30, 39, "torn")
    said = refusal(stamps, block, 20, 49, lot)
    assert said.key == "gate.void"
    assert (said.params["range1"], said.params["range2"]) == ("000.020–000.029", "000.040–000.049")


@pytest.mark.parametrize(("first", "last"), [(0, 100), (-1, 5), (7, 6), (500, 600)])
def test_serials_outside_the_block_are_not_theirs(stamps: StampWorld, first: int, last: int) -> None:
    block, lot = stamps.roll(100), stamps.lot()
    assert refusal(stamps, block, first, last, lot).key == "gate.owner"


@pytest.mark.parametrize("state", [LotState.DRAFT, LotState.OPEN, LotState.CONSUMED, LotState.DESTROYED])
def test_a_lot_that_is_not_released_takes_no_stamp(stamps: StampWorld, state: LotState) -> None:
    block, lot = stamps.roll(100), stamps.lot(state=state)
    assert refusal(stamps, block, 0, 9, lot).key == "gate.notreleased"
    with pytest.raises(Refused, match=r"gate\.notreleased"):
        stamps.issue(9, lot=lot.public_id)


def test_a_lot_on_hold_takes_no_stamp_and_says_why(stamps: StampWorld) -> None:
    block, lot = stamps.roll(100), stamps.lot()
    with transaction() as session:
        holding.hold_lot(session, stamps.actor, lot.public_id, HoldIn(reason="chờ kiểm nghiệm"), stamps.now)
    said = refusal(stamps, block, 0, 9, lot)
    assert (said.key, said.params["reason"]) == ("gate.hold", "chờ kiểm nghiệm")


def test_a_recalled_lot_takes_no_stamp(stamps: StampWorld) -> None:
    block, lot = stamps.roll(100), stamps.lot(state=LotState.RECALLED)
    assert refusal(stamps, block, 0, 9, lot).key == "gate.recalled"


def test_a_roll_that_was_not_printed_is_not_activated(stamps: StampWorld) -> None:
    block, lot = stamps.issue(100), stamps.lot()
    assert refusal(stamps, block, 0, 9, lot).key == "gate.notprinted"


def test_a_roll_for_another_product_is_refused(stamps: StampWorld, now: datetime) -> None:
    with transaction() as session:
        guava = world.make_product(session, now, stamps.coop.org, name="Ổi")
    block, lot = stamps.roll(100, product=guava.public_id), stamps.lot()
    assert refusal(stamps, block, 0, 9, lot).key == "gate.product"


def test_stamps_never_weigh_more_than_the_lot_and_two_per_cent(stamps: StampWorld) -> None:
    first, second, lot = stamps.roll(80), stamps.roll(80), stamps.lot(weight_g=100_000)
    stamps.activate(first, 0, 79, lot)
    said = refusal(stamps, second, 80, 102, lot)
    assert said.key == "gate.over"
    assert (said.params["n"], said.params["m"], said.params["left"]) == (23, 80, 22)
    assert (said.params["kg2"], said.params["kg_max"]) == (23, 100)
    stamps.activate(second, 80, 101, lot)
    assert all_faults() == []


def test_withdrawn_stamps_make_room_again(stamps: StampWorld) -> None:
    block, lot = stamps.roll(200), stamps.lot(weight_g=100_000)
    stamps.activate(block, 0, 101, lot)
    assert refusal(stamps, block, 102, 102, lot).params["left"] == 0
    stamps.void(block, 100, 111, "stolen")
    stamps.activate(block, 112, 113, lot)
    assert refusal(stamps, block, 114, 114, lot).params["left"] == 0
    assert all_faults() == []


def test_the_same_request_again_changes_nothing(stamps: StampWorld) -> None:
    block, lot = stamps.roll(100), stamps.lot()
    once = stamps.activate(block, 0, 9, lot, "gửi-1")
    again = stamps.activate(block, 0, 9, lot, "gửi-1")
    assert once.id == again.id
    with pytest.raises(Conflict):
        stamps.activate(block, 0, 19, lot, "gửi-1")


def test_another_cooperatives_block_or_lot_is_as_absent(stamps: StampWorld, now: datetime) -> None:
    block, lot = stamps.roll(100), stamps.lot()
    with transaction() as session:
        stranger = world.make_coop(session, now)
    absent = StampBlock(
        public_id="absent0000", kid=0, first=0, count=1, state="x", request_id="x", created_at=now
    )
    said = []
    for one in (block, absent):
        for verb in (
            lambda one=one: stamps.activate(one, 0, 9, lot, actor=stranger.boss),
            lambda one=one: stamps.void(one, 0, 9, actor=stranger.boss),
            lambda one=one: stamps.print(one, actor=stranger.boss),
        ):
            with pytest.raises(NotFound) as caught:
                verb()
            said.append(str(caught.value))
    assert len(set(said)) == 1
    with pytest.raises(NotFound):
        stamps.issue(5, actor=stranger.boss, lot=lot.public_id)


def test_a_packing_house_uses_its_own_rolls_on_lots_it_packs(stamps: StampWorld, now: datetime) -> None:
    from trace.records.plot import PackingHouse

    with transaction() as session:
        org = world.make_org(session, now, kind=OrgKind.PACKING_HOUSE)
        packer = actor_of(world.make_account(session, now, Role.PACKING_HOUSE, org_id=org.id))
        house = PackingHouse(
            org_id=org.id, code="VN-PH-1", market="CN", name="Xưởng", commune_code=world.THANH_HA
        )
        house.created_at = now
        world.add(session, house)
    packed, other = stamps.lot(packing_house_id=house.id), stamps.lot()
    block = stamps.issue(50, actor=packer)
    stamps.print(block, actor=packer)
    stamps.activate(block, block.first, block.first + 9, packed, actor=packer)
    with pytest.raises(NotFound):
        stamps.activate(block, block.first + 10, block.last, other, actor=packer)
    theirs = stamps.roll(10)
    with pytest.raises(NotFound):
        stamps.activate(theirs, theirs.first, theirs.last, packed, actor=packer)


def test_void_twice_is_refused_and_resent_is_not(stamps: StampWorld) -> None:
    block = stamps.roll(100)
    once = stamps.void(block, 10, 19, "lost", "hủy-1")
    assert stamps.void(block, 10, 19, "lost", "hủy-1").id == once.id
    with pytest.raises(Refused) as caught:
        stamps.void(block, 15, 29)
    assert caught.value.params["free"] == ["000.020–000.029"]
    with pytest.raises(Conflict):
        stamps.void(block, 10, 20, "lost", "hủy-1")
    with pytest.raises(Invalid):
        stamps.void(block, 40, 41, "  ")


def test_the_office_withdraws_any_and_activates_none(stamps: StampWorld, now: datetime) -> None:
    with transaction() as session:
        office = actor_of(world.make_office(session, now))
    block = stamps.roll(100)
    stamps.void(block, 0, 99, "stolen", actor=office)
    from trace.errors import NotAllowed

    with pytest.raises(NotAllowed):
        stamps.activate(block, 0, 9, stamps.lot(), actor=office)


def withdrawn(stamps: StampWorld, database: Database, count: int) -> Effort:
    """What it costs to withdraw a block, half of which was activated in ten ranges."""
    block, lot, part = stamps.roll(count), stamps.lot(weight_g=1_000_000_000), count // 20
    for at in range(block.first, block.first + count // 2, part):
        stamps.activate(block, at, at + part - 1, lot)
    with effort(database) as spent:
        stamps.void(block, block.first, block.last, "stolen")
    with reading() as session:
        counts = stamp_ledgers.ledger(session, stamps.actor, block.public_id)
    assert (counts.used, counts.void, counts.stock) == (0, count, 0)
    return spent


def test_a_million_stamps_are_withdrawn_as_easily_as_a_hundred(
    stamps: StampWorld, database: Database
) -> None:
    withdrawn(stamps, database, 100)  # the first of all compiles its statements
    few, many = withdrawn(stamps, database, 100), withdrawn(stamps, database, 1_000_000)
    assert many.statements == few.statements
    assert many.calls < 1.5 * few.calls
    assert many.instructions <= 1.5 * few.instructions


def test_codes_on_paper_name_the_range(stamps: StampWorld) -> None:
    block, lot = stamps.roll(100), stamps.lot()
    first, last = codes_of(block, 20), codes_of(block, 29)
    with transaction() as session:
        made = by_codes(session, stamps.actor, stamp_code.format(first).lower(), last, lot)
    assert (made.first, made.last) == (20, 29)


def codes_of(block: StampBlock, serial: int) -> str:
    with reading() as session:
        return stamp_code.encode(stamp_keys.key_for(session, block.kid), serial)


def by_codes(session: object, actor: Actor, first: str, last: str, lot: object) -> StampActivation:
    when = datetime.fromisoformat("2026-06-12T03:00:00+00:00")
    return stamp_activating.activate_by_codes(session, actor, first, last, lot.public_id, "codes", when)


def test_codes_are_refused_by_what_is_wrong_with_them(stamps: StampWorld, now: datetime) -> None:
    block, second, lot = stamps.roll(100), stamps.roll(100), stamps.lot()
    with transaction() as session:
        stranger = world.make_coop(session, now)
    foreign = stamps.issue(10, actor=stranger.boss)
    good, typo = codes_of(block, 5), swap(codes_of(block, 5))
    forged = "0" * 18
    forged += next(s for s in stamp_code.ALPHABET if stamp_code.is_valid(forged + s))
    cases = {
        "act.order": (codes_of(block, 9), good),
        "act.roll": (good, codes_of(second, 150)),
        "act.notours": (good, codes_of(foreign, 200)),
        "act.notours ": (good, forged),
        "error.invalid": (typo, "7"),
    }
    said = {}
    for name, (first, last) in cases.items():
        with pytest.raises((Refused, Invalid)) as caught, transaction() as session:
            by_codes(session, stamps.actor, first, last, lot)
        assert caught.value.key == name.strip()
        said[name] = str(caught.value)
        assert first not in said[name]
        assert last not in said[name] or name == "error.invalid"
    assert said["act.notours"] == said["act.notours "]


def swap(code: str) -> str:
    return code[:-1] + ("0" if code[-1] != "0" else "1")


def test_printing_again_needs_a_reason_and_issues_nothing(stamps: StampWorld) -> None:
    block = stamps.roll(100)
    assert block.state == BlockState.ISSUED  # as it was when issued
    with pytest.raises(Invalid):
        stamps.print(block)
    stamps.print(block, reason="kẹt giấy")
    with reading() as session:
        page = stamp_ledgers.look_at(session, stamps.actor, block.public_id)
        assert page.block.state == BlockState.PRINTED
        assert len(page.runs) == 2
        assert len(session.exec(world_select(StampBlock)).all()) == 1


def test_printing_active_stamps_again_is_the_managers(stamps: StampWorld) -> None:
    block, lot = stamps.roll(100), stamps.lot()
    stamps.activate(block, 0, 9, lot)
    with pytest.raises(Refused, match=r"print\.again\.active"):
        stamps.print(block, reason="mờ", actor=stamps.coop.hand)
    stamps.print(block, reason="mờ", first=10, actor=stamps.coop.hand)
    stamps.print(block, reason="mờ")


def test_a_block_closes_when_every_stamp_is_accounted_for(stamps: StampWorld) -> None:
    block, lot = stamps.roll(100), stamps.lot()
    stamps.activate(block, 0, 89, lot)
    stamps.void(block, 90, 94, "torn")
    with pytest.raises(Refused) as caught, transaction() as session:
        stamp_printing.close_block(session, stamps.actor, block.public_id, stamps.now)
    assert (caught.value.key, caught.value.params["n"]) == ("print.ledger.gap", 5)
    stamps.void(block, 95, 99, "lost")
    with transaction() as session:
        stamp_printing.close_block(session, stamps.actor, block.public_id, stamps.now)
    with reading() as session:
        counts = stamp_ledgers.ledger(session, stamps.actor, block.public_id)
    assert (counts.used, counts.spoiled, counts.void, counts.stock) == (90, 5, 5, 0)
    with pytest.raises(Refused, match=r"print\.closed"):
        stamps.print(block, reason="mờ")


def test_a_print_is_confirmed_once_by_its_checksum(stamps: StampWorld) -> None:
    block = stamps.issue(10)
    stamps.print(block, sha256="cd" * 32)
    later = stamps.now + timedelta(hours=1)
    for when in (stamps.now, later):
        with transaction() as session:
            run = stamp_printing.confirm_printed(session, stamps.actor, block.public_id, "cd" * 32, when)
    assert run.confirmed_at == stamps.now
    with pytest.raises(Invalid), transaction() as session:
        stamp_printing.confirm_printed(session, stamps.actor, block.public_id, "ef" * 32, stamps.now)


def test_the_lots_dates_do_not_matter_to_the_gate(stamps: StampWorld) -> None:
    block, lot = stamps.roll(10), stamps.lot(best_before=date(2020, 1, 1))
    assert stamps.activate(block, 0, 0, lot).lot_id == lot.id


def test_a_released_lot_that_lacks_an_item_takes_no_stamps(stamps: StampWorld) -> None:
    block, lot = stamps.roll(100), stamps.lot()
    with transaction() as session:
        rules.load_defaults(session)
    refused = refusal(stamps, block, 0, 9, lot)
    assert (refused.key, refused.params["have"], refused.params["total"]) == ("gate.tt02", 9, 10)
    with pytest.raises(Refused) as issued:
        stamps.issue(10, lot=lot.public_id)
    assert issued.value.key == "gate.tt02"
    with transaction() as session:
        world.add_picture(session, stamps.now, stamps.coop.product)
    stamps.activate(block, 0, 9, lot)


@pytest.mark.parametrize(
    ("since", "rule"), [(date(2026, 6, 11), "gate.area.suspended"), (date(2026, 6, 12), "")]
)
def test_a_code_that_did_not_stand_on_the_harvest_day_takes_no_stamps(
    stamps: StampWorld, since: date, rule: str
) -> None:
    with transaction() as session:
        area = world.make_growing_area(session, stamps.now, stamps.coop.org)
        line = {"status": "suspended", "reason": "Mất điều kiện", "recorded_at": stamps.now}
        world.add(session, SiteStatusChange(growing_area_id=area.id, since=since, **line))
    block, lot = stamps.roll(100), stamps.lot(growing_area_id=area.id)
    if rule:
        assert refusal(stamps, block, 0, 9, lot).key == rule
    else:
        stamps.activate(block, 0, 9, lot)
