"""An organisation that ends: its people are out at once, what it printed stands, and it can come back."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlmodel import col

from tests import world
from tests.services import shipment_world
from trace.db import reading, transaction
from trace.records.carrier import CarrierAccount
from trace.records.job import Schedule
from trace.records.organisation import Organisation, OrgKind
from trace.records.shop import Shop, ShopState
from trace.services import schedules
from trace.services.api_tokens import account_of_token, issue_token


@pytest.fixture
def coop(app: Flask) -> world.Coop:
    with transaction() as session:
        return world.make_coop(session, datetime.now(UTC))


@pytest.fixture
def office(app: Flask) -> FlaskClient:
    with transaction() as session:
        account = world.make_office(session, datetime.now(UTC))
    return world.sign_in(app.test_client(), account)


def end(office: FlaskClient, coop: world.Coop, reason: str = "giải thể") -> object:
    return office.post(f"/so/don-vi/{coop.org.public_id}/ngung", data={"reason": reason})


def test_its_people_and_programs_are_out_at_once_and_cannot_come_in(
    client: FlaskClient, office: FlaskClient, coop: world.Coop
) -> None:
    world.sign_in(client, coop.manager)
    with transaction() as session:
        _row, secret = issue_token(session, coop.manager.login, "máy", datetime.now(UTC))
    assert client.get("/htx").status_code == 200
    assert end(office, coop).status_code == 303
    assert client.get("/htx").status_code == 302
    with reading() as session:
        assert account_of_token(session, secret, datetime.now(UTC)) is None
    login = {"login": coop.manager.login, "password": world.PASSWORD}
    assert client.post("/dang-nhap", data=login).status_code == 422


def test_it_can_work_again(client: FlaskClient, office: FlaskClient, coop: world.Coop) -> None:
    end(office, coop)
    assert "đã ngừng hoạt động" in office.get("/so/don-vi").text
    assert office.post(f"/so/don-vi/{coop.org.public_id}/lai").status_code == 303
    login = {"login": coop.manager.login, "password": world.PASSWORD}
    assert client.post("/dang-nhap", data=login).status_code == 302
    assert client.get("/htx").status_code == 200


def test_without_a_reason_nothing_ends_and_the_form_keeps_what_is_stored(
    office: FlaskClient, coop: world.Coop
) -> None:
    answer = end(office, coop, "  ")
    assert answer.status_code == 422
    assert coop.org.name in answer.text
    with reading() as session:
        assert session.get_one(Organisation, coop.org.id).is_active


def test_the_office_is_not_ended(office: FlaskClient) -> None:
    with transaction() as session:
        row = world.make_org(session, datetime.now(UTC), kind=OrgKind.OFFICE, name="Sở Nông nghiệp")
    answer = office.post(f"/so/don-vi/{row.public_id}/ngung", data={"reason": "thử"})
    assert answer.status_code == 409
    assert "không ngừng từ đây được" in answer.text


def test_lots_it_let_go_out_stay_public(client: FlaskClient, office: FlaskClient, coop: world.Coop) -> None:
    with transaction() as session:
        lot = world.make_lot(session, datetime.now(UTC), coop.plot, coop.product)
    end(office, coop)
    assert client.get(f"/lo/{lot.public_id}").status_code == 200


def test_its_shops_rest_and_no_other_shop_does(office: FlaskClient, coop: world.Coop) -> None:
    now = datetime.now(UTC)
    with transaction() as session:
        other = world.make_coop(session, now, name="HTX Hồng Hà")
        shops = [
            world.add(
                session,
                Shop(
                    org_id=one.org.id,
                    marketplace="shopee",
                    ext_shop_id=str(one.org.id),
                    name="G",
                    created_at=now,
                ),
            )
            for one in (coop, other)
        ]
        for shop in shops:
            schedules.ensure(session, "sync_shop", str(shop.id), 300, now, shop_id=shop.id)
    end(office, coop)
    with reading() as session:
        rows = session.execute(select(Schedule).order_by(col(Schedule.shop_id))).scalars().all()
        assert [(row.shop_id, row.is_enabled) for row in rows if row.shop_id] == [
            (shops[0].id, False),
            (shops[1].id, True),
        ]
        assert session.get_one(Shop, shops[0].id).state == ShopState.DISABLED


def test_its_account_at_a_carrier_is_forgotten_and_no_other_is(office: FlaskClient, coop: world.Coop) -> None:
    now = datetime.now(UTC)
    with transaction() as session:
        other = world.make_coop(session, now, name="HTX Hồng Hà")
        mine, theirs = (shipment_world.connect_account(session, one, now).id for one in (coop, other))
    end(office, coop)
    with reading() as session:
        gone, kept = session.get_one(CarrierAccount, mine), session.get_one(CarrierAccount, theirs)
    assert (gone.state, gone.login_sealed, gone.token_sealed) == ("disabled", None, None)
    assert (kept.state, kept.token_sealed is None) == ("connected", False)
