"""Signing in with another service's account: over TCP, against a provider that commits every fault it can."""

import secrets
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from werkzeug.test import TestResponse

from tests import world
from tests.application import application
from tests.web.openid_service import CLIENT, SECRET, Key, Service
from trace.db import BUSY_TIMEOUT_MS, Database, reading, transaction
from trace.errors import Refused
from trace.records.account import Account, LoginSession, Role
from trace.records.openid import OpenIdAttempt, OpenIdLink
from trace.services import accounts, openid
from trace.settings import Settings, SettingsError, load_settings
from trace.texts.catalogs import t
from trace.web.openid import provider as line

NAME = "tỉnh"


@pytest.fixture(scope="module")
def running() -> Iterator[Service]:
    made = Service()
    made.server.start()
    yield made
    made.server.stop()


@pytest.fixture
def service(running: Service) -> Service:
    running.fault, running.claims, running.codes, running.asked = "", {"sub": "cong-dan-7"}, {}, []
    running.meanwhile = lambda: None
    return running


@pytest.fixture
def settings(settings: Settings, service: Service) -> Settings:
    secret = settings.instance / "openid.secret"
    secret.write_text(f"{SECRET}\n", encoding="utf-8")
    secret.chmod(0o600)
    return with_openid(settings, service)


def with_openid(settings: Settings, service: Service, **more: Any) -> Settings:
    table = {"issuer": service.issuer, "client_id": CLIENT, "name": NAME, **more}
    return load_settings({}, instance=settings.instance, public_url="http://localhost", openid=table)


@pytest.fixture
def app(database: Database, settings: Settings) -> Iterator[Flask]:
    flask = application(settings)
    yield flask
    flask.extensions["scan_writer"].close()


def anew(app: Flask, settings: Settings) -> None:
    app.extensions["settings"] = settings


@pytest.fixture
def person(app: Flask, service: Service) -> Account:
    with transaction() as session:
        made = world.make_account(session, datetime.now(UTC), Role.COMMUNE_OFFICER, commune_code="10813")
        who = openid.who_hash(service.issuer, "sub", "cong-dan-7")
        openid.link(session, made.id, who, datetime.now(UTC))
    return made


def go(url: str) -> str:
    """The browser at the other service; where that sends it."""
    answer = requests.get(url, allow_redirects=False, timeout=10)
    assert answer.status_code == 302, answer.text
    return str(answer.headers["Location"])


def way_back(client: FlaskClient, start: str = "/dang-nhap/lien-ket") -> str:
    left = client.get(start)
    assert left.status_code == 302, left.text
    back = urlsplit(go(left.headers["Location"]))
    assert f"{back.scheme}://{back.netloc}{back.path}" == "http://localhost/dang-nhap/lien-ket/ve"
    return f"{back.path}?{back.query}"


def come(client: FlaskClient, start: str = "/dang-nhap/lien-ket") -> TestResponse:
    return client.get(way_back(client, start))


def is_in(client: FlaskClient) -> bool:
    return client.get("/tai-khoan").status_code == 200


def sessions() -> int:
    with reading() as session:
        return int(session.execute(select(func.count()).select_from(LoginSession)).scalar_one())


def test_a_linked_account_is_opened_and_the_way_is_used_up(
    app: Flask, person: Account, service: Service
) -> None:
    client = app.test_client()
    answer = come(client, "/dang-nhap/lien-ket?next=/so/viec")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/so/viec")
    assert is_in(client)
    asked = service.asked[0]
    assert (asked["response_type"], asked["scope"], asked["code_challenge_method"]) == (
        "code",
        "openid",
        "S256",
    )
    with reading() as session:
        assert session.execute(select(OpenIdAttempt)).all() == []


