"""Taking an import back: what stands as it left it goes, the rest stays and is told with its reason."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlmodel import Session, col

from tests import world
from tests.services import sheets
from tests.services.test_resealing import NEW, OLD, reseal_all
from trace.db import Database, reading, transaction
from trace.errors import NotAllowed, NotFound, Refused
from trace.keyring import Keyring, use_keyring
from trace.records.account import Role
from trace.records.event import LogLeaf
from trace.records.household import Household
from trace.records.import_run import ImportRow, ImportRun
from trace.records.plot import GrowingArea, Plot, SiteStatusChange
from trace.records.product import Product
from trace.records.product_gtin import ProductGtin
from trace.records.season_plan import SeasonPlan
from trace.records.training import TrainingAttendance, TrainingSession
from trace.services import erasing, households
from trace.services.admission import Actor
from trace.services.importing.runs import ImportOrder, Outcome, import_file
from trace.services.importing.standing_on import references
from trace.services.importing.things import THINGS
from trace.services.importing.undoing import Undoing, look, runs, undo
from trace.services.intake import read

OFFICE = Actor(None, Role.OFFICE)


@pytest.fixture
def coop(database: Database, now: datetime) -> world.Coop:
    with transaction() as session:
        return world.make_coop(session, now, name="HTX Hồng Hà")


def bring(actor: Actor, path: Path, now: datetime, noun: str = "farms", **more: Any) -> Outcome:
    with transaction() as session:
        return import_file(session, actor, ImportOrder(noun, path, path.name, **more), now)


def take_back(actor: Actor, run: ImportRun | None, now: datetime) -> ImportRun:
    assert run is not None
    with transaction() as session:
        return undo(session, actor, run.id, now)


def told(actor: Actor, run: ImportRun | None, now: datetime) -> Undoing:
    assert run is not None
    with reading() as session:
        return look(session, actor, run.id, now)


def registry(session: Session, org: int) -> list[tuple[Any, ...]]:
    """What the registry of an organisation says, numbers aside."""
    found: list[tuple[Any, ...]] = []
    for name, thing in THINGS.items():
        table: Any = thing.table
        mine = table.id == org if name == "organisation" else table.org_id == org
        for state in thing.states(session, mine).values():
            said = {one: value for one, value in state.items() if not one.endswith("_id")}
            found.append((name, *(str(value) for value in said.values())))
    return sorted(found)


def said(org: int) -> list[tuple[Any, ...]]:
    with reading() as session:
        return registry(session, org)


def test_what_an_import_made_goes_and_what_it_changed_says_again_what_it_said(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    bring(coop.boss, sheets.xlsx(tmp_path / "a.xlsx", A=sheets.farms(3)), now)
    before = said(coop.org.id)
    rows = sheets.farms(8)
    rows[1][1], rows[1][2], rows[2][-1] = "Tên Khác", "0988777666", 999
    second = bring(coop.boss, sheets.xlsx(tmp_path / "b.xlsx", A=rows), now)
    assert said(coop.org.id) != before
    seen = told(coop.boss, second.run, now)
    done = take_back(coop.boss, second.run, now)
    assert said(coop.org.id) == before
    assert seen.kept == []
    assert (done.rows_back, done.rows_kept) == (len(seen.back), 0)
    assert {(line.thing, line.file_row) for line in seen.back} >= {("household", 2), ("plot", 9)}
    with reading() as session:
        assert session.execute(select(ImportRow).where(col(ImportRow.run_id) == done.id)).first() is None
        leaf = select(LogLeaf).where(col(LogLeaf.kind) == "import_undone")
        assert session.execute(leaf).scalar_one()


def test_undone_and_imported_again_gives_the_same_rows(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    path = sheets.xlsx(tmp_path / "a.xlsx", A=sheets.farms(5))
    empty = said(coop.org.id)
    first = bring(coop.boss, path, now)
    full = said(coop.org.id)
    take_back(coop.boss, first.run, now)
    assert said(coop.org.id) == empty
    again = bring(coop.boss, path, now)
    assert not again.repeated
    assert said(coop.org.id) == full


def test_a_row_somebody_changed_since_stays_and_is_told(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    run = bring(coop.boss, sheets.xlsx(tmp_path / "a.xlsx", A=sheets.farms(3)), now).run
    with transaction() as session:
        home = session.execute(select(Household).where(col(Household.code) == "TH-000001")).scalar_one()
        given = read(households.HouseholdIn, {"code": home.code, "name": home.name, "phone": "0911222333"})
        households.edit_household(session, coop.boss, home.id, given, now)
    kept = told(coop.boss, run, now).kept
    assert [(line.thing, line.code, line.why) for line in kept] == [("household", "TH-000001", "changed")]
    done = take_back(coop.boss, run, now)
    assert (done.rows_back, done.rows_kept) == (5, 1)
    assert [line.why for line in told(coop.boss, done, now).kept] == ["changed"]


def test_a_row_on_which_something_stands_stays_with_the_household_it_lies_in(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    run = bring(coop.boss, sheets.xlsx(tmp_path / "a.xlsx", A=sheets.farms(3)), now).run
    with transaction() as session:
        plot = session.execute(select(Plot).where(col(Plot.code) == "V-000002")).scalar_one()
        world.make_lot(session, now, plot, coop.product)
    done = take_back(coop.boss, run, now)
    kept = {(line.thing, line.code): line.why for line in told(coop.boss, done, now).kept}
    assert kept.keys() == {("plot", "V-000002"), ("household", "TH-000002")}
    assert kept["plot", "V-000002"] == "lot"
    assert done.rows_back == 4


def test_nothing_to_take_back_is_a_refusal_and_twice_pressed_changes_nothing(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    run = bring(coop.boss, sheets.xlsx(tmp_path / "a.xlsx", A=sheets.farms(1)), now).run
    with transaction() as session:
        plot = session.execute(select(Plot).where(col(Plot.code) == "V-000000")).scalar_one()
        lot = world.make_lot(session, now, plot, coop.product)
    with pytest.raises(Refused) as refused:
        take_back(coop.boss, run, now)
    assert refused.value.key == "undo.nothing"
    other = bring(coop.boss, sheets.xlsx(tmp_path / "b.xlsx", A=sheets.farms(3)), now).run
    first = take_back(coop.boss, other, now)
    again = take_back(coop.boss, other, now + timedelta(hours=1))
    assert (first.undone_at, first.rows_back) == (again.undone_at, again.rows_back)
    assert lot.plot_id


def test_another_cooperative_and_another_role_cannot(coop: world.Coop, tmp_path: Path, now: datetime) -> None:
    run = bring(coop.boss, sheets.xlsx(tmp_path / "a.xlsx", A=sheets.farms(1)), now).run
    with transaction() as session:
        other = world.make_coop(session, now)
    with pytest.raises(NotFound):
        take_back(other.boss, run, now)
    with reading() as session:
        assert runs(session, other.boss, ("farms",)) == []
    with pytest.raises(NotAllowed):
        take_back(Actor(None, Role.FARMER, coop.org.id, coop.household.id), run, now)
    with reading() as session:
        assert [one.id for one in runs(session, coop.boss, ("farms",))] == [run.id if run else 0]


def test_an_import_of_before_is_told_and_not_undone(coop: world.Coop, tmp_path: Path, now: datetime) -> None:
    run = bring(coop.boss, sheets.xlsx(tmp_path / "a.xlsx", A=sheets.farms(1)), now).run
    with transaction() as session:
        session.execute(delete(ImportRow))
        session.execute(select(ImportRun)).scalar_one().key_sealed = None
    with pytest.raises(Refused) as refused:
        take_back(coop.boss, run, now)
    assert refused.value.key == "undo.old"


def test_growing_areas_go_with_their_first_standing_and_stay_while_other_plots_lie_in_them(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    areas = [("Mã số vùng trồng", "Thị trường", "Cây", "Diện tích (ha)"), ("VN-HDOR-0007", "CN", "Vải", 1)]
    run = bring(coop.boss, sheets.xlsx(tmp_path / "a.xlsx", A=areas), now).run
    moved = [("Mã vườn", "Mã hộ", "Cây trồng", "Diện tích", "Mã số vùng trồng"),
             (coop.plot.code, coop.household.code, "Vải", 500, "VN-HDOR-0007")]  # fmt: skip
    second = bring(coop.boss, sheets.xlsx(tmp_path / "b.xlsx", A=moved), now).run
    with pytest.raises(Refused):
        take_back(coop.boss, run, now)
    take_back(coop.boss, second, now)
    take_back(coop.boss, run, now)
    with reading() as session:
        assert session.execute(select(GrowingArea)).first() is None
        assert session.execute(select(SiteStatusChange)).first() is None
        assert session.get_one(Plot, coop.plot.id).growing_area_id is None


def test_one_file_of_areas_and_plots_goes_back_whole(coop: world.Coop, tmp_path: Path, now: datetime) -> None:
    before = said(coop.org.id)
    path = sheets.xlsx(
        tmp_path / "a.xlsx",
        Vùng=[("Mã số vùng trồng", "Thị trường", "Cây", "Diện tích (ha)"), ("VN-HDOR-0007", "CN", "Vải", 1)],
        Vườn=[("Mã vườn", "Mã hộ", "Cây trồng", "Diện tích", "Mã số vùng trồng"),
              (coop.plot.code, coop.household.code, "Vải", 500, "VN-HDOR-0007"),
              ("V-9", coop.household.code, "Vải", 500, "VN-HDOR-0007")],
    )  # fmt: skip
    run = bring(coop.boss, path, now).run
    assert take_back(coop.boss, run, now).rows_kept == 0
    assert said(coop.org.id) == before


def test_products_go_with_the_number_they_came_with_and_sold_ones_stay(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    with transaction() as session:
        world.make_prefix(session, now, coop.org, "8936")
    rows = [
        sheets.PRODUCTS,
        ("vt-1", "Vải hộp", "8936000000011", "Vải", 2, 7),
        ("vt-2", "Vải túi", "", "Vải", 1, 7),
    ]
    path = sheets.xlsx(tmp_path / "a.xlsx", A=rows)
    run = bring(coop.boss, path, now, "products").run
    with transaction() as session:
        sold = session.execute(select(Product).where(col(Product.sku) == "VT-2")).scalar_one()
        world.make_lot(session, now, coop.plot, sold)
    done = take_back(coop.boss, run, now)
    assert (done.rows_back, done.rows_kept) == (1, 1)
    with reading() as session:
        assert session.execute(select(ProductGtin)).first() is None
    again = bring(coop.boss, path, now, "products")
    assert (again.report.made["product.created"], again.report.made["product.same"]) == (1, 1)


def test_a_number_an_import_put_in_the_place_of_another_is_put_back(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    with transaction() as session:
        world.make_prefix(session, now, coop.org, "8936")
    first = [sheets.PRODUCTS, ("vt-1", "Vải hộp", "8936000000011", "Vải", 2, 7)]
    bring(coop.boss, sheets.xlsx(tmp_path / "a.xlsx", A=first), now, "products")
    second = [sheets.PRODUCTS, ("vt-1", "Vải hộp mới", "8936000000028", "Vải", 2, 7)]
    later = now + timedelta(days=1)
    run = bring(coop.boss, sheets.xlsx(tmp_path / "b.xlsx", A=second), later, "products").run
    take_back(coop.boss, run, later)
    with reading() as session:
        row = session.execute(select(Product).where(col(Product.sku) == "VT-1")).scalar_one()
        assert (row.name, row.gtin) == ("Vải hộp", "08936000000011")


def test_plans_are_ended_or_say_again_what_they_said_by_acts_of_their_own(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    head = ("Xã", "Cây trồng", "Từ ngày", "Đến ngày", "Sản lượng (tấn)", "Diện tích (ha)")
    first = [head, ("xã Thanh Hà", "Vải", "20/05/2026", "10/06/2026", 1200, 120)]
    bring(OFFICE, sheets.xlsx(tmp_path / "a.xlsx", A=first), now, "plans")
    second = [head, ("xã Thanh Hà", "Vải", "20/05/2026", "10/06/2026", 900, 120),
              ("xã Thanh Hà", "Ổi", "20/07/2026", "10/08/2026", 50, 12)]  # fmt: skip
    run = bring(OFFICE, sheets.xlsx(tmp_path / "b.xlsx", A=second), now, "plans").run
    assert take_back(OFFICE, run, now).rows_back == 2
    with reading() as session:
        standing = session.execute(select(SeasonPlan).where(col(SeasonPlan.ended_at).is_(None))).scalars()
        assert [(one.crop, one.weight_g) for one in standing] == [("lychee", 1_200_000_000)]


def test_training_lists_go_and_sessions_nobody_came_to_with_them(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    rows = [
        ("Mã hộ", "Ngày", "Tên buổi", "HTX"),
        (coop.household.code, "12/03/2026", "Bán hàng", "HTX Hồng Hà"),
    ]
    run = bring(OFFICE, sheets.xlsx(tmp_path / "a.xlsx", A=rows), now, "training").run
    line = told(OFFICE, run, now).back[0]
    assert (line.thing, line.file_row, line.code) == ("training", 2, coop.household.code)
    take_back(OFFICE, run, now)
    with reading() as session:
        assert session.execute(select(TrainingAttendance)).first() is None
        assert session.execute(select(TrainingSession)).first() is None


def test_training_told_beside_a_household_goes_until_the_office_has_confirmed_it(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    head = ("Mã hộ", "Tên chủ hộ", "Ngày tập huấn")
    rows = [head, ("H1", "Một Người", "01/06/2026"), ("H2", "Hai Người", "02/06/2026")]
    run = bring(coop.boss, sheets.xlsx(tmp_path / "a.xlsx", A=rows), now).run
    with transaction() as session:
        course = (
            session.execute(select(TrainingSession).order_by(col(TrainingSession.held_on))).scalars().first()
        )
        assert course is not None
        course.confirmed_at = now
    kept = {(line.thing, line.code): line.why for line in told(coop.boss, run, now).kept}
    assert kept == {("household", "H1"): "training_attendance", ("training", "H1"): "confirmed"}
    done = take_back(coop.boss, run, now)
    assert (done.rows_back, done.rows_kept) == (2, 2)


def test_erasing_a_person_forgets_what_imports_kept_of_them(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    head = (*sheets.HOUSEHOLDS[:3],)
    path = sheets.xlsx(tmp_path / "a.xlsx", A=[head, (coop.household.code, "Tên Khác", "0988777666")])
    run = bring(coop.boss, path, now).run
    with transaction() as session:
        erasing.erase_household(session, coop.boss, coop.household.id, "Chủ hộ yêu cầu xóa", now)
    with reading() as session:
        assert {row.was_sealed for row in session.execute(select(ImportRow)).scalars()} == {None}
    with pytest.raises(Refused):
        take_back(coop.boss, run, now)


def test_after_a_new_master_key_an_import_is_still_undone(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    use_keyring(Keyring(OLD))
    bring(coop.boss, sheets.xlsx(tmp_path / "a.xlsx", A=sheets.farms(2)), now)
    rows = sheets.farms(3)
    rows[1][2] = "0988777666"
    run = bring(coop.boss, sheets.xlsx(tmp_path / "b.xlsx", A=rows), now).run
    reseal_all(Keyring(NEW, OLD))
    use_keyring(Keyring(NEW))
    assert take_back(coop.boss, run, now).rows_kept == 0
    with transaction() as session:
        home = session.execute(select(Household).where(col(Household.code) == "TH-000000")).scalar_one()
        assert households.personal_data(session, coop.boss, home.id, now).phone == "0910000000"


def test_every_table_that_names_a_household_is_asked(sqlite: Database) -> None:
    named = {str(column.table.name) for column in references(THINGS["household"])}
    assert named >= {"lot", "diary_entry", "plot", "account", "consent", "training_attendance", "typed_text"}


def test_the_office_undoes_what_a_cooperative_brought_in(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    run = bring(coop.boss, sheets.xlsx(tmp_path / "a.xlsx", A=sheets.farms(2)), now).run
    assert take_back(OFFICE, run, now).rows_back == 4
