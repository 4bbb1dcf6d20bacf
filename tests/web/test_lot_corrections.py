"""The page that puts a lot right: as few fields as it was written down with, and its history afterwards."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import world
from tests.services import farm
from tests.web.test_lots import lots, plain
from trace.db import reading, transaction
from trace.records.account import Role
from trace.records.event import Event
from trace.records.lot import Lot, LotState
from trace.services import destroying, packing, releasing
from trace.services.correcting.given import WithdrawIn
from trace.services.correcting.withdrawing import withdraw_lot
from trace.standards.local_time import local_day
from trace.texts.catalogs import t


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def coop(app: Flask, monkeypatch: pytest.MonkeyPatch, now: datetime) -> world.Coop:
    # The day of the earliest lot here: within an hour after midnight that is yesterday.
    monkeypatch.setattr(farm, "DAY", local_day(now - timedelta(hours=1)))
    with transaction() as session:
        return farm.found(session, now)


@pytest.fixture
def manager(client: FlaskClient, coop: world.Coop) -> FlaskClient:
    return world.sign_in(client, coop.manager)


def test_a_weight_is_put_right_on_the_page(manager: FlaskClient, coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        lot = farm.harvest(session, coop, now)
    page = manager.get(f"/htx/lo/{lot.public_id}/sua?lang=vi").get_data(as_text=True)
    assert 'value="500"' in page
    form = page.split('<form method="post" class="stack">')[1].split("</form>")[0]
    asked = set(re.findall(r' name="(\w+)"', form)) - {"csrf_token", "request_id"}
    assert asked == {"weight_g", "made_on", "plot_id", "reason", "version"}
    sent = {
        "weight_g": "480",
        "made_on": f"{farm.DAY:%d/%m/%Y}",
        "plot_id": str(coop.plot.id),
        "reason": "Đọc nhầm cân",
    }
    answer = manager.post(f"/htx/lo/{lot.public_id}/sua", data=sent, follow_redirects=True)
    shown = plain(answer.get_data(as_text=True))
    assert lots()[0].weight_g == 480_000
    assert "500 kg thành 480 kg" in shown
    assert "Lý do: Đọc nhầm cân" in shown
    assert "<s>Thu hoạch</s>" in shown


def test_a_double_tap_corrects_once(manager: FlaskClient, coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        lot = farm.harvest(session, coop, now)
    sent = {"weight_g": "480", "request_id": farm.request_id()}
    answers = [manager.post(f"/htx/lo/{lot.public_id}/sua", data=sent) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    with reading() as session:
        assert sum(one.act == "correct" for one in farm.all_of(session, Event)) == 2


def test_what_was_typed_stays_when_it_is_refused(
    manager: FlaskClient,
    coop: world.Coop,
    now: datetime,
) -> None:
    with transaction() as session:
        lot = farm.harvest(session, coop, now)
        packing.pack_lot(session, coop.hand, farm.pack_in(lot), now)
    answer = manager.post(f"/htx/lo/{lot.public_id}/sua", data={"weight_g": "90"})
    shown = plain(answer.get_data(as_text=True))
    assert answer.status_code == 409
    assert "100 kg" in shown
    assert 'value="90"' in shown


def test_a_pack_has_the_fields_of_a_pack(manager: FlaskClient, coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        lot = farm.harvest(session, coop, now)
        pack = packing.pack_lot(session, coop.hand, farm.pack_in(lot), now)
    sent = {"units": "98", "made_on": f"{farm.DAY:%d/%m/%Y}", f"g.{lot.public_id}": "98,5"}
    assert manager.post(f"/htx/lo/{pack.public_id}/sua", data=sent).status_code == 303
    corrected = lots()[1]
    assert (corrected.weight_g, corrected.crates) == (98_000, 98)
    page = plain(manager.get(f"/htx/lo/{pack.public_id}/sua").get_data(as_text=True))
    assert 'value="98,5"' in page


def test_a_lot_written_down_by_mistake_is_withdrawn(
    manager: FlaskClient,
    coop: world.Coop,
    now: datetime,
) -> None:
    with transaction() as session:
        lot = farm.harvest(session, coop, now)
    answer = manager.post(f"/htx/lo/{lot.public_id}/ghi-nham", data={"reason": "Ghi hai lần"})
    assert answer.status_code == 303
    assert lots()[0].state == LotState.DESTROYED


def withdrawn(coop: world.Coop, now: datetime, *, out: bool = False) -> Lot:
    with transaction() as session:
        lot = farm.harvest(session, coop, now - timedelta(hours=1))
        if out:
            lot = packing.pack_lot(session, coop.hand, farm.pack_in(lot), now)
            releasing.release_lot(session, coop.boss, lot.public_id, now)
        return withdraw_lot(session, coop.boss, lot.public_id, WithdrawIn(reason="Ghi hai lần"), now)


def test_a_withdrawn_lot_reads_as_a_mistake_and_offers_nothing(
    manager: FlaskClient,
    coop: world.Coop,
    now: datetime,
) -> None:
    lot = withdrawn(coop, now)
    shown = plain(manager.get(f"/htx/lo/{lot.public_id}?lang=vi").get_data(as_text=True))
    assert "ghi nhầm" in shown
    for never in ("đã tiêu hủy", "Còn ", "tem được", "thu-hoi", "tem/moi", "/sua", "/ghi-nham", "thong-tin"):
        assert never not in shown, never
    for address in ("/htx/lo", f"/htx/truy-xuat?q={lot.public_id}", f"/htx/lo/{lot.public_id}/ghi-nham"):
        page = plain(manager.get(f"{address}{'&' if '?' in address else '?'}lang=vi").get_data(as_text=True))
        assert "ghi nhầm</span>" in page or "ghi nhầm</td>" in page, address
        assert "đã tiêu hủy</span>" not in page, address
        assert '<button class="btn danger' not in page, address


def test_the_office_reads_a_withdrawn_lot_as_a_mistake_too(
    client: FlaskClient,
    coop: world.Coop,
    now: datetime,
) -> None:
    lot = withdrawn(coop, now)
    with transaction() as session:
        office = world.make_account(session, now, Role.OFFICE)
    world.sign_in(client, office)
    shown = plain(client.get(f"/so/lo/{lot.public_id}?lang=vi").get_data(as_text=True))
    assert "ghi nhầm</span>" in shown
    assert "đã tiêu hủy" not in shown
    assert "/so/thu-hoi/" not in shown.split("<main")[1]


@pytest.mark.parametrize("lang", ["vi", "en", "ja", "zh"])
def test_whoever_has_the_address_of_a_mistake_is_told_there_are_no_such_goods(
    client: FlaskClient,
    coop: world.Coop,
    now: datetime,
    lang: str,
) -> None:
    lot = withdrawn(coop, now, out=True)
    shown = unescape(client.get(f"/lo/{lot.public_id}?lang={lang}").get_data(as_text=True))
    assert t(lang, "consumer.mistake.heading") in shown
    assert t(lang, "consumer.destroyed.heading") not in shown
    assert t(lang, "consumer.story.chain") not in shown
    product = unescape(client.get(f"/sp/{coop.product.public_id}?lang={lang}").get_data(as_text=True))
    assert lot.public_id not in product


def test_a_destroyed_lot_has_nothing_left_and_stays_destroyed(
    manager: FlaskClient,
    coop: world.Coop,
    now: datetime,
) -> None:
    with transaction() as session:
        lot = farm.harvest(session, coop, now)
        destroying.destroy_lot(session, coop.boss, lot.public_id, "Ngập nước", now)
    shown = plain(manager.get(f"/htx/lo/{lot.public_id}?lang=vi").get_data(as_text=True))
    assert "đã tiêu hủy</span>" in shown
    assert "ghi nhầm" not in shown
    assert "Còn 0 kg" in shown


def test_the_page_of_a_mistake_is_one_press_from_the_lot_and_stays_when_refused(
    manager: FlaskClient,
    coop: world.Coop,
    now: datetime,
) -> None:
    with transaction() as session:
        lot = farm.harvest(session, coop, now)
    address = f"/htx/lo/{lot.public_id}/ghi-nham"
    for one in (f"/htx/lo/{lot.public_id}", f"/htx/lo/{lot.public_id}/sua"):
        assert f'href="{address}"' in manager.get(one).get_data(as_text=True)
    assert 'name="reason"' in manager.get(address).get_data(as_text=True)
    answer = manager.post(address, data={"reason": "x"})
    assert answer.status_code == 422
    assert 'value="x"' in answer.get_data(as_text=True)


def test_a_lot_that_something_hangs_on_is_not_offered_as_a_mistake(
    manager: FlaskClient,
    coop: world.Coop,
    now: datetime,
) -> None:
    with transaction() as session:
        lot = farm.harvest(session, coop, now)
        packing.pack_lot(session, coop.hand, farm.pack_in(lot), now)
    assert "/ghi-nham" not in manager.get(f"/htx/lo/{lot.public_id}").get_data(as_text=True)


@pytest.mark.parametrize("path", ["sua", "ghi-nham"])
def test_staff_do_not_correct_what_went_out(
    client: FlaskClient,
    coop: world.Coop,
    now: datetime,
    path: str,
) -> None:
    with transaction() as session:
        lot = farm.harvest(session, coop, now - timedelta(hours=1))
        pack = packing.pack_lot(session, coop.hand, farm.pack_in(lot), now)
        releasing.release_lot(session, coop.boss, pack.public_id, now)
    world.sign_in(client, coop.staff)
    sent = {"weight_g": "99", "reason": "cân lại lần nữa"}
    assert client.post(f"/htx/lo/{pack.public_id}/{path}", data=sent).status_code == 403
