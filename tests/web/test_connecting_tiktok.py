"""Connecting a TikTok shop: its console says where sellers are sent back to, and no shop is named there."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from flask.testing import FlaskClient
from sqlalchemy import select

from tests import world
from tests.application import application
from tests.jobs.market import Market, market_server, settings_for
from tests.marketplaces.stalls import MARKETS
from trace.db import Database, reading, transaction
from trace.records.shop import Listing, Shop

LISTING = {"sku": "VAI-1KG", "name": "Vải thiều Thanh Hà, thùng 1 kg", "price_vnd": 55_000, "stock": 9}


@pytest.fixture(scope="module")
def market() -> Iterator[Market]:
    with market_server() as server:
        yield Market(server.root, MARKETS["tiktok"])


@pytest.fixture
def ext_shop(market: Market) -> str:
    app = {"id": market.spec.app_id, "secret": market.spec.secret}
    app["redirect"] = "http://localhost/htx/gian-hang/tro-ve"
    market.control("reset")
    return str(market.control("seed", name="HTX Vải Thanh Hà", app=app, listings=[LISTING])["shop"])


@pytest.fixture
def manager(sqlite: Database, market: Market, tmp_path: Path) -> FlaskClient:
    flask = application(settings_for(market, tmp_path))
    with transaction() as session:
        coop = world.make_coop(session, datetime.now(UTC))
    return world.sign_in(flask.test_client(), coop.manager)


def brought_back(manager: FlaskClient, ext_shop: str) -> str:
    """Leave for TikTok, press its button (or decline without a shop); where the browser comes back to."""
    away = manager.get("/htx/gian-hang/ket-noi/tiktok")
    assert away.status_code == 302
    answer = requests.post(away.location, data={"shop": ext_shop}, allow_redirects=False, timeout=120)
    parts = urlsplit(answer.headers["Location"])
    return f"{parts.path}?{parts.query}"


def test_a_seller_agrees_and_the_shop_is_connected_by_the_number_tiktok_tells(
    manager: FlaskClient, ext_shop: str
) -> None:
    assert "TikTok Shop" in manager.get("/htx/gian-hang/ket-noi").text
    back = brought_back(manager, ext_shop)
    assert "shop_id" not in back
    answer = manager.get(back)
    assert answer.status_code == 303, answer.text
    with reading() as session:
        [shop] = session.execute(select(Shop)).scalars()
        [listing] = session.execute(select(Listing)).scalars()
    assert (shop.marketplace, shop.ext_shop_id, listing.ext_sku) == ("tiktok", ext_shop, "VAI-1KG")
    assert "/" in listing.ext_listing_id


def test_a_seller_who_declines_is_told_so_and_nothing_is_connected(
    manager: FlaskClient, ext_shop: str
) -> None:
    answer = manager.get(brought_back(manager, ""))
    assert (answer.status_code, "TikTok Shop" in answer.text) == (409, True)
    with reading() as session:
        assert session.execute(select(Shop)).scalars().all() == []
