"""Connecting where our keys open one shop by themselves: only for the cooperative that the settings name."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests import world
from tests.application import application
from tests.jobs.market import Market, market_server, settings_for, stocked
from tests.marketplaces.stalls import MARKETS
from trace.db import Database, reading, transaction
from trace.records.job import Schedule
from trace.records.shop import Listing, Shop

SPEC = MARKETS["tiki"]


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
def coops(sqlite: Database) -> tuple[world.Coop, world.Coop]:
    with transaction() as session:
        now = datetime.now(UTC)
        return world.make_coop(session, now), world.make_coop(session, now)


def site(market: Market, folder: Path, cooperative: str) -> Flask:
    settings = settings_for(market, folder)
    named = settings.marketplaces["tiki"].model_copy(update={"cooperative": cooperative})
    return application(settings.model_copy(update={"marketplaces": {"tiki": named}}))


def manager_of(flask: Flask, coop: world.Coop) -> FlaskClient:
    return world.sign_in(flask.test_client(), coop.manager)


def rows(table):
    with reading() as session:
        return session.execute(select(table)).scalars().all()


def test_the_named_cooperative_connects_by_one_press(
    market: Market, coops: tuple[world.Coop, world.Coop], tmp_path: Path
) -> None:
    manager = manager_of(site(market, tmp_path, coops[0].org.public_id), coops[0])
    page = manager.get("/htx/gian-hang/ket-noi").text
    assert "/htx/gian-hang/ket-noi/tiki" in page
    assert "không cần đăng nhập sàn" in page
    away = manager.get("/htx/gian-hang/ket-noi/tiki")
    assert (away.status_code, away.location.startswith("http://localhost/htx/gian-hang/tro-ve?state=")) == (
        302,
        True,
    )
    there = manager.get(away.location)
    assert there.status_code == 303
    assert manager.post(there.location).status_code == 303
    [shop] = rows(Shop)
    assert "Vải thiều thùng 5 kg" in manager.get(f"/htx/gian-hang/{shop.id}").text
    assert (shop.marketplace, shop.org_id, shop.state) == ("tiki", coops[0].org.id, "connected")
    assert {row.ext_sku for row in rows(Listing)} == {"VAI-1KG", "VAI-5KG"}
    assert "pull_events" in {row.kind for row in rows(Schedule)}


@pytest.mark.parametrize("named", ["first", "nobody"])
def test_another_cooperative_is_told_why_and_nothing_is_asked(
    market: Market, coops: tuple[world.Coop, world.Coop], tmp_path: Path, named: str
) -> None:
    flask = site(market, tmp_path, coops[0].org.public_id if named == "first" else "")
    manager = manager_of(flask, coops[1])
    shown = manager.get("/htx/gian-hang/ket-noi").text
    assert "ket-noi/tiki" not in shown
    refused = manager.get("/htx/gian-hang/ket-noi/tiki")
    assert refused.status_code == 409
    for page in (shown, refused.text):
        assert ("của hợp tác xã khác" in page) == (named == "first")
        assert (coops[1].org.public_id in page) == (named == "nobody")
        assert coops[0].org.public_id not in page
    assert rows(Shop) == []
    assert market.calls("token") == []


def test_wrong_keys_are_told_and_nothing_is_kept(
    market: Market, coops: tuple[world.Coop, world.Coop], tmp_path: Path
) -> None:
    market.control("seed", name="HTX Vải Thanh Hà", app={"id": SPEC.app_id, "secret": "another"})
    manager = manager_of(site(market, tmp_path, coops[0].org.public_id), coops[0])
    refused = manager.get(manager.get("/htx/gian-hang/ket-noi/tiki").location)
    assert (refused.status_code, "invalid_client" in refused.text) == (409, True)
    assert SPEC.secret not in refused.text
    assert rows(Shop) == []
