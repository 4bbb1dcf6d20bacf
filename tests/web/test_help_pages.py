"""Help: a page a topic for anybody, the "?" that leads there, the sheet for the wall."""

import io
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from tests import world
from tests.labels.readers import zbar, zxing
from trace.db import transaction
from trace.records.account import Role
from trace.texts.files import catalog
from trace.web.guides import GUIDES, Guide

PRACTICE = "https://tap.example.vn"
HEAVIEST = 40_000


@pytest.fixture
def coop(app: Flask) -> world.Coop:
    with transaction() as session:
        made = world.make_coop(session, datetime.now(UTC), name="HTX vải thiều Bờ Vườn")
        made.org.phone = "0220 371 1111"
        return made


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.slug)
def test_a_topic_is_told_in_numbered_sentences_with_a_picture(
    client: FlaskClient, guide: Guide, lang: str
) -> None:
    page = client.get(f"/tro-giup/{guide.slug}?lang={lang}")
    assert page.status_code == 200
    steps = re.findall(r"<li>(.+?)</li>", page.text.split("guide-steps")[1].split("</ol>")[0])
    assert len(steps) == guide.steps
    assert all(len(step) < 190 for step in steps)
    assert f'src="/static/{guide.picture}"' in page.text
    keys = {key for key in catalog(lang) if re.fullmatch(rf"guide\.{guide.key}\.\d+", key)}
    assert len(keys) == guide.steps


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.slug)
def test_a_picture_is_small_and_as_wide_as_a_phone(client: FlaskClient, guide: Guide) -> None:
    data = client.get(f"/static/{guide.picture}").data
    assert 2_000 < len(data) <= HEAVIEST
    picture = Image.open(io.BytesIO(data))
    assert (picture.format, picture.size) == ("WEBP", (360, 640))


def test_there_is_no_help_about_anything_else(client: FlaskClient) -> None:
    assert client.get("/tro-giup/khong-co").status_code == 404


@pytest.mark.parametrize(
    ("page", "topic"),
    [
        ("/htx", "ngay-dau"),
        ("/htx/lo/moi", "ghi-lo"),
        ("/htx/tem", "in-tem"),
        ("/htx/tem/kich-hoat", "kich-hoat"),
        ("/htx/nhat-ky/moi", "nhat-ky"),
        ("/htx/gian-hang", "gian-hang"),
        ("/htx/nhap", "nhap-excel"),
    ],
)
def test_the_main_pages_lead_to_their_help(
    client: FlaskClient, coop: world.Coop, page: str, topic: str
) -> None:
    world.sign_in(client, coop.manager)
    assert f'href="/tro-giup/{topic}"' in client.get(page).text


def test_who_can_not_sign_in_finds_help(client: FlaskClient) -> None:
    assert 'href="/tro-giup"' in client.get("/dang-nhap").text


def test_the_work_lists_lead_to_their_help(app: Flask, coop: world.Coop) -> None:
    with transaction() as session:
        office = world.make_account(session, datetime.now(UTC), Role.OFFICE)
    assert 'href="/tro-giup/viec-can-lam"' in world.sign_in(app.test_client(), office).get("/so/viec").text


@pytest.mark.parametrize(
    "page", ["/so", "/so/chi-tieu", "/so/ban-do", "/so/ke-hoach", "/so/quy-tac", "/thong-bao"]
)
def test_the_offices_other_pages_lead_to_all_topics(app: Flask, coop: world.Coop, page: str) -> None:
    with transaction() as session:
        office = world.make_account(session, datetime.now(UTC), Role.OFFICE)
    shown = world.sign_in(app.test_client(), office).get(page).text
    assert 'class="small how" href="/tro-giup"' in shown


def test_help_leads_to_the_place_to_practise_where_there_is_one(app: Flask, client: FlaskClient) -> None:
    assert "tap.example.vn" not in client.get("/tro-giup").text
    settings = app.extensions["settings"]
    app.extensions["settings"] = settings.model_copy(update={"practice_url": PRACTICE})
    for page in ("/tro-giup", "/tro-giup/ghi-lo"):
        assert f'href="{PRACTICE}"' in client.get(page).text


def test_the_demonstration_says_that_it_is_the_place_to_practise(app: Flask, client: FlaskClient) -> None:
    app.extensions["is_demo"] = True
    page = client.get("/tro-giup/ghi-lo").text
    assert "nơi tập làm" in page
    assert "BẢN MINH HỌA" in page


def test_the_sheet_is_one_page_with_two_codes_that_open_what_they_say(
    app: Flask, client: FlaskClient, coop: world.Coop, tmp_path: Path
) -> None:
    world.sign_in(client, coop.manager)
    answer = client.get("/htx/to-huong-dan.pdf")
    assert answer.content_type == "application/pdf"
    (tmp_path / "to.pdf").write_bytes(answer.data)
    subprocess.run(["pdftoppm", "-r", "150", "-gray", "to.pdf", "page"], cwd=tmp_path, check=True, timeout=60)
    (page,) = tmp_path.glob("page*.pgm")
    picture = np.asarray(Image.open(page))
    address = app.extensions["settings"].public_url
    codes = {f"{address}/dang-nhap", f"{address}/tro-giup"}
    assert zxing(picture) == zbar(picture) == codes
    ask = ["pdftotext", "-layout", "to.pdf", "-"]
    text = subprocess.check_output(ask, cwd=tmp_path, timeout=60).decode()
    for word in ("HTX vải thiều Bờ Vườn", "0220 371 1111", "Ghi lô", "Dán tem", "Mạng yếu"):
        assert word in text
    for code in codes:
        assert client.get(code.removeprefix(address)).status_code in (200, 302)


def test_the_sheet_as_a_page_says_the_same(client: FlaskClient, coop: world.Coop) -> None:
    world.sign_in(client, coop.manager)
    page = client.get("/htx/to-huong-dan").text
    for word in ("HTX vải thiều Bờ Vườn", "0220 371 1111", "Dán chỗ phẳng", "/tro-giup"):
        assert word in page


def test_each_sees_its_own_number_on_the_sheet(app: Flask, coop: world.Coop) -> None:
    with transaction() as session:
        other = world.make_coop(session, datetime.now(UTC))
        team = world.make_account(session, datetime.now(UTC), Role.DIGITAL_TEAM, commune_code="10813")
    for account in (other.manager, team):
        assert "0220 371 1111" not in world.sign_in(app.test_client(), account).get("/htx/to-huong-dan").text
    assert app.test_client().get("/htx/to-huong-dan.pdf").status_code == 302
