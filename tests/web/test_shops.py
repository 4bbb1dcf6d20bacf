"""Pages of shops: connect on the marketplace's own page, map, publish, look after; and whom they refuse."""

import hmac
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from sqlmodel import col

from marketplaces.pace import Pace
from tests import world
from tests.application import application
from tests.jobs.market import APP_ID, LISTINGS, SECRET, Market, figures, market_server, settings_for
from trace.db import Database, reading, transaction
from trace.jobs.desk import Desk
from trace.jobs.work import run_one
from trace.records.account import RequestKey
from trace.records.job import BadRecord, Job
from trace.records.shop import Listing, Shop, ShopState
from trace.services import bad_records, market_pushes


@pytest.fixture(scope="module")
def one_market() -> Iterator[Market]:
    with market_server() as market:
        yield market


@pytest.fixture
def market(one_market: Market) -> Market:
    one_market.control("reset")
    seeded(one_market)
    return one_market


def seeded(market: Market) -> Any:
    return market.control(
        "seed", name="HTX Vải Thanh Hà", app={"id": APP_ID, "secret": SECRET}, listings=LISTINGS
    )


@pytest.fixture
def site(sqlite: Database, market: Market, tmp_path: Path) -> Flask:
    return application(settings_for(market, tmp_path))


@pytest.fixture
def coop(site: Flask) -> world.Coop:
    with transaction() as session:
        return world.make_coop(session, datetime.now(UTC))


@pytest.fixture
def manager(site: Flask, coop: world.Coop) -> FlaskClient:
    return world.sign_in(site.test_client(), coop.manager)


@pytest.fixture
def desk(market: Market, tmp_path: Path) -> Desk:
    return Desk(settings_for(market, tmp_path), "test", pace=Pace(10_000.0, 1_000))


def agree(client: FlaskClient) -> str:
    """Leave for the marketplace, press its button there; where it sends the browser back to."""
    away = client.get("/htx/gian-hang/ket-noi/shopee")
    assert away.status_code == 302
    page = requests.get(away.location, timeout=120)
    assert page.status_code == 200, page.text
    shop = re.search(r'name="shop"[^>]*value="(\d+)"|value="(\d+)"', page.text)
    answer = requests.post(
        away.location, data={"shop": shop[1] or shop[2]}, allow_redirects=False, timeout=120
    )
    parts = urlsplit(answer.headers["Location"])
    return f"{parts.path}?{parts.query}"


def arrive(client: FlaskClient) -> tuple[int, str]:
    """Agree and come back: the shop, and the page one is led to."""
    answer = client.get(agree(client))
    assert answer.status_code == 303, answer.text
    return int(re.search(r"/gian-hang/(\d+)", answer.location)[1]), answer.location


def connect(client: FlaskClient) -> int:
    """Connect to the end, without a look at the orders before; what begins by itself is left undone."""
    shop_id, _page = arrive(client)
    assert client.post(f"/htx/gian-hang/{shop_id}/bat-dau").status_code == 303
    with transaction() as session:
        session.execute(delete(Job))
    return shop_id


def work_off(desk: Desk) -> list[str]:
    ends = []
    while end := run_one(desk):
        ends.append(end)
    return ends


def rows(table):
    with reading() as session:
        return session.execute(select(table)).scalars().all()


