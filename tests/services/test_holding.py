"""Holds and the states of a lot: only the office lifts, back to where it came from; recalled is final."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import world
from tests.services import farm
from trace.db import Database, transaction
from trace.errors import NotAllowed, NotFound, Refused
from trace.records.account import Role
from trace.records.lot import Hold, Lot, LotState
from trace.services import diary, holding, lot_states, packing, releasing
from trace.services.admission import actor_of

WHY = holding.HoldIn(reason="Chờ kết quả mẫu")
LIFT = holding.LiftIn(result="KQ-12/2026", reason="Mẫu đạt")
NOW = datetime.fromisoformat("2026-06-12T09:30:00+07:00")


@pytest.fixture
def coop(database: Database, now: datetime) -> world.Coop:
    with transaction() as session:
        return farm.found(session, now)


@pytest.mark.parametrize("released", [False, True])
def test_a_lifted_lot_goes_back_to_where_it_came_from(
    coop: world.Coop, now: datetime, *, released: bool
) -> None:
    with transaction() as session:
        lot = farm.harvest(session, coop, now)
        if released:
            releasing.release_lot(session, coop.boss, lot.public_id, now)
        before = lot.state
        hold = holding.hold_lot(session, coop.hand, lot.public_id, WHY, now)
        assert lot.state == LotState.HOLD
        assert holding.lift_hold(session, farm.OFFICE, hold.id, LIFT, now).state == before


def test_only_the_office_lifts(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        lot = farm.harvest(session, coop, now)
        hold = holding.hold_lot(session, coop.hand, lot.public_id, WHY, now)
        for actor in (coop.boss, coop.hand):
            with pytest.raises(NotAllowed):
                holding.lift_hold(session, actor, hold.id, LIFT, now)
        officer = actor_of(world.make_office(session, now))
        holding.lift_hold(session, officer, hold.id, LIFT, now)
        kept = session.get_one(Hold, hold.id)
        assert (kept.result, kept.lift_reason, kept.lifted_by) == (
            "KQ-12/2026",
            "Mẫu đạt",
            officer.account_id,
        )
        with pytest.raises(Refused):
            holding.lift_hold(session, officer, hold.id, LIFT, now)
        with pytest.raises(NotFound):
            holding.lift_hold(session, officer, 999_999, LIFT, now)


def test_a_lot_with_two_holds_stays_until_both_are_lifted(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        lot = farm.harvest(session, coop, now)
        first = holding.hold_lot(session, coop.hand, lot.public_id, WHY, now)
        other = holding.HoldIn(reason="Thiếu giấy tờ")
        second = holding.hold_lot(session, farm.OFFICE, lot.public_id, other, now)
        assert holding.lift_hold(session, farm.OFFICE, first.id, LIFT, now).state == LotState.HOLD
        assert holding.lift_hold(session, farm.OFFICE, second.id, LIFT, now).state == LotState.OPEN


def test_a_spray_told_while_a_lot_is_held_keeps_it_when_the_first_hold_is_lifted(
    coop: world.Coop, now: datetime
) -> None:
    """Gates were not asked of a held lot: it went out within the waiting time once its hold was lifted."""
    with transaction() as session:
        lot = farm.harvest(session, coop, now)
        releasing.release_lot(session, coop.boss, lot.public_id, now)
        given = holding.HoldIn(reason="Chờ kết quả mẫu")
        hold = holding.hold_lot(session, farm.OFFICE, lot.public_id, given, now)
        spray = farm.spray_in(coop.plot, farm.DAY - timedelta(days=1), waiting_days=10)
        diary.write_entry(session, coop.hand, spray, now)
        lift = holding.LiftIn(result="KQ-12/2026", reason="mẫu đạt")
        holding.lift_hold(session, farm.OFFICE, hold.id, lift, now)
        assert lot.state == LotState.HOLD
        assert [one.rule for one in holding.open_holds(session, lot)] == ["gate.phi"]
        with pytest.raises(Refused, match=r"gate\.hold"):
            releasing.release_lot(session, coop.boss, lot.public_id, now)


def test_holding_twice_for_the_same_reason_is_once(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        lot = farm.harvest(session, coop, now)
        first = holding.hold_lot(session, coop.hand, lot.public_id, WHY, now)
        assert holding.hold_lot(session, coop.hand, lot.public_id, WHY, now).id == first.id


def test_a_hold_reaches_everything_packed_from_the_lot(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        lot = farm.harvest(session, coop, now, kg=100)
        pack = packing.pack_lot(session, coop.hand, farm.pack_in(lot, units=100), now)
        box = packing.pack_lot(session, coop.hand, farm.pack_in(pack, units=50), now)
        releasing.release_lot(session, coop.boss, box.public_id, now)
        hold = holding.hold_lot(session, farm.OFFICE, lot.public_id, WHY, now)
        assert (lot.state, pack.state, box.state) == ("consumed", "hold", "hold")
        own = holding.open_holds(session, box)[0]
        with pytest.raises(Refused) as refused:
            holding.lift_hold(session, farm.OFFICE, own.id, LIFT, now)
        assert refused.value.key == "hold.follows"
        holding.lift_hold(session, farm.OFFICE, hold.id, LIFT, now)
        assert (lot.state, pack.state, box.state) == ("consumed", "open", "released")


def test_a_held_lot_is_not_released_and_says_why(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        lot = farm.harvest(session, coop, now)
        holding.hold_lot(session, coop.hand, lot.public_id, WHY, now)
        with pytest.raises(Refused) as refused:
            releasing.release_lot(session, coop.boss, lot.public_id, now)
    assert (refused.value.key, refused.value.params["reason"]) == ("gate.hold", WHY.reason)


def test_a_neighbours_lot_is_not_there_to_be_held(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        other = world.make_coop(session, now)
        theirs = farm.harvest(session, other, now)
        answers = []
        for name in (theirs.public_id, "khongco000"):
            with pytest.raises(NotFound) as refused:
                holding.hold_lot(session, coop.boss, name, WHY, now)
            answers.append((refused.value.key, refused.value.params))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("role", [Role.FARMER, Role.PACKING_HOUSE, Role.ADMIN])
def test_others_hold_nothing(coop: world.Coop, now: datetime, role: Role) -> None:
    place = {"org_id": coop.org.id} if role is not Role.ADMIN else {}
    with transaction() as session:
        lot = farm.harvest(session, coop, now)
        actor = actor_of(world.make_account(session, now, role, **place))
        with pytest.raises(NotAllowed):
            holding.hold_lot(session, actor, lot.public_id, WHY, now)


@settings(max_examples=200)
@given(steps=st.lists(st.sampled_from(LotState), max_size=12), start=st.sampled_from(["draft", "open"]))
def test_no_walk_leaves_recalled_or_returns_from_hold_elsewhere(steps: list[LotState], start: str) -> None:
    lot = Lot(code="X", state=start, version=1)
    for to in steps:
        was, version, before = LotState(lot.state), lot.version, lot.state_before_hold
        try:
            lot_states.move(lot, to, NOW)
        except Refused:
            assert (lot.state, lot.version) == (was, version)
            continue
        assert lot.version == version + 1
        assert was is not LotState.RECALLED
        if was is LotState.HOLD:
            assert to in (before, LotState.RECALLED)
        if to is LotState.HOLD:
            assert was in (LotState.OPEN, LotState.RELEASED)
            assert lot.state_before_hold == was
        if to is LotState.RELEASED:
            assert was in (LotState.OPEN, LotState.HOLD)
