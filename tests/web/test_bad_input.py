"""Whatever is sent: never an error of ours, and where it is refused, nothing is written."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import settings as bounds
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import SQLModel
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests import world
from tests.application import application
from tests.web import grounds
from trace.db import Database, reading
from trace.records.account import Role
from trace.settings import Settings

LONG = ("x" * 10_000, "z" * 170, "5" * 40, "🥭" * 65)
JUNK = (
    *LONG,
    "",
    " ",
    "a\0b",
    "-1",
    "NaN",
    "Infinity",
    "1e400",
    "²",
    "१२",
    "1,5,5",
    str(2**31),
    str(2**63 - 1),
    str(2**63),
    "0000-00-00",
    "0001-01-01",
    "9999-12-31",
    "31/12/9999",
    "1/1/0001",
    "29/02/2027",
    "\u202eמזון\u2066",
    "e\u0301\u0323" * 20,
    "👩‍🌾",
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "%s%n{0}{{7*7}}",
    "[]",
    "true",
    "\r\n\t",
    "\ufeff\ufffe",
)
ASKED = (
    "q", "state", "before", "lot", "kind", "next", "thua", "dinh-chinh", "kg", "ma", "tu", "den", "nhom",
    "san", "htx", "xa", "sp", "loai", "first", "last", "start_cell", "stock", "format", "lang", "code",
    "shop_id", "public_id", "block", "form", "endpoint", "values", "_scheme", "_external", "_anchor",
)  # fmt: skip
"""Names that pages ask for, names of parts of addresses, and names that Flask's ``url_for`` hears."""
WORST = (LONG[0], "a\0b", str(2**63), *LONG[1:], str(2**31), "NaN")
"""What a database refuses that holds columns to their lengths and kinds; the first three, what any does."""
QUESTIONS = ("a\0b", "x" * 3_000, "9" * 40, "-1", "²", "9999-12-31", "[")
PLACES = ("sau", "truoc", "nguon", "nam", "before", "trang", "to")
"""Where a list goes on: asked alone, for beside other junk a page refuses that first."""
ALONE = (dict.fromkeys(PLACES, str(2**63)), dict.fromkeys(PLACES, "-" + "9" * 40), {"den": "0001-01-01"})
FORBIDDEN = 403
SLOW = {"imports.upload", "imports.write", "office_plan_imports.upload", "office_plan_imports.write"}
SLOW |= {"office_ocop_imports.upload", "office_ocop_imports.write"}
SLOW |= {"organisation_imports.upload", "organisation_imports.write"}
SLOW |= {"office_training_imports.upload", "office_training_imports.write"}
"""Start a process of their own each time; tests of imports feed them."""


class Sender:
    """A signed-in account that may do much, and the rows there are."""

    def __init__(self, app: Flask, laid: grounds.Grounds) -> None:
        assert laid.account is not None
        self.app, self.laid, self.faults, self.known = app, laid, list[str](), rows()
        with reading() as session:
            self.is_strict = session.get_bind().dialect.name == "postgresql"
        self.client: FlaskClient = world.sign_in(app.test_client(), laid.account)

    def routes(self, *methods: str) -> Iterator[tuple[Rule, str]]:
        for rule, method in grounds.routes(self.app):
            if method in methods and rule.endpoint not in {*SLOW, "account.sign_out"}:
                yield rule, method

    def path(self, rule: Rule) -> str:
        own = {name: grounds.value_of(rule, name, self.laid.own) for name in rule.arguments}
        return grounds.address(self.app, rule, own)

    def is_open(self, rule: Rule) -> bool:
        """Whether the role may use the route: a closed door reads no field, so one junk is enough there."""
        form = dict.fromkeys(grounds.form_of(rule, self.laid.own), WORST[1])
        return self.send(rule, form, data=form).status_code != FORBIDDEN

    def send(self, rule: Rule, what: object, **sent: object) -> TestResponse:
        """Send to a route; a refusal has written nothing, and no answer is an error of ours."""
        answer = self.client.post(self.path(rule), **sent)
        before, self.known = self.known, rows()
        if answer.status_code >= 500:
            self.faults.append(f"{rule.rule} {str(what)[:160]} answered {answer.status_code}")
        elif answer.status_code >= 400 and self.known != before:
            self.faults.append(f"{rule.rule} {str(what)[:160]} was refused and written")
        return answer

    def verdict(self) -> None:
        assert not self.faults, "\n".join(self.faults)


