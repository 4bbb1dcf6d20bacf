"""Designs of a cooperative: lines, order, sign, square; versions that never change; only what fits."""

import io
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image, ImageDraw
from sqlmodel import select

from labels.design import StampDesign
from tests import world
from tests.services.stamp_world import StampWorld
from trace.db import reading, transaction
from trace.records.label_design import DefaultDesign, LabelDesign, LabelDesignVersion
from trace.services import instance_facts, stamp_keys
from trace.services.label_defaults import usual_design
from trace.services.label_designs import design_named
from trace.services.stamp_marks import Places

BOX = {
    "name": "Hộp 1 kg",
    "kind": "stamp",
    "rows": ["lot", "product", "cooperative", "serial"],
    "level": "Q",
    "dots": "4",
    "serial_digits": "7",
}


@pytest.fixture
def desk(app: Flask, tmp_path: Path) -> StampWorld:
    now = datetime.now(UTC)
    with transaction() as session:
        instance_facts.found(session, public_url="http://localhost", is_demo=False)
        stamp_keys.ensure_key(session, tmp_path / "keys", now)
        coop = world.make_coop(session, now)
    return StampWorld(Places(tmp_path / "keys", tmp_path / "marks.log"), coop, now)


@pytest.fixture
def boss(client: FlaskClient, desk: StampWorld) -> FlaskClient:
    return world.sign_in(client, desk.coop.manager)


def all_of(table: type) -> list:
    with reading() as session:
        return list(session.exec(select(table).order_by(table.id)))


def newest(desk: StampWorld, name: str) -> StampDesign:
    with reading() as session:
        return design_named(session, desk.coop.boss, name)[1]


def sign(kind: str = "PNG", side: int = 400) -> io.BytesIO:
    picture = Image.new("RGB", (side, side), "white")
    ImageDraw.Draw(picture).ellipse((side // 8, side // 8, side * 7 // 8, side * 7 // 8), fill="#a8213d")
    data = io.BytesIO()
    picture.save(data, kind)
    data.seek(0)
    return data


def test_a_design_is_what_was_chosen_in_its_order(boss: FlaskClient, desk: StampWorld) -> None:
    answer = boss.post("/htx/mau-tem/moi", data=BOX)
    assert answer.status_code == 303
    [row] = all_of(LabelDesign)
    design = newest(desk, row.public_id)
    assert design.rows == ("lot", "product", "cooperative", "serial")
    assert (design.level, design.dots, design.serial_digits, design.logo) == ("Q", 4, 7, None)
    page = boss.get(answer.location).text
    assert "<svg" in page
    assert "mã lô, tên sản phẩm, hợp tác xã, số thứ tự tem" in page
    assert "Hộp 1 kg" in boss.get("/htx/mau-tem").text


@pytest.mark.parametrize("kind", ["stamp", "fruit", "export", "poster", ""])
def test_every_kind_has_its_form_in_two_languages(boss: FlaskClient, kind: str) -> None:
    for lang in ("vi", "en"):
        page = boss.get(f"/htx/mau-tem/moi?kind={kind}&lang={lang}")
        assert page.status_code == 200
        assert 'class="err"' not in page.text
        assert 'name="rows" value="product" checked' in page.text
        assert 'class="gear-stamp"' in page.text or "mm" in page.text


def test_a_line_moves_and_nothing_is_saved_yet(boss: FlaskClient) -> None:
    sent = {**BOX, "order": ["lot", "product", "cooperative", "serial"], "move": "down:lot"}
    page = boss.post("/htx/mau-tem/moi", data=sent)
    assert page.status_code == 200
    order = re.findall(r'name="order" value="([^"]+)"', page.text)
    assert order[:4] == ["product", "lot", "cooperative", "serial"]
    assert 'value="Hộp 1 kg"' in page.text
    assert page.text.count(" checked") == 4
    for odd in ("down:<script>", "sideways:lot", "up:lot", ""):
        assert boss.post("/htx/mau-tem/moi", data={**sent, "move": odd or "up"}).status_code == 200
    assert all_of(LabelDesign) == []


def test_another_version_is_another_row_and_the_printed_one_stays(
    boss: FlaskClient, desk: StampWorld
) -> None:
    path = boss.post("/htx/mau-tem/moi", data=BOX).location
    name = path.rsplit("/", 1)[1]
    assert boss.post(f"{path}/sua", data=BOX).status_code == 303
    assert [row.version for row in all_of(LabelDesign)] == [1]
    assert boss.post(f"{path}/sua", data={**BOX, "level": "M", "kind": "export"}).status_code == 303
    assert [row.version for row in all_of(LabelDesign)] == [2]
    assert len(all_of(LabelDesignVersion)) == 2
    assert (newest(desk, name).level, newest(desk, name).kind) == ("M", "stamp")
    assert newest(desk, f"{name}.1").level == "Q"
    for odd in (f"{name}.3", f"{name}.0", f"{name}.x", f"{name}.²", f"{name}.", "zzzzzzzzzz"):
        if odd.endswith("."):
            continue
        with reading() as session, pytest.raises(Exception, match=r"error\.not_found"):
            design_named(session, desk.coop.boss, odd)


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("level", "X"),
        ("dots", "99"),
        ("serial_digits", "99"),
        ("kind", "poster"),
        ("rows", ["product", "<script>"]),
        ("rows", ["lot"]),
        ("rows", []),
        ("name", ""),
        ("name", "x" * 61),
    ],
)
def test_what_no_label_can_be_is_refused(boss: FlaskClient, name: str, typed: object) -> None:
    answer = boss.post("/htx/mau-tem/moi", data={**BOX, name: typed})
    if name in ("kind", "dots") or typed == ["product", "<script>"]:
        assert answer.status_code in (303, 422)
    else:
        assert answer.status_code == 422
    own = int(answer.status_code == 422)  # a page has first lines of its own
    assert answer.text.count("<script>") == own
    for row in all_of(LabelDesignVersion):
        assert StampDesign.from_data(json.loads(row.data)).kind == "stamp"


