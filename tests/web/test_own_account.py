"""One's own password and one's own devices, on both databases."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlmodel import col

from tests import world
from tests.application import application
from trace.db import Database, reading, transaction
from trace.errors import Invalid, NotFound
from trace.records.account import Account, LoginSession, Role
from trace.services import login_sessions, password_changing
from trace.services.accounts import FAILURES_ALLOWED
from trace.services.login_sessions import SEEN_EVERY
from trace.settings import Settings
from trace.web import visitor

NEW = "mưa rào qua vườn nhãn lồng"
PHONE = "Mozilla/5.0 (Linux; Android 15; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari"


@pytest.fixture
def app(database: Database, settings: Settings) -> Iterator[Flask]:
    flask = application(settings)
    yield flask
    flask.extensions["scan_writer"].close()


@pytest.fixture
def person(app: Flask) -> Account:
    with transaction() as session:
        return world.make_account(session, datetime.now(UTC), Role.COMMUNE_OFFICER, commune_code="10813")


def come_in(app: Flask, person: Account, password: str = world.PASSWORD, agent: str = "") -> FlaskClient:
    client = app.test_client()
    client.environ_base["HTTP_USER_AGENT"] = agent
    client.post("/dang-nhap", data={"login": person.login, "password": password})
    return client


def is_in(client: FlaskClient) -> bool:
    return client.get("/tai-khoan").status_code == 200


def change(client: FlaskClient, old: str, new: str, **more: str):
    return client.post("/tai-khoan/mat-khau", data={"old": old, "new": new, **more})


def test_a_new_password_takes_the_old_ones_place_and_signs_others_out(app: Flask, person: Account) -> None:
    here, there = come_in(app, person), come_in(app, person)
    answer = change(here, world.PASSWORD, NEW)
    assert answer.status_code == 303
    assert (is_in(here), is_in(there)) == (True, False)
    assert not is_in(come_in(app, person))
    assert is_in(come_in(app, person, NEW))


def test_a_password_typed_in_parts_of_letters_is_the_same_password(app: Flask, person: Account) -> None:
    change(come_in(app, person), world.PASSWORD, unicodedata.normalize("NFD", NEW))
    assert is_in(come_in(app, person, NEW))
    assert is_in(come_in(app, person, unicodedata.normalize("NFD", NEW)))


def test_without_the_old_password_nothing_changes_and_tries_run_out(app: Flask, person: Account) -> None:
    here = come_in(app, person)
    answers = [change(here, "nhớ nhầm rồi", NEW) for _ in range(FAILURES_ALLOWED)]
    assert {answer.status_code for answer in answers} == {422}
    assert f"Còn {FAILURES_ALLOWED - 1} lần thử" in answers[0].text
    assert change(here, world.PASSWORD, NEW).status_code == 429
    assert not is_in(come_in(app, person, NEW))


@pytest.mark.parametrize("weak", ["ngắn quá", "matkhau123456789", "x" * 300])
def test_a_weak_password_is_refused_in_words_and_the_old_one_stays(
    app: Flask, person: Account, weak: str
) -> None:
    here = come_in(app, person)
    answer = change(here, world.PASSWORD, weak)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert weak not in answer.text
    assert is_in(come_in(app, person))


def test_a_change_sent_twice_is_done_once_and_counts_no_wrong_try(app: Flask, person: Account) -> None:
    here = come_in(app, person)
    once = {"request_id": "doi-mat-khau-1"}
    answers = [change(here, world.PASSWORD, NEW, **once) for _ in range(2)]
    assert {(answer.status_code, answer.location) for answer in answers} == {(303, "/tai-khoan")}


def test_the_machines_owner_gives_a_password_and_everybody_is_out(app: Flask, person: Account) -> None:
    here = come_in(app, person)
    with transaction() as session:
        assert password_changing.reset_password(session, person.login, NEW) == 1
    assert not is_in(here)
    assert is_in(come_in(app, person, NEW))
    for login, password, error in (("khong-co", NEW, NotFound), (person.login, "ngắn", Invalid)):
        with pytest.raises(error), transaction() as session:
            password_changing.reset_password(session, login, password)


def marks(client: FlaskClient) -> list[str]:
    return re.findall(r"/tai-khoan/may/([0-9a-f]{16})/thoat", client.get("/tai-khoan").text)


def test_devices_are_listed_by_name_and_ended_one_by_one(app: Flask, person: Account) -> None:
    here, phone, other = (come_in(app, person, agent=said) for said in ("", PHONE, ""))
    page = here.get("/tai-khoan").text
    assert "Chrome trên Android" in page
    assert page.count("Máy này") == 1
    secret = phone.get_cookie("session").value
    assert secret not in page
    mark = login_sessions.hash_of(secret)[:8].hex()
    assert mark in marks(here)
    assert here.post(f"/tai-khoan/may/{mark}/thoat").status_code == 303
    assert (is_in(here), is_in(phone), is_in(other)) == (True, False, True)
    assert here.post(f"/tai-khoan/may/{mark}/thoat").status_code == 404
    assert here.post("/tai-khoan/may/thoat-het").status_code == 303
    assert (is_in(here), is_in(other)) == (True, False)


def test_nobody_ends_anothers_device(app: Flask, person: Account) -> None:
    with transaction() as session:
        other = world.make_account(session, datetime.now(UTC), Role.COMMUNE_OFFICER, commune_code="10813")
    here, theirs = come_in(app, person), come_in(app, other)
    mark = login_sessions.hash_of(theirs.get_cookie("session").value)[:8].hex()
    assert mark not in here.get("/tai-khoan").text
    assert here.post(f"/tai-khoan/may/{mark}/thoat").status_code == 404
    here.post("/tai-khoan/may/thoat-het")
    assert is_in(theirs)


def test_a_device_in_use_is_noted_now_and_then(
    app: Flask, person: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, later = come_in(app, person), datetime.now(UTC) + 3 * SEEN_EVERY

    def seen() -> datetime:
        with reading() as session:
            found: datetime = session.execute(select(col(LoginSession.seen_at))).scalar_one()
            return found

    first = seen()
    here.get("/tai-khoan")
    assert seen() == first
    monkeypatch.setattr(visitor, "now", lambda: later)
    here.get("/tai-khoan")
    assert seen() == later
    monkeypatch.setattr(visitor, "now", lambda: later + timedelta(seconds=9))
    here.get("/tai-khoan")
    assert seen() == later
