"""The office's page: each figure is the answer to its question, files carry it, an address is a question."""

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session

from tests import world
from tests.application import a_minute_later
from tests.services.test_statistics import make_listing, make_order, make_shop
from tests.units import HA_BAC, THANH_HA
from trace.db import reading, transaction
from trace.records.account import Role
from trace.records.lot import LotState
from trace.records.market_order import OrderStatus
from trace.records.season_plan import SeasonPlan
from trace.services.admission import Actor
from trace.services.baseline import load_baseline
from trace.services.figures import words
from trace.services.figures.answering import answer
from trace.services.figures.asking import Ask, Dimension
from trace.services.figures.board import SHOWN
from trace.services.figures.catalogue import BY_NAME
from trace.services.recounting import recount
from trace.texts import formats
from trace.texts.catalogs import t

YEAR = 2026
AUTUMN = datetime(YEAR, 9, 15, 3, tzinfo=UTC)
OFFICE = Actor(1, Role.OFFICE)
CARDS = ("harvested", "transactions", "revenue", "price", "traceable_share")
LINES = ("stamps_used", "stamps_void", "early_scans", "suspected_copies")
PICKED = (
    ("u_hong", date(YEAR, 5, 25), 3_000_000),
    ("u_hong", date(YEAR, 5, 26), 5_000_000),
    ("thieu", date(YEAR, 6, 15), 12_000_000),
    ("thieu", date(YEAR - 1, 6, 14), 8_000_000),
)


