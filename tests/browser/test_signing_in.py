"""Before the door and behind it: a second factor, and a telephone let in by a code on the screen."""

import base64
import io
from datetime import UTC, datetime, timedelta

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import Devices, sign_in
from tests.browser.house import Stand
from tests.browser.looking import Watcher, shape, violations
from trace.standards import totp

pytestmark = pytest.mark.browser

FACTOR, PHONE = "/tai-khoan/xac-thuc", "/tai-khoan/dien-thoai"


def faults(page: Page) -> list[str]:
    return [*shape(page, "vi"), *violations(page)]


def read_code(page: Page) -> str:
    """What a camera reads from the screen."""
    picture = Image.open(io.BytesIO(page.locator(".qr").screenshot()))
    return str(zxingcpp.read_barcodes(picture)[0].text)


def code_of(secret: bytes, ahead: int = 0) -> str:
    return totp.code_of(secret, totp.step_at(datetime.now(UTC) + timedelta(seconds=30 * ahead)))


def copied_and_printed(page: Page, paper: list[str]) -> None:
    """The codes go whole to the clipboard, and alone to paper."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.click("[data-keeps] button >> nth=0")
    expect(page.locator("[data-keeps] [role=status]")).to_have_text("Đã chép. Dán vào nơi kín.")
    assert page.evaluate("navigator.clipboard.readText()").split() == paper
    expect(page.locator(".on-paper")).to_be_hidden()
    page.emulate_media(media="print")
    for here in (".on-paper", ".paper-codes"):
        expect(page.locator(here)).to_be_visible()
    for absent in (".bar", "[data-keeps]", "main a.primary"):
        expect(page.locator(absent)).to_be_hidden()
    page.emulate_media(media="screen")


def test_a_second_factor_is_set_up_asked_for_and_switched_off(stand: Stand, devices: Devices) -> None:
    watcher = Watcher(devices.new(bypass_csp=True), stand, "digital_team")
    page, password = watcher.page, stand.account("digital_team")[1]
    page.goto(stand.web + FACTOR)
    assert faults(page) == []
    page.fill("[name=password]", password)
    page.click("main button.primary")
    expect(page.locator(".typed")).to_be_visible()
    assert faults(page) == []
    secret = base64.b32decode(page.inner_text(".typed").replace(" ", ""))
    assert totp.typed_secret(secret).replace(" ", "") in read_code(page)
    page.fill("[name=code]", code_of(secret))
    page.click("main button.primary")
    expect(page.locator(".paper-codes li")).to_have_count(10)
    assert faults(page) == []
    paper = page.locator(".paper-codes li").all_inner_texts()
    copied_and_printed(page, paper)
    page.click("main a.primary")
    other = sign_in_half(devices, stand)
    assert faults(other) == []
    other.fill("[name=code]", paper[0])
    other.click("main button.primary")
    other.wait_for_url(lambda url: "/dang-nhap" not in url)
    page.goto(stand.web + FACTOR)
    assert faults(page) == []
    page.fill("[name=password]", password)
    page.fill("[name=off_code]", paper[1])
    page.click("main button.danger")
    page.wait_for_url(stand.web + "/tai-khoan")
    assert watcher.said == []


def sign_in_half(devices: Devices, stand: Stand) -> Page:
    page = devices.new(bypass_csp=True)
    login, password = stand.account("digital_team")
    page.goto(f"{stand.web}/dang-nhap")
    page.fill("[name=login]", login)
    page.fill("[name=password]", password)
    page.click("main button")
    page.wait_for_url(lambda url: "/dang-nhap/ma" in url)
    return page


def test_a_telephone_reads_the_code_on_the_screen_and_is_in(stand: Stand, devices: Devices) -> None:
    desktop = sign_in(devices.new(), stand, "coop_manager")
    desktop.goto(stand.web + PHONE)
    desktop.click("main button.primary")
    address = read_code(desktop)
    assert address.startswith(f"{stand.web}/vao/")
    phone = devices.new(bypass_csp=True)
    phone.goto(address)
    assert faults(phone) == []
    phone.click("main button.primary")
    phone.wait_for_url(f"{stand.web}/htx")
    expect(desktop.locator("#dien-thoai[data-state=used]")).to_contain_text("đã đăng nhập")
    phone.goto(address)
    expect(phone.locator("h1")).to_contain_text("hết")
    assert faults(phone) == []


def test_pages_of_ones_account_are_accessible(stand: Stand, devices: Devices) -> None:
    watcher = Watcher(devices.new(bypass_csp=True), stand, "coop_manager")
    found = []
    for path in ("/tai-khoan", "/tai-khoan/mat-khau", FACTOR, PHONE):
        found += [*watcher.faults(path, "vi"), *violations(watcher.page), *watcher.faults(path, "en")]
    assert found == []


@pytest.mark.parametrize(("path", "name"), [("/dang-nhap", "password"), ("/tai-khoan/mat-khau", "new")])
def test_a_password_can_be_looked_at_while_it_is_typed(
    stand: Stand, devices: Devices, path: str, name: str
) -> None:
    page = devices.new() if path == "/dang-nhap" else sign_in(devices.new(), stand, "coop_manager")
    page.goto(f"{stand.web}{path}")
    field = page.locator(f"[name={name}]")
    field.fill("một câu dài dễ nhớ")
    expect(field).to_have_attribute("type", "password")
    page.check("[data-shows-passwords] input")
    expect(field).to_have_attribute("type", "text")
