"""Season plans: what counts never overlaps, corrections keep the rows of before, sums are exact."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import Session, col

from tests import world
from tests.services import sheets
from tests.units import HA_BAC, THANH_HA
from trace.db import Database, reading, transaction
from trace.errors import Invalid, NotAllowed, NotFound, Refused
from trace.records.account import Role
from trace.records.event import LogLeaf
from trace.records.season_plan import SeasonPlan
from trace.services import season_plans
from trace.services.admission import Actor
from trace.services.figures.asking import Ask, Dimension
from trace.services.figures.judges.planning import expected_g, of_planned
from trace.services.importing.books import template
from trace.services.importing.error_files import problem_line
from trace.services.importing.runs import ImportOrder, Outcome, import_file
from trace.services.intake import read
from trace.services.plan_pages import answered, clashing_places, history, plans, waiting
from trace.services.planned import planned
from trace.services.rules import load_defaults
from trace.services.season_plans import PlanIn

OFFICE = Actor(None, Role.OFFICE)
OFFICER = Actor(None, Role.COMMUNE_OFFICER, commune_code=THANH_HA)
OLD_THANH_SON = "10867"
FIRST, LAST = date(2026, 5, 20), date(2026, 6, 8)
HEAD = ("Xã", "Xã cũ", "Cây trồng", "Giống", "Từ ngày", "Đến ngày", "Sản lượng", "Diện tích", "Giá")


def plan_in(**given: Any) -> PlanIn:
    values = {"commune": THANH_HA, "crop": "vải", "first_day": FIRST, "last_day": LAST}
    return read(PlanIn, values | {"weight_g": "1.200,5", "area_m2": "90", "price_vnd_kg": "25k"} | given)


def record(now: datetime, actor: Actor = OFFICE, **given: Any) -> int:
    with transaction() as session:
        return season_plans.record_plan(session, actor, plan_in(**given), now).id


def refused_field(act: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(Invalid) as found:
        act()
    return found.value.problems[0].field, found.value.problems[0].key


def test_typed_figures_are_tonnes_hectares_and_dong(database: Database, now: datetime) -> None:
    record(now)
    with reading() as session:
        row = session.execute(select(SeasonPlan)).scalar_one()
    assert (row.weight_g, row.area_m2, row.price_vnd_kg) == (1_200_500_000, 900_000, 25_000)
    assert (row.crop, row.confirmed_at) == ("lychee", now)


@pytest.mark.parametrize(
    "more",
    [
        {"first_day": LAST},
        {"variety": "thiều"},
        {"commune": None, "old_commune": OLD_THANH_SON},
        {"first_day": FIRST - timedelta(days=99), "last_day": LAST + timedelta(days=99)},
    ],
)
def test_a_plan_over_days_that_are_planned_is_refused(
    database: Database, now: datetime, more: dict[str, Any]
) -> None:
    record(now)
    assert refused_field(lambda: record(now, **more)) == ("first_day", "plan.overlap")


def test_other_days_crops_varieties_places_and_parts_stand_beside(database: Database, now: datetime) -> None:
    record(now, variety="u hồng", old_commune=OLD_THANH_SON)
    record(now, variety="thiều", old_commune=OLD_THANH_SON)
    record(now, variety="u hồng", old_commune="10861")
    record(now, variety="u hồng", commune=HA_BAC)
    record(now, crop="ổi")
    record(now, first_day=LAST + timedelta(days=1), last_day=LAST + timedelta(days=9))
    with reading() as session:
        assert len(plans(session, OFFICE)) == 6


@pytest.mark.parametrize("last", [FIRST - timedelta(days=1), FIRST + timedelta(days=366)])
def test_a_season_that_ends_before_it_begins_or_lasts_over_a_year_is_refused(
    database: Database, now: datetime, last: date
) -> None:
    assert refused_field(lambda: record(now, last_day=last)) == ("last_day", "plan.days")


@pytest.mark.parametrize("typed", ["0", "86400", "0001-01-01", "1899-12-31"])
def test_a_day_is_one_that_was_typed_and_no_older_than_a_spreadsheet_can_hold(typed: str) -> None:
    """The page of a plan of the year 1 could not be shown; a bare number was seconds since 1970."""
    assert refused_field(lambda: plan_in(first_day=typed)) == ("first_day", "field.date")


def test_a_proposal_taken_back_while_it_is_accepted_waits_its_turn(
    database: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who ends a plan held its row and waited for the table, who accepts it the other way round."""
    plan_id, taking_back, checked = record(now, OFFICER), threading.Event(), season_plans._judge

    def judge(row: SeasonPlan) -> Any:
        taking_back.set()
        return checked(row)

    monkeypatch.setattr(season_plans, "_judge", judge)

    def take_back() -> None:
        with transaction() as session:
            season_plans.withdraw_plan(session, OFFICE, plan_id, "Nhập nhầm", now)

    with ThreadPoolExecutor(1) as pool:
        with transaction() as session:
            season_plans.one_at_a_time(session)
            ended = pool.submit(take_back)
            taking_back.wait(0.5)
            season_plans.confirm_plan(session, OFFICE, plan_id, now)
        ended.result()
    with reading() as session:
        assert session.get_one(SeasonPlan, plan_id).end_reason == "Nhập nhầm"


