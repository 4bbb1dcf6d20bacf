"""Pages of a shop that sells in dollars, and of the rates that make đồng of it."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from sqlmodel import col

from tests import world
from tests.application import application
from tests.jobs.market import Market, Stand, market_server, open_stand, settings_for
from tests.marketplaces.stalls import MARKETS
from trace.db import Database, reading, transaction
from trace.records.exchange_rate import ExchangeRate
from trace.records.market_order import MarketOrder
from trace.records.shop import Listing

RATES = "/so/ty-gia"


@pytest.fixture(scope="module")
def one_market() -> Iterator[Market]:
    with market_server() as market:
        market.spec = MARKETS["alibaba"]
        yield market


@pytest.fixture
def stand(sqlite: Database, one_market: Market, tmp_path: Path) -> Stand:
    """A shop with one order of two boxes, and no rate."""
    one_market.control("reset")
    opened = open_stand(one_market, tmp_path)
    with transaction() as session:
        session.execute(delete(ExchangeRate))
    one_market.order()
    assert opened.run().state == "done"
    return opened


@pytest.fixture
def site(stand: Stand, one_market: Market, tmp_path: Path) -> Flask:
    return application(settings_for(one_market, tmp_path))


@pytest.fixture
def office(site: Flask, stand: Stand) -> FlaskClient:
    with transaction() as session:
        account = world.make_office(session, stand.now())
    return world.sign_in(site.test_client(), account)


@pytest.fixture
def manager(site: Flask, stand: Stand) -> FlaskClient:
    return world.sign_in(site.test_client(), stand.coop.manager)


def entered(office: FlaskClient, stand: Stand, dong: str = "25.000") -> None:
    sent = {"currency": "USD", "day": stand.now().date().isoformat(), "dong": dong, "source": "Vietcombank"}
    answer = office.post(RATES, data=sent, follow_redirects=True)
    assert answer.status_code == 200
    assert "Vietcombank" in answer.text


def order_page(stand: Stand) -> str:
    with reading() as session:
        number = session.execute(select(col(MarketOrder.id))).scalar_one()
    return f"/htx/gian-hang/{stand.shop.id}/don/{number}"


def test_waiting_orders_are_shown_until_their_rate_is_entered(office: FlaskClient, stand: Stand) -> None:
    for page in ("/so", "/so/ban-hang", RATES):
        assert "1 đơn" in office.get(page).text
    assert "chưa rõ doanh thu" in office.get("/so/ban-hang").text
    assert "USD" in office.get(RATES).text
    entered(office, stand)
    assert "chưa rõ doanh thu" not in office.get("/so/ban-hang").text
    assert "110.000" in office.get("/so").text


def test_files_say_how_many_orders_have_no_price(office: FlaskClient, stand: Stand) -> None:
    def last_row() -> list[str]:
        data = office.get("/so/ban-hang.csv").data.decode("utf-8-sig")
        return list(csv.reader(io.StringIO(data)))[-1]

    assert last_row()[1:] == ["1", "0", "2", "0.0", "0", "1"]
    entered(office, stand)
    assert last_row()[1:] == ["1", "0", "2", "0.0", "110000"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"dong": "nhiều"}, "25.412,5"),
        ({"dong": "25.412,5001"}, "3 số lẻ"),
        ({"dong": ""}, "f-dong"),
        ({"dong": "99.999.999"}, "f-dong"),
        ({"day": "31/12/2999"}, "31/12/2999 chưa đến"),
        ({"day": "hôm nay"}, "f-day"),
        ({"currency": "VND"}, "USD"),
        ({"source": ""}, "f-source"),
    ],
)
def test_a_rate_that_cannot_be_is_refused_with_what_was_typed(
    office: FlaskClient, change: dict[str, str], said: str
) -> None:
    sent = {"currency": "USD", "day": "1/6/2026", "dong": "25.000", "source": "VCB", **change}
    answer = office.post(RATES, data=sent)
    assert answer.status_code == 422
    assert said in answer.text
    with reading() as session:
        assert session.execute(select(ExchangeRate)).first() is None


def test_a_rate_far_from_the_last_asks_whether_somebody_is_sure(office: FlaskClient) -> None:
    sent = {"currency": "USD", "day": "1/6/2026", "dong": "25.412,5", "source": "VCB"}
    assert office.post(RATES, data=sent).status_code == 303
    answer = office.post(RATES, data={**sent, "dong": "25,41"})
    assert answer.status_code == 422
    assert "khác xa" in answer.text
    assert 'name="is_sure"' in answer.text
    assert office.post(RATES, data={**sent, "dong": "25,41", "is_sure": "1"}).status_code == 303


def test_a_cooperative_sees_no_rates_and_enters_none(manager: FlaskClient) -> None:
    assert manager.get(RATES).status_code == 403
    assert manager.post(RATES, data={}).status_code == 403


def test_the_order_says_what_it_is_worth(manager: FlaskClient, office: FlaskClient, stand: Stand) -> None:
    shop = f"/htx/gian-hang/{stand.shop.id}"
    before = manager.get(order_page(stand)).text
    assert "4,4 USD" in before
    assert "Chưa có tỷ giá" in before
    assert "chưa đổi ra đồng" in manager.get(shop).text
    entered(office, stand)
    after = manager.get(order_page(stand)).text
    assert "4,4 USD" in after
    assert "110.000" in after
    assert "chưa đổi ra đồng" not in manager.get(shop).text


def test_cautions_are_shown_at_the_shop_in_the_list_and_at_the_order(
    manager: FlaskClient, stand: Stand
) -> None:
    with transaction() as session:
        order = session.execute(select(MarketOrder)).scalar_one()
        order.caution = "no_detail"
    shop = f"/htx/gian-hang/{stand.shop.id}"
    for page in (shop, f"{shop}/don", order_page(stand)):
        assert "không cho xem chi tiết" in manager.get(page).text


def test_the_listing_says_by_which_rate_its_price_goes_out(
    manager: FlaskClient, office: FlaskClient, stand: Stand
) -> None:
    assert stand.run("read_shelf").state == "done"
    with transaction() as session:
        listing = session.execute(select(Listing).where(col(Listing.ext_sku) == "VAI-1KG")).scalar_one()
    page = f"/htx/gian-hang/{stand.shop.id}/hang/{listing.id}"
    mapped = manager.post(f"{page}/ghep", data={"product": stand.coop.product.public_id, "unit_g": "1"})
    assert mapped.status_code < 400
    assert "chưa có tỷ giá nào dùng được" in manager.get(page).text
    entered(office, stand)
    assert "đổi theo tỷ giá 25.000" in manager.get(page).text
    asked = {"price_vnd": "60.000", "stock": "30", "on_sale": "true"}
    assert manager.post(f"{page}/dang", data=asked).status_code < 400
    assert stand.run("push_listings").state == "done"
    assert "2,4 USD" in manager.get(page).text
