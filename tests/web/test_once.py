"""Every form that does something does it once, however often it is sent, and takes no other content then."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.routing import Rule

import nongsan
from tests import world
from tests.web import grounds, kills
from trace.db import reading
from trace.records.account import Role
from trace.records.lot import Lot
from trace.services.admission import POLICY

NO_ACTS = {"account.sign_in", "account.sign_out", "farms.contact", "hooks.take_push"}
NO_ACTS |= {"personal.export", "office_personal.export"}
"""Sessions, a look at what is sealed, and programs with ids of their own."""
DONE = {
    Role.COOP_MANAGER: {
        "certificates.add", "diary.create", "farms.add_household", "farms.add_plot", "lots.create",
        "lot_corrections.correct",
        "carrier_account.set_hook",
        "photos.add_to_entry", "photos.add_to_lot", "photos.remove",
        "printing.order", "products.add", "products.add_picture", "products.propose", "sites.add_area",
        "shipments.conclude", "sites.add_house", "shops.map_listing", "stamps.void",
    },
    Role.OFFICE: {
        "office_ocop.add", "office_plan_imports.upload", "office_plans.add", "office_plans.withdraw",
        "office_training.add",
        "office_recalls.open_recall", "office_rules.add", "organisations.add",
        "organisations.save",
    },
}  # fmt: skip
"""What the grounds have material for at least; other acts may be refused because of the acts before them."""
SHEETS = {
    "imports.upload": "sku,name,unit\nA1,Vải,1 kg\n",
    "office_plan_imports.upload": "Xã,Cây trồng,Từ ngày,Đến ngày,Sản lượng,Diện tích\n",
    "office_training_imports.upload": "Mã hộ,Ngày,Tên buổi,HTX\n",
    "office_ocop_imports.upload": "HTX,Sản phẩm,Số sao,Điểm,Số quyết định,Ngày quyết định\n",
    "organisation_imports.upload": "Loại đơn vị,Tên đơn vị,Xã\n",
}
OWN_WAYS = {"account.py", "checking.py", "farms.py", "hooks.py", "once.py", "shop_connect.py"}
OWN_WAYS |= {
    "personal_pages.py",
    "problem_pages.py",
    "sending.py",
    "carrier_calls.py",
    "carrier_hooks.py",
    "shipment_booking.py",
    "shipments.py",
    "own_password.py",
    "own_factor.py",
    "pages.py",
    "phone_pages.py",
    "sign_in_code.py",
    "visitor.py",
}
"""Files that open a transaction themselves: programs, sessions and their use, wrong passwords and codes,
scans, a look at what is sealed, a shop's return, what came of a call to a carrier that an act had written
down before, and reports of people without an account, known by their form's mark (``test_problems.py``)."""


def test_no_page_writes_past_the_keys() -> None:
    rooms = Path(nongsan.ROOT) / "trace" / "web"
    guilty = {
        path.name for path in rooms.rglob("*.py") if "with transaction()" in path.read_text(encoding="utf-8")
    }
    assert guilty == OWN_WAYS


def acts(app: Flask, role: Role) -> list[Rule]:
    table = app.extensions["policy"]
    return [
        rule
        for rule, method in grounds.routes(app)
        if method == "POST"
        and not grounds.is_for_programs(app, rule)
        and rule.endpoint not in NO_ACTS
        and role in POLICY.get(table[rule.endpoint], ())
    ]


def file_for(endpoint: str) -> dict[str, object]:
    if endpoint in SHEETS:
        return {"file": (io.BytesIO(SHEETS[endpoint].encode()), "tep.csv")}
    if endpoint in {"products.add_picture", "photos.add_to_lot", "photos.add_to_entry"}:
        picture = io.BytesIO()
        Image.new("RGB", (400, 400), "red").save(picture, "PNG")
        picture.seek(0)
        return {"image": (picture, "vai.png")}
    return {}


