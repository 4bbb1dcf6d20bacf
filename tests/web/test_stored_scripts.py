"""Two hundred scripts stored in every text field: text on every page, and no page would run them."""

from collections.abc import Iterator
from html import escape
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import ChoiceLoader, DictLoader

from tests.application import application
from tests.web.stored.judging import Judge
from tests.web.stored.payloads import LONGEST, MARK, PAYLOADS, payload
from tests.web.stored.rounds import SHUTTING, Round
from tests.web.stored.turns import Turns
from trace.db import Database
from trace.records.account import Role
from trace.settings import Settings
from trace.settings_outside import CarrierSettings
from trace.web import headers

PLACES = (
    "<p>{}</p>", '<p title="{}">a</p>', "<title>{}</title>", "<textarea>{}</textarea>",
    "<p title='{}'>a</p>", "<p title={}>a</p>", '<a href="{}">a</a>', "<style>{}</style>", "<!-- {} -->",
    '<script type="application/ld+json">{{"a": "{}"}}</script>',
)  # fmt: skip
"""Where a text may stand; in the first five it is text once it is escaped."""
SAFE = PLACES[:5]
FIELDS = 110
"""So many fields took a string when this was written, and of each string at least one did."""
NEARLY_ALL = 0.95
"""Of the strings that rows hold, in fields that pages show: not every row has its pages opened."""
HALVES = (range(100), range(100, 200))
NO_CARRIER = CarrierSettings(base_url="http://127.0.0.1:9/viettelpost")
"""Nobody answers there: parcels are written down and stay uncertain."""


@pytest.fixture
def wide(sqlite: Database, settings: Settings) -> Iterator[Flask]:
    """The application with a carrier, so that forms of parcels are there."""
    flask = application(settings.model_copy(update={"carriers": {"viettelpost": NO_CARRIER}}))
    yield flask
    flask.extensions["scan_writer"].close()


def sown(app: Flask, folder: Path, first: int) -> Round:
    """One round: every field of every form, what comes by other ways, and what shuts a cooperative last."""
    one = Round(app, folder, first)
    forms = one.forms()
    one.sow_elsewhere()
    one.sow(form for form in forms if form[1].endpoint not in SHUTTING)
    one.sow_rest(forms)
    one.read()
    one.sow(form for form in forms if form[1].endpoint in SHUTTING)
    one.held |= one.stored()
    one.read((Role.OFFICE,))
    return one


def test_there_are_two_hundred_different_strings_and_each_knows_its_field() -> None:
    assert len(PAYLOADS) == len(set(PAYLOADS)) == 200
    assert all(MARK in one and len(one) <= LONGEST for one in PAYLOADS)


def test_each_of_them_is_found_where_it_is_not_text_and_passes_where_it_is() -> None:
    for number in range(len(PAYLOADS)):
        sent = payload(number, "zq00001")
        judge = Judge({"zq00001": sent})
        assert any(list(judge.page(place.format(sent))) for place in PLACES), sent
        assert [fault for place in SAFE for fault in judge.page(place.format(escape(sent)))] == []
        assert judge.seen.shown == {"zq00001"}


@pytest.mark.slow
def test_every_field_keeps_them_as_text_and_no_page_could_run_one(wide: Flask, tmp_path: Path) -> None:
    one = sown(wide, tmp_path, 0)
    assert one.judge.seen.faults == []
    kept = {one.sower.of[mark] for mark in one.held}
    assert {number for _, number in kept} == set(range(len(PAYLOADS)))
    assert len({place for place, _ in kept}) >= FIELDS
    shown = {one.sower.of[mark][0] for mark in one.held & one.judge.seen.shown}
    assert len(shown) >= FIELDS - 10
    assert one.judge.seen.pages > 1_000


@pytest.mark.soak
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("numbers", HALVES, ids=["one-half", "the-other"])
def test_every_field_that_keeps_texts_meets_every_string(
    wide: Flask, sqlite: Database, tmp_path: Path, numbers: range
) -> None:
    turns = Turns(Round(wide, tmp_path), sqlite, numbers)
    turns.run()
    print(turns.said())
    assert turns.one.judge.seen.faults == []
    assert not turns.met.waits()
    assert len(turns.met.keepers) >= FIELDS
    assert turns.shown() >= NEARLY_ALL


def plant(app: Flask, monkeypatch: pytest.MonkeyPatch, name: str, was: str, now: str) -> None:
    """Another template in its place, as a careless change would leave it."""
    env = app.jinja_env
    source = env.loader.get_source(env, name)[0]
    assert was in source
    monkeypatch.setattr(
        env, "loader", ChoiceLoader([DictLoader({name: source.replace(was, now)}), env.loader])
    )
    monkeypatch.setattr(env, "cache", {})


def names_of_households(app: Flask, folder: Path) -> Round:
    one = Round(app, folder, 0)
    form = next(form for form in one.known_forms() if form[1].endpoint == "farms.add_household")
    for number in range(8):  # none of them swallows what follows
        one.sower.only = [number]
        one.sow([form])
    one.judge.seen.faults.clear()
    return one


def test_a_field_that_is_not_escaped_is_found(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = names_of_households(app, tmp_path)
    plant(app, monkeypatch, "cooperative/registry/parts.html", "{{ item.title }}", "{{ item.title | safe }}")
    one.judge.look(one.client(Role.COOP_MANAGER).get("/htx/ho"), "/htx/ho")
    assert len(one.judge.seen.faults) >= 8


def test_a_page_without_its_policy_is_found(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = names_of_households(app, tmp_path)
    manager = one.client(Role.COOP_MANAGER)
    one.judge.look(manager.get("/htx/ho"), "/htx/ho")
    assert one.judge.seen.faults == []
    monkeypatch.setattr(headers, "POLICY", "default-src 'none'; script-src {scripts} 'unsafe-inline'{forms}")
    one.judge.look(manager.get("/htx/ho"), "/htx/ho")
    assert [fault.split(":")[1] for fault in one.judge.seen.faults] == [" policy", " policy"]
