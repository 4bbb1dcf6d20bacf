"""Pictures of the README, of the demonstration: ``python -m tests.browser.screenshots FOLDER [NAME...]``.

With names only those pictures are taken.
"""

import io
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import ARGUMENTS, PHONE, Devices, chromium_path, sign_in
from tests.browser.flips import keeps_pages
from tests.browser.house import Stand, start
from trace.services.verdicts import State

LARGEST = 300_000
UNCONNECTED = "14701714"
DESK = ("/htx/tem", "main .list .go", "a[href^='/htx/in/']")
COLOURS = 128
SCREEN = {"width": 1366, "height": 900}
WALL = {"width": 1920, "height": 1080}


@dataclass(frozen=True)
class Picture:
    """One picture: its file, who looks, the size of the screen, and the way to the page."""

    name: str
    role: str | None
    size: dict[str, int]
    go: Callable[[Page, Stand], object]


def _stamp(state: State) -> Callable[[Page, Stand], object]:
    def go(page: Page, stand: Stand) -> None:
        code = next(code for told, code in stand.told["stamps"] if told == state.value)
        page.goto(f"{stand.web}/{code}?lang=vi")

    return go


def _at(path: str, *clicks: str) -> Callable[[Page, Stand], object]:
    def go(page: Page, stand: Stand) -> None:
        page.goto(stand.web + path)
        for chosen in clicks:
            page.locator(chosen).first.click()

    return go


def _connected(last: str) -> Callable[[Page, Stand], object]:
    """Connect the shop that the demonstration leaves to a visitor, step by step, up to this one."""

    def go(page: Page, stand: Stand) -> None:
        page.goto(f"{stand.web}/htx/gian-hang/ket-noi")
        if last == "choose":
            return
        page.click("a[href$='/ket-noi/shopee']")
        page.select_option("select", UNCONNECTED)
        page.locator("button").first.click()
        if last == "led":
            page.wait_for_url("**/bat-dau")
            return
        page.locator("main a[href$='/ghep']").click()
        if last == "match":
            return
        page.locator("main button.primary").click()
        page.locator("form[action$='/xem-truoc'] button").click()
        page.wait_for_selector("main .ledger")
        page.locator("main .ledger").scroll_into_view_if_needed()

    return go


def _without_network(page: Page, stand: Stand) -> None:
    """A lot that was written where there is no network."""
    keeps_pages(page, stand)
    page.context.set_offline(True)
    page.goto(f"{stand.web}/htx/lo/moi")
    page.fill("[name=weight_g]", "240")
    page.click("main button.primary")
    page.wait_for_selector("#chua-gui li")


def _unreadable(page: Page, stand: Stand) -> None:
    """An order from the day after tomorrow cannot be true: it is kept apart, and the others go on."""
    now = int(time.time())
    times = {"at": now + 5 * 86_400, "updated_at": now}
    lines = [{"listing": "VS-500", "quantity": 1}]
    stand.control("order", shop="14701711", order="260601UNREAD", lines=lines, **times)
    page.goto(f"{stand.web}/htx/gian-hang")
    page.locator("main .shop", has_text="Shopee").first.click()
    page.locator("form[action$='/dong-bo'] button").click()
    for _look in range(60):
        if page.locator("form[action$='/lam-lai']").count():
            break
        page.wait_for_timeout(1_000)
        page.reload()
    page.locator("form[action$='/lam-lai']").first.scroll_into_view_if_needed()


PICTURES = (
    Picture("verdict-first", None, PHONE, _stamp(State.FIRST)),
    Picture("verdict-recalled", None, PHONE, _stamp(State.RECALLED)),
    Picture("cooperative-today", "coop_manager", PHONE, _at("/htx")),
    Picture("cooperative-lot", "coop_manager", PHONE, _at("/htx/lo/moi")),
    Picture("cooperative-waiting", "coop_manager", PHONE, _without_network),
    Picture("print-desk", "coop_manager", PHONE, _at(*DESK)),
    Picture("print-desk-wide", "coop_manager", SCREEN, _at(*DESK)),
    Picture("shop-choose", "second_manager", PHONE, _connected("choose")),
    Picture("shop-led", "second_manager", PHONE, _connected("led")),
    Picture("shop-match", "second_manager", PHONE, _connected("match")),
    Picture("shop-preview", "second_manager", PHONE, _connected("preview")),
    Picture("shop-health", "coop_manager", PHONE, _at("/htx/gian-hang")),
    Picture("shop-unread", "coop_manager", PHONE, _unreadable),
    Picture("shops", "coop_manager", PHONE, _at("/htx/gian-hang", "main .shop")),
    Picture("office", "office", SCREEN, _at("/so")),
    Picture("office-phone", "office", PHONE, _at("/so")),
    Picture("office-wall", "office", WALL, _at("/so/bang?man-hinh=lon")),
    Picture("office-work", "office", PHONE, _at("/so/viec?loai=tem")),
    Picture("office-map", "office", SCREEN, _at("/so/ban-do")),
)


def take(devices: Devices, stand: Stand, picture: Picture) -> bytes:
    """The page as PNG with few colours: sharp letters, small file."""
    page = devices.new(viewport=picture.size, works_alone=picture.go is _without_network)
    if picture.role:
        sign_in(page, stand, picture.role)
    picture.go(page, stand)
    page.evaluate("document.fonts.ready")
    raw = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    small = io.BytesIO()
    raw.quantize(COLOURS, dither=Image.Dither.NONE).save(small, "PNG", optimize=True)
    return small.getvalue()


def main() -> None:
    """Load the whole demonstration in a folder that is thrown away, and photograph it."""
    folder, wanted = Path(sys.argv[1]), set(sys.argv[2:])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        stand = start(Path(place), "whole")
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        try:
            devices = Devices(browser)
            for picture in [one for one in PICTURES if not wanted or one.name in wanted]:
                data = take(devices, stand, picture)
                if len(data) > LARGEST:
                    raise ValueError(f"{picture.name}: {len(data)} bytes, at most {LARGEST}")
                (folder / f"{picture.name}.png").write_bytes(data)
                print(f"{picture.name}.png  {len(data) // 1000} kB")
        finally:
            browser.close()
            stand.end()


if __name__ == "__main__":
    main()