def test_two_who_plan_at_once_are_one(database: Database, now: datetime) -> None:
    def attempt(_n: int) -> bool:
        try:
            record(now)
        except Invalid:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(attempt, range(6))) == 1


def test_a_correction_keeps_the_row_of_before_with_who_when_and_why(
    database: Database, now: datetime
) -> None:
    first = record(now)
    later = now + timedelta(hours=1)
    with transaction() as session:
        given = plan_in(weight_g="1000")
        row = season_plans.correct_plan(session, OFFICE, first, given, "Đo lại", later)
        again = season_plans.correct_plan(session, OFFICE, row.id, given, "Đo lại", later)
        assert again.id == row.id
        second = row.id
    with reading() as session:
        newest, oldest = season_plans.versions(session, OFFICE, second)
        assert (newest.weight_g, newest.reason, newest.replaces_id) == (10**9, "Đo lại", first)
        assert (oldest.weight_g, oldest.ended_at, oldest.end_reason) == (1_200_500_000, later, "Đo lại")
        assert season_plans.successor(session, oldest).id == second
        assert [one.plan.id for one in plans(session, OFFICE, 2026)] == [second]
        kinds = session.execute(select(col(LogLeaf.kind)).order_by(col(LogLeaf.id))).scalars().all()
        assert [kind for kind in kinds if kind.startswith("plan_")] == ["plan_recorded", "plan_corrected"]
    with transaction() as session, pytest.raises(Refused):
        season_plans.correct_plan(session, OFFICE, first, plan_in(), "Lần nữa", later)
    with transaction() as session:
        assert refused_field(
            lambda: season_plans.correct_plan(session, OFFICE, second, plan_in(), " ", later)
        ) == ("reason", "error.empty")


def test_a_corrected_plan_may_not_reach_into_another_season(database: Database, now: datetime) -> None:
    first = record(now)
    record(now, first_day=LAST + timedelta(days=1), last_day=LAST + timedelta(days=9))
    given = plan_in(last_day=LAST + timedelta(days=1))
    with pytest.raises(Invalid), transaction() as session:
        season_plans.correct_plan(session, OFFICE, first, given, "Kéo dài", now)
    with reading() as session:
        assert session.get(SeasonPlan, first).ended_at is None


