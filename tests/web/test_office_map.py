"""The map of the communes: each shows its answer and leads to its figure; table and files carry the same."""

import csv
import io
import re
from datetime import datetime

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import world
from tests.units import HA_BAC, THANH_HA
from tests.web.test_office_board import AUTUMN, OFFICE, PICKED, YEAR, asked, page_of, pick
from trace.db import reading, transaction
from trace.records.account import Role
from trace.services.figures.answering import answer
from trace.services.figures.asking import Ask, Dimension
from trace.services.figures.catalogue import BY_NAME
from trace.services.figures.commune_map import old_districts
from trace.standards.province_map import FINE, LIGHT, map_of_hai_phong
from trace.web.office.figure_map import MAPPED

OLD_THANH_HA = "294"
COMMUNE = re.compile(r'<a href="([^"]*)" aria-label="([^"]*)"><path (class="k\d"|fill="url\(#hatch\)")')
NGHI_DUONG = "11713"


@pytest.fixture(autouse=True)
def autumn(monkeypatch: pytest.MonkeyPatch) -> None:
    for room in ("board_asking", "figure_asking", "figure_map"):
        monkeypatch.setattr(f"trace.web.office.{room}.now", lambda: AUTUMN)


@pytest.fixture
def office(app: Flask, client: FlaskClient, now: datetime) -> FlaskClient:
    """Three communes that picked: one twice as much as the other, the third in another former district."""
    with transaction() as session:
        for code, times in ((THANH_HA, 2), (HA_BAC, 1), (NGHI_DUONG, 3)):
            coop = world.make_coop(session, now, commune_code=code)
            for variety, day, grams in PICKED:
                pick(session, coop, variety, day, grams * times)
        account = world.make_office(session, now)
    return world.sign_in(client, account)


def areas(page: str) -> list[tuple[str, str, str]]:
    """Where each commune leads, what it says, how it is shaded."""
    drawn = page.split('<svg class="map')[1].split("</svg>", maxsplit=1)[0].replace("&amp;", "&")
    found = re.findall(
        r'<a href="([^"]*)" aria-label="([^"]*)"><path (class="k\d"|fill="url\(#hatch\)")', drawn
    )
    return [(where, said, shade) for where, said, shade in found]


def test_each_of_the_114_communes_is_a_link_with_its_name_and_figure(office: FlaskClient) -> None:
    found = areas(page_of(office, "/so/ban-do"))
    assert len(found) == 114
    said = {words.split(":")[0]: (words, where, shade) for where, words, shade in found}
    this, _ = asked()
    with reading() as session:
        by_commune = Ask(this.since, this.until, Dimension.COMMUNE, at=AUTUMN)
        parts = {
            part.key: part.top for part in answer(session, OFFICE, BY_NAME["harvested"], by_commune).parts
        }
    assert parts == {THANH_HA: 40_000_000, HA_BAC: 20_000_000, NGHI_DUONG: 60_000_000}
    assert said["Xã Thanh Hà"][0] == "Xã Thanh Hà: 40 tấn"
    assert said["Xã Hà Bắc"][0] == "Xã Hà Bắc: 20 tấn"
    assert sum("hatch" in shade for _, _, shade in said.values()) == 111
    where = said["Xã Thanh Hà"][1]
    assert where == f"/so/chi-tieu/harvested?tu={YEAR}-01-01&den={YEAR}-09-15&xa={THANH_HA}"
    assert "40 tấn" in page_of(office, where)


def test_more_is_darker_and_the_key_names_the_shades(office: FlaskClient) -> None:
    page = page_of(office, "/so/ban-do")
    shade = {words.split(":")[0]: shade for _, words, shade in areas(page)}
    assert [shade[name] for name in ("Xã Hà Bắc", "Xã Thanh Hà", "Xã Nghi Dương")] == [
        'class="k1"',
        'class="k3"',
        'class="k5"',
    ]
    key = page.split("map-key")[1].split("</ul>")[0]
    assert [word in key for word in ("dưới 40 tấn", "40 tấn đến dưới 60 tấn", "từ 60 tấn", "chưa có số")] == [
        True
    ] * 4


