"""The digital team writes for households: in its commune, with their consent, recorded as such."""

import json
from datetime import date, datetime, timedelta

import pytest
from sqlmodel import Session, select

from tests import world
from tests.services import farm
from tests.units import HA_BAC, THANH_HA
from trace.db import Database, reading, transaction
from trace.errors import Invalid, NotAllowed, NotFound, Refused
from trace.records.account import Role
from trace.records.event import LogLeaf
from trace.records.household import Consent, Household, Purpose
from trace.records.plot import Plot
from trace.services import diary, harvesting, helping, households, lot_choices, packing, plots
from trace.services.admission import Actor, actor_of
from trace.services.intake import read


@pytest.fixture
def coop(database: Database, now: datetime) -> world.Coop:
    with transaction() as session:
        return farm.found(session, now)


def team_of(session: Session, now: datetime, commune: str = THANH_HA) -> Actor:
    return actor_of(world.make_account(session, now, Role.DIGITAL_TEAM, commune_code=commune))


def household_in(coop: world.Coop, **given: object) -> helping.HelpedHouseholdIn:
    values = {"code": "GT-001", "name": "Phạm Thị Lan", "phone": "0912345678", "org": coop.org.public_id}
    values |= {"how": "paper", "said_on": farm.DAY.isoformat()}
    return read(helping.HelpedHouseholdIn, {**values, **given})


def land_in(household: Household, **given: object) -> plots.PlotIn:
    values = {"household_id": household.id, "code": "GT-001-1", "crop": "lychee", "area_m2": "5 sào"}
    return read(plots.PlotIn, {**values, **given})


def told(session: Session, kind: str) -> list[dict[str, object]]:
    rows = session.exec(select(LogLeaf).where(LogLeaf.kind == kind)).all()
    return [json.loads(row.body) for row in rows]


def holds(found: list[dict[str, object]], **wanted: object) -> bool:
    return any(all(wanted[name] == one.get(name) for name in wanted) for one in found)


def test_a_household_is_registered_for_its_cooperative_and_lands_in_the_log(
    coop: world.Coop, now: datetime
) -> None:
    with transaction() as session:
        team = team_of(session, now)
        row = helping.add_household(session, team, household_in(coop), now)
        plot = plots.add_plot(session, team, land_in(row), now)
        entry = diary.write_entry(session, team, farm.spray_in(plot, farm.DAY), now).entry
        lot = harvesting.register_lot(session, team, farm.lot_in(plot, kg=100), now)
    assert (row.org_id, row.commune_code, row.helped_by) == (coop.org.id, THANH_HA, team.account_id)
    assert (plot.org_id, plot.helped_by) == (coop.org.id, team.account_id)
    assert (entry.acted_for, entry.recorded_by) == (True, team.account_id)
    assert (lot.acted_for, lot.created_by) == (True, team.account_id)
    mark = {"by": team.account_id, "acted_for": True}
    with reading() as session:
        assert holds(told(session, "household_added"), household=row.id, **mark)
        assert holds(told(session, "plot_added"), plot=plot.id, household=row.id, **mark)
        assert holds(told(session, "consent_given"), household=row.id, purpose="help", **mark)
        assert holds(told(session, "diary"), entry=entry.id, **mark)
        assert holds(told(session, "event"), act="harvest", **mark)
        assert households.personal_data(session, coop.hand, row.id, now).phone == "0912345678"