def test_a_commune_officer_proposes_for_its_commune_and_the_office_decides(
    database: Database, now: datetime
) -> None:
    wish = record(now, OFFICER)
    with pytest.raises(NotFound):
        record(now, OFFICER, commune=HA_BAC)
    elsewhere = record(now, commune=HA_BAC)
    with reading() as session:
        assert planned(session, OFFICE, FIRST, LAST, crop="lychee").parts.keys() == {HA_BAC}
        assert [one.plan.id for one in plans(session, OFFICER)] == [wish]
        with pytest.raises(NotFound):
            season_plans.versions(session, OFFICER, elsewhere)
    for act in (season_plans.confirm_plan, lambda *a: season_plans.withdraw_plan(*a[:3], "x", a[3])):
        with transaction() as session, pytest.raises(NotAllowed):
            act(session, OFFICER, wish, now)
    with transaction() as session:
        season_plans.confirm_plan(session, OFFICE, wish, now)
        season_plans.confirm_plan(session, OFFICE, wish, now)
    with reading() as session:
        assert planned(session, OFFICER, FIRST, LAST).whole.plans == 1
    with transaction() as session:
        season_plans.withdraw_plan(session, OFFICE, wish, "Nhập nhầm xã", now)
    with reading() as session:
        assert planned(session, OFFICER, FIRST, LAST).whole.plans == 0


def test_a_proposal_over_planned_days_is_refused_when_it_is_to_count(
    database: Database, now: datetime
) -> None:
    wish = record(now, OFFICER)
    record(now)
    with transaction() as session:
        assert refused_field(lambda: season_plans.confirm_plan(session, OFFICE, wish, now))[1] == (
            "plan.overlap"
        )


def test_sums_of_days_make_the_season_to_the_gram_and_weigh_prices(database: Database, now: datetime) -> None:
    record(now, weight_g="7", price_vnd_kg="30000")
    record(now, commune=HA_BAC, weight_g="3", price_vnd_kg="")
    record(now, commune=HA_BAC, crop="ổi", weight_g="1", price_vnd_kg="10000")
    days = [FIRST + timedelta(days=n) for n in range(20)]
    with reading() as session:
        whole = planned(session, OFFICE, FIRST, LAST)
        assert whole.whole.weight_g == 11_000_000
        assert whole.parts[THANH_HA].price_vnd_kg == 30_000
        assert whole.whole.price_vnd_kg == 27_500  # seven tonnes at 30,000 and one at 10,000
        by_day = [planned(session, OFFICE, day, day, crop="lychee").whole.weight_g for day in days]
        assert sum(by_day) == 10_000_000
        assert max(by_day) - min(by_day) <= 2
        assert planned(session, OFFICE, LAST + timedelta(days=1), date(2026, 12, 31)).whole.weight_g == 0


def test_plans_are_summed_under_the_units_of_before(database: Database, now: datetime) -> None:
    record(now, variety="thiều", old_commune=OLD_THANH_SON, weight_g="2")
    record(now, variety="u hồng", weight_g="5")
    with reading() as session:
        found = planned(session, OFFICE, FIRST, LAST, by=Dimension.OLD_COMMUNE)
        assert {key: one.weight_g for key, one in found.parts.items()} == {
            OLD_THANH_SON: 2_000_000,
            "": 5_000_000,
        }
        districts = planned(session, OFFICE, FIRST, LAST, by=Dimension.OLD_DISTRICT)
        assert sum(one.weight_g for one in districts.parts.values()) == 7_000_000
        coop = Actor(None, Role.COOP_MANAGER, org_id=1)
        assert planned(session, coop, FIRST, LAST).whole.plans == 0


def test_a_plan_is_found_by_either_name_without_marks(database: Database, now: datetime) -> None:
    record(now, old_commune=OLD_THANH_SON)
    record(now, commune=HA_BAC)
    with reading() as session:
        assert [one.commune for one in plans(session, OFFICE, 2026, "", "ha bac")] == ["Xã Hà Bắc"]
        assert [one.old_commune for one in plans(session, OFFICE, 2026, "", "thanh son")] == ["Xã Thanh Sơn"]
        assert plans(session, OFFICE, 2025) == []
        assert plans(session, OFFICE, 2026, "guava") == []


# --- From a file ---------------------------------------------------------------------------------


