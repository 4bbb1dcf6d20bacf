"""What was written down wrongly of a lot is put right; the record keeps both, and every promise holds."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from tests import world
from tests.services import farm
from tests.services.lot_faults import faults
from trace.db import Database, reading, transaction
from trace.errors import Invalid, NongsanError, NotAllowed, NotFound, Refused
from trace.records.account import Role
from trace.records.event import Event, LogLeaf
from trace.records.lot import Hold, Lot, LotLink, LotState
from trace.services import destroying, diary, gates, holding, packing, releasing
from trace.services.admission import Actor
from trace.services.correcting.given import CorrectIn, WithdrawIn
from trace.services.correcting.lots import correct_lot
from trace.services.correcting.withdrawing import withdraw_lot
from trace.services.gate_facts import GateFacts
from trace.services.logging_acts import body_of
from trace.services.lot_life import life_of
from trace.standards import epcis
from trace.standards.local_time import local_day

DAY = farm.DAY
BEFORE = DAY - timedelta(days=1)


@pytest.fixture
def coop(database: Database, now: datetime) -> world.Coop:
    with transaction() as session:
        return farm.found(session, now)


def correct(actor: Actor, lot: Lot, now: datetime, **given: Any) -> Lot:
    with transaction() as session:
        return correct_lot(session, actor, lot.public_id, CorrectIn(**given), now)


def withdraw(actor: Actor, lot: Lot, now: datetime) -> Lot:
    with transaction() as session:
        return withdraw_lot(session, actor, lot.public_id, WithdrawIn(reason="ghi hai lần"), now)


def told(session: Session, lot: Lot) -> list[tuple[str, bool, dict[str, Any]]]:
    rows = session.exec(select(Event).where(Event.subject_kind == "lot", Event.subject_id == lot.id)).all()
    return [(row.act, row.declares, body_of(row)) for row in sorted(rows, key=lambda row: row.id)]


def harvested(coop: world.Coop, now: datetime, kg: int = 500, **given: Any) -> Lot:
    with transaction() as session:
        return farm.harvest(session, coop, now, kg, **given)


def packed(coop: world.Coop, now: datetime, *parents: Lot, **given: Any) -> Lot:
    with transaction() as session:
        return packing.pack_lot(session, coop.hand, farm.pack_in(*parents, **given), now)


def released(coop: world.Coop, now: datetime, lot: Lot) -> Lot:
    with transaction() as session:
        return releasing.release_lot(session, coop.boss, lot.public_id, now)


def again(lot: Lot) -> Lot:
    with reading() as session:
        return session.get_one(Lot, lot.id)


def refusal(actor: Actor, lot: Lot, now: datetime, **given: Any) -> str:
    with pytest.raises(NongsanError) as caught:
        correct(actor, lot, now, **given)
    problems = getattr(caught.value, "problems", ())
    return problems[0].key if problems else caught.value.key


def test_a_harvests_weight_is_told_anew_and_the_old_event_declared_wrong(
    coop: world.Coop, now: datetime
) -> None:
    lot = harvested(coop, now)
    correct(coop.hand, lot, now, weight_g=480_000, reason="đọc nhầm cân")
    with reading() as session:
        (_, _, wrong), (act, declares, right), (act2, declares2, declared) = told(session, lot)
        leaves = [leaf.body for leaf in session.exec(select(LogLeaf).where(LogLeaf.kind == "event")).all()]
    assert (act, declares, act2, declares2) == ("correct", False, "correct", True)
    assert right["quantityList"][0]["quantity"] == 480
    error = declared.pop("errorDeclaration")
    assert declared == wrong
    assert (error["reason"], error["correctiveEventIDs"]) == ("incorrect_data", [right["eventID"]])
    assert (error["nongsan:note"], right["nongsan:corrects"]) == ("đọc nhầm cân", wrong["eventID"])
    assert sum(wrong["eventID"] in leaf for leaf in leaves) == 2
    assert not epcis.validate(right, now)


def test_a_second_correction_declares_the_first_wrong_and_may_lead_back(
    coop: world.Coop, now: datetime
) -> None:
    lot = harvested(coop, now)
    for kg in (480, 500):
        correct(coop.hand, lot, now, weight_g=kg * 1000)
    with reading() as session:
        events = told(session, lot)
        standing = [one for one in events if not one[1]]
        wrong = {body["eventID"] for _, declares, body in events if declares}
        assert faults(session) == []
    assert len({body["eventID"] for _, _, body in standing}) == 3
    assert standing[-1][2]["eventID"] not in wrong


def test_nothing_is_lighter_than_what_is_gone_of_it(coop: world.Coop, now: datetime) -> None:
    lot = harvested(coop, now)
    packed(coop, now, lot, units=100)
    assert refusal(coop.hand, lot, now, weight_g=99_999) == "correct.under"
    correct(coop.hand, lot, now, weight_g=100_000)
    assert again(lot).state == LotState.CONSUMED


def test_a_used_up_harvest_that_was_heavier_stands_open_again(coop: world.Coop, now: datetime) -> None:
    lot = harvested(coop, now, 100)
    packed(coop, now, lot, units=100)
    assert again(lot).state == LotState.CONSUMED
    correct(coop.hand, lot, now, weight_g=120_000)
    assert again(lot).state == LotState.OPEN
    with reading() as session:
        assert told(session, lot)[-1][0] == "reopen"


def test_a_harvest_day_reaches_what_was_made_of_it_and_no_further_than_its_packing(
    coop: world.Coop, now: datetime
) -> None:
    lot = harvested(coop, now)
    pack = packed(coop, now, lot, packed_on=DAY)
    correct(coop.hand, lot, now, made_on=BEFORE)
    assert again(pack).harvested_on == BEFORE
    later, tomorrow = now + timedelta(days=1), DAY + timedelta(days=1)
    assert refusal(coop.hand, lot, now, made_on=tomorrow) == "lot.future"
    assert refusal(coop.hand, lot, later, made_on=tomorrow) == "correct.after_written"


def test_a_harvest_is_not_moved_behind_its_packing(coop: world.Coop, now: datetime) -> None:
    lot = harvested(coop, now, harvested_on=BEFORE)
    packed(coop, now, lot, packed_on=BEFORE)
    assert refusal(coop.hand, lot, now, made_on=DAY) == "gate.date"


def test_another_plot_is_told_with_its_place_and_asked_for_its_waiting_time(
    coop: world.Coop, now: datetime
) -> None:
    lot = harvested(coop, now)
    pack = packed(coop, now, lot)
    with transaction() as session:
        other = world.make_plot(session, now, world.make_household(session, now, coop.org))
        diary.write_entry(session, coop.hand, farm.spray_in(other, DAY - timedelta(days=2)), now)
    correct(coop.hand, lot, now, plot_id=other.id)
    assert (again(lot).plot_id, again(pack).plot_id) == (other.id, other.id)
    assert {again(lot).state, again(pack).state} == {LotState.HOLD}
    with reading() as session:
        right = next(body for act, declares, body in told(session, lot) if act == "correct" and not declares)
        assert right["readPoint"]["id"].endswith(other.code)
        assert faults(session) == []


def test_a_hold_that_was_lifted_of_other_facts_does_not_open_the_gate(
    coop: world.Coop, now: datetime
) -> None:
    """Sprayed plot, held; put back, lifted; the sprayed plot again: the office has not seen that."""
    lot, own = harvested(coop, now), coop.plot.id
    with transaction() as session:
        other = world.make_plot(session, now, coop.household)
        diary.write_entry(session, coop.hand, farm.spray_in(other, DAY - timedelta(days=2)), now)
    correct(coop.hand, lot, now, plot_id=other.id)
    correct(coop.hand, lot, now + timedelta(hours=1), plot_id=own)
    with transaction() as session:
        hold = session.exec(select(Hold).where(Hold.lot_id == lot.id)).one()
        given = holding.LiftIn(result="Không phun", reason="Ghi nhầm thửa")
        holding.lift_hold(session, farm.OFFICE, hold.id, given, now + timedelta(hours=2))
    assert again(lot).state == LotState.OPEN
    correct(coop.hand, lot, now + timedelta(hours=3), plot_id=other.id)
    assert again(lot).state == LotState.HOLD


def test_a_form_opened_before_anothers_correction_takes_nothing_back(coop: world.Coop, now: datetime) -> None:
    lot = harvested(coop, now)
    shown = again(lot).version
    correct(coop.hand, lot, now, weight_g=480_000, version=shown)
    assert refusal(coop.boss, lot, now, weight_g=500_000, version=shown) == "correct.stale"
    assert again(lot).weight_g == 480_000


def test_no_grams_come_back_to_a_lot_whose_rest_was_destroyed(coop: world.Coop, now: datetime) -> None:
    lot = harvested(coop, now, 100)
    pack = packed(coop, now, lot, units=59, draws=[{"lot": lot.public_id, "weight_g": 60_000}])
    with transaction() as session:
        destroying.destroy_lot(session, coop.boss, lot.public_id, "hỏng trong kho", now)
    assert refusal(coop.hand, pack, now, parents=[{"lot": lot.public_id, "weight_g": 59_900}]) == (
        "correct.destroyed"
    )
    with pytest.raises(Refused) as caught:
        withdraw(coop.hand, pack, now)
    assert caught.value.key == "correct.destroyed"


def test_a_plot_of_another_crop_or_of_a_neighbour_is_none_of_the_lots(
    coop: world.Coop, now: datetime
) -> None:
    lot = harvested(coop, now)
    with transaction() as session:
        carrots = world.make_plot(session, now, coop.household, crop="carrot", variety="")
        neighbour = world.make_coop(session, now)
    assert refusal(coop.hand, lot, now, plot_id=carrots.id) == "correct.crop"
    for number in (neighbour.plot.id, 10**9):
        with pytest.raises(NotFound):
            correct(coop.hand, lot, now, plot_id=number)
    with pytest.raises(NotFound):
        correct(neighbour.hand, lot, now, weight_g=1_000)


def test_a_season_too_heavy_needs_a_reason_and_over_the_stop_it_waits(
    coop: world.Coop, now: datetime
) -> None:
    lot = harvested(coop, now)
    heavy = 20_000_000
    assert refusal(coop.hand, lot, now, weight_g=heavy) == "gate.yield"
    correct(coop.hand, lot, now, weight_g=heavy, reason="cân cả vườn bên")
    assert again(lot).state == LotState.HOLD


def test_inputs_of_a_pack_get_back_what_was_not_taken(coop: world.Coop, now: datetime) -> None:
    one, two = harvested(coop, now, 100), harvested(coop, now, 100)
    draws = [{"lot": lot.public_id, "weight_g": 100_000} for lot in (one, two)]
    pool = packed(coop, now, one, two, units=None, weight_g=195_000, draws=draws, kind="pool")
    correct(coop.hand, pool, now, parents=[{"lot": one.public_id, "weight_g": 96_000}])
    assert [again(lot).state for lot in (one, two)] == [LotState.OPEN, LotState.CONSUMED]
    with reading() as session:
        right = told(session, pool)[1][2]
        assert [each["quantity"] for each in right["inputQuantityList"]] == [96, 100]
        assert right["nongsan:lossGrams"] == 1_000
        assert faults(session) == []
    assert (
        refusal(coop.hand, pool, now, parents=[{"lot": one.public_id, "weight_g": 101_000}]) == "gate.balance"
    )
    assert refusal(coop.hand, pool, now, weight_g=198_000) == "pool.over"
    assert refusal(coop.hand, pool, now, weight_g=100_000) == "pool.loss"


def test_a_packs_last_good_day_follows_its_packing_day(coop: world.Coop, now: datetime) -> None:
    lot = harvested(coop, now, harvested_on=BEFORE)
    pack = packed(coop, now, lot, packed_on=DAY)
    correct(coop.hand, pack, now, made_on=BEFORE)
    assert (again(pack).packed_on, again(pack).best_before) == (BEFORE, BEFORE + timedelta(days=7))
    assert refusal(coop.hand, pack, now, made_on=BEFORE - timedelta(days=1)) == "gate.date"


def test_what_went_out_is_the_managers_to_correct_and_with_a_reason(coop: world.Coop, now: datetime) -> None:
    lot = harvested(coop, now)
    pack = packed(coop, now, lot, units=100)
    released(coop, now, pack)
    for one in (lot, pack):  # the harvest went out in the pack
        with pytest.raises(NotAllowed):
            correct(coop.hand, one, now, weight_g=100_500, reason="cân lại")
        assert refusal(coop.boss, one, now, weight_g=100_500) == "correct.why"
    correct(coop.boss, lot, now, weight_g=499_000, reason="cân lại")
    assert again(pack).state == LotState.RELEASED


def test_a_released_lot_that_a_gate_would_not_let_out_today_is_put_on_hold(
    coop: world.Coop, now: datetime
) -> None:
    lot = harvested(coop, now, harvested_on=DAY - timedelta(days=8))
    pack = packed(coop, now, lot)
    released(coop, now, pack)
    correct(coop.boss, pack, now, made_on=DAY - timedelta(days=8), reason="ghi nhầm ngày")
    assert again(pack).state == LotState.HOLD
    with reading() as session:
        assert "Sau khi sửa" in holding.open_holds(session, again(pack))[0].reason


@pytest.mark.parametrize("state", [LotState.RECALLED, LotState.DESTROYED])
def test_what_is_recalled_or_destroyed_stays_as_it_was_told(
    coop: world.Coop, now: datetime, state: LotState
) -> None:
    lot = harvested(coop, now)
    with transaction() as session:
        session.get_one(Lot, lot.id).state = state
    assert refusal(coop.boss, lot, now, weight_g=1_000, reason="x") in ("gate.recalled", "correct.state")


def test_what_was_received_is_as_its_receipt_says(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        lot = world.make_lot(session, now, coop.plot, kind="received")
    assert refusal(coop.boss, lot, now, weight_g=1_000, reason="x") == "correct.received"
    with pytest.raises(Refused, match=r"correct\.received"):
        withdraw(coop.boss, lot, now)


def test_the_same_once_more_is_no_correction(coop: world.Coop, now: datetime) -> None:
    lot = harvested(coop, now)
    assert (
        refusal(coop.hand, lot, now, weight_g=500_000, made_on=DAY, plot_id=coop.plot.id) == "correct.nothing"
    )
    with pytest.raises(Invalid):
        correct(coop.hand, lot, now, units=3)


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.COOP_STAFF, Role.COOP_MANAGER)])
def test_nobody_else_corrects(coop: world.Coop, now: datetime, role: Role) -> None:
    lot = harvested(coop, now)
    with pytest.raises(NotAllowed):
        correct(Actor(None, role, coop.org.id), lot, now, weight_g=1_000)


def test_a_lot_that_never_was_counts_in_no_sum(coop: world.Coop, now: datetime) -> None:
    lot = harvested(coop, now)
    withdraw(coop.hand, lot, now)
    assert again(lot).state == LotState.DESTROYED
    with reading() as session:
        assert gates.season_yields(GateFacts(session), coop.plot, DAY, 0)[0].weight_g == 0
        act, declares, declared = told(session, lot)[-1]
        assert (act, declares, declared["errorDeclaration"]["reason"]) == ("withdraw", True, "did_not_occur")
        assert faults(session) == []


def test_a_pack_that_never_was_gives_its_inputs_back(coop: world.Coop, now: datetime) -> None:
    lot = harvested(coop, now, 101)
    pack = packed(coop, now, lot, units=100)
    with pytest.raises(Refused, match=r"correct\.hangs\.lots"):
        withdraw(coop.hand, lot, now)
    correct(coop.hand, pack, now, parents=[{"lot": lot.public_id, "weight_g": 101_000}])
    assert again(lot).state == LotState.CONSUMED
    withdraw(coop.hand, pack, now)
    assert again(lot).state == LotState.OPEN
    with reading() as session:
        assert farm.count(session, LotLink) == 0
    withdraw(coop.hand, lot, now)


def test_a_held_lot_is_withdrawn_by_nobody(coop: world.Coop, now: datetime) -> None:
    lot = harvested(coop, now)
    with transaction() as session:
        holding.hold_lot(session, coop.hand, lot.public_id, holding.HoldIn(reason="chờ kết quả"), now)
    with pytest.raises(Refused, match=r"gate\.hold"):
        withdraw(coop.boss, lot, now)


def test_a_page_names_no_hour_that_nobody_told(coop: world.Coop, now: datetime) -> None:
    earlier = local_day(now) - timedelta(days=1)
    today, before = harvested(coop, now), harvested(coop, now, harvested_on=earlier)
    with reading() as session:
        assert [one.day for one in life_of(session, again(today))] == [None]
        assert [one.day for one in life_of(session, again(before))] == [earlier]


def test_a_page_shows_what_was_wrong_what_is_right_and_why(coop: world.Coop, now: datetime) -> None:
    lot = harvested(coop, now)
    correct(coop.hand, lot, now, weight_g=480_000, reason="đọc nhầm cân")
    with reading() as session:
        first, second = life_of(session, again(lot))
    assert (first.act, first.is_wrong, second.act, second.is_wrong) == ("harvest", True, "correct", False)
    assert [getattr(note, "key", note) for note in second.notes] == ["life.weight", "life.why"]
