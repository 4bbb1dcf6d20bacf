"""Where to buy the same product, as its three pages say it: on good news alone."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from tests import stamped, world
from tests.web.consumers import Stamps, settle, spoil_key, stamps, visitor
from trace.db import transaction
from trace.records.shop import Listing, Shop
from trace.texts.catalogs import t
from trace.texts.languages import LANGUAGES

__all__ = ["stamps"]
PAGE = "https://www.lazada.vn/-i1-s2.html"


def put_on_sale(stamps: Stamps, marketplace: str = "lazada", **given: Any) -> None:
    now = datetime.now(UTC)
    with transaction() as session:
        values = {"org_id": stamps.coop.org.id, "marketplace": marketplace, "ext_shop_id": marketplace}
        shop = world.add(session, Shop(**values, name="Vườn <b>Thanh Hà", state="connected", created_at=now))
        seen = {"ext_status": "on_sale", "seen_at": now, "seen_stock": 4, "seen_price_vnd": 46_500}
        seen |= {"product_id": stamps.coop.product.id, "unit_g": 500, "page_url": PAGE}
        row = Listing(
            shop_id=shop.id, ext_listing_id="1", created_at=now, updated_at=now, **{**seen, **given}
        )
        world.add(session, row)


def pages(stamps: Stamps) -> tuple[str, str, str]:
    return f"/{stamps.code(0)}", f"/lo/{stamps.lot.public_id}", f"/sp/{stamps.coop.product.public_id}"


def heading(lang: str) -> str:
    return f"<h2>{t(lang, 'buy')}</h2>"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_all_three_pages_name_marketplace_shop_price_and_page(app: Flask, stamps: Stamps, lang: str) -> None:
    put_on_sale(stamps)
    price = {"vi": "46.500", "en": "46,500", "ja": "46,500", "zh": "46,500"}[lang]
    for path in pages(stamps):
        text = visitor(app).get(path, headers={"Accept-Language": lang}).text
        assert heading(lang) in text, path
        link = re.search(rf'<a href="{re.escape(PAGE)}" rel="([^"]+)">(.*?)</a>', text)
        assert link, path
        assert {"nofollow", "noopener", "noreferrer"} <= set(link[1].split())
        assert "Lazada" in link[2]
        assert "Vườn &lt;b&gt;Thanh Hà" in link[2]
        assert price in text, path
    settle(app)


def test_where_nobody_told_a_page_there_is_no_link(app: Flask, stamps: Stamps) -> None:
    put_on_sale(stamps, "shopee", page_url=None)
    for path in pages(stamps):
        text = visitor(app).get(path).text
        assert "Shopee" in text, path
        assert not re.search(r'<a [^>]*href="https?:', text), path
    settle(app)


def test_nothing_on_sale_is_not_spoken_of(app: Flask, stamps: Stamps) -> None:
    put_on_sale(stamps, seen_at=datetime.now(UTC) - timedelta(days=3))
    for path in pages(stamps):
        assert heading("vi") not in visitor(app).get(path).text, path
    settle(app)


def test_a_caution_a_recall_and_a_past_date_invite_nobody_to_buy(app: Flask, stamps: Stamps) -> None:
    """The verdicts are really reached, one after the other, on goods that are on sale all along."""
    put_on_sale(stamps)
    now = datetime.now(UTC)
    said: dict[str, bool] = {}

    def look(code: str, number: int = 1) -> None:
        device = visitor(app, number)
        state = device.get(f"/{code}", headers={"Accept": "application/json"}).json["state"]
        settle(app)
        said[state] = heading("vi") in device.get(f"/{code}").text
        settle(app)

    look(stamps.code(0))
    look(stamps.code(0), 2)
    for number in range(3, 12):
        look(stamps.code(0), number)
    with transaction() as session:
        stamped.void(session, now, stamps.block, 90, 90)
    look(stamps.code(90))
    with transaction() as session:
        session.merge(stamps.lot).best_before = now.date() - timedelta(days=2)
    look(stamps.code(5))
    with transaction() as session:
        stamped.recall(session, now, stamps.lot)
    look(stamps.code(6))
    with transaction() as session:
        spoil_key(session, stamps.block.kid, now - timedelta(days=1))
    look(stamps.code(7))
    assert said == {
        "FIRST": True,
        "SEEN": True,
        "CLONE_SUSPECT": False,
        "VOIDED": False,
        "EXPIRED": False,
        "RECALLED": False,
        "KEY_SUSPECT": False,
    }


def test_a_recalled_lot_and_its_product_invite_nobody_to_buy(app: Flask, stamps: Stamps) -> None:
    put_on_sale(stamps)
    with transaction() as session:
        stamped.recall(session, datetime.now(UTC), stamps.lot)
    for path in pages(stamps):
        text = visitor(app).get(path).text
        assert heading("vi") not in text, path
        assert '"offers"' not in text, path
    settle(app)


def test_the_shared_pages_tell_machines_of_the_offer_in_dong(app: Flask, stamps: Stamps) -> None:
    put_on_sale(stamps)
    for path in pages(stamps)[1:]:
        text = visitor(app).get(path).text
        data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', text)[1])
        [offer] = data["offers"]
        assert (offer["price"], offer["priceCurrency"], offer["url"]) == (46_500, "VND", PAGE)
        assert offer["availability"] == "https://schema.org/InStock"


def test_programs_are_answered_as_ever(app: Flask, stamps: Stamps) -> None:
    before = set(visitor(app).get(f"/{stamps.code(0)}", headers={"Accept": "application/json"}).json)
    put_on_sale(stamps)
    told = visitor(app).get(f"/{stamps.code(1)}", headers={"Accept": "application/json"}).json
    assert set(told) == before
    settle(app)
