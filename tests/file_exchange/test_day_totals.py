"""Totals that a person typed in: in the figures, shown as such, never on top of known orders."""

import io
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from tests import world
from tests.file_exchange.booth import NOW, Booth, faults, open_booth, shop_day
from trace.db import Database, reading, transaction
from trace.errors import Invalid, Refused
from trace.records.account import Role
from trace.records.file_exchange import DayTotal
from trace.records.shop import Listing, Shop
from trace.services import admission, listings, statistics
from trace.services.file_exchange import day_totals
from trace.services.product_images import Picture

DAY = date(2026, 6, 5)
HEAD = "Mã đơn;Ngày tạo;Tình trạng;Mã hàng;Số lượng;Giá bán"
PICTURE = Picture(1, 1, b"\xff\xd8")


@pytest.fixture
def booth(database: Database, now: datetime, tmp_path) -> Booth:
    return open_booth(now, tmp_path)


def enter(booth: Booth, orders: int = 5, day: date = DAY, **more: int) -> None:
    given = {"transactions": 3, "quantity": 9, "revenue_vnd": 500_000, **more}
    with transaction() as session:
        shop = session.get_one(Shop, booth.shop.id)
        typed = day_totals.TotalsIn(day=day, orders=orders, **given)
        day_totals.enter(session, shop, typed, PICTURE, None, NOW)


def test_totals_stand_in_the_figures_and_are_named_as_typed_in(booth: Booth) -> None:
    enter(booth)
    assert shop_day(booth.shop, DAY) == (5, 3, 9, 500_000)
    assert faults() == []
    office = admission.Actor(None, Role.OFFICE)
    question = statistics.Question(DAY, DAY)
    with reading() as session:
        answer = statistics.sales(session, office, question)
        typed = statistics.by_hand(session, office, question)
    assert (
        (answer.total.orders, answer.total.revenue_vnd) == (5, 500_000) == (typed.orders, typed.revenue_vnd)
    )


def test_entering_a_day_again_replaces_it(booth: Booth) -> None:
    enter(booth)
    enter(booth, orders=6)
    assert shop_day(booth.shop, DAY) == (6, 3, 9, 500_000)
    assert faults() == []


def told(booth: Booth, *rows: str, is_full: bool = False) -> None:
    path = booth.csv(HEAD, *rows)
    booth.map_columns(path, is_full=is_full)
    booth.learn({"Mới": "placed", "Hủy": "cancelled"})
    booth.take(path)


def test_a_report_of_the_day_ends_them_and_nothing_is_counted_twice(booth: Booth) -> None:
    enter(booth)
    enter(booth, day=DAY + timedelta(days=9))
    told(booth, "A1;05/06/2026;Mới;S1;2;10000")
    assert shop_day(booth.shop, DAY) == (1, 0, 2, 20_000)
    assert shop_day(booth.shop, DAY + timedelta(days=9)) == (5, 3, 9, 500_000)
    assert faults() == []
    with pytest.raises(Refused, match=r"file\.total\.known"):
        enter(booth)


def test_a_full_list_that_names_no_order_of_the_day_ends_them_too(booth: Booth) -> None:
    enter(booth)
    told(booth, "A1;04/06/2026;Mới;S1;2;10000", "A2;06/06/2026;Hủy;S1;2;10000", is_full=True)
    assert shop_day(booth.shop, DAY) is None
    assert faults() == []


def test_a_cancelled_order_is_a_known_day_too(booth: Booth) -> None:
    told(booth, "A1;05/06/2026;Hủy;S1;2;10000")
    with pytest.raises(Refused):
        enter(booth)


def test_what_can_not_be_is_refused(booth: Booth) -> None:
    with pytest.raises(Invalid):
        enter(booth, day=date(2026, 8, 1))
    with pytest.raises(Invalid):
        enter(booth, day=date(2009, 6, 5))
    with pytest.raises(Invalid):
        enter(booth, orders=2)


def test_totals_belong_to_no_product(booth: Booth) -> None:
    enter(booth)
    with reading() as session:
        listing = session.execute(select(Listing)).scalar_one()
        assert listings.list_shelf(session, booth.coop.boss, booth.shop) == []
    with transaction() as session, pytest.raises(admission.NotFound):
        listings.map_listing(session, booth.coop.boss, booth.shop.id, listing.id, "", None, NOW)


def screenshot() -> bytes:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "Nguyễn Thị Lụa 0912345678"
    Image.new("RGB", (40, 80), "white").save(out, "JPEG", exif=exif)
    return out.getvalue()


def test_the_page_takes_a_day_with_its_picture_made_anew(app: Flask, client: FlaskClient, tmp_path) -> None:
    booth = open_booth(datetime.now(UTC), tmp_path)
    manager = world.sign_in(client, booth.coop.manager)
    here = f"/htx/gian-hang/{booth.shop.id}/tong-ngay"
    said = {
        "day": "5/6/2026",
        "orders": "5",
        "transactions": "3",
        "quantity": "1.200",
        "revenue_vnd": "1,5 triệu",
    }
    assert manager.post(here, data=said).status_code == 422  # no picture
    answer = manager.post(here, data={**said, "image": (io.BytesIO(screenshot()), "a.jpg")})
    assert answer.status_code == 303, answer.text
    page = manager.get(here).text
    assert "nhập tay" in page
    assert booth.coop.manager.name in page
    with reading() as session:
        row = session.execute(select(DayTotal)).scalar_one()
    assert (row.quantity, row.revenue_vnd) == (1_200, 1_500_000)
    got = manager.get(f"{here}/{row.id}.jpg")
    assert got.status_code == 200
    assert b"0912345678" not in got.data
    office = world.sign_in(app.test_client(), _office())
    asked = "tu=2026-06-01&den=2026-06-30"
    assert "nhập tay" in office.get(f"/so/ban-hang?{asked}").text
    assert "nhập tay" in office.get(f"/so/ban-hang.json?{asked}").json["notes"][-1]


def _office():
    with transaction() as session:
        return world.make_office(session, datetime.now(UTC))
