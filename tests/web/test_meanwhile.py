"""Two people at one thing at the same moment: the later one is told, and no answer is an error of ours."""

import io
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlmodel import select

from tests import world
from tests.application import application
from tests.conftest import _opened
from tests.databases import PostgresTemplates
from tests.services import farm
from tests.web.stored.sowing import picture
from trace.db import Database, reading, transaction
from trace.errors import NotFound, Refused
from trace.records.account import Role
from trace.records.event import LogLeaf
from trace.records.field_photo import FieldPhoto
from trace.records.household import Consent, Household, Purpose
from trace.records.plot import Plot
from trace.services import field_photos, households, plots
from trace.services.admission import lock
from trace.settings import Settings


@pytest.fixture
def postgres(postgres_templates: PostgresTemplates) -> Iterator[Database]:
    """Where two write at once; on SQLite one waits for the other from its first word."""
    with postgres_templates.fresh() as url:
        yield from _opened(url)


@pytest.fixture
def app(postgres: Database, settings: Settings) -> Iterator[Flask]:
    flask = application(settings)
    yield flask
    flask.extensions["scan_writer"].close()


@pytest.fixture
def coop(app: Flask) -> world.Coop:
    with transaction() as session:
        return farm.found(session, datetime.now(UTC))


@pytest.fixture
def boss(client: FlaskClient, coop: world.Coop) -> FlaskClient:
    return world.sign_in(client, coop.manager)


def elsewhere(deed: Callable[[], Any]) -> None:
    """Somebody else does it, from beginning to end, and is waited for."""
    other = threading.Thread(target=deed)
    other.start()
    other.join(30)
    assert not other.is_alive()


def once_after(monkeypatch: pytest.MonkeyPatch, room: Any, verb: str, deed: Callable[[], Any]) -> None:
    """When the verb was done the first time, somebody else does the deed before anything else happens."""
    own, deeds = getattr(room, verb), [deed]

    def then(*given: Any, **more: Any) -> Any:
        found = own(*given, **more)
        if deeds:
            elsewhere(deeds.pop())
        return found

    monkeypatch.setattr(room, verb, then)


def new_household(coop: world.Coop) -> Household:
    with transaction() as session:
        return world.make_household(session, datetime.now(UTC), coop.org)


def take_away(row: Household) -> None:
    with transaction() as session:
        session.execute(text("DELETE FROM household WHERE id = :id"), {"id": row.id})


def test_a_household_that_an_undo_took_away_while_it_was_edited(
    boss: FlaskClient, coop: world.Coop, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = new_household(coop)
    once_after(monkeypatch, households, "place_columns", lambda: take_away(row))
    sent = {"code": row.code, "name": "Tên mới", "phone": "", "id_number": "", "place": "2025-07:10813"}
    answer = boss.post(f"/htx/ho/{row.id}/sua", data={**sent, "request_id": "vua-bi-bo-1"})
    assert (answer.status_code, "Chưa ghi gì cả" in answer.text) == (409, True)
    assert boss.post(f"/htx/ho/{row.id}/sua", data={**sent, "request_id": "vua-bi-bo-1"}).status_code == 404


def test_land_of_a_household_that_an_undo_took_away_meanwhile(
    boss: FlaskClient, coop: world.Coop, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = new_household(coop)
    once_after(monkeypatch, plots, "place_columns", lambda: take_away(row))
    sent = {"code": "V-990", "name": "Vườn", "crop": "lychee", "variety": "thieu", "area_m2": "3600"}
    sent |= {"growing_area_id": "", "latitude": "", "longitude": "", "place": "2025-07:10813"}
    answer = boss.post(f"/htx/ho/{row.id}/vuon/moi", data={**sent, "request_id": "vua-bi-bo-2"})
    assert (answer.status_code, "Chưa ghi gì cả" in answer.text) == (409, True)
    with reading() as session:
        assert session.execute(select(Plot).where(Plot.code == "V-990")).first() is None


def test_a_photo_that_two_take_away_at_once_is_taken_away_once(
    boss: FlaskClient, coop: world.Coop, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    harvest = {"plot_id": coop.plot.id, "weight_g": "120", "when": "today", "request_id": "hai-nguoi-bo-anh"}
    photo = {"image": (io.BytesIO(picture()), "a.png")}
    assert boss.post("/htx/lo/moi", data={**harvest, **photo}).status_code == 303
    with reading() as session:
        number = session.execute(select(FieldPhoto.id)).scalar_one()
    other = world.sign_in(app.test_client(), coop.staff)
    seen: list[int] = []

    def remove() -> None:
        seen.append(other.post(f"/htx/anh/{number}/bo", data={"request_id": "nguoi-kia"}).status_code)

    once_after(monkeypatch, field_photos, "fetch", remove)
    mine = boss.post(f"/htx/anh/{number}/bo", data={"request_id": "nguoi-nay"}).status_code
    assert (seen, mine) == ([303], 404)
    with reading() as session:
        leaves = session.execute(select(LogLeaf.body).where(LogLeaf.kind == "field_photo")).scalars()
        assert sum('"remove"' in body for body in leaves) == 1


def test_a_consent_cannot_end_between_being_asked_for_and_what_is_written_under_it(
    postgres: Database, coop: world.Coop
) -> None:
    now = datetime.now(UTC)
    with transaction() as session:
        farm.agree_to_help(session, coop, now)
        row = world.make_account(session, now, Role.DIGITAL_TEAM, commune_code=coop.org.commune_code)
    ended: list[bool] = []

    def withdraw() -> None:
        with transaction() as session:
            households.withdraw_consent(session, coop.boss, coop.household.id, Purpose.HELP, now)
        ended.append(True)

    other = threading.Thread(target=withdraw)
    with transaction() as session:
        households.require_help(session, world.actor_of(row), coop.household.id)
        other.start()
        other.join(1)
        assert ended == []
    other.join(30)
    assert ended == [True]
    with transaction() as session, pytest.raises(Refused):
        households.require_help(session, world.actor_of(row), coop.household.id)


def standing_consents(household_id: int) -> int:
    with reading() as session:
        rule = Consent.household_id == household_id, Consent.withdrawn_at.is_(None)
        return len(session.execute(select(Consent).where(*rule)).all())


def test_a_consent_that_two_write_down_at_once_stands_once_and_ends_whole(
    postgres: Database, coop: world.Coop, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, now = new_household(coop), datetime.now(UTC)

    def give() -> None:
        with transaction() as session:
            said = households.ConsentIn(purpose=Purpose.CONTACT)
            households.give_consent(session, coop.boss, row.id, said, now)

    once_after(monkeypatch, households, "_standing", give)
    give()
    assert standing_consents(row.id) == 1
    with transaction() as session:  # as two of before the rule may stand
        world.add(session, Consent(household_id=row.id, purpose="contact", version="1", given_at=now))
        households.withdraw_consent(session, coop.boss, row.id, Purpose.CONTACT, now)
    assert standing_consents(row.id) == 0


def test_what_was_taken_away_cannot_be_held(coop: world.Coop) -> None:
    row = new_household(coop)
    with transaction() as session:
        found = session.get(Household, row.id)
        elsewhere(lambda: take_away(row))
        with pytest.raises(NotFound):
            lock(session, found)
