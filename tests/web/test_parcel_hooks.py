"""ViettelPost calls back: forged, replayed, late, out of order, the secret anywhere, about strangers."""

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from tests import world
from tests.marketplaces.carrier_stall import SECRET, CarrierStall, push_body
from tests.services.shipment_world import connect_account
from tests.web.parcels import Office, open_office
from trace.db import Database, reading, transaction
from trace.records.carrier import CarrierAccount, CarrierPush
from trace.records.shipment import ShipmentStep
from trace.services import keeping

IN_HEADER = {"Authorization": SECRET}


def connected(simulators: str, folder: Path, mode: str = "header") -> Office:
    office = open_office(CarrierStall(simulators, mode), folder)
    assert office.connect().status_code == 303
    return office


@pytest.fixture
def office(database: Database, simulators: str, tmp_path: Path) -> Office:
    return connected(simulators, tmp_path)


@pytest.fixture
def lite(sqlite: Database, simulators: str, tmp_path: Path) -> Office:
    return connected(simulators, tmp_path)


def pushes() -> list[CarrierPush]:
    with reading() as session:
        return list(session.execute(select(CarrierPush).order_by(CarrierPush.id)).scalars())


def steps() -> list[str]:
    with reading() as session:
        rows = session.execute(select(ShipmentStep).order_by(ShipmentStep.at, ShipmentStep.id)).scalars()
        return [row.code for row in rows]


@pytest.mark.parametrize("mode", ["header", "body", "both"])
def test_the_place_of_the_secret_is_learned_from_the_first_push_and_kept(
    sqlite: Database, simulators: str, tmp_path: Path, mode: str
) -> None:
    office = connected(simulators, tmp_path, mode)
    parcel = office.booked()
    assert office.account().hook_mode == ""
    assert office.push(*office.stall.pushed(parcel.number, 105)).status_code == 200
    assert office.account().hook_mode == mode
    elsewhere = {"header": ({}, SECRET), "body": (IN_HEADER, ""), "both": (IN_HEADER, "")}[mode]
    forged = push_body(elsewhere[1], ORDER_REFERENCE=parcel.number, ORDER_NUMBER=parcel.ext_number)
    assert office.push(elsewhere[0], forged).status_code == 403
    assert office.push(*office.stall.pushed(parcel.number, 501)).status_code == 200


@pytest.mark.parametrize(
    ("headers", "token"),
    [
        ({}, ""),
        ({"Authorization": "x"}, "x"),
        ({"Authorization": SECRET.upper()}, ""),
        ({"Token": SECRET}, ""),
    ],
)
def test_who_does_not_know_the_secret_says_nothing(lite: Office, headers: dict[str, str], token: str) -> None:
    parcel = lite.booked()
    forged = push_body(token, ORDER_REFERENCE=parcel.number, ORDER_NUMBER=parcel.ext_number)
    assert lite.push(headers, forged).status_code == 403
    assert pushes() == []


def test_one_answer_for_every_refusal(lite: Office) -> None:
    asks = {"Accept": "application/problem+json"}
    known, good = {**IN_HEADER, **asks}, push_body("")
    answers = [
        lite.push(asks, good),
        lite.push(known, good, mark="khong-co-dia-chi-nay"),
        lite.push(known, b"{}"),
        lite.push(known, b""),
        lite.push(known, good + b" " * 100_000),
        lite.push(known, push_body("", ORDER_STATUSDATE="mai")),
    ]
    assert {(one.status_code, one.text) for one in answers} == {(403, answers[0].text)}


def test_a_secret_copied_from_another_account_opens_nothing(lite: Office) -> None:
    """A sealed value belongs to its organisation: in another one's row it is nobody's."""
    parcel = lite.booked()
    now = datetime.now(UTC)
    with transaction() as session:
        other = connect_account(session, world.make_coop(session, now), now)
        mark, other.hook_sealed = other.hook_mark, session.get(CarrierAccount, parcel.account_id).hook_sealed
    headers, body = lite.stall.pushed(parcel.number, 501)
    assert lite.push(headers, body, mark=mark).status_code == 503
    assert pushes() == []


def test_a_push_is_kept_before_it_is_applied_and_applied_once(office: Office) -> None:
    parcel = office.booked()
    headers, body = office.stall.pushed(parcel.number, 105)
    for _ in range(3):
        assert office.push(headers, body).status_code == 200
    assert len(pushes()) == 1
    assert office.parcel(parcel.public_id).state == "booked"
    assert office.apply().figures["steps"] == 1
    assert office.parcel(parcel.public_id).state == "picked_up"
    assert pushes()[0].applied_at is not None
    office.push(headers, body)
    assert office.apply().figures.get("steps", 0) == 0


