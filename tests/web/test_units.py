"""Labels of boxes from their page, read from the paper; what scanning them shows, and to whom."""

import re
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
import zxingcpp
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlmodel import select

from tests import world
from tests.labels.readers import zxing
from tests.services import consignment_world as export
from tests.services import farm
from tests.web.test_consignments import packer, post, text_of
from trace.db import reading, transaction
from trace.records.logistic_unit import LogisticUnit
from trace.services import consigning, dispatching, pallets, recalling
from trace.services.pallets import PalletsIn
from trace.standards.local_time import local_day

HERE = "/htx/chuyen-hang"
NOW = datetime.now(UTC)
TODAY = local_day(NOW)


@pytest.fixture
def coop(app: Flask) -> world.Coop:
    """A draft for Japan with three boxes of two kilograms, two of them on a pallet."""
    with transaction() as session:
        found = farm.found(session, NOW)
        recent = {"harvested_on": TODAY - timedelta(days=1), "packed_on": TODAY}
        goods = export.lot(session, NOW, found, **recent)
        export.area(session, NOW, found, code="JP-HD-01")
        site = export.house(session, NOW, found, code="JP-PH-01")
        found.extra |= {"lot": goods, "org": packer}
        given = consigning.ConsignmentIn(market="JP", receiver_name="Công ty Quả Tươi")
        one = consigning.draft(session, found.hand, given, NOW)
        boxes = export.boxes(session, NOW, found, goods, 3, 2, packed_on=TODAY, packing_house_id=site.id)
        consigning.put_in(session, found.hand, one.public_id, [boxes[2].id])
        on_it = PalletsIn(boxes=[box.id for box in boxes[:2]], request_id=farm.request_id())
        pallets.stack(session, found.hand, on_it, NOW, one.public_id)
        found.extra["path"] = f"{HERE}/{one.public_id}"
        return found


@pytest.fixture
def hand(app: Flask, coop: world.Coop) -> FlaskClient:
    return world.sign_in(app.test_client(), coop.staff)


def units() -> list[LogisticUnit]:
    with reading() as session:
        return list(session.exec(select(LogisticUnit).order_by(LogisticUnit.id)).all())


def printed(client: FlaskClient, path: str, folder: Path, **asked: str) -> tuple[list[np.ndarray], str]:
    """The pages of the PDF as pictures, and their words."""
    answer = client.get(f"{path}/nhan/tep", query_string=asked)
    assert answer.mimetype == "application/pdf", text_of(answer)
    (folder / "nhan.pdf").write_bytes(answer.data)
    command = ["pdftoppm", "-r", "300", "-gray", str(folder / "nhan.pdf"), str(folder / "trang")]
    subprocess.run(command, check=True)
    words = subprocess.run(
        ["pdftotext", str(folder / "nhan.pdf"), "-"], check=True, capture_output=True, text=True
    )
    pages = [np.array(Image.open(path)) for path in sorted(folder.glob("trang*.pgm"))]
    return pages, re.sub(r"\s+", " ", words.stdout)


def test_a_labels_qr_leads_to_the_boxs_own_page(hand: FlaskClient, coop: world.Coop, tmp_path: Path) -> None:
    (page,), words = printed(hand, coop.extra["path"], tmp_path)
    paths = {urlsplit(text).path for text in zxing(page)}
    assert paths == {f"/thung/{one.public_id}" for one in units()}
    lot = coop.extra["lot"].code
    for said in (
        "T000001",
        "P000004",
        f"Lot: {lot}",
        "2 kg",
        "2 boxes. Net weight: 4 kg",
        "JP-HD-01",
        "JP-PH-01",
        "Japan",
    ):
        assert said in words, said
    assert coop.org.name in words
    for path in paths:
        assert hand.get(path).status_code == 200


