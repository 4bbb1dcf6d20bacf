"""The print desk: the file holds the block's stamps, a reprint needs a reason, nobody prints another's."""

import io
import subprocess
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
import zxingcpp
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from tests import world
from tests.services.stamp_world import StampWorld
from trace.db import reading, transaction
from trace.records.stamp import StampBlock
from trace.services import instance_facts, stamp_keys
from trace.services.stamp_marks import Places
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


def file_of(client: FlaskClient, page: str) -> bytes:
    link = page.split('class="btn" href="', 1)[1].split('"', 1)[0]
    answer = client.get(link)
    assert answer.status_code == 200
    return answer.data


def make(client: FlaskClient, block: StampBlock, **given: str):
    return client.post(f"/htx/in/{block.public_id}", data=given, follow_redirects=True)


def test_the_pdf_holds_exactly_the_blocks_codes(
    manager: FlaskClient, desk: StampWorld, tmp_path: Path
) -> None:
    block = desk.issue(70, product=desk.coop.product.public_id)
    made = make(manager, block, stock="tomy-145", format="pdf", start_cell="9")
    assert made.status_code == 200
    pages = pages_of_pdf(file_of(manager, made.text), tmp_path)
    assert len(pages) == 2
    assert sorted(code for page in pages for code in read_png(page)) == sorted(codes_of(block))


def test_the_pictures_of_a_roll_hold_them_too(manager: FlaskClient, desk: StampWorld) -> None:
    block = desk.issue(3, product=desk.coop.product.public_id)
    made = make(manager, block, stock="roll-50x30", format="png")
    with zipfile.ZipFile(io.BytesIO(file_of(manager, made.text))) as archive:
        pages = [archive.read(name) for name in archive.namelist()]
    assert sorted(code for page in pages for code in read_png(page)) == sorted(codes_of(block))


def test_printing_again_asks_why_and_gives_the_same_bytes(manager: FlaskClient, desk: StampWorld) -> None:
    block = desk.issue(5, product=desk.coop.product.public_id)
    first = file_of(manager, make(manager, block).text)
    assert make(manager, block).status_code == 422
    again = make(manager, block, reason="jam")
    assert again.status_code == 200
    assert file_of(manager, again.text) == first


def test_the_look_at_the_paper_is_noted(manager: FlaskClient, desk: StampWorld) -> None:
    block = desk.issue(5, product=desk.coop.product.public_id)
    page = make(manager, block).text
    run = page.split(f'action="/htx/in/{block.public_id}/', 1)[1].split('"', 1)[0]
    codes = codes_of(block)
    wrong = {"first_code": codes[1], "last_code": codes[4]}
    assert manager.post(f"/htx/in/{block.public_id}/{run}", data=wrong).status_code == 409
    right = {"first_code": codes[0].lower(), "last_code": stamp_code.format(codes[4])}
    assert manager.post(f"/htx/in/{block.public_id}/{run}", data=right).status_code == 303


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
    answer = make(manager, block, **given)
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
