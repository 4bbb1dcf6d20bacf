"""Sendo is shipped switched off: its page says why, pushes are refused, and an option opens it whole."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests import world
from tests.application import application
from tests.jobs.market import Market, market_server, settings_for, stocked
from tests.marketplaces.stalls import MARKETS
from trace.db import Database, reading, transaction
from trace.records.market_push import MarketPush
from trace.records.shop import Listing, Shop

SPEC = MARKETS["sendo"]
CONNECT = "/htx/gian-hang/ket-noi"


@pytest.fixture(scope="module")
def one_market() -> Iterator[Market]:
    with market_server() as market:
        yield Market(market.root, SPEC)


@pytest.fixture
def market(one_market: Market) -> Market:
    one_market.control("reset")
    stocked(one_market)
    return one_market


@pytest.fixture
def coop(sqlite: Database) -> world.Coop:
    with transaction() as session:
        return world.make_coop(session, datetime.now(UTC))


def site(market: Market, folder: Path, coop: world.Coop, **changes: Any) -> Flask:
    settings = settings_for(market, folder)
    named = settings.marketplaces["sendo"].model_copy(
        update={"cooperative": coop.org.public_id, "push_secret": "quiet", **changes}
    )
    return application(settings.model_copy(update={"marketplaces": {"sendo": named}}))


def manager_of(flask: Flask, coop: world.Coop) -> FlaskClient:
    return world.sign_in(flask.test_client(), coop.manager)


def rows(table):
    with reading() as session:
        return session.execute(select(table)).scalars().all()


def test_it_is_shown_with_the_reason_and_refuses(market: Market, coop: world.Coop, tmp_path: Path) -> None:
    bare = settings_for(market, tmp_path).model_copy(update={"marketplaces": {}})
    for told in (lambda: site(market, tmp_path, coop, options={}), lambda: application(bare)):
        manager = manager_of(told(), coop)
        shown = manager.get(CONNECT).text
        assert "Sendo: Chưa bật" in shown
        assert "service_checked" in shown
        assert f"{CONNECT}/sendo" not in shown
        refused = manager.get(f"{CONNECT}/sendo")
        assert (refused.status_code, "năm 2023" in refused.text) == (409, True)
    assert "mã ứng dụng của sàn nào" in manager.get(CONNECT).text
    assert (
        manager.get(f"{CONNECT}/shopee").status_code == manager.get(f"{CONNECT}/nowhere").status_code == 404
    )
    assert rows(Shop) == []
    assert market.calls("login") == []


def test_the_option_opens_it(market: Market, coop: world.Coop, tmp_path: Path) -> None:
    manager = manager_of(site(market, tmp_path, coop), coop)
    there = manager.get(manager.get(f"{CONNECT}/sendo").location)
    assert there.status_code == 303
    assert manager.post(there.location).status_code == 303
    [shop] = rows(Shop)
    assert "Vải thiều thùng 5 kg" in manager.get(f"/htx/gian-hang/{shop.id}").text
    assert (shop.marketplace, shop.state) == ("sendo", "connected")
    assert {row.ext_sku for row in rows(Listing)} == {"VAI-1KG", "VAI-5KG"}


def test_a_push_is_taken_in_at_the_marked_address_only(
    market: Market, coop: world.Coop, tmp_path: Path
) -> None:
    flask = site(market, tmp_path, coop)
    manager = manager_of(flask, coop)
    manager.post(manager.get(manager.get(f"{CONNECT}/sendo").location).location)
    [shop] = rows(Shop)
    told = market.control("push", order=market.order(), url="http://127.0.0.1:1/", send=False)
    body, path = json.dumps(told["body"]).encode(), f"/hooks/sendo/{shop.ext_shop_id}"
    program = flask.test_client()
    for address, sent in ((path, body), (f"{path}?key=loud", body), (f"{path}?key=quiet", b"{}")):
        assert program.post(address, data=sent).status_code == 403
    for _again in range(2):
        assert program.post(f"{path}?key=quiet", data=body).status_code == 200
    assert [row.kind for row in rows(MarketPush)] == ["order"]
    closed = site(market, tmp_path, coop, options={}).test_client()
    assert closed.post(f"{path}?key=quiet", data=body).status_code == 403
