"""What a phone is given for when there is no network, and how its queue is answered."""

import base64
import hashlib
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import world
from tests.services import farm
from trace.db import transaction
from trace.records.account import Account, Role
from trace.web import before, offline

QUEUED = {"X-Queued": "1"}


@pytest.fixture
def coop(app: Flask) -> world.Coop:
    with transaction() as session:
        return farm.found(session, datetime.now(UTC))


@pytest.fixture
def boss(coop: world.Coop) -> Account:
    with transaction() as session:
        return world.make_account(session, datetime.now(UTC), Role.COOP_MANAGER, org_id=coop.org.id)


@pytest.fixture
def phone(app: Flask, boss: Account) -> FlaskClient:
    return world.sign_in(app.test_client(), boss)


def worker(client: FlaskClient) -> tuple[str, dict[str, object]]:
    """The worker's text, and what stands before it."""
    answer = client.get("/htx/trong-may.js")
    assert answer.headers["Service-Worker-Allowed"] == "/htx"
    head = dict(re.findall(r"^const (VERSION|SHEETS|PARTS|HEAVY|PAGES) = (.+);$", answer.text, re.MULTILINE))
    return answer.text, {name: json.loads(value) for name, value in head.items()}


def test_the_worker_keeps_every_part_that_its_pages_ask_for(client: FlaskClient, phone: FlaskClient) -> None:
    _, told = worker(client)
    every = {*told["SHEETS"], *told["PARTS"], *told["HEAVY"]}
    assert all(client.get(part).status_code == 200 for part in every)
    sizes = {part: len(client.get(part).data) for part in told["PARTS"]}
    assert max(sizes.values()) < 100_000  # nothing heavy stands between a bad network and the pages
    for page in told["PAGES"]:
        answer = phone.get(page)
        assert answer.status_code == 200
        asked = re.findall(r'(?:src|href)="(/static/[^"#?]+)', answer.text)
        assert {one for one in asked if not one.endswith(".png")} <= every


def test_another_file_is_another_version_of_the_worker(tmp_path: Path) -> None:
    (tmp_path / "offline").mkdir()
    (tmp_path / "a.css").write_text("p{}")
    before = offline._parts(tmp_path)
    (tmp_path / "a.css").write_text("p{color:red}")
    offline._parts.cache_clear()
    after = offline._parts(tmp_path)
    assert before[0] == after[0] == ["a.css"]
    assert before[1] != after[1]
    offline._parts.cache_clear()


def test_a_phone_finds_name_and_pictures_of_the_app(client: FlaskClient) -> None:
    told = client.get("/htx/ung-dung.webmanifest?lang=vi")
    assert told.content_type == "application/manifest+json"
    assert told.json["start_url"] == told.json["scope"] == "/htx"
    assert {one["sizes"] for one in told.json["icons"]} == {"192x192", "512x512"}
    assert all(client.get(one["src"]).status_code == 200 for one in told.json["icons"])


def test_leave_to_send_names_the_account_and_nobody_else_gets_it(
    client: FlaskClient, phone: FlaskClient, boss: Account
) -> None:
    assert phone.get("/htx/chua-gui/dau").json["account"] == str(boss.id)
    assert client.get("/htx/chua-gui/dau", headers={"Accept": "application/json"}).status_code == 403


def test_a_queue_is_told_where_its_lot_is_the_second_time_as_the_first(
    phone: FlaskClient, coop: world.Coop
) -> None:
    form = {"plot_id": coop.plot.id, "weight_g": "120", "when": "today", "request_id": "a0b1c2d3e4f5"}
    first = phone.post("/htx/lo/moi", data=form, headers=QUEUED)
    assert (first.status_code, first.headers["X-Queued"]) == (200, "done")
    again = phone.post("/htx/lo/moi", data=form, headers=QUEUED)
    assert again.json == first.json
    page = phone.get(first.json["to"]).text
    assert "120" in page
    assert "ghi ở lần gửi trước" not in page
    other = phone.post("/htx/lo/moi", data={**form, "weight_g": "121"}, headers=QUEUED)
    assert other.status_code == 409
    assert "X-Queued" not in other.headers


def test_a_queue_is_refused_in_the_words_of_the_page(phone: FlaskClient, coop: world.Coop) -> None:
    form = {"plot_id": coop.plot.id, "weight_g": "nhiều", "when": "today", "request_id": "a0b1c2d3e4f6"}
    answer = phone.post("/htx/lo/moi", data=form, headers=QUEUED)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_a_person_is_led_as_before(phone: FlaskClient, coop: world.Coop) -> None:
    form = {"plot_id": coop.plot.id, "weight_g": "120", "when": "today", "request_id": "a0b1c2d3e4f7"}
    assert phone.post("/htx/lo/moi", data=form).status_code == 303


def test_only_the_page_with_the_camera_may_run_compiled_code(phone: FlaskClient) -> None:
    policies = {path: phone.get(path).headers["Content-Security-Policy"] for path in offline.PAGES}
    assert [path for path, said in policies.items() if "wasm" in said] == ["/htx/tem/kich-hoat"]
    assert f"script-src 'self' {before.source()} 'wasm-unsafe-eval';" in policies["/htx/tem/kich-hoat"]


def test_working_pages_begin_with_the_lines_their_policy_names(phone: FlaskClient) -> None:
    answer = phone.get("/htx/lo/moi")
    (script,) = re.findall(r"<script>(.*?)</script>", answer.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in answer.headers["Content-Security-Policy"]
