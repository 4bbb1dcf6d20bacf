"""Photos by the pages: with the form, afterwards, and from a phone's queue."""

import io
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlmodel import select

from tests import world
from tests.services import farm
from trace.db import reading, transaction
from trace.records.diary_entry import DiaryEntry
from trace.records.field_photo import FieldPhoto
from trace.records.lot import Lot


@pytest.fixture
def coop(app: Flask) -> world.Coop:
    with transaction() as session:
        return farm.found(session, datetime.now(UTC))


@pytest.fixture
def phone(client: FlaskClient, coop: world.Coop) -> FlaskClient:
    return world.sign_in(client, coop.staff)


def file(shade: int = 90) -> tuple[io.BytesIO, str]:
    out = io.BytesIO()
    Image.new("RGB", (800, 600), (shade, 120, 60)).save(out, "JPEG")
    out.seek(0)
    return out, "vai.jpg"


def harvest(coop: world.Coop, mark: str, **more: object) -> dict[str, object]:
    return {"plot_id": coop.plot.id, "weight_g": "120", "when": "today", "request_id": mark, **more}


def rows(kind: type) -> list:
    with reading() as session:
        return list(session.execute(select(kind)).scalars())


def test_a_lot_is_saved_with_the_photos_chosen_in_its_form(phone: FlaskClient, coop: world.Coop) -> None:
    sent = phone.post("/htx/lo/moi", data=harvest(coop, "a1b2c3d4e5f6", image=[file(), file(40)]))
    assert sent.status_code == 303
    page = phone.get(sent.location).text
    assert [f"/htx/anh/{one.id}/nho.jpg" in page for one in rows(FieldPhoto)] == [True, True]
    shown = phone.get(f"/htx/anh/{rows(FieldPhoto)[0].id}.jpg")
    assert (shown.mimetype, shown.headers["Cache-Control"]) == ("image/jpeg", "private, max-age=86400")
    assert Image.open(io.BytesIO(shown.data)).size == (800, 600)


def test_a_packed_lot_shows_the_photos_of_the_harvest_it_came_from(
    phone: FlaskClient, client: FlaskClient, coop: world.Coop
) -> None:
    form = harvest(coop, "a1b2c3d4e5f6", product=coop.product.public_id, boxes="100", image=file())
    pack = phone.post("/htx/lo/moi", data=form).location
    picked, packed = rows(Lot)
    assert pack.endswith(packed.public_id)
    page = phone.get(pack).text
    assert f'src="/htx/anh/{rows(FieldPhoto)[0].id}/nho.jpg"' in page
    assert f'href="/htx/lo/{picked.public_id}#anh"' in page
    assert '/bo"' not in page  # taken away and added on the harvest's own page
    assert "Ảnh của lô đã hái" not in phone.get(f"/htx/lo/{picked.public_id}").text


def test_a_form_with_a_broken_photo_saves_nothing(phone: FlaskClient, coop: world.Coop) -> None:
    broken = (io.BytesIO(b"no picture"), "x.jpg")
    sent = phone.post("/htx/lo/moi", data=harvest(coop, "a1b2c3d4e5f6", image=broken))
    assert sent.status_code == 422
    assert 'href="#f-image"' in sent.text
    assert rows(Lot) == []


def test_a_queue_sends_the_lot_then_its_photo_and_again(phone: FlaskClient, coop: world.Coop) -> None:
    queued = {"X-Queued": "1"}
    told = {"of": "a1b2c3d4e5f6", "request_id": "b1b2c3d4e5f6"}
    early = phone.post("/htx/anh", data={**told, "image": file()}, headers=queued)
    assert (early.status_code, "Chưa có lô" in early.text) == (409, True)
    phone.post("/htx/lo/moi", data=harvest(coop, "a1b2c3d4e5f6"), headers=queued)
    first = phone.post("/htx/anh", data={**told, "image": file()}, headers=queued)
    again = phone.post("/htx/anh", data={**told, "image": file()}, headers=queued)
    told["request_id"] = "c1b2c3d4e5f6"
    anew = phone.post("/htx/anh", data={**told, "image": file()}, headers=queued)
    assert first.json == again.json == anew.json
    assert len(rows(FieldPhoto)) == 1


def test_a_photo_of_a_diary_entry_is_added_and_taken_away(phone: FlaskClient, coop: world.Coop) -> None:
    form = {"plot_id": coop.plot.id, "kind": "water", "when": "today", "request_id": "d1b2c3d4e5f6"}
    assert phone.post("/htx/nhat-ky/moi", data=form).status_code == 303
    (entry,) = rows(DiaryEntry)
    none = phone.post(f"/htx/nhat-ky/{entry.id}/anh", data={"request_id": "e0b2c3d4e5f6"})
    assert (none.status_code, "Chưa có ảnh nào" in none.text) == (422, True)
    added = phone.post(f"/htx/nhat-ky/{entry.id}/anh", data={"request_id": "e1b2c3d4e5f6", "image": file()})
    assert added.location == f"/htx/nhat-ky/{entry.id}"
    assert "1 ảnh" in phone.get("/htx/nhat-ky").text
    (photo,) = rows(FieldPhoto)
    assert f"/htx/anh/{photo.id}/nho.jpg" in phone.get(added.location).text
    assert phone.post(f"/htx/anh/{photo.id}/bo", data={"request_id": "f1b2c3d4e5f6"}).status_code == 303
    assert rows(FieldPhoto) == []
    assert phone.get(f"/htx/anh/{photo.id}.jpg").status_code == 404