FAULTS = {
    "state": ("login.id.failed", 403),
    "denied": ("openid.denied", 403),
    "no code": ("openid.answer", 403),
    "iss": ("openid.answer", 403),
    "no iss": ("openid.answer", 403),
    "nonce": ("openid.answer", 403),
    "no nonce": ("openid.answer", 403),
    "aud": ("openid.answer", 403),
    "aud of two": ("openid.answer", 403),
    "azp": ("openid.answer", 403),
    "issuer": ("openid.answer", 403),
    "expired": ("openid.answer", 403),
    "from tomorrow": ("openid.answer", 403),
    "no exp": ("openid.answer", 403),
    "at_hash": ("openid.answer", 403),
    "alg none": ("openid.answer", 403),
    "alg hs256": ("openid.answer", 403),
    "secret hs256": ("openid.answer", 403),
    "key": ("openid.answer", 403),
    "verifier": ("openid.answer", 403),
    "no id_token": ("openid.answer", 403),
    "keys elsewhere": ("openid.answer", 403),
    "token elsewhere": ("openid.answer", 403),
    "redirect": ("openid.down", 503),
    "slow": ("openid.down", 503),
    "endless": ("openid.down", 503),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_the_service_does_wrong_nobody_is_in_and_it_is_said(
    app: Flask, person: Account, service: Service, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setattr(line, "READ_S", 0.5)
    monkeypatch.setattr(line, "TOTAL_S", 0.7)
    service.fault = fault
    client = app.test_client()
    answer = come(client)
    key, status = FAULTS[fault]
    assert answer.status_code == status
    assert t("vi", key, name=NAME, phone="0220 000 0000") in answer.text
    assert client.get_cookie("session") is None
    assert (is_in(client), sessions()) == (False, 0)


@pytest.mark.parametrize("fault", ["down", "no json", "discovery of another"])
def test_a_service_that_is_away_or_another_is_not_gone_to(
    app: Flask, person: Account, service: Service, fault: str
) -> None:
    service.fault = fault
    answer = app.test_client().get("/dang-nhap/lien-ket")
    assert answer.status_code in {403, 503}
    assert "Location" not in answer.headers


def test_a_service_that_nobody_answers_for_is_said_to_be_away(app: Flask, settings: Settings) -> None:
    table = {"issuer": "http://127.0.0.1:9", "client_id": CLIENT}
    anew(app, load_settings({}, instance=settings.instance, openid=table))
    answer = app.test_client().get("/dang-nhap/lien-ket")
    assert answer.status_code == 503
    assert "chưa trả lời" in answer.text


def test_what_ended_within_two_minutes_is_forgiven_to_the_clocks(
    app: Flask, person: Account, service: Service
) -> None:
    service.fault = "expired of late"
    client = app.test_client()
    come(client)
    assert is_in(client)


def test_a_new_key_of_the_service_is_asked_for(app: Flask, person: Account, service: Service) -> None:
    come(app.test_client())
    service.key = Key(f"khoa-{secrets.token_hex(4)}")
    client = app.test_client()
    come(client)
    assert is_in(client)


def test_an_answer_used_is_none_a_second_time(app: Flask, person: Account) -> None:
    client = app.test_client()
    kept = client.get_cookie
    left = client.get("/dang-nhap/lien-ket")
    browser = kept("openid").value
    back = urlsplit(go(left.headers["Location"]))
    assert client.get(f"{back.path}?{back.query}").status_code == 302
    again = app.test_client()
    again.set_cookie("openid", browser)
    assert again.get(f"{back.path}?{back.query}").status_code == 403
    assert not is_in(again)


def test_an_answer_in_another_browser_is_none(app: Flask, person: Account) -> None:
    mine, theirs = app.test_client(), app.test_client()
    back = way_back(mine)
    way_back(theirs)
    assert theirs.get(back).status_code == 403
    assert not is_in(theirs)
    assert mine.get(back).status_code == 302


def test_a_code_of_another_way_is_refused_by_the_service(
    app: Flask, person: Account, service: Service
) -> None:
    stolen = parse_qs(urlsplit(way_back(app.test_client())).query)["code"][0]
    client = app.test_client()
    back = way_back(client)
    own = parse_qs(urlsplit(back).query)["code"][0]
    assert client.get(back.replace(own, stolen)).status_code == 403
    assert not is_in(client)


def test_a_way_ends_after_some_minutes(app: Flask, person: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    client = app.test_client()
    back = way_back(client)
    later = datetime.now(UTC) + timedelta(minutes=11)
    monkeypatch.setattr("trace.web.openid.pages.now", lambda: later)
    assert client.get(back).status_code == 403
    assert not is_in(client)


def test_no_transaction_is_open_while_the_service_is_asked(
    app: Flask, person: Account, service: Service, database: Database
) -> None:
    """The service itself writes into the database while it answers: SQLite has one writer at a time."""
    wrote = []

    def write() -> None:
        with database.writer.connect() as other, other.begin():
            other.execute(text("UPDATE account SET name = name"))
        wrote.append(1)

    service.meanwhile = write
    begun, client = time.monotonic(), app.test_client()
    come(client)
    assert time.monotonic() - begun < BUSY_TIMEOUT_MS / 1_000
    assert (is_in(client), wrote) == (True, [1])


def test_who_is_linked_to_nothing_is_told_so_and_no_account_is_made(app: Flask, service: Service) -> None:
    client = app.test_client()
    answer = come(client)
    assert answer.status_code == 403
    assert "chưa nối" in answer.text
    with reading() as session:
        assert session.execute(select(Account)).all() == []


def test_an_account_that_is_off_stays_off(app: Flask, person: Account) -> None:
    with transaction() as session:
        accounts.disable_account(session, person.login)
    client = app.test_client()
    assert come(client).status_code == 403
    assert not is_in(client)


def signed_in(app: Flask, who: Account) -> FlaskClient:
    return world.sign_in(app.test_client(), who)


def linking(client: FlaskClient, password: str = world.PASSWORD) -> TestResponse:
    page = client.post("/tai-khoan/lien-ket", data={"password": password})
    assert page.status_code == 200, page.text
    url = page.text.split('href="http://127')[1].split('"')[0].replace("&amp;", "&")
    back = urlsplit(go(f"http://127{url}"))
    return client.get(f"{back.path}?{back.query}")


def test_somebody_links_and_unlinks_their_own_account(app: Flask, person: Account, service: Service) -> None:
    client = signed_in(app, person)
    client.post("/tai-khoan/lien-ket/bo")
    assert come(app.test_client()).status_code == 403
    assert client.post("/tai-khoan/lien-ket", data={"password": "sai"}).status_code == 422
    service.claims = {"sub": "cong-dan-8"}
    assert linking(client).status_code == 303
    other = app.test_client()
    come(other)
    assert is_in(other)


def test_one_account_there_opens_one_account_here(app: Flask, person: Account, service: Service) -> None:
    with transaction() as session:
        second = world.make_account(session, datetime.now(UTC), Role.COMMUNE_OFFICER, commune_code="10813")
    answer = linking(signed_in(app, second))
    assert answer.status_code == 403
    assert "đã nối với một tài khoản khác" in answer.text
    with pytest.raises(Refused, match=r"openid\.taken"), transaction() as session:
        openid.link(
            session, second.id, openid.who_hash(service.issuer, "sub", "cong-dan-7"), datetime.now(UTC)
        )


def test_a_way_to_link_links_nobody_who_came_in_meanwhile(app: Flask, person: Account) -> None:
    with transaction() as session:
        second = world.make_account(session, datetime.now(UTC), Role.COMMUNE_OFFICER, commune_code="10813")
        openid.unlink(session, person.id)
    client = signed_in(app, person)
    page = client.post("/tai-khoan/lien-ket", data={"password": world.PASSWORD}).text
    back = urlsplit(go("http://127" + page.split('href="http://127')[1].split('"')[0].replace("&amp;", "&")))
    world.sign_in(client, second)
    assert client.get(f"{back.path}?{back.query}").status_code == 403
    with reading() as session:
        assert session.execute(select(OpenIdLink)).all() == []


@pytest.mark.parametrize(
    ("rules", "said", "fits"),
    [
        ({"acr": ["muc-2"]}, {"acr": "muc-2"}, True),
        ({"acr": ["muc-2", "muc-3"]}, {"acr": "muc-1"}, False),
        ({"acr": ["muc-2"]}, {}, False),
        ({"amr": ["otp", "face"]}, {"amr": ["face", "pwd", "otp"]}, True),
        ({"amr": ["otp"]}, {"amr": ["pwd"]}, False),
        ({"amr": ["otp"]}, {"amr": "otp"}, False),
        ({"claim": "phone_number"}, {"phone_number": "0912"}, False),
        ({"claim": "phone_number"}, {}, False),
        ({"claim": "phone_number"}, {"phone_number": 84912}, False),
    ],
)
def test_how_well_somebody_is_known_there_and_by_what_is_asked_for(
    app: Flask, person: Account, service: Service, settings: Settings, rules: Any, said: Any, *, fits: bool
) -> None:
    anew(app, with_openid(settings, service, **rules))
    service.claims |= said
    client = app.test_client()
    come(client)
    assert is_in(client) is fits


def test_another_claim_names_who_somebody_is(
    app: Flask, person: Account, service: Service, settings: Settings
) -> None:
    anew(app, with_openid(settings, service, claim="so_dinh_danh"))
    service.claims = {"sub": "x", "so_dinh_danh": "030099000123"}
    with transaction() as session:
        who = openid.who_hash(service.issuer, "so_dinh_danh", "030099000123")
        openid.link(session, person.id, who, datetime.now(UTC))
    client = app.test_client()
    come(client)
    assert is_in(client)
    with reading() as session:
        kept = session.execute(select(OpenIdLink)).scalar_one()
    assert b"030099000123" not in kept.who_hash


@pytest.mark.parametrize("vouches", [False, True])
def test_the_office_is_asked_for_its_second_factor_unless_the_service_vouches(
    app: Flask, service: Service, settings: Settings, *, vouches: bool
) -> None:
    anew(app, with_openid(settings, service, acr=["muc-3"], is_second_factor=vouches))
    service.claims |= {"acr": "muc-3"}
    with transaction() as session:
        officer = world.make_account(session, datetime.now(UTC), Role.OFFICE)
        openid.link(
            session, officer.id, openid.who_hash(service.issuer, "sub", "cong-dan-7"), datetime.now(UTC)
        )
    client = app.test_client()
    come(client)
    answer = client.get("/so")
    assert answer.status_code == (200 if vouches else 302)
    assert vouches or answer.headers["Location"].startswith("/tai-khoan/xac-thuc")


def test_a_secret_that_others_may_read_is_not_used(app: Flask, person: Account, settings: Settings) -> None:
    settings.openid_secret.chmod(0o644)
    answer = app.test_client().get("/dang-nhap/lien-ket")
    assert answer.status_code == 503


def test_the_button_is_there_only_where_a_service_is(app: Flask, settings: Settings) -> None:
    assert "/dang-nhap/lien-ket" in app.test_client().get("/dang-nhap").text
    anew(app, settings.model_copy(update={"openid": None}))
    assert "/dang-nhap/lien-ket" not in app.test_client().get("/dang-nhap").text
    for path in ("/dang-nhap/lien-ket", "/dang-nhap/lien-ket/ve"):
        assert app.test_client().get(path).status_code == 404


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"issuer": "http://dang-nhap.example.vn"}, "no address"),
        ({"issuer": "https://x.vn/?a=1"}, "no address"),
        ({"client_id": ""}, "client_id"),
        ({"scopes": ["profile"]}, "openid"),
        ({"is_second_factor": True}, "acr or amr"),
        ({"hosts": ["10.0.0.1"]}, "no name"),
        ({"client_secret": "x"}, "unknown setting"),
    ],
)
def test_a_table_that_can_not_be_is_refused_in_a_line(tmp_path: Path, change: Any, said: str) -> None:
    table = {"issuer": "https://dang-nhap.example.vn", "client_id": "a", **change}
    with pytest.raises(SettingsError) as refused:
        load_settings({}, instance=tmp_path, openid=table)
    assert said in str(refused.value)
