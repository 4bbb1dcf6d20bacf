"""The second factor: who must have one gets nowhere without, nothing is taken twice, and guessing ends."""

import re
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import zxingcpp
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image, ImageDraw
from sqlalchemy import select

from tests import world
from tests.application import application
from tests.web import grounds
from trace.db import Database, reading, transaction
from trace.errors import TooMany
from trace.keyring import current_keyring
from trace.records.account import Account, LoginSession, Role
from trace.records.second_factor import RecoveryCode, SecondFactor
from trace.services import password_changing, second_factor
from trace.services.admission import POLICY, Act
from trace.services.second_factor import LIMITS, RECOVERY_CODES, Standing, standing
from trace.settings import Settings, SettingsError, load_settings
from trace.standards import totp
from trace.web import visitor
from trace.web.door import Open

CODE, ENROL = "/dang-nhap/ma", "/tai-khoan/xac-thuc"


class Clock:
    """The web's clock, moved by a test."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now

    def on(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    for name in ("visitor", "account", "sign_in_code", "own_factor", "own_password"):
        monkeypatch.setattr(f"trace.web.{name}.now", made)
    return made


@pytest.fixture
def app(database: Database, settings: Settings, clock: Clock) -> Iterator[Flask]:
    flask = application(settings)
    yield flask
    flask.extensions["scan_writer"].close()


def person(role: Role = Role.OFFICE, **bound: object) -> Account:
    with transaction() as session:
        return world.make_account(session, datetime.now(UTC), role, **bound)


@pytest.fixture
def officer(app: Flask) -> Account:
    return person()


@pytest.fixture
def farmer(app: Flask) -> Account:
    with transaction() as session:
        coop = world.make_coop(session, datetime.now(UTC))
    return person(Role.COOP_STAFF, org_id=coop.org.id)


def at_door(app: Flask, who: Account, password: str = world.PASSWORD) -> FlaskClient:
    """A browser that sent a right password."""
    client = app.test_client()
    answer = client.post("/dang-nhap", data={"login": who.login, "password": password})
    assert answer.status_code == 302, answer.text
    return client


def secret_of(who: Account) -> bytes:
    with reading() as session:
        row = session.get_one(SecondFactor, who.id)
        return current_keyring().unseal(row.secret_sealed, second_factor.secret_place(who.id))


def code_now(who: Account, clock: Clock) -> str:
    return totp.code_of(secret_of(who), totp.step_at(clock.now))


def enrol(client: FlaskClient, who: Account, clock: Clock) -> list[str]:
    """Set it up as a person does; the codes for paper."""
    begun = client.post(f"{ENROL}/bat-dau", data={"password": world.PASSWORD})
    assert begun.status_code == 303, begun.text
    done = client.post(ENROL, data={"code": code_now(who, clock)})
    assert done.status_code == 200, done.text
    clock.on(minutes=1)
    return re.findall(r"[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}", done.text)


def is_in(client: FlaskClient) -> bool:
    return client.get("/tai-khoan").status_code == 200


def test_the_office_and_who_holds_keys_need_one_and_nobody_else_does() -> None:
    assert {role for role in Role if second_factor.is_for_role(role)} == {
        Role.OFFICE,
        *POLICY[Act.MANAGE_KEYS],
    }
    for role in Role:
        alone = standing(role, has_factor=False, has_shown=False, is_demanded=True)
        assert alone is (Standing.ENROL if role in {Role.OFFICE, Role.ADMIN} else Standing.OPEN)
        assert standing(role, has_factor=True, has_shown=False, is_demanded=False) is Standing.CODE


@pytest.mark.parametrize("role", [Role.OFFICE, Role.ADMIN])
@pytest.mark.parametrize("enrolled", [False, True], ids=["none yet", "not shown"])
def test_without_it_no_page_but_the_door_opens(
    app: Flask, tmp_path: Path, clock: Clock, role: Role, *, enrolled: bool
) -> None:
    laid = grounds.lay_out(app, tmp_path, datetime.now(UTC), role)
    assert laid.account is not None
    if enrolled:
        enrol(at_door(app, laid.account), laid.account, clock)
    client = at_door(app, laid.account)
    before, asked = grounds.dump(), 0
    for rule, method in grounds.routes(app):
        act = app.extensions["policy"][rule.endpoint]
        if act in (Open.PUBLIC, Open.LOCAL, Open.ENTERING) or grounds.is_for_programs(app, rule):
            continue
        values = {name: grounds.value_of(rule, name, laid.own) for name in rule.arguments}
        form = grounds.form_of(rule, laid.own) if method in grounds.UNSAFE else None
        answer = client.open(grounds.address(app, rule, values), method=method, data=form)
        if method == "GET":
            assert answer.status_code == 302, rule.rule
            assert answer.location.startswith(CODE if enrolled else ENROL), rule.rule
        else:
            assert answer.status_code == 403, rule.rule
        asked += 1
    assert asked > 300
    assert grounds.changed(before, grounds.dump()) == []


def test_it_is_set_up_by_one_code_and_then_asked_for(app: Flask, officer: Account, clock: Clock) -> None:
    client = at_door(app, officer)
    assert client.get("/so").location == f"{ENROL}?next=/so"
    codes = enrol(client, officer, clock)
    assert len(set(codes)) == RECOVERY_CODES
    assert is_in(client)
    other = at_door(app, officer)
    assert not is_in(other)
    assert other.post(CODE, data={"code": "000000"}).status_code == 422
    assert not is_in(other)
    answer = other.post(CODE, data={"code": code_now(officer, clock), "next": "/so/viec"})
    assert (answer.status_code, answer.location) == (302, "/so/viec")
    assert is_in(other)


def test_the_session_that_waited_is_not_the_one_that_is_in(
    app: Flask, officer: Account, clock: Clock
) -> None:
    client = at_door(app, officer)
    waited = client.get_cookie("session").value
    enrol(client, officer, clock)
    assert client.get_cookie("session").value != waited
    thief = app.test_client()
    thief.set_cookie("session", waited)
    assert thief.get(ENROL).location.startswith("/dang-nhap")


def test_a_code_is_taken_once_on_whatever_device(app: Flask, officer: Account, clock: Clock) -> None:
    enrol(at_door(app, officer), officer, clock)
    first, second = at_door(app, officer), at_door(app, officer)
    code = {"code": code_now(officer, clock)}
    first.post(CODE, data=code)
    assert second.post(CODE, data=code).status_code == 422
    assert (is_in(first), is_in(second)) == (True, False)


def test_the_code_that_confirmed_opens_no_other_device(app: Flask, officer: Account, clock: Clock) -> None:
    client, other = at_door(app, officer), at_door(app, officer)
    client.post(f"{ENROL}/bat-dau", data={"password": world.PASSWORD})
    code = {"code": code_now(officer, clock)}
    assert client.post(ENROL, data=code).status_code == 200
    assert other.post(CODE, data=code).status_code == 422
    assert not is_in(other)


def test_two_devices_with_one_code_at_once_and_one_is_in(app: Flask, officer: Account, clock: Clock) -> None:
    enrol(at_door(app, officer), officer, clock)
    code, found = code_now(officer, clock), []
    ready = threading.Barrier(6)

    def try_it() -> None:
        ready.wait()
        with transaction() as session:
            found.append(second_factor.check_code(session, officer.id, code, clock.now))

    threads = [threading.Thread(target=try_it) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found.count(True) <= 1
    assert sorted(found) == [False] * (len(found) - 1) + [True]


def test_a_paper_code_opens_once_however_it_is_typed(app: Flask, officer: Account, clock: Clock) -> None:
    codes = enrol(at_door(app, officer), officer, clock)
    for typed in (codes[0].lower(), codes[1].replace("-", " "), f" {codes[2]} "):
        client = at_door(app, officer)
        client.post(CODE, data={"code": typed})
        assert is_in(client), typed
    again = at_door(app, officer)
    assert again.post(CODE, data={"code": codes[0]}).status_code == 422
    assert f"chưa dùng: {RECOVERY_CODES - 3}" in client.get(ENROL).text
    with reading() as session:
        kept = session.execute(select(RecoveryCode)).scalars().all()
        assert not any(codes[3].replace("-", "").encode() in row.code_hash for row in kept)


def test_new_paper_codes_end_the_old_ones(app: Flask, officer: Account, clock: Clock) -> None:
    client = at_door(app, officer)
    old = enrol(client, officer, clock)
    assert client.post(f"{ENROL}/ma-giay", data={"code": "000000"}).status_code == 422
    page = client.post(f"{ENROL}/ma-giay", data={"code": code_now(officer, clock)}).text
    other = at_door(app, officer)
    assert other.post(CODE, data={"code": old[5]}).status_code == 422
    new = re.findall(r"[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}", page)
    assert len(new) == RECOVERY_CODES
    other.post(CODE, data={"code": new[5]})
    assert is_in(other)


def test_guessing_ends_after_five_codes_and_after_twenty_in_a_day(
    app: Flask, officer: Account, clock: Clock
) -> None:
    enrol(at_door(app, officer), officer, clock)
    few, many = (limit.allowed for limit in LIMITS)
    client, tried = at_door(app, officer), 0
    while tried < many:
        wrong = f"{(int(code_now(officer, clock)) + 500_000) % 1_000_000:06}"
        assert client.post(CODE, data={"code": wrong}).status_code == 422
        tried += 1
        if tried % few == 0:
            assert client.post(CODE, data={"code": code_now(officer, clock)}).status_code == 429
            clock.on(minutes=16)
            client = at_door(app, officer)
    assert client.post(CODE, data={"code": code_now(officer, clock)}).status_code == 429
    clock.on(days=1)
    client = at_door(app, officer)
    client.post(CODE, data={"code": code_now(officer, clock)})
    assert is_in(client)


def test_many_guesses_at_once_are_counted_one_by_one(app: Flask, officer: Account, clock: Clock) -> None:
    enrol(at_door(app, officer), officer, clock)
    said: list[bool | None] = []

    def guess(number: int) -> None:
        try:
            with transaction() as session:
                said.append(second_factor.check_code(session, officer.id, f"x{number}", clock.now))
        except TooMany:
            said.append(None)

    threads = [threading.Thread(target=guess, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (said.count(False), said.count(None)) == (LIMITS[0].allowed, 12 - LIMITS[0].allowed)


def test_the_page_shows_an_app_its_secret_until_it_counts_and_never_after(
    app: Flask, officer: Account, clock: Clock
) -> None:
    client = at_door(app, officer)
    client.post(f"{ENROL}/bat-dau", data={"password": world.PASSWORD})
    page = client.get(ENROL)
    typed = totp.typed_secret(secret_of(officer))
    assert typed in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert typed.replace(" ", "") in read_picture(page.text)
    client.post(ENROL, data={"code": code_now(officer, clock)})
    later = client.get(ENROL).text
    assert typed not in later
    assert 'class="qr"' not in later


def read_picture(page: str) -> str:
    """What a camera reads from the page's code."""
    side = int(re.search(r'class="qr" viewBox="0 0 (\d+)', page)[1])
    image = Image.new("L", (side * 4, side * 4), 255)
    draw = ImageDraw.Draw(image)
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)", page):
        left, top = int(x) * 4, int(y) * 4
        draw.rectangle((left, top, left + int(width) * 4 - 1, top + 3), fill=0)
    return str(zxingcpp.read_barcodes(image)[0].text)


