"""Pages of shops kept by files: opened by saying so, columns named, reports looked at and taken in."""

import io
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from marketplaces.report_server.values import ReportServerError
from marketplaces.simulators.files import template
from marketplaces.simulators.files.centre import BUYERS, Centre
from marketplaces.simulators.files.dialects import DIALECTS, WORDS
from tests import world
from tests.file_exchange.booth import everything_written
from trace.db import reading, transaction
from trace.records.file_exchange import FileReport, HeldOrder
from trace.records.file_export import FileExport
from trace.records.job import Job, Schedule
from trace.records.market_order import MarketOrder
from trace.records.shop import Listing, Shop
from trace.records.sums import ShopDay
from trace.services import shop_circuit
from trace.services.file_exchange import fetching
from trace.services.file_exchange.remote_names import Sorted
from trace.services.importing.reading import opened as opened_book
from trace.settings import Settings

JUNE = (date(2026, 6, 1), date(2026, 6, 30))
SAID = {"number": "HTX-01", "name": "Gian Buudien", "seen": "1"}


@pytest.fixture
def coop(app: Flask) -> world.Coop:
    with transaction() as session:
        return world.make_coop(session, datetime.now(UTC))


@pytest.fixture
def manager(client: FlaskClient, coop: world.Coop) -> FlaskClient:
    return world.sign_in(client, coop.manager)


def rows(table):
    with reading() as session:
        return session.execute(select(table)).scalars().all()


def opened(client: FlaskClient) -> str:
    answer = client.post("/htx/gian-hang/bang-tep/postmart", data=SAID)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def sent(client: FlaskClient, address: str, content: bytes, name: str, **more: str):
    return client.post(address, data={"file": (io.BytesIO(content), name), **more})


def report_of(dialect: str, days: int = 5) -> tuple[bytes, str, Centre]:
    centre = Centre()
    for _ in range(days):
        centre.pass_time()
    make, suffix = DIALECTS[dialect]
    return make(centre, *JUNE, centre.chance), f"bao-cao.{suffix}", centre


def named_columns(client: FlaskClient, shop: str, content: bytes, name: str, kind: str = "delta") -> None:
    """Send a sample and believe what the form shows."""
    assert sent(client, f"{shop}/cot/mau", content, name).status_code == 303
    page = client.get(f"{shop}/cot").text
    import re

    chosen = {}
    for place, options in re.findall(r'name="(column-\d+)".*?>(.*?)</select>', page, re.DOTALL):
        found = re.search(r'value="(\w+)" selected', options)
        chosen[place] = found[1] if found else ""
    answer = client.post(f"{shop}/cot", data={**chosen, "kind": kind})
    assert answer.status_code == 303, answer.text


@pytest.mark.parametrize("dialect", sorted(DIALECTS))
def test_the_whole_walk_open_name_columns_look_learn_words_and_count(
    manager: FlaskClient, dialect: str
) -> None:
    shop = opened(manager)
    content, name, centre = report_of(dialect)
    assert "Chưa biết các cột" in sent(manager, f"{shop}/bao-cao", content, name).text
    named_columns(manager, shop, content, name)
    looked = sent(manager, f"{shop}/bao-cao", content, name)
    assert looked.status_code == 303
    page = manager.get(looked.location).text
    assert "Tính vào số liệu" in page
    assert rows(MarketOrder) == []
    assert manager.post(looked.location).status_code == 303
    assert rows(ShopDay) == []  # no word is known yet
    words = [(word, state) for state, word in WORDS[dialect].items()]
    learned = manager.post(
        f"{shop}/bao-cao/tu",
        data={"word": [word for word, _ in words], "status": [state for _, state in words]},
    )
    assert learned.status_code == 303
    truth = centre.truth(by_name=dialect == "semicolon")
    assert sum(row.revenue_vnd for row in rows(ShopDay)) == sum(row[3] for row in truth.values())
    assert [row for row in rows(HeldOrder) if row.resolved_at is None] == []
    written = everything_written() + manager.get(f"{shop}/bao-cao").text
    assert not [one for buyer in BUYERS for one in buyer if one in written]