def test_the_whole_walk_connect_map_order_sync_figures(
    manager: FlaskClient, coop: world.Coop, market: Market, desk: Desk
) -> None:
    shop_id = connect(manager)
    page = manager.get(f"/htx/gian-hang/{shop_id}").text
    assert "Vải thiều thùng 5 kg" in page
    listing = next(row for row in rows(Listing) if row.ext_sku == "VAI-5KG")
    here = f"/htx/gian-hang/{shop_id}/hang/{listing.id}"
    assert manager.get(here).status_code == 200
    mapped = manager.post(f"{here}/ghep", data={"product": coop.product.public_id, "unit_g": "5"})
    assert mapped.status_code == 303
    asked = {"price_vnd": "260.000", "stock": "40", "on_sale": "true", "with_content": "false"}
    assert manager.post(f"{here}/dang", data=asked).status_code == 303
    market.order(lines=[{"listing": "VAI-5KG", "quantity": 3, "price_vnd": 260_000}])
    assert work_off(desk) == ["done"]
    assert figures() == market.truth() == {(listing.ext_listing_id, today()): (1, 0, 3, 780_000)}
    again = next(row for row in rows(Listing) if row.id == listing.id)
    assert (again.unit_g, again.price_vnd, again.last_error) == (5_000, 260_000, "")
    page = manager.get(f"/htx/gian-hang/{shop_id}").text
    assert "Sàn đã nhận" in page
    assert "1 gian hàng chạy tốt" in manager.get("/htx/gian-hang").text


def today() -> str:
    return (datetime.now(UTC) + timedelta(hours=7)).date().isoformat()


def test_tokens_never_show_on_a_page(manager: FlaskClient, market: Market) -> None:
    shop_id = connect(manager)
    tokens = seeded(market)["tokens"]
    shown = manager.get("/htx/gian-hang").text + manager.get(f"/htx/gian-hang/{shop_id}").text
    assert tokens["access"] not in shown
    assert tokens["refresh"] not in shown
    assert SECRET not in shown


def test_a_permission_works_once(manager: FlaskClient) -> None:
    back = agree(manager)
    assert manager.get(back).status_code == 303
    assert manager.get(back).status_code == 403
    assert [key for key in rows(RequestKey) if key.key.startswith("connect/")] == []


def test_a_permission_is_no_use_to_another_account(
    site: Flask, manager: FlaskClient, coop: world.Coop
) -> None:
    with transaction() as session:
        other = world.make_coop(session, datetime.now(UTC))
    back = agree(manager)
    thief = world.sign_in(site.test_client(), other.manager)
    assert thief.get(back).status_code == 403
    assert rows(Shop) == []


@pytest.mark.parametrize("change", ["", "shopee.x.y", "memory", "é", "a" * 500, "."])
def test_a_forged_mark_connects_nothing(manager: FlaskClient, change: str) -> None:
    query = parse_qs(urlsplit(agree(manager)).query)
    answer = manager.get(
        "/htx/gian-hang/tro-ve",
        query_string={"state": change, "code": query["code"][0], "shop_id": query["shop_id"][0]},
    )
    assert answer.status_code == 403
    assert rows(Shop) == []


def test_an_old_mark_is_refused(manager: FlaskClient) -> None:
    back = agree(manager)
    with transaction() as session:
        session.execute(select(RequestKey)).scalars().one().created_at -= timedelta(minutes=16)
    assert manager.get(back).status_code == 403


def test_a_code_the_marketplace_does_not_know_is_told_on_the_page(manager: FlaskClient) -> None:
    mark = parse_qs(urlsplit(agree(manager)).query)["state"][0]
    answer = manager.get(f"/htx/gian-hang/tro-ve?state={mark}&code=wrong&shop_id=1")
    assert answer.status_code == 409
    assert "Shopee chưa nhận kết nối" in answer.text


def test_a_shop_of_another_cooperative_cannot_be_taken_over(site: Flask, manager: FlaskClient) -> None:
    shop_id = connect(manager)
    with transaction() as session:
        other = world.make_coop(session, datetime.now(UTC))
    second = world.sign_in(site.test_client(), other.manager)
    assert second.get(agree(second)).status_code == 409
    assert [(row.id, row.org_id != other.org.id) for row in rows(Shop)] == [(shop_id, True)]