def run(path: Path, now: datetime, actor: Actor = OFFICE, *, dry_run: bool = False) -> Outcome:
    order = ImportOrder("plans", path, path.name, dry_run=dry_run)
    with reading() if dry_run else transaction() as session:
        return import_file(session, actor, order, now)


def count(session: Session) -> int:
    return session.execute(select(func.count()).select_from(SeasonPlan)).scalar_one()


def test_a_sheet_brings_plans_by_names_of_both_schemes_and_corrects_them(
    database: Database, now: datetime, tmp_path: Path
) -> None:
    with transaction() as session:
        world.make_org(session, now)
    rows = [
        ["xã Hà Bắc", "", "Vải", "thiều", "10/06/2026", "30/06/2026", 1200.5, 90, 25000],
        ["", "Thanh Sơn", "Vải", "", "20/05/2026", "10/06/2026", "300 tấn", "25 ha", ""],
    ]
    path = sheets.xlsx(tmp_path / "a.xlsx", KH=[HEAD, *rows])
    assert run(path, now, dry_run=True).report.made["plan.created"] == 2
    assert run(path, now).report.made["plan.created"] == 2
    assert run(path, now).repeated
    rows[0][6] = 1000
    again = run(sheets.xlsx(tmp_path / "b.xlsx", KH=[HEAD, *rows]), now + timedelta(days=1)).report
    assert (again.made["plan.updated"], again.made["plan.same"], again.bad) == (1, 1, 0)
    with reading() as session:
        assert count(session) == 3
        found = plans(session, OFFICE, 2026)
        assert {(one.commune, one.old_commune, one.plan.weight_g) for one in found} == {
            ("Xã Hà Bắc", "", 1_000_000_000),
            ("Xã Thanh Hà", "Xã Thanh Sơn", 300_000_000),
        }
        assert season_plans.versions(session, OFFICE, found[0].plan.id)[-1].import_id is not None


@pytest.mark.parametrize("dry_run", [True, False])
def test_bad_rows_are_told_with_their_place_and_the_good_go_in(
    database: Database, now: datetime, tmp_path: Path, dry_run: bool
) -> None:
    record(now, commune=HA_BAC)
    rows = [
        ["xã Thanh Hà", "", "Vải", "thiều", "20/05/2026", "10/06/2026", 12, 9, ""],
        ["xã Thanh Hà", "", "Vải", "", "01/06/2026", "30/06/2026", 12, 9, ""],
        ["xã Hà Bắc", "", "Vải", "", "01/06/2026", "30/06/2026", 12, 9, ""],
        ["xã Không Có", "", "Ổi", "", "01/06/2026", "30/06/2026", 12, 9, ""],
        ["xã Hà Bắc", "", "Ổi", "", "30/06/2026", "01/06/2026", 12, 9, ""],
        ["xã Hà Bắc", "", "Ổi", "", "mai", "01/06/2026", 12, 9, ""],
        ["xã Hà Bắc", "", "Ổi", "", "01/06/2026", "02/06/2026", "nhiều", 0, -5],
        ["", "", "Ổi", "", "01/06/2026", "02/06/2026", 1, 1, ""],
    ]
    report = run(sheets.xlsx(tmp_path / "a.xlsx", KH=[HEAD, *rows]), now, dry_run=dry_run).report
    assert (report.good, report.bad) == (1, 7)
    keys = {(one.row, one.column): one.key for one in report.problems}
    assert keys[3, "Từ ngày"] == keys[4, "Từ ngày"] == "plan.overlap"
    assert keys[5, "Xã"] == "imp.unit"
    assert keys[6, "Đến ngày"] == "plan.days"
    assert keys[7, "Từ ngày"] == "imp.date"
    assert {(8, "Sản lượng"), (8, "Diện tích"), (8, "Giá")} <= keys.keys()
    assert keys[9, "Xã"] == "imp.required"
    assert all("{" not in problem_line(one, lang) for one in report.problems for lang in ("vi", "en"))
    with reading() as session:
        assert count(session) == 1 + (not dry_run)