COUNTED = sorted({*SQLModel.metadata.tables} - {*grounds.PASSING, "admin_unit"})
HOW_MANY = text(" UNION ALL ".join(f"SELECT '{name}', count(*) FROM \"{name}\"" for name in COUNTED))


def rows() -> list[tuple[str, int]]:
    with reading() as session:
        return sorted((name, n) for name, n in session.connection().execute(HOW_MANY))


@pytest.fixture(params=[Role.COOP_MANAGER, Role.OFFICE], ids=lambda role: role.value)
def role(request: pytest.FixtureRequest) -> Role:
    found: Role = request.param
    return found


@pytest.fixture
def sender(sqlite: Database, settings: Settings, tmp_path: Path, role: Role) -> Sender:
    app = application(settings)
    return Sender(app, grounds.lay_out(app, tmp_path, datetime.now(UTC), role))


@pytest.fixture
def either(database: Database, settings: Settings, tmp_path: Path, role: Role) -> Sender:
    app = application(settings)
    return Sender(app, grounds.lay_out(app, tmp_path, datetime.now(UTC), role))


def test_no_field_takes_what_the_database_refuses(either: Sender) -> None:
    """One wrong field in a form that is fine, on both databases: lengths, NUL, numbers beyond any row's."""
    worst = WORST if either.is_strict else WORST[:3]
    sent = 0
    for rule in (rule for rule, _ in either.routes("POST") if either.is_open(rule)):
        for name in grounds.form_of(rule, either.laid.own):
            for junk in worst:
                form = {**grounds.form_of(rule, either.laid.own), name: junk}
                either.send(rule, {name: junk}, data=form)
                sent += 1
    either.verdict()
    assert sent > 300


def test_any_mixture_of_junk_is_refused_or_understood(sender: Sender) -> None:
    for rule in (rule for rule, _ in sender.routes("POST") if sender.is_open(rule)):
        mixtures_for(sender, rule)()
    sender.verdict()


def mixtures_for(sender: Sender, rule: Rule) -> Callable[[], None]:
    """A few drawn mixtures for one route, the same in every run."""
    names = sorted(grounds.form_of(rule, sender.laid.own))
    wrongs = st.dictionaries(st.sampled_from(names), st.sampled_from(JUNK) | st.text(max_size=40), min_size=1)

    @bounds(max_examples=6, derandomize=True, database=None)
    @given(wrongs, st.booleans())
    def try_it(wrong: dict[str, str], whole: bool) -> None:
        sent = {**(grounds.form_of(rule, sender.laid.own) if whole else {}), **wrong}
        sender.send(rule, sent, data=sent)

    return try_it


def test_other_shapes_of_a_body_are_refused_or_read_as_empty(sender: Sender) -> None:
    for rule, _ in sender.routes("POST"):
        form = grounds.form_of(rule, sender.laid.own)
        names = [*form, "csrf_token", "unknown"]
        for how in (
            {"json": form},
            {"json": [form]},
            {"data": b"{}", "content_type": "text/plain"},
            {"data": b"\xff\xfe=%ff&" + b"&".join(n.encode() + b"=%ff%00" for n in names)},
            {"data": b"x", "content_type": "multipart/form-data"},
            {"data": b"x", "content_type": "multipart/form-data; boundary=nowhere"},
            {"data": {f"{n}[]": "1" for n in names}},
            {"data": [(n, v) for n in names for v in ("1", "2")]},
            {"data": dict.fromkeys(names, (b"", "a.bin")), "content_type": "multipart/form-data"},
        ):
            if "data" in how and "content_type" not in how:
                how["content_type"] = "application/x-www-form-urlencoded"
            if isinstance(how.get("data"), list):
                how["data"] = "&".join(f"{n}={v}" for n, v in how["data"])
            sender.send(rule, how, **how)
    sender.verdict()


def test_questions_in_an_address_are_answered_or_refused(either: Sender) -> None:
    for rule, _ in either.routes("GET"):
        if rule.endpoint.startswith("imports."):
            continue
        path = either.path(rule)
        for asked in (*(dict.fromkeys(ASKED, junk) for junk in QUESTIONS), *ALONE):
            answer = either.client.get(path, query_string=asked)
            if answer.status_code >= 500:
                either.faults.append(f"{rule.rule} ?{str(asked)[:80]} answered {answer.status_code}")
    either.verdict()
