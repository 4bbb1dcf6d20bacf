"""The page of closed months: asked for on the page, done by a job, frozen beside today, files of the same."""

import csv
import io
from datetime import UTC, date, datetime, timedelta

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select

from tests import world
from tests.services.test_statistics import make_listing, make_order, make_shop
from trace.db import transaction
from trace.jobs.work import new_desk, run_one
from trace.records.market_order import MarketOrder, OrderStatus
from trace.records.sums import ShopMonth
from trace.services.month_closing.months import days_of, months_before
from trace.services.recounting import recount
from trace.services.schedules import add_job
from trace.settings import Settings
from trace.standards.local_time import local_day


def last_month() -> str:
    return months_before(local_day(datetime.now(UTC)), 1)[0]


def named(month: str) -> str:
    return f"tháng {int(month[5:])}/{month[:4]}"


def a_day() -> date:
    return days_of(last_month())[0] + timedelta(days=11)


@pytest.fixture
def shop(app: Flask, now: datetime) -> world.Coop:
    """A cooperative with one order of last month."""
    with transaction() as session:
        coop = world.make_coop(session, now)
        shop = make_shop(session, now, coop, "shopee", "1")
        listing = make_listing(session, now, shop, "a", product_id=coop.product.id, unit_g=2_000)
        make_order(session, shop, a_day(), OrderStatus.COMPLETED, [(listing, 2, 50_000)])
        recount(session)
    return coop


@pytest.fixture
def office(shop: world.Coop, client: FlaskClient, now: datetime) -> FlaskClient:
    with transaction() as session:
        account = world.make_office(session, now)
    return world.sign_in(client, account)


def ask(office: FlaskClient, month: str = "") -> str:
    return office.post("/so/chot-thang", data={"thang": month or last_month()}, follow_redirects=True).text


def work(settings: Settings) -> None:
    while run_one(new_desk(settings)) is not None:
        continue


def call_off() -> None:
    with transaction() as session:
        session.exec(select(MarketOrder)).one().status = OrderStatus.CANCELLED
        recount(session)
        add_job(session, "revise_months", "", datetime.now(UTC) - timedelta(seconds=1))


def test_a_month_is_asked_for_once_closed_by_the_job_and_shown(
    office: FlaskClient, settings: Settings
) -> None:
    assert f"Đang chốt {named(last_month())}" in ask(office)
    assert "đang chốt" in ask(office)
    assert office.get(f"/so/chot-thang/{last_month()}").status_code == 404
    work(settings)
    assert "không thay đổi" in office.get("/so/chot-thang").text
    page = office.get(f"/so/chot-thang/{last_month()}").text
    assert "100.000" in page
    assert page.count("như lúc chốt") > 10
    assert f"Đã chốt {named(last_month())} từ trước" in ask(office)


def test_a_cancel_after_closing_is_a_revision_with_its_order(office: FlaskClient, settings: Settings) -> None:
    ask(office)
    work(settings)
    call_off()
    month = office.get(f"/so/chot-thang/{last_month()}").text
    assert "giảm 100.000" in month.replace("\N{NO-BREAK SPACE}", " ")
    work(settings)
    assert "chỉ tiêu có thay đổi" in office.get("/so/chot-thang").text
    page = office.get(f"/so/chot-thang/{last_month()}/revenue").text
    assert "Doanh thu: 100.000" in page.replace("\N{NO-BREAK SPACE}", " ")
    assert "1 dòng tính khác lúc chốt" in page
    assert "không tính nữa" in page
    with transaction() as session:
        assert session.exec(select(MarketOrder)).one().ext_order_id in page
    rows = office.get(f"/so/chot-thang/{last_month()}/thay-doi.json").get_json()["rows"]
    (revenue,) = [row for row in rows if row["name"] == "Doanh thu"]
    assert (revenue["frozen"], revenue["then"], revenue["changed"]) == (100_000, 0, 1)


def test_files_carry_the_page(office: FlaskClient, settings: Settings) -> None:
    ask(office)
    work(settings)
    here = f"/so/chot-thang/{last_month()}"
    rows = list(csv.reader(io.StringIO(office.get(f"{here}.csv").data.decode("utf-8-sig"))))
    book = openpyxl.load_workbook(io.BytesIO(office.get(f"{here}.xlsx").data))
    told = office.get(f"{here}.json").get_json()["rows"]
    assert len(rows) - 1 == book.active.max_row - 1 == len(told)
    assert {row["name"]: row["frozen"] for row in told}["Doanh thu"] == 100_000
    parts = office.get(f"{here}/revenue.json?nhom=marketplace").get_json()["rows"]
    assert [(row["marketplace"], row["value"]) for row in parts] == [("Shopee", 100_000), ("Tất cả", 100_000)]
    assert "Giá trị (đồng)" in office.get(f"{here}/revenue.csv?nhom=marketplace").data.decode("utf-8-sig")
    for wrong in (f"{here}.pdf", f"{here}/meo", "/so/chot-thang/2024-01", "/so/chot-thang/meo.csv"):
        assert office.get(wrong).status_code == 404
    assert office.get(f"{here}/revenue?nhom=day").status_code == 409


def test_a_figure_without_any_row_and_one_of_today_have_their_pages(
    office: FlaskClient, settings: Settings
) -> None:
    ask(office)
    work(settings)
    for name in ("consumer_reports", "price_spread", "sync_age", "duplicate_orders", "trained_then_selling"):
        assert office.get(f"/so/chot-thang/{last_month()}/{name}").status_code == 200
    page = office.get(f"/so/chot-thang/{last_month()}/households_on_platforms").text
    assert "không có trạng thái cũ để hỏi lại" in page


def test_a_month_that_is_not_over_and_sums_that_are_not_their_rows_are_said(
    office: FlaskClient, settings: Settings
) -> None:
    this = f"{local_day(datetime.now(UTC)):%Y-%m}"
    answer = office.post("/so/chot-thang", data={"thang": this})
    assert (answer.status_code, "Tháng chưa hết" in answer.text) == (409, True)
    assert office.post("/so/chot-thang", data={"thang": "meo"}).status_code == 422
    with transaction() as session:
        session.exec(select(ShopMonth)).one().revenue_vnd += 1
    ask(office)
    work(settings)
    assert "Số cộng sẵn và các dòng khác nhau" in office.get("/so/chot-thang").text
