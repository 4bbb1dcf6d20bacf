"""The work lists' pages: counts, filters, files, deciding by a form, and where an item's action is done."""

import re
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import world
from tests.services import farm, work_world
from tests.units import HA_BAC, THANH_HA
from trace.db import transaction
from trace.records.account import Role
from trace.records.organisation import Organisation
from trace.services.work_lists import history, listing
from trace.texts.catalogs import t


@pytest.fixture
def coop(app: Flask) -> world.Coop:
    now = datetime.now(UTC)
    with transaction() as session:
        made = farm.found(session, now)
        desk = work_world.office(session, now)
        for one in (made, world.make_coop(session, now, commune_code=HA_BAC, name="HTX bên sông")):
            work_world.one_of_each(desk, one)
        return made


def signed_in(client: FlaskClient, role: Role, **bound: object) -> FlaskClient:
    with transaction() as session:
        account = world.make_account(session, datetime.now(UTC), role, **bound)
    return world.sign_in(client, account)


@pytest.fixture
def office(client: FlaskClient, coop: world.Coop) -> FlaskClient:
    return signed_in(client, Role.OFFICE)


@pytest.mark.parametrize("slug", work_world.SLUGS)
def test_every_list_opens_in_every_view_and_every_form(office: FlaskClient, slug: str) -> None:
    rows = office.get(f"/so/viec.json?loai={slug}").json["rows"]
    assert len(rows) >= 2
    page = office.get(f"/so/viec?loai={slug}").text
    for row in rows:
        assert f"/so/viec/{row['key']}" in page
        assert office.get(f"/so/viec/{row['key']}").status_code == 200
    for view in ("cua-toi", "hoan", "xong"):
        assert office.get(f"/so/viec?loai={slug}&xem={view}").status_code == 200
        assert office.get(f"/so/viec.json?loai={slug}&xem={view}").json["rows"] == []
    for form in ("csv", "xlsx"):
        assert office.get(f"/so/viec.{form}?loai={slug}").status_code == 200
        assert office.get(f"/so/viec/{rows[0]['key']}.{form}").status_code == 200


def test_an_action_leads_where_it_is_done(office: FlaskClient) -> None:
    for slug in work_world.SLUGS:
        page = office.get(f"/so/viec?loai={slug}").text
        leads = [part.split('"')[0] for part in page.split('class="btn dense" href="')[1:]]
        assert leads or slug == "tem", slug  # the alarm's stamp is in no block
        assert [office.get(one.replace("&amp;", "&")).status_code for one in leads] == [200] * len(leads)


@pytest.mark.parametrize("role", [Role.COMMUNE_OFFICER, Role.DIGITAL_TEAM])
def test_where_an_officer_may_open_no_page_the_item_says_who_acts(
    client: FlaskClient, coop: world.Coop, role: Role
) -> None:
    with transaction() as session:
        session.get_one(Organisation, coop.org.id).phone = "0220 385 1234"
    person = signed_in(client, role, commune_code=THANH_HA)
    theirs = {"certificate", "seller", "shop", "stamp"}
    for slug in work_world.SLUGS:
        for row in person.get(f"/so/viec.json?loai={slug}").json["rows"]:
            kind = row["key"].partition("/")[0]
            says = kind in theirs
            for path in (f"/so/viec?loai={slug}", f"/so/viec/{row['key']}"):
                page = person.get(path).text
                assert not says or t("vi", f"work.acts.{kind}") in page, path
                assert ('href="tel:02203851234"' in page) == says, path
            link = page.partition('class="btn primary wide" href="')[2].partition('"')[0]
            assert bool(link) != says, kind
            assert says or person.get(link.replace("&amp;", "&")).status_code == 200, link


