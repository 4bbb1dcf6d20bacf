"""The pages of recalls' papers and drills, for a cooperative and for the office."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select

from tests import world
from tests.services import shop_world
from tests.services.lot_world import bare, link
from tests.services.shop_world import ShopWorld
from trace.db import reading, transaction
from trace.records.account import Account
from trace.records.lot import Lot, LotKind
from trace.records.organisation import Organisation
from trace.records.recall import Recall, RecallDrill
from trace.services import recalling
from trace.standards.local_time import local_day

FACES = ("/htx", "/so")
WORDS = recalling.RecallIn(reason="Dư lượng thuốc", phone="0220 111 222")


@pytest.fixture
def shop(app: Flask) -> ShopWorld:
    assert app
    return shop_world.open_shop(datetime.now(UTC) - timedelta(hours=1))


@pytest.fixture
def lot(shop: ShopWorld) -> Lot:
    today = local_day(shop.now)
    lot = shop.lot(50, harvested_on=today, packed_on=today)
    shop.sell("DON-0001", 7)
    return lot


def person(shop: ShopWorld, face: str) -> Account:
    if face == "/htx":
        return shop.coop.manager
    with transaction() as session:
        return world.make_office(session, shop.now)


@pytest.mark.parametrize("face", FACES)
def test_whom_to_call_is_on_paper_and_in_files(
    client: FlaskClient, shop: ShopWorld, lot: Lot, face: str
) -> None:
    world.sign_in(client, person(shop, face))
    page = client.get(f"{face}/lo/{lot.public_id}/danh-sach-goi").text
    assert "DON-0001" in page
    assert "nhắn qua Shopee theo số đơn" in page
    answer = client.get(f"{face}/lo/{lot.public_id}/danh-sach-goi.csv")
    (row,) = csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff")))
    assert (row["Số đơn, mã vận đơn, mã lô"], row["Kết quả"]) == ("DON-0001", "")
    assert client.get(f"{face}/lo/{lot.public_id}/danh-sach-goi.xlsx").data[:2] == b"PK"


@pytest.mark.parametrize("face", FACES)
def test_the_24_hour_sheet_is_english_and_names_what_is_missing(
    client: FlaskClient, shop: ShopWorld, lot: Lot, face: str
) -> None:
    world.sign_in(client, person(shop, face))
    answer = client.get(f"{face}/lo/{lot.public_id}/bang-24h.csv")
    rows = list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert [row["Critical tracking event"] for row in rows if "Cooling" in row["Critical tracking event"]]
    cooling = next(row for row in rows if row["Critical tracking event"] == "Cooling")
    assert (cooling["Location description"], cooling["Date"]) == ("MISSING", "MISSING")
    assert client.get(f"{face}/lo/{lot.public_id}/bang-24h.xlsx").data[:2] == b"PK"
    assert client.get(f"{face}/lo/{lot.public_id}/bang-24h.pdf").status_code == 404


@pytest.mark.parametrize("face", FACES)
def test_a_drill_runs_from_the_lot_to_its_time(
    client: FlaskClient, shop: ShopWorld, lot: Lot, face: str
) -> None:
    world.sign_in(client, person(shop, face))
    begun = client.post(f"{face}/lo/{lot.public_id}/dien-tap", data={"request_id": "dien-tap-1"})
    again = client.post(f"{face}/lo/{lot.public_id}/dien-tap", data={"request_id": "dien-tap-1"})
    assert begun.location == again.location
    page = client.get(begun.location).text
    assert "DIỄN TẬP" in page
    assert "DON-0001" in page
    done = client.post(
        f"{begun.location}/xong", data={"request_id": "xong-dien-tap-1"}, follow_redirects=True
    ).text
    assert "Diễn tập xong" in done
    assert lot.code in client.get(f"{face}/dien-tap").text
    with reading() as session:
        (drill,) = session.exec(select(RecallDrill)).all()
        assert drill.finished_at is not None
        assert session.exec(select(Recall)).all() == []
        assert session.get_one(Lot, lot.id).state == "released"


@pytest.fixture
def theirs(shop: ShopWorld, lot: Lot) -> Lot:
    """A lot that another organisation made of ours."""
    with transaction() as session:
        other = world.make_coop(session, shop.now, phone="0220 333 444")
        made = bare(session, shop.now, other, LotKind.PACK, 9_000)
        link(session, lot, made, 10_000)
        return made


def test_a_partner_is_called_by_a_press_and_stands_first(
    client: FlaskClient, shop: ShopWorld, lot: Lot, theirs: Lot
) -> None:
    world.sign_in(client, person(shop, "/htx"))
    page = client.get(f"/htx/lo/{lot.public_id}/danh-sach-goi").text
    assert '<a href="tel:0220333444">0220 333 444</a>' in page
    answer = client.get(f"/htx/lo/{lot.public_id}/danh-sach-goi.csv").text.lstrip("\ufeff")
    assert answer.startswith('"Gian hàng, hãng, đơn vị",Gọi bằng cách nào,')


def test_a_drill_leads_nobody_to_anothers_lot(
    client: FlaskClient, shop: ShopWorld, lot: Lot, theirs: Lot
) -> None:
    """The cooperative may not open it; the office may."""
    for face, led in (("/htx", False), ("/so", True)):
        world.sign_in(client, person(shop, face))
        begun = client.post(f"{face}/lo/{lot.public_id}/dien-tap", data={"request_id": f"tap-{led}-0001"})
        page = client.get(begun.location).text
        assert f'href="{face}/lo/{lot.public_id}"' in page
        assert theirs.code in page
        assert (f'href="{face}/lo/{theirs.public_id}"' in page) is led


def test_the_offices_recall_says_whose_lots_they_are(
    client: FlaskClient, shop: ShopWorld, lot: Lot, theirs: Lot
) -> None:
    with transaction() as session:
        recall = recalling.open_recall(session, shop.coop.boss, lot.public_id, WORDS, shop.now)
        name = session.get_one(Organisation, theirs.org_id).name
    world.sign_in(client, person(shop, "/so"))
    page = client.get(f"/so/thu-hoi/{recall.number}").text
    assert shop.coop.org.name in page
    assert name in page
    assert shop.coop.product.name in page


def test_an_open_recall_leads_to_both_papers_in_one_press(
    client: FlaskClient, shop: ShopWorld, lot: Lot
) -> None:
    world.sign_in(client, person(shop, "/so"))
    said = {"reason": "Dư lượng thuốc", "phone": "0220 111 222", "lots": "1", "request_id": "thu-hoi-1"}
    opened = client.post(f"/so/thu-hoi/lo/{lot.public_id}", data=said)
    page = client.get(opened.location).text
    for paper in ("danh-sach-goi", "bang-24h.xlsx"):
        address = f"/so/lo/{lot.public_id}/{paper}"
        assert address in page
        assert client.get(address).status_code == 200


def test_staff_trace_and_have_the_sheet_but_no_contacts(
    client: FlaskClient, shop: ShopWorld, lot: Lot
) -> None:
    world.sign_in(client, shop.coop.staff)
    assert client.get(f"/htx/lo/{lot.public_id}/bang-24h.csv").status_code == 200
    assert client.get(f"/htx/lo/{lot.public_id}/danh-sach-goi").status_code == 403