def test_the_table_and_the_files_carry_the_same_values(office: FlaskClient) -> None:
    page = page_of(office, "/so/ban-do")
    rows = office.get("/so/ban-do.json").get_json()["rows"]
    assert [(row["commune"], row["value"], row["last_year"]) for row in rows] == [
        ("Xã Nghi Dương", 60_000, 24_000),
        ("Xã Thanh Hà", 40_000, 16_000),
        ("Xã Hà Bắc", 20_000, 8_000),
        ("Tất cả", 120_000, 48_000),
    ]
    table = page.split('id="bang"')[1]
    assert all(said in table for said in ("60.000", "40.000", "20.000", "120.000", "tăng 150%"))
    as_csv = list(csv.reader(io.StringIO(office.get("/so/ban-do.csv").data.decode("utf-8-sig"))))
    book = openpyxl.load_workbook(io.BytesIO(office.get("/so/ban-do.xlsx").data))
    as_xlsx = list(book.active.iter_rows(values_only=True))
    assert [float(line[1]) for line in as_csv[1:]] == [row["value"] for row in rows]
    assert [line[:3] for line in as_xlsx[1:]] == [(r["commune"], r["value"], r["last_year"]) for r in rows]
    assert office.get("/so/ban-do.svg").status_code == 404


def test_old_districts_shade_all_communes_that_came_from_them_alone(office: FlaskClient) -> None:
    found = areas(page_of(office, "/so/ban-do?don-vi=huyen-cu"))
    words = {said.split(" (")[0].split(":")[0]: said for _, said, _ in found}
    assert words["Xã Thanh Hà"] == "Xã Thanh Hà (Huyện Thanh Hà): 60 tấn"
    assert words["Xã Hà Bắc"] == "Xã Hà Bắc (Huyện Thanh Hà): 60 tấn"
    assert "gộp từ nhiều huyện cũ" in " ".join(words.values())
    assert old_districts()[THANH_HA] == OLD_THANH_HA
    where = next(where for where, said, _ in found if said.startswith("Xã Thanh Hà ("))
    assert where.endswith(f"huyen-cu={OLD_THANH_HA}")
    assert "60 tấn" in page_of(office, where)
    rows = office.get("/so/ban-do.json?don-vi=huyen-cu").get_json()["rows"]
    assert rows[0]["value"] == rows[1]["value"] == 60_000


@pytest.mark.parametrize("measure", [one.name for one in MAPPED])
def test_every_figure_that_lies_somewhere_has_its_map(office: FlaskClient, measure: str) -> None:
    page = page_of(office, f"/so/ban-do?chi-tieu={measure}")
    assert len(areas(page)) == 114
    assert f'value="{measure}" selected' in page


@pytest.mark.parametrize(
    "query", ["?chi-tieu=meo", "?chi-tieu=sync_meo", "?don-vi=xom", "?vu=meo", "?tu=mai"]
)
def test_a_question_that_does_not_fit_is_said(office: FlaskClient, query: str) -> None:
    assert office.get(f"/so/ban-do{query}").status_code == 422
    assert office.get(f"/so/ban-do.csv{query}").status_code == 422


def test_a_commune_officer_sees_values_of_its_commune_only(
    office: FlaskClient, app: Flask, now: datetime
) -> None:
    with transaction() as session:
        officer = world.make_account(session, now, Role.COMMUNE_OFFICER, commune_code=HA_BAC)
    mine = world.sign_in(app.test_client(), officer)
    rows = mine.get("/so/ban-do.json").get_json()["rows"]
    assert [(row["commune"], row["value"]) for row in rows] == [("Xã Hà Bắc", 20_000), ("Tất cả", 20_000)]
    assert sum("hatch" in shade for _, _, shade in areas(page_of(mine, "/so/ban-do"))) == 113


def test_the_board_shows_the_map_as_one_picture_that_leads_to_it(
    office: FlaskClient, client: FlaskClient
) -> None:
    page = client.get("/so/bang?vu=ca-nam&nam=2026").text.replace("&amp;", "&")
    assert page.count('<svg class="map"') == 1
    assert "/so/ban-do?tu=2026-01-01&den=2026-" in page
    assert "Xã Nghi Dương" in page


def test_the_picture_on_the_board_is_the_light_drawing_of_the_same_communes(office: FlaskClient) -> None:
    page = office.get("/so/bang?vu=ca-nam&nam=2026").text
    light = map_of_hai_phong(LIGHT)
    assert f'viewBox="0 0 {light.width} {light.height}"' in page
    assert all(f'd="{path}"' in page for path in light.communes.values())


def test_the_fine_drawing_has_all_communes_and_more_of_each() -> None:
    fine, light = map_of_hai_phong(FINE), map_of_hai_phong(LIGHT)
    assert fine.communes.keys() == light.communes.keys()
    assert len(fine.communes) == 114
    assert sum(map(len, fine.communes.values())) > 1.8 * sum(map(len, light.communes.values()))
    assert sum(map(len, fine.communes.values())) < 24_000
