"""The indicators' pages: the address is the question, files carry the screen, rows are all there."""

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from tests import world
from tests.application import a_minute_later
from tests.services.test_statistics import make_listing, make_order, make_shop
from tests.units import HA_BAC, THANH_HA
from trace.db import transaction
from trace.records.account import Role
from trace.records.market_order import OrderStatus
from trace.records.scan import Scan
from trace.records.sums import ShopMonth
from trace.services.figures.asking import Dimension
from trace.services.figures.catalogue import MEASURES
from trace.services.recounting import differences, recount, tell
from trace.standards.local_time import VN, local_day
from trace.texts import formats

EVIL = '=HYPERLINK("http://evil.test")'


def today() -> date:
    return local_day(datetime.now(UTC))


@pytest.fixture
def coops(app: Flask, now: datetime) -> list[world.Coop]:
    """Two cooperatives in two communes; the first sold on three days, the second only a season ago."""
    with transaction() as session:
        found = []
        for code, backs in ((THANH_HA, (0, 1, 2)), (HA_BAC, (100,))):
            coop = world.make_coop(session, now, commune_code=code, name=f"{EVIL}{code}")
            shop = make_shop(session, now, coop, "shopee", str(coop.org.id))
            listing = make_listing(session, now, shop, "a", product_id=coop.product.id, unit_g=2_000)
            for back in backs:
                lines = [(listing, 2, 50_000)]
                make_order(session, shop, today() - timedelta(days=back), OrderStatus.COMPLETED, lines)
            found.append(coop)
        recount(session)
    return found


@pytest.fixture
def office(coops: list[world.Coop], client: FlaskClient, now: datetime) -> FlaskClient:
    with transaction() as session:
        account = world.make_office(session, now)
    return world.sign_in(client, account)


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def test_the_overview_has_every_figure_and_says_what_is_not_recorded(office: FlaskClient) -> None:
    page = office.get("/so/chi-tieu").text
    assert all(f"/so/chi-tieu/{measure.name}?" in page for measure in MEASURES)
    assert "3 giao dịch" in page
    assert "chưa có số liệu" in page
    rows = {row["name"]: row for row in office.get("/so/chi-tieu.json").get_json()["rows"]}
    assert len(rows) == len(MEASURES)
    assert (rows["Giao dịch (1034)"]["value"], rows["Giao dịch (1034)"]["before"]) == (3, 1)
    assert "tốt hơn" in rows["Giao dịch (1034)"]["change"]
    assert rows["Lượt quét mã giả"]["value"] is None


def test_a_filter_a_figure_does_not_know_leaves_it_without_a_value(office: FlaskClient) -> None:
    rows = {row["name"]: row for row in office.get("/so/chi-tieu.json?san=shopee").get_json()["rows"]}
    assert rows["Đơn hàng"]["value"] == 3
    assert rows["Hao hụt khi đóng gói"]["value"] is None
    assert "không tính theo bộ lọc này" in office.get("/so/chi-tieu?san=shopee").text


@pytest.mark.parametrize("by", ["day", "month", "commune", "old_district", "cooperative", "product", "stars"])
def test_files_carry_exactly_the_table_on_the_screen(office: FlaskClient, by: str) -> None:
    page = office.get(f"/so/chi-tieu/orders?nhom={by}").text
    as_csv = rows_of(office.get(f"/so/chi-tieu/orders.csv?nhom={by}").data)
    book = openpyxl.load_workbook(io.BytesIO(office.get(f"/so/chi-tieu/orders.xlsx?nhom={by}").data))
    as_xlsx = list(book.active.iter_rows(values_only=True))
    as_json = office.get(f"/so/chi-tieu/orders.json?nhom={by}").get_json()["rows"]
    assert len(as_csv) - 1 == len(as_xlsx) - 1 == len(as_json)
    table = page.split("</form>")[-1].split("</section>")[0]
    assert table.count("<tr>") == len(as_csv)
    assert float(as_csv[-1][1]) == as_xlsx[-1][1] == as_json[-1]["value"] == 3
    assert [cell for row in book.active.iter_rows() for cell in row if cell.data_type == "f"] == []


