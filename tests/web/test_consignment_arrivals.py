"""What the other party sees and does by its pages: pallets, many differences, recalls under way, own lots."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select

from tests import world
from tests.services import consignment_world as export
from tests.services import farm
from tests.web.test_consignments import begun, post, text_of
from trace.db import reading, transaction
from trace.records.consignment import Consignment, ReceiptDifference
from trace.records.logistic_unit import LogisticUnit
from trace.records.lot import Lot
from trace.services import recalling
from trace.standards.local_time import local_day

NOW = datetime.now(UTC)
TODAY = local_day(NOW)


@pytest.fixture
def coop(app: Flask) -> world.Coop:
    with transaction() as session:
        found = farm.found(session, NOW)
        recent = {"harvested_on": TODAY - timedelta(days=1), "packed_on": TODAY}
        found.extra["lot"] = export.lot(session, NOW, found, **recent)
        found.extra["them"] = world.make_coop(session, NOW)
        return found


@pytest.fixture
def hand(app: Flask, coop: world.Coop) -> FlaskClient:
    return world.sign_in(app.test_client(), coop.staff)


@pytest.fixture
def them(app: Flask, coop: world.Coop) -> FlaskClient:
    return world.sign_in(app.test_client(), coop.extra["them"].staff)


def on_its_way(hand: FlaskClient, coop: world.Coop, count: int = 3) -> str:
    """A consignment under way to the neighbour; its address as the receiver knows it."""
    path = begun(hand, coop, receiver=coop.extra["them"].org.public_id, receiver_name="")
    if count > 3:
        box = {"lot": coop.extra["lot"].public_id, "kind": "box", "count": str(count - 3), "weight_g": "2"}
        post(hand, f"{path}/thung", **box, packed_on=TODAY.strftime("%d/%m/%Y"), packing_house_id="")
    assert post(hand, f"{path}/gui").status_code == 303
    return path.replace("chuyen-hang", "hang-den")


def units() -> list[LogisticUnit]:
    with reading() as session:
        return list(session.exec(select(LogisticUnit).order_by(LogisticUnit.id)).all())


def test_boxes_are_put_on_pallets_by_a_form(hand: FlaskClient, coop: world.Coop) -> None:
    path = begun(hand, coop)
    chosen = ",".join(str(one.id) for one in units())
    assert post(hand, f"{path}/pallet", units=chosen, per_pallet="2").status_code == 303
    shown = text_of(hand.get(path))
    assert "P000004" in shown
    assert "Trên pallet: 2 thùng" in shown
    again = post(hand, f"{path}/pallet", units=chosen, per_pallet="")
    assert again.status_code == 409
    assert "đang trên pallet P000004" in text_of(again)
    wrong = post(hand, f"{path}/pallet", units=chosen, per_pallet="không")
    assert wrong.status_code == 422


def test_more_than_eight_differences_are_told_by_asking_for_lines(
    hand: FlaskClient, them: FlaskClient, coop: world.Coop
) -> None:
    theirs = on_its_way(hand, coop, count=12)
    said = {f"unit_{n}": str(one.id) for n, one in enumerate(units())}
    said |= {f"kind_{n}": "missing" for n in range(12)}
    first = them.get(theirs).get_data(as_text=True)
    assert 'name="unit_7"' in first
    assert 'name="unit_8"' not in first
    more = post(them, theirs, number="PN-1", lines="8", more="1", **said)
    page = more.get_data(as_text=True)
    assert more.status_code == 200
    assert 'name="unit_11"' in page
    assert 'name="lines" value="16"' in page
    assert page.count(" selected") >= 24  # what was chosen is still there
    with reading() as session:
        assert session.exec(select(Consignment)).one().state == "dispatched"
    assert post(them, theirs, number="PN-1", lines="16", **said).status_code == 303
    with reading() as session:
        assert len(session.exec(select(ReceiptDifference)).all()) == 12


@pytest.mark.parametrize("lines", ["", "99999999999", "-3", "٣", "abc"])
def test_nonsense_for_lines_is_eight(
    hand: FlaskClient, them: FlaskClient, coop: world.Coop, lines: str
) -> None:
    theirs = on_its_way(hand, coop)
    assert post(them, theirs, number="PN-1", lines=lines).status_code == 303


def test_a_receiver_is_warned_and_may_still_receive(
    hand: FlaskClient, them: FlaskClient, coop: world.Coop
) -> None:
    theirs = on_its_way(hand, coop)
    assert "thu hồi" not in text_of(them.get(theirs))
    with transaction() as session:
        words = recalling.RecallIn(reason="Dư lượng thuốc vượt mức", phone="0220 111 222")
        recalling.open_recall(session, coop.boss, coop.extra["lot"].public_id, words, NOW)
    warned = text_of(them.get(theirs))
    for words in (f"Lô {coop.extra['lot'].code} đã bị thu hồi", "Dư lượng thuốc vượt mức", "0220 111 222"):
        assert words in warned, words
    assert post(them, theirs, number="PN-1").status_code == 303
    refused = post(them, f"{theirs}/nhap-kho")
    assert refused.status_code == 409
    assert "thu hồi" in text_of(refused)


def test_goods_are_taken_in_by_one_press(hand: FlaskClient, them: FlaskClient, coop: world.Coop) -> None:
    theirs = on_its_way(hand, coop)
    assert "Nhập kho" not in text_of(them.get(theirs))
    early = post(them, f"{theirs}/nhap-kho")
    assert (early.status_code, "chưa được xác nhận" in text_of(early)) == (409, True)
    post(them, theirs, number="PN-1")
    assert "Nhập kho thành lô" in text_of(them.get(theirs))
    for _ in range(2):
        assert them.post(f"{theirs}/nhap-kho", data={"request_id": "mot-lan-thoi"}).status_code == 303
    with reading() as session:
        lot = session.exec(select(Lot).where(Lot.kind == "received")).one()
    page = text_of(them.get(theirs))
    assert "Đã nhập kho thành lô" in page
    shown = text_of(them.get(f"/htx/lo/{lot.public_id}"))
    assert f"{coop.extra['lot'].code} 30 kg · của đơn vị khác" in shown.replace("\xa0", " ")
    senders: Any = hand.get(f"/htx/lo/{coop.extra['lot'].public_id}").get_data(as_text=True)
    assert f"/htx/lo/{lot.public_id}" not in senders


def test_a_trace_has_a_table_of_consignments(hand: FlaskClient, coop: world.Coop) -> None:
    path = begun(hand, coop)
    post(hand, f"{path}/gui")
    found = hand.get("/htx/truy-xuat", query_string={"q": coop.extra["lot"].public_id, "huong": "di"})
    shown = re.sub(r"\s+", " ", text_of(found))
    for words in ("Chuyến hàng", "CH-", "Công ty Quả Tươi", "Đã xuất"):
        assert words in shown, words
    asked = {"q": coop.extra["lot"].public_id, "huong": "di", "bang": "consignments"}
    csv = hand.get("/htx/truy-xuat.csv", query_string=asked)
    assert "Công ty Quả Tươi" in csv.get_data(as_text=True)


def test_the_list_says_who_sent_it_and_when(hand: FlaskClient, them: FlaskClient, coop: world.Coop) -> None:
    on_its_way(hand, coop)
    shown = text_of(them.get("/htx/hang-den"))
    assert f"{coop.org.name} · {TODAY:%d/%m/%Y}" in shown


def test_lots_taken_in_name_the_senders_lot(hand: FlaskClient, them: FlaskClient, coop: world.Coop) -> None:
    """Both have codes of their own that look alike."""
    path = on_its_way(hand, coop)
    post(them, path, number="PN-1", lines="8")
    post(them, f"{path}/nhap-kho")
    assert f"từ lô {coop.extra['lot'].code} của bên gửi" in text_of(them.get(path))


def test_boxes_and_pallets_are_counted_apart(hand: FlaskClient, them: FlaskClient, coop: world.Coop) -> None:
    path = begun(hand, coop, receiver=coop.extra["them"].org.public_id, receiver_name="")
    assert "3 thùng" in text_of(hand.get(path))
    assert "1 pallet" not in text_of(hand.get(path))
    post(hand, f"{path}/pallet", units=",".join(str(unit.id) for unit in units()), per_pallet="")
    assert "3 thùng · 1 pallet" in text_of(hand.get(path))


def test_the_first_page_leads_to_recalled_goods_and_to_goods_on_their_way(
    hand: FlaskClient, them: FlaskClient, coop: world.Coop
) -> None:
    path = on_its_way(hand, coop)
    page = them.get("/htx")
    assert f'href="{path}"' in page.text
    assert "Xác nhận hàng đến" in text_of(page)
    words = recalling.RecallIn(reason="Dư lượng thuốc", phone="0220 111 222")
    with transaction() as session:
        recall = recalling.open_recall(session, coop.boss, coop.extra["lot"].public_id, words, NOW)
    page = hand.get("/htx")
    assert f'href="/htx/lo/{coop.extra["lot"].public_id}"' in page.text
    assert f"bị thu hồi ({recall.number})" in text_of(page)
    assert "Dư lượng thuốc" in page.text
