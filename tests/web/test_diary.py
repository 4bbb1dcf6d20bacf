"""The diary's pages."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import world
from tests.services import farm
from trace.db import reading, transaction
from trace.records.diary_entry import DiaryEntry
from trace.standards.local_time import local_day


@pytest.fixture
def coop(app: Flask) -> world.Coop:
    with transaction() as session:
        return farm.found(session, datetime.now(UTC))


@pytest.fixture
def staff(client: FlaskClient, coop: world.Coop) -> FlaskClient:
    return world.sign_in(client, coop.staff)


def form(coop: world.Coop, **more: str) -> dict[str, str]:
    values = {"plot_id": str(coop.plot.id), "kind": "spray", "when": "today", "material": "Abamectin"}
    return {**values, "request_id": farm.request_id(), **more}


def test_a_spray_is_saved_and_says_from_when_one_may_harvest(staff: FlaskClient, coop: world.Coop) -> None:
    assert staff.post("/htx/nhat-ky/moi", data=form(coop)).status_code == 303
    page = staff.get("/htx/nhat-ky").text
    free = local_day(datetime.now(UTC)) + timedelta(days=7)
    assert f"{free:%d/%m/%Y}" in page
    assert "Abamectin" in page


def test_an_unknown_bottle_asks_for_the_days_on_its_label(staff: FlaskClient, coop: world.Coop) -> None:
    asked = staff.post("/htx/nhat-ky/moi", data=form(coop, material="<b>lạ</b>"))
    assert asked.status_code == 422
    assert 'id="e-waiting_days"' in asked.text
    assert "<b>lạ</b>" not in asked.text
    told = staff.post("/htx/nhat-ky/moi", data=form(coop, material="<b>lạ</b>", waiting_days="5"))
    assert told.status_code == 303
    assert "<b>lạ</b>" not in staff.get("/htx/nhat-ky").text


def test_the_same_spray_again_is_asked_about(staff: FlaskClient, coop: world.Coop) -> None:
    staff.post("/htx/nhat-ky/moi", data=form(coop))
    assert staff.post("/htx/nhat-ky/moi", data=form(coop)).status_code == 409
    assert staff.post("/htx/nhat-ky/moi", data=form(coop, twin="new")).status_code == 303


def test_a_correction_comes_filled_in_and_needs_its_reason(staff: FlaskClient, coop: world.Coop) -> None:
    staff.post("/htx/nhat-ky/moi", data=form(coop))
    with reading() as session:
        number = farm.all_of(session, DiaryEntry)[0].id
    page = staff.get(f"/htx/nhat-ky/moi?dinh-chinh={number}").text
    assert 'value="Abamectin"' in page
    sent = form(coop, corrects_id=str(number), waiting_days="10")
    assert staff.post("/htx/nhat-ky/moi", data={**sent, "reason": ""}).status_code == 422
    assert staff.post("/htx/nhat-ky/moi", data={**sent, "reason": "nhãn ghi 10 ngày"}).status_code == 303
    assert "nhãn ghi 10 ngày" in staff.get("/htx/nhat-ky").text


@pytest.mark.parametrize("number", ["999999", "0"])
def test_an_absent_entry_is_not_found(staff: FlaskClient, number: str) -> None:
    assert staff.get(f"/htx/nhat-ky/moi?dinh-chinh={number}").status_code == 404
