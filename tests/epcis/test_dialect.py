"""How programs are spoken to: versions, content types, OPTIONS, exceptions; and who is let in."""

import re
from pathlib import Path

import pytest

import nongsan
from tests import world
from tests.epcis.client import Program, document, seen, token_of
from tests.epcis.conftest import Two
from trace.db import transaction
from trace.records.account import Role
from trace.services import api_tokens
from trace.services.epcis import flexible
from trace.services.epcis.parameters import _CONDITIONS
from trace.standards.epcis.units import UNITS

ADDRESSES = {
    "/": {"GET"}, "/capture": {"GET", "POST"}, "/capture/x": {"GET"}, "/events": {"GET", "POST"},
    "/events/urn:x:a": {"GET"}, "/eventTypes": {"GET"}, "/eventTypes/ObjectEvent": {"GET"},
    "/eventTypes/ObjectEvent/events": {"GET"}, "/epcs": {"GET"}, "/epcs/urn:x:a": {"GET"},
    "/epcs/urn:x:a/events": {"GET"}, "/bizSteps": {"GET"}, "/bizLocations": {"GET"}, "/readPoints": {"GET"},
    "/dispositions": {"GET"}, "/queries": {"GET", "POST"}, "/queries/q": {"GET", "DELETE"},
    "/queries/q/events": {"GET"}, "/queries/q/subscriptions": {"GET", "POST"},
    "/queries/q/subscriptions/s": {"GET", "DELETE"}, "/nextPageToken/t": {"DELETE"},
}  # fmt: skip
GS1 = {
    "GS1-EPCIS-Version": "2.0.1", "GS1-EPCIS-Min": "2.0.0", "GS1-EPCIS-Max": "2.0.1",
    "GS1-CBV-Version": "2.0.0", "GS1-CBV-Min": "2.0.0", "GS1-CBV-Max": "2.0.0",
    "GS1-EPC-Format": "Never_Translates",
}  # fmt: skip


def test_options_tell_what_each_address_takes_and_which_versions_are_spoken(two: Two) -> None:
    for path, methods in ADDRESSES.items():
        answer = two.mine.options(path)
        assert answer.status_code == 204, path
        assert methods <= set(answer.headers["Allow"].split(", ")), path
        assert {name: answer.headers[name] for name in GS1} == GS1
        assert int(answer.headers["GS1-EPCIS-Capture-Limit"]) >= 500


def test_every_answer_carries_the_headers(two: Two) -> None:
    for answer in (two.mine.get("/events"), two.mine.event("urn:x:z"), two.mine.get("/events", goods="x")):
        assert {name: answer.headers[name] for name in GS1} == GS1


def test_the_top_names_what_there_is(two: Two) -> None:
    assert {f"/{name}" for name in two.mine.get("/").json["member"]} <= set(ADDRESSES)
    assert len(two.mine.get("/").json["member"]) == 9


@pytest.mark.parametrize(
    ("said", "status", "got"),
    [
        ({"Accept": "application/json"}, 200, "application/json"),
        ({"Accept": "application/ld+json"}, 200, "application/ld+json"),
        ({"Accept": "*/*"}, 200, "application/json"),
        ({"Accept": "application/xml"}, 406, "application/problem+json"),
        ({"Accept": "text/html, application/json;q=0.5"}, 200, "application/json"),
        ({"GS1-EPCIS-Min": "1.2", "GS1-EPCIS-Max": "2.0"}, 200, "application/json"),
        ({"GS1-EPCIS-Min": "2.0.1"}, 200, "application/json"),
        ({"GS1-EPCIS-Max": "1.2"}, 406, "application/problem+json"),
        ({"GS1-EPCIS-Min": "3"}, 406, "application/problem+json"),
        ({"GS1-CBV-Min": "2.1"}, 406, "application/problem+json"),
        ({"GS1-EPCIS-Min": "newest"}, 406, "application/problem+json"),
        ({"GS1-EPC-Format": "No_Preference"}, 200, "application/json"),
        ({"GS1-EPC-Format": "Always_EPC_URN"}, 406, "application/problem+json"),
    ],
)
def test_what_is_asked_in_another_form_is_refused(
    two: Two, said: dict[str, str], status: int, got: str
) -> None:
    answer = two.mine.get("/events", said)
    assert (answer.status_code, answer.mimetype) == (status, got)
    if status == 406:
        assert answer.json["type"] == "epcisException:NotAcceptableException"


