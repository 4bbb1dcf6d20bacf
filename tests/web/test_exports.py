"""The downloads on a lot's page, for its cooperative and for the office."""

from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import world
from tests.services import farm
from tests.services.lot_world import bare
from trace.db import transaction
from trace.records.lot import Lot, LotKind
from trace.services.exporting.port import EXPORTERS


@pytest.fixture
def coop(app: Flask, now: datetime) -> world.Coop:
    assert app
    with transaction() as session:
        found = farm.found(session, now)
        found.extra["lot"] = bare(session, now, found, LotKind.HARVEST, 1_000)
        found.extra["other"] = bare(session, now, world.make_coop(session, now), LotKind.HARVEST, 1_000)
        found.extra["officer"] = world.make_office(session, now)
    return found


def addresses(page: str, lot: Lot, face: str) -> set[str]:
    return {name for name in EXPORTERS if f'href="/{face}/lo/{lot.public_id}/tai/{name}"' in page}


def test_a_cooperative_finds_its_files_on_the_lots_page(client: FlaskClient, coop: world.Coop) -> None:
    staff, lot = world.sign_in(client, coop.staff), coop.extra["lot"]
    page = staff.get(f"/htx/lo/{lot.public_id}").text
    assert addresses(page, lot, "htx") == set(EXPORTERS) - {"fsma204"}
    for name in EXPORTERS:
        answer = staff.get(f"/htx/lo/{lot.public_id}/tai/{name}")
        assert answer.status_code == 200
        assert f"lo-{lot.public_id}-{name}." in answer.headers["Content-Disposition"]
        assert answer.data
    assert staff.get(f"/htx/lo/{lot.public_id}/tai/xml").status_code == 404


def test_another_cooperatives_lot_is_none(client: FlaskClient, coop: world.Coop) -> None:
    staff = world.sign_in(client, coop.staff)
    foreign = staff.get(f"/htx/lo/{coop.extra['other'].public_id}/tai/json")
    absent = staff.get("/htx/lo/khong-co/tai/json")
    assert (foreign.status_code, absent.status_code) == (404, 404)
    assert staff.get(f"/so/lo/{coop.extra['lot'].public_id}/tai/json").status_code == 403


def test_the_office_has_every_lots_files(client: FlaskClient, coop: world.Coop) -> None:
    officer, lot = world.sign_in(client, coop.extra["officer"]), coop.extra["other"]
    assert addresses(officer.get(f"/so/lo/{lot.public_id}").text, lot, "so") == set(EXPORTERS)
    assert officer.get(f"/so/lo/{lot.public_id}/tai/csv").status_code == 200


def test_a_wrong_mapping_is_told_on_the_page(app: Flask, client: FlaskClient, coop: world.Coop) -> None:
    folder = app.extensions["settings"].instance
    (folder / "national.toml").write_text('version = 1\n[households]\n"Tên" = "name"\n', encoding="utf-8")
    answer = world.sign_in(client, coop.staff).get(f"/htx/lo/{coop.extra['lot'].public_id}/tai/national")
    assert answer.status_code == 422
    assert "national.toml:3:households.Tên" in answer.text
