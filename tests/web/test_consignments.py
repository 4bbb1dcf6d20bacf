"""Consignments by their pages: boxed, refused with what is lacking, sent, received by the other party."""

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
from trace.db import reading, transaction
from trace.records.account import Account, Role
from trace.records.consignment import Consignment, ReceiptDifference
from trace.records.event import Event
from trace.records.logistic_unit import LogisticUnit
from trace.records.organisation import OrgKind
from trace.services import consignment_events, rules
from trace.standards.local_time import local_day

HERE = "/htx/chuyen-hang"
NOW = datetime.now(UTC)
TODAY = local_day(NOW)


@pytest.fixture
def coop(app: Flask) -> world.Coop:
    with transaction() as session:
        found = farm.found(session, NOW)
        recent = {"harvested_on": TODAY - timedelta(days=1), "packed_on": TODAY}
        found.extra["lot"] = export.lot(session, NOW, found, **recent)
        return found


@pytest.fixture
def hand(app: Flask, coop: world.Coop) -> FlaskClient:
    return world.sign_in(app.test_client(), coop.staff)


def packer(name: str = "Nhà đóng gói Thanh Bình") -> tuple[str, Account]:
    with transaction() as session:
        org = world.make_org(session, NOW, OrgKind.PACKING_HOUSE, name=name)
        return org.public_id, world.make_account(session, NOW, Role.PACKING_HOUSE, org_id=org.id)


def post(client: FlaskClient, path: str, **form: str) -> Any:
    return client.post(path, data={"request_id": farm.request_id(), **form})


def begun(client: FlaskClient, coop: world.Coop, **head: str) -> str:
    """A draft with three boxes, by the forms; its address."""
    values = {"market": "VN", "receiver": "", "receiver_name": "Công ty Quả Tươi", "exporter": "", **head}
    path: str = post(client, f"{HERE}/moi", **values).headers["Location"]
    box = {"lot": coop.extra["lot"].public_id, "kind": "box", "count": "3", "weight_g": "10"}
    answer = post(client, f"{path}/thung", **box, packed_on=TODAY.strftime("%d/%m/%Y"), packing_house_id="")
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return path


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", answer.get_data(as_text=True)))


def test_goods_are_boxed_and_sent_by_forms(hand: FlaskClient, coop: world.Coop) -> None:
    path = begun(hand, coop)
    assert "T000001 – T000003" in text_of(hand.get(path))
    assert post(hand, f"{path}/gui").status_code == 303
    shown = text_of(hand.get(path))
    assert "Đã xuất" in shown
    assert "30 kg" in shown.replace("\xa0", " ")
    assert "CH-" in text_of(hand.get(HERE))


def test_a_resent_form_sends_and_boxes_once(hand: FlaskClient, coop: world.Coop) -> None:
    path = begun(hand, coop)
    for _ in range(2):
        hand.post(f"{path}/gui", data={"request_id": "mot-lan-thoi"})
    with reading() as session:
        assert len(session.exec(select(Event).where(Event.act == "dispatch")).all()) == 1
        assert len(session.exec(select(LogisticUnit)).all()) == 3


def test_a_refusal_names_everything_that_is_lacking(hand: FlaskClient, coop: world.Coop) -> None:
    with transaction() as session:
        rules.load_defaults(session)
    path = begun(hand, coop, market="JP")
    refused = post(hand, f"{path}/gui")
    said = text_of(refused)
    assert refused.status_code == 409
    lacking = ("Nhật Bản chưa đủ điều kiện", "chưa ở vùng trồng nào", "không có mã đi", "Xông hơi methyl")
    for words in (*lacking, "từ 32", "Giấy chứng nhận kiểm dịch thực vật"):
        assert words in said, words
    assert "Còn thiếu 4 điểm" in text_of(hand.get(path))


def test_papers_are_written_down_and_taken_back(hand: FlaskClient, coop: world.Coop) -> None:
    path = begun(hand, coop, market="JP")
    day = TODAY.strftime("%d/%m/%Y")
    treated = {"kind": "methyl_bromide", "facility": "Xí nghiệp", "treated_on": day, "dose": "32,5"}
    assert post(hand, f"{path}/xu-ly", **treated, minutes="120", document="KT-9").status_code == 303
    paper = {"kind": "phytosanitary", "number": "KD-9", "issuer": "", "issued_on": day, "valid_to": ""}
    assert post(hand, f"{path}/giay-to", **paper).status_code == 303
    ids = re.findall(r' id="([^"]+)"', hand.get(path).text)
    assert len(ids) == len(set(ids))
    shown = text_of(hand.get(path))
    assert "32,5 g/m³" in shown.replace("\xa0", " ")
    assert "Còn thiếu 2 điểm" in shown
    assert post(hand, f"{path}/giay-to/1/bo").status_code == 303
    assert "Còn thiếu 3 điểm" in text_of(hand.get(path))