def test_a_sign_becomes_dots_and_stays_until_it_is_taken_off(boss: FlaskClient, desk: StampWorld) -> None:
    path = boss.post("/htx/mau-tem/moi", data={**BOX, "logo": (sign(), "logo.png")}).location
    name = path.rsplit("/", 1)[1]
    first = newest(desk, name).logo
    assert first is not None
    assert first.dots().any()
    assert boss.post(f"{path}/sua", data={**BOX, "level": "M"}).status_code == 303
    assert newest(desk, name).logo == first
    assert boss.post(f"{path}/sua", data={**BOX, "level": "M", "drop_logo": "1"}).status_code == 303
    assert newest(desk, name).logo is None


def test_a_bomb_a_blank_sheet_and_no_picture_are_refused(boss: FlaskClient) -> None:
    bomb = io.BytesIO()
    Image.new("1", (13_000, 4_000)).save(bomb, "PNG")
    blank = io.BytesIO()
    Image.new("RGB", (200, 200), "white").save(blank, "PNG")
    svg = io.BytesIO(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>")
    for data, told in ((bomb, "12.000"), (blank, "gần như một màu"), (svg, "JPEG, PNG hoặc WebP")):
        data.seek(0)
        answer = boss.post("/htx/mau-tem/moi", data={**BOX, "logo": (data, "logo.png")})
        assert answer.status_code == 422
        assert told in answer.text
    assert all_of(LabelDesign) == []


def test_what_is_chosen_is_drawn_on_a_stamp_of_theirs(boss: FlaskClient, desk: StampWorld) -> None:
    sample = boss.get("/htx/mau-tem/hinh", query_string={**BOX, "stock": "tomy-145"}).text
    assert "0000-0000" in sample
    block = desk.issue(3, product=desk.coop.product.public_id)
    real = boss.get("/htx/mau-tem/hinh", query_string={**BOX, "stock": "tomy-145"}).text
    assert "0000-0000-0000" not in real
    assert "<svg" in real
    assert block.count == 3
    none = boss.get("/htx/mau-tem/hinh", query_string={"kind": "stamp"}).text
    assert "Chọn ít nhất một dòng" in none
    assert boss.get("/htx/mau-tem/hinh?kind=stamp&rows=product&stock=zzzz").status_code == 200
    assert boss.get("/htx/mau-tem/hinh", query_string={**BOX, "stock": "zzzz"}).status_code == 404


def test_a_design_becomes_usual_only_where_it_fits(boss: FlaskClient, desk: StampWorld) -> None:
    path = boss.post("/htx/mau-tem/moi", data=BOX).location
    small = boss.post(f"{path}/thuong-dung", data={"stock": "roll-25x25"})
    assert small.status_code == 409
    assert "25 x 25" in small.text or "rộng" in small.text
    assert all_of(DefaultDesign) == []
    assert boss.post(f"{path}/thuong-dung", data={"stock": "tomy-145"}).status_code == 303
    assert boss.post(f"{path}/thuong-dung", data={"stock": "tomy-145"}).status_code == 303
    [usual] = all_of(DefaultDesign)
    assert (usual.stock, usual.product) == ("tomy-145", "")
    with reading() as session:
        name = usual_design(session, desk.coop.org.id, "tomy-145", desk.coop.product.id)
        assert name == f"{path.rsplit('/', 1)[1]}.1"
        assert usual_design(session, desk.coop.org.id, "roll-50x30", None) == "standard"
    wide = {**BOX, "level": "H", "dots": "6", "serial_digits": "11"}
    answer = boss.post(f"{path}/sua", data=wide)
    assert answer.status_code in (303, 409)
    assert boss.post(f"{path}/bo").status_code == 303
    assert all_of(DefaultDesign) == []


def test_the_design_of_a_product_goes_before_that_of_all(boss: FlaskClient, desk: StampWorld) -> None:
    product = desk.coop.product
    common = boss.post("/htx/mau-tem/moi", data=BOX).location
    own = boss.post("/htx/mau-tem/moi", data={**BOX, "product": product.public_id}).location
    for path in (common, own):
        assert boss.post(f"{path}/thuong-dung", data={"stock": "tomy-145"}).status_code == 303
    with reading() as session:
        names = [usual_design(session, desk.coop.org.id, "tomy-145", one) for one in (product.id, None)]
    assert [name.split(".")[0] for name in names] == [own.rsplit("/", 1)[1], common.rsplit("/", 1)[1]]


def test_anothers_product_is_nobodys(boss: FlaskClient, desk: StampWorld) -> None:
    with transaction() as session:
        other = world.make_coop(session, desk.now)
    for product in (other.product.public_id, "zzzzzzzzzz"):
        assert boss.post("/htx/mau-tem/moi", data={**BOX, "product": product}).status_code == 404
        asked = {**BOX, "product": product}
        assert boss.get("/htx/mau-tem/hinh", query_string=asked).status_code == 404
    assert all_of(LabelDesign) == []


def test_a_name_is_never_markup(boss: FlaskClient) -> None:
    path = boss.post("/htx/mau-tem/moi", data={**BOX, "name": "<img src=x onerror=alert(1)>"}).location
    for page in (path, f"{path}/sua", "/htx/mau-tem"):
        assert "<img src=x" not in boss.get(page).text


def test_the_standard_is_everybodys_and_nobodys_to_change(boss: FlaskClient) -> None:
    assert "Mẫu chuẩn" in boss.get("/htx/mau-tem/standard").text
    assert boss.get("/htx/mau-tem/standard/sua").status_code == 404
    assert boss.post("/htx/mau-tem/standard/bo").status_code == 404
