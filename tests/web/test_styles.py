"""The sheets of a face as one file: whole, kept for a year, and never an old one kept for a new."""

import re
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import world
from trace.db import transaction
from trace.records.account import Role
from trace.web.styles import FACES, address

STATIC = Path(__file__).parents[2] / "trace" / "web" / "static"


def named(app: Flask, face: str) -> str:
    with app.test_request_context():
        return address(face)


@pytest.mark.parametrize("face", FACES)
def test_a_face_has_all_its_sheets_in_one_file_kept_for_a_year(
    app: Flask, client: FlaskClient, face: str
) -> None:
    answer = client.get(named(app, face))
    assert answer.status_code == 200
    assert answer.text == "".join((STATIC / name).read_text("utf-8") for name in FACES[face])
    assert answer.mimetype == "text/css"
    assert "immutable" in answer.headers["Cache-Control"]


def test_a_page_of_before_a_release_finds_the_sheets_of_now_and_does_not_keep_them(
    client: FlaskClient,
) -> None:
    answer = client.get("/static/working-0123456789abcdef.css")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"


def test_no_other_name_is_a_face(client: FlaskClient) -> None:
    for name in ("nobody-0123.css", "working-.css", "-0.css"):
        assert client.get(f"/static/{name}").status_code == 404


def test_what_a_sheet_asks_for_is_there(app: Flask, client: FlaskClient) -> None:
    wanted = set(re.findall(r"url\(([^)]+)\)", client.get(named(app, "working")).text))
    assert wanted
    for one in wanted:
        assert client.get(f"/static/{one}").status_code == 200, one


def test_the_first_page_of_the_office_asks_for_one_file_of_sheets(
    app: Flask, client: FlaskClient, now: datetime
) -> None:
    with transaction() as session:
        account = world.make_account(session, now, Role.OFFICE)
    page = world.sign_in(client, account).get("/so").text
    assert re.findall(r'<link rel="stylesheet" href="([^"]+)">', page) == [named(app, "board")]


def test_each_page_asks_for_the_sheets_of_its_face(app: Flask, client: FlaskClient) -> None:
    for path, face in (("/dang-nhap", "working"), ("/", "buyers")):
        assert f'<link rel="stylesheet" href="{named(app, face)}">' in client.get(path).text
