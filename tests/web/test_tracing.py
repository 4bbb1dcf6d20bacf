"""The pages of traces: the question in the address, the picture, tables and files, and who sees what."""

import re
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import stamped, world
from tests.services import farm
from tests.services.lot_world import bare, link
from trace.db import transaction
from trace.records.lot import Lot, LotKind, LotState
from trace.standards.local_time import local_day


class Orchard:
    """Seven harvests in one pool, the pool in a pack with stamps."""

    def __init__(self, folder: Path) -> None:
        now = datetime.now(UTC)
        with transaction() as session:
            self.coop = farm.found(session, now)
            days = {"harvested_on": local_day(now), "packed_on": None}
            self.harvests = [bare(session, now, self.coop, LotKind.HARVEST, 50_000, **days) for _ in range(7)]
            self.pool = bare(session, now, self.coop, LotKind.POOL, 340_000, state=LotState.OPEN)
            self.pack = bare(session, now, self.coop, LotKind.PACK, 100_000)
            for lot in self.harvests:
                link(session, lot, self.pool, 50_000)
            link(session, self.pool, self.pack, 100_000)
            block = stamped.make_block(session, now, self.coop, folder)
            stamped.activate(session, now, block, self.pack)
            self.code = stamped.code_of(session, block.kid, block.first + 4)
            self.stamp = f"{block.kid}:{block.first + 4}"
            self.other = world.make_coop(session, now)
            self.officer = world.make_office(session, now)


@pytest.fixture
def orchard(app: Flask, tmp_path: Path) -> Orchard:
    assert app
    return Orchard(tmp_path)


@pytest.fixture
def staff(client: FlaskClient, orchard: Orchard) -> FlaskClient:
    return world.sign_in(client, orchard.coop.staff)


def asked(client: FlaskClient, lot: Lot, way: str = "nguon", at: str = "/htx/truy-xuat") -> str:
    answer = client.get(at, query_string={"q": lot.public_id, "huong": way})
    assert answer.status_code == 200, answer.text
    return answer.text


def test_many_harvests_share_a_box_and_each_stands_in_the_table(staff: FlaskClient, orchard: Orchard) -> None:
    page = asked(staff, orchard.pack)
    assert "7 lô thu hoạch" in page
    assert all(lot.code in page for lot in orchard.harvests)
    assert orchard.coop.plot.code in page
    assert page.count('<svg class="tree') == 2


def test_each_picture_is_whole_and_says_its_name_and_content(staff: FlaskClient, orchard: Orchard) -> None:
    answer = staff.get("/htx/truy-xuat.svg", query_string={"q": orchard.pack.public_id})
    tree = ElementTree.fromstring(answer.data)
    names = {child.tag.rpartition("}")[2]: child.text for child in tree}
    assert orchard.pack.code in str(names["title"])
    assert orchard.pool.code in str(names["desc"])
    texts = [one.text for one in tree.iter("{http://www.w3.org/2000/svg}text")]
    assert "✓ được lưu thông" in texts


def test_what_people_wrote_is_no_markup_in_the_picture(staff: FlaskClient, orchard: Orchard) -> None:
    with transaction() as session:
        lot = session.get_one(Lot, orchard.pack.id)
        lot.code = "<script>x"
    drawn = staff.get("/htx/truy-xuat.svg", query_string={"q": orchard.pack.public_id}).text
    assert "<script" not in drawn
    ElementTree.fromstring(drawn)


def test_down_names_every_stamp_range(staff: FlaskClient, orchard: Orchard) -> None:
    answer = staff.get(
        "/htx/truy-xuat.csv", query_string={"q": orchard.harvests[0].code, "huong": "di", "bang": "stamps"}
    )
    heads, row = answer.text.strip().splitlines()
    assert row.startswith(f"{orchard.pack.code},")
    assert len(row.split(",")) == len(heads.split(","))
    assert ",0,99,100," in row


def test_a_stamps_code_does_not_stay_in_the_address(staff: FlaskClient, orchard: Orchard) -> None:
    answer = staff.get("/htx/truy-xuat", query_string={"q": orchard.code})
    assert answer.status_code == 302
    assert orchard.code not in answer.location
    page = staff.get(answer.location).text
    assert orchard.pack.code in page
    assert orchard.code not in page


def test_files_have_the_same_rows_as_the_page(staff: FlaskClient, orchard: Orchard) -> None:
    said = {"q": orchard.pack.public_id}
    whole = staff.get("/htx/truy-xuat.json", query_string=said).get_json()
    csv = staff.get("/htx/truy-xuat.csv", query_string=said).text.strip().splitlines()
    assert len(whole["lots"]) == len(csv) - 1 == 9
    assert staff.get("/htx/truy-xuat.xlsx", query_string=said).data[:2] == b"PK"
    assert staff.get("/htx/truy-xuat.pdf", query_string=said).status_code == 404
    assert staff.get("/htx/truy-xuat.csv", query_string={**said, "bang": "keys"}).status_code == 404


def test_a_neighbour_and_an_absent_lot_get_the_same_answer(client: FlaskClient, orchard: Orchard) -> None:
    neighbour = world.sign_in(client, orchard.other.staff)
    pages = []
    for name in (orchard.pack.public_id, "x" * len(orchard.pack.public_id)):
        answer = neighbour.get("/htx/truy-xuat", query_string={"q": name})
        pages.append((answer.status_code, answer.text.replace(name, "NAME")))
    assert pages[0] == pages[1]
    assert pages[0][0] == 404


def test_the_office_traces_any_lot_and_nobody_else_on_its_page(client: FlaskClient, orchard: Orchard) -> None:
    office = world.sign_in(client, orchard.officer)
    assert "7 lô thu hoạch" in asked(office, orchard.pack, at="/so/truy-xuat")
    staff = world.sign_in(client, orchard.coop.staff)
    assert staff.get("/so/truy-xuat").status_code == 403


def test_an_empty_question_shows_the_form(staff: FlaskClient) -> None:
    answer = staff.get("/htx/truy-xuat")
    assert answer.status_code == 200
    assert 'name="q"' in answer.text


def test_the_office_chooses_between_two_lots_of_one_code_by_their_owners(
    client: FlaskClient, orchard: Orchard
) -> None:
    with transaction() as session:
        now, code = datetime.now(UTC), orchard.pack.code
        twin = bare(session, now, orchard.other, LotKind.HARVEST, 1_000, code=code)
    world.sign_in(client, orchard.officer)
    asked_again = client.get("/so/truy-xuat", query_string={"q": code, "huong": "di"})
    assert asked_again.status_code == 422
    for coop, lot in ((orchard.coop, orchard.pack), (orchard.other, twin)):
        address = f"/so/truy-xuat?q={coop.org.public_id}/{code}&amp;huong=di"
        [said] = re.findall(f'href="{re.escape(address)}"><span>([^<]*)</span>', asked_again.text)
        assert said == f"{coop.org.public_id}/{code} ({coop.org.name})"
        found = client.get(unescape(address))
        assert found.status_code == 200
        assert f"/so/truy-xuat.csv?q={coop.org.public_id}/{code}" in found.text
        told = client.get(f"/so/truy-xuat.json?q={coop.org.public_id}/{code}&huong=di").json
        assert [one["public_id"] for one in told["lots"]] == [lot.public_id]