def test_the_receiver_names_what_is_different(app: Flask, hand: FlaskClient, coop: world.Coop) -> None:
    org, account = packer()
    path = begun(hand, coop, receiver=org, receiver_name="")
    them = world.sign_in(app.test_client(), account)
    theirs = path.replace("chuyen-hang", "hang-den")
    assert them.get(theirs).status_code == 404
    post(hand, f"{path}/gui")
    assert "CH-" in text_of(them.get("/htx/hang-den"))
    with reading() as session:
        box = session.exec(select(LogisticUnit).order_by(LogisticUnit.id)).first()
    over = post(them, theirs, number="PN-1", unit_0=str(box.id), kind_0="short", weight_0="11")
    assert over.status_code == 422
    assert "T000001 chỉ có 10 kg" in text_of(over).replace("\xa0", " ")
    fine = post(them, theirs, number="PN-1", unit_0=str(box.id), kind_0="short", weight_0="0,5", note_0="Ướt")
    assert fine.status_code == 303
    with reading() as session:
        assert [row.weight_g for row in session.exec(select(ReceiptDifference)).all()] == [500]
    assert "Hụt cân" in text_of(hand.get(path))


def test_another_packing_house_sees_nothing_of_it(app: Flask, hand: FlaskClient, coop: world.Coop) -> None:
    org, _ = packer()
    _, stranger = packer("Nhà khác")
    path = begun(hand, coop, receiver=org, receiver_name="")
    post(hand, f"{path}/gui")
    them = world.sign_in(app.test_client(), stranger)
    theirs = path.replace("chuyen-hang", "hang-den")
    assert "CH-" not in text_of(them.get("/htx/hang-den"))
    assert (them.get(theirs).status_code, post(them, theirs).status_code) == (404, 404)


def test_a_called_back_consignment_gives_its_boxes_back(hand: FlaskClient, coop: world.Coop) -> None:
    path = begun(hand, coop)
    post(hand, f"{path}/gui")
    assert post(hand, f"{path}/huy", reason="Xe hỏng dọc đường").status_code == 303
    listed = text_of(hand.get(HERE))
    assert "Chưa vào chuyến nào: 3" in listed
    with reading() as session:
        numbers = ",".join(str(unit.id) for unit in session.exec(select(LogisticUnit)).all())
    assert post(hand, f"{HERE}/mo-thung", units=numbers).status_code == 303
    assert "Chưa vào chuyến nào" not in text_of(hand.get(HERE))


def test_nothing_is_kept_of_a_dispatch_that_dies_before_its_event(
    hand: FlaskClient, coop: world.Coop, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = begun(hand, coop)

    def die(*_: Any) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr(consignment_events, "dispatched", die)
    assert post(hand, f"{path}/gui").status_code == 500
    with reading() as session:
        one = session.exec(select(Consignment)).one()
        assert (one.state, one.weight_g, one.dispatched_at) == ("draft", 0, None)


def test_the_office_turns_a_rule_on_and_sees_what_left(app: Flask, coop: world.Coop) -> None:
    with transaction() as session:
        rules.load_defaults(session)
        office = world.make_office(session, NOW)
    client = world.sign_in(app.test_client(), office)
    form = {
        "market": "KR",
        "crop": "lychee",
        "asks": "paper:phytosanitary",
        "is_asked": "1",
        "certainty": "seen",
    }
    form |= {"valid_from": TODAY.strftime("%d/%m/%Y"), "source": "Công văn số 9", "valid_days": "14"}
    assert post(client, "/so/xuat-khau", **form).status_code == 303
    shown = text_of(client.get("/so/xuat-khau"))
    assert "Công văn số 9" in shown
    assert "trong 14 ngày" in shown.replace("\xa0", " ")
    wrong = post(client, "/so/xuat-khau", **{**form, "asks": "paper:bananas"})
    assert wrong.status_code == 422