def test_a_push_replayed_after_its_row_was_forgotten_changes_nothing(office: Office) -> None:
    parcel = office.booked()
    at = int(datetime.now(UTC).timestamp())
    first = office.stall.pushed(parcel.number, 500, at + 1)
    office.push(*first)
    office.push(*office.stall.pushed(parcel.number, 501, at + 2))
    office.apply()
    before = steps()
    with transaction() as session:
        assert keeping.sweep(session, datetime.now(UTC) + timedelta(days=40))["carrier_pushes"] == 2
    office.push(*first)
    office.apply()
    assert steps() == before
    assert office.parcel(parcel.public_id).state == "delivered"


@pytest.mark.parametrize("seed", range(4))
def test_in_whatever_order_they_come_the_history_is_the_same(lite: Office, seed: int) -> None:
    dice = random.Random(seed)
    parcel = lite.booked()
    at = int(datetime.now(UTC).timestamp())
    codes = [103, 104, 105, 200, 300, 400, 500, 505, 508, 501]
    told = [lite.stall.pushed(parcel.number, code, at + 1 + place // 2) for place, code in enumerate(codes)]
    told += dice.sample(told, 4)
    dice.shuffle(told)
    for headers, body in told:
        assert lite.push(headers, body).status_code == 200
        if dice.random() < 0.4:
            lite.apply()
    lite.apply()
    found = lite.parcel(parcel.public_id)
    assert (found.state, found.status_raw) == ("delivered", "501")
    assert sorted(steps()) == sorted(["booked", *map(str, codes)])


def test_a_code_nobody_knows_is_kept_and_shown(lite: Office) -> None:
    parcel = lite.booked()
    lite.push(*lite.stall.pushed(parcel.number, 777))
    lite.apply()
    assert lite.parcel(parcel.public_id).state == "unmapped"
    assert "mã 777, chưa rõ nghĩa" in lite.page(parcel)


def test_a_parcel_booked_elsewhere_is_answered_and_forgotten(lite: Office) -> None:
    lite.booked()
    strange = push_body(ORDER_NUMBER="9999", ORDER_REFERENCE="chị Kín 0912345987")
    assert lite.push(IN_HEADER, strange).status_code == 200
    assert pushes() == []


def test_a_way_back_with_a_number_of_its_own_is_no_delivery(lite: Office) -> None:
    parcel = lite.booked()
    back = push_body(ORDER_NUMBER=f"{parcel.ext_number}1P1", ORDER_REFERENCE=parcel.ext_number)
    assert lite.push(IN_HEADER, back).status_code == 200
    assert pushes() == []


def test_a_second_parcel_under_our_number_is_said_and_is_no_state_of_the_first(lite: Office) -> None:
    parcel = lite.booked()
    twin = push_body(ORDER_NUMBER="555", ORDER_REFERENCE=parcel.number, ORDER_STATUS=501)
    lite.push(IN_HEADER, twin)
    lite.apply()
    found = lite.parcel(parcel.public_id)
    assert (found.state, found.twin_number) == ("booked", "555")
    assert "555" in lite.page(parcel)


def test_what_is_told_of_next_week_is_not_believed(lite: Office) -> None:
    parcel = lite.booked()
    later = datetime.now(UTC) + timedelta(days=7)
    lite.push(*lite.stall.pushed(parcel.number, 501, int(later.timestamp())))
    assert pushes() == []


def test_pushes_from_elsewhere_are_refused_where_the_operator_said_where_from(
    sqlite: Database, simulators: str, tmp_path: Path
) -> None:
    office = connected(simulators, tmp_path)
    parcel = office.booked()
    named = office.app.extensions["settings"].carriers["viettelpost"]
    told = office.stall.pushed(parcel.number, 105)
    for networks, status in (("203.0.113.0/24", 403), ("203.0.113.0/24 127.0.0.1", 200)):
        there = named.model_copy(update={"push_from": networks})
        changed = office.app.extensions["settings"].model_copy(update={"carriers": {"viettelpost": there}})
        office.app.extensions["settings"] = changed
        assert office.push(*told).status_code == status


def test_an_account_without_a_secret_takes_no_push(sqlite: Database, simulators: str, tmp_path: Path) -> None:
    office = connected(simulators, tmp_path)
    parcel = office.booked()
    with transaction() as session:
        session.get(CarrierAccount, office.account().id).hook_sealed = None
    assert office.push({"Authorization": ""}, push_body("", ORDER_REFERENCE=parcel.number)).status_code == 403


def test_the_simulator_calls_back_by_itself_until_it_is_heard(lite: Office) -> None:
    parcel = lite.booked()
    told = lite.stall.do("pushes")["pushes"]
    body = next(one["body"] for one in told if parcel.number in one["body"])
    assert json.loads(body)["DATA"]["ORDER_STATUS"] == 100


def test_a_call_needs_no_mark_of_a_form(lite: Office) -> None:
    parcel = lite.booked()
    lite.app.config["WTF_CSRF_ENABLED"] = True
    assert lite.push(*lite.stall.pushed(parcel.number, 105)).status_code == 200
    assert lite.client.post(f"/htx/van-don/{parcel.public_id}/huy").status_code == 403
