"""Events are the record: every act has its event, by the standard, found by the questions, never changed."""

import re
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import delete, text, update
from sqlmodel import select

import nongsan
from tests import world
from tests.application import application
from tests.epcis import season
from tests.epcis.client import Program, document, token_of
from tests.epcis.season import Season
from tests.standards.epcis_facts import FOLDER, schema_says
from trace.db import Database, reading, transaction
from trace.db_upgrade import alembic_config, upgrade_database
from trace.records.event import Event
from trace.row_writes import RowsNotLogged
from trace.services.logging_acts import body_of
from trace.settings import Settings
from trace.standards import epcis
from trace.standards.event_hash import event_hash


@pytest.fixture
def played(database: Database, tmp_path: Path, now: datetime) -> Season:
    return season.play(tmp_path, now)


def told() -> list[Event]:
    with reading() as session:
        return list(session.exec(select(Event).order_by(Event.id)).all())


def table_of_acts() -> dict[str, tuple[str, str, str]]:
    """Act -> type, business step, disposition, as the documentation tells them."""
    page = (Path(nongsan.ROOT) / "docs" / "epcis.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| (\w+) (?:\w+ )?\| `(\w+)` \| ([^|]+) \|", page, re.MULTILINE)
    return {act: (kind, step, said.strip()) for act, kind, step, said in rows}


def test_every_act_has_its_event_as_the_table_says(played: Season) -> None:
    table, seen = table_of_acts(), Counter(event.act for event in told())
    assert set(seen) == set(table)
    for event in (one for one in told() if not one.declares):  # those say what others said
        kind, step, dispositions = table[event.act]
        bare = (event.biz_step or "").rsplit("-", 1)[-1]
        assert (event.event_type, bare) == (kind, step) or event.act == "correct", event.act
        disposition = (event.disposition or "–").rsplit("-", 1)[-1]
        assert f"`{disposition}`" in dispositions or disposition == "–", (event.act, disposition)


def test_every_event_keeps_the_standard_and_is_named_by_its_hash(played: Season, now: datetime) -> None:
    check = schema_says() if FOLDER.is_dir() else None
    later = now + timedelta(days=1)
    for event in told():
        body = body_of(event)
        assert event.event_id == event.hash == body["eventID"] == event_hash(body), event.act
        assert epcis.validate(body, later) == [], event.act
        assert check is None or check(document(body)) == [], event.act


def test_an_id_is_shared_only_by_an_event_and_what_declares_it_wrong(played: Season) -> None:
    ids = Counter((event.event_id, event.declares) for event in told())
    assert {key: n for key, n in ids.items() if n > 1} == {}
    right = {event.event_id for event in told() if not event.declares}
    for event in told():
        error = body_of(event).get("errorDeclaration", {})
        assert event.declares == bool(error)
        assert event.event_id in right
        assert set(error.get("correctiveEventIDs", ())) <= right


def test_every_event_is_found_by_the_questions(played: Season, settings: Settings, now: datetime) -> None:
    with transaction() as session:
        office = token_of(session, world.make_office(session, now), now)
    program = Program(application(settings), office)
    found = {(one["eventID"], "errorDeclaration" in one) for one in program.events(perPage=500)}
    assert found == {(event.event_id, event.declares) for event in told()}
    for event in told():
        for term in _goods(body_of(event)):
            assert event.event_id in {one["eventID"] for one in program.events(**term)}, event.act
            break


def _goods(body: dict[str, Any]) -> list[dict[str, str]]:
    """A question for the first thing an event names."""
    names = ("quantityList", "outputQuantityList", "childQuantityList")
    classes = [{"MATCH_anyEPCClass": one["epcClass"]} for name in names for one in body.get(name, ())]
    single = [{"MATCH_anyEPC": epc} for epc in body.get("epcList", ())]
    return [*classes, *single, *([{"MATCH_parentID": body["parentID"]}] if "parentID" in body else [])]


def test_a_parcel_leaves_arrives_and_comes_back_once(played: Season) -> None:
    seen = Counter(event.act for event in told())
    assert (seen["ship"], seen["deliver"], seen["ship_back"]) == (1, 1, 1)


def test_what_was_told_is_never_changed(played: Season) -> None:
    now_told = {event.id: event.body for event in told()}
    assert played.bodies.items() <= now_told.items()
    assert len(played.bodies) > 20
    for statement in (update(Event).values(body="{}"), delete(Event)):
        with pytest.raises(RowsNotLogged), transaction() as session:
            session.execute(statement)


def test_events_of_before_are_found_after_the_upgrade(
    played: Season, database: Database, settings: Settings, now: datetime
) -> None:
    """A database as version 16 left it, with events and without what they are found by."""
    before = {(event.event_id, event.declares) for event in told()}
    with database.writer.connect() as connection:
        if database.is_sqlite:
            connection.connection.driver_connection.execute("PRAGMA foreign_keys = OFF")
        with connection.begin():
            command.downgrade(alembic_config(connection), "0016")
            assert connection.execute(text("SELECT count(*) FROM event")).scalar_one() == len(before)
    upgrade_database(database)
    test_every_event_is_found_by_the_questions(played, settings, now)
    assert {(event.event_id, event.declares) for event in told()} == before
