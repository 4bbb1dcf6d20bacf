"""The gates: each with the numbers on both sides of its line."""

from datetime import date, datetime, timedelta

import pytest

from tests import world
from tests.services import farm
from trace.db import Database, transaction
from trace.errors import NotAllowed, Refused
from trace.records.account import Role
from trace.records.lot import Hold, LotState
from trace.records.rules import OcopRule
from trace.services import diary, gates, harvesting, holding, packing, releasing, rules
from trace.services.admission import actor_of
from trace.services.gate_facts import GateFacts
from trace.texts.catalogs import t


@pytest.fixture
def coop(database: Database, now: datetime) -> world.Coop:
    with transaction() as session:
        return farm.found(session, now)


@pytest.mark.parametrize(("days_ago", "state"), [(7, "open"), (6, "hold"), (0, "hold")])
def test_the_waiting_time_is_over_on_the_day_itself(
    coop: world.Coop, now: datetime, days_ago: int, state: str
) -> None:
    with transaction() as session:
        spray = farm.spray_in(coop.plot, farm.DAY - timedelta(days=days_ago))
        diary.write_entry(session, coop.hand, spray, now)
        assert farm.harvest(session, coop, now).state == state


def test_a_held_lot_says_which_spray_and_how_many_days(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        diary.write_entry(session, coop.hand, farm.spray_in(coop.plot, date(2026, 6, 10)), now)
        lot = farm.harvest(session, coop, now)
        hold = holding.open_holds(session, lot)[0]
    assert (hold.rule, lot.state_before_hold, hold.opened_by) == ("gate.phi", LotState.OPEN, coop.staff.id)
    reason = holding.why(hold)
    assert "phải chờ 7 ngày" in t("vi", reason.key, **reason.params) == hold.reason
    assert "7 days must pass" in t("en", reason.key, **reason.params)
    assert "5 short" in t("en", reason.key, **reason.params)


def test_the_spray_whose_wait_ends_last_counts(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        for material, day in (("Mancozeb", 1), ("Abamectin", 4)):
            spray = farm.spray_in(coop.plot, date(2026, 6, day), material=material)
            diary.write_entry(session, coop.hand, spray, now)
        facts = GateFacts(session)
        stop = gates.waiting_stop(facts, coop.plot, date(2026, 6, 10), "X")
        assert (stop.figures["pesticide"], stop.figures["left"]) == ("Mancozeb", 5)
        assert gates.waiting_stop(facts, coop.plot, date(2026, 6, 15), "X") is None


def test_a_corrected_spray_counts_no_more(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        wrong = diary.write_entry(session, coop.hand, farm.spray_in(coop.plot, date(2026, 6, 10)), now).entry
        right = farm.spray_in(coop.plot, date(2026, 5, 10), corrects_id=wrong.id, reason="nhầm tháng")
        diary.write_entry(session, coop.hand, right, now)
        assert farm.harvest(session, coop, now).state == LotState.OPEN


def test_a_material_after_its_last_day_puts_the_lot_on_hold(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        spray = farm.spray_in(coop.plot, date(2026, 4, 1), material="Fipronil")
        assert diary.write_entry(session, coop.hand, spray, now).banned_since == date(2021, 2, 12)
        lot = farm.harvest(session, coop, now)
        assert [hold.rule for hold in holding.open_holds(session, lot)] == ["gate.banned"]


# 0,36 ha of main lychee: a reason from 5.400 kg on, a stop from 9.000 kg on.
@pytest.mark.parametrize(("kg", "key"), [(5_401, "gate.yield.warn"), (9_001, "gate.yield")])
def test_a_high_yield_needs_a_reason(coop: world.Coop, now: datetime, kg: int, key: str) -> None:
    with pytest.raises(Refused) as refused, transaction() as session:
        farm.harvest(session, coop, now, kg=kg)
    assert refused.value.key == key
    for lang in ("vi", "en"):
        assert t(lang, key, **refused.value.params)


@pytest.mark.parametrize(
    ("kg", "reason", "state"),
    [(5_400, "", "open"), (9_000, "được mùa", "open"), (9_001, "được mùa", "hold")],
)
def test_with_a_reason_the_lot_is_kept_and_over_the_stop_it_waits_for_the_office(
    coop: world.Coop, now: datetime, kg: int, reason: str, state: str
) -> None:
    with transaction() as session:
        assert farm.harvest(session, coop, now, kg=kg, yield_reason=reason).state == state


def test_the_season_is_summed_lot_by_lot_and_year_by_year(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        farm.harvest(session, coop, now, kg=5_000)
        with pytest.raises(Refused):
            farm.harvest(session, coop, now, kg=401)
        last_year = datetime.fromisoformat("2025-06-12T09:00:00+07:00")
        earlier = farm.lot_in(coop.plot, 5_000, harvested_on=date(2025, 6, 12))
        assert harvesting.register_lot(session, coop.hand, earlier, last_year).state == LotState.OPEN
        assert farm.harvest(session, coop, now, kg=400).state == LotState.OPEN


def test_early_lychee_may_yield_more(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        early = world.make_plot(session, now, coop.household, variety="U hồng")
        lot = harvesting.register_lot(session, coop.hand, farm.lot_in(early, 7_200), now)
        assert (lot.state, lot.code) == (LotState.OPEN, "VS-0612-01")
        with pytest.raises(Refused) as refused:
            harvesting.register_lot(session, coop.hand, farm.lot_in(early, 1), now)
        assert refused.value.params["max"] == 20


def test_a_growing_area_is_summed_over_its_plots(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        area = world.make_growing_area(session, now, coop.org, area_m2=4_000)
        plots = [
            world.make_plot(session, now, coop.household, growing_area_id=area.id, area_m2=50_000)
            for _ in range(2)
        ]
        harvesting.register_lot(session, coop.hand, farm.lot_in(plots[0], 6_000), now)
        with pytest.raises(Refused) as refused:
            harvesting.register_lot(session, coop.hand, farm.lot_in(plots[1], 1), now)
        assert refused.value.params["plot"] == area.code


def test_a_crop_without_a_rule_is_not_stopped(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        guava = world.make_plot(session, now, coop.household, crop="guava", variety="")
        given = farm.lot_in(guava, 90_000)
        assert harvesting.register_lot(session, coop.hand, given, now).state == LotState.OPEN


def test_release_is_the_managers_and_says_what_is_missing(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        bare = farm.harvest(session, coop, now, product="")
        with pytest.raises(NotAllowed):
            releasing.release_lot(session, coop.hand, bare.public_id, now)
        with pytest.raises(Refused) as refused:
            releasing.release_lot(session, coop.boss, bare.public_id, now)
        assert (refused.value.key, refused.value.params["n"]) == ("gate.notreleased", 1)
        assert "sản phẩm" in t("vi", "gate.notreleased", **refused.value.params)
        pack = packing.pack_lot(session, coop.hand, farm.pack_in(bare, product=coop.product.public_id), now)
        released = releasing.release_lot(session, coop.boss, pack.public_id, now)
        assert (released.state, released.version, released.released_at) == (LotState.RELEASED, 2, now)
        assert releasing.release_lot(session, coop.boss, pack.public_id, now).version == 2


def test_an_expired_lot_is_not_released(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        pack = packing.pack_lot(session, coop.hand, farm.pack_in(farm.harvest(session, coop, now)), now)
        with pytest.raises(Refused) as refused:
            releasing.release_lot(session, coop.boss, pack.public_id, now + timedelta(days=8))
    assert refused.value.params["items"][0].key == "release.item.fresh"


def test_a_late_spray_stops_what_was_packed_from_it(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        lot = farm.harvest(session, coop, now, kg=100)
        pack = packing.pack_lot(session, coop.hand, farm.pack_in(lot, units=100), now)
        releasing.release_lot(session, coop.boss, pack.public_id, now)
        written = diary.write_entry(session, coop.hand, farm.spray_in(coop.plot, date(2026, 6, 9)), now)
        assert [one.id for one in written.held] == [lot.id]
        assert (lot.state, pack.state, pack.state_before_hold) == ("consumed", "hold", "released")
        hold = holding.open_holds(session, lot)[0]
        lift = holding.LiftIn(result="KQ-7", reason="Dưới mức cho phép")
        holding.lift_hold(session, farm.OFFICE, hold.id, lift, now)
        assert pack.state == LotState.RELEASED
        assert releasing.release_lot(session, coop.boss, pack.public_id, now).state == LotState.RELEASED
        assert farm.count(session, Hold) == 2


def test_rules_are_dated_and_followed_by_new_ones(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        office = actor_of(world.make_office(session, now))
        new = rules.YieldRuleIn(
            crop="lychee",
            variety="thieu",
            warn_t_ha=10,
            block_t_ha=12,
            valid_from=date(2026, 6, 12),
            source="x",
        )
        with pytest.raises(NotAllowed):
            rules.add_yield_rule(session, coop.boss, new, now)
        rules.add_yield_rule(session, office, new, now)
        assert rules.yield_rule(session, "lychee", "thieu", date(2026, 6, 11)).warn_t_ha == 15
        assert rules.yield_rule(session, "lychee", "thieu", date(2026, 6, 12)).warn_t_ha == 10
        assert rules.ocop_rule(rules.all_rules(session, OcopRule), date(2026, 6, 12)).validity_months == 36
        with pytest.raises(Refused):
            rules.ocop_rule(rules.all_rules(session, OcopRule), date(2020, 1, 1))
        assert rules.load_defaults(session) == 0


@pytest.mark.parametrize("role", [Role.COMMUNE_OFFICER, Role.ADMIN])
def test_only_the_office_edits_rules(coop: world.Coop, now: datetime, role: Role) -> None:
    place = {"commune_code": world.THANH_HA} if role is Role.COMMUNE_OFFICER else {}
    with transaction() as session:
        actor = actor_of(world.make_account(session, now, role, **place))
        with pytest.raises(NotAllowed):
            rules.end_rule(session, actor, "yield", 1, farm.DAY, now)
