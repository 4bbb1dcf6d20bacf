"""The rest of connecting: match the goods at once, look at the orders before any is kept, begin."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from marketplaces.pace import Pace
from tests import world
from tests.application import application
from tests.jobs.market import Market, figures, market_server, settings_for
from tests.web.test_shops import arrive, rows, seeded, work_off
from trace.db import Database, transaction
from trace.jobs import clock
from trace.jobs.desk import Desk
from trace.records.job import Job, Schedule
from trace.records.market_order import MarketOrder
from trace.records.shop import Listing, Shop, ShopState, ShopToken


@pytest.fixture(scope="module")
def one_market() -> Iterator[Market]:
    with market_server() as market:
        yield market


@pytest.fixture
def market(one_market: Market) -> Market:
    one_market.control("reset")
    seeded(one_market)
    return one_market


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


def matching_form(coop: world.Coop, unit_kg: str = "5") -> dict[str, str]:
    form = {}
    for row in rows(Listing):
        form |= {f"product-{row.id}": coop.product.public_id, f"unit-{row.id}": unit_kg}
    return form


def test_the_walk_match_look_begin_is_led_step_by_step(
    manager: FlaskClient, coop: world.Coop, market: Market, desk: Desk
) -> None:
    market.order(lines=[{"listing": "VAI-5KG", "quantity": 3, "price_vnd": 260_000}])
    shop_id, here = arrive(manager)
    assert here.endswith(f"/htx/gian-hang/{shop_id}/bat-dau")
    page = manager.get(here).text
    assert step_of(page) == "Ghép sản phẩm"
    assert re.search(r"trả lời trong [\d,]+ giây", page)
    assert "trong 0 giây" not in page
    matched = manager.post(f"/htx/gian-hang/{shop_id}/ghep", data=matching_form(coop))
    assert (matched.status_code, matched.location.endswith("/bat-dau")) == (303, True)
    assert {(row.product_id, row.unit_g) for row in rows(Listing)} == {(coop.product.id, 5_000)}
    assert step_of(manager.get(here).text) == "Xem trước đơn"
    assert manager.post(f"/htx/gian-hang/{shop_id}/xem-truoc").status_code == 303
    assert "Trang tự mở lại" in manager.get(here).text
    assert work_off(desk) == ["done"]
    page = manager.get(here).text
    assert "Sẽ lấy 1 đơn" in page
    assert "780.000" in page
    assert (step_of(page), rows(MarketOrder), figures()) == ("Bắt đầu đồng bộ", [], {})
    begun = manager.post(f"/htx/gian-hang/{shop_id}/bat-dau")
    assert (begun.status_code, begun.location.endswith(f"/{shop_id}")) == (303, True)
    assert work_off(desk) == ["done"]
    assert figures() == market.truth() != {}


def step_of(page: str) -> str:
    return re.search(r'<li aria-current="step">([^<]+)', page)[1]


def test_nothing_is_read_before_the_shop_has_begun_but_its_tokens_stay_alive(
    manager: FlaskClient, market: Market, desk: Desk
) -> None:
    shop_id, _page = arrive(manager)
    market.order()
    assert {row.kind for row in rows(Schedule)} == {"refresh_tokens"}
    ahead = datetime.now(UTC) + timedelta(minutes=30)
    desk.now = lambda: ahead
    clock.tick(desk)
    assert work_off(desk) == ["done"]
    assert [row.figures.get("skipped") for row in rows(Job) if row.shop_id] == [None]
    assert rows(MarketOrder) == []
    assert manager.post(f"/htx/gian-hang/{shop_id}/dong-bo").status_code == 409
    assert "chưa nối xong" in manager.get("/htx/gian-hang").text
    assert "chưa nối xong" in manager.get("/htx").text


def test_the_look_counts_as_the_figures_will(manager: FlaskClient, market: Market, desk: Desk) -> None:
    shop_id, here = arrive(manager)
    for status in ("UNPAID", "READY_TO_SHIP", "COMPLETED", "CANCELLED", "ESCROW_REVIEW"):
        market.control("order", orders=[order_of(status)])
    manager.post(f"/htx/gian-hang/{shop_id}/xem-truoc")
    work_off(desk)
    [look] = [row.figures["preview"] for row in rows(Job)]
    assert (look["orders"], look["counted"], look["unknown"]) == (5, 2, {"ESCROW_REVIEW": 1})
    assert look["unmatched_lines"] == 5
    assert "ESCROW_REVIEW" in manager.get(here).text
    manager.post(f"/htx/gian-hang/{shop_id}/bat-dau")
    work_off(desk)
    sums = figures().values()
    assert look["pieces"] == sum(row[2] for row in sums)
    assert look["revenue_vnd"] == sum(row[3] for row in sums) > 0


def order_of(status: str) -> dict[str, object]:
    at = int((datetime.now(UTC) - timedelta(hours=3)).timestamp())
    number = f"26{abs(hash(status)) % 10**12:012d}"
    lines = [{"listing": "VAI-1KG", "quantity": 2}]
    return {"order": number, "at": at, "updated_at": at, "status": status, "lines": lines}


def test_a_look_that_fails_says_so_and_may_be_repeated(
    manager: FlaskClient, market: Market, desk: Desk
) -> None:
    shop_id, here = arrive(manager)
    for what in ("access", "refresh"):
        market.control("expire", what=what)
    manager.post(f"/htx/gian-hang/{shop_id}/xem-truoc")
    assert work_off(desk) == ["failed"]
    assert rows(Shop)[0].state == ShopState.NEEDS_LOGIN
    assert manager.post(f"/htx/gian-hang/{shop_id}/bat-dau").status_code == 409
    again_id, _page = arrive(manager)
    assert (again_id, rows(Shop)[0].state) == (shop_id, ShopState.PENDING)
    assert manager.get(here).status_code == 200


def test_one_wrong_weight_refuses_all_and_keeps_what_was_typed(
    manager: FlaskClient, coop: world.Coop
) -> None:
    shop_id, _page = arrive(manager)
    wrong = rows(Listing)[0].id
    answer = manager.post(
        f"/htx/gian-hang/{shop_id}/ghep", data={**matching_form(coop), f"unit-{wrong}": "nặng"}
    )
    assert (answer.status_code, f'href="#f-unit-{wrong}"' in answer.text) == (422, True)
    assert 'value="nặng"' in answer.text
    assert {row.product_id for row in rows(Listing)} == {None}


def test_listings_left_for_later_stay_unmatched(manager: FlaskClient, coop: world.Coop) -> None:
    shop_id, _page = arrive(manager)
    first, second = rows(Listing)
    form = {**matching_form(coop), f"product-{second.id}": ""}
    assert manager.post(f"/htx/gian-hang/{shop_id}/ghep", data=form).status_code == 303
    assert [row.product_id for row in rows(Listing)] == [coop.product.id, None]
    page = manager.get(f"/htx/gian-hang/{shop_id}/ghep").text
    assert (f"product-{first.id}" in page, f"product-{second.id}" in page) == (False, True)


def test_a_listing_of_another_shop_spoils_the_whole_form(
    site: Flask, manager: FlaskClient, coop: world.Coop
) -> None:
    shop_id, _page = arrive(manager)
    with transaction() as session:
        other = world.make_coop(session, datetime.now(UTC))
        now = datetime.now(UTC)
        stall = world.add(
            session,
            Shop(org_id=other.org.id, marketplace="shopee", ext_shop_id="9", name="x", created_at=now),
        )
        theirs = world.add(
            session, Listing(shop_id=stall.id, ext_listing_id="1", created_at=now, updated_at=now)
        ).id
    form = {**matching_form(coop), f"product-{theirs}": coop.product.public_id, f"unit-{theirs}": "1"}
    assert manager.post(f"/htx/gian-hang/{shop_id}/ghep", data=form).status_code == 404
    assert {row.product_id for row in rows(Listing)} == {None}


def test_beginning_twice_begins_once(manager: FlaskClient, desk: Desk) -> None:
    shop_id, _page = arrive(manager)
    for _again in range(2):
        assert manager.post(f"/htx/gian-hang/{shop_id}/bat-dau").status_code == 303
    assert work_off(desk) == ["done"]
    kinds = sorted(row.kind for row in rows(Schedule))
    assert kinds == ["reconcile", "refresh_tokens", "sync_shop"]


@pytest.mark.parametrize(("days", "warns"), [(13, True), (20, False)])
def test_people_are_told_before_an_agreement_ends(manager: FlaskClient, days: int, *, warns: bool) -> None:
    shop_id, _page = arrive(manager)
    manager.post(f"/htx/gian-hang/{shop_id}/bat-dau")
    with transaction() as session:
        session.get(ShopToken, shop_id).refresh_expires_at = datetime.now(UTC) + timedelta(days=days, hours=1)
    for page in ("/htx", "/htx/gian-hang", f"/htx/gian-hang/{shop_id}"):
        assert ("hết hạn ngày" in manager.get(page).text) == warns, page
    assert (f"còn {days} ngày" in manager.get("/htx/gian-hang").text) == warns
