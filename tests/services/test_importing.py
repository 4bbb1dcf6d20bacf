"""Importing farms and products: good rows in, every other row with its place, its reason, its remedy."""

import io
import os
import signal
import subprocess
import sys
import textwrap
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import func, select
from sqlmodel import Session, col

from tests import world
from tests.services import sheets
from tests.services.import_rows import sender
from trace.db import Database, reading, transaction
from trace.errors import Conflict, NotAllowed, Refused
from trace.keyring import current_keyring
from trace.records.account import Role
from trace.records.household import Household
from trace.records.import_run import ImportRun
from trace.records.plot import GrowingArea, Plot, SiteStatusChange
from trace.records.product import Product
from trace.services import households, products
from trace.services.admission import Actor
from trace.services.importing.books import template
from trace.services.importing.error_files import Wanted, error_book, problem_line, problem_text
from trace.services.importing.runs import NOUNS, ImportOrder, Outcome, import_file

OFFICE = Actor(None, Role.OFFICE)


def run(actor: Actor, path: Path, now: datetime, noun: str = "farms", **more: Any) -> Outcome:
    order = ImportOrder(noun, path, path.name, **more)
    with reading() if order.dry_run else transaction() as session:
        return import_file(session, actor, order, now)


def count(session: Session, table: Any) -> int:
    return session.execute(select(func.count()).select_from(table)).scalar_one()


@pytest.fixture
def coop(database: Database, now: datetime) -> world.Coop:
    with transaction() as session:
        return world.make_coop(session, now, name="HTX Hồng Hà")


