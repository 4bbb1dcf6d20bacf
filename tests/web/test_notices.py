"""The inbox by its pages: the bell counts, lines lead to where something can be done, reading empties it."""

from datetime import UTC, datetime
from itertools import product

import pytest
from flask import Flask

from tests import world
from tests.services import farm
from trace.db import transaction
from trace.records.account import Role
from trace.records.lot import Lot
from trace.records.notice import NoticeKind
from trace.services import holding
from trace.services.notices import noting
from trace.texts.files import catalog


@pytest.fixture
def coop(app: Flask) -> world.Coop:
    with transaction() as session:
        return farm.found(session, datetime.now(UTC))


@pytest.fixture
def lot(coop: world.Coop) -> Lot:
    """A lot on hold, of which there is a notice."""
    now = datetime.now(UTC)
    with transaction() as session:
        found = farm.harvest(session, coop, now)
        holding.hold_lot(session, coop.boss, found.public_id, holding.HoldIn(reason="Chờ kết quả"), now)
        noting.write_notices(session, now)
        return found


def test_the_bell_counts_until_the_notice_is_read(app: Flask, coop: world.Coop, lot: Lot) -> None:
    client = world.sign_in(app.test_client(), coop.staff)
    assert 'aria-label="Thông báo: 1 mới"' in client.get("/htx").text
    page = client.get("/thong-bao").text
    assert f'href="/htx/lo/{lot.public_id}"' in page
    assert f"Lô {lot.code} bị tạm giữ" in page
    last = page.split('name="last" value="')[1].split('"')[0]
    sent = client.post("/thong-bao/da-xem", data={"last": last, "request_id": "a1b2c3d4e5f6"})
    assert sent.location == "/thong-bao"
    assert 'aria-label="Thông báo"' in client.get("/htx").text


def test_the_office_is_led_to_its_own_page_of_the_lot(app: Flask, coop: world.Coop, lot: Lot) -> None:
    with transaction() as session:
        officer = world.make_account(session, datetime.now(UTC), Role.OFFICE)
    client = world.sign_in(app.test_client(), officer)
    page = client.get("/thong-bao").text
    assert f'href="/so/lo/{lot.public_id}"' in page
    assert f"Lô của {coop.org.name}, từ ngày" in page
    assert "cần làm gì" not in page


def test_every_kind_is_told_to_who_looks_after_several_with_whose_it_is() -> None:
    for lang, kind in product(("vi", "en"), NoticeKind):
        assert "{owner}" in catalog(lang)[f"notice.{kind}.watched"].forms[0], kind


def test_nonsense_for_the_last_notice_is_refused(app: Flask, coop: world.Coop, lot: Lot) -> None:
    client = world.sign_in(app.test_client(), coop.staff)
    for last in ("", "x", "-1", "9" * 30):
        assert client.post("/thong-bao/da-xem", data={"last": last}).status_code == 422
