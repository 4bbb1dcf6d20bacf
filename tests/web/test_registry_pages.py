"""The registry's pages: households, land, papers, products, imports, and the office's side of them."""

import io
import logging
import re
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import func, select
from sqlmodel import col

from tests import world
from tests.services import sheets
from trace.db import reading, transaction
from trace.records.certificate import Certificate
from trace.records.household import Consent, Household
from trace.records.import_run import ImportRun
from trace.records.plot import GrowingArea, Plot
from trace.records.product import OcopRating, Product, ProductImage
from trace.services import rules
from trace.standards.local_time import local_day

PHONE = "0987654321"


@pytest.fixture
def coop(app: Flask) -> world.Coop:
    with transaction() as session:
        rules.load_defaults(session)
        return world.make_coop(session, datetime.now(UTC), name="HTX Hồng Hà")


@pytest.fixture
def boss(coop: world.Coop, client: FlaskClient) -> FlaskClient:
    return world.sign_in(client, coop.manager)


def only(table: type, **where: object) -> object:
    with reading() as session:
        rule = [getattr(table, name) == value for name, value in where.items()]
        return session.execute(select(table).where(*rule)).scalar_one()


def many(table: type) -> int:
    with reading() as session:
        return session.execute(select(func.count()).select_from(table)).scalar_one()


