"""The print desk: the file holds the block's stamps, a reprint needs a reason, nobody prints another's."""

import io
import secrets
import subprocess
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
import zxingcpp
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlmodel import select
from werkzeug.test import TestResponse

from tests import world
from tests.services.stamp_world import StampWorld
from trace.app import create_app
from trace.db import reading, transaction
from trace.jobs import work
from trace.records.job import Job
from trace.records.product import Product
from trace.records.stamp import PrintRun, StampBlock
from trace.services import instance_facts, stamp_keys, stamp_ledgers
from trace.services.stamp_marks import Places
from trace.settings import Settings
from trace.standards import stamp_code
from trace.standards.stamp_code import encode


@pytest.fixture
def desk(app: Flask, tmp_path: Path) -> StampWorld:
    now = datetime.now(UTC)
    with transaction() as session:
        instance_facts.found(session, public_url="http://localhost", is_demo=True)
        stamp_keys.ensure_key(session, tmp_path / "keys", now)
        coop = world.make_coop(session, now)
    return StampWorld(Places(tmp_path / "keys", tmp_path / "marks.log"), coop, now)


@pytest.fixture
def manager(client: FlaskClient, desk: StampWorld) -> FlaskClient:
    return world.sign_in(client, desk.coop.manager)


def codes_of(block: StampBlock) -> list[str]:
    with reading() as session:
        key = stamp_keys.key_for(session, block.kid)
        assert key is not None
        return [encode(key, serial) for serial in range(block.first, block.last + 1)]


def read_png(data: bytes) -> list[str]:
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(data)).convert("L"))
    return sorted(stamp_code.compact(one.text.rsplit("/", 1)[1]) for one in found)


def pages_of_pdf(data: bytes, folder: Path) -> list[bytes]:
    (folder / "stamps.pdf").write_bytes(data)
    subprocess.run(["pdftoppm", "-r", "300", "-mono", "-png", "stamps.pdf", "page"], cwd=folder, check=True)
    return [path.read_bytes() for path in sorted(folder.glob("page*.png"))]


def file_of(client: FlaskClient, run: str) -> bytes:
    answer = client.get(f"{run}/tep")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    return answer.data


def order(client: FlaskClient, block: StampBlock, **given: str) -> TestResponse:
    asked = {"request_id": secrets.token_hex(8), "step": "print", **given}
    return client.post(f"/htx/in/{block.public_id}", data=asked)


def make(client: FlaskClient, settings: Settings, block: StampBlock, **given: str) -> str:
    """Order, let the worker draw; the address of the print."""
    answer = order(client, block, **given)
    assert answer.status_code == 303, answer.text
    assert work.run_one_print(work.new_desk(settings)) == "done"
    return answer.headers["Location"]


def test_the_pdf_holds_exactly_the_blocks_codes(
    manager: FlaskClient, settings: Settings, desk: StampWorld, tmp_path: Path
) -> None:
    block = desk.issue(70, product=desk.coop.product.public_id)
    run = make(manager, settings, block, stock="tomy-145", format="pdf", start_cell="9")
    pages = pages_of_pdf(file_of(manager, run), tmp_path)
    assert len(pages) == 2
    assert sorted(code for page in pages for code in read_png(page)) == sorted(codes_of(block))


def test_the_pictures_of_a_roll_hold_them_too(
    manager: FlaskClient, settings: Settings, desk: StampWorld
) -> None:
    block = desk.issue(3, product=desk.coop.product.public_id)
    run = make(manager, settings, block, stock="roll-50x30", format="png")
    with zipfile.ZipFile(io.BytesIO(file_of(manager, run))) as archive:
        pages = [archive.read(name) for name in archive.namelist()]
    assert sorted(code for page in pages for code in read_png(page)) == sorted(codes_of(block))


def test_printing_again_asks_why_and_gives_the_same_bytes(
    manager: FlaskClient, settings: Settings, desk: StampWorld
) -> None:
    block = desk.issue(5, product=desk.coop.product.public_id)
    first = file_of(manager, make(manager, settings, block, start_cell="1"))
    assert order(manager, block, start_cell="1").status_code == 422
    again = make(manager, settings, block, reason="jam", start_cell="1")
    assert file_of(manager, again) == first
    assert "kẹt giấy" in manager.get(again).text


