"""A telephone let in by a code on a screen: once, for two minutes, by who presses and nobody else."""

import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests import world
from tests.application import application
from tests.web.test_second_factor import Clock, code_now, enrol, read_picture
from trace.db import Database, reading, transaction
from trace.records.account import Account, LoginSession, Role
from trace.records.phone_ticket import PhoneTicket
from trace.services import accounts, login_sessions, password_changing, phone_sign_in
from trace.settings import Settings

PHONE = "Mozilla/5.0 (Linux; Android 15; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari"
PAGE = "/tai-khoan/dien-thoai"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    for name in ("visitor", "account", "sign_in_code", "own_factor", "own_password", "phone_pages"):
        monkeypatch.setattr(f"trace.web.{name}.now", made)
    return made


@pytest.fixture
def app(database: Database, settings: Settings, clock: Clock) -> Iterator[Flask]:
    flask = application(settings)
    yield flask
    flask.extensions["scan_writer"].close()


@pytest.fixture
def person(app: Flask) -> Account:
    with transaction() as session:
        return world.make_account(session, datetime.now(UTC), Role.COMMUNE_OFFICER, commune_code="10813")


@pytest.fixture
def desktop(app: Flask, person: Account) -> FlaskClient:
    return world.sign_in(app.test_client(), person)


def phone_of(app: Flask) -> FlaskClient:
    client = app.test_client()
    client.environ_base["HTTP_USER_AGENT"] = PHONE
    return client


def make(desktop: FlaskClient) -> str:
    """The path of the code on the screen, read as a camera reads it."""
    assert desktop.post(PAGE).status_code == 303
    address = read_picture(desktop.get(PAGE).text)
    assert address.startswith("http://localhost/vao/")
    return address.removeprefix("http://localhost")


def is_in(client: FlaskClient) -> bool:
    return client.get("/tai-khoan").status_code == 200


def test_a_telephone_comes_in_and_the_screen_tells_which(
    app: Flask, desktop: FlaskClient, person: Account
) -> None:
    path, phone = make(desktop), phone_of(app)
    page = phone.get(path).text
    assert person.name in page
    assert person.login in page
    assert not is_in(phone)
    assert phone.post(path).status_code == 302
    assert is_in(phone)
    shown = desktop.get(PAGE).text
    assert "Chrome trên Android" in shown
    assert 'class="qr"' not in shown
    assert "Máy đang đăng nhập: 2" in desktop.get("/tai-khoan").text


def test_looking_uses_nothing_up(app: Flask, desktop: FlaskClient) -> None:
    path = make(desktop)
    for _ in range(5):
        assert phone_of(app).get(path).status_code == 200
        assert phone_of(app).head(path).status_code == 200
    phone = phone_of(app)
    phone.post(path)
    assert is_in(phone)


def test_a_code_lets_in_one_telephone_once(app: Flask, desktop: FlaskClient) -> None:
    path, first, second = make(desktop), phone_of(app), phone_of(app)
    assert first.post(path).status_code == 302
    assert second.get(path).status_code == 404
    assert second.post(path).status_code == 404
    assert (is_in(first), is_in(second)) == (True, False)


def test_of_many_telephones_at_once_one_comes_in(app: Flask, desktop: FlaskClient, clock: Clock) -> None:
    code = make(desktop).removeprefix("/vao/")
    ready, found = threading.Barrier(6), []

    def come() -> None:
        ready.wait()
        with transaction() as session:
            found.append(phone_sign_in.use(session, code, PHONE, clock.now))

    threads = [threading.Thread(target=come) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one is not None for one in found].count(True) == 1
    assert len(found) == 6


def test_a_code_ends_after_two_minutes_and_with_the_next_one(
    app: Flask, desktop: FlaskClient, clock: Clock
) -> None:
    old = make(desktop)
    new = make(desktop)
    assert old != new
    assert phone_of(app).post(old).status_code == 404
    clock.on(seconds=119)
    assert phone_of(app).get(new).status_code == 200
    clock.on(seconds=2)
    phone = phone_of(app)
    assert phone.get(new).status_code == 404
    assert phone.post(new).status_code == 404
    assert not is_in(phone)
    assert 'class="qr"' not in desktop.get(PAGE).text


@pytest.mark.parametrize("wrong", ["x", "A" * 43, "0" * 400, "%00", "..", "vải"])
def test_what_was_never_shown_lets_nobody_in(app: Flask, desktop: FlaskClient, wrong: str) -> None:
    make(desktop)
    phone = phone_of(app)
    assert phone.get(f"/vao/{wrong}").status_code == 404
    assert phone.post(f"/vao/{wrong}").status_code == 404
    assert not is_in(phone)