def test_a_flat_sheet_brings_households_and_plots_and_again_changes_nothing(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    path = sheets.xlsx(tmp_path / "a.xlsx", Trang=sheets.farms(40))
    first = run(coop.boss, path, now)
    assert (first.report.good, first.report.bad) == (40, 0)
    assert first.report.made["household.created"] == first.report.made["plot.created"] == 40
    again = run(coop.boss, path, now)
    assert again.repeated
    assert again.run == first.run
    other_name = run(coop.boss, path, now, request_id="another-request")
    assert (other_name.report.made["household.same"], other_name.report.made["plot.same"]) == (40, 40)
    with reading() as session:
        assert (count(session, Household), count(session, Plot)) == (41, 41)
        found, total = households.households(session, coop.boss, "thuc 7")
        assert total >= 1
        assert found[0].name == "Nguyễn Văn Thực 7"
        assert households.personal_data(session, coop.boss, found[0].id, now).phone == "0910000007"


def test_what_changed_in_the_file_changes_in_the_registry_and_empty_cells_leave_what_is_there(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    run(coop.boss, sheets.xlsx(tmp_path / "a.xlsx", A=sheets.farms(2)), now)
    rows = [sheets.FLAT, ["TH-000000", "Tên Mới", "", "xã Thanh Hà", "V-000000", "Vải", "", "2 sào"]]
    changed = run(coop.boss, sheets.xlsx(tmp_path / "b.xlsx", A=rows), now)
    assert (changed.report.made["household.updated"], changed.report.made["plot.updated"]) == (1, 1)
    with reading() as session:
        row = session.execute(select(Household).where(col(Household.code) == "TH-000000")).scalar_one()
        plot = session.execute(select(Plot).where(col(Plot.code) == "V-000000")).scalar_one()
        assert (row.name, plot.area_m2, plot.variety) == ("Tên Mới", 720, "thieu")
        assert households.personal_data(session, coop.boss, row.id, now).phone == "0910000000"


def test_a_dry_run_says_the_same_and_writes_nothing(coop: world.Coop, tmp_path: Path, now: datetime) -> None:
    path = sheets.xlsx(tmp_path / "a.xlsx", A=[*sheets.farms(5), ["TH-9", "", "", "", "", "", "", ""]])
    tried = run(coop.boss, path, now, dry_run=True)
    with reading() as session:
        assert (count(session, Household), count(session, ImportRun)) == (1, 0)
    done = run(coop.boss, path, now)
    assert (tried.report.good, tried.report.bad) == (done.report.good, done.report.bad) == (5, 1)
    assert tried.report.problems == done.report.problems


def test_three_sheets_in_any_order_find_each_other(coop: world.Coop, tmp_path: Path, now: datetime) -> None:
    path = sheets.xlsx(
        tmp_path / "a.xlsx",
        Vườn=[
            ("Mã vườn", "Mã hộ", "Cây trồng", "Diện tích (ha)", "Mã vùng trồng"),
            ("V1", "H1", "Vải thiều", 0.5, "VN-HDOR-0007"),
            ("V2", "H1", "Vải", "0,75", "VN-HDOR-0007"),
        ],
        Hộ=[("Mã hộ", "Tên chủ hộ", "Xã cũ"), ("H1", "Lê Thị Vải", "Thị trấn Thanh Hà")],
        Vùng=[("Mã số vùng trồng", "Thị trường", "Cây", "Diện tích (ha)"), ("vn-hdor-0007", "cn", "vải", 1)],
    )
    outcome = run(coop.boss, path, now)
    assert outcome.report.problems == []
    assert [problem_text(one, "vi") for one in outcome.report.warnings] == [
        "Tổng diện tích thửa 1,25\xa0ha lớn hơn vùng trồng 1\xa0ha."
    ]
    with reading() as session:
        area = session.execute(select(GrowingArea)).scalar_one()
        plots = session.execute(select(Plot).where(col(Plot.growing_area_id) == area.id)).scalars().all()
        home = session.execute(select(Household).where(col(Household.code) == "H1")).scalar_one()
        assert sorted(plot.area_m2 for plot in plots) == [5000, 7500]
        assert (home.commune_code, home.old_commune_code) == ("10813", "10813")
        assert count(session, SiteStatusChange) == 1


# Sheet row, column, cell -> what the refusal must say (key, and words of the sentence).
_H = ("Mã hộ", "Tên chủ hộ", "Số điện thoại", "Xã", "Số căn cước", "Ngày tập huấn", "Mã vườn", "Cây trồng",
      "Diện tích (m²)", "Mã số vùng trồng", "Vĩ độ")  # fmt: skip
_GOOD = ["TH-1", "Phạm Văn Tốt", "0912345678", "xã Thanh Hà", "", "", "V-1", "Vải", 1080, "", ""]
_CASES: list[tuple[str, Any, str, str]] = [
    ("Tên chủ hộ", "", "imp.required", "họ tên chủ hộ"),
    ("Mã hộ", "TH@1", "field.pattern", "TH-0123"),
    ("Mã hộ", "T" * 40, "field.too_long", "24"),
    ("Tên chủ hộ", "A", "field.too_short", "2"),
    ("Tên chủ hộ", ("=", "=1/0", "#DIV/0!"), "imp.formula", "#DIV/0!"),
    ("Tên chủ hộ", "=HYPERLINK(1)", "imp.formula", "Dán đặc biệt"),
    ("Tên chủ hộ", "Ph¹m ThÞ Hoa", "imp.font", "Unikey"),
    ("Số điện thoại", 912345678, "imp.phone", "9 số"),
    ("Số điện thoại", "0123456789", "imp.phone", "10 số"),
    ("Xã", "xã Thanh Hòa Bình", "imp.unit", "Gần nhất"),
    ("Xã", "xã Hồng Lạc", "imp.unit.split", "Xã Hà Bắc"),
    ("Xã", "Thanh Hà", "imp.unit.level", "xã Thanh Hà"),
    ("Số căn cước", "12345", "standard.length", "9, 12"),
    ("Ngày tập huấn", "35/13/2025", "imp.date", "35/13/2025"),
    ("Ngày tập huấn", "05/12/2026", "imp.date.future", "12/06/2026"),
    ("Cây trồng", "Sầu riêng lạ", "imp.choice", "Sầu riêng lạ"),
    ("Diện tích (m²)", "rộng", "imp.number", "rộng"),
    ("Diện tích (m²)", 0, "imp.range", "1"),
    ("Diện tích (m²)", "900000000", "imp.range", "900000000"),
    ("Mã số vùng trồng", "VN-XXOR-1", "imp.link.area", "VN-XXOR-1"),
    ("Vĩ độ", "91", "imp.range", "24"),
    ("Vĩ độ", "xa", "imp.number", "xa"),
]


@pytest.mark.parametrize("case", _CASES, ids=lambda case: f"{case[2]}-{case[0]}")
def test_every_kind_of_error_names_row_column_value_and_remedy(
    sqlite: Database, tmp_path: Path, now: datetime, case: tuple[str, Any, str, str]
) -> None:
    column, cell, key, words = case
    with transaction() as session:
        coop = world.make_coop(session, now)
    bad = [cell if heading == column else value for heading, value in zip(_H, _GOOD, strict=True)]
    fine = ["TH-2", *_GOOD[1:6], "V-2", *_GOOD[7:]]
    path = sheets.xlsx(tmp_path / "a.xlsx", Hộ=[("Danh sách năm 2026",), (), _H, fine, bad])
    report = run(coop.boss, path, now).report
    assert (report.good, report.bad) == (1, 1)
    [problem] = report.problems
    assert (problem.sheet, problem.row, problem.column, problem.key) == ("Hộ", 5, column, key)
    assert words in problem_text(problem, "vi")
    assert problem_line(problem, "vi").startswith(f"Dòng 5, cột “{column}”: ")
    assert problem_line(problem, "en").startswith("Row 5, column")


def test_a_commune_of_today_that_took_no_land_of_the_old_one_is_refused_as_by_the_form(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    head = ("Mã hộ", "Tên chủ hộ", "Xã", "Xã cũ")
    rows = [head, ("H1", "Một Người", "xã Hà Bắc", "Thị trấn Thanh Hà"), ("H2", "Hai Người", "xã Thanh Hà",
            "Thị trấn Thanh Hà")]  # fmt: skip
    report = run(coop.boss, sheets.xlsx(tmp_path / "a.xlsx", A=rows), now).report
    assert [(one.row, one.column, one.key) for one in report.problems] == [(2, "Xã", "place.mismatch")]
    assert problem_text(report.problems[0], "vi").endswith("Chọn một trong: Xã Thanh Hà.")


def test_codes_that_repeat_are_told_with_the_other_row(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    rows = [
        sheets.HOUSEHOLDS,
        ("H1", "Một Người", "", "xã Thanh Hà"),
        ("h 1", "Hai Người", "", "xã Thanh Hà"),
    ]
    [problem] = run(coop.boss, sheets.xlsx(tmp_path / "a.xlsx", A=rows), now).report.problems
    assert (problem.key, problem.row, problem.params["row2"]) == ("imp.dup.file", 3, 2)
    flat = [
        sheets.FLAT,
        ["H5", "Năm", "", "xã Thanh Hà", "V5", "Vải", "", 100],
        ["H5", "Năm", "", "xã Thanh Hà", "V6", "Vải", "", 100],
        ["H5", "Sáu", "", "xã Thanh Hà", "V7", "Vải", "", 100],
        ["H6", "Bảy", "", "xã Thanh Hà", "V5", "Vải", "", 100],
    ]
    report = run(coop.boss, sheets.xlsx(tmp_path / "b.xlsx", A=flat), now).report
    assert [(one.row, one.column) for one in report.problems] == [(4, "Mã hộ"), (5, "Mã vườn")] or [
        (one.row, one.column) for one in report.problems
    ] == [(5, "Mã vườn"), (4, "Mã hộ")]
    assert (report.made["household.created"], report.made["plot.created"]) == (1, 2)


def test_a_plot_of_another_household_is_not_taken_over(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    run(coop.boss, sheets.xlsx(tmp_path / "a.xlsx", A=sheets.farms(2)), now)
    rows = [sheets.FLAT, ["TH-000001", "Nguyễn Văn Thực 1", "", "xã Thanh Hà", "V-000000", "Vải", "", 9]]
    [problem] = run(coop.boss, sheets.xlsx(tmp_path / "b.xlsx", A=rows), now).report.problems
    assert problem.key == "imp.plot.other"
    links = [("Mã vườn", "Mã hộ", "Cây trồng", "Diện tích"), ("V9", "KHONG-CO", "Vải", 5)]
    [missing] = run(coop.boss, sheets.xlsx(tmp_path / "c.xlsx", A=links), now).report.problems
    assert (missing.key, missing.row) == ("imp.link", 2)


def test_rows_of_another_cooperative_stay_out_and_existing_and_absent_ones_sound_alike(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    with transaction() as session:
        other = world.make_org(session, now, name="HTX Bên Kia")
    head = (*sheets.HOUSEHOLDS, "Hợp tác xã")
    rows = [head, *((f"H{n}", "Người Khác", "", "xã Thanh Hà", said) for n, said in enumerate(
        ("HTX Bên Kia", "HTX Không Có", other.public_id, "HTX Hồng Hà")))]  # fmt: skip
    report = run(coop.boss, sheets.xlsx(tmp_path / "a.xlsx", A=rows), now).report
    assert [one.key for one in report.problems] == ["imp.tenant"] * 3
    assert report.good == 1
    texts = {problem_text(one, "vi").replace(one.value, "?") for one in report.problems}
    assert texts == {"Dòng này thuộc ?, không phải HTX Hồng Hà: không nhập được từ tài khoản này."}
    with reading() as session:
        mine = select(func.count()).where(col(Household.org_id) == other.id)
        assert session.execute(mine).scalar_one() == 0


def test_the_office_brings_all_cooperatives_in_by_their_column(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    with transaction() as session:
        second = world.make_org(session, now, name="HTX Thứ Hai", tax_code="0100109106")
    rows = sheets.farms(2, org="hop tac xa khong dau")
    rows[1][-1], rows[2][-1] = "htx hong ha", "0100109106"
    assert run(OFFICE, sheets.xlsx(tmp_path / "a.xlsx", A=rows), now).report.bad == 0
    with reading() as session:
        owners = session.execute(select(col(Plot.org_id)).order_by(col(Plot.code))).scalars().all()
    assert set(owners) == {coop.org.id, second.id}
    with pytest.raises(Refused) as refused:
        run(OFFICE, sheets.xlsx(tmp_path / "b.xlsx", A=sheets.farms(1)), now)
    assert refused.value.key == "imp.column.missing"


def test_only_those_who_may_import_do(coop: world.Coop, tmp_path: Path, now: datetime) -> None:
    path = sheets.xlsx(tmp_path / "a.xlsx", A=sheets.farms(1))
    farmer = Actor(None, Role.FARMER, coop.org.id, coop.household.id)
    for actor in (farmer, Actor(None, Role.ADMIN), Actor(None, Role.PACKING_HOUSE, coop.org.id)):
        with pytest.raises(NotAllowed):
            run(actor, path, now)


def test_a_request_id_with_another_file_is_refused(coop: world.Coop, tmp_path: Path, now: datetime) -> None:
    run(coop.boss, sheets.xlsx(tmp_path / "a.xlsx", A=sheets.farms(1)), now, request_id="same-request")
    with pytest.raises(Conflict):
        run(coop.boss, sheets.xlsx(tmp_path / "b.xlsx", A=sheets.farms(2)), now, request_id="same-request")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read_with_any_delimiter_and_marks(
    sqlite: Database, tmp_path: Path, now: datetime, delimiter: str
) -> None:
    with transaction() as session:
        coop = world.make_coop(session, now)
    path = tmp_path / "a.csv"
    rows = [sheets.HOUSEHOLDS, ("H1", "Đặng Thị Ổi", "0912.345.678", "xã Thanh Hà"), ("H2", "", "", "")]
    text = "\r\n".join(delimiter.join(row) for row in rows)
    path.write_bytes(text.encode("utf-8-sig" if delimiter == ";" else "utf-8"))
    report = run(coop.boss, path, now).report
    assert (report.good, report.bad) == (1, 1)
    assert {one.row for one in report.problems} == {3}


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "imp.file"),
        (b"%PDF-1.7 x", "imp.file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old excel", "imp.file"),
        (b"PK\x03\x04 broken", "imp.file"),
        ("Mã hộ,Tên chủ hộ\nH1,Phạm".encode("cp1258", "replace"), "imp.encoding"),
        ("Mã hộ,Tên chủ hộ\nH1,Phạm".encode().decode("latin-1").encode(), "imp.encoding"),
        ("Tỉnh,Ghi chú\n1,2\n".encode(), "imp.column.missing"),
        ("Mã hộ,Tên chủ hộ,Mã hộ\nH1,Phạm,H2".encode(), "imp.column.twice"),
        ("Mã hộ,Tên chủ hộ\n".encode() + b"H1,Ten Dai\n" * 300, "imp.big"),
    ],
)
def test_a_file_that_is_none_is_refused_whole(
    sqlite: Database, tmp_path: Path, now: datetime, content: bytes, key: str
) -> None:
    with transaction() as session:
        coop = world.make_coop(session, now)
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    with pytest.raises(Refused) as refused:
        run(coop.boss, path, now, most_rows=200)
    assert refused.value.key == key


def test_products_come_in_by_the_rules_of_the_form(coop: world.Coop, tmp_path: Path, now: datetime) -> None:
    with transaction() as session:
        other = world.make_coop(session, now)
        world.make_product(session, now, other.org, gtin="09506000134352")
        for digits in ("8936", "9506"):  # the second is wrongly accepted for both: the number is still taken
            world.make_prefix(session, now, coop.org, digits)
    rows = [
        sheets.PRODUCTS,
        ("dt-50", "Đông trùng hạ thảo khô", "", "đông trùng", "50 g", 180),
        ("vt-2", "Vải thiều hộp", "8936000000011", "Vải", 2, 7),
        ("x1", "Sai số kiểm", "8936000000017", "Vải", 2, ""),
        ("x2", "Mã nội bộ", "2012345678903", "Vải", 2, ""),
        ("x3", "Mã người khác", "9506000134352", "Vải", 2, ""),
        ("x4", "Hai lần mã vạch", "8936000000011", "Vải", 2, ""),
        ("x6", "Mã của ai", "8935000134351", "Vải", 2, ""),
        ("x5", "Nặng quá", "", "Vải", "nhiều", 900),
        ("", "Không mã", "", "Vải", 2, ""),
    ]
    path = sheets.xlsx(tmp_path / "a.xlsx", A=rows)
    report = run(coop.boss, path, now, "products").report
    said = [(one.row, one.column, one.key) for one in report.problems]
    assert said == [
        (4, "Mã vạch", "imp.check"),
        (5, "Mã vạch", "product.gtin_restricted"),
        (6, "Mã vạch", "field.taken"),
        (7, "Mã vạch", "imp.dup.file"),
        (8, "Mã vạch", "product.gtin_not_owned"),
        (9, "Khối lượng tịnh (kg)", "imp.number"),
        (9, "Hạn sử dụng (ngày)", "field.max"),
        (10, "Mã sản phẩm", "imp.required"),
    ]
    for one in report.problems:
        assert problem_text(one, "vi")
        assert problem_text(one, "en")
    assert report.made["product.created"] == 2
    with reading() as session:
        found, total = products.products(session, coop.boss, "dong trung")
        assert (total, found[0].name, found[0].unit_g) == (1, "Đông trùng hạ thảo khô", 50)
        assert count(session, Product) == 5
    assert run(coop.boss, path, now, "products", request_id="once-more").report.made["product.same"] == 2


def test_names_for_readers_abroad_come_in_by_their_columns(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    headings = (*sheets.PRODUCTS[:2], *sheets.PRODUCTS[3:5], "Tên tiếng Trung", "Japanese name")
    path = sheets.xlsx(
        tmp_path / "a.xlsx", A=[headings, ("vt-9", "Vải thiều", "Vải", 2, "鲜荔枝", "生鮮ライチ")]
    )
    assert run(coop.boss, path, now, "products").report.problems == []
    with reading() as session:
        (row,), _ = products.products(session, coop.boss, "vt-9")
    assert (row.name_zh, row.name_ja, row.name_en) == ("鲜荔枝", "生鮮ライチ", None)


def test_the_same_file_comes_back_with_an_error_column_and_no_cell_is_a_formula(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    danger = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "＝1", "=cmd|' /C calc'!A0"]
    rows = [sheets.HOUSEHOLDS, *([f"H{n}", text, "0", ""] for n, text in enumerate(danger))]
    path = sheets.xlsx(tmp_path / "a.xlsx", Hộ=rows)
    report = run(coop.boss, path, now, dry_run=True).report
    assert report.good == 0
    book = openpyxl.load_workbook(io.BytesIO(error_book(Wanted(path, "a.xlsx", report, "vi"))))
    cells = [cell for row in book["Hộ"] for cell in row]
    assert [cell.data_type for cell in cells if cell.data_type == "f"] == []
    assert [cell.value for cell in book["Hộ"]["B"][1:]] == [text.strip() for text in danger]
    assert book["Hộ"]["E"][0].value == "Cần sửa"
    assert all(str(cell.value).startswith(f"Dòng {cell.row}, cột") for cell in book["Hộ"]["E"][1:])


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("noun", NOUNS)
def test_the_template_is_understood_as_it_is_and_its_example_is_passed_over(
    sqlite: Database, tmp_path: Path, now: datetime, noun: str, lang: str
) -> None:
    with transaction() as session:
        coop = world.make_coop(session, now)
    path = tmp_path / "mau.xlsx"
    actor = sender(noun, coop)
    path.write_bytes(template(noun, lang, with_org=NOUNS[noun].owned and actor.org_id is None))
    report = run(actor, path, now, noun, dry_run=True).report
    assert (report.checked, report.problems) == (0, [])
    headings = {cell.value for sheet in openpyxl.load_workbook(path) for cell in sheet[1]}
    from trace.services.importing.columns import fold_heading

    words = {
        word for column in NOUNS[noun].columns for word in (*column.words, column.name.replace("_", " "))
    }
    guide = {"Cách điền", "How to fill this in", None}
    assert {fold_heading(text) for text in headings - guide} <= words


def test_a_sealed_phone_opens_nowhere_else(coop: world.Coop, tmp_path: Path, now: datetime) -> None:
    from trace.errors import Unavailable

    run(coop.boss, sheets.xlsx(tmp_path / "a.xlsx", A=sheets.farms(2)), now)
    with transaction() as session:
        rows = session.execute(select(Household).where(col(Household.import_id).is_not(None))).scalars().all()
        assert all(b"0910" not in (row.phone_sealed or b"") for row in rows)
        rows[1].phone_sealed = rows[0].phone_sealed
    with reading() as session, pytest.raises(Unavailable):
        households.personal_data(session, coop.boss, rows[1].id, now)
    assert current_keyring()


def test_five_thousand_rows_go_in_at_once(coop: world.Coop, tmp_path: Path, now: datetime) -> None:
    path = sheets.long(tmp_path / "a.xlsx", sheets.farms(5_000))
    seen: list[tuple[int, int]] = []
    with transaction() as session:
        order = ImportOrder("farms", path, "a.xlsx")
        report = import_file(
            session, coop.boss, order, now, lambda done, total: seen.append((done, total))
        ).report
    assert (report.good, report.bad) == (5_000, 0)
    assert seen[-1][0] >= 5_000
    with reading() as session:
        assert (count(session, Household), count(session, Plot)) == (5_001, 5_001)


@pytest.mark.slow
@pytest.mark.timeout(1_800)
def test_all_households_of_the_province_go_in_with_one_file(
    sqlite: Database, tmp_path: Path, now: datetime
) -> None:
    with transaction() as session:
        world.make_org(session, now, name="HTX Toàn Tỉnh")
    path = sheets.long(tmp_path / "a.xlsx", sheets.farms(136_012, org="HTX Toàn Tỉnh"))
    report = run(OFFICE, path, now).report
    assert (report.good, report.bad) == (136_012, 0)
    with reading() as session:
        assert count(session, Plot) == 136_012


def test_an_import_killed_half_way_leaves_nothing(
    sqlite_url: str, sqlite: Database, tmp_path: Path, now: datetime
) -> None:
    with transaction() as session:
        coop = world.make_coop(session, now)
    path = sheets.long(tmp_path / "a.xlsx", sheets.farms(6_000))
    mark = tmp_path / "half"
    script = f"""
        import sys
        sys.path.insert(0, {str(Path.cwd())!r})
        sys.modules.pop("trace", None)
        import time
        from datetime import UTC, datetime
        from pathlib import Path
        from trace.db import open_database, transaction, use_database
        from trace.keyring import Keyring, use_keyring
        from trace.records.account import Role
        from trace.services.admission import Actor
        from trace.services.importing.runs import ImportOrder, import_file

        use_database(open_database({sqlite_url!r}))
        use_keyring(Keyring(bytes(32)))

        def half(done, total):
            if done > 3000:
                Path({str(mark)!r}).touch()
                time.sleep(60)

        with transaction() as session:
            actor = Actor(None, Role.COOP_MANAGER, {coop.org.id})
            order = ImportOrder("farms", Path({str(path)!r}), "a.xlsx")
            import_file(session, actor, order, datetime.now(UTC), half)
    """
    child = subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)])
    deadline = time.monotonic() + 300
    while not mark.exists() and time.monotonic() < deadline:
        assert child.poll() is None
        time.sleep(0.05)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    assert mark.exists()
    with reading() as session:
        assert (count(session, Household), count(session, ImportRun)) == (1, 0)
    assert run(coop.boss, path, now).report.good == 6_000