def test_files_carry_every_item_and_every_act(
    office: FlaskClient, coop: world.Coop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Portions are made small, so that three of them are asked for."""
    monkeypatch.setattr(listing, "A_PORTION", 2)
    monkeypatch.setattr(history, "A_PORTION", 2)
    monkeypatch.setattr(history, "SHOWN", 2)
    with transaction() as session:
        desk = work_world.office(session, datetime.now(UTC))
        for _ in range(4):
            work_world.held(desk, coop)
    rows = office.get("/so/viec.json?loai=tam-giu").json["rows"]
    assert len({row["key"] for row in rows}) == len(rows) == 6
    assert len(office.get("/so/viec.csv?loai=tam-giu").text.splitlines()) == 7
    path = f"/so/viec/{rows[0]['key']}"
    for number in range(5):
        said = {"act": "note", "note": f"Lần {number}", "seen": str(number)}
        assert office.post(path, data=said).status_code == 303
    notes = [f"Lần {number}" for number in range(4, -1, -1)]
    assert [one["note"] for one in office.get(f"{path}.json").json["rows"]] == notes
    assert [one["note"] for one in office.get("/so/viec/nhat-ky.json").json["rows"]] == notes


def test_the_example_of_a_day_to_put_off_to_would_be_taken(office: FlaskClient) -> None:
    key = office.get("/so/viec.json").json["rows"][0]["key"]
    page = office.get(f"/so/viec/{key}").text
    (example,) = re.findall(r'name="until"[^>]*placeholder="([^"]*)"', page)
    answer = office.post(f"/so/viec/{key}", data={"act": "snoozed", "until": example, "seen": "0"})
    assert answer.status_code == 303


def test_what_was_done_is_written_once_and_the_second_is_told(office: FlaskClient) -> None:
    (first, *_) = office.get("/so/viec.json?loai=tam-giu").json["rows"]
    path = f"/so/viec/{first['key']}"
    said = {"act": "done", "note": "Đã gọi chị Hoa", "seen": "0", "request_id": "mot-lan-thoi"}
    assert office.post(path, data=said).status_code == 303
    assert office.post(path, data=said).status_code == 303  # sent again
    late = office.post(path, data={"act": "note", "note": "Chậm", "seen": "0"})
    assert late.status_code == 409
    assert "Có người vừa ghi trước" in late.text
    assert first["name"] not in [one["name"] for one in office.get("/so/viec.json").json["rows"]]
    (deed,) = office.get("/so/viec/nhat-ky.json").json["rows"]
    assert (deed["name"], deed["note"]) == (first["name"], "Đã gọi chị Hoa")
    assert "Đã gọi chị Hoa" in office.get("/so/viec/nhat-ky").text
    assert "Đã gọi chị Hoa" in office.get(path).text


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"act": "snoozed", "until": "30/02/2027"}, "until"),
        ({"act": "snoozed", "until": ""}, "until"),
        ({"act": "snoozed", "until": "31/12/2030"}, "until"),
        ({"act": "assigned", "assignee": "987654"}, "assignee"),
        ({"act": "note", "note": " "}, "note"),
        ({"act": "bay"}, "act"),
    ],
)
def test_a_refused_form_says_why(office: FlaskClient, said: dict[str, str], field: str) -> None:
    key = office.get("/so/viec.json").json["rows"][0]["key"]
    answer = office.post(f"/so/viec/{key}", data={**said, "seen": "0"})
    assert answer.status_code == 422
    assert f"#f-{field}" in answer.text
    assert "2030-12-31" not in answer.text  # a day that was typed is said as it was typed
    assert office.get("/so/viec/nhat-ky.json").json["rows"] == []


@pytest.mark.parametrize("query", ["loai=x", "xem=x", "sau=x", "sau=hold~2026-01-01~1", "sau=hold~x~1"])
def test_an_address_that_asks_nothing_known_is_refused(office: FlaskClient, query: str) -> None:
    assert office.get(f"/so/viec?{query}").status_code == 422


def test_an_officer_decides_in_the_commune_alone(client: FlaskClient, coop: world.Coop) -> None:
    officer = signed_in(client, Role.COMMUNE_OFFICER, commune_code=THANH_HA)
    (row,) = officer.get("/so/viec.json").json["rows"]
    assert officer.post(f"/so/viec/{row['key']}", data={"act": "done", "seen": "0"}).status_code == 303
    for other in range(1, 5):
        path = f"/so/viec/hold/{other}"
        if path.endswith(row["key"]):
            continue
        assert officer.get(path).status_code == 404
        assert officer.post(path, data={"act": "done", "seen": "0"}).status_code == 404
    assert "HTX bên sông" not in officer.get("/so/viec").text


def test_a_digital_team_sees_and_does_not_decide(client: FlaskClient, coop: world.Coop) -> None:
    team = signed_in(client, Role.DIGITAL_TEAM, commune_code=THANH_HA)
    (row,) = team.get("/so/viec.json").json["rows"]
    assert 'name="act"' not in team.get(f"/so/viec/{row['key']}").text
    assert team.post(f"/so/viec/{row['key']}", data={"act": "done", "seen": "0"}).status_code == 403


def test_a_cooperative_sees_no_work_of_the_office(client: FlaskClient, coop: world.Coop) -> None:
    manager = world.sign_in(client, coop.manager)
    for path in ("/so/viec", "/so/viec.csv", "/so/viec/nhat-ky", "/so/viec/hold/1"):
        assert manager.get(path).status_code == 403


def test_the_overview_counts_what_waits_for_who_may_see_it(client: FlaskClient, coop: world.Coop) -> None:
    office = signed_in(client, Role.OFFICE)
    page = office.get("/so").text
    for slug in work_world.SLUGS:
        assert f'href="/so/viec?loai={slug}"' in page
    manager = world.sign_in(client, coop.manager)
    assert "/so/viec?loai=" not in manager.get("/so").text


def test_a_reminder_without_a_mail_server_says_so(office: FlaskClient) -> None:
    key = office.get("/so/viec.json?loai=het-han").json["rows"][0]["key"]
    answer = office.post(f"/so/viec/{key}/nhac", data={"seen": "0"})
    assert answer.status_code == 409
    assert "Chưa gửi được thư" in answer.text
