"""A new cooperative's first day on a clean installation, walked on a phone: every tap and key is counted."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Devices
from tests.browser.house import Stand, start
from tests.browser.looking import shape, violations
from tests.browser.paper import codes_on
from trace.commands.demo_season.pictures import draw

pytestmark = pytest.mark.browser

KEY_S, TAP_S, PAGE_S, PHOTO_S = 0.3, 1.2, 20.0, 30.0
"""What a person is reckoned with: a key, a tap with the look for it, a page read, a photo taken."""
LIMIT_S = 15 * 60
MOST_TAPS, MOST_KEYS, MOST_PAGES = 36, 140, 20
BOXES = 20


@dataclass
class Hand:
    """A person's hand on a phone, with nothing but what the screen offers."""

    page: Page
    taps: int = 0
    keys: int = 0
    pages: int = 1
    photos: int = 0

    def tap(self, chosen: str) -> None:
        self.page.locator(chosen).first.click()
        self.taps += 1

    def go(self, chosen: str, arrives: str) -> None:
        """Tap what leads on, and read what is there."""
        self.tap(chosen)
        self.page.wait_for_url(arrives)
        self.pages += 1

    def write(self, field: str, text: str) -> None:
        self.page.locator(f"main [name={field}]").click()
        self.page.keyboard.type(text)
        self.taps, self.keys = self.taps + 1, self.keys + len(text)

    def photo(self, field: str, picture: Path) -> None:
        """Choose the camera, take one, keep it."""
        self.page.set_input_files(f"main [name={field}]", picture)
        self.taps, self.photos = self.taps + 3, self.photos + 1

    @property
    def seconds(self) -> float:
        acts = self.taps * TAP_S + self.keys * KEY_S
        return acts + self.pages * PAGE_S + self.photos * PHOTO_S


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    running = start(tmp_path_factory.mktemp("clean"), "new")
    yield running
    running.end()


def faults(page: Page) -> list[str]:
    return [*shape(page, "vi"), *violations(page)]


def done(page: Page) -> int:
    return page.locator(".first-day .dot.ok").count()


def test_from_an_account_to_a_printed_stamp_in_a_quarter_of_an_hour(
    clean: Stand, devices: Devices, tmp_path: Path
) -> None:
    hand = Hand(devices.new(bypass_csp=True))
    page, web = hand.page, clean.web
    found: list[str] = []
    page.goto(f"{web}/dang-nhap")
    login, password = clean.account("coop_manager")
    hand.write("login", login)
    hand.write("password", password)
    hand.go("main button.primary", f"{web}/htx")
    assert done(page) == 0
    found += faults(page)

    hand.go("main a.primary", "**/ngay-dau/don-vi")
    found += faults(page)
    hand.write("phone", "0220 371 1111")
    hand.go("main button.primary", "**/ngay-dau")

    hand.go("main a.primary", "**/ngay-dau/ho")
    found += faults(page)
    hand.write("name", "Nguyễn Văn An")
    hand.write("area_m2", "5 sào")
    hand.tap("main [name=agrees]")
    hand.go("main button.primary", "**/ngay-dau")
    assert done(page) == 2

    hand.go("main a.primary", "**/ngay-dau/san-pham")
    found += faults(page)
    hand.write("name", "Vải thiều Thanh Hà hộp 1 kg")
    hand.write("unit_g", "1 kg")
    hand.write("standards", "TCCS 01:2026")
    picture = tmp_path / "vai.jpg"
    picture.write_bytes(draw("lychee"))
    hand.photo("image", picture)
    hand.go("main button.primary", "**/ngay-dau")
    assert done(page) == 3
    found += faults(page)

    hand.go("main a.primary", "**/lo/moi")
    hand.write("weight_g", "120")
    hand.write("boxes", str(BOXES))
    hand.go("main button.primary", "**/htx/lo/*")
    expect(page.locator("main")).to_contain_text(f"{BOXES} hộp")
    hand.go("form[action$='/luu-thong'] button", "**/htx/lo/*")
    hand.go("main a.primary", "**/tem/moi?*")
    hand.go("main button.primary", "**/htx/tem/*")
    hand.go("main a.primary", "**/htx/in/*")
    hand.go("main button.primary", "**/htx/in/lan/*")
    with page.expect_download() as waiting:
        hand.tap("a[download]")
    waiting.value.save_as(tmp_path / "tem.pdf")
    codes = codes_on(tmp_path / "tem.pdf", tmp_path)
    assert len(codes) == BOXES

    hand.go(".tabs a[href='/htx']", f"{web}/htx")
    assert done(page) == 8
    buyer = devices.new(java_script_enabled=False)
    buyer.goto(min(codes))
    expect(buyer.locator("h1")).to_contain_text("Tem hợp lệ")
    page.reload()
    assert page.locator(".first-day").count() == 0
    page.goto(f"{web}/htx/ngay-dau")
    assert done(page) == 9
    found += faults(page)

    assert found == []
    print(f"{hand.taps} taps, {hand.keys} keys, {hand.pages} pages: {hand.seconds / 60:.1f} minutes")
    assert (hand.taps <= MOST_TAPS, hand.keys <= MOST_KEYS, hand.pages <= MOST_PAGES) == (True,) * 3, hand
    assert hand.seconds < LIMIT_S