@pytest.fixture(autouse=True)
def autumn(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock of every page stands in the autumn after the season."""
    for room in ("board", "board_asking", "figure_asking", "decision_1034"):
        monkeypatch.setattr(f"trace.web.office.{room}.now", lambda: AUTUMN)


def pick(session: Session, coop: world.Coop, variety: str, day: date, grams: int) -> None:
    place = {"commune_code": coop.org.commune_code}
    plot = world.make_plot(session, AUTUMN, coop.household, variety=variety, **place)
    given = {"variety": variety, "harvested_on": day, "weight_g": grams, "state": LotState.OPEN, **place}
    world.make_lot(session, AUTUMN, plot, coop.product, **given)


def page_of(client: FlaskClient, address: str) -> str:
    """The page as it is now, with its unbreakable blanks as blanks."""
    return a_minute_later(client).get(address).text.replace("\xa0", " ")


@pytest.fixture
def coops(app: Flask, now: datetime) -> list[world.Coop]:
    """Two cooperatives that picked this season and the last, and sold this year and the year before."""
    with transaction() as session:
        found = [world.make_coop(session, now, commune_code=code) for code in (THANH_HA, HA_BAC)]
        for place, coop in enumerate(found):
            shop = make_shop(session, now, coop, "shopee", str(coop.org.id))
            listing = make_listing(session, now, shop, "a", product_id=coop.product.id, unit_g=2_000)
            for day in (date(YEAR, 6, 20), date(YEAR, 6, 21), date(YEAR - 1, 6, 20)):
                make_order(session, shop, day, OrderStatus.COMPLETED, [(listing, 2, 50_000 + place)])
            for variety, day, grams in PICKED:
                pick(session, coop, variety, day, grams)
        recount(session)
        load_baseline(session)
    return found


@pytest.fixture
def office(coops: list[world.Coop], client: FlaskClient, now: datetime) -> FlaskClient:
    with transaction() as session:
        account = world.make_office(session, now)
    return world.sign_in(client, account)


def wholes(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in rows if row["part"] == ""}


def asked(**only: str) -> tuple[Ask, Ask]:
    kept = {Dimension(name): value for name, value in only.items()}
    first = Ask(date(YEAR, 1, 1), date(YEAR, 9, 15), only=kept, at=AUTUMN)
    return first, Ask(date(YEAR - 1, 1, 1), date(YEAR - 1, 9, 15), only=kept)


def test_every_figure_is_the_answer_to_its_question_now_and_a_year_ago(office: FlaskClient) -> None:
    page, rows = page_of(office, "/so"), wholes(office.get("/so/bang.json").get_json()["rows"])
    this, last = asked()
    with reading() as session:
        for name in SHOWN:
            measure = BY_NAME[name]
            row = rows[t("vi", f"measure.{name}")]
            now = answer(session, OFFICE, measure, this).whole.value
            assert row["value"] == words.plain(measure, now)
            if measure.timing != "today":
                before = answer(session, OFFICE, measure, last).whole.value
                assert row["last_year"] == words.plain(measure, before)
            if name in CARDS:
                number, unit = words.headline("vi", measure, now)
                assert f">{number} <small>{unit}</small>" in page
            if name in LINES:
                assert f"<b>{words.said('vi', measure, now)}</b>".replace("\xa0", " ") in page
    assert "40 <small>tấn</small>" in page
    assert "150%" in page  # 40 tonnes after 16 a year ago


def test_a_card_leads_to_its_figure_with_the_same_days(office: FlaskClient) -> None:
    page = office.get("/so").text.replace("&amp;", "&")
    for name in ("harvested", "transactions", "price", "traceable_share", "stamps_used"):
        assert f"/so/chi-tieu/{name}?tu={YEAR}-01-01&den={YEAR}-09-15" in page
    assert office.get(f"/so/chi-tieu/harvested?tu={YEAR}-01-01&den={YEAR}-09-15").status_code == 200


def test_the_curve_is_the_harvest_of_each_crop_by_day_with_the_year_before(office: FlaskClient) -> None:
    page = page_of(office, "/so")
    assert page.count('<polyline class="early"') == page.count('<polyline class="main"') == 2
    assert page.count('<polyline class="last"') == 2
    assert "10 tấn, 26/05" in page
    assert "24 tấn, 15/06" in page
    table = page.split("Xem bảng số")[1].split("</table>")[0]
    assert ">26/05/2026<" in table
    assert table.count("<tr>") == 1 + 4 + 1  # the head, three days of now and one of then, the sum
    rows = office.get("/so/bang.json").get_json()["rows"]
    days = {(row["part"], row["value"], row["last_year"]) for row in rows if "theo ngày" in row["name"]}
    assert days == {
        ("25/05/2026", 6000, 0),
        ("26/05/2026", 10_000, 0),
        ("15/06/2026", 24_000, 0),
        ("14/06/2026", 0, 16_000),
    }


def test_files_carry_the_same_rows_and_a_second_library_reads_them(office: FlaskClient) -> None:
    as_json = office.get("/so/bang.json").get_json()["rows"]
    as_csv = list(csv.reader(io.StringIO(office.get("/so/bang.csv").data.decode("utf-8-sig"))))
    book = openpyxl.load_workbook(io.BytesIO(office.get("/so/bang.xlsx").data))
    as_xlsx = list(book.active.iter_rows(values_only=True))
    assert len(as_csv) == len(as_xlsx) == len(as_json) + 1
    names = ("name", "part", "unit", "value", "last_year", "change", "top", "bottom")
    for line, sheet, said in zip(as_csv[1:], as_xlsx[1:], as_json, strict=True):
        values = [said[name] for name in names]
        assert [cell or None for cell in sheet] == [value or None for value in values]
        assert [cell.lstrip("'") for cell in line] == [
            "" if value is None else str(value) for value in values
        ]
    assert office.get("/so/bang.pdf").status_code == 404


SEASONS = (
    ("", date(YEAR, 1, 1), date(YEAR, 9, 15)),
    ("?vu=som", date(YEAR, 5, 20), date(YEAR, 6, 10)),
    ("?vu=chinh&nam=2025", date(YEAR - 1, 6, 11), date(YEAR - 1, 6, 30)),
    ("?vu=ca-nam&nam=2025", date(YEAR - 1, 1, 1), date(YEAR - 1, 12, 31)),
    ("?tu=2026-06-01&den=2026-06-20", date(YEAR, 6, 1), date(YEAR, 6, 20)),
)


@pytest.mark.parametrize(("query", "since", "until"), SEASONS)
def test_a_season_or_days_stand_in_the_address(
    office: FlaskClient, query: str, since: date, until: date
) -> None:
    note = office.get(f"/so/bang.json{query}").get_json()["notes"][0]
    assert (formats.day("vi", since) in note, formats.day("vi", until) in note) == (True, True)
    assert office.get(f"/so{query}").status_code == 200


@pytest.mark.parametrize(
    "query", ["?vu=meo", "?nam=2027", "?nam=mai", "?nam=1999", "?tu=mai", "?tu=2026-06-02&den=2026-06-01"]
)
def test_a_question_that_does_not_fit_is_said(office: FlaskClient, query: str) -> None:
    for page in ("/so", "/so/bang", "/so/bang.csv"):
        assert office.get(page + query).status_code == 422


def test_a_filter_narrows_every_figure_and_what_does_not_know_it_says_so(office: FlaskClient) -> None:
    rows = wholes(office.get(f"/so/bang.json?xa={HA_BAC}").get_json()["rows"])
    this, _ = asked(commune=HA_BAC)
    with reading() as session:
        for name in ("harvested", "transactions", "revenue"):
            now = answer(session, OFFICE, BY_NAME[name], this).whole.value
            assert rows[t("vi", f"measure.{name}")]["value"] == words.plain(BY_NAME[name], now)
    page = office.get("/so?san=shopee").text
    assert "không tính theo bộ lọc này" in page
    assert t("vi", "measure.harvested") not in wholes(
        office.get("/so/bang.json?san=shopee").get_json()["rows"]
    )


def test_the_wall_has_no_menu_and_comes_anew_by_itself(office: FlaskClient) -> None:
    wall = office.get("/so/bang?man-hinh=lon&vu=som")
    assert wall.headers["Refresh"] == "300"
    assert "<form" not in wall.text
    assert "Vải sớm 2026" in wall.text
    assert "Refresh" not in office.get("/so/bang").headers


def test_a_commune_officer_sees_its_commune_only(
    coops: list[world.Coop], client: FlaskClient, now: datetime
) -> None:
    with transaction() as session:
        officer = world.make_account(session, now, Role.COMMUNE_OFFICER, commune_code=HA_BAC)
    world.sign_in(client, officer)
    rows = wholes(client.get("/so/bang.json").get_json()["rows"])
    assert rows["Giao dịch (1034)"]["value"] == 2
    form = client.get("/so/qd-1034.json").get_json()["rows"]
    assert [row["transactions"] for row in form if row["as_of"] == f"{YEAR}-09-15"] == [2, 2]


def test_the_form_of_decision_1034_stands_beside_what_was_published(office: FlaskClient) -> None:
    page = office.get("/so/qd-1034").text
    for said in ("97.827", "95.563", "289", "136.012", "141.850", "760", "2.721", "Xã Hà Bắc"):
        assert said in page
    rows = office.get("/so/qd-1034.json").get_json()["rows"]
    assert [row["households_on_platforms"] for row in rows] == [97_827, 136_012, 2, 1, 1]
    assert [row["transactions"] for row in rows] == [None, 2_721, 4, 2, 2]
    earlier = office.get("/so/qd-1034.json?tu=2025-01-01&den=2025-12-31").get_json()["rows"]
    assert [row["transactions"] for row in earlier] == [None, 2_721, 2, 1, 1]
    this, _ = asked()
    with reading() as session:
        for name in ("households_on_platforms", "households_trained", "products_on_platforms"):
            assert rows[2][name] == answer(session, OFFICE, BY_NAME[name], this).whole.top


def test_the_forms_files_carry_what_the_page_shows(office: FlaskClient) -> None:
    as_json = office.get("/so/qd-1034.json").get_json()["rows"]
    as_csv = list(csv.reader(io.StringIO(office.get("/so/qd-1034.csv").data.decode("utf-8-sig"))))
    book = openpyxl.load_workbook(io.BytesIO(office.get("/so/qd-1034.xlsx").data))
    assert book.sheetnames == [
        "Biểu QĐ 1034"
    ]  # a sheet's name is short, and the number is what it is known by
    as_xlsx = list(book.active.iter_rows(values_only=True))
    assert len(as_csv) == len(as_xlsx) == len(as_json) + 1 == 6
    assert [float(line[5]) if line[5] else None for line in as_csv[1:]] == [row[5] for row in as_xlsx[1:]]
    page = office.get("/so/qd-1034").text
    assert all(formats.number("vi", row["transactions"]) in page for row in as_json if row["transactions"])
    assert office.get("/so/qd-1034.exe").status_code == 404


def test_days_of_the_curve_outside_the_asked_ones_are_drawn_all_the_same(office: FlaskClient) -> None:
    late = f"?tu={YEAR}-06-12&den={YEAR}-09-15"
    rows = wholes(office.get(f"/so/bang.json{late}").get_json()["rows"])
    assert rows["Sản lượng thu hoạch"]["value"] == 24_000
    assert "10 tấn, 26/05" in page_of(office, f"/so{late}")


def test_the_plan_stands_beside_the_harvest_and_is_dotted_in_the_curve(
    office: FlaskClient, now: datetime
) -> None:
    assert "Chưa có kế hoạch vụ" in page_of(office, "/so")
    with transaction() as session:
        days = {"first_day": date(YEAR, 5, 20), "last_day": date(YEAR, 6, 8)}
        plan = {"crop": "lychee", "commune_code": THANH_HA, "weight_g": 20_000_000, "area_m2": 10_000, **days}
        world.add(session, SeasonPlan(**plan, recorded_at=now, confirmed_at=now))
        world.add(session, SeasonPlan(**plan | {"commune_code": HA_BAC}, recorded_at=now))
    page = page_of(office, "/so")
    # of the commune with a plan in force: 8 tonnes were picked on its days, 20 were planned
    assert "Vụ có kế hoạch: 8 tấn / 20 tấn, đạt 40%" in page
    assert page.count('<polyline class="plan"') == 2
    rows = office.get("/so/bang.json").get_json()["rows"]
    assert [row["value"] for row in rows if row["name"].endswith("Kế hoạch")] == [1000] * 20
    reached = wholes(rows)["Đạt kế hoạch vụ"]
    assert [reached[name] for name in ("value", "top", "bottom")] == [0.4, 8_000_000, 20_000_000]
    plans = page_of(office, f"/so/ke-hoach?nam={YEAR}")
    cells = re.findall(r"<td[^>]*>([^<]*)</td>", plans[plans.index("Thu hoạch so với kế hoạch") :])
    assert cells[:3] == ["20", "8", "40%"]
    assert "Thu hoạch so với kế hoạch" not in page_of(office, f"/so/ke-hoach?nam={YEAR - 1}")
    of_other = office.get(f"/so/bang.json?xa={HA_BAC}").get_json()["rows"]
    assert not [row for row in of_other if row["name"].endswith("Kế hoạch")]


def test_the_page_is_of_one_moment_for_a_minute_says_which_and_forgets_it_where_somebody_acts(
    office: FlaskClient, coops: list[world.Coop], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [datetime.now(UTC).replace(second=30)]
    monkeypatch.setattr("trace.web.office.board.now", lambda: clock[0])
    first = page_of(office, "/so")
    assert re.search(r"Số liệu lấy lúc [^<]+", first)
    with transaction() as session:
        commune = coops[1].org.commune_code
        officer = world.make_account(session, now, Role.COMMUNE_OFFICER, commune_code=commune)
        world.make_lot(
            session, now, coops[0].plot, coops[0].product, weight_g=7_000_000, harvested_on=date(YEAR, 6, 1)
        )

    def shown() -> str:
        return office.get("/so").text.replace("\xa0", " ")

    assert shown() == first
    other = world.sign_in(office.application.test_client(), officer)
    assert other.get("/so").text.replace("\xa0", " ") != first  # who reaches less far is told their own
    assert shown() == first
    assert other.post("/dang-xuat").status_code == 302
    assert shown() != first
    anew = shown()
    with transaction() as session:
        world.make_lot(
            session, now, coops[0].plot, coops[0].product, weight_g=9_000_000, harvested_on=date(YEAR, 6, 1)
        )
    assert office.post("/so/ke-hoach/moi", data={"request_id": "ke-hoach-1"}).status_code == 422
    assert shown() == anew  # a refusal is none
    clock[0] += timedelta(minutes=1)
    assert shown() != anew