PATHS = [
    ("GET", ""),
    ("POST", "/dong-bo"),
    ("POST", "/doc-lai"),
    ("POST", "/lam-lai"),
    ("POST", "/doi"),
    ("POST", "/ngung"),
    ("GET", "/bat-dau"),
    ("POST", "/bat-dau"),
    ("POST", "/xem-truoc"),
    ("GET", "/ghep"),
    ("POST", "/ghep"),
    ("GET", "/hang/{listing}"),
    ("POST", "/hang/{listing}/ghep"),
    ("POST", "/hang/{listing}/bo-ghep"),
    ("POST", "/hang/{listing}/dang"),
]
FORM = {
    "name": "x",
    "buffer_units": "1",
    "product": "nothing",
    "unit_g": "1",
    "price_vnd": "1000",
    "stock": "1",
    "on_sale": "true",
}


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_another_cooperative_s_shop_and_an_absent_one_answer_alike(
    site: Flask, manager: FlaskClient, method: str, path: str
) -> None:
    shop_id = connect(manager)
    listing = rows(Listing)[0].id
    before = [row.model_dump() for row in (*rows(Shop), *rows(Listing), *rows(Job))]
    with transaction() as session:
        other = world.make_coop(session, datetime.now(UTC))
    stranger = world.sign_in(site.test_client(), other.manager)
    answers = [
        stranger.open(f"/htx/gian-hang/{number}{path.format(listing=listing)}", method=method, data=FORM)
        for number in (shop_id, 987_654)
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    # the page links itself in the other language: the asker's own address, the only thing that differs
    addresses = [f"gian-hang/{number}" for number in (shop_id, 987_654)]
    bodies = [
        answer.text.replace(said, "gian-hang/N") for answer, said in zip(answers, addresses, strict=True)
    ]
    assert bodies[0].splitlines() == bodies[1].splitlines()
    assert [row.model_dump() for row in (*rows(Shop), *rows(Listing), *rows(Job))] == before


@pytest.mark.parametrize(("method", "path"), PATHS[1:])
def test_staff_look_and_only_the_manager_changes(
    site: Flask, manager: FlaskClient, coop: world.Coop, method: str, path: str
) -> None:
    shop_id, listing = connect(manager), rows(Listing)[0].id
    staff = world.sign_in(site.test_client(), coop.staff)
    assert staff.get(f"/htx/gian-hang/{shop_id}").status_code == 200
    address = f"/htx/gian-hang/{shop_id}{path.format(listing=listing)}"
    assert staff.open(address, method=method, data=FORM).status_code == 403


def test_what_was_typed_wrongly_is_said_and_kept(manager: FlaskClient, coop: world.Coop) -> None:
    shop_id, listing = connect(manager), rows(Listing)[0].id
    here = f"/htx/gian-hang/{shop_id}/hang/{listing}"
    manager.post(f"{here}/ghep", data={"product": coop.product.public_id, "unit_g": "1"})
    asked = {"price_vnd": "rẻ lắm", "stock": "-4", "on_sale": "true"}
    answer = manager.post(f"{here}/dang", data=asked)
    assert answer.status_code == 422
    assert "rẻ lắm" in answer.text
    assert rows(Job) == []


def test_publishing_before_mapping_is_refused(manager: FlaskClient) -> None:
    shop_id, listing = connect(manager), rows(Listing)[0].id
    answer = manager.post(
        f"/htx/gian-hang/{shop_id}/hang/{listing}/dang",
        data={"price_vnd": "1000", "stock": "1", "on_sale": "true"},
    )
    assert answer.status_code == 409
    assert "chưa ghép sản phẩm" in answer.text


def test_dead_records_are_shown_and_replayed(manager: FlaskClient, desk: Desk) -> None:
    from marketplaces.values import BadRecord as Told

    shop_id = connect(manager)
    with transaction() as session:
        for _try in range(bad_records.TRIES):
            bad_records.note(session, shop_id, [Told("260601ABC", "no lines")], datetime.now(UTC))
    assert rows(BadRecord)[0].is_dead
    page = manager.get(f"/htx/gian-hang/{shop_id}").text
    assert "260601ABC" in page
    assert manager.post(f"/htx/gian-hang/{shop_id}/lam-lai").status_code == 303
    assert work_off(desk) == ["done"]
    row = rows(BadRecord)[0]
    assert (row.is_dead, row.attempts, row.reason) == (
        False,
        1,
        "the marketplace no longer knows this order",
    )


def test_a_lost_permission_shows_a_way_back(manager: FlaskClient, market: Market, desk: Desk) -> None:
    shop_id = connect(manager)
    for what in ("access", "refresh"):
        market.control("expire", what=what)
    manager.post(f"/htx/gian-hang/{shop_id}/dong-bo")
    assert work_off(desk) == ["failed"]
    assert "Đăng nhập lại" in manager.get("/htx/gian-hang").text
    assert manager.post(f"/htx/gian-hang/{shop_id}/dong-bo").status_code == 409
    assert connect(manager) == shop_id
    assert rows(Shop)[0].state == ShopState.CONNECTED


def test_two_taps_on_sync_make_one_job(manager: FlaskClient) -> None:
    shop_id = connect(manager)
    for _tap in range(2):
        assert manager.post(f"/htx/gian-hang/{shop_id}/dong-bo").status_code == 303
    assert len(rows(Job)) == 1


def test_a_stopped_shop_is_not_called_and_keeps_its_orders(
    manager: FlaskClient, market: Market, desk: Desk
) -> None:
    shop_id = connect(manager)
    market.order()
    manager.post(f"/htx/gian-hang/{shop_id}/dong-bo")
    work_off(desk)
    counted = figures()
    manager.post(f"/htx/gian-hang/{shop_id}/ngung")
    from trace.jobs import clock

    assert clock.tick(desk) == 0
    assert figures() == counted != {}


def push(market: Market) -> tuple[bytes, str]:
    """A push's body, and our public address it is for."""
    address = f"http://localhost/hooks/shopee/{seeded(market)['shop']}"
    told = market.control("push", order=market.order(), url=address, send=False)
    return json.dumps(told["body"]).encode(), address


def signed(address: str, body: bytes) -> dict[str, str]:
    return {"Authorization": hmac.new(SECRET.encode(), address.encode() + b"|" + body, "sha256").hexdigest()}


def test_a_signed_push_makes_the_shop_due_and_others_do_nothing(
    site: Flask, manager: FlaskClient, market: Market
) -> None:
    connect(manager)
    site.config["WTF_CSRF_ENABLED"] = True
    program = site.test_client()
    body, address = push(market)
    path = urlsplit(address).path
    assert program.post(path, data=body, headers={"Authorization": "0" * 64}).status_code == 403
    assert program.post(path, data=body + b" ", headers=signed(address, body)).status_code == 403
    assert program.post("/hooks/shopee/1", data=body, headers=signed(address, body)).status_code == 403
    assert program.post("/hooks/nowhere/1", data=body, headers=signed(address, body)).status_code == 403
    assert program.post(path, data=b"", headers=signed(address, b"")).status_code == 403
    assert rows(Job) == []
    asked = len(market.calls("/"))
    for _again in range(3):
        answer = program.post(path, data=body, headers=signed(address, body))
        assert (answer.status_code, answer.data) == (200, b"")
    assert len(market.calls("/")) == asked, "a push is answered before anybody is asked"
    assert len(rows(Job)) == 1
    with reading() as session:
        job = session.execute(select(Job).where(col(Job.kind) == market_pushes.READ)).scalars().one()
    assert job.subject


def test_an_old_push_is_refused(site: Flask, manager: FlaskClient, market: Market) -> None:
    connect(manager)
    body, address = push(market)
    told = json.loads(body)
    told["timestamp"] -= 301
    stale = json.dumps(told).encode()
    answer = manager.post(urlsplit(address).path, data=stale, headers=signed(address, stale))
    assert answer.status_code == 403
    assert rows(Job) == []


def test_without_an_application_the_page_says_what_is_missing(client: FlaskClient, app: Flask) -> None:
    with transaction() as session:
        coop = world.make_coop(session, datetime.now(UTC))
    world.sign_in(client, coop.manager)
    assert "chưa có mã ứng dụng" in client.get("/htx/gian-hang/ket-noi").text
    assert client.get("/htx/gian-hang/ket-noi/shopee").status_code == 404
    assert "Chưa nối gian hàng nào" in client.get("/htx/gian-hang").text