def test_an_order_that_vanished_is_listed_and_its_page_says_so(manager: FlaskClient) -> None:
    shop = opened(manager)
    head = "Mã đơn;Ngày tạo;Tình trạng;Mã hàng;Số lượng;Giá bán\n"
    first = (head + "A1;05/06/2026;Mới;S;1;1000\nA2;05/06/2026;Mới;S;1;1000\n").encode()
    named_columns(manager, shop, first, "a.csv", "full")
    for content in (first, (head + "A2;05/06/2026;Mới;S;1;1000\n").encode()):
        manager.post(sent(manager, f"{shop}/bao-cao", content, "a.csv").location)
    page = manager.get(f"{shop}/bao-cao").text
    assert "không còn trong báo cáo" in page
    order = next(row for row in rows(MarketOrder) if row.ext_order_id == "A1")
    assert f"{shop}/don/{order.id}" in page
    assert "không còn trong báo cáo" in manager.get(f"{shop}/don/{order.id}").text


def test_what_is_looked_at_is_what_will_count(manager: FlaskClient) -> None:
    """An order of the future is held: the look says so before anybody takes the report."""
    shop = opened(manager)
    later = (datetime.now(UTC) + timedelta(days=40)).strftime("%d/%m/%Y")
    head = "Mã đơn;Ngày tạo;Tình trạng;Mã hàng;Số lượng;Giá bán\n"
    content = f"{head}A1;05/06/2026;Mới;S;1;1000\nA2;{later};Mới;S;1;7777000\n".encode()
    named_columns(manager, shop, content, "a.csv")
    manager.post(f"{shop}/bao-cao/tu", data={"word": "Mới", "status": "placed"})
    looked = sent(manager, f"{shop}/bao-cao", content, "a.csv").location
    assert "1 đơn giữ lại" in manager.get(looked).text
    assert "7.778" not in manager.get(looked).text
    manager.post(looked)
    assert [row.revenue_vnd for row in rows(ShopDay)] == [1_000]


@pytest.mark.parametrize(("since", "until"), [("30/06/2026", "01/06/2026"), ("01/06/2026", "")])
def test_days_that_are_no_period_are_refused_where_they_were_typed(
    manager: FlaskClient, since: str, until: str
) -> None:
    shop = opened(manager)
    content, name, _ = report_of("english")
    named_columns(manager, shop, content, name, "full")
    answer = sent(manager, f"{shop}/bao-cao", content, name, since=since, until=until)
    assert answer.status_code == 422
    assert "<details open>" in answer.text
    assert "ngày đầu" in answer.text
    assert rows(FileReport) == []