def test_a_cooperatives_own_acts_are_not_said_to_be_for_somebody(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        farm.harvest(session, coop, now)
    with reading() as session:
        assert [one for one in told(session, "event") if "acted_for" in one] == []


def test_without_a_consent_nothing_is_written(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        team = team_of(session, now)
        assert lot_choices.choices(session, team).plots == []
        people = households.HouseholdIn(code=coop.household.code, name="Tên khác")
        tried = [
            lambda: diary.write_entry(session, team, farm.spray_in(coop.plot, farm.DAY), now),
            lambda: harvesting.register_lot(session, team, farm.lot_in(coop.plot), now),
            lambda: plots.add_plot(session, team, land_in(coop.household), now),
            lambda: households.edit_household(session, team, coop.household.id, people, now),
        ]
        for act in tried:
            with pytest.raises(Refused) as refused:
                act()
            assert refused.value.key == "helped.no_consent"
    with reading() as session:
        assert session.get_one(Household, coop.household.id).name != "Tên khác"


def test_a_withdrawn_consent_ends_the_help(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        team, home = team_of(session, now), coop.household
        farm.agree_to_help(session, coop, now)
        lot = harvesting.register_lot(session, team, farm.lot_in(coop.plot, kg=100), now)
        farmer = actor_of(
            world.make_account(session, now, Role.FARMER, org_id=coop.org.id, household_id=home.id)
        )
        households.withdraw_consent(session, farmer, home.id, Purpose.HELP, now)
        with pytest.raises(Refused, match="no_consent"):
            packing.pack_lot(session, team, farm.pack_in(lot, units=50), now)
        assert helping.standing_help(session, coop.hand, home.id) is None


def test_another_commune_finds_nothing(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        farm.agree_to_help(session, coop, now)
        away = team_of(session, now, HA_BAC)
        said = households.ConsentIn(purpose=Purpose.HELP, how="spoken", said_on=farm.DAY)
        people = households.HouseholdIn(code=coop.household.code, name="Tên khác")
        tried = [
            lambda: diary.write_entry(session, away, farm.spray_in(coop.plot, farm.DAY), now),
            lambda: harvesting.register_lot(session, away, farm.lot_in(coop.plot), now),
            lambda: plots.add_plot(session, away, land_in(coop.household), now),
            lambda: households.edit_household(session, away, coop.household.id, people, now),
            lambda: households.give_consent(session, away, coop.household.id, said, now),
            lambda: households.withdraw_consent(session, away, coop.household.id, Purpose.HELP, now),
        ]
        for act in tried:
            with pytest.raises(NotFound):
                act()
        with pytest.raises(Invalid):
            helping.add_household(session, away, household_in(coop), now)


def test_land_in_the_commune_of_a_household_elsewhere_is_not_the_teams(
    coop: world.Coop, now: datetime
) -> None:
    with transaction() as session:
        team = team_of(session, now)
        home = world.make_household(session, now, coop.org, commune_code=HA_BAC)
        said = households.ConsentIn(purpose=Purpose.HELP, how="phone", said_on=farm.DAY)
        households.give_consent(session, coop.hand, home.id, said, now)
        plot = world.make_plot(session, now, home, commune_code=THANH_HA)
        assert plot.id not in {one.id for one, _ in lot_choices.choices(session, team).plots}
        with pytest.raises(NotFound):
            harvesting.register_lot(session, team, farm.lot_in(plot), now)


def test_nothing_is_moved_out_of_the_commune(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        team = team_of(session, now)
        farm.agree_to_help(session, coop, now)
        people = households.HouseholdIn(code=coop.household.code, name="Tên mới", commune=HA_BAC)
        for act in (
            lambda: households.edit_household(session, team, coop.household.id, people, now),
            lambda: plots.add_plot(session, team, land_in(coop.household, commune=HA_BAC), now),
            lambda: helping.add_household(session, team, household_in(coop, commune=HA_BAC), now),
        ):
            with pytest.raises(Invalid) as refused, session.begin_nested():
                act()
            assert [one.key for one in refused.value.problems] == ["helped.commune"]


def test_a_plot_keeps_its_growing_area_when_the_team_mends_it(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        team = team_of(session, now)
        farm.agree_to_help(session, coop, now)
        area = world.make_growing_area(session, now, coop.org)
        plot = world.make_plot(session, now, coop.household, growing_area_id=area.id)
        given = land_in(coop.household, code=plot.code, area_m2="6 sào", name="Vườn sau")
        plots.edit_plot(session, team, plot.id, given, now)
        assert (plot.area_m2, plot.growing_area_id, plot.helped_by) == (2_160, area.id, team.account_id)
        plots.edit_plot(session, coop.hand, plot.id, given, now)
        assert (plot.growing_area_id, plot.helped_by) == (None, None)


@pytest.mark.parametrize(
    ("how", "said_on", "field"),
    [("", farm.DAY, "how"), ("spoken", None, "said_on"), ("paper", date(2030, 1, 1), "said_on")],
)
def test_a_consent_to_help_says_how_and_when(
    coop: world.Coop, now: datetime, how: str, said_on: date | None, field: str
) -> None:
    given = households.ConsentIn(purpose=Purpose.HELP, how=how, said_on=said_on)
    with transaction() as session, pytest.raises(Invalid) as refused:
        households.give_consent(session, coop.hand, coop.household.id, given, now)
    assert [one.field for one in refused.value.problems] == [field]


def test_only_the_team_registers_for_others(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        officer = world.make_account(session, now, Role.COMMUNE_OFFICER, commune_code=THANH_HA)
        for actor in (coop.hand, actor_of(officer)):
            with pytest.raises(NotAllowed):
                helping.add_household(session, actor, household_in(coop), now)
        team = team_of(session, now)
        elsewhere = world.make_org(session, now, commune_code=HA_BAC)
        ended = world.make_org(session, now, is_active=False)
        near = {one.id for one in helping.organisations_near(session, team)}
        assert coop.org.id in near
        assert not near & {elsewhere.id, ended.id}
        world.make_household(session, now, elsewhere, commune_code=THANH_HA)
        assert elsewhere.id in {one.id for one in helping.organisations_near(session, team)}


def test_the_other_consents_stay_the_cooperatives(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        team = team_of(session, now)
        said = households.ConsentIn(purpose=Purpose.PUBLIC_NAME)
        with pytest.raises(NotAllowed):
            households.give_consent(session, team, coop.household.id, said, now)
        later = now + timedelta(days=1)
        farm.agree_to_help(session, coop, now)
        farm.agree_to_help(session, coop, later)
        assert farm.count(session, Consent) == 1
        assert farm.count(session, Plot) == 1
