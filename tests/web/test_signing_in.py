"""Signing in: who gets through, what a wrong password says, how a session ends."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import world
from tests.passwords import PRODUCTS_OWN
from trace.db import transaction
from trace.errors import Invalid
from trace.records.account import Account, Role
from trace.services import api_tokens
from trace.services.accounts import FAILURES_ALLOWED, disable_account
from trace.settings import Settings
from trace.texts.catalogs import t


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """What the second factor adds stands in ``test_second_factor.py``."""
    return settings.model_copy(update={"second_factor": "offered"})


@pytest.fixture
def manager(app: Flask) -> Account:
    now = datetime.now(UTC)
    with transaction() as session:
        return world.make_account(session, now, Role.OFFICE, login="co-quan")


def post(client: FlaskClient, login: str, password: str, **more: str):
    return client.post("/dang-nhap", data={"login": login, "password": password, **more})


@pytest.mark.parametrize("login", ["đức-vải", "hợp tác", "ab", "-ab", "a" * 65, "mai\u0301", "<b>ten"])
def test_a_login_that_not_every_keyboard_types_is_refused_with_what_is_allowed(
    app: Flask, login: str
) -> None:
    with pytest.raises(Invalid) as refused, transaction() as session:
        world.make_account(session, datetime.now(UTC), Role.OFFICE, login=login)
    (problem,) = refused.value.problems
    assert "chữ không dấu a–z" in t("vi", problem.key, got=problem.got)


def test_a_login_is_typed_with_capitals_as_well(client: FlaskClient, app: Flask) -> None:
    with transaction() as session:
        account = world.make_account(session, datetime.now(UTC), Role.OFFICE, login="Mai.Le+1@htx.vn")
    assert account.login == "mai.le+1@htx.vn"
    assert post(client, "MAI.LE+1@htx.vn", world.PASSWORD).status_code == 302


def test_the_right_password_opens_a_session(client: FlaskClient, manager: Account) -> None:
    answer = post(client, "co-quan", world.PASSWORD)
    assert answer.status_code == 302
    assert client.get("/tai-khoan").status_code == 200


def test_a_wrong_password_says_how_many_tries_are_left(client: FlaskClient, manager: Account) -> None:
    answer = post(client, "co-quan", "nhớ nhầm rồi")
    assert answer.status_code == 422
    assert str(FAILURES_ALLOWED - 1) in answer.text


def test_after_too_many_failures_even_the_right_password_waits(client: FlaskClient, manager: Account) -> None:
    for _ in range(FAILURES_ALLOWED):
        post(client, "co-quan", "sai")
    answer = post(client, "co-quan", world.PASSWORD)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0


def test_signing_out_kills_the_session_on_the_server(client: FlaskClient, manager: Account) -> None:
    post(client, "co-quan", world.PASSWORD)
    cookie = client.get_cookie("session").value
    client.post("/dang-xuat")
    client.set_cookie("session", cookie)
    assert client.get("/tai-khoan").status_code == 302


def test_a_disabled_account_is_out_at_once(client: FlaskClient, manager: Account) -> None:
    post(client, "co-quan", world.PASSWORD)
    with transaction() as session:
        disable_account(session, "co-quan")
    assert client.get("/tai-khoan").status_code == 302


def test_a_session_cookie_set_beforehand_is_not_kept(client: FlaskClient, manager: Account) -> None:
    client.set_cookie("session", "chosen-by-somebody-else")
    post(client, "co-quan", world.PASSWORD)
    assert client.get_cookie("session").value != "chosen-by-somebody-else"


@pytest.mark.parametrize(
    "target", ["//evil.test", "https://evil.test", "/\\evil.test", "javascript:alert(1)", "\t//evil.test"]
)
def test_going_on_never_leaves_this_host(client: FlaskClient, manager: Account, target: str) -> None:
    answer = post(client, "co-quan", world.PASSWORD, next=target)
    assert answer.headers["Location"] == "/so"


def test_a_form_without_its_mark_is_refused(app: Flask, client: FlaskClient, manager: Account) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    assert post(client, "co-quan", world.PASSWORD).status_code == 403


def test_every_answer_forbids_other_hosts(client: FlaskClient) -> None:
    policy = client.get("/dang-nhap").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_peoples_passwords_meet_the_hasher_that_makes_guessing_hard() -> None:
    assert PRODUCTS_OWN.hash("x").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_an_account_names_its_programs_and_says_how_one_is_let_in(
    client: FlaskClient, manager: Account
) -> None:
    """From the page alone somebody gets figures by a program, and ends that again."""
    now = datetime.now(UTC)
    post(client, "co-quan", world.PASSWORD)
    page = client.get("/tai-khoan").text
    assert "nongsan user token co-quan" in page
    assert t("vi", "account.programs.none") in page
    address = re.search(r"Bearer \S+ (?:http://[^/]+)?(/\S+?)</pre>", unescape(page).replace("&#34;", '"'))
    assert address is not None
    with transaction() as session:
        row, secret = api_tokens.issue_token(session, "co-quan", "Trung tâm", now, days=30)
        other = api_tokens.issue_token(session, world.make_office(session, now).login, "Khác", now)[0].id
    asked = {"headers": {"Authorization": f"Bearer {secret}"}}
    program = client.application.test_client()
    assert program.get(address[1], **asked).status_code == 200
    page = client.get("/tai-khoan").text
    assert "Trung tâm" in page
    assert "Khác" not in page
    assert secret not in page
    assert client.post(f"/tai-khoan/chuong-trinh/{other}/ngung").status_code == 404
    assert client.post(f"/tai-khoan/chuong-trinh/{row.id}/ngung").status_code == 303
    assert program.get(address[1], **asked).status_code == 401
    assert t("vi", "account.programs.none") in client.get("/tai-khoan").text


def test_who_sees_no_figures_is_told_of_no_programs(client: FlaskClient, app: Flask) -> None:
    with transaction() as session:
        admin = world.make_account(session, datetime.now(UTC), Role.ADMIN, login="quan-tri")
    page = world.sign_in(client, admin).get("/tai-khoan").text
    assert "nongsan user token" not in page