def test_an_uploaded_report_has_no_name_on_disk_while_it_is_read(
    manager: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = opened(manager)
    content, name, _ = report_of("english")
    seen = []

    def watched(path, *given):
        seen.append(path.readlink())
        return opened_book(path, *given)

    monkeypatch.setattr("trace.web.cooperative.file_layouts.opened", watched)
    assert sent(manager, f"{shop}/cot/mau", content, name).status_code == 303
    assert "(deleted)" in str(seen[0])


def test_nothing_is_ever_scheduled_or_called_for_such_a_shop(manager: FlaskClient, coop: world.Coop) -> None:
    shop = opened(manager)
    assert [row for row in rows(Schedule) if row.shop_id] == []
    for act in ("dong-bo", "doc-lai", "lam-lai", "xem-truoc", "bat-dau"):
        assert manager.post(f"{shop}/{act}").status_code == 409
    number = shop.rpartition("/")[2]
    goods = coop.product.public_id
    assert manager.get(f"/htx/gian-hang/dang-moi?san-pham={goods}&gian={number}").status_code == 303
    assert 'name="gian"' not in manager.get("/htx/gian-hang/dang-moi").text
    assert [row for row in rows(Job) if row.shop_id] == []
    page = manager.get(shop).text
    assert "trao đổi bằng tệp" in page
    assert "dong-bo" not in page


def test_the_shop_says_how_its_server_does_and_what_is_wrong_with_it(
    app: Flask, manager: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = opened(manager).removesuffix("/cot").removesuffix("/bao-cao")
    number = rows(Shop)[0].id
    assert "SFTP" not in manager.get(shop).text
    line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    table = {"host": "tep.example.vn", "user": "htx", "host_keys": [line], "password": "khong-noi-ra"}
    known = app.extensions["settings"].model_dump()
    servers = Settings(**{**known, "report_servers": {f"postmart-{number}": table}})
    monkeypatch.setitem(app.extensions, "settings", servers)
    assert "tep.example.vn; chưa xem được lần nào" in manager.get(shop).text
    at = datetime.now(UTC)
    error = ReportServerError("host_key", "…", host="tep.example.vn:22", expected="cũ", got="mới")
    with transaction() as session:
        fetching.note_look(session, number, Sorted({}, unfit=4, too_large=2), at)
        fetching.note_fault(session, number, error, at)
        shop_circuit.note_failure(session, number, error, at)
    for page in (manager.get(shop).text, manager.get(f"{shop}/bao-cao").text):
        assert "Đã ghi: cũ. Nhận được: mới." in page
        assert "Bỏ qua 4 tên" in page
        assert "Bỏ qua 2 tệp" in page
        assert "khong-noi-ra" not in page
        assert "setup:" not in page
    listed = manager.get("/htx/gian-hang").text
    assert "Chưa lấy được báo cáo của" in listed


def test_a_marketplace_the_operator_has_not_named_stays_closed(manager: FlaskClient) -> None:
    answer = manager.post("/htx/gian-hang/bang-tep/voso", data=SAID)
    assert answer.status_code == 409
    assert "file_marketplaces" in answer.text
    assert rows(Shop) == []
    assert "chưa bật sàn này" in manager.get("/htx/gian-hang/ket-noi").text


def test_nobody_opens_a_shop_without_having_seen_it(manager: FlaskClient) -> None:
    said = {name: value for name, value in SAID.items() if name != "seen"}
    assert manager.post("/htx/gian-hang/bang-tep/postmart", data=said).status_code == 422
    assert rows(Shop) == []


def test_another_cooperative_can_not_open_the_same_shop(app: Flask, manager: FlaskClient) -> None:
    opened(manager)
    with transaction() as session:
        other = world.make_coop(session, datetime.now(UTC))
    stranger = world.sign_in(app.test_client(), other.manager)
    assert stranger.post("/htx/gian-hang/bang-tep/postmart", data=SAID).status_code == 409
    assert len(rows(Shop)) == 1


def test_staff_may_look_and_only_the_manager_sends(
    app: Flask, manager: FlaskClient, coop: world.Coop
) -> None:
    shop = opened(manager)
    content, name, _ = report_of("english")
    named_columns(manager, shop, content, name)
    from trace.records.account import Role

    with transaction() as session:
        clerk = world.make_account(session, datetime.now(UTC), Role.COOP_STAFF, org_id=coop.org.id)
    staff = world.sign_in(app.test_client(), clerk)
    assert staff.get(f"{shop}/bao-cao").status_code == 200
    assert sent(staff, f"{shop}/bao-cao", content, name).status_code == 403
    assert rows(FileReport) == []


def test_a_buyers_column_is_never_a_field_whatever_the_form_says(manager: FlaskClient) -> None:
    shop = opened(manager)
    content, name, _ = report_of("english")
    assert sent(manager, f"{shop}/cot/mau", content, name).status_code == 303
    fields = {"column-0": "name", "column-2": "quantity", "column-3": "price", "column-6": "order"}
    answer = manager.post(f"{shop}/cot", data={**fields, "column-7": "status", "column-8": "created"})
    assert answer.status_code == 422
    assert "của người mua" in answer.text


def test_a_report_whose_headings_changed_is_refused_with_what_is_missing(manager: FlaskClient) -> None:
    shop = opened(manager)
    head = "Mã đơn;Ngày tạo;Tình trạng;Mã hàng;Số lượng;Giá bán\n"
    named_columns(manager, shop, head.encode() + b"A1;05/06/2026;M;S;1;1000\n", "a.csv")
    answer = sent(
        manager, f"{shop}/bao-cao", head.replace("Giá bán", "Tiền").encode() + b"A1;;;;;\n", "b.csv"
    )
    assert answer.status_code == 422
    assert "Giá bán" in answer.text


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "a.csv"),
        (b"\x89PNG\r\n\x1a\n0000", "a.xlsx"),
        (b"PK\x03\x04" + b"0" * 50, "a.xlsx"),
        (b"a;b\n1;2\n", "a.csv"),
    ],
)
def test_what_is_no_report_is_refused_on_the_page_it_came_from(
    manager: FlaskClient, content: bytes, name: str
) -> None:
    shop = opened(manager)
    assert sent(manager, f"{shop}/cot/mau", content, name).status_code == 422