def test_a_household_is_added_found_and_its_phone_shows_only_when_asked_for(
    boss: FlaskClient, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    assert "xã" in boss.get("/htx/ho/moi").text
    sent = {"code": "dt 1", "name": "Đặng Đông Trùng", "phone": "o987 654 321", "place": "2025-07:10813"}
    answer = boss.post("/htx/ho/moi", data=sent)
    assert answer.status_code == 303
    page = boss.get(answer.location)
    assert "Đặng Đông Trùng" in page.text
    row = only(Household, code="DT1")
    assert "Đặng Đông Trùng" in boss.get("/htx/ho?q=dong+trung").text
    assert "Không có gì khớp" in boss.get("/htx/ho?q=khongco").text
    shown = boss.post(f"/htx/ho/{row.id}/lien-lac")
    assert PHONE in shown.text
    for path in ("/htx/ho", f"/htx/ho/{row.id}", f"/htx/ho/{row.id}/sua"):
        assert PHONE not in boss.get(path).text
    assert PHONE not in caplog.text + "".join(capsys.readouterr())


def test_what_was_typed_stays_with_its_faults(boss: FlaskClient) -> None:
    sent = {"code": "H1", "name": "Tên Đã Gõ", "phone": "0123", "place": "2025-07:10813"}
    answer = boss.post("/htx/ho/moi", data=sent)
    assert answer.status_code == 422
    assert 'value="Tên Đã Gõ"' in answer.text
    assert "cần 10 số" in answer.text
    twice = {"code": "H2", "name": "Hai Lần", "place": "2025-07:10813"}
    assert boss.post("/htx/ho/moi", data=twice).status_code == 303
    assert "đã có người dùng" in boss.post("/htx/ho/moi", data=twice).text
    assert many(Household) == 2


def test_a_name_of_many_places_is_asked_and_the_choice_is_kept(boss: FlaskClient) -> None:
    sent = {"code": "H1", "name": "Người Thanh Hà", "place_text": "thanh ha"}
    asked = boss.post("/htx/ho/moi", data=sent)
    assert asked.status_code == 422
    assert "Huyện Thanh Hà" in asked.text
    assert "từ 7/2025" in asked.text
    assert "đến 6/2025" in asked.text
    split = boss.post("/htx/ho/moi", data={**sent, "place_text": "", "place": "2025-01:10816"})
    assert split.status_code == 422
    values = re.findall(r'value="(2025-07:\d+\+10816)"', split.text)
    assert len(values) == 2
    done = boss.post("/htx/ho/moi", data={**sent, "place_text": "", "place": values[1]})
    assert done.status_code == 303
    row = only(Household, code="H1")
    assert (row.commune_code, row.old_commune_code) == (values[1][8:13], "10816")


def test_mass_assignment_finds_no_field(boss: FlaskClient, coop: world.Coop) -> None:
    sent = {"code": "H9", "name": "Không Gán", "place": "2025-07:10813"}
    extra = {"org_id": "999", "id": "1", "import_id": "1", "search_key": "x", "commune_code": "99999"}
    boss.post("/htx/ho/moi", data={**sent, **extra})
    assert only(Household, code="H9").org_id == coop.org.id
    goods = {"sku": "S9", "name": "Hàng", "crop": "lychee", "unit_g": "1 kg"}
    boss.post("/htx/san-pham/moi", data={**goods, "org_id": "9", "public_id": "hack", "is_active": "0"})
    row = only(Product, sku="S9")
    assert (row.org_id, row.is_active, row.public_id != "hack") == (coop.org.id, True, True)


def test_another_cooperatives_rows_and_absent_ones_get_the_same_answer(
    app: Flask, boss: FlaskClient, coop: world.Coop
) -> None:
    now = datetime.now(UTC)
    with transaction() as session:
        other = world.make_coop(session, now)
        area = world.make_growing_area(session, now, other.org)
    pairs = [
        (f"/htx/ho/{other.household.id}", "/htx/ho/999999"),
        (f"/htx/ho/{other.household.id}/sua", "/htx/ho/999999/sua"),
        (f"/htx/ho/{other.household.id}/vuon/moi", "/htx/ho/999999/vuon/moi"),
        (f"/htx/vuon/{other.plot.id}", "/htx/vuon/999999"),
        (f"/htx/vung-trong/vung/{area.id}", "/htx/vung-trong/vung/999999"),
        (f"/htx/san-pham/{other.product.public_id}", "/htx/san-pham/khongcoma"),
        (f"/htx/san-pham/{other.product.public_id}/sua", "/htx/san-pham/khongcoma/sua"),
    ]
    posts = [
        (f"/htx/ho/{other.household.id}/lien-lac", "/htx/ho/999999/lien-lac"),
        (f"/htx/ho/{other.household.id}/sua", "/htx/ho/999999/sua"),
        (f"/htx/san-pham/{other.product.public_id}/sua", "/htx/san-pham/khongcoma/sua"),
        (f"/htx/san-pham/{other.product.public_id}/anh", "/htx/san-pham/khongcoma/anh"),
        (f"/htx/san-pham/{other.product.public_id}/ocop", "/htx/san-pham/khongcoma/ocop"),
        (f"/htx/vung-trong/vung/{area.id}", "/htx/vung-trong/vung/999999"),
    ]
    filled = {"status": "suspended", "since": "2026-06-01", "reason": "thử xem", "code": "X", "name": "Xy"}
    for foreign, absent in pairs:
        a, b = boss.get(foreign), boss.get(absent)
        assert (a.status_code, b.status_code) == (404, 404), foreign
        assert a.text.replace(foreign, "?") == b.text.replace(absent, "?")
    for foreign, absent in posts:
        a, b = boss.post(foreign, data=filled), boss.post(absent, data=filled)
        assert (a.status_code, b.status_code) == (404, 404), foreign


def test_consents_are_given_and_withdrawn_with_their_days(boss: FlaskClient, coop: world.Coop) -> None:
    path = f"/htx/ho/{coop.household.id}/dong-y"
    boss.post(path, data={"purpose": "public_name", "what": "give"})
    boss.post(path, data={"purpose": "public_name", "what": "give"})
    assert many(Consent) == 1
    boss.post(path, data={"purpose": "public_name", "what": "withdraw"})
    assert only(Consent).withdrawn_at is not None
    assert boss.post(path, data={"purpose": "sell_everything", "what": "give"}).status_code == 422


def test_plots_and_growing_areas_with_their_standing(boss: FlaskClient, coop: world.Coop) -> None:
    area = {
        "code": "vn-hdor-0055",
        "market": "CN",
        "crop": "lychee",
        "area_m2": "0,1 ha",
        "place": "2025-07:10813",
    }
    answer = boss.post("/htx/vung-trong/moi", data=area)
    assert answer.status_code == 303
    site = only(GrowingArea, code="VN-HDOR-0055")
    plot = {"code": "V9", "crop": "lychee", "area_m2": "3 sào", "growing_area_id": str(site.id)}
    place = {"place": "2025-07:10813"}
    assert boss.post(f"/htx/ho/{coop.household.id}/vuon/moi", data={**plot, **place}).status_code == 303
    assert only(Plot, code="V9").area_m2 == 1080
    assert "lớn hơn vùng trồng" in boss.get(answer.location).text
    changed = {
        "status": "suspended",
        "since": local_day(datetime.now(UTC)).isoformat(),
        "reason": "Chờ kiểm tra",
    }
    assert boss.post(answer.location, data={**changed, "since": "2031-01-01"}).status_code == 422
    done = boss.post(answer.location, data=changed)
    assert done.status_code in {303, 422}
    house = {"code": "VN-HDPH-001", "market": "CN", "name": "Nhà đóng gói", "place": "2025-07:10813"}
    assert boss.post("/htx/vung-trong/dong-goi-moi", data=house).status_code == 303
    assert "VN-HDPH-001" in boss.get("/htx/vung-trong").text


def picture(side: int = 50, **saved: object) -> io.BytesIO:
    buffer = io.BytesIO()
    Image.new("RGB", (side, side), "green").save(buffer, "JPEG", **saved)
    buffer.seek(0)
    return buffer


def test_a_picture_loses_its_position_and_a_bomb_is_refused(boss: FlaskClient, coop: world.Coop) -> None:
    exif = Image.Exif()
    exif[0x010F] = "MayAnh"
    exif.get_ifd(0x8825)[2] = (20.0, 54.0, 0.0)
    path = f"/htx/san-pham/{coop.product.public_id}"
    sent = {"image": (picture(exif=exif), "a.jpg")}
    assert boss.post(f"{path}/anh", data=sent).status_code == 303
    row = only(ProductImage)
    assert not Image.open(io.BytesIO(row.data)).getexif()
    assert b"MayAnh" not in row.data
    assert f"/anh/{row.id}.jpg" in boss.get(path).text
    assert boss.get(f"{path}/anh/{row.id}.jpg").content_type == "image/jpeg"
    bomb = io.BytesIO()
    Image.new("1", (13_000, 4_000)).save(bomb, "PNG")
    bomb.seek(0)
    refused = boss.post(f"{path}/anh", data={"image": (bomb, "b.png")})
    assert refused.status_code == 422
    assert "12.000" in refused.text
    gif = io.BytesIO()
    Image.new("P", (4, 4)).save(gif, "GIF")
    gif.seek(0)
    assert "JPEG, PNG hoặc WebP" in boss.post(f"{path}/anh", data={"image": (gif, "c.jpg")}).text
    assert boss.post(f"{path}/anh", data={}).status_code == 422
    assert many(ProductImage) == 1


def test_a_decision_is_reported_by_the_cooperative_and_shown_once_the_office_accepts(
    app: Flask, boss: FlaskClient, coop: world.Coop
) -> None:
    path = f"/htx/san-pham/{coop.product.public_id}"
    said = {"stars": "4", "score": "65", "decision_number": "12/QĐ-UBND", "decided_on": "2026-01-15"}
    differs = boss.post(f"{path}/ocop", data=said)
    assert differs.status_code == 422
    assert "65 điểm ứng với 3 sao, quyết định ghi 4 sao" in differs.text
    assert boss.post(f"{path}/ocop", data={**said, "score": "82"}).status_code == 303
    assert "OCOP 4 sao" not in boss.get(path).text
    with transaction() as session:
        officer = world.make_office(session, datetime.now(UTC))
    office = world.sign_in(app.test_client(), officer)
    page = office.get("/so/ocop").text
    [settle] = re.findall(r'action="(/so/ocop/de-nghi/\d+)"', page)
    assert office.post(settle, data={"what": "accept"}).status_code == 303
    assert office.post(settle, data={"what": "accept"}).status_code == 409
    assert str(only(OcopRating).valid_to) == "2029-01-15"
    assert "OCOP 4 sao" in boss.get(path).text


def test_a_paper_waits_for_the_office(app: Flask, boss: FlaskClient, coop: world.Coop) -> None:
    paper = {"scheme": "vietgap", "number": "VG-77", "valid_from": "2026-01-01", "valid_to": "2027-01-01"}
    assert boss.get("/htx/chung-nhan/moi").status_code == 200
    assert boss.post("/htx/chung-nhan/moi", data={**paper, "valid_to": "2025-01-01"}).status_code == 422
    assert boss.post("/htx/chung-nhan/moi", data={**paper, "plot_ids": [coop.plot.id]}).status_code == 303
    assert "Chờ xác nhận" in boss.get("/htx/chung-nhan").text
    with transaction() as session:
        officer = world.make_office(session, datetime.now(UTC))
    office = world.sign_in(app.test_client(), officer)
    row = only(Certificate)
    assert office.post(f"/so/ocop/giay/{row.id}").status_code == 303
    assert "Đã xác nhận" in boss.get("/htx/chung-nhan").text
    assert boss.post(f"/htx/chung-nhan/{row.id}/bo").status_code == 409


def test_the_office_adds_an_organisation_and_a_cooperative_may_not(
    app: Flask, boss: FlaskClient, coop: world.Coop
) -> None:
    with transaction() as session:
        officer = world.make_office(session, datetime.now(UTC))
    office = world.sign_in(app.test_client(), officer)
    sent = {"kind": "cooperative", "name": "HTX Mới", "tax_code": "0100109107", "place_text": "xã thanh hà"}
    wrong = office.post("/so/don-vi/moi", data=sent)
    assert wrong.status_code == 422
    assert "Số kiểm" in wrong.text
    done = office.post("/so/don-vi/moi", data={**sent, "tax_code": "0100109106"})
    assert done.status_code == 303
    assert "HTX Mới" in office.get("/so/don-vi?q=htx+moi").text
    for path in ("/so/don-vi", "/so/ocop", "/so/don-vi/moi", "/so/ocop/moi"):
        assert boss.get(path).status_code == 403
        assert office.get(path).status_code == 200


def test_an_import_is_checked_then_written_and_its_errors_come_back(
    boss: FlaskClient, coop: world.Coop, tmp_path: Path
) -> None:
    rows = [*sheets.farms(3), ["TH-9", "=1+1", "12", "xã Thanh Hà", "V-9", "Vải", "", 5]]
    path = sheets.xlsx(tmp_path / "a.xlsx", Danh_sach=rows)
    sent = {"loai": "farms", "file": (io.BytesIO(path.read_bytes()), "danh sach.xlsx")}
    answer = boss.post("/htx/nhap", data=sent)
    assert answer.status_code == 303
    page = boss.get(answer.location).text
    assert "4 dòng đã kiểm: 3 dòng tốt, 1 dòng cần sửa" in page
    assert "Dòng 5, cột “Tên chủ hộ”" in page
    assert (many(Household), many(ImportRun)) == (1, 0)
    book = openpyxl.load_workbook(io.BytesIO(boss.get(f"{answer.location}/loi.xlsx").data))
    assert "Dòng 5" in str(book["Danh_sach"]["I5"].value)
    assert boss.post(answer.location).status_code == 303
    assert boss.post(answer.location).status_code == 303
    assert (many(Household), many(Plot), many(ImportRun)) == (4, 4, 1)


def test_an_import_is_listed_told_row_by_row_and_undone_once(
    boss: FlaskClient, coop: world.Coop, tmp_path: Path
) -> None:
    path = sheets.xlsx(tmp_path / "a.xlsx", A=sheets.farms(3))
    sent = {"loai": "farms", "file": (io.BytesIO(path.read_bytes()), "danh sach.xlsx")}
    boss.post(boss.post("/htx/nhap", data=sent).location)
    with transaction() as session:
        plot = session.execute(select(Plot).where(col(Plot.code) == "V-000001")).scalar_one()
        world.make_lot(session, datetime.now(UTC), plot, coop.product)
    assert "danh sach.xlsx" in boss.get("/htx/nhap/da-nhap").text
    with reading() as session:
        number = session.execute(select(col(ImportRun.id))).scalar_one()
    page = boss.get(f"/htx/nhap/da-nhap/{number}").text
    assert "Dòng 3 · Vườn V-000001: đã có lô hàng" in page
    assert "4 mục trở về như trước" in page
    assert "Bỏ lần nhập này (4 mục)" in page
    for _ in range(2):
        answer = boss.post(f"/htx/nhap/da-nhap/{number}")
        assert answer.status_code == 303
    done = boss.get(answer.location).text
    assert "4 mục trở về như trước, 2 mục ở lại" in done
    assert (many(Household), many(Plot)) == (2, 2)
    assert boss.get("/htx/nhap/da-nhap/999").status_code == 404
    assert boss.post("/htx/nhap/da-nhap/999").status_code == 404


def test_every_table_on_which_something_can_stand_has_a_reason_or_the_general_one() -> None:
    from trace.services.importing.standing_on import references
    from trace.services.importing.telling import Line
    from trace.services.importing.things import THINGS
    from trace.web.import_runs import WHYS, line_text, why_text

    things = [thing for thing in THINGS.values() if thing.name != "organisation"]
    asked = {str(column.table.name) for thing in things for column in references(thing)}
    assert asked - WHYS == {"allocation", "lot_sale_day", "lot_sale_month"}, "say why in undoing.po"
    for why in WHYS | asked:
        assert why_text(why, "vi") != why_text("other", "vi") or why not in WHYS
    for column in references(THINGS["organisation"]):
        used = line_text(Line("organisation", 2, "HTX", "HTX", str(column.table.name)), "vi")
        assert used.endswith(why_text("org_used", "vi"))


def test_a_file_under_check_is_nobody_elses(
    app: Flask, boss: FlaskClient, coop: world.Coop, tmp_path: Path
) -> None:
    path = sheets.xlsx(tmp_path / "a.xlsx", A=sheets.farms(1))
    sent = {"loai": "farms", "file": (io.BytesIO(path.read_bytes()), "a.xlsx")}
    location = boss.post("/htx/nhap", data=sent).location
    colleague = world.sign_in(app.test_client(), coop.staff)
    absent = colleague.get("/htx/nhap/00000000000000000000000000000000")
    foreign = colleague.get(location)
    assert (foreign.status_code, absent.status_code) == (404, 404)
    assert colleague.post(location).status_code == 404


def test_no_upload_makes_a_fault_of_ours(boss: FlaskClient) -> None:
    for content in (b"", b"PK\x03\x04", b"\x00" * 100, b"a,b\n1,2", b"\xff\xfe\x00"):
        sent = {"loai": "farms", "file": (io.BytesIO(content), "x.xlsx")}
        answer = boss.post("/htx/nhap", data=sent)
        assert answer.status_code == 422
        assert 'class="notice bad" role="alert"' in answer.text
    assert boss.post("/htx/nhap", data={"loai": "farms"}).status_code == 422
    assert boss.post("/htx/nhap", data={"loai": "gi do"}).status_code == 404
    assert boss.get("/htx/nhap/mau/farms.xlsx").status_code == 200
    assert boss.get("/htx/nhap/mau/cars.xlsx").status_code == 404
    assert boss.get("/htx/nhap").status_code == 200


def test_every_page_speaks_english_too(boss: FlaskClient, coop: world.Coop) -> None:
    for path in ("/htx/ho", "/htx/ho/moi", "/htx/vung-trong", "/htx/vung-trong/moi", "/htx/chung-nhan/moi",
                 "/htx/san-pham", "/htx/san-pham/moi", "/htx/nhap", f"/htx/ho/{coop.household.id}",
                 f"/htx/vuon/{coop.plot.id}", f"/htx/san-pham/{coop.product.public_id}"):  # fmt: skip
        answer = boss.get(f"{path}?lang=en")
        assert answer.status_code == 200, path
        assert 'lang="en"' in answer.text
    assert col(Household.id) is not None