@pytest.mark.parametrize("role", [Role.COOP_MANAGER, Role.OFFICE])
def test_every_act_sent_twice_is_done_once_and_answered_alike(app: Flask, tmp_path: Path, role: Role) -> None:
    laid = grounds.lay_out(app, tmp_path, datetime.now(UTC), role)
    client = world.sign_in(app.test_client(), laid.account)
    done, refused = set(), {}
    for rule in acts(app, role):
        path = grounds.address(
            app, rule, {name: grounds.value_of(rule, name, laid.own) for name in rule.arguments}
        )
        form = grounds.form_of(rule, laid.own)
        first = client.post(path, data={**form, **file_for(rule.endpoint)})
        if first.status_code != 303:
            refused[rule.endpoint] = first.status_code
            continue
        before = grounds.dump()
        again = client.post(path, data={**form, **file_for(rule.endpoint)})
        assert (again.status_code, again.location) == (303, first.location), rule.endpoint
        other = client.post(path, data={**form, **file_for(rule.endpoint), "note": "khác"})
        assert other.status_code == 409, rule.endpoint
        assert grounds.changed(before, grounds.dump()) == [], rule.endpoint
        done.add(rule.endpoint)
    assert done >= DONE[role], refused
    assert set(refused.values()) <= {404, 409, 422}, refused


@pytest.fixture
def hand(app: Flask, tmp_path: Path) -> tuple[FlaskClient, grounds.Estate]:
    laid = grounds.lay_out(app, tmp_path, datetime.now(UTC), Role.COOP_STAFF)
    return world.sign_in(app.test_client(), laid.account), laid.own


def harvest(estate: grounds.Estate, kg: str) -> dict[str, str]:
    values = {"plot_id": str(estate.coop.plot.id), "product": estate.coop.product.public_id}
    return {**values, "weight_g": kg, "when": "today", "other_day": "", "boxes": "", "twin": "new"}


def lots_of(estate: grounds.Estate) -> int:
    with reading() as session:
        return kills.rows(session, Lot, Lot.plot_id == estate.coop.plot.id)


def test_a_program_says_its_key_in_the_header(hand: tuple[FlaskClient, grounds.Estate]) -> None:
    client, own = hand
    before, key = lots_of(own), {"Idempotency-Key": "may-can-so-1.0001"}
    answers = [client.post("/htx/lo/moi", data=harvest(own, "480"), headers=key) for _ in range(2)]
    assert {(one.status_code, one.location) for one in answers} == {(303, answers[0].location)}
    other = client.post("/htx/lo/moi", data=harvest(own, "481"), headers=key)
    assert other.status_code == 409
    assert "may-can-so-1.0001" in other.text
    assert lots_of(own) == before + 1


@pytest.mark.parametrize("key", ["ngắn", "x" * 65, "7 chars", "a;b--'\"12"])
def test_a_key_that_is_none_writes_nothing(hand: tuple[FlaskClient, grounds.Estate], key: str) -> None:
    client, own = hand
    before = lots_of(own)
    answer = client.post("/htx/lo/moi", data={**harvest(own, "480"), "request_id": key})
    assert (answer.status_code, lots_of(own)) == (422, before)


def test_a_form_sent_again_with_other_content_can_be_sent_once_more(
    hand: tuple[FlaskClient, grounds.Estate],
) -> None:
    client, own = hand
    before, sent = lots_of(own), {"request_id": "quay-lai-0001"}
    client.post("/htx/lo/moi", data={**harvest(own, "480"), **sent})
    refused = client.post("/htx/lo/moi", data={**harvest(own, "300"), **sent})
    assert (refused.status_code, lots_of(own)) == (409, before + 1)
    assert "bấm nút một lần nữa" in refused.text
    fresh = kills.Browser.marks(refused.text, "/htx/lo/moi", ("request_id",))
    assert fresh != sent
    assert client.post("/htx/lo/moi", data={**harvest(own, "300"), **fresh}).status_code == 303
    assert lots_of(own) == before + 2


def test_a_refused_form_leaves_no_key(hand: tuple[FlaskClient, grounds.Estate]) -> None:
    client, own = hand
    sent = {"request_id": "sua-lai-0001"}
    assert client.post("/htx/lo/moi", data={**harvest(own, "không"), **sent}).status_code == 422
    assert client.post("/htx/lo/moi", data={**harvest(own, "480"), **sent}).status_code == 303