def test_only_the_office_brings_plans_in(database: Database, now: datetime, tmp_path: Path) -> None:
    path = sheets.xlsx(tmp_path / "a.xlsx", KH=[HEAD])
    for role in (Role.COOP_MANAGER, Role.COMMUNE_OFFICER):
        with pytest.raises(NotAllowed):
            run(path, now, Actor(None, role, org_id=1, commune_code=THANH_HA))


def test_the_template_as_it_is_changes_nothing(database: Database, now: datetime, tmp_path: Path) -> None:
    for lang in ("vi", "en"):
        path = tmp_path / f"{lang}.xlsx"
        path.write_bytes(template("plans", lang, with_org=False))
        report = run(path, now).report
        assert (report.checked, report.bad) == (0, 0)


# --- What cooperatives propose ---------------------------------------------------------------------


def propose(session: Session, coop: world.Coop, now: datetime, **given: Any) -> int:
    return season_plans.record_plan(session, coop.boss, plan_in(**given), now).id


def whole_g(session: Session, actor: Actor = OFFICE) -> int:
    return planned(session, actor, FIRST, LAST).whole.weight_g


@pytest.mark.parametrize("judge", [OFFICE, OFFICER])
def test_what_a_cooperative_proposes_counts_once_the_office_or_its_commune_lets_it(
    database: Database, now: datetime, judge: Actor
) -> None:
    with transaction() as session:
        coop = world.make_coop(session, now)
        wish = propose(session, coop, now, weight_g="7")
        assert whole_g(session) == 0
        assert [one.plan.id for one in waiting(session, judge)] == [wish]
        with pytest.raises(NotAllowed):
            season_plans.confirm_plan(session, coop.boss, wish, now)
        season_plans.confirm_plan(session, judge, wish, now)
        season_plans.confirm_plan(session, judge, wish, now)
        assert whole_g(session) == 7_000_000
        assert [(one.state, one.org) for one in history(session, coop.boss)] == [("in_force", coop.org.name)]
        with pytest.raises(NotAllowed):
            season_plans.withdraw_plan(session, coop.boss, wish, "Thôi", now)
        with pytest.raises(NotAllowed):
            season_plans.withdraw_plan(session, OFFICER, wish, "Thôi", now)
        row = season_plans.correct_plan(session, OFFICE, wish, plan_in(weight_g="5"), "Đo lại", now)
        assert (row.org_id, whole_g(session)) == (coop.org.id, 5_000_000)
        assert [one.plan.id for one in history(session, coop.boss)] == [row.id]


def test_a_declined_proposal_says_why_and_one_taken_back_who(database: Database, now: datetime) -> None:
    with transaction() as session:
        coop = world.make_coop(session, now)
        first = propose(session, coop, now)
        second = propose(session, coop, now, crop="ổi")
        with pytest.raises(Invalid):
            season_plans.withdraw_plan(session, OFFICER, first, " ", now)
        season_plans.withdraw_plan(session, OFFICER, first, "Gấp đôi năng suất của xã", now)
        season_plans.withdraw_plan(session, coop.boss, second, "Nhập nhầm cây", now)
        told = [(one.state, one.plan.end_reason) for one in history(session, coop.boss)]
        assert told == [("taken_back", "Nhập nhầm cây"), ("declined", "Gấp đôi năng suất của xã")]
        assert [one.plan.id for one in answered(session, coop.boss, now - timedelta(days=1), 5)] == [first]
        assert answered(session, coop.boss, now, 5) == []
        assert waiting(session, OFFICE) == []
        with pytest.raises(Refused):
            season_plans.confirm_plan(session, OFFICE, first, now)


