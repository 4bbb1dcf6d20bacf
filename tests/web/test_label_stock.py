"""Label stock of a cooperative: measured in the browser, drawn to scale, never changed under a print."""

import re
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select

from tests import world
from trace.db import reading, transaction
from trace.records.account import Role
from trace.records.label_stock import LabelStock

SHEET = {
    "name": "Tomy 146",
    "form": "sheet",
    "columns": "3",
    "rows": "8",
    "label_width_um": "63,5",
    "label_height_um": "33.9 mm",
    "pitch_x_um": "6,6 cm",
    "pitch_y_um": "",
    "left_um": "",
    "top_um": "",
    "page_width_um": "210",
    "page_height_um": "297",
}


@pytest.fixture
def coop(app: Flask) -> world.Coop:
    with transaction() as session:
        return world.make_coop(session, datetime.now(UTC))


@pytest.fixture
def boss(coop: world.Coop, client: FlaskClient) -> FlaskClient:
    return world.sign_in(client, coop.manager)


def stocks() -> list[LabelStock]:
    with reading() as session:
        return list(session.exec(select(LabelStock).order_by(LabelStock.id)))


def test_figures_typed_the_vietnamese_way_become_stock_in_the_middle_of_its_sheet(boss: FlaskClient) -> None:
    answer = boss.post("/htx/giay-tem/moi", data=SHEET)
    assert answer.status_code == 303
    [row] = stocks()
    assert (row.label_width_um, row.label_height_um, row.pitch_x_um, row.pitch_y_um) == (
        63_500, 33_900, 66_000, 33_900,
    )  # fmt: skip
    assert (row.left_um, row.top_um) == ((210_000 - 195_500) // 2, (297_000 - 8 * 33_900) // 2)
    page = boss.get(answer.location).text
    assert page.count("<rect") == 24
    assert "63,5\u00a0×\u00a033,9\u00a0mm" in page
    assert "Tomy 146" in boss.get("/htx/giay-tem").text


def test_a_roll_asks_for_no_rows_and_its_page_is_one_row(boss: FlaskClient) -> None:
    roll = {"name": "Cuộn nhỏ", "form": "roll", "columns": "2", "label_width_um": "35", "pitch_x_um": "37"}
    assert boss.post("/htx/giay-tem/moi", data={**roll, "label_height_um": "22"}).status_code == 303
    [row] = stocks()
    assert (row.rows, row.page_width_um, row.page_height_um, row.left_um) == (1, 72_000, 22_000, 0)


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("label_width_um", "NaN"),
        ("label_width_um", "inf"),
        ("label_width_um", "-5"),
        ("label_width_um", "0"),
        ("label_width_um", "1e3"),
        ("label_width_um", "99999999999999999999"),
        ("label_height_um", "38,1,2"),
        ("label_height_um", "một tấc"),
        ("pitch_x_um", "20"),  # labels over one another
        ("left_um", "200"),
        ("top_um", "-1"),
        ("columns", "0"),
        ("columns", "51"),
        ("columns", "2,5"),
        ("rows", ""),
        ("rows", "9"),
        ("rows", "1000000"),
        ("page_width_um", "100"),
        ("page_height_um", "0,001"),
        ("form", "cuộn"),
        ("name", ""),
        ("name", "a" * 61),
    ],
)
def test_what_cannot_be_paper_is_refused_with_what_was_typed(
    boss: FlaskClient, name: str, typed: str
) -> None:
    answer = boss.post("/htx/giay-tem/moi", data={**SHEET, name: typed})
    assert answer.status_code == 422
    assert 'class="error-summary"' in answer.text
    assert stocks() == []


def test_what_is_typed_is_drawn_before_it_is_saved(boss: FlaskClient) -> None:
    drawn = boss.get("/htx/giay-tem/hinh", query_string={**SHEET, "name": ""}).text
    assert drawn.count("<rect") == 24
    wrong = boss.get("/htx/giay-tem/hinh", query_string={**SHEET, "label_width_um": "<svg onload=1>"}).text
    assert "<svg onload" not in wrong
    assert "Chiều rộng một tem" in wrong
    assert boss.get("/htx/giay-tem/hinh").status_code == 200
    assert stocks() == []


def test_other_figures_are_another_row_and_a_name_alone_is_not(boss: FlaskClient) -> None:
    boss.post("/htx/giay-tem/moi", data=SHEET)
    [first] = stocks()
    path = f"/htx/giay-tem/{first.public_id}/sua"
    form = dict(re.findall(r'name="(\w+)" type="text" value="([^"]*)"', boss.get(path).text))
    named = {**form, "name": "Tomy 146 mới", "form": "sheet"}
    assert boss.post(path, data=named).status_code == 303
    assert [row.name for row in stocks()] == ["Tomy 146 mới"]
    answer = boss.post(path, data={**named, "left_um": "8"})
    assert answer.status_code == 303
    old, new = stocks()
    assert (old.left_um, new.left_um) == (7_250, 8_000)
    assert old.retired_at is not None
    assert new.replaces_id == old.id
    assert answer.location.endswith(new.public_id)
    assert boss.get(f"/htx/giay-tem/{old.public_id}").status_code == 200
    assert boss.post(path, data=named).status_code == 409
    assert old.public_id not in boss.get("/htx/giay-tem").text


def test_a_name_is_never_markup(boss: FlaskClient) -> None:
    boss.post("/htx/giay-tem/moi", data={**SHEET, "name": "<script>alert(1)</script>"})
    [row] = stocks()
    for path in ("", f"/{row.public_id}", f"/{row.public_id}/sua"):
        page = boss.get(f"/htx/giay-tem{path}").text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page


def test_the_farm_and_the_office_own_no_paper(app: Flask, coop: world.Coop) -> None:
    bound = {"org_id": coop.org.id, "household_id": coop.household.id}
    with transaction() as session:
        roles = {
            Role.FARMER: world.make_account(session, datetime.now(UTC), Role.FARMER, **bound),
            Role.OFFICE: world.make_account(session, datetime.now(UTC), Role.OFFICE),
            Role.PACKING_HOUSE: world.make_account(
                session, datetime.now(UTC), Role.PACKING_HOUSE, org_id=coop.org.id
            ),
        }
    seen = {
        role: world.sign_in(app.test_client(), account).get("/htx/giay-tem").status_code
        for role, account in roles.items()
    }
    assert seen == {Role.FARMER: 403, Role.OFFICE: 403, Role.PACKING_HOUSE: 200}


def test_a_form_without_its_mark_writes_nothing(app: Flask, boss: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    assert boss.post("/htx/giay-tem/moi", data=SHEET).status_code == 403
    assert stocks() == []
