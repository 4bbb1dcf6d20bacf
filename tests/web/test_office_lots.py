"""The office's pages of lots, recalls and rules."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import world
from tests.services import farm
from trace.db import reading, transaction
from trace.records.lot import Lot, LotState
from trace.records.recall import Recall
from trace.records.rules import InformationRule, YieldRule
from trace.services import diary
from trace.standards.local_time import local_day


@pytest.fixture
def coop(app: Flask, monkeypatch: pytest.MonkeyPatch) -> world.Coop:
    now = datetime.now(UTC)
    monkeypatch.setattr(farm, "DAY", local_day(now))
    with transaction() as session:
        return farm.found(session, now)


@pytest.fixture
def office(client: FlaskClient, coop: world.Coop) -> FlaskClient:
    with transaction() as session:
        account = world.make_office(session, datetime.now(UTC))
    return world.sign_in(client, account)


@pytest.fixture
def held(coop: world.Coop) -> Lot:
    now = datetime.now(UTC)
    with transaction() as session:
        spray = farm.spray_in(coop.plot, farm.DAY - timedelta(days=1))
        diary.write_entry(session, coop.hand, spray, now)
        return farm.harvest(session, coop, now)


def state_of(lot: Lot) -> str:
    with reading() as session:
        return session.get_one(Lot, lot.id).state


def test_the_office_sees_the_case_and_lifts_it_with_a_result(office: FlaskClient, held: Lot) -> None:
    assert held.code in office.get("/so/viec").text
    with reading() as session:
        number = farm.holds_of(session, held)[0].id
    path = f"/so/lo/{held.public_id}/bo-tam-giu/{number}"
    assert office.post(path, data={"result": "", "lift_reason": ""}).status_code == 422
    assert state_of(held) == LotState.HOLD
    said = {"result": "KQ-1", "lift_reason": "Mẫu đạt giới hạn"}
    assert office.post(path, data=said).status_code == 303
    assert state_of(held) == LotState.OPEN
    assert office.post(path, data=said).status_code == 409
    assert held.code not in office.get("/so/viec").text


def test_a_manager_opens_no_page_of_the_office(client: FlaskClient, coop: world.Coop, held: Lot) -> None:
    manager = world.sign_in(client, coop.manager)
    for path in ("/so/viec", "/so/quy-tac", "/so/thu-hoi"):
        assert manager.get(path).status_code == 403
    assert manager.post(f"/so/lo/{held.public_id}/bo-tam-giu/1").status_code == 403


def test_a_recall_is_opened_by_one_and_closed_by_two_others(
    app: Flask, office: FlaskClient, held: Lot
) -> None:
    words = {
        "reason": "Nghi còn thuốc",
        "reason_en": "Residue suspected",
        "phone": "0220 000 0000",
        "lots": "1",
    }
    assert office.get(f"/so/thu-hoi/lo/{held.public_id}").status_code == 200
    page = office.post(f"/so/thu-hoi/lo/{held.public_id}", data=words).location
    assert state_of(held) == LotState.RECALLED
    others = []
    for _ in range(2):
        with transaction() as session:
            account = world.make_office(session, datetime.now(UTC))
        others.append(world.sign_in(app.test_client(), account))
    assert others[0].post(f"{page}/dong").status_code == 409
    assert others[0].post(f"{page}/xac-nhan").status_code == 303
    offers = [f'action="{page}/dong"' in one.get(page).get_data(as_text=True) for one in (office, *others)]
    assert offers == [False, False, True], "who opened it or confirmed first is not offered what is refused"
    assert others[0].post(f"{page}/dong").status_code == 409
    assert office.post(f"{page}/dong").status_code == 409
    assert others[1].post(f"{page}/dong").status_code == 303
    with reading() as session:
        assert farm.all_of(session, Recall)[0].closed_at is not None
    assert office.get("/so/thu-hoi").status_code == 200
    assert office.get(page).status_code == 200
    assert state_of(held) == LotState.RECALLED


def test_a_rule_is_followed_by_a_new_one_and_ended(office: FlaskClient) -> None:
    today = f"{local_day(datetime.now(UTC)):%d/%m/%Y}"
    rule = {"crop": "carrot", "variety": "", "warn_t_ha": "50,5", "block_t_ha": "70", "valid_from": today}
    assert (
        office.post("/so/quy-tac/yield", data={**rule, "source": "x", "warn_t_ha": "80"}).status_code == 422
    )
    assert office.post("/so/quy-tac/yield", data={**rule, "source": ""}).status_code == 422
    assert office.post("/so/quy-tac/yield", data={**rule, "source": "biên bản 3"}).status_code == 303
    with reading() as session:
        old, new = [row for row in farm.all_of(session, YieldRule) if row.crop == "carrot"]
    assert (old.valid_to < new.valid_from, new.warn_t_ha, new.valid_to) == (True, 50.5, None)
    path = f"/so/quy-tac/yield/{new.id}/ket-thuc"
    assert office.post(path, data={"last_day": "hôm nào đó"}).status_code == 422
    assert office.post(path, data={"last_day": today}).status_code == 303
    assert office.post(path, data={"last_day": today}).status_code == 409
    assert office.get("/so/quy-tac?lang=en").status_code == 200


def test_the_office_demands_an_item_and_stops_asking_for_it(office: FlaskClient) -> None:
    today = f"{local_day(datetime.now(UTC)):%d/%m/%Y}"
    rule = {"item": "tt02.8", "demand": "required", "valid_from": today, "source": "công văn 12"}
    path = "/so/quy-tac/information"
    assert office.post(path, data={**rule, "item": "tt02.11"}).status_code == 422
    assert office.post(path, data={**rule, "demand": "maybe"}).status_code == 422
    assert office.post(path, data=rule).status_code == 303
    with reading() as session:
        old, new = [row for row in farm.all_of(session, InformationRule) if row.item == "tt02.8"]
    assert (old.is_required, new.is_required, old.valid_to < new.valid_from) == (False, True, True)
    assert office.post(f"{path}/{new.id}/ket-thuc", data={"last_day": today}).status_code == 303
    assert "thương hiệu" in office.get("/so/quy-tac").text