def test_a_part_that_is_gone_stands_in_the_table_and_in_the_reasons(office: FlaskClient) -> None:
    rows = office.get("/so/chi-tieu/orders.json?nhom=commune").get_json()["rows"]
    assert [(row["value"], row["before"]) for row in rows] == [(3, 0), (0, 1), (3, 1)]
    why = office.get("/so/chi-tieu/orders").text.split('id="vi-sao"')[1]
    assert "Xã Hà Bắc" in why
    assert "giảm 1 đơn" in why


def test_a_figures_page_names_its_formula_and_version_and_draws_its_days(office: FlaskClient) -> None:
    page = office.get("/so/chi-tieu/revenue").text
    assert "300.000" in page
    assert "Phiên bản công thức 1" in page
    assert page.count("<rect") == 2 * 90
    assert "Net" not in page
    assert "what the lines of" in office.get("/so/chi-tieu/revenue?lang=en").text.lower()


def test_the_rows_behind_are_one_press_away_and_come_in_pages(
    office: FlaskClient, coops: list[world.Coop], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = office.get("/so/chi-tieu/orders").text
    assert "/so/chi-tieu/orders/dong?" in page
    monkeypatch.setattr("trace.web.office.figures.PAGE", 2)
    first = office.get("/so/chi-tieu/orders/dong").text
    assert "Cộng các dòng: 3" in first
    onward = first.split("sau=")[1].split('"')[0]
    second = office.get(f"/so/chi-tieu/orders/dong?sau={onward}").text
    assert (first.count('<th scope="row"'), second.count('<th scope="row"')) == (2, 1)
    assert "Trang sau" in first
    assert "Trang sau" not in second
    rows = office.get("/so/chi-tieu/orders/dong.json").get_json()["rows"]
    assert [row["amount"] for row in rows] == [1, 1, 1]
    assert {row["cooperative"] for row in rows} == {coops[0].org.name}
    assert {row["status"] for row in rows} == {"hoàn thành"}


def test_the_rows_of_a_share_are_those_of_both_its_counts(office: FlaskClient) -> None:
    page = office.get("/so/chi-tieu/cancelled/dong").text
    assert "Tử số: Đơn hàng" in page
    assert "Cộng các dòng: 0" in page
    assert "Cộng các dòng: 3" in office.get("/so/chi-tieu/cancelled/dong?nguon=1").text


def test_rows_of_households_name_nobody(office: FlaskClient, coops: list[world.Coop]) -> None:
    page = office.get("/so/chi-tieu/households_on_platforms/dong").text
    assert coops[0].household.code in page
    assert coops[0].household.name not in page


@pytest.mark.parametrize(
    "asked", ["?tu=mai", "?nhom=mèo", "?tu=2026-06-02&den=2026-06-01", "?den=0001-01-01", "?nhom=market"]
)
def test_a_question_that_does_not_fit_is_said(office: FlaskClient, asked: str) -> None:
    for page in ("orders", "orders.csv", "orders/dong", "orders/dong.csv"):
        assert office.get(f"/so/chi-tieu/{page}{asked}").status_code == 422


def test_a_name_no_figure_has_and_a_form_no_file_has_are_not_found(office: FlaskClient) -> None:
    for page in ("meo", "meo.csv", "orders.pdf", "meo/dong", "orders/dong.exe"):
        assert office.get(f"/so/chi-tieu/{page}").status_code == 404


def test_a_commune_officer_sees_its_commune_only(
    coops: list[world.Coop], client: FlaskClient, now: datetime
) -> None:
    with transaction() as session:
        officer = world.make_account(session, now, Role.COMMUNE_OFFICER, commune_code=HA_BAC)
    world.sign_in(client, officer)
    rows = {row["name"]: row for row in client.get("/so/chi-tieu.json").get_json()["rows"]}
    assert (rows["Đơn hàng"]["value"], rows["Đơn hàng"]["before"]) == (0, 1)
    assert rows["Hộ lên sàn (1034)"]["value"] == 1
    asked = f"/so/chi-tieu/orders.json?nhom=cooperative&xa={THANH_HA}"
    assert [row["value"] for row in client.get(asked).get_json()["rows"]] == [0]
    page = client.get("/so/chi-tieu/orders").text
    assert f"{THANH_HA}" not in page


def test_narrowing_to_what_has_no_value_is_an_address_too(office: FlaskClient) -> None:
    assert "Chưa rõ" in office.get("/so/chi-tieu/orders?sao=-").text
    rows = office.get("/so/chi-tieu/orders.json?sao=-&nhom=product").get_json()["rows"]
    assert rows[-1]["value"] == 3


def test_the_office_is_told_of_sums_that_are_not_what_their_rows_say(
    office: FlaskClient, coops: list[world.Coop], now: datetime
) -> None:
    pages = ("/so", "/so/chi-tieu", "/so/chi-tieu/orders")
    assert not [path for path in pages if "nongsan stats rebuild" in office.get(path).text]
    with transaction() as session:
        session.execute(update(ShopMonth).values(orders=9))
        tell(session, differences(session), now)
    a_minute_later(office)
    for path in pages:
        assert "2 tổng theo ngày hoặc tháng không khớp" in office.get(path, follow_redirects=True).text, path


def test_a_tables_heading_says_the_unit_and_cuts_stand_in_the_order_of_the_field(office: FlaskClient) -> None:
    page = office.get("/so/chi-tieu/sold").text
    assert "Giá trị (kg)</th>" in page
    assert rows_of(office.get("/so/chi-tieu/sold.csv").data)[0][1] == "Giá trị (kg)"
    chosen = page.partition('name="nhom"')[2].partition("</select>")[0]
    cuts = re.findall(r'value="(\w+)"', chosen)
    known = [by.value for by in Dimension]
    assert cuts == sorted(cuts, key=known.index)
    assert cuts != sorted(cuts)


def test_a_curves_scale_fits_beside_it_in_words_of_the_reader(office: FlaskClient, now: datetime) -> None:
    """Forty tonnes a day were written as 40000 kg, and cut off at the left on a phone."""
    with transaction() as session:
        coop = world.make_coop(session, now, commune_code=THANH_HA)
        given = {"weight_g": 37_800_000, "harvested_on": today() - timedelta(days=1)}
        world.make_lot(session, now, coop.plot, None, packed_on=None, **given)
        recount(session)
    page = office.get("/so/chi-tieu/harvested").text.replace("\xa0", " ")
    scale = re.findall(r'text-anchor="end">([^<]*)<', page)
    assert scale[:5] == ["0 tấn", "10 tấn", "20 tấn", "30 tấn", "40 tấn"]
    assert max(len(said) for said in scale) <= 7
    english = office.get("/so/chi-tieu/harvested?lang=en").text.replace("\xa0", " ")
    assert ">40 t<" in english


def test_a_page_of_rows_is_read_and_its_file_is_sorted(
    office: FlaskClient, coops: list[world.Coop], now: datetime
) -> None:
    """A scan's instant as every page says one, and a stamp's number as a name, not as a quantity."""
    at = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    with transaction() as session:
        given = {"kid": 0, "serial": 565_471, "org_id": coops[0].org.id, "scanned_at": at}
        world.add(session, Scan(**given, state="FIRST"))
    page = office.get("/so/chi-tieu/scans/dong").text
    assert f">{formats.moment('vi', at)}</td>" in page
    assert ">565471</td>" in page
    (row,) = office.get("/so/chi-tieu/scans/dong.json").get_json()["rows"]
    assert row["scanned"] == at.astimezone(VN).strftime("%Y-%m-%d %H:%M:%S")
    assert row["serial"] == 565_471
