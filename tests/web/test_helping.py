"""The digital team at work on the pages, and what others see of it."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select

from tests import world
from tests.services import farm
from tests.units import HA_BAC, THANH_HA
from trace.db import reading, transaction
from trace.records.account import Role
from trace.records.household import Household

TEAM_NAME = "Tổ công nghệ số thôn Đông"


@pytest.fixture
def coop(app: Flask) -> world.Coop:
    with transaction() as session:
        return farm.found(session, datetime.now(UTC))


def team(app: Flask, commune: str = THANH_HA) -> FlaskClient:
    with transaction() as session:
        row = world.make_account(session, datetime.now(UTC), Role.DIGITAL_TEAM, commune_code=commune)
        row.name = TEAM_NAME
    return world.sign_in(app.test_client(), row)


def household(coop: world.Coop, **more: str) -> dict[str, str]:
    values = {"org": coop.org.public_id, "code": "GT-7", "name": "Phạm Thị Lan", "how": "phone"}
    return {**values, "said_on": "01/06/2026", "place": f"2025-07:{THANH_HA}", **more}


def test_a_household_is_registered_and_its_first_lot_written_on_pages(app: Flask, coop: world.Coop) -> None:
    helper = team(app)
    assert "/htx/ghi-thay/moi" in helper.get("/htx/ho").text
    page = helper.get("/htx/ghi-thay/moi").text
    assert coop.org.name in page
    assert "Chỉ ghi hộ nào đã đồng ý" in page
    there = helper.post("/htx/ghi-thay/moi", data=household(coop)).headers["Location"]
    shown = helper.get(there).text
    assert "Hộ đồng ý ngày 01/06/2026, qua điện thoại." in shown
    assert f"tổ công nghệ số ghi thay: {TEAM_NAME}" in shown
    land = {"code": "GT-7-1", "crop": "lychee", "area_m2": "5 sào", "place": f"2025-07:{THANH_HA}"}
    assert helper.post(f"{there}/vuon/moi", data=land).status_code == 303
    form = helper.get("/htx/lo/moi").text
    assert "GT-7-1" in form
    assert coop.plot.name not in form
    assert "Anh/chị đang ghi thay bà con" in form


def test_who_wrote_for_the_household_is_shown_beside_what_was_written(app: Flask, coop: world.Coop) -> None:
    helper, staff = team(app), world.sign_in(app.test_client(), coop.staff)
    with transaction() as session:
        farm.agree_to_help(session, coop, datetime.now(UTC))
    lot = {"plot_id": str(coop.plot.id), "weight_g": "120", "when": "today"}
    there = helper.post("/htx/lo/moi", data={**lot, "request_id": farm.request_id()}).headers["Location"]
    spray = {"plot_id": str(coop.plot.id), "kind": "spray", "material": "Abamectin", "when": "today"}
    assert helper.post("/htx/nhat-ky/moi", data={**spray, "request_id": farm.request_id()}).status_code == 303
    for address in (there, "/htx/nhat-ky"):
        assert f"tổ công nghệ số ghi thay: {TEAM_NAME}" in staff.get(address).text


def test_a_household_that_did_not_agree_is_told_of_and_then_agrees(app: Flask, coop: world.Coop) -> None:
    helper = team(app)
    lot = {"plot_id": str(coop.plot.id), "weight_g": "120", "when": "today"}
    refused = helper.post("/htx/lo/moi", data={**lot, "request_id": farm.request_id()})
    assert refused.status_code == 409
    assert "chưa nhờ tổ công nghệ số ghi thay" in refused.text
    there = f"/htx/ho/{coop.household.id}"
    assert f"{there}/sua" not in helper.get(there).text
    wrong = helper.post(f"{there}/ghi-thay", data={"how": "spoken", "said_on": "31/12/2099"})
    assert (wrong.status_code, "chưa tới" in wrong.text) == (422, True)
    assert (
        helper.post(f"{there}/ghi-thay", data={"how": "spoken", "said_on": "01/06/2026"}).status_code == 303
    )
    assert f"{there}/sua" in helper.get(there).text
    assert helper.post("/htx/lo/moi", data={**lot, "request_id": farm.request_id()}).status_code == 303
    assert helper.post(f"{there}/ghi-thay", data={"what": "withdraw"}).status_code == 303
    again = helper.post("/htx/lo/moi", data={**lot, "request_id": farm.request_id()})
    assert again.status_code == 409


def test_another_communes_team_finds_neither_page_nor_household(app: Flask, coop: world.Coop) -> None:
    away = team(app, HA_BAC)
    there = f"/htx/ho/{coop.household.id}"
    answers = [
        away.get(there),
        away.get(f"{there}/sua"),
        away.get(f"{there}/vuon/moi"),
        away.post(f"{there}/ghi-thay", data={"how": "spoken", "said_on": "01/06/2026"}),
        away.get("/htx/ho/999999"),
    ]
    assert [answer.status_code for answer in answers] == [404] * 5
    refused = away.post("/htx/ghi-thay/moi", data=household(coop, place=f"2025-07:{HA_BAC}"))
    assert refused.status_code == 422
    with reading() as session:
        assert session.exec(select(Household).where(Household.code == "GT-7")).first() is None


def test_consent_to_help_is_not_given_by_the_form_of_the_others(app: Flask, coop: world.Coop) -> None:
    staff = world.sign_in(app.test_client(), coop.staff)
    there = f"/htx/ho/{coop.household.id}"
    assert staff.post(f"{there}/dong-y", data={"purpose": "help", "what": "give"}).status_code == 404
    assert "Hộ chưa nhờ" in staff.get(there).text