def test_a_secret_begun_and_left_is_shown_to_nobody_later(app: Flask, farmer: Account, clock: Clock) -> None:
    client = at_door(app, farmer)
    client.post(f"{ENROL}/bat-dau", data={"password": world.PASSWORD})
    code = code_now(farmer, clock)
    clock.on(minutes=16)
    assert 'class="qr"' not in client.get(ENROL).text
    assert client.post(ENROL, data={"code": code}).status_code == 404


def test_a_session_left_open_sets_up_nothing_without_the_password(
    app: Flask, farmer: Account, clock: Clock
) -> None:
    client = at_door(app, farmer)
    assert client.post(f"{ENROL}/bat-dau", data={"password": "sai"}).status_code == 422
    with reading() as session:
        assert session.get(SecondFactor, farmer.id) is None


def test_who_may_have_one_is_asked_for_it_on_every_device(app: Flask, farmer: Account, clock: Clock) -> None:
    here, there = at_door(app, farmer), at_door(app, farmer)
    assert is_in(there)
    enrol(here, farmer, clock)
    assert (is_in(here), is_in(there)) == (True, False)
    assert there.post(CODE, data={"code": code_now(farmer, clock)}).status_code == 302
    assert is_in(there)
    assert "Chưa nhập mã" not in here.get("/tai-khoan").text
    at_door(app, farmer)
    assert "Chưa nhập mã" in here.get("/tai-khoan").text


