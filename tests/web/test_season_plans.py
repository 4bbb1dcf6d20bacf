"""The pages of season plans: entered by either name of a commune, corrected, listed as files carry them."""

import csv
import io
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import world
from tests.units import HA_BAC, THANH_HA
from trace.db import reading, transaction
from trace.records.account import Role
from trace.records.season_plan import SeasonPlan

PLAN = {"place": f"2025-07:{THANH_HA}", "crop": "lychee", "variety": "thiều", "first_day": "8/6/2026"}
PLAN |= {"last_day": "5/7/2026", "weight_g": "1.200", "area_m2": "90,5", "price_vnd_kg": "25.000", "note": ""}


@pytest.fixture
def office(client: FlaskClient, now: datetime) -> FlaskClient:
    with transaction() as session:
        world.make_org(session, now)
        account = world.make_office(session, now)
    return world.sign_in(client, account)


def officer(app: Flask, now: datetime) -> FlaskClient:
    with transaction() as session:
        account = world.make_account(session, now, Role.COMMUNE_OFFICER, commune_code=THANH_HA)
    return world.sign_in(app.test_client(), account)


def add(client: FlaskClient, **more: str) -> str:
    answer = client.post("/so/ke-hoach/moi", data={**PLAN, **more})
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def test_a_plan_is_entered_by_the_name_of_before_and_stands_in_every_file(office: FlaskClient) -> None:
    add(office, place="2025-01:10867")
    add(office, place=f"2025-07:{HA_BAC}", weight_g="300", area_m2="30", price_vnd_kg="")
    page = office.get("/so/ke-hoach?nam=2026").text
    assert "Xã Thanh Sơn" in page
    assert "Xã Hà Bắc" in page
    rows = list(csv.reader(io.StringIO(office.get("/so/ke-hoach.csv?nam=2026").text.lstrip("\ufeff"))))
    assert len(rows) == 4
    told = office.get("/so/ke-hoach.json?nam=2026").json["rows"]
    assert (told[-1]["weight_t"], told[-1]["area_ha"], told[-1]["price_vnd_kg"]) == (1500, 120.5, 25_000)
    assert (
        next(one["commune"] for one in office.get("/so/ke-hoach.json?nam=2026&xa=ha bac").json["rows"])
        == "Xã Hà Bắc"
    )
    assert office.get("/so/ke-hoach.xlsx?nam=2026").data[:2] == b"PK"
    assert office.get("/so/ke-hoach.pdf").status_code == 404


def test_a_correction_shows_what_stood_before_and_why(office: FlaskClient) -> None:
    where = add(office)
    form = office.get(where).text
    assert 'value="1200"' in form
    assert 'value="90,5"' in form
    assert 'value="08/06/2026"' in form
    refused = office.post(where, data={**PLAN, "weight_g": "1.000", "reason": ""})
    assert refused.status_code == 422
    assert '<details class="sheet" open>' in refused.text
    answer = office.post(where, data={**PLAN, "weight_g": "1.000", "reason": "Đo lại"})
    page = office.get(answer.location).text
    assert "Đo lại" in page
    assert page.index("1.000\xa0tấn") < page.index("1.200\xa0tấn")
    assert "đã được đính chính" in office.get(where).text


def test_a_plan_that_clashes_keeps_what_was_typed_and_says_with_which_days(office: FlaskClient) -> None:
    add(office)
    refused = office.post("/so/ke-hoach/moi", data={**PLAN, "variety": "", "note": "Công văn 12"})
    assert refused.status_code == 422
    assert "08/06/2026" in refused.text
    assert "05/07/2026" in refused.text
    assert "Công văn 12" in refused.text


def test_an_officer_proposes_and_sees_its_own_commune_only(
    app: Flask, office: FlaskClient, now: datetime
) -> None:
    theirs = officer(app, now)
    where = add(theirs)
    elsewhere = add(office, place=f"2025-07:{HA_BAC}")
    assert "chưa được tính" in theirs.get(where).text
    assert theirs.get(elsewhere).status_code == 404
    assert "Hà Bắc" not in theirs.get("/so/ke-hoach?nam=2026").text
    assert theirs.post(f"{where}/xac-nhan").status_code == 403
    assert theirs.post("/so/ke-hoach/moi", data={**PLAN, "place": f"2025-07:{HA_BAC}"}).status_code == 404
    assert office.post(f"{where}/xac-nhan").status_code == 303
    with reading() as session:
        assert session.query(SeasonPlan).filter(SeasonPlan.confirmed_at.is_(None)).count() == 0


