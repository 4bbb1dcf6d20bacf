"""The office's tables: the address is the view, files carry exactly the screen, text never a formula."""

import csv
import io
from datetime import date, datetime, timedelta

import openpyxl
import pytest
from flask import Flask, has_request_context
from flask.testing import FlaskClient

from tests import world
from tests.application import a_minute_later
from tests.services.test_statistics import make_listing, make_order, make_shop
from trace.db import Database, transaction
from trace.records.account import Role
from trace.records.market_order import OrderStatus
from trace.services.recounting import recount
from trace.standards.local_time import local_day

EVIL = '=HYPERLINK("http://evil.test")'


@pytest.fixture
def office(app: Flask, client: FlaskClient, now: datetime) -> FlaskClient:
    with transaction() as session:
        first = world.make_coop(session, now)
        second = world.make_coop(session, now, name=EVIL)
        for coop, marketplace, revenue in ((first, "shopee", 46_500), (second, "memory", 20_000)):
            shop = make_shop(session, now, coop, marketplace, str(coop.org.id))
            listing = make_listing(session, now, shop, "a", product_id=coop.product.id, unit_g=2_000)
            for back in range(3):
                lines = [(listing, 2, revenue)]
                make_order(session, shop, today() - timedelta(days=back), OrderStatus.COMPLETED, lines)
        recount(session)
        account = world.make_office(session, now)
    return world.sign_in(client, account)


def today() -> date:
    from datetime import UTC

    return local_day(datetime.now(UTC))


def lent(database: Database) -> list[int]:
    """Connections in use, of each engine."""
    return [engine.pool.checkedout() for engine in (database.reader, database.writer)]


def test_a_file_read_half_way_keeps_no_connection_and_no_request(
    office: FlaskClient, sqlite: Database
) -> None:
    answer = office.get(f"/so/ban-hang.csv?den={today().isoformat()}")
    pieces = answer.iter_encoded()
    assert [next(pieces).decode(), next(pieces).decode()[:4]] == ["\ufeff", "Ngày"]
    assert lent(sqlite) == [0, 0]
    assert not has_request_context()
    answer.close()
    assert list(pieces) == []
    assert office.get("/so").status_code == 200


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def test_the_first_six_shops_are_named_and_the_rest_counted(office: FlaskClient, now: datetime) -> None:
    assert "gian hàng nữa" not in office.get("/so").text
    with transaction() as session:
        coop = world.make_coop(session, now)
        for number in range(6):
            make_shop(session, now, coop, "shopee", f"more-{number}")
    assert "và 2 gian hàng nữa" in a_minute_later(office).get("/so").text


@pytest.mark.parametrize("by", ["day", "product", "cooperative", "commune", "marketplace"])
def test_files_carry_exactly_the_table_on_the_screen(office: FlaskClient, by: str) -> None:
    asked = f"nhom={by}&den={today().isoformat()}"
    page = office.get(f"/so/ban-hang?{asked}").text
    as_csv = rows_of(office.get(f"/so/ban-hang.csv?{asked}").data)
    book = openpyxl.load_workbook(io.BytesIO(office.get(f"/so/ban-hang.xlsx?{asked}").data))
    as_xlsx = list(book.active.iter_rows(values_only=True))
    as_json = office.get(f"/so/ban-hang.json?{asked}").get_json()["rows"]
    assert len(as_csv) - 1 == len(as_xlsx) - 1 == len(as_json)
    assert page.count("<tr>") == len(as_csv)
    assert float(as_csv[-1][-1]) == as_xlsx[-1][-1] == as_json[-1]["revenue"] == 3 * 2 * (46_500 + 20_000)
    assert as_json[-1]["weight"] == 24


def test_a_name_that_looks_like_a_formula_stays_text(office: FlaskClient) -> None:
    asked = f"nhom=cooperative&den={today().isoformat()}"
    names = [row[0] for row in rows_of(office.get(f"/so/ban-hang.csv?{asked}").data)]
    assert f"'{EVIL}" in names
    book = openpyxl.load_workbook(io.BytesIO(office.get(f"/so/ban-hang.xlsx?{asked}").data))
    cells = [cell for row in book.active.iter_rows() for cell in row]
    assert [cell for cell in cells if cell.data_type == "f"] == []
    assert EVIL in [cell.value for cell in cells]


def test_filters_stand_in_the_address(office: FlaskClient) -> None:
    found = office.get("/so/ban-hang.json?nhom=marketplace&san=shopee").get_json()["rows"]
    assert [row["marketplace"] for row in found] == ["Shopee", "Tổng"]


@pytest.mark.parametrize(
    "asked", ["tu=hôm qua", "nhom=mèo", "tu=2026-06-02&den=2026-06-01", "den=9999-99-99"]
)
def test_a_question_that_does_not_fit_is_said(office: FlaskClient, asked: str) -> None:
    answer = office.get(f"/so/ban-hang?{asked}")
    assert answer.status_code == 422


def test_an_unknown_kind_of_file_is_not_found(office: FlaskClient) -> None:
    assert office.get("/so/ban-hang.exe").status_code == 404


def test_a_cooperatives_staff_does_not_see_anothers_rows(
    app: Flask, office: FlaskClient, now: datetime
) -> None:
    with transaction() as session:
        third = world.make_coop(session, now)
        account = world.make_account(session, now, Role.COOP_STAFF, org_id=third.org.id)
    mine = world.sign_in(app.test_client(), account)
    assert mine.get("/so/ban-hang.json?nhom=cooperative").get_json()["rows"] == [
        {"cooperative": "Tổng", "orders": 0, "transactions": 0, "quantity": 0, "weight": 0, "revenue": 0}
    ]