def test_an_owner_of_a_prefix_prints_sscc_and_its_address_resolves(
    app: Flask, hand: FlaskClient, coop: world.Coop, tmp_path: Path
) -> None:
    with transaction() as session:
        export.own_prefix(session, NOW, coop)
        one = export.loaded(session, NOW, coop, coop.extra["lot"], packed_on=TODAY)
        path = f"{HERE}/{one.public_id}"
    numbered = [unit for unit in units() if unit.sscc]
    assert len(numbered) == 2
    (page,), words = printed(hand, path, tmp_path)
    assert {urlsplit(text).path for text in zxing(page)} >= {f"/00/{unit.sscc}" for unit in numbered}
    bars = zxingcpp.read_barcodes(page, formats=zxingcpp.BarcodeFormat.Code128)
    assert {one.text for one in bars} == {f"(00){unit.sscc}" for unit in numbered}
    assert f"(00) {numbered[0].sscc}" in words
    client = app.test_client()
    led = client.get(f"/00/{numbered[0].sscc}?lang=en")
    assert (led.status_code, led.headers["Location"]) == (307, f"/thung/{numbered[0].public_id}?lang=en")
    assert led.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/00/095212345000000070", 404, "không có thùng, pallet mang SSCC này"),
        ("/00/095212345000000071", 400, "SSCC trong đường dẫn chưa đúng"),
        ("/00/0952123", 400, "Cần 18 chữ số"),
        ("/00/", 400, "/00/{sscc}"),
        ("/00/095212345000000070/10/A", 400, "/00/{sscc}"),
    ],
)
def test_an_sscc_that_is_wrong_or_not_held_is_refused_with_words(
    app: Flask, path: str, status: int, said: str
) -> None:
    answer = app.test_client().get(path, headers={"Accept": "text/html", "Accept-Language": "vi"})
    assert answer.status_code == status
    assert said in text_of(answer)
    program = app.test_client().get(path, headers={"Accept": "application/problem+json"})
    assert (program.status_code, program.mimetype) == (status, "application/problem+json")


def test_the_public_reads_number_kind_count_and_recall_alone(app: Flask, coop: world.Coop) -> None:
    box, _, _, pallet = units()
    client = app.test_client()
    shown = {
        lang: text_of(client.get(f"/thung/{pallet.public_id}?lang={lang}"))
        for lang in ("vi", "en", "ja", "zh")
    }
    assert "Pallet P000004" in shown["vi"]
    assert "2 thùng" in shown["vi"]
    assert coop.org.name in shown["vi"]
    assert [
        words in shown[lang]
        for lang, words in (("en", "No recall"), ("ja", "リコールなし"), ("zh", "没有召回"))
    ] == [True] * 3
    page = client.get(f"/thung/{box.public_id}").get_data(as_text=True)
    for secret in ("Công ty Quả Tươi", coop.extra["lot"].code, "JP-HD-01", "CH-", "2 kg", "Nhật"):
        assert secret not in page, secret
    assert client.get("/thung/0000000000").status_code == 404
    with transaction() as session:
        words = recalling.RecallIn(reason="Dư lượng thuốc", reason_en="Residue", phone="0220 111 222")
        recalling.open_recall(session, coop.boss, coop.extra["lot"].public_id, words, NOW)
    for unit in (box, pallet):
        warned = text_of(client.get(f"/thung/{unit.public_id}?lang=vi"))
        assert "đang bị thu hồi" in warned
        assert "0220 111 222" in warned


def test_only_the_two_parties_are_led_on(app: Flask, hand: FlaskClient, coop: world.Coop) -> None:
    org, account = packer()
    _, stranger = packer("Nhà khác")
    with transaction() as session:
        one = export.loaded(session, NOW, coop, coop.extra["lot"], receiver=org, packed_on=TODAY)
        path = f"/thung/{consigning.units_in(session, one)[0].public_id}"
    them, others = (world.sign_in(app.test_client(), who) for who in (account, stranger))
    assert f"{HERE}/{one.public_id}" in hand.get(path).get_data(as_text=True)
    assert one.public_id not in them.get(path).get_data(as_text=True)
    with transaction() as session:
        dispatching.dispatch(session, coop.hand, one.public_id, NOW)
    assert f"/htx/hang-den/{one.public_id}" in them.get(path).get_data(as_text=True)
    for client in (others, app.test_client()):
        assert one.public_id not in client.get(path).get_data(as_text=True)


def test_what_cannot_be_printed_is_said_on_the_page(hand: FlaskClient, coop: world.Coop) -> None:
    for asked, status in (
        ({"form": "zpl"}, 409),
        ({"stock": "roll-25x25"}, 409),
        ({"start": "9"}, 409),
        ({"start": "không"}, 422),
        ({"stock": "nothing"}, 404),
    ):
        assert hand.get(f"{coop.extra['path']}/nhan/tep", query_string=asked).status_code == status, asked
    for form, kind in (("zpl", "application/octet-stream"), ("png", "application/zip")):
        asked = {"form": form, "stock": "roll-100x70", "which": "pallet"}
        assert hand.get(f"{coop.extra['path']}/nhan/tep", query_string=asked).mimetype == kind
    assert "Nhãn thùng và pallet" in text_of(hand.get(f"{coop.extra['path']}/nhan"))
    empty = post(hand, f"{HERE}/moi", market="VN", receiver="", receiver_name="Bên mua", exporter="")
    refused = hand.get(f"{empty.headers['Location']}/nhan/tep")
    assert refused.status_code == 409
    assert "không có thùng, pallet nào" in text_of(refused)