def test_a_file_is_looked_at_before_its_good_rows_go_in(office: FlaskClient) -> None:
    text = "Xã,Cây trồng,Từ ngày,Đến ngày,Sản lượng (tấn),Diện tích (ha)\n"
    text += "xã Thanh Hà,Vải,8/6/2026,5/7/2026,1200,90\nxã Nào Đó,Vải,8/6/2026,5/7/2026,1,1\n"
    sent = {"loai": "plans", "file": (io.BytesIO(text.encode()), "ke-hoach.csv")}
    checked = office.post("/so/ke-hoach/nhap", data=sent)
    assert checked.status_code == 303
    page = office.get(checked.location).text
    assert "xã Nào Đó" in page
    assert "Kế hoạch vụ" in page
    assert office.get(f"{checked.location}/loi.xlsx").data[:2] == b"PK"
    assert "Xã Thanh Hà" not in office.get("/so/ke-hoach?nam=2026").text
    assert office.post(checked.location).status_code == 303
    assert "Xã Thanh Hà" in office.get("/so/ke-hoach?nam=2026").text


def test_a_cooperative_proposes_and_both_sides_are_told_what_became_of_it(
    app: Flask, office: FlaskClient, now: datetime
) -> None:
    with transaction() as session:
        coop = world.make_coop(session, now)
    theirs = world.sign_in(app.test_client(), coop.manager)
    refused = theirs.post("/htx/ke-hoach/moi", data={**PLAN, "place": f"2025-07:{HA_BAC}"})
    assert refused.status_code == 422
    assert "chưa có vườn" in refused.text
    wish = str(theirs.post("/htx/ke-hoach/moi", data=PLAN).location)
    number = wish.rsplit("/", 1)[1]
    assert "chưa được tính" in theirs.get(wish).text
    assert theirs.get(f"/so/ke-hoach/{number}").status_code == 403
    for page in ("/so/ke-hoach?nam=2031", "/so/viec"):
        assert "hờ xác nhận: 1" in office.get(page).text
    assert coop.org.name in office.get("/so/ke-hoach?nam=2031").text
    where = f"/so/ke-hoach/{number}"
    assert office.post(f"{where}/bo", data={"reason": "Gấp đôi năng suất"}).status_code == 303
    for page in (wish, "/htx", "/htx/ke-hoach"):
        assert "Gấp đôi năng suất" in theirs.get(page).text
    again = str(theirs.post("/htx/ke-hoach/moi", data=PLAN).location)
    judge = officer(app, now)
    assert judge.post(f"/so/ke-hoach/{again.rsplit('/', 1)[1]}/xac-nhan").status_code == 303
    assert "đang được tính" in theirs.get(again).text
    assert theirs.post(f"{again}/rut", data={"reason": "Thôi"}).status_code == 403
    assert office.get("/so/ke-hoach.json?nam=2026").json["rows"][0]["org"] == coop.org.name


def test_the_page_of_a_proposal_names_the_plan_that_stands_in_its_way(
    app: Flask, office: FlaskClient, now: datetime
) -> None:
    with transaction() as session:
        coop = world.make_coop(session, now)
    add(office, weight_g="4321")
    theirs = world.sign_in(app.test_client(), coop.manager)
    wish = str(theirs.post("/htx/ke-hoach/moi", data=PLAN).location)
    judged = f"/so/ke-hoach/{wish.rsplit('/', 1)[1]}"
    for client, page in ((theirs, wish), (office, judged)):
        assert "4.321" in client.get(page).text
    assert office.post(f"{judged}/xac-nhan").status_code == 422
    assert theirs.post(f"{wish}/rut", data={"reason": " "}).status_code == 422
    assert theirs.post(f"{wish}/rut", data={"reason": "Nhập nhầm"}).status_code == 303
    assert "Đã rút" in theirs.get("/htx/ke-hoach").text