def test_the_look_at_the_paper_is_noted(manager: FlaskClient, settings: Settings, desk: StampWorld) -> None:
    block = desk.issue(5, product=desk.coop.product.public_id)
    run = make(manager, settings, block)
    codes = codes_of(block)
    wrong = {"first_code": codes[1], "last_code": codes[4]}
    assert manager.post(f"{run}/xac-nhan", data=wrong).status_code == 409
    right = {"first_code": codes[0].lower(), "last_code": stamp_code.format(codes[4])}
    assert manager.post(f"{run}/xac-nhan", data=right).status_code == 303
    assert "Đã xác nhận" in manager.get(run).text


@pytest.mark.parametrize(
    "given",
    [
        {"stock": "giấy báo"},
        {"start_cell": "66"},
        {"first": "-3"},
        {"first": "99999999999999999999"},
        {"last": "abc"},
        {"format": "exe"},
    ],
)
def test_what_does_not_fit_is_said_and_nothing_is_noted(
    manager: FlaskClient, desk: StampWorld, given: dict[str, str]
) -> None:
    block = desk.issue(5, product=desk.coop.product.public_id)
    answer = order(manager, block, **given)
    assert answer.status_code == 422
    with reading() as session:
        found = session.get(StampBlock, block.id)
        assert found is not None
        assert found.state == "issued"


def test_anothers_block_and_an_absent_one_get_the_same_answer(manager: FlaskClient, desk: StampWorld) -> None:
    with transaction() as session:
        other = world.make_coop(session, desk.now)
    theirs = desk.issue(5, actor=other.boss, product=other.product.public_id)
    absent = "zzzzzzzzzz"
    for method in (manager.get, manager.post):
        answers = [method(f"/htx/in/{name}") for name in (theirs.public_id, absent)]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].text.replace(theirs.public_id, absent) == answers[1].text


def test_the_same_form_sent_twice_orders_one_print(manager: FlaskClient, desk: StampWorld) -> None:
    block = desk.issue(5)
    answers = [order(manager, block, request_id="mot-lan-thoi") for _ in range(3)]
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert order(manager, block, request_id="mot-lan-thoi", start_cell="3").status_code == 409
    with reading() as session:
        assert len(session.exec(select(PrintRun)).all()) == len(session.exec(select(Job)).all()) == 1


def test_a_waiting_print_is_told_of_and_can_be_stopped(
    manager: FlaskClient, settings: Settings, desk: StampWorld
) -> None:
    block = desk.issue(5)
    run = order(manager, block).headers["Location"]
    page = manager.get(run).text
    assert '<meta http-equiv="refresh"' in page
    assert "<progress" in page
    assert manager.get(f"{run}/tep").status_code == 404
    assert manager.post(f"{run}/dung").status_code == 303
    assert "refresh" not in manager.get(run).text
    assert work.run_one_print(work.new_desk(settings)) is None
    with reading() as session:
        assert session.get(StampBlock, block.id).state == "issued"
    assert order(manager, block).status_code == 303  # nothing was printed, so nobody asks why again


def test_a_ready_print_is_not_stopped(manager: FlaskClient, settings: Settings, desk: StampWorld) -> None:
    run = make(manager, settings, desk.issue(5))
    assert manager.post(f"{run}/dung").status_code == 409
    assert file_of(manager, run)


def test_a_file_that_was_cleared_away_is_made_again_with_the_same_bytes(
    manager: FlaskClient, settings: Settings, desk: StampWorld
) -> None:
    """Even when the product has another name by then."""
    block = desk.issue(70, product=desk.coop.product.public_id)
    run = make(manager, settings, block)
    before = file_of(manager, run)
    for path in settings.prints.iterdir():
        path.unlink()
    with transaction() as session:
        session.get(Product, desk.coop.product.id).name = "Vải thiều sớm"
    assert manager.get(f"{run}/tep").status_code == 404
    assert "Tạo lại tệp" in manager.get(run).text
    assert manager.post(f"{run}/tao-lai").status_code == 303
    assert work.run_one_print(work.new_desk(settings)) == "done"
    assert file_of(manager, run) == before


