"""The whole walk on a phone without JavaScript: harvest, stamps, paper, scans, a sale, the office."""

import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Devices, sign_in
from tests.browser.house import Stand
from tests.browser.paper import codes_on
from trace.standards.local_time import local_day

pytestmark = pytest.mark.browser

BOXES = 65
SHOP, SKU = "14701711", "VT-1KG"
PRICE_VND, PIECES = 65_000, 3
PATIENCE_S = 120.0


def register_and_release(page: Page, stand: Stand) -> None:
    """One harvest, packed at once; the pack lot is let out."""
    page.goto(f"{stand.web}/htx/lo/moi")
    page.fill("[name=weight_g]", "1,2 tạ")
    page.check("[name=when][value=other]")  # of today there may be a lot already, which would be asked about
    page.fill("[name=other_day]", f"{local_day(datetime.now(UTC)) - timedelta(days=28):%d/%m/%Y}")
    page.select_option("[name=product]", index=1)
    page.fill("[name=boxes]", str(BOXES))
    page.click("main button.primary")
    expect(page.locator(".notice.ok")).to_contain_text(["120 kg", f"{BOXES} hộp"])
    page.click("form[action$='/luu-thong'] button")
    expect(page.locator("h1 + p")).to_contain_text("được lưu thông")


def take_stamps(page: Page) -> None:
    """Stamps for the lot that is open on the page."""
    page.click("a.primary")
    page.fill("[name=count]", str(BOXES))
    page.click("main button.primary")
    expect(page.locator(".ledger .v").first).to_have_text(str(BOXES))


def print_stamps(page: Page, folder: Path) -> set[str]:
    """The file of the print desk, read as a scanner reads paper."""
    page.click("a[href^='/htx/in/']")
    page.click("main button.primary")
    with page.expect_download() as waiting:
        page.click("a[download]")  # the page asks again by itself until the print is ready
    pdf = folder / waiting.value.suggested_filename
    waiting.value.save_as(pdf)
    return codes_on(pdf, folder)


def look_at(devices: Devices, stamp: str, name: str) -> Page:
    """A phone of its own opens what the stamp says; without a cookie yet, phones differ by their names."""
    phone = devices.new(java_script_enabled=False, user_agent=name)
    phone.goto(stamp)
    expect(phone.locator("h1")).to_contain_text(re.compile("tem hợp lệ", re.IGNORECASE))
    return phone


def connect_shop(page: Page, stand: Stand) -> None:
    """Through the marketplace's own page of consent."""
    listing = {"sku": SKU, "name": "Vải thiều tươi hộp 1 kg", "price_vnd": PRICE_VND, "stock": 40}
    keys = {"id": stand.told["app"]["app_id"], "secret": stand.told["app"]["app_secret"]}
    stand.control("seed", shop=SHOP, name="HTX Bờ Vườn", app=keys, listings=[listing])
    page.goto(f"{stand.web}/htx/gian-hang/ket-noi")
    page.click("main .go")
    expect(page.locator("h1")).to_contain_text("Cho ứng dụng")
    page.click("button")
    page.wait_for_url(f"{stand.web}/htx/gian-hang/*/bat-dau")
    page.click("form[action$='/bat-dau'] button")
    page.wait_for_url(re.compile(r"/htx/gian-hang/\d+$"))


def map_listing(page: Page) -> None:
    """Say that the listing is our product."""
    page.click("main .list .go")
    page.select_option("[name=product]", label=f"Vải thiều Thanh Hà hộp 1 kg ({SKU})")
    page.click("form[action$='/ghep'] button")
    page.wait_for_load_state()


def sync(page: Page, address: str, told: str) -> None:
    """Press the button and wait until a run tells of it."""
    page.goto(address)
    page.click("form[action$='/dong-bo'] button")
    until = time.monotonic() + PATIENCE_S
    while told not in page.inner_text("main"):
        assert time.monotonic() < until, page.inner_text("main")
        time.sleep(0.3)
        page.goto(address)


def whole(text: str) -> int:
    """A whole number as Vietnamese pages write it."""
    return int(text.replace(".", ""))


def sold(stand: Stand) -> list[int]:
    """The marketplace's own sums: orders, transactions, pieces, kilograms (a piece weighs one), đồng."""
    rows = stand.truth()
    orders, done, pieces, vnd = (
        sum(row[name] for row in rows) for name in ("orders", "transactions", "quantity", "revenue_vnd")
    )
    return [orders, done, pieces, pieces, vnd]


def test_from_the_orchard_to_the_office(stand: Stand, devices: Devices, tmp_path: Path) -> None:
    phone = sign_in(devices.new(java_script_enabled=False), stand, "coop_manager")
    register_and_release(phone, stand)
    take_stamps(phone)
    codes = print_stamps(phone, tmp_path)
    assert len(codes) == BOXES
    assert all(code.lower().startswith(f"{stand.web}/") for code in codes)

    stamp = min(codes)
    expect(look_at(devices, stamp, "phone of a buyer").locator("h1")).to_contain_text("lần đầu")
    seen = look_at(devices, stamp, "phone of a neighbour")
    expect(seen.locator("h1")).not_to_contain_text("lần đầu")
    expect(seen.locator("body")).to_contain_text("2 điện thoại")

    connect_shop(phone, stand)
    shop = phone.url
    map_listing(phone)
    sync(phone, shop, "mới 0")
    stand.control("order", shop=SHOP, order="2611234567", lines=[{"listing": SKU, "quantity": PIECES}])
    sync(phone, shop, "mới 1")

    office = sign_in(devices.new(java_script_enabled=False), stand, "office")
    office.goto(f"{stand.web}/so/ban-hang")
    totals = office.locator("tfoot .num, tfoot td.num").all_inner_texts()
    assert [whole(text) for text in totals] == sold(stand)
    office.goto(f"{stand.web}/so")
    expect(office.locator("main")).to_contain_text("trên 1 đơn")
    expect(office.locator("main")).to_contain_text("195.000")
    assert "Traceback" not in stand.log()