def test_a_report_that_was_only_looked_at_may_be_left(manager: FlaskClient) -> None:
    shop = opened(manager)
    content, name, _ = report_of("english")
    named_columns(manager, shop, content, name)
    looked = sent(manager, f"{shop}/bao-cao", content, name).location
    assert manager.post(f"{looked}/bo").status_code == 303
    assert rows(FileReport) == []


def test_goods_are_put_on_the_shelf_written_out_and_confirmed_by_a_person(
    manager: FlaskClient, coop: world.Coop
) -> None:
    shop = opened(manager)
    assert sent(manager, f"{shop}/mau-dang/tep", template.blank_csv(), "mau.csv").status_code == 303
    fields = {
        "column-0": "name",
        "column-1": "sku",
        "column-3": "price",
        "column-4": "stock",
        "fixed-2": "Trái cây",
    }
    saved = manager.post(
        f"{shop}/mau-dang", data={**fields, "first_row": "2", "on_word": "1", "off_word": "0"}
    )
    assert saved.status_code == 303, saved.text
    added = manager.post(f"{shop}/xuat/hang", data={"product": coop.product.public_id})
    assert added.status_code == 303
    wish = {"price_vnd": "65.000", "stock": "12", "on_sale": "true", "with_content": "false"}
    assert manager.post(f"{added.location}/dang", data=wish).status_code == 303
    assert [row for row in rows(Job) if row.shop_id] == []
    assert manager.post(f"{shop}/xuat").status_code == 303
    page = manager.get(f"{shop}/xuat").text
    assert "đã xuất, chưa xác nhận" in page
    number = rows(FileExport)[0].id
    download = manager.get(f"{shop}/xuat/{number}.zip")
    _, content, wrong = template.look_at_zip(download.data)
    assert wrong == []
    assert template.look_at_csv(content).faults == []
    assert manager.post(f"{shop}/xuat/{number}/xac-nhan").status_code == 303
    assert f"{coop.manager.name} xác nhận đã tải lên" in manager.get(f"{shop}/xuat").text
    assert manager.post(f"{shop}/xuat").status_code == 409


def test_a_changed_template_is_refused_on_the_page_with_what_differs(manager: FlaskClient) -> None:
    shop = opened(manager)
    sent(manager, f"{shop}/mau-dang/tep", template.blank_csv(), "mau.csv")
    other = template.blank_csv().replace("Tồn kho".encode(), "Kho hàng".encode())
    answer = sent(manager, f"{shop}/mau-dang/tep", other, "moi.csv")
    assert answer.status_code == 422
    assert "Kho hàng (*)" in answer.text
    assert sent(manager, f"{shop}/mau-dang/tep", other, "moi.csv", is_new="1").status_code == 303


def test_what_a_shop_kept_by_files_is_to_show_is_kept_for_its_file_and_not_sent(
    manager: FlaskClient, coop: world.Coop
) -> None:
    opened(manager)
    with transaction() as session:
        [shop] = session.execute(select(Shop)).scalars()
        made = {"ext_listing_id": "7", "product_id": coop.product.id, "unit_g": 1000}
        made |= {"created_at": shop.created_at, "updated_at": shop.created_at}
        world.add(session, Listing(shop_id=shop.id, **made))
    page = manager.get("/htx/gian-hang/1/hang/1").text
    assert "Ghi để xuất tệp" in page
    assert "Gửi lên sàn" not in page