def off(client: FlaskClient, password: str, code: str):
    return client.post(f"{ENROL}/tat", data={"password": password, "off_code": code})


def test_it_is_switched_off_by_password_and_code_together(app: Flask, farmer: Account, clock: Clock) -> None:
    client = at_door(app, farmer)
    enrol(client, farmer, clock)
    assert off(client, "sai", code_now(farmer, clock)).status_code == 422
    assert off(client, world.PASSWORD, "000000").status_code == 422
    with reading() as session:
        assert second_factor.has_factor(session, farmer.id)
    assert off(client, world.PASSWORD, code_now(farmer, clock)).status_code == 303
    assert is_in(at_door(app, farmer))


def test_who_must_have_one_is_at_the_door_again_after_switching_it_off(
    app: Flask, officer: Account, clock: Clock
) -> None:
    client = at_door(app, officer)
    enrol(client, officer, clock)
    off(client, world.PASSWORD, code_now(officer, clock))
    assert client.get("/so").location.startswith(ENROL)
    enrol(client, officer, clock)
    assert is_in(client)


def test_a_short_password_never_stands_alone(app: Flask, farmer: Account, clock: Clock) -> None:
    client = at_door(app, farmer)
    enrol(client, farmer, clock)
    short = {"old": world.PASSWORD, "new": "kenhmuong"}
    assert client.post("/tai-khoan/mat-khau", data=short).status_code == 303
    answer = off(client, "kenhmuong", code_now(farmer, clock))
    assert answer.status_code == 422
    assert "ngắn hơn 15" in answer.text
    with reading() as session:
        assert second_factor.has_factor(session, farmer.id)


