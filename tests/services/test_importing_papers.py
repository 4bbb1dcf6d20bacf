"""Packing houses, certificates, OCOP ratings and organisations from files, by the rules of their forms."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from tests import world
from tests.services import sheets
from tests.services.import_rows import OFFICE
from trace.db import Database, reading, transaction
from trace.errors import NotAllowed, NotFound, Refused
from trace.records.account import Role
from trace.records.certificate import Certificate, CertificateScope
from trace.records.event import LogLeaf
from trace.records.import_run import ImportRun
from trace.records.organisation import Organisation
from trace.records.plot import PackingHouse, SiteStatusChange
from trace.records.product import OcopRating
from trace.services import certificates, organisations, rules, sites
from trace.services.admission import Actor
from trace.services.importing.error_files import problem_text
from trace.services.importing.report import Report
from trace.services.importing.runs import ImportOrder, Outcome, import_file
from trace.services.importing.undoing import Undoing, look, undo
from trace.services.intake import read
from trace.standards.local_time import local_day

HOUSES = ("Mã số cơ sở đóng gói", "Thị trường", "Tên cơ sở đóng gói", "Mã GLN", "Xã", "Xã cũ")
PAPERS = ("Loại chứng nhận", "Số chứng nhận", "Nơi cấp", "Có giá trị từ", "Đến hết ngày", "Mã vườn",
          "Mã vùng trồng", "Mã sản phẩm")  # fmt: skip
RATINGS = ("Hợp tác xã", "Sản phẩm", "Số sao", "Điểm", "Số quyết định", "Cấp công nhận", "Ngày quyết định")
ORGS = ("Loại đơn vị", "Tên đơn vị", "Mã số thuế", "Mã GLN", "Điện thoại công khai", "Xã")
GGN, GLN, OTHER_GLN = "4063061000019", "8936000000011", "8936000000028"
TAX, OTHER_TAX = "0100109106", "0300588569"


@pytest.fixture
def coop(database: Database, now: datetime) -> world.Coop:
    with transaction() as session:
        rules.load_defaults(session)
        return world.make_coop(session, now, name="HTX Hồng Hà")


def bring(actor: Actor, noun: str, folder: Path, now: datetime, *rows: Any, name: str = "a") -> Outcome:
    path = sheets.xlsx(folder / f"{name}.xlsx", A=rows)
    with transaction() as session:
        return import_file(session, actor, ImportOrder(noun, path, path.name), now)


def told(report: Report) -> list[tuple[int, str, str]]:
    for one in report.problems:
        assert problem_text(one, "vi")
        assert problem_text(one, "en")
    return [(one.row, one.column, one.key) for one in report.problems]


def looked(actor: Actor, run: ImportRun | None, now: datetime) -> Undoing:
    assert run is not None
    with reading() as session:
        return look(session, actor, run.id, now)


def take_back(actor: Actor, run: ImportRun | None, now: datetime) -> ImportRun:
    assert run is not None
    with transaction() as session:
        return undo(session, actor, run.id, now)


def one(table: Any, *rules: Any) -> Any:
    with reading() as session:
        return session.execute(select(table).where(*rules)).scalar_one_or_none()


def count(table: Any) -> int:
    with reading() as session:
        return session.execute(select(func.count()).select_from(table)).scalar_one()


# --- Packing houses -------------------------------------------------------------------------------


def test_packing_houses_are_judged_as_by_their_form(coop: world.Coop, tmp_path: Path, now: datetime) -> None:
    with transaction() as session:
        other = world.make_coop(session, now)
        given = read(sites.PackingHouseIn, {"code": "VN-XXPH-001", "market": "CN", "name": "Bên kia"})
        sites.add_packing_house(session, other.boss, given, now)
    done = bring(
        coop.boss, "houses", tmp_path, now, HOUSES,
        ("VN-HDPH-012", "CN", "Cơ sở Thanh Hà", GLN, "", ""),
        ("VN-HDPH-012", "JP", "Cơ sở Thanh Hà", "", "xã Hà Bắc", ""),
        ("VN-HDPH-012", "CN", "Lần hai", "", "", ""),
        ("VN-XXPH-001", "CN", "Của người khác", "", "", ""),
        ("PH-1", "XX", "Sai thị trường", "", "", ""),
        ("PH-2", "CN", "Sai mã GLN", "8936000000012", "", ""),
        ("PH-3", "CN", "A", "", "xã Không Có", ""),
        ("PH-4", "CN", "Xã không khớp", "", "xã Hà Bắc", "Thị trấn Thanh Hà"),
    )  # fmt: skip
    assert told(done.report) == [
        (4, HOUSES[0], "imp.dup.file"),
        (5, HOUSES[0], "field.taken"),
        (6, "Thị trường", "imp.choice"),
        (7, "Mã GLN", "imp.check"),
        (8, "Xã", "imp.unit"),
        (8, HOUSES[2], "field.too_short"),
        (9, "Xã", "place.mismatch"),
    ]
    assert done.report.made["house.created"] == 2
    house = one(PackingHouse, col(PackingHouse.code) == "VN-HDPH-012", col(PackingHouse.market) == "CN")
    assert (house.org_id, house.commune_code, house.gln) == (coop.org.id, coop.org.commune_code, GLN)
    began = one(SiteStatusChange, col(SiteStatusChange.packing_house_id) == house.id)
    assert (began.since, began.recorded_by) == (local_day(now), coop.manager.id)


def test_a_code_unlike_its_markets_others_is_told_and_goes_in(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    report = bring(coop.boss, "houses", tmp_path, now, HOUSES, ("LA-1", "CN", "Cơ sở lạ", "", "", "")).report
    assert (report.good, [one.key for one in report.warnings]) == (1, ["standard.place_code_unusual"])
    assert "LA-1" in problem_text(report.warnings[0], "vi")


def test_a_changed_packing_house_says_again_what_it_said_and_a_used_one_stays(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    bring(coop.boss, "houses", tmp_path, now, HOUSES, ("VN-HDPH-012", "CN", "Tên Cũ", GLN, "xã Hà Bắc", ""))
    changed = bring(
        coop.boss, "houses", tmp_path, now, HOUSES,
        ("VN-HDPH-012", "CN", "Tên Mới", "", "", ""), ("VN-HDPH-013", "CN", "Cơ sở hai", "", "", ""),
        name="b",
    )  # fmt: skip
    assert changed.report.made["house.updated"] == changed.report.made["house.created"] == 1
    house = one(PackingHouse, col(PackingHouse.code) == "VN-HDPH-012")
    assert (house.name, house.gln, house.commune_code) == ("Tên Mới", GLN, "10816")
    second = one(PackingHouse, col(PackingHouse.code) == "VN-HDPH-013")
    with transaction() as session:
        world.make_lot(session, now, coop.plot, coop.product, packing_house_id=second.id)
    kept = looked(coop.boss, changed.run, now).kept
    assert [(line.code, line.file_row, line.why) for line in kept] == [("VN-HDPH-013", 3, "lot")]
    assert take_back(coop.boss, changed.run, now).rows_back == 1
    assert one(PackingHouse, col(PackingHouse.code) == "VN-HDPH-012").name == "Tên Cũ"
    assert one(PackingHouse, col(PackingHouse.code) == "VN-HDPH-013").id == second.id


def test_a_packing_house_whose_code_was_suspended_since_stays(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    done = bring(coop.boss, "houses", tmp_path, now, HOUSES, ("VN-HDPH-012", "CN", "Cơ sở", "", "", ""))
    house = one(PackingHouse)
    with transaction() as session:
        given = {"status": "suspended", "since": local_day(now), "reason": "Hết hạn kiểm tra"}
        sites.change_status(session, coop.boss, PackingHouse, house.id, read(sites.StatusIn, given), now)
    assert [line.why for line in looked(coop.boss, done.run, now).kept] == ["changed"]
    with pytest.raises(Refused):
        take_back(coop.boss, done.run, now)


# --- Certificates ---------------------------------------------------------------------------------


def test_certificates_are_judged_as_by_their_form(coop: world.Coop, tmp_path: Path, now: datetime) -> None:
    with transaction() as session:
        other = world.make_coop(session, now)
        area = world.make_growing_area(session, now, coop.org, code="VN-HDOR-0007", market="CN")
        same_land = world.make_growing_area(session, now, coop.org, code="VN-HDOR-0007", market="JP")
    strange = (other.plot.code, "VN-KHONG-CO", other.product.sku)
    done = bring(
        coop.boss, "certificates", tmp_path, now, PAPERS,
        ("VietGAP", "VG-1", "Trung tâm", "01/03/2026", "28/02/2029", f"{coop.plot.code.lower()}; ",
         "vn-hdor-0007", coop.product.sku),
        ("GlobalGAP", GGN, "", "01/03/2026", "28/02/2027", "", "", ""),
        ("globalgap", "123", "", "01/03/2026", "28/02/2027", "", "", ""),
        ("Hữu cơ", "HC-1", "", "01/03/2026", "01/02/2026", "", "", ""),
        ("Loại lạ", "X-1", "", "01/03/2026", "28/02/2027", "", "", ""),
        ("VietGAP", "VG-1", "", "01/03/2026", "28/02/2029", "", "", ""),
        ("VietGAP", "VG-2", "", "01/03/2026", "không rõ", *strange),
        ("VietGAP", "VG-3", "", "01/03/2026", "28/02/2029", *strange),
        ("Chỉ dẫn địa lý", "", "", "01/03/2026", "28/02/2029", "", "", ""),
    )  # fmt: skip
    assert told(done.report) == [
        (4, "Số chứng nhận", "certificate.ggn"),
        (5, "Đến hết ngày", "certificate.days"),
        (6, "Loại chứng nhận", "imp.choice"),
        (7, "Số chứng nhận", "imp.dup.file"),
        (8, "Đến hết ngày", "imp.date"),
        (9, "Mã vườn", "imp.link.covered_plots"),
        (9, "Mã vùng trồng", "imp.link.covered_areas"),
        (9, "Mã sản phẩm", "imp.link.covered_products"),
        (10, "Số chứng nhận", "imp.required"),
    ]
    assert done.report.made["certificate.created"] == 2
    paper = one(Certificate, col(Certificate.number) == "VG-1")
    assert (paper.org_id, paper.valid_to, paper.confirmed_at) == (coop.org.id, date(2029, 2, 28), None)
    with reading() as session:
        covers = certificates.scope_of_certificate(session, paper.id)
        named = {(row.plot_id, row.growing_area_id, row.product_id) for row in covers}
    assert named == {
        (coop.plot.id, None, None), (None, area.id, None), (None, same_land.id, None),
        (None, None, coop.product.id),
    }  # fmt: skip


def test_a_paper_that_says_something_else_is_refused_and_one_that_says_the_same_is_not_new(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    row = ("VietGAP", "VG-1", "Trung tâm", "01/03/2026", "28/02/2029", coop.plot.code, "", "")
    bring(coop.boss, "certificates", tmp_path, now, PAPERS, row)
    bare = bring(
        coop.boss, "certificates", tmp_path, now, PAPERS, (*row[:2], "", *row[3:5], "", "", ""), name="b"
    )
    assert bare.report.made["certificate.same"] == 1
    for number, other in enumerate([
        (*row[:4], "01/02/2029", *row[5:]), (*row[:2], "Nơi khác", *row[3:]), (*row[:7], coop.product.sku),
    ]):  # fmt: skip
        report = bring(coop.boss, "certificates", tmp_path, now, PAPERS, other, name=f"c{number}").report
        assert told(report) == [(2, "Số chứng nhận", "imp.paper.other")]


def test_papers_go_with_what_they_cover_until_the_office_has_confirmed_them(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    days = ("01/03/2026", "28/02/2029")
    done = bring(
        coop.boss, "certificates", tmp_path, now, PAPERS,
        ("VietGAP", "VG-1", "", *days, coop.plot.code, "", ""), ("VietGAP", "VG-2", "", *days, "", "", ""),
        ("VietGAP", "VG-3", "", *days, "", "", ""),
    )  # fmt: skip
    with transaction() as session:
        second = session.execute(select(Certificate).where(col(Certificate.number) == "VG-2")).scalar_one()
        certificates.confirm_certificate(session, OFFICE, second.id, now)
        third = session.execute(select(Certificate).where(col(Certificate.number) == "VG-3")).scalar_one()
        certificates.remove_certificate(session, coop.boss, third.id)
    kept = looked(coop.boss, done.run, now).kept
    assert [(line.code, line.file_row, line.why) for line in kept] == [
        ("VG-2", 3, "paper_confirmed"), ("", 4, "gone"),
    ]  # fmt: skip
    undone = take_back(coop.boss, done.run, now)
    assert (undone.rows_back, undone.rows_kept) == (1, 2)
    assert (count(CertificateScope), one(Certificate).number) == (0, "VG-2")


@pytest.mark.parametrize("noun", ["houses", "certificates"])
def test_another_cooperative_and_the_office_cannot_take_a_cooperatives_back(
    coop: world.Coop, tmp_path: Path, now: datetime, noun: str
) -> None:
    rows = {
        "houses": (HOUSES, ("VN-HDPH-012", "CN", "Cơ sở", "", "", "")),
        "certificates": (PAPERS, ("VietGAP", "VG-1", "", "01/03/2026", "28/02/2029", "", "", "")),
    }
    run = bring(coop.boss, noun, tmp_path, now, *rows[noun]).run
    with transaction() as session:
        other = world.make_coop(session, now)
    with pytest.raises(NotFound):
        take_back(other.boss, run, now)
    with pytest.raises(NotAllowed):
        take_back(OFFICE, run, now)


# --- OCOP ratings ---------------------------------------------------------------------------------


def test_ocop_decisions_are_judged_as_by_their_form(coop: world.Coop, tmp_path: Path, now: datetime) -> None:
    with transaction() as session:
        world.make_product(session, now, coop.org, name="Vải sấy", sku="VS-1")
        for sku in ("TR-1", "TR-2"):
            world.make_product(session, now, coop.org, name="Trà vải", sku=sku)
    mine = ("htx hong ha", "vs-1")
    done = bring(
        OFFICE, "ratings", tmp_path, now, RATINGS,
        (*mine, "4 sao", "82,5", "QĐ 12", "Cấp tỉnh", "20/12/2025"),
        ("HTX Hồng Hà", "Vải sấy", 5, 95, "QĐ 13", "cấp trung ương", "21/12/2025"),
        (*mine, 5, "82,5", "QĐ 14", "", "20/12/2025"),
        (*mine, 4, "82,5", "QĐ 15", "", "20/12/2026"),
        (*mine, 4, "82,5", "QĐ 16", "", "20/12/2015"),
        (*mine, 4, "82,5", "QĐ 12", "", "20/12/2025"),
        ("HTX Hồng Hà", "Không có", 4, "82,5", "QĐ 17", "", "20/12/2025"),
        ("HTX Hồng Hà", "Trà vải", 4, "82,5", "QĐ 18", "", "20/12/2025"),
        ("HTX Nào Đó", "vs-1", 4, "82,5", "QĐ 19", "", "20/12/2025"),
        (*mine, 7, 120, "QĐ 20", "cấp phường", "20/12/2025"),
    )  # fmt: skip
    assert told(done.report) == [
        (4, "Số sao", "ocop.stars_differ"),
        (5, "Ngày quyết định", "imp.date.future"),
        (6, "Ngày quyết định", "rule.none"),
        (7, "Số quyết định", "imp.dup.file"),
        (8, "Sản phẩm", "imp.link.product"),
        (9, "Sản phẩm", "imp.link.product.several"),
        (10, "Hợp tác xã", "imp.org"),
        (11, "Cấp công nhận", "imp.choice"),
        (11, "Số sao", "field.max"),
        (11, "Điểm", "field.max"),
    ]
    assert done.report.made["rating.created"] == 2
    rating = one(OcopRating, col(OcopRating.decision_number) == "QĐ 12")
    assert (rating.stars, rating.score, rating.level, rating.valid_to) == (
        4,
        82.5,
        "province",
        date(2028, 12, 20),
    )


def test_a_decision_that_says_something_else_is_refused_and_an_import_of_them_is_taken_back(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    row = ("HTX Hồng Hà", coop.product.sku, 4, "82,5", "QĐ 12", "Cấp tỉnh", "20/12/2025")
    first = bring(OFFICE, "ratings", tmp_path, now, RATINGS, row)
    other = bring(OFFICE, "ratings", tmp_path, now, RATINGS, (*row[:3], 85, *row[4:]), name="b")
    assert told(other.report) == [(2, "Số quyết định", "imp.rating.other")]
    line = looked(OFFICE, first.run, now).back[0]
    assert (line.thing, line.code, line.name, line.file_row) == ("rating", "QĐ 12", coop.product.name, 2)
    take_back(OFFICE, first.run, now)
    assert count(OcopRating) == 0
    leaf = one(LogLeaf, col(LogLeaf.kind) == "ocop_rating_taken_back")
    assert leaf is not None


# --- Organisations --------------------------------------------------------------------------------


def test_organisations_are_judged_as_by_their_form(coop: world.Coop, tmp_path: Path, now: datetime) -> None:
    with transaction() as session:
        world.make_org(session, now, name="HTX Có Sẵn", tax_code=OTHER_TAX, gln=OTHER_GLN)
    done = bring(
        OFFICE, "organisations", tmp_path, now, ORGS,
        ("Hợp tác xã", "HTX Mới", TAX, GLN, "0220 3812345", "xã Thanh Hà"),
        ("Doanh nghiệp", "Công ty Vải", "", "", "1900 1234", "xã Hà Bắc"),
        ("hop tac xa", "HTX Trùng Thuế", TAX, "", "", "xã Thanh Hà"),
        ("Hợp tác xã", "HTX Sai Thuế", "0100109107", "", "", "xã Thanh Hà"),
        ("Hợp tác xã", "HTX Trùng GLN", "", GLN, "", "xã Thanh Hà"),
        ("Hợp tác xã", "HTX Lấy GLN", "0101248141", OTHER_GLN, "", "xã Thanh Hà"),
        ("Loại lạ", "HTX Lạ", "", "", "", "xã Thanh Hà"),
        ("Hợp tác xã", "HTX Không Xã", "", "", "", ""),
        ("Hợp tác xã", "HTX Sai Số", "", "", "912345678", "xã Thanh Hà"),
        ("", "HTX Không Loại", "", "", "", "xã Thanh Hà"),
    )  # fmt: skip
    assert told(done.report) == [
        (4, "Mã số thuế", "imp.dup.file"),
        (5, "Mã số thuế", "imp.check"),
        (6, "Mã GLN", "imp.dup.file"),
        (7, "Mã GLN", "field.taken"),
        (8, "Loại đơn vị", "imp.choice"),
        (9, "Xã", "imp.required"),
        (10, "Điện thoại công khai", "field.phone"),
        (11, "Loại đơn vị", "imp.required"),
    ]
    assert done.report.made["organisation.created"] == 2
    new = one(Organisation, col(Organisation.tax_code) == TAX)
    assert (new.kind, new.name, new.phone) == ("cooperative", "HTX Mới", "0220 3812345")
    assert len(new.public_id) >= 8


def test_an_organisation_is_known_by_tax_code_gln_or_name_and_says_again_what_it_said(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    with transaction() as session:
        known = {
            "tax": world.make_org(session, now, name="HTX Một", tax_code=TAX, phone="0912345678"),
            "gln": world.make_org(session, now, name="HTX Hai", gln=GLN),
            "name": world.make_org(session, now, name="HTX Ba"),
        }
        for _ in range(2):
            world.make_org(session, now, name="HTX Trùng Tên")
    before = {name: row.model_dump() for name, row in known.items()}
    done = bring(
        OFFICE, "organisations", tmp_path, now, ORGS,
        ("Hợp tác xã", "HTX Một Mới", TAX, "", "", "xã Thanh Hà"),
        ("Hợp tác xã", "HTX Hai Mới", "", GLN, "", "xã Thanh Hà"),
        ("Doanh nghiệp", "htx ba", OTHER_TAX, "", "1900 1234", "xã Thanh Hà"),
        ("Hợp tác xã", "HTX Trùng Tên", "", "", "", "xã Thanh Hà"),
        ("Hợp tác xã", "HTX Trùng Tên", "", "", "", "xã Hà Bắc"),
    )  # fmt: skip
    assert told(done.report) == [(5, "Tên đơn vị", "imp.org.several")]
    made = done.report.made
    assert (made["organisation.updated"], made["organisation.created"]) == (3, 1)
    first = one(Organisation, col(Organisation.id) == known["tax"].id)
    assert (first.name, first.phone, first.public_id) == ("HTX Một Mới", "0912345678", known["tax"].public_id)
    assert one(Organisation, col(Organisation.id) == known["name"].id).tax_code == OTHER_TAX
    take_back(OFFICE, done.run, now)
    for name, row in known.items():
        assert one(Organisation, col(Organisation.id) == row.id).model_dump() == before[name]


def test_an_organisation_with_an_account_stays_and_one_whose_number_is_anothers_now_too(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    with transaction() as session:
        old = world.make_org(session, now, name="HTX Cũ", gln=GLN, tax_code=TAX)
    done = bring(
        OFFICE, "organisations", tmp_path, now, ORGS,
        ("Hợp tác xã", "HTX Mới", "", "", "", "xã Thanh Hà"),
        ("Hợp tác xã", "HTX Bỏ", "", "", "", "xã Thanh Hà"),
        ("Hợp tác xã", "HTX Cũ", TAX, OTHER_GLN, "", "xã Thanh Hà"),
    )  # fmt: skip
    new = one(Organisation, col(Organisation.name) == "HTX Mới")
    with transaction() as session:
        world.make_account(session, now, Role.COOP_MANAGER, org_id=new.id)
        given = {"kind": "enterprise", "name": "Công ty", "gln": GLN, "commune": "10813"}
        organisations.add_organisation(session, OFFICE, read(organisations.OrganisationIn, given), now)
    kept = {line.name: line.why for line in looked(OFFICE, done.run, now).kept}
    assert kept == {"HTX Mới": "account", "HTX Cũ": "taken"}
    assert take_back(OFFICE, done.run, now).rows_back == 1
    assert one(Organisation, col(Organisation.name) == "HTX Bỏ") is None
    assert one(Organisation, col(Organisation.id) == old.id).gln == OTHER_GLN
