"""Printers of a cooperative: what may be an address, and what was measured on the test sheet."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select

from labels.stock import STOCKS
from tests import world
from trace.db import reading, transaction
from trace.records.label_printer import LabelPrinter
from trace.services import label_printers
from trace.services.label_calibrating import page_of
from trace.services.label_printers import calibration_of

PRINTER = {"name": "Máy in văn phòng HTX", "kind": "pdf", "dpi": "203", "address": ""}


@pytest.fixture
def coop(app: Flask) -> world.Coop:
    with transaction() as session:
        return world.make_coop(session, datetime.now(UTC))


@pytest.fixture
def boss(coop: world.Coop, client: FlaskClient) -> FlaskClient:
    return world.sign_in(client, coop.manager)


def printers() -> list[LabelPrinter]:
    with reading() as session:
        return list(session.exec(select(LabelPrinter).order_by(LabelPrinter.id)))


def test_a_printer_is_added_changed_and_leaves_the_list(boss: FlaskClient) -> None:
    answer = boss.post("/htx/may-in/moi", data=PRINTER)
    assert answer.status_code == 303
    assert "Chưa căn" in boss.get("/htx/may-in").text
    label = {"name": "Zebra nhà đóng gói", "kind": "zpl", "dpi": "300", "address": "tcp://192.168.1.50"}
    assert boss.post(f"{answer.location}/sua", data=label).status_code == 303
    [row] = printers()
    assert (row.kind, row.dpi, row.address) == ("zpl", 300, "tcp://192.168.1.50:9100")
    assert "tcp://192.168.1.50:9100" in boss.get(answer.location).text
    assert boss.post(f"{answer.location}/bo").status_code == 303
    assert boss.post(f"{answer.location}/bo").status_code == 303
    boss.get("/htx/may-in")  # says once that it is gone
    assert "Zebra" not in boss.get("/htx/may-in").text
    assert boss.post(f"{answer.location}/sua", data=label).status_code == 409


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("tcp://may-in.htx.vn", "tcp://may-in.htx.vn:9100"),
        ("tcp://MAY-IN:9109/", "tcp://may-in:9109"),
        ("tcp://[fd00::1]:9101", "tcp://[fd00::1]:9101"),
        ("cups://Canon_LBP-2900", "cups://Canon_LBP-2900"),
        ("  ", ""),
    ],
)
def test_an_address_is_written_one_way(boss: FlaskClient, typed: str, kept: str) -> None:
    assert boss.post("/htx/may-in/moi", data={**PRINTER, "address": typed}).status_code == 303
    assert [row.address for row in printers()] == [kept]


@pytest.mark.parametrize(
    "typed",
    [
        "192.168.1.50",
        "http://192.168.1.50:9100",
        "file:///etc/passwd",
        "tcp://10.0.0.1:22",
        "tcp://10.0.0.1:99999",
        "tcp://10.0.0.1:0x1",
        "tcp://user@10.0.0.1:9100",
        "tcp://10.0.0.1:9100/path",
        "tcp://10.0.0.1:9100?x=1",
        "tcp://:9100",
        "tcp://[::1:9100",
        "tcp://[gg::1]:9100",
        "tcp://-o.example:9100",
        "tcp://a b:9100",
        "cups://",
        "cups://-oraw",
        "cups://host/queue",
        "cups://q;rm",
        "cups://q\n:9100",
        "x" * 161,
    ],
)
def test_what_is_no_printers_address_is_refused(boss: FlaskClient, typed: str) -> None:
    answer = boss.post("/htx/may-in/moi", data={**PRINTER, "address": typed})
    assert (answer.status_code, printers()) == (422, [])


@pytest.mark.parametrize(("name", "typed"), [("kind", "pcl"), ("dpi", "204"), ("dpi", "²"), ("name", "")])
def test_odd_figures_are_refused(boss: FlaskClient, name: str, typed: str) -> None:
    assert boss.post("/htx/may-in/moi", data={**PRINTER, name: typed}).status_code == 422
    assert printers() == []


def test_a_cooperative_has_so_many_printers_and_no_more(
    boss: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(label_printers, "MOST", 1)
    assert boss.post("/htx/may-in/moi", data=PRINTER).status_code == 303
    answer = boss.post("/htx/may-in/moi", data=PRINTER)
    assert answer.status_code == 409
    assert "Nhiều nhất 1" in answer.text


def right(path: str, boss: FlaskClient, **given: str):
    page = boss.get(f"{path}/can").text
    before = page.split('name="before" value="', 1)[1].split('"', 1)[0]
    return boss.post(f"{path}/can", data={"stock": "tomy-145", "before": before, **given})


def test_a_printer_is_set_right_by_four_measures_and_the_next_page_shows_it(boss: FlaskClient) -> None:
    path = boss.post("/htx/may-in/moi", data=PRINTER).location
    sheet = boss.get(f"{path}/to-thu.pdf?stock=tomy-145")
    assert sheet.data.startswith(b"%PDF")
    true = page_of(STOCKS["tomy-145"])
    measured = {"across_um": "99,5", "down_um": "150", "left_um": f"{true.left_mm + 1:.2f}"}
    measured |= {"top_um": f"{true.top_mm - 0.3:.2f}".replace(".", ",")}
    answer = right(path, boss, **measured)
    assert answer.status_code == 303
    [row] = printers()
    assert abs(row.scale_x_ppm - 1_000_000 / 0.995) <= 1
    assert row.scale_y_ppm == 1_000_000
    assert abs(row.offset_y_um - 300) <= 10
    assert row.calibrated_on is not None
    page = boss.get(path).text
    assert "dọc +0,3" in page
    assert "100,5 × 100" in page
    assert boss.get(f"{path}/to-thu.pdf").data != sheet.data
    # paper does not lie: what comes out of this printer is now where it should be
    fixed = calibration_of(row)
    drawn = (true.left_mm * fixed.scale_x + fixed.offset_x_mm) * 0.995
    shifted = true.left_mm + 1 - true.left_mm * 0.995
    assert abs(drawn + shifted - true.left_mm) < 0.02


def test_the_same_measures_sent_twice_correct_nothing_twice(boss: FlaskClient) -> None:
    path = boss.post("/htx/may-in/moi", data=PRINTER).location
    page = boss.get(f"{path}/can").text
    sent = {"stock": "tomy-145", "before": page.split('name="before" value="', 1)[1].split('"', 1)[0]}
    sent |= {"across_um": "99,5", "down_um": "150", "left_um": "8,75", "top_um": "12,7"}
    assert boss.post(f"{path}/can", data=sent).status_code == 303
    [once] = printers()
    twice = boss.post(f"{path}/can", data=sent)
    assert twice.status_code == 409
    assert "In tờ thử mới" in twice.text
    assert printers() == [once]
    assert boss.post(f"{path}/bo-can").status_code == 303
    [row] = printers()
    assert (row.offset_x_um, row.scale_x_ppm, row.calibrated_on) == (0, 1_000_000, None)


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("across_um", "50"),
        ("across_um", "NaN"),
        ("across_um", "0"),
        ("down_um", "1e2"),
        ("down_um", ""),
        ("left_um", "90"),
        ("top_um", "-3"),
        ("top_um", "99999999999999"),
    ],
)
def test_a_measure_that_cannot_be_is_refused(boss: FlaskClient, name: str, typed: str) -> None:
    path = boss.post("/htx/may-in/moi", data=PRINTER).location
    fine = {"across_um": "100", "down_um": "150", "left_um": "8,75", "top_um": "12,7"}
    answer = right(path, boss, **{**fine, name: typed})
    assert answer.status_code == 422
    assert printers()[0].calibrated_on is None


def test_what_the_measures_come_to_is_told_while_they_are_typed(boss: FlaskClient) -> None:
    path = boss.post("/htx/may-in/moi", data=PRINTER).location
    asked = {"stock": "tomy-145", "before": "0:0:1000000:1000000", "across_um": "100", "down_um": "150"}
    assert boss.get(f"{path}/can/tinh", query_string=asked).text == ""
    asked |= {"left_um": "8,75", "top_um": "13,7"}
    assert "dọc −1" in boss.get(f"{path}/can/tinh", query_string=asked).text
    assert "Vừa trang" in boss.get(f"{path}/can/tinh", query_string={**asked, "down_um": "70"}).text


def test_the_test_page_of_another_stock_has_its_own_measures(boss: FlaskClient) -> None:
    path = boss.post("/htx/may-in/moi", data=PRINTER).location
    assert "đúng là 100" in boss.get(f"{path}/can?stock=tomy-145").text
    assert "đúng là 40" in boss.get(f"{path}/can?stock=roll-50x30").text
    assert boss.get(f"{path}/can?stock=khong-co").status_code == 404
    assert boss.get(f"{path}/to-thu.pdf?stock=khong-co").status_code == 404