def switch_off(person: Account, _desktop: FlaskClient) -> None:
    with transaction() as session:
        accounts.disable_account(session, person.login)


def change_password(_person: Account, desktop: FlaskClient) -> None:
    changed = {"old": world.PASSWORD, "new": "mưa rào qua vườn nhãn lồng"}
    assert desktop.post("/tai-khoan/mat-khau", data=changed).status_code == 303


def reset_password(person: Account, _desktop: FlaskClient) -> None:
    with transaction() as session:
        password_changing.reset_password(session, person.login, "mưa rào qua vườn nhãn lồng")


def sign_out(_person: Account, desktop: FlaskClient) -> None:
    assert desktop.post("/dang-xuat").status_code == 302


def end_elsewhere(person: Account, _desktop: FlaskClient) -> None:
    with transaction() as session:
        login_sessions.end_all_sessions(session, person.id)


@pytest.mark.parametrize("between", [switch_off, change_password, reset_password, sign_out, end_elsewhere])
def test_what_happens_in_between_ends_the_code(
    app: Flask, desktop: FlaskClient, person: Account, between: object
) -> None:
    path, phone = make(desktop), phone_of(app)
    assert phone.get(path).status_code == 200
    between(person, desktop)
    assert phone.get(path).status_code == 404
    assert phone.post(path).status_code == 404
    assert not is_in(phone)


def test_the_database_holds_nothing_that_lets_anybody_in(
    app: Flask, desktop: FlaskClient, person: Account
) -> None:
    code = make(desktop).removeprefix("/vao/")
    with reading() as session:
        row = session.execute(select(PhoneTicket)).scalar_one()
        mine = session.execute(select(LoginSession)).scalars().all()
    said = b"".join((row.secret_hash, row.salt, row.session_hash, *(one.token_hash for one in mine)))
    assert code.encode() not in said
    assert phone_sign_in._code(row.session_hash.hex(), row.salt) != code


def test_another_device_of_the_account_is_shown_no_code(
    app: Flask, desktop: FlaskClient, person: Account
) -> None:
    make(desktop)
    other = world.sign_in(app.test_client(), person)
    assert 'class="qr"' not in other.get(PAGE).text


def test_who_was_in_on_the_telephone_is_told_and_out_afterwards(
    app: Flask, desktop: FlaskClient, person: Account
) -> None:
    with transaction() as session:
        other = world.make_account(session, datetime.now(UTC), Role.COMMUNE_OFFICER, commune_code="10813")
    phone = world.sign_in(phone_of(app), other)
    before = phone.get_cookie("session").value
    path = make(desktop)
    assert other.name in phone.get(path).text
    phone.post(path)
    assert person.login in phone.get("/tai-khoan").text
    thief = app.test_client()
    thief.set_cookie("session", before)
    assert not is_in(thief)


def test_who_has_a_second_factor_shows_it_on_the_telephone_too(app: Flask, clock: Clock) -> None:
    with transaction() as session:
        officer = world.make_account(session, datetime.now(UTC), Role.OFFICE)
    desktop = app.test_client()
    desktop.post("/dang-nhap", data={"login": officer.login, "password": world.PASSWORD})
    enrol(desktop, officer, clock)
    path, phone = make(desktop), phone_of(app)
    assert phone.post(path).headers["Location"].startswith("/dang-nhap/ma")
    assert not is_in(phone)
    assert phone.post(PAGE).status_code == 403
    phone.post("/dang-nhap/ma", data={"code": code_now(officer, clock)})
    assert is_in(phone)


def test_a_telephones_session_is_whole_and_lasts(app: Flask, desktop: FlaskClient, clock: Clock) -> None:
    path, phone = make(desktop), phone_of(app)
    phone.post(path)
    desktop.post("/dang-xuat")
    clock.on(days=13)
    assert is_in(phone)


def test_the_form_on_the_telephone_carries_its_mark(app: Flask, desktop: FlaskClient) -> None:
    path, phone = make(desktop), phone_of(app)
    app.config["WTF_CSRF_ENABLED"] = True
    assert phone.post(path).status_code == 403
    assert not is_in(phone)
    mark = re.search(r'name="csrf_token" value="([^"]+)"', phone.get(path).text)
    assert mark is not None
    assert phone.post(path, data={"csrf_token": mark[1]}).status_code == 302
    assert is_in(phone)


def test_old_codes_are_swept(app: Flask, desktop: FlaskClient, clock: Clock) -> None:
    from trace.services import keeping

    make(desktop)
    with transaction() as session:
        keeping.sweep(session, clock.now + timedelta(days=2))
    with reading() as session:
        assert session.execute(select(PhoneTicket)).all() == []