@pytest.mark.parametrize("sent", ["application/xml", "text/plain", "application/x-www-form-urlencoded", ""])
def test_only_json_is_read(two: Two, sent: str) -> None:
    answer = two.mine.post("/capture", document(seen()), {"Content-Type": sent})
    assert answer.status_code == 415
    assert answer.json["type"] == "epcisException:UnsupportedMediaTypeException"
    assert (
        two.mine.post("/capture", document(seen()), {"Content-Type": "application/ld+json"}).status_code
        == 202
    )


def test_epcs_are_written_as_links_where_a_program_wants_them(two: Two) -> None:
    urn = "urn:epc:id:sgtin:0614141.107346.7"
    two.mine.capture(document(seen(1, epcList=[urn], eventID="urn:x:a")))
    asked = {"GS1-EPC-Format": "Always_GS1_Digital_Link"}
    as_link = two.mine.get("/events", asked).text
    assert urn not in as_link
    assert "https://id.gs1.org/01/10614141073464/21/7" in as_link
    assert urn in two.mine.get("/events").text


def test_nobody_is_let_in_without_a_token_that_holds(two: Two) -> None:
    with transaction() as session:
        api_tokens.revoke_tokens(session, two.other.manager.id, two.coop.org.created_at)
    signed_in = Program(two.app)
    world.sign_in(signed_in.client, two.coop.manager)
    for program in (two.nobody, two.theirs, Program(two.app, "ns_made-up"), signed_in):
        for answer in (
            program.get("/events"),
            program.post("/capture", document(seen())),
            program.options("/"),
        ):
            assert answer.status_code == 401
            assert answer.json["type"] == "epcisException:SecurityException"
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_each_role_may_what_the_policy_says(two: Two) -> None:
    with transaction() as session:
        now, org = two.coop.org.created_at, two.coop.org.id
        farmer = {"org_id": org, "household_id": two.coop.household.id}
        bound = {Role.COOP_STAFF: {"org_id": org}, Role.FARMER: farmer, Role.ADMIN: {}}
        accounts = {role: world.make_account(session, now, role, **given) for role, given in bound.items()}
        programs = {role: Program(two.app, token_of(session, one, now)) for role, one in accounts.items()}
    programs |= {Role.COOP_MANAGER: two.mine, Role.OFFICE: two.office}
    said = {
        role: (program.get("/events").status_code, program.post("/events", seen(n)).status_code)
        for n, (role, program) in enumerate(programs.items())
    }
    assert said == {
        Role.COOP_STAFF: (200, 201),
        Role.COOP_MANAGER: (200, 201),
        Role.OFFICE: (200, 403),
        Role.FARMER: (403, 403),
        Role.ADMIN: (403, 403),
    }


def test_an_address_that_is_none_is_answered_in_the_same_words(two: Two) -> None:
    for answer in (two.mine.get("/nothing"), two.mine.get("/capture/x"), two.mine.event("urn:x:z")):
        assert answer.status_code == 404
        assert answer.mimetype == "application/problem+json"
    wrong = two.mine.client.put("/epcis/events", headers=two.mine.headers)
    assert wrong.status_code == 405
    assert "GET" in wrong.headers["Allow"]


def test_websockets_are_refused_and_it_is_said_what_to_do_instead(two: Two) -> None:
    two.mine.post("/queries", {"name": "q", "query": {}})
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade"}
    answer = two.mine.get("/queries/q/events", upgrade)
    assert answer.status_code == 501
    assert answer.json["type"] == "epcisException:ImplementationException"
    assert "webhook" in answer.json["detail"]


def test_a_long_question_is_refused(two: Two) -> None:
    answer = two.mine.get("/events", MATCH_epc="urn:x:" + "a" * 9_000)
    assert answer.status_code == 414
    assert answer.json["type"] == "epcisException:URITooLongException"


def test_refusals_speak_the_programs_language(two: Two) -> None:
    said = [
        two.mine.get("/events", {"Accept-Language": lang}, goods="x").json["title"] for lang in ("vi", "en")
    ]
    assert said == ["Ở đây không có tham số goods", "The parameter goods is not offered here"]


def test_the_page_about_it_names_every_parameter_and_every_address() -> None:
    said = (Path(nongsan.ROOT) / "docs" / "epcis.md").read_text(encoding="utf-8")
    offered = {*_CONDITIONS, *flexible.NAMED}
    assert sorted(name for name in offered if f"`{name}`" not in said) == []
    claimed = set(re.findall(r"`((?:EQ|GE|GT|LE|LT|WD|MATCH|EXISTS)_\w+)`", said))
    assert sorted(claimed - offered) == []
    assert sorted(unit for unit in UNITS if f"`{unit}`" not in said) == []
    assert [path for path in ("/capture", "/events", "/queries", "/nextPageToken") if path not in said] == []
