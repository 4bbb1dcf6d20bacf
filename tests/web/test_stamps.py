"""The cooperative's stamp pages: both workflows, refusals in place, withdrawn ranges, other tenants."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select

from tests import world
from tests.services.stamp_world import StampWorld, all_faults, make_world
from trace.db import reading, transaction
from trace.records.lot import Lot, LotState
from trace.records.stamp import StampActivation, StampBlock
from trace.services import stamp_keys
from trace.services.stamp_marks import Places
from trace.settings import Settings
from trace.standards import stamp_code


@pytest.fixture
def stamps(app: Flask, client: FlaskClient, settings: Settings, tmp_path: Path) -> StampWorld:
    made = make_world(tmp_path, datetime.now(UTC))
    made.places = Places(settings.key_folder, settings.marks)
    world.sign_in(client, made.coop.manager)
    return made


def block_of(answer: object) -> str:
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"].rsplit("/", 1)[-1]


def take(client: FlaskClient, **values: object) -> object:
    form = {"kind": "lot", "request_id": "xin-tem-1", **{k: str(v) for k, v in values.items()}}
    return client.post("/htx/tem/moi", data=form)


def test_lot_first_stamps_are_valid_at_once(client: FlaskClient, stamps: StampWorld) -> None:
    lot = stamps.lot(weight_g=420_000)
    form = client.get(f"/htx/tem/moi?lot={lot.public_id}").text
    assert 'value="420"' in form  # what the weight asks for; the two per cent are for whoever needs them
    block = block_of(take(client, lot=lot.public_id, count="420"))
    page = client.get(f"/htx/tem/{block}").text
    assert lot.code in page
    assert "000.000–000.419" in page
    assert f'href="/htx/in/{block}"' in page
    assert "420" in client.get("/htx/tem").text


def test_a_lot_full_by_weight_is_offered_last_and_takes_its_tolerance(
    client: FlaskClient, stamps: StampWorld
) -> None:
    waiting, full = stamps.lot(weight_g=50_000), stamps.lot(weight_g=100_000)
    block_of(take(client, lot=full.public_id, count="100"))
    form = client.get(f"/htx/tem/moi?lot={full.public_id}").text
    assert form.index(f'value="{waiting.public_id}"') < form.index(f'value="{full.public_id}"')
    assert "đủ tem theo khối lượng" in form
    block_of(take(client, lot=full.public_id, count="2", request_id="xin-tem-2"))
    assert take(client, lot=full.public_id, count="1", request_id="xin-tem-3").status_code == 409


def test_a_double_tap_takes_one_block(client: FlaskClient, stamps: StampWorld) -> None:
    lot = stamps.lot()
    assert block_of(take(client, lot=lot.public_id, count=5)) == block_of(
        take(client, lot=lot.public_id, count=5)
    )
    again = take(client, lot=lot.public_id, count=6)
    assert again.status_code == 409
    assert 'value="6"' in again.text


def test_roll_first_is_activated_at_packing(client: FlaskClient, stamps: StampWorld) -> None:
    product = stamps.coop.product.public_id
    block = block_of(take(client, kind="roll", product=product, count="1.000"))
    lot = stamps.lot()
    assert client.get(f"/htx/tem/{block}").text.count("/kich-hoat") == 0
    stamps.print(the_block(block))
    sent = {"lot": lot.public_id, "first": "000.100", "last": "199", "request_id": "kich-hoat-1"}
    answer = client.post(f"/htx/tem/{block}/kich-hoat", data=sent, follow_redirects=True)
    assert answer.status_code == 200
    assert "000.100–000.199" in answer.text
    assert lot.code in answer.text
    assert client.post(f"/htx/tem/{block}/kich-hoat", data=sent).status_code == 303
    with reading() as session:
        assert len(session.exec(select(StampActivation)).all()) == 1


def the_block(public_id: str) -> StampBlock:
    with reading() as session:
        return session.exec(select(StampBlock).where(StampBlock.public_id == public_id)).one()


def test_too_many_offers_what_fits_in_one_tap(client: FlaskClient, stamps: StampWorld) -> None:
    block, lot = stamps.roll(500), stamps.lot(weight_g=100_000)
    sent = {"lot": lot.public_id, "first": "0", "last": "499", "request_id": "kich-hoat-1"}
    answer = client.post(f"/htx/tem/{block.public_id}/kich-hoat", data=sent)
    assert answer.status_code == 409
    assert "Kích hoạt 102 tem" in answer.text
    offered = dict(
        re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', answer.text.split("Kích hoạt 102")[0])
    )
    assert (offered["first"], offered["last"]) == ("0", "101")
    assert client.post(f"/htx/tem/{block.public_id}/kich-hoat", data=offered).status_code == 303
    assert all_faults() == []


def test_wrong_figures_stay_in_the_form_with_their_reasons(client: FlaskClient, stamps: StampWorld) -> None:
    stamps.lot()
    for count in ("nhiều", "1000001", "0", "-3", "9" * 30, ""):
        answer = take(client, count=count, lot="")
        assert answer.status_code == 422
        assert f'value="{count}"' in answer.text
        assert answer.text.count('aria-invalid="true"') == 2


def test_a_lot_that_is_not_released_is_refused_in_place(client: FlaskClient, stamps: StampWorld) -> None:
    stamps.lot()
    lot = stamps.lot(state=LotState.OPEN)
    answer = take(client, lot=lot.public_id, count=5)
    assert answer.status_code == 409
    assert "Lô chưa được cho lưu thông" in answer.text


def test_codes_first_show_the_count_and_then_activate(client: FlaskClient, stamps: StampWorld) -> None:
    block, lot = stamps.roll(100), stamps.lot()
    with reading() as session:
        key = stamp_keys.key_for(session, block.kid)
    codes = [stamp_code.format(stamp_code.encode(key, serial)) for serial in (10, 29)]
    sent = {"first_code": codes[0], "last_code": codes[1], "lot": lot.public_id, "request_id": "theo-ma-1"}
    look = client.post("/htx/tem/kich-hoat", data=sent)
    assert look.status_code == 200
    assert "Kích hoạt 20 tem" in look.text
    with reading() as session:
        assert session.exec(select(StampActivation)).all() == []
    done = client.post("/htx/tem/kich-hoat", data={**sent, "step": "do"})
    assert block_of(done) == block.public_id
    swapped = {**sent, "first_code": codes[1], "last_code": codes[0]}
    answer = client.post("/htx/tem/kich-hoat", data=swapped)
    assert answer.status_code == 409
    assert "Đổi chỗ hai tem" in answer.text


def test_a_mistyped_code_is_told_at_its_field(client: FlaskClient, stamps: StampWorld) -> None:
    lot = stamps.lot()
    sent = {"first_code": "7DEF", "last_code": "U", "lot": lot.public_id, "request_id": "theo-ma-1"}
    answer = client.post("/htx/tem/kich-hoat", data=sent)
    assert answer.status_code == 422
    assert 'id="e-first_code"' in answer.text
    assert 'id="e-last_code"' in answer.text


def test_withdrawing_shows_in_the_ledger(client: FlaskClient, stamps: StampWorld) -> None:
    block = stamps.roll(100)
    sent = {"first": "90", "last": "99", "reason": "torn", "request_id": "huy-tem-1"}
    page = client.post(f"/htx/tem/{block.public_id}/huy", data=sent, follow_redirects=True).text
    assert "000.090–000.099" in page
    assert "rách" in page
    twice = client.post(f"/htx/tem/{block.public_id}/huy", data={**sent, "request_id": "huy-tem-2"})
    assert twice.status_code == 409
    assert "Một phần tem đã hủy từ trước" in twice.text


def test_closing_waits_for_every_stamp(client: FlaskClient, stamps: StampWorld) -> None:
    block = stamps.roll(10)
    assert client.post(f"/htx/tem/{block.public_id}/khep-so").status_code == 409
    stamps.void(block, block.first, block.last)
    assert client.post(f"/htx/tem/{block.public_id}/khep-so").status_code == 303
    assert "đã khép sổ" in client.get(f"/htx/tem/{block.public_id}").text


@pytest.mark.parametrize("path", ["", "/kich-hoat", "/huy", "/khep-so"])
def test_another_cooperatives_block_is_as_absent(client: FlaskClient, stamps: StampWorld, path: str) -> None:
    with transaction() as session:
        other = world.make_coop(session, stamps.now)
    foreign = stamps.issue(10, actor=other.boss).public_id
    lot = stamps.lot()
    sent = {"first": "0", "last": "5", "lot": lot.public_id, "reason": "lost", "request_id": "nguoi-la-1"}
    said = []
    for public_id in (foreign, "absent0000"):
        url = f"/htx/tem/{public_id}{path}"
        answer = client.post(url, data=sent) if path else client.get(url)
        said.append((answer.status_code, answer.text.replace(public_id, "…")))  # the address asked for
    assert said[0] == said[1]
    assert said[0][0] == 404


def test_another_cooperatives_lot_or_product_takes_no_stamps(client: FlaskClient, stamps: StampWorld) -> None:
    stamps.lot()
    with transaction() as session:
        other = world.make_coop(session, stamps.now)
        lot: Lot = world.make_lot(session, stamps.now, other.plot, other.product)
    assert take(client, lot=lot.public_id, count=5).status_code == 404
    assert take(client, lot="absent", count=5).status_code == 404
    assert take(client, kind="roll", product=other.product.public_id, count=5).status_code == 404


@pytest.mark.parametrize("query", ["?before=99999999999999999999", "?before=x", "?before=-1", "?lang=en"])
def test_odd_addresses_are_answered(client: FlaskClient, stamps: StampWorld, query: str) -> None:
    stamps.roll(10)
    assert client.get(f"/htx/tem{query}").status_code == 200


def test_no_page_carries_a_code(client: FlaskClient, stamps: StampWorld) -> None:
    block = stamps.roll(3)
    with reading() as session:
        codes = [stamp_code.encode(stamp_keys.key_for(session, 0), n) for n in range(3)]
    for page in ("/htx/tem", f"/htx/tem/{block.public_id}", "/htx/tem/moi", "/htx/tem/kich-hoat"):
        assert not [code for code in codes if code in client.get(page).text.replace("-", "")]


def test_the_office_may_withdraw_and_nothing_else(client: FlaskClient, stamps: StampWorld) -> None:
    block = stamps.roll(10)
    with transaction() as session:
        office = world.make_office(session, stamps.now)
    world.sign_in(client, office)
    page = client.get(f"/htx/tem/{block.public_id}").text
    assert "/huy" in page
    assert "/kich-hoat" not in page
    assert client.get("/htx/tem/moi").status_code == 403
    sent = {"first": "0", "last": "9", "reason": "stolen", "request_id": "thu-hoi-1"}
    assert client.post(f"/htx/tem/{block.public_id}/huy", data=sent).status_code == 303


def test_the_ledger_shows_every_roll_and_all_together(client: FlaskClient, stamps: StampWorld) -> None:
    rolls = [stamps.roll(100), stamps.roll(60)]
    stamps.activate(rolls[0], rolls[0].first, rolls[0].first + 29, stamps.lot())
    stamps.void(rolls[0], rolls[0].first + 20, rolls[0].first + 24, "torn")
    stamps.void(rolls[1], rolls[1].first, rolls[1].first + 1, "lost")
    page = client.get("/htx/tem/so").text
    assert "đã giao 160 = đã dùng 25 + hỏng 5 + hủy 2 + còn lại 128" in page
    for roll in rolls:
        assert f'href="/htx/tem/{roll.public_id}"' in page
    book = client.get(f"/htx/tem/{rolls[0].public_id}").text
    for told in ("Lấy 100 tem", "In 100 tem", "Kích hoạt 30 tem", "Hủy 5 tem", stamps.coop.manager.name):
        assert told in book
