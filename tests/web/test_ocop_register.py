"""The public register of OCOP: what is in force today and nothing else, in four languages, for caches."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import world
from tests.units import HA_BAC
from trace.db import reading, transaction
from trace.records.product import OcopRating
from trace.services import today
from trace.services.ocop_ending import endings
from trace.services.rules import load_defaults
from trace.standards.local_time import local_day
from trace.standards.search_key import fold_vi

TODAY = local_day(datetime.now(UTC))
STEPS = (90, 30, 7)


def rated(
    now: datetime, stars: int = 4, left: int = 400, name: str = "Vải thiều", **of_org: str
) -> world.Coop:
    with transaction() as session:
        coop = world.make_coop(session, now, **of_org)
        coop.product.name, coop.product.ocop_group = name, 1
        coop.product.search_key = fold_vi(name)
        rate(session, now, coop, stars, left)
        return coop


def rate(session: object, now: datetime, coop: world.Coop, stars: int, left: int) -> None:
    row = OcopRating(product_id=coop.product.id, stars=stars, score=75.0, created_at=now)
    row.decision_number, row.valid_to = f"QĐ-{left}", TODAY + timedelta(days=left)
    row.decided_on = min(TODAY, row.valid_to) - timedelta(days=30)
    world.add(session, row)


def test_only_ratings_of_three_stars_in_force_stand_in_it(client: FlaskClient, now: datetime) -> None:
    shown = rated(now, left=0, name="Vải chín")
    for stars, left, name in ((2, 400, "Hai sao"), (4, -1, "Hết hạn")):
        rated(now, stars, left, name)
    hidden = rated(now, name="Đã nghỉ bán")
    with transaction() as session:
        session.merge(hidden.product).is_active = False
    page = client.get("/ocop").text
    assert f'href="/sp/{shown.product.public_id}"' in page
    assert page.count('href="/sp/') == 1
    assert shown.household.name not in page
    assert shown.household.code not in page


def test_it_is_sifted_by_name_without_marks_stars_group_and_either_commune(
    client: FlaskClient, now: datetime
) -> None:
    one = rated(now, 4, name="Bánh đậu xanh")
    two = rated(now, 5, name="Mật ong", commune_code=HA_BAC)
    asked = {"?q=mat ong": two, "?sao=4": one, "?xa=ha bac": two, "?sao=5&nhom=1": two}
    for address, coop in asked.items():
        page = client.get(f"/ocop{address}").text
        assert page.count('href="/sp/') == 1, address
        assert coop.product.public_id in page, address
    assert 'href="/sp/' not in client.get("/ocop?nhom=6").text
    assert client.get("/ocop?sao=99&nhom=x&trang=-3").status_code == 200


@pytest.mark.parametrize(
    ("lang", "said"), [("vi", "Danh mục"), ("en", "Register"), ("ja", "OCOP製品"), ("zh", "OCOP产品")]
)
def test_it_speaks_four_languages_and_caches_keep_what_sets_no_cookie(
    client: FlaskClient, now: datetime, lang: str, said: str
) -> None:
    rated(now)
    chosen = client.get(f"/ocop?lang={lang}")
    assert said in chosen.text
    assert "public" not in chosen.headers["Cache-Control"]
    plain = Flask.test_client(client.application).get("/ocop", headers={"Accept-Language": lang})
    assert said in plain.text
    assert plain.headers["Cache-Control"] == "public, max-age=600"
    assert {"Accept-Language", "Cookie"} <= set(plain.headers["Vary"].replace(" ", "").split(","))
    assert "Set-Cookie" not in plain.headers


def test_a_rating_is_reminded_of_in_steps_until_a_later_decision(app: Flask, now: datetime) -> None:
    lefts = {90: 90, 31: 90, 30: 30, 7: 7, 0: 7}
    coops = {left: rated(now, left=left) for left in (*lefts, 91, -1)}
    with reading() as session:
        found = endings(session, world.actor_of(_office(now)), TODAY, STEPS)
        assert [(one.days_left, one.step) for one in found] == sorted(lefts.items())
        own = endings(session, coops[30].boss, TODAY, STEPS)
        assert [one.product.id for one in own] == [coops[30].product.id]
        mine = today.todos(session, coops[30].boss, datetime.now(UTC), STEPS)
        assert [one.subject for one in mine if one.kind == "ocop"] == [coops[30].product.public_id]
    with transaction() as session:
        rate(session, now, coops[30], 4, 1000)
    with reading() as session:
        assert endings(session, coops[30].boss, TODAY, STEPS) == []


def _office(now: datetime) -> object:
    with transaction() as session:
        return world.make_office(session, now)


def test_the_office_sees_what_ends_and_enters_the_next_decision_with_its_level(
    client: FlaskClient, now: datetime
) -> None:
    coop = rated(now, left=5, name="Vải thiều")
    world.sign_in(client, _office(now))
    page = client.get("/so/ocop").text
    assert f"san-pham={coop.product.public_id}" in page
    form = client.get(f"/so/ocop/moi?san-pham={coop.product.public_id}").text
    assert f'value="{coop.product.public_id}" selected' in form
    values = {"product": coop.product.public_id, "stars": "4", "score": "80", "level": "province"}
    values |= {
        "decision_number": "12/QĐ-UBND",
        "issuer": "UBND thành phố",
        "decided_on": f"{TODAY:%d/%m/%Y}",
    }
    with transaction() as session:
        load_defaults(session)
    assert client.post("/so/ocop/moi", data=values).status_code == 303
    page = client.get("/so/ocop").text
    assert "UBND thành phố" in page
    assert "còn 5 ngày" not in page
    assert client.post("/so/ocop/moi", data={**values, "level": "galaxy"}).status_code == 422
