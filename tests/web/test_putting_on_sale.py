"""Putting a product on sale from a telephone: shelf without marks, pictures as the shop takes them, once."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlmodel import Session

from marketplaces.values import Category
from tests import world
from tests.services.test_listing_pictures import photograph
from trace.db import reading, transaction
from trace.records.job import Job
from trace.records.new_listing import NewListing, NewListingPicture
from trace.records.shop import Listing, Shop
from trace.services import market_categories, product_images
from trace.services.product_images import Picture

SHELVES = [
    Category("1", "Thực phẩm", "0", leaf=False),
    Category("11", "Trái cây tươi", "1", leaf=True),
    Category("12", "Trái cây sấy", "1", leaf=True),
    Category("2", "Nhà cửa", "0", leaf=True),
]


def add_shop(session: Session, coop: world.Coop, market: str, name: str, now: datetime) -> None:
    shop = Shop(org_id=coop.org.id, marketplace=market, ext_shop_id="7", name=name, created_at=now)
    shop.state = "connected"
    world.add(session, shop)


@pytest.fixture
def coop(app: Flask) -> world.Coop:
    with transaction() as session:
        now = datetime.now(UTC)
        made = world.make_coop(session, now)
        add_shop(session, made, "shopee", "Gian vải", now)
        market_categories.record_categories(session, "shopee", SHELVES, now)
        made_of = Picture(200, 150, photograph(200, 150))
        product_images.add_image(session, made.boss, made.product.public_id, made_of, now)
    return made


@pytest.fixture
def manager(client: FlaskClient, coop: world.Coop) -> FlaskClient:
    return world.sign_in(client, coop.manager)


def address(coop: world.Coop, more: str = "") -> str:
    return f"/htx/gian-hang/1/dang-moi/{coop.product.public_id}{more}"


def test_a_shelf_is_found_without_marks_and_only_leaves_are_offered(
    manager: FlaskClient, coop: world.Coop
) -> None:
    page = manager.get(address(coop, "/ke?q=trai+cay+THUC")).text
    assert re.findall(r"ke=(\d+)", page) == ["12", "11"]
    assert "Nhà cửa" not in page
    assert "ke=1&" not in page


def sent(coop: world.Coop, **changes: str) -> dict[str, str]:
    given = {"title": "Vải thiều Thanh Hà, thùng 1 kg", "sku": "VT-1KG", "unit_g": "1 kg", "stock": "30"}
    given |= {"price_vnd": "60.000", "follows_lots": "false", "category": "11", "pictures": "1"}
    return {"request_id": f"dang-{coop.product.public_id}", **given, **changes}


def test_what_is_asked_for_waits_for_the_shop_with_its_picture(
    manager: FlaskClient, coop: world.Coop, app: Flask
) -> None:
    manager.get(address(coop))
    for _twice in range(2):
        answer = manager.post(address(coop), data=sent(coop))
        assert answer.location == "/htx/gian-hang/1/dang-moi/so/1"
    page = manager.get(answer.location).text
    assert "Vải thiều Thanh Hà, thùng 1 kg" in page
    with reading() as session:
        [row] = session.execute(select(NewListing)).scalars()
        [picture] = session.execute(select(NewListingPicture)).scalars()
        [job] = session.execute(select(Job)).scalars()
    assert (row.state, row.price_vnd, row.stock, row.category_id) == ("waiting", 60_000, 30, "11")
    assert job.kind == "sync_shop"
    public = app.test_client().get(f"/anh-hang/{picture.sha256}.jpg")
    assert (public.status_code, public.data, public.content_type) == (200, picture.data, "image/jpeg")
    assert app.test_client().get(f"/anh-hang/{'0' * 64}.jpg").status_code == 404


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"category": "1"}, "Chọn một ngành hàng của sàn"),
        ({"pictures": "99"}, "Sàn đòi ít nhất một ảnh"),
        ({"stock": "0"}, "Không có gì để bán"),
        ({"stock": ""}, 'id="e-stock"'),
        ({"sku": "CÓ CÁCH"}, "f-sku"),
        ({"price_vnd": "0"}, "f-price_vnd"),
    ],
)
def test_what_cannot_be_listed_is_refused_with_what_was_typed(
    manager: FlaskClient, coop: world.Coop, changes: dict[str, str], said: str
) -> None:
    answer = manager.post(address(coop), data=sent(coop, **changes))
    assert answer.status_code in {409, 422}
    assert said in unescape(answer.text)
    assert 'value="Vải thiều Thanh Hà, thùng 1 kg"' in answer.text
    with reading() as session:
        assert session.execute(select(NewListing)).all() == []


def test_the_preview_is_the_text_that_will_be_sent(manager: FlaskClient, coop: world.Coop) -> None:
    assert f"http://localhost/sp/{coop.product.public_id}" in manager.get(address(coop)).text


def test_what_may_have_gone_out_is_not_asked_for_again(manager: FlaskClient, coop: world.Coop) -> None:
    manager.post(address(coop), data=sent(coop))
    with transaction() as session:
        session.get_one(NewListing, 1).state = "sending"
    answer = manager.post(address(coop), data=sent(coop, request_id="dang-lan-nua"))
    assert (answer.status_code, "Đang trên đường lên sàn" in answer.text) == (409, True)


def test_the_marketplace_s_words_stand_with_what_to_do(manager: FlaskClient, coop: world.Coop) -> None:
    manager.post(address(coop), data=sent(coop))
    with transaction() as session:
        row = session.get_one(NewListing, 1)
        row.state, row.reason = "refused", "Shopee: attribute 100 is mandatory"
    page = unescape(manager.get("/htx/gian-hang/1/dang-moi/so/1").text)
    assert "attribute 100 is mandatory" in page
    assert "đăng tay ở trang người bán" in page
    assert "attribute 100 is mandatory" in unescape(manager.get(address(coop)).text)
    again = manager.post(address(coop), data=sent(coop, request_id="dang-lan-hai", price_vnd="70000"))
    assert again.location.endswith("/so/1")


def test_the_shelves_are_read_by_a_job_when_none_were(manager: FlaskClient, coop: world.Coop) -> None:
    assert manager.post(address(coop, "/ke"), data={"request_id": "doc-ke-01"}).status_code == 303
    with reading() as session:
        assert [job.kind for job in session.execute(select(Job)).scalars()] == ["read_categories"]


def test_a_listing_that_follows_its_lots_needs_no_figure(manager: FlaskClient, coop: world.Coop) -> None:
    """An empty figure beside "follow the lots" fell over."""
    with transaction() as session:
        now = session.get_one(Shop, 1).created_at
        listing = Listing(shop_id=1, ext_listing_id="5", product_id=coop.product.id, unit_g=1_000)
        listing.created_at = listing.updated_at = now
        number = world.add(session, listing).id
    form = {"price_vnd": "60000", "stock": "", "on_sale": "false", "follows_lots": "true"}
    answer = manager.post(f"/htx/gian-hang/1/hang/{number}/dang", data={**form, "request_id": "theo-lo-01"})
    assert answer.status_code == 303


def test_the_choice_leads_on_and_a_shop_that_cannot_says_so(manager: FlaskClient, coop: world.Coop) -> None:
    with transaction() as session:
        now = session.get_one(Shop, 1).created_at
        add_shop(session, coop, "sendo", "Gian đóng", now)
        add_shop(session, coop, "voso", "Gian tệp", now)
    page = manager.get("/htx/gian-hang/dang-moi").text
    assert "Gian đóng: Sendo chưa cho đăng mới từ đây" in unescape(page)
    assert "Gian tệp: gian ở Vỏ Sò trao đổi bằng tệp, nên không đăng từ đây" in unescape(page)
    assert 'href="/htx/gian-hang/3/' in page
    assert page.count('name="gian"') == 1
    answer = manager.get(f"/htx/gian-hang/dang-moi?san-pham={coop.product.public_id}&gian=1")
    assert answer.location == address(coop, "/ke")
    assert manager.get(f"/htx/gian-hang/2/dang-moi/{coop.product.public_id}").status_code == 409