def test_a_correction_leaves_a_cooperative_where_it_has_plots(database: Database, now: datetime) -> None:
    with transaction() as session:
        wish = propose(session, world.make_coop(session, now), now)
        season_plans.confirm_plan(session, OFFICE, wish, now)
    moved = plan_in(commune=HA_BAC)

    def move() -> None:
        with transaction() as session:
            season_plans.correct_plan(session, OFFICE, wish, moved, "Nhầm xã", now)

    assert refused_field(move) == ("commune", "plan.no_plot")


@pytest.mark.parametrize(
    ("reason", "key"),
    [("Sai\0số", "field.unexpected"), ("x" * 241, "field.too_long"), (" \n", "error.empty")],
)
def test_a_reason_is_refused_where_it_cannot_be_kept_as_typed(
    database: Database, now: datetime, reason: str, key: str
) -> None:
    wish = record(now)
    with transaction() as session:
        end = partial(season_plans.withdraw_plan, session, OFFICE, wish)
        assert refused_field(lambda: end(reason, now)) == ("reason", key)
        assert end("Sai\u202e  số\nliệu", now).end_reason == "Sai số liệu"


def test_a_cooperative_proposes_where_it_has_plots_and_sees_its_own_alone(
    database: Database, now: datetime
) -> None:
    with transaction() as session:
        coop, other = world.make_coop(session, now), world.make_coop(session, now)
        assert refused_field(lambda: propose(session, coop, now, commune=HA_BAC)) == (
            "commune",
            "plan.no_plot",
        )
        wish = propose(session, coop, now)
        for act in (
            lambda: season_plans.versions(session, other.boss, wish),
            lambda: season_plans.withdraw_plan(session, other.boss, wish, "x", now),
        ):
            with pytest.raises(NotFound):
                act()
        assert history(session, other.boss) == []
        farmer = Actor(None, Role.FARMER, org_id=coop.org.id, household_id=coop.household.id)
        with pytest.raises(NotAllowed):
            season_plans.record_plan(session, farmer, plan_in(), now)


def test_parts_of_cooperatives_stand_beside_each_other_and_against_the_whole_commune(
    database: Database, now: datetime
) -> None:
    with transaction() as session:
        coop, other = world.make_coop(session, now), world.make_coop(session, now)
        mine, theirs = propose(session, coop, now, weight_g="7"), propose(session, other, now, weight_g="4")
        for wish in (mine, theirs):
            season_plans.confirm_plan(session, OFFICE, wish, now)
        assert whole_g(session) == 11_000_000
    assert refused_field(lambda: record(now)) == ("first_day", "plan.overlap")
    again = record_of(now, coop)
    with transaction() as session:
        assert [one.plan.id for one in clashing_places(session, session.get_one(SeasonPlan, again))] == [mine]
        assert refused_field(lambda: season_plans.confirm_plan(session, OFFICE, again, now))[1] == (
            "plan.overlap"
        )


def record_of(now: datetime, coop: world.Coop) -> int:
    with transaction() as session:
        return propose(session, coop, now, weight_g="9")


def test_the_part_of_one_cooperative_speaks_for_its_own_plots_and_lots_only(
    database: Database, now: datetime
) -> None:
    ask = Ask(FIRST, LAST)
    with transaction() as session:
        load_defaults(session)
        coop, other = world.make_coop(session, now), world.make_coop(session, now)
        plots = [one.plot.id for one in (coop, other)]
        lots = [
            world.make_lot(session, now, one.plot, crop="lychee", variety="", harvested_on=FIRST).id
            for one in (coop, other)
        ]
        for one in (coop, other):
            one.plot.crop, one.plot.variety, one.plot.area_m2 = "lychee", "", 10_000
        session.flush()
        before = expected_g(session, plots, ask)
        wish = propose(session, coop, now, weight_g="90", area_m2="9")
        season_plans.confirm_plan(session, OFFICE, wish, now)
        after = expected_g(session, plots, ask)
        assert after[plots[0]] == 10_000_000 != before[plots[0]]
        assert after.get(plots[1]) == before.get(plots[1])
        assert of_planned(session, lots, ask).keys() == {lots[0]}