def test_a_program_started_anew_gives_the_file_all_the_same(
    manager: FlaskClient, settings: Settings, desk: StampWorld
) -> None:
    run = make(manager, settings, desk.issue(5))
    before = file_of(manager, run)
    anew = create_app(settings).test_client()
    world.sign_in(anew, desk.coop.manager)
    assert file_of(anew, run) == before


def test_the_next_print_on_a_stock_begins_behind_the_last_used_label(
    manager: FlaskClient, settings: Settings, desk: StampWorld
) -> None:
    make(manager, settings, desk.issue(60), start_cell="13")  # fills one sheet and 7 labels of the next
    page = manager.get(f"/htx/in/{desk.issue(5).public_id}").text
    assert "Lần trước dừng ở ô 7." in page
    assert 'name="start_cell" type="text" value="8"' in page
    assert "Lần trước" not in manager.get(f"/htx/in/{desk.issue(5).public_id}?stock=roll-35x22-x2").text


def test_the_sheet_on_screen_holds_the_stamps_it_will_hold(manager: FlaskClient, desk: StampWorld) -> None:
    block = desk.issue(140, product=desk.coop.product.public_id)
    codes = codes_of(block)
    ask = f"/htx/in/{block.public_id}/to.png?stock=tomy-145&start_cell=60"
    found = [read_png(manager.get(f"{ask}&to={n}").data) for n in (1, 2, 3)]
    assert found == [sorted(codes[:6]), sorted(codes[6:71]), sorted(codes[71:136])]
    assert manager.get(f"{ask}&to=5").status_code == 404


def test_other_choices_are_looked_at_before_anything_is_ordered(
    manager: FlaskClient, desk: StampWorld
) -> None:
    block = desk.issue(30)
    answer = order(manager, block, step="look", stock="roll-50x30", first="3", last="9", start_cell="1")
    page = manager.get(answer.headers["Location"]).text
    assert "In 7 tem" in page
    with reading() as session:
        assert session.exec(select(PrintRun)).all() == []


def test_several_spoiled_ranges_are_withdrawn_together_or_not_at_all(
    manager: FlaskClient, settings: Settings, desk: StampWorld
) -> None:
    block = desk.issue(30)
    run = make(manager, settings, block)
    form = {"request_id": "hong-tem-1", "reason": "torn", "first_1": "3", "last_1": "5", "first_2": "9"}
    wrong = {**form, "first_3": "29", "last_3": "40"}
    assert manager.post(f"{run}/hong", data=wrong).status_code == 409
    assert desk_ledger(desk, block).spoiled == 0
    for _ in range(2):
        assert manager.post(f"{run}/hong", data=form).status_code == 303
    assert (desk_ledger(desk, block).spoiled, desk_ledger(desk, block).stock) == (4, 26)
    backwards = {"request_id": "hong-tem-2", "reason": "torn", "first_1": "20", "last_1": "11"}
    assert manager.post(f"{run}/hong", data=backwards).status_code == 422


def desk_ledger(desk: StampWorld, block: StampBlock) -> stamp_ledgers.Ledger:
    with reading() as session:
        return stamp_ledgers.ledger(session, desk.actor, block.public_id)


def test_a_cooperative_over_its_quota_is_told_what_waits_and_what_to_do(
    manager: FlaskClient, desk: StampWorld, settings: Settings
) -> None:
    for _ in range(settings.prints_open):
        assert order(manager, desk.issue(2)).status_code == 303
    refused = order(manager, desk.issue(2))
    assert refused.status_code == 409
    for said in (str(settings.prints_open), desk.coop.org.name, "Các lần in"):
        assert said in refused.text
    with reading() as session:
        assert len(session.exec(select(PrintRun)).all()) == settings.prints_open
