"""A design is chosen where stamps are taken and where they are printed; what does not fit says so there."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select

from tests import world
from tests.services.stamp_world import StampWorld, make_world
from tests.services.test_print_gear import add_design
from tests.web.test_stamps import block_of, take
from trace.db import reading, transaction
from trace.records.stamp import PrintRun, StampBlock
from trace.services.stamp_marks import Places
from trace.settings import Settings


@pytest.fixture
def stamps(app: Flask, client: FlaskClient, settings: Settings, tmp_path: Path) -> StampWorld:
    made = make_world(tmp_path, datetime.now(UTC))
    made.places = Places(settings.key_folder, settings.marks)
    world.sign_in(client, made.coop.manager)
    return made


def chosen(page: str) -> str:
    """What stands in the select for the design."""
    select_ = page.partition('name="design"')[2].partition("</select>")[0]
    return re.findall(r'value="([^"]+)" selected', select_)[0]


def runs() -> list[PrintRun]:
    with reading() as session:
        return list(session.exec(select(PrintRun).order_by(PrintRun.id)))


def test_a_design_chosen_with_the_stamps_is_printed_and_offered_again(
    client: FlaskClient, stamps: StampWorld
) -> None:
    assert 'name="design"' not in client.get("/htx/tem/moi").text, "there is none to choose"
    design = add_design(stamps, name="Hộp quà")
    lot = stamps.lot()
    page = client.get(f"/htx/tem/moi?lot={lot.public_id}").text
    assert f'<option value="{design}">Hộp quà</option>' in page
    block = block_of(take(client, lot=lot.public_id, count=5, design=design))
    assert chosen(client.get("/htx/tem/moi?kind=roll").text) == design, "remembered"
    assert chosen(client.get(f"/htx/in/{block}").text) == design
    sent = {"step": "print", "stock": "tomy-145", "design": design, "request_id": "in-tem-1"}
    assert client.post(f"/htx/in/{block}", data=sent).status_code == 303
    assert [run.design for run in runs()] == [f"{design}.1"]
    again = client.get(f"/htx/in/lan/{runs()[0].public_id}").text
    assert f"design={design}.1" not in again, "not ready: nothing to print again yet"


def test_another_products_design_is_refused_where_it_was_chosen(
    client: FlaskClient, stamps: StampWorld
) -> None:
    with transaction() as session:
        other = world.make_product(session, stamps.now, stamps.coop.org, sku="KHAC")
    design = add_design(stamps, product=other.public_id, name="Riêng")
    lot = stamps.lot()
    assert f"Riêng ({other.name})" in client.get("/htx/tem/moi").text
    answer = take(client, lot=lot.public_id, count=5, design=design)
    assert answer.status_code == 422
    assert f"“Riêng” là mẫu riêng của {other.name}" in answer.text
    assert chosen(answer.text) == design
    assert 'value="5"' in answer.text
    with reading() as session:
        assert session.exec(select(StampBlock)).all() == []


def test_the_desk_offers_what_fits_and_names_what_does_not(client: FlaskClient, stamps: StampWorld) -> None:
    wide, narrow = add_design(stamps, name="Dày", level="H"), add_design(stamps, name="Thưa", level="L")
    block = stamps.issue(5, product=stamps.coop.product.public_id).public_id
    page = client.get(f"/htx/in/{block}?stock=roll-25x25").text
    assert f'value="{narrow}"' in page
    assert f'value="{wide}"' not in page
    assert "Không vừa giấy này: " in page
    assert "Dày" in page.partition("Không vừa giấy này: ")[2][:60]
    fitting = client.get(f"/htx/in/{block}?stock=tomy-145").text
    assert f'value="{wide}"' in fitting
    assert "Không vừa giấy này" not in fitting


def test_an_order_in_a_design_that_does_not_fit_is_refused_with_the_figures(
    client: FlaskClient, stamps: StampWorld
) -> None:
    wide = add_design(stamps, name="Dày", level="H")
    block = stamps.issue(5, product=stamps.coop.product.public_id).public_id
    sent = {"step": "print", "stock": "roll-25x25", "design": wide, "request_id": "in-tem-1"}
    answer = client.post(f"/htx/in/{block}", data=sent)
    assert answer.status_code == 409
    assert "mm" in answer.text.partition('role="alert"')[2][:400]
    assert chosen(answer.text) == wide, "what was chosen stays in sight"
    assert runs() == []


def test_the_picture_on_the_desk_is_of_the_design_the_desk_begins_with(
    client: FlaskClient, stamps: StampWorld
) -> None:
    design = add_design(stamps)
    block = stamps.issue(5, product=stamps.coop.product.public_id, design=design).public_id
    page = client.get(f"/htx/in/{block}").text
    picture = re.findall(r'<image href="([^"]+)"', page)[0].replace("&amp;", "&")
    assert f"design={design}" in picture
    plain = picture.replace(f"design={design}", "design=standard")
    assert client.get(picture).data != client.get(plain).data


@pytest.mark.parametrize("design", ["khongcomau", "khongcomau.7", "x.y", "…"])
def test_a_design_that_is_nobodys_is_a_fault_of_its_field(
    client: FlaskClient, stamps: StampWorld, design: str
) -> None:
    add_design(stamps)
    block = stamps.issue(5, product=stamps.coop.product.public_id).public_id
    assert client.get(f"/htx/in/{block}?design={design}").status_code == 200
    answers = [
        take(client, kind="roll", count=5, design=design),
        client.post(f"/htx/in/{block}", data={"step": "print", "design": design, "request_id": "in-tem-1"}),
    ]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert all('id="e-design"' in answer.text for answer in answers)