def test_the_machines_owner_forgets_a_lost_telephone_with_the_password(
    app: Flask, officer: Account, clock: Clock
) -> None:
    client = at_door(app, officer)
    enrol(client, officer, clock)
    with transaction() as session:
        password_changing.reset_password(session, officer.login, world.PASSWORD + " mới", drops_factor=True)
    assert not is_in(client)
    assert at_door(app, officer, world.PASSWORD + " mới").get("/so").location.startswith(ENROL)


def test_a_session_that_waits_ends_soon(app: Flask, officer: Account, clock: Clock) -> None:
    client = at_door(app, officer)
    clock.on(minutes=16)
    assert client.get(ENROL).location.startswith("/dang-nhap")


def test_nobody_else_is_at_that_door(app: Flask, clock: Clock) -> None:
    for path in (CODE, ENROL):
        assert app.test_client().get(path).location.startswith("/dang-nhap?")
        assert app.test_client().post(path).status_code == 403


def test_at_the_door_one_goes_out_again(app: Flask, officer: Account, clock: Clock) -> None:
    client = at_door(app, officer)
    assert client.post("/dang-xuat").status_code == 302
    with reading() as session:
        assert session.execute(select(LoginSession)).all() == []


def test_offered_demands_nothing_and_a_day_demands_from_then_on(tmp_path: Path) -> None:
    def read(said: object) -> Settings:
        return load_settings({}, instance=tmp_path, second_factor=said)

    eve, day = date(2027, 1, 14), date(2027, 1, 15)
    assert Settings().demands_factor(eve)
    assert not read("offered").demands_factor(day)
    assert [read(day).demands_factor(one) for one in (eve, day)] == [False, True]
    assert read("2027-01-15").demands_factor(day)
    with pytest.raises(SettingsError, match="second_factor"):
        read("later")


def test_where_it_is_offered_the_office_comes_in_by_password(app: Flask, officer: Account) -> None:
    app.extensions["settings"] = visitor_settings(app, "offered")
    assert is_in(at_door(app, officer))


def visitor_settings(app: Flask, said: str) -> Settings:
    with app.test_request_context():
        return visitor.settings().model_copy(update={"second_factor": said})
