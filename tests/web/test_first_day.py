"""The first day's list: on the first page until it is over or put away, and found again."""

import io
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlmodel import select

from tests import world
from trace.db import reading, transaction
from trace.records.account import Account, Role
from trace.records.product import Product, ProductImage

GOOD = {"name": "Vải thiều hộp 1 kg", "unit_g": "1 kg", "crop": "lychee", "standards": "TCCS 01:2026"}


@pytest.fixture
def boss(app: Flask) -> Account:
    with transaction() as session:
        org = world.make_org(session, datetime.now(UTC))
        return world.make_account(session, datetime.now(UTC), Role.COOP_MANAGER, org_id=org.id)


@pytest.fixture
def page(boss: Account, client: FlaskClient) -> FlaskClient:
    return world.sign_in(client, boss)


def picture() -> tuple[io.BytesIO, str]:
    data = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(data, "JPEG")
    return io.BytesIO(data.getvalue()), "vai.jpg"


def test_an_empty_cooperative_sees_what_to_do_first_and_no_dead_end(page: FlaskClient) -> None:
    today = page.get("/htx").text
    assert "Xong 0 trên 9 việc" in today
    assert 'href="/htx/ngay-dau/don-vi"' in today
    assert 'href="/htx/lo/moi"' not in today


def test_each_form_leads_back_to_the_list_one_step_on(page: FlaskClient) -> None:
    steps = [
        ("/htx/ngay-dau/don-vi", {"phone": "0220 371 1111"}, "/htx/ngay-dau/ho"),
        ("/htx/ngay-dau/ho", {"name": "Nguyễn Văn An", "crop": "lychee", "area_m2": "5 sào"}, "san-pham"),
        ("/htx/ngay-dau/san-pham", {**GOOD, "image": picture()}, "/htx/lo/moi"),
    ]
    for number, (address, sent, following) in enumerate(steps, start=1):
        answer = page.post(address, data=sent, content_type="multipart/form-data")
        assert answer.headers["Location"] == "/htx/ngay-dau"
        shown = page.get("/htx/ngay-dau").text
        assert f"Xong {number} trên 9 việc" in shown
        assert following in shown
    assert "selected>Vải thiều hộp 1 kg" in page.get("/htx/lo/moi").text


def test_a_product_without_a_picture_is_not_kept(page: FlaskClient) -> None:
    answer = page.post("/htx/ngay-dau/san-pham", data=GOOD)
    assert answer.status_code == 422
    assert "Vải thiều hộp 1 kg" in answer.text
    with reading() as session:
        assert session.exec(select(Product)).all() == []


def test_a_form_sent_twice_makes_one_of_each(page: FlaskClient) -> None:
    for _ in range(2):
        sent = {**GOOD, "image": picture(), "request_id": "ngay-dau-0001"}
        answer = page.post("/htx/ngay-dau/san-pham", data=sent, content_type="multipart/form-data")
        assert answer.headers["Location"] == "/htx/ngay-dau"
    with reading() as session:
        assert len(session.exec(select(Product)).all()) == 1
        assert len(session.exec(select(ProductImage)).all()) == 1


def test_the_list_is_put_away_on_a_device_and_found_again(page: FlaskClient) -> None:
    assert page.get("/htx/ngay-dau?xem=an").headers["Location"] == "/htx"
    assert "trên 9 việc" not in page.get("/htx").text
    assert 'href="/htx/ngay-dau"' in page.get("/htx/them").text
    assert "trên 9 việc" in page.get("/htx/ngay-dau").text
    page.get("/htx/ngay-dau?xem=hien")
    assert "trên 9 việc" in page.get("/htx").text


def test_who_keeps_no_registry_sees_no_list(app: Flask, boss: Account) -> None:
    with transaction() as session:
        team = world.make_account(session, datetime.now(UTC), Role.DIGITAL_TEAM, commune_code="10813")
    client = world.sign_in(app.test_client(), team)
    assert "trên 9 việc" not in client.get("/htx").text
    assert client.get("/htx/ngay-dau").status_code == 403
